"""Groups of runs as a grid draws them: a row a metric, a few columns a group, each group against the baseline group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Literal

from tui.domain import quantities
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.runs.groups import Importance, MeanDifference, RunGroups, SampleSummary
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width

SIGNIFICANT = 0.05
_BAR = 10
_generations = count(1)


def is_plain(glyphs: Glyphs) -> bool:
    """Whether the signs are to be ASCII."""
    return glyphs.ellipsis.isascii()


def mean_sd(one: SampleSummary, glyphs: Glyphs = UNICODE) -> str:
    """``0.9312 ± 0.0021``: the standard deviation to two digits, the mean to the same place; ``–`` for no values."""
    if not one.n:
        return glyphs.absent
    between = "+-" if is_plain(glyphs) else "±"
    if one.n == 1:
        return quantities.number(one.mean)
    if one.sd == 0:
        return f"{quantities.number(one.mean)} {between} 0"
    places = 1 - math.floor(math.log10(one.sd)) if one.sd > 0 else 0
    if not 0 <= places <= 8 or abs(one.mean) >= 1e9:
        return f"{quantities.number(one.mean)} {between} {quantities.number(float(f'{one.sd:.2g}'))}"
    return f"{one.mean:.{places}f} {between} {one.sd:.{places}f}"


def probability(p: float) -> str:
    """A p as short as is honest: ``0.24``, ``0.003``, ``<0.001``."""
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def difference_text(found: MeanDifference, glyphs: Glyphs = UNICODE) -> str:
    """``+0.0021 [−0.0004, +0.0046]``: the difference of means with its confidence interval."""
    size = max(abs(found.low), abs(found.high))
    places = max(0, 2 - math.floor(math.log10(size))) if size > 0 else 0

    def write(value: float) -> str:
        text = f"{value:+.{places}f}" if places <= 8 and size < 1e9 else f"{value:+.3g}"
        return text if is_plain(glyphs) else text.replace("-", "−")

    return f"{write(found.delta)} [{write(found.low)}, {write(found.high)}]"


class GroupsTable:
    """A row a metric; the baseline group frozen, beside it the others with difference and p. Implements ``Table``."""

    def __init__(
        self,
        groups: RunGroups,
        baseline: int,
        metrics: Sequence[str],
        glyphs: Glyphs = UNICODE,
        *,
        sort: tuple[str, bool] | None = None,
    ) -> None:
        self.groups = groups
        self.baseline = baseline
        self.sort = sort
        self.order = _ordered(groups, sort)
        self.generation = next(_generations)
        self._metrics = tuple(metrics)
        self._row_of = {metric: row for row, metric in enumerate(self._metrics)}
        self._glyphs = glyphs
        self._summary = lru_cache(maxsize=50_000)(self._summarised)
        self.columns = self._columns()

    @property
    def row_count(self) -> int:
        return len(self._metrics)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        metrics = self._metrics[start:stop]
        if key == "name":
            return [named(metric) for metric in metrics]
        if key == "better":
            return [self.direction(metric) for metric in metrics]
        return [self._text(key[0], metric, int(key[1:])) for metric in metrics]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        metrics = self._metrics[start:stop]
        if key == "better":
            return ["muted"] * len(metrics)
        if key[0] not in "dp" or key == "name":
            return None
        return [self.tone(metric, int(key[1:])) for metric in metrics]

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        metrics = self._metrics[start:stop]
        if key in ("name", "better"):
            return metrics if key == "name" else self.texts(key, start, stop)
        return [self._value(key[0], metric, int(key[1:])) for metric in metrics]

    def row_key(self, row: int) -> str:
        return self._metrics[row]

    def row_of(self, row_key: str) -> int | None:
        return self._row_of.get(row_key)

    def set_of(self, key: str | None) -> int | None:
        """The group that a column tells of."""
        return int(key[1:]) if key is not None and key[1:].isdigit() else None

    def _summarised(self, metric: str, one: int) -> SampleSummary:
        return self.groups.summary(metric, self.groups.groups[one])

    def difference(self, metric: str, one: int) -> MeanDifference | None:
        return self.groups.difference(metric, self.groups.groups[self.baseline], self.groups.groups[one])

    @property
    def metrics(self) -> tuple[str, ...]:
        return self._metrics

    @property
    def mark(self) -> str:
        """The sign of the baseline group."""
        return self._glyphs.mark

    def span(self, metric: str) -> tuple[int, int]:
        """The row of a metric, as a range."""
        return self._row_of[metric], self._row_of[metric] + 1

    def direction(self, metric: str) -> str:
        """The sign of the way in which a metric gets better."""
        known = self.groups.direction(metric)
        if not known.better:
            return ""
        return (self._glyphs.up if known.better == "higher" else self._glyphs.down) + ("?" if known.guessed else "")

    def _text(self, what: str, metric: str, one: int) -> str:
        found = self._summary(metric, one)
        if what == "m":
            return mean_sd(found, self._glyphs)
        if what == "n":
            return f"{found.n}" + (f"+{found.left_out}" if found.left_out else "")
        if what in "dp":
            return self._compared(what, metric, one)
        value = {"e": found.median, "l": found.low, "h": found.high}[what]
        return quantities.number(value) if found.n else self._glyphs.absent

    def _value(self, what: str, metric: str, one: int) -> float | None:
        found = self._summary(metric, one)
        if what == "n":
            return found.n
        if what in "dp":
            apart = self.difference(metric, one)
            if apart is not None:
                return apart.delta if what == "d" else apart.p
            base = self._summary(metric, self.baseline)
            return found.mean - base.mean if what == "d" and found.n and base.n else None
        return {"m": found.mean, "e": found.median, "l": found.low, "h": found.high}[what] if found.n else None

    def _compared(self, what: str, metric: str, one: int) -> str:
        found = self.difference(metric, one)
        if found is not None:
            return difference_text(found, self._glyphs) if what == "d" else probability(found.p)
        if what == "p":
            return self._glyphs.absent
        a, b = self._summary(metric, self.baseline), self._summary(metric, one)
        if not a.n or not b.n:
            return self._glyphs.absent
        delta = b.mean - a.mean
        return quantities.number(delta) if delta < 0 else f"+{quantities.number(delta)}"

    def tone(self, metric: str, one: int) -> Tone:
        """How a group's difference to the baseline reads."""
        found = self.difference(metric, one)
        if found is None or found.p >= SIGNIFICANT:
            return "muted"
        verdict = self.groups.direction(metric).verdict(found.delta, 0.0)
        return "good" if verdict == "better" else "bad" if verdict == "worse" else "strong"

    def _columns(self) -> tuple[Column, ...]:
        sample = self._metrics[:: max(1, len(self._metrics) // 60)]
        names = max([12, *(min(40, width(named(metric))) for metric in sample)])
        base = self.baseline
        columns = [Column("name", "metric", names, frozen=True), Column("better", "", 2, frozen=True)]
        more: list[Column] = []
        order = [base, *(one for one in self.order if one != base)]
        for one in order:
            group = f"{one}"
            title = group_title(self.groups, one, base)
            means = max([13, *(width(self._text("m", metric, one)) for metric in sample)])
            if one == base:
                title = f"{self._glyphs.mark} {title}"
            cells = max(means, min(24, width(title)))
            columns.append(Column(f"m{one}", title, cells, "right", frozen=one == base, group=group))
            columns.append(Column(f"n{one}", "n", 4, "right", frozen=one == base, group=group))
            if one != base:
                differences = max([18, *(width(self._text("d", metric, one)) for metric in sample)])
                columns.append(Column(f"d{one}", "difference [95%]", min(40, differences), "right", group=group))
                columns.append(Column(f"p{one}", "p", 6, "right", group=group))
            for letter, word in (("e", "median"), ("l", "min"), ("h", "max")):
                first = letter == "e"
                heading = f"{title[:20]} {word}" if first else word
                more.append(Column(f"{letter}{one}", heading, max(9, width(heading)), "right", group=f"{group} more"))
        return (*columns, *more)


def _ordered(groups: RunGroups, sort: tuple[str, bool] | None) -> list[int]:
    """The numbers of the groups by the mean of a metric, those without one last; as they were made without a sort."""
    every = list(range(len(groups.groups)))
    if sort is None or sort[0] not in groups.metrics:
        return every
    metric, descending = sort
    means = {one: found.mean for one in every if (found := groups.summary(metric, groups.groups[one])).n}
    by_mean = sorted(means, key=means.__getitem__, reverse=descending)
    return [*by_mean, *(one for one in every if one not in means)]


class GroupRows:
    """A row a group, sorted by the mean of any metric; a column a metric, behind them the differences to the baseline.

    It holds the same texts as the table of which the metrics are the rows. Implements ``Table``.
    """

    def __init__(self, turned: GroupsTable) -> None:
        self.turned = turned
        self.generation = next(_generations)
        self._metrics = turned.metrics
        self._rows = {str(one): row for row, one in enumerate(turned.order)}
        self.columns = self._columns()

    @property
    def row_count(self) -> int:
        return len(self.turned.order)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        return [self._text(key, one) for one in self.turned.order[start:stop]]

    def _text(self, key: str, one: int) -> str:
        turned, groups = self.turned, self.turned.groups
        if key == "name":
            mark = turned.mark if one == turned.baseline else " "
            return f"{mark} {group_title(groups, one, turned.baseline)}"
        if key == "runs":
            return quantities.count(len(groups.groups[one]))
        what, metric = key[0], self._metrics[int(key[1:])]
        if what != "m" and one == turned.baseline:
            return ""
        return turned.texts(f"{what}{one}", *turned.span(metric))[0]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        if key in ("name", "runs") or key[0] == "m":
            return None
        turned, metric = self.turned, self._metrics[int(key[1:])]
        return ["" if one == turned.baseline else turned.tone(metric, one) for one in self.turned.order[start:stop]]

    def row_key(self, row: int) -> str:
        return str(self.turned.order[row])

    def row_of(self, row_key: str) -> int | None:
        return self._rows.get(row_key)

    def metric_of(self, key: str | None) -> str | None:
        """The metric that a column tells of."""
        return self._metrics[int(key[1:])] if key is not None and key[1:].isdigit() else None

    def _columns(self) -> tuple[Column, ...]:
        some = range(min(60, self.row_count))
        names = max([12, *(min(40, width(self._text("name", self.turned.order[row]))) for row in some)])
        means: list[Column] = []
        apart: list[Column] = []
        for number, metric in enumerate(self._metrics):
            title = f"{named(metric)} {self.turned.direction(metric)}".rstrip()
            order: Literal["", "up", "down"] = ""
            if self.turned.sort is not None and self.turned.sort[0] == metric:
                order = "down" if self.turned.sort[1] else "up"
            widest = {
                what: max([8, *(width(self._text(f"{what}{number}", self.turned.order[row])) for row in some)])
                for what in ("m", "d")
            }
            cells = max(widest["m"], min(24, width(title) + 2))
            means.append(Column(f"m{number}", title, cells, "right", group="mean", order=order))
            heading = f"{title[:20]} difference [95%]"
            cells = max(min(40, widest["d"]), min(30, width(heading)))
            apart.append(Column(f"d{number}", heading, cells, "right", group=f"{number}"))
            apart.append(Column(f"p{number}", "p", 6, "right", group=f"{number}"))
        name = Column("name", "group", names, frozen=True)
        return (name, Column("runs", "runs", 5, "right"), *means, *apart)


def group_title(groups: RunGroups, one: int, baseline: int) -> str:
    """What a group's runs have in common, as one line; of several params those in which the baseline has others."""
    names = [name for _, name in groups.grouping.rows]
    values, others = groups.groups[one].values, groups.groups[baseline].values
    if one == baseline or len(names) == 1 or len(values) != len(names):
        return clean(groups.groups[one].title)
    apart = [f"{name} {value}" for name, value, other in zip(names, values, others, strict=True) if value != other]
    return clean(", ".join(apart)) or clean(groups.groups[one].title)


def importance_table(found: Sequence[Importance], metric: str, glyphs: Glyphs = UNICODE) -> RowsTable:
    """Params by how strongly they go with a metric, with a bar for the strength."""
    full, empty = ("#", ".") if is_plain(glyphs) else ("█", "·")
    names = [named(one.param) for one in found]
    filled = [round(abs(one.found.strength) * _BAR) for one in found]
    cells = {
        "param": names,
        "bar": [full * many + empty * (_BAR - many) for many in filled],
        "strength": [
            f"{one.found.strength:+.2f}" if one.found.kind == "rho" else f"{one.found.strength:.2f}" for one in found
        ],
        "p": [probability(one.found.p) for one in found],
        "n": [str(one.found.n) for one in found],
        "values": [str(one.values) for one in found],
        "kind": [
            "rank correlation (Spearman)"
            if one.found.kind == "rho"
            else "share of ranks between texts (Kruskal-Wallis)"
            for one in found
        ],
    }
    tones: list[Tone] = ["muted" if one.found.p >= SIGNIFICANT else "accent" for one in found]
    columns = (
        Column("param", "param", max([14, *(min(44, width(name)) for name in names)]), frozen=True),
        Column("bar", "strength", _BAR),
        Column("strength", "", 6, "right"),
        Column("p", "p", 7, "right"),
        Column("n", "runs", 5, "right"),
        Column("values", "values", 6, "right"),
        Column("kind", "measured by", 46),
    )
    muted: list[Tone] = ["muted"] * len(found)
    return RowsTable(
        columns,
        [one.param for one in found],
        cells,
        {"bar": tones, "kind": muted},
        values={
            "param": [one.param for one in found],
            "bar": [abs(one.found.strength) for one in found],
            "strength": [one.found.strength for one in found],
            "p": [one.found.p for one in found],
            "n": [one.found.n for one in found],
            "values": [one.values for one in found],
        },
        generation=next(_generations),
    )
