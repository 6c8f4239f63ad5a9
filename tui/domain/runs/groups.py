"""Groups of runs: grouped by params, tags or the parent run, summed up, and compared with a baseline group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, permutations
from operator import mul

import numpy as np

from tui.domain.diff.comparison import Comparison, Section, system_rows
from tui.domain.diff.sheet import METRICS, PARENT_ROW
from tui.domain.ranking import Direction, is_seed
from tui.domain.text import natural

# The few statistics that groups of runs are compared by; small enough to be owned, checked against SciPy in the tests.
#
# Formulas: Welch (1947) for means of unequal variance; Numerical Recipes, 3rd edition, 6.2 and 6.4, for the incomplete
# gamma and beta functions; Kruskal and Wallis (1952) for groups of ranks.


_TINY = 1e-300
_CLOSE = 1e-15
_MOST_STEPS = 500
_EXACT = 6  # pairs whose orders (720) are all looked at
_FEW = 20  # pairs up to which the least p there can be is worth telling from 0
_NEAR = 1e-9  # of sums of products of ranks


@dataclass(frozen=True)
class SampleSummary:
    """A sample in figures; ``sd`` is that of a sample (n - 1), NaN below two values; ``left_out`` were not finite."""

    n: int
    mean: float
    sd: float
    low: float
    high: float
    median: float
    left_out: int = 0


def summary(values: Sequence[float]) -> SampleSummary:
    """The figures of a sample; NaN and infinite values are left out and counted."""
    finite = sorted(value for value in values if math.isfinite(value))
    n = len(finite)
    left_out = len(values) - n
    if not n:
        return SampleSummary(0, math.nan, math.nan, math.nan, math.nan, math.nan, left_out)
    mean = math.fsum(value / n for value in finite)
    median = finite[n // 2] if n % 2 else finite[n // 2 - 1] / 2 + finite[n // 2] / 2
    return SampleSummary(
        n, mean, math.sqrt(_variance(finite, mean)) if n > 1 else math.nan, finite[0], finite[-1], median, left_out
    )


@dataclass(frozen=True)
class MeanDifference:
    """mean(b) - mean(a) with a confidence interval, and Welch's test that there is none (two-sided ``p``)."""

    delta: float
    low: float
    high: float
    t: float
    degrees: float
    p: float


def welch(a: SampleSummary, b: SampleSummary, confidence: float = 0.95) -> MeanDifference | None:
    """Compare two means; None where either group has fewer than two values, or neither varies at all."""
    if a.n < 2 or b.n < 2:
        return None
    part_a, part_b = a.sd**2 / a.n, b.sd**2 / b.n
    error = math.sqrt(part_a + part_b)
    if not 0 < error < math.inf:
        return None
    share = part_a / (part_a + part_b)
    degrees = 1 / (share**2 / (a.n - 1) + (1 - share) ** 2 / (b.n - 1))
    delta = b.mean - a.mean
    t = delta / error
    half = t_quantile((1 + confidence) / 2, degrees) * error
    return MeanDifference(delta, delta - half, delta + half, t, degrees, t_two_sided(t, degrees))


@dataclass(frozen=True)
class Association:
    """How a param goes with a metric over ``n`` runs.

    ``strength`` is Spearman's rho (-1 to 1) for numbers; for texts it is epsilon squared (0 to 1), the share of the
    ranks' variance that lies between the texts. ``p`` is two-sided for rho, Kruskal and Wallis' for texts.
    """

    strength: float
    p: float
    n: int
    kind: str  # "rho" or "groups"


def spearman(x: Sequence[float], y: Sequence[float]) -> Association | None:
    """Rank correlation; None below three pairs or where either does not vary.

    ``p`` is by every order of the ranks up to ``_EXACT`` pairs, and by the t distribution beyond: with few pairs that
    would call chance certain (three in order are so one time in three).
    """
    n = len(x)
    if n < 3:
        return None
    ranks_x, ranks_y = ranks(x), ranks(y)
    rho = _pearson(ranks_x, ranks_y)
    if rho is None:
        return None
    if n <= _EXACT:
        return Association(rho, _exact(ranks_x, ranks_y), n, "rho")
    if abs(rho) >= 1:
        return Association(math.copysign(1, rho), 2 / float(math.factorial(n)) if n < _FEW else 0.0, n, "rho")
    t = rho * math.sqrt((n - 2) / (1 - rho * rho))
    return Association(rho, t_two_sided(t, n - 2), n, "rho")


def _exact(x: Sequence[float], y: Sequence[float]) -> float:
    """The share of the orders of ``y`` in which it goes with ``x`` at least as strongly, either way."""
    middle = math.fsum(x) * math.fsum(y) / len(x)
    # Ranks are halves at the smallest, so their products are exact.
    least = abs(math.fsum(a * b for a, b in zip(x, y, strict=True)) - middle)
    orders = [abs(math.fsum(map(mul, x, order)) - middle) for order in permutations(y)]
    reached = sum(1 for one in orders if one >= least - _NEAR)
    return reached / len(orders)


def kruskal(groups: Sequence[Sequence[float]]) -> Association | None:
    """Whether groups differ in rank; None below two groups that are not empty, three values, or where all are equal."""
    filled = [group for group in groups if len(group)]
    values = [value for group in filled for value in group]
    n = len(values)
    if len(filled) < 2 or n < 3:
        return None
    ranked = ranks(values)
    ties = math.fsum(len(same) ** 3 - len(same) for _, run in groupby(sorted(values)) if (same := list(run)))
    correction = 1 - ties / (n**3 - n)
    if correction <= 0:
        return None
    at, between = 0, 0.0
    for group in filled:
        between += math.fsum(ranked[at : at + len(group)]) ** 2 / len(group)
        at += len(group)
    h = max(0.0, (12 / (n * (n + 1)) * between - 3 * (n + 1)) / correction)
    return Association(min(1.0, h / (n - 1)), chi_square_above(h, len(filled) - 1), n, "groups")


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and values[order[stop]] == values[order[start]]:
            stop += 1
        for place in order[start:stop]:
            found[place] = (start + stop + 1) / 2
        start = stop
    return found


def t_two_sided(t: float, degrees: float) -> float:
    """The probability of a t at least as far from zero."""
    if math.isinf(t):
        return 0.0
    if t * t < degrees:
        # Near zero the other tail's beta keeps what the sum below would round away.
        return 1.0 - _beta(0.5, degrees / 2, t * t / (degrees + t * t))
    return _beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def t_quantile(probability: float, degrees: float) -> float:
    """The t below which that share of the distribution lies; ``probability`` within (0, 1)."""
    if probability < 0.5:
        return -t_quantile(1 - probability, degrees)
    tail = 2 * (1 - probability)
    low, high = 0.0, 1.0
    while t_two_sided(high, degrees) > tail and high < 1e300:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if t_two_sided(middle, degrees) > tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def chi_square_above(x: float, degrees: float) -> float:
    """The probability of a chi square at least that large."""
    return _gamma_above(degrees / 2, x / 2) if x / 2 > 0 else 1.0


def _variance(values: Sequence[float], mean: float) -> float:
    return math.fsum((value - mean) ** 2 / (len(values) - 1) for value in values)


def _pearson(x: Sequence[float], y: Sequence[float]) -> float | None:
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    dx, dy = [value - mean_x for value in x], [value - mean_y for value in y]
    scale = math.sqrt(math.fsum(d * d for d in dx) * math.fsum(d * d for d in dy))
    if scale == 0:
        return None
    return max(-1.0, min(1.0, math.fsum(a * b for a, b in zip(dx, dy, strict=True)) / scale))


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _kept_off_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _kept_off_zero(1 + term * d)
            c = _kept_off_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def _gamma_above(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function."""
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, _MOST_STEPS):
            term *= x / (a + step)
            total += term
            if term < total * _CLOSE:
                break
        return 1 - front * total
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value = d
    for step in range(1, _MOST_STEPS):
        b += 2
        term = -step * (step - a)
        d = 1 / _kept_off_zero(term * d + b)
        c = _kept_off_zero(b + term / c)
        value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return front * value


def _kept_off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


MOST_TEXTS = 0.5  # texts of which more than this share are different sort no runs into groups
_NOTHING = "–"


@dataclass(frozen=True)
class Grouping:
    """Rows whose values say which group a run belongs to: pairs of group and name. ``title`` names it for people."""

    rows: tuple[tuple[str, str], ...]
    title: str


@dataclass(frozen=True)
class RunGroup:
    """Some of the runs compared: what they have in common, and their columns."""

    values: tuple[str, ...]
    columns: tuple[int, ...]

    @property
    def title(self) -> str:
        if len(self.values) > 1 and set(self.values) == {_NOTHING}:
            return "without any of these"
        return ", ".join(value or '""' for value in self.values) or "all runs"

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True)
class Varying:
    """A param that is not the same throughout a group: the most values that it takes inside of one."""

    name: str
    values: int
    seed: bool  # by its name, one that is meant to vary


def groupings(comparison: Comparison) -> tuple[Grouping, ...]:
    """The ways to group these runs that make groups: by all params at once, by the parent, by each param or tag.

    All params at once are without the seeds, and without those that no two runs have the same of.
    """
    found: list[Grouping] = []
    names: dict[str, list[str]] = {"params": [], "tags": []}
    runs = len(comparison.subjects)
    unique: set[str] = set()
    for section in comparison.sections:
        if section.group in names:
            own = section.differs & (section.parents < 0) & ~system_rows(section)
            rows = np.flatnonzero(own).tolist()
            names[section.group] += [section.keys[row] for row in rows]
            if section.group == "params":
                unique |= {section.keys[row] for row in rows if len(set(section.meanings_of(row))) == runs}
    seeds = [name for name in names["params"] if is_seed(name) or (name in unique and runs > 2)]
    others = [name for name in names["params"] if name not in seeds]
    without = f" but {', '.join(seeds[:3])}" if seeds else ""
    offered = [Grouping(tuple(("params", name) for name in others), f"every param that differs{without}")]
    offered.append(Grouping((("overview", PARENT_ROW),), PARENT_ROW))
    offered += [Grouping(((group, name),), f"{_ONE[group]} {name}") for group in names for name in names[group]]
    for grouping in offered:
        if 1 < len(RunGroups(comparison, grouping).groups) < runs:
            found.append(grouping)
    return tuple(found)


_ONE = {"params": "param", "tags": "tag"}


def grouping_by(columns: Sequence[str]) -> Grouping | None:
    """The grouping by some columns of the runs table, as far as a comparison has them; None where it has none."""
    rows, titles = [], []
    for key in columns:
        section, _, name = key.partition(".")
        if section in _ONE:
            rows.append((section, name))
            titles.append(f"{_ONE[section]} {name}")
        elif key == "parent":
            rows.append(("overview", PARENT_ROW))
            titles.append(PARENT_ROW)
    return Grouping(tuple(rows), ", ".join(titles)) if rows else None


class RunGroups:
    """The groups that a grouping makes of the runs compared, largest first, and what is known of each."""

    def __init__(self, comparison: Comparison, grouping: Grouping) -> None:
        self.comparison = comparison
        self.grouping = grouping
        self.groups = _grouped(comparison, grouping)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        return self.comparison.metrics

    @cached_property
    def _rows(self) -> dict[str, tuple[Section, int]]:
        return {key: (s, row) for s in self.comparison.sections if s.group in METRICS for row, key in enumerate(s.keys)}

    def direction(self, metric: str) -> Direction:
        return self.comparison.direction(*self._rows[metric])

    def values(self, metric: str, one: RunGroup) -> list[float]:
        """A metric's values in a group; runs without it are left out."""
        (section, row), columns = self._rows[metric], list(one.columns)
        return [
            value
            for value, there in zip(
                section.numbers[row, columns].tolist(), section.present[row, columns].tolist(), strict=True
            )
            if there
        ]

    @cached_property
    def leaves_out(self) -> bool:
        """Whether any value is not finite, and so stands in no figure."""
        sections = {id(section): section for section, _ in self._rows.values()}
        return any(bool((one.present & ~np.isfinite(one.numbers)).any()) for one in sections.values())

    def summary(self, metric: str, one: RunGroup) -> SampleSummary:
        return summary(self.values(metric, one))

    def difference(
        self, metric: str, baseline: RunGroup, other: RunGroup, confidence: float = 0.95
    ) -> MeanDifference | None:
        """How the mean of a metric in a group differs from that in the baseline group, where n allows."""
        return welch(self.summary(metric, baseline), self.summary(metric, other), confidence)

    @cached_property
    def varying(self) -> tuple[Varying, ...]:
        """Params that vary inside of groups, those meant to first: what the spread of a group stems from."""
        grouped = {name for group, name in self.grouping.rows if group == "params"}
        found = []
        for section in self.comparison.sections:
            if section.group != "params":
                continue
            for row in np.flatnonzero(section.differs & (section.parents < 0)).tolist():
                name = section.keys[row]
                codes = section.meanings_of(row)
                inside = [{codes[column] for column in one.columns} for one in self.groups]
                if name not in grouped and any(len(values) > 1 for values in inside):
                    found.append(Varying(name, max(len(values - {-1}) for values in inside), is_seed(name)))
        return tuple(sorted(found, key=lambda varying: (not varying.seed, natural(varying.name))))


def _grouped(comparison: Comparison, grouping: Grouping) -> tuple[RunGroup, ...]:
    wanted: list[tuple[Section, int] | None] = []
    for group, name in grouping.rows:
        place = next(
            (
                (section, section.keys.index(name))
                for section in comparison.sections
                if section.group == group and name in section.keys
            ),
            None,
        )
        wanted.append(place)
    rows = [place for place in wanted if place is not None]
    codes = [section.meanings_of(row) for section, row in rows]
    members: dict[tuple[int, ...], list[int]] = {}
    for column in range(len(comparison.subjects)):
        members.setdefault(tuple(of_row[column] for of_row in codes), []).append(column)
    groups = [
        RunGroup(tuple(_said(section, row, columns[0]) for section, row in rows), tuple(columns))
        for columns in members.values()
    ]
    return tuple(sorted(groups, key=lambda one: (-len(one), tuple(natural(value) for value in one.values))))


def _said(section: Section, row: int, column: int) -> str:
    text = section.text(row, column)
    if text is not None:
        return text
    return f"{section.numbers[row, column]:g}" if section.present[row, column] else _NOTHING


@dataclass(frozen=True)
class Importance:
    """A param, and how it goes with a metric over the runs compared."""

    param: str
    found: Association
    values: int  # different ones


def importances(comparison: Comparison, metric: str) -> tuple[Importance, ...]:
    """The params that vary, by how strongly they go with a metric: by rank, over runs that have both.

    Numbers by Spearman's rho; texts that sort runs into groups by Kruskal and Wallis; others are left out.
    """
    there = comparison.measured(metric)
    if there is None:
        return ()
    measured = there[0].numbers[there[1]]
    finite = np.isfinite(measured)
    found = []
    for params in comparison.sections:
        if params.group != "params":
            continue
        for row in np.flatnonzero(params.differs & (params.parents < 0)).tolist():
            association = _association(params, row, measured, finite)
            if association is not None:
                values = len(set(params.meanings_of(row)) - {-1})
                found.append(Importance(params.keys[row], association, values))
    return tuple(sorted(found, key=lambda one: (-abs(one.found.strength), natural(one.param))))


def _association(
    params: Section,
    row: int,
    measured: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    finite: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> Association | None:
    present = params.present[row]
    numeric = params.numeric[row] & np.isfinite(params.numbers[row])
    both = numeric & finite
    if (numeric == present)[finite].all() and both.any():
        return spearman(params.numbers[row][both].tolist(), measured[both].tolist())
    groups: dict[int, list[float]] = {}
    for code, value, kept in zip(params.meanings_of(row), measured.tolist(), (present & finite).tolist(), strict=True):
        if kept:
            groups.setdefault(code, []).append(value)
    count = sum(map(len, groups.values()))
    if len(groups) > max(2, MOST_TEXTS * count):
        return None
    return kruskal(list(groups.values()))


def best_metric(comparison: Comparison, metrics: Sequence[str]) -> str | None:
    """The metric to begin with: one that most runs have and that has a direction, validation before training."""
    rows = {metric: found for metric in metrics if (found := comparison.measured(metric)) is not None}

    def rank(metric: str) -> tuple[bool, int, bool, bool, str]:
        section, row = rows[metric]
        held_out = any(word in metric.lower() for word in ("val", "test", "eval"))
        direction = comparison.direction(section, row).better
        have = int(section.present[row].sum())
        return section.group != "metrics", -have, not direction, not held_out, natural(metric)

    return min(rows, key=rank, default=None)
