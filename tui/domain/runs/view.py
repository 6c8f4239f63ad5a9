"""From the loaded runs and a person's wishes to the rows and columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timezone, tzinfo
from functools import cached_property
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from tui.domain.filter.names import Field
from tui.domain.filter.nodes import Query
from tui.domain.filter.texts import STATUS_LABELS, fold
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.quantities import writer
from tui.domain.runs.cells import Moment, cells_of
from tui.domain.runs.forest import Forest, Longs, Placed, by_best_below, forest_of, place, with_ancestors
from tui.domain.runs.snapshot import Bools, CodedTexts, Floats, FrameSnapshot
from tui.domain.runs.table import ConstantColumn, RunsTable, ViewCounts, default_columns, field_of, title_of
from tui.domain.table import Column, Tone
from tui.domain.text import clean, natural, width

if TYPE_CHECKING:
    from tui.domain.runs.groups import SampleSummary

# Runs in groups: by params, tags, datasets or parents; a group is a line with the figures of its runs' metrics.


GROUP = "group:"
"""The beginning of the keys of the lines that are groups."""

SPREAD = ("sd", "low", "high")
_TITLES = {"sd": "std", "low": "min", "high": "max"}
_NAMES = (16, 46)
_generations = count(1)


@dataclass(frozen=True)
class RunsGroup:
    """Some runs that say the same: what they say, and their rows."""

    key: str
    title: str
    rows: Longs


def may_group(key: str) -> bool:
    """Whether runs can be grouped by a column."""
    field = field_of(key)
    return field is not None and (field.kind in ("param", "tag") or key in ("dataset", "parent", "user", "status"))


def groups_of(snapshot: FrameSnapshot, keys: Sequence[str], rows: Longs) -> list[RunsGroup]:
    """The groups that ``rows`` make by what they say in these columns, in the order of what they say."""
    fields = [field for key in keys if may_group(key) and (field := field_of(key)) is not None]
    columns = [snapshot.texts(field) for field in fields]
    codes = [column.codes[rows].tolist() for column in columns]
    members: dict[tuple[int, ...], list[int]] = {}
    for row, code in zip(rows.tolist(), zip(*codes, strict=True), strict=True):
        members.setdefault(code, []).append(row)
    found = []
    for code, of_group in members.items():
        cells = zip(fields, columns, code, strict=True)
        said = [_said(snapshot, field, column.texts, at) for field, column, at in cells]
        title = ", ".join(f"{title_of(field)} = {value}" for field, value in zip(fields, said, strict=True))
        found.append(RunsGroup(GROUP + title, clean(title), np.array(of_group, dtype=np.int64)))
    return sorted(found, key=lambda group: natural(group.title))


def _said(snapshot: FrameSnapshot, field: Field, texts: Sequence[str], code: int) -> str:
    text = texts[code] if code >= 0 else "–"
    if field == Field("attribute", "parent") and (row := snapshot.row_of(text)) is not None:
        return snapshot.run_name(row) or text
    return text or '""'


class GroupedRuns:
    """Groups, and below each that is not folded its runs, as ``runs`` shows them. Implements ``domain.table.Table``.

    In a line that is a group the columns of metrics say the mean; beside each stand std, min and max of the group.
    """

    def __init__(
        self,
        runs: RunsTable,
        groups: Sequence[RunsGroup],
        is_folded: Callable[[str], bool],
        widths: Mapping[str, int],
        sort: Sequence[tuple[str, bool]],
        glyphs: Glyphs,
    ) -> None:
        self.generation = next(_generations)
        self.runs = runs
        self._glyphs = glyphs
        self._summaries: dict[tuple[str, str], SampleSummary] = {}
        self._metrics = {
            column.key: field
            for column in runs.columns
            if (field := field_of(column.key)) is not None and field.kind == "metric" and field.measure == "number"
        }
        self._writers = {key: writer(_sample(runs.snapshot, field)) for key, field in self._metrics.items()}
        self.groups = self._sorted(groups, sort)
        self._by_key = {group.key: group for group in self.groups}
        self._folded = {group.key for group in self.groups if is_folded(group.key)}
        self._lines: list[RunsGroup | int] = []
        for group in self.groups:
            self._lines.append(group)
            if group.key not in self._folded:
                places = (runs.row_of(runs.snapshot.run_id(row)) for row in group.rows.tolist())
                self._lines += sorted(place for place in places if place is not None)
        orders: dict[str, Literal["up", "down"]] = {key: "down" if descending else "up" for key, descending in sort}
        self.columns = tuple(self._columns(widths, orders))

    # --- Table

    @property
    def row_count(self) -> int:
        return len(self._lines)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        return [self._text(key, line) for line in self._lines[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        found: list[Tone] = []
        for line in self._lines[start:stop]:
            if isinstance(line, RunsGroup):
                found.append("strong")
            else:
                own = None if _spread_of(key) or key == "n" else self.runs.tones(key, line, line + 1)
                found.append(own[0] if own is not None else "")
        return found

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        """What is written, as numbers where it is one."""
        found: list[Any] = []
        for line in self._lines[start:stop]:
            number = self._number(key, line) if isinstance(line, RunsGroup) else None
            if isinstance(line, RunsGroup):
                found.append(number if number is not None else self._text(key, line))
            else:
                found.append(None if _spread_of(key) or key == "n" else self.runs.values(key, line, line + 1)[0])
        return found

    def row_key(self, row: int) -> str:
        line = self._lines[row]
        return line.key if isinstance(line, RunsGroup) else self.runs.row_key(line)

    def row_of(self, row_key: str) -> int | None:
        return self._places.get(row_key)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {self.row_key(row): row for row in range(self.row_count)}

    # --- beyond

    def tick(self, now_ms: int, places: Sequence[int]) -> list[int]:
        """The same of runs as ``RunsTable.tick``; what groups say stands still."""
        lines = {line: place for place in places if not isinstance(line := self._lines[place], RunsGroup)}
        changed = [lines[line] for line in self.runs.tick(now_ms, tuple(lines))]
        if changed:
            self.generation = next(_generations)
        return changed

    def run_ids(self, key: str) -> tuple[str, ...]:
        """The runs of a group, by its key."""
        group = self._by_key.get(key)
        return tuple(self.runs.snapshot.run_id(row) for row in group.rows.tolist()) if group is not None else ()

    def group_at(self, row_key: str) -> str:
        """The key of the group that a line is, or lies in."""
        row = self.row_of(row_key)
        above = self._lines[: row + 1] if row is not None else []
        return next((line.key for line in reversed(above) if isinstance(line, RunsGroup)), "")

    @property
    def is_of_some(self) -> bool:
        """Whether a figure that is shown is of fewer runs than its group has: the others lack a finite value there."""
        return any(self._summaries[key, metric].n < len(self._by_key[key].rows) for key, metric in self._summaries)

    def title_of(self, key: str) -> str:
        group = self._by_key.get(key)
        return group.title if group is not None else ""

    # --- inside

    def summary(self, group: RunsGroup, key: str) -> SampleSummary:
        found = self._summaries.get((group.key, key))
        if found is None:
            from tui.domain.runs.groups import summary  # the first rows stand in no groups

            values, present = self.runs.snapshot.numbers(self._metrics[key])
            found = summary(values[group.rows][present[group.rows]].tolist())
            self._summaries[group.key, key] = found
        return found

    def _number(self, key: str, group: RunsGroup) -> float | None:
        """The figure of a group that a column shows; None where it shows none."""
        if key == "n":
            return float(len(group.rows))
        spread, column = _spread_of(key), column_of(key)
        if column not in self._metrics:
            return None
        number = float(getattr(self.summary(group, column), spread or "mean"))
        return None if number != number else number

    def _text(self, key: str, line: RunsGroup | int) -> str:
        if not isinstance(line, RunsGroup):
            if key == "name":
                return f"    {self.runs.texts(key, line, line + 1)[0].strip()}"
            return "" if _spread_of(key) or key == "n" else self.runs.texts(key, line, line + 1)[0]
        if key == "name":
            sign = self._glyphs.folded if line.key in self._folded else self._glyphs.unfolded
            return f"{sign} {line.title}"
        if key == "n":
            return str(len(line.rows))
        number = self._number(key, line)
        column = column_of(key)
        if number is None:
            return self._glyphs.absent if column in self._metrics else ""
        return self._writers[column](number)

    def _sorted(self, groups: Sequence[RunsGroup], sort: Sequence[tuple[str, bool]]) -> list[RunsGroup]:
        found = list(groups)
        for key, descending in reversed(sort):
            ranked = [(self._number(key, group), group) for group in found]
            there = [(number, group) for number, group in ranked if number is not None]
            there.sort(key=lambda pair: pair[0], reverse=descending)
            found = [group for _, group in there] + [group for number, group in ranked if number is None]
        return found

    def _columns(self, widths: Mapping[str, int], orders: Mapping[str, Literal["up", "down"]]) -> list[Column]:
        found = []
        for column in self.runs.columns:
            column = replace(column, order=orders.get(column.key, ""))
            if column.key == "name":
                longest = max((width(self._text("name", line)) for line in self._lines[:400]), default=0)
                wide = widths.get("name", max(_NAMES[0], min(_NAMES[1], longest)))
                n = Column("n", "n", widths.get("n", 4), "right", True, column.group, orders.get("n", ""))
                found += [replace(column, width=wide), n]
                continue
            if column.key not in self._metrics:
                found.append(column)
                continue
            for figure in ("", *SPREAD):
                key = f"{figure}:{column.key}" if figure else column.key
                texts = [self._text(key, group) for group in self.groups[:200]]
                title = _TITLES.get(figure, column.title)
                order: Literal["", "up", "down"] = orders.get(key, "")
                least = width(title) + (2 if order else 0) if figure else column.width
                wide = widths.get(key, max([least, *map(width, texts)]))
                found.append(Column(key, title, wide, "right", group=f"of {column.key}", order=order))
        return found


def column_of(key: str) -> str:
    """The column of a run that a column of groups is of."""
    return key.partition(":")[2] if _spread_of(key) else key


def _spread_of(key: str) -> str:
    """The figure of a group that a column shows beside the mean, "" for any other."""
    figure, colon, _ = key.partition(":")
    return figure if colon and figure in SPREAD else ""


def _sample(snapshot: FrameSnapshot, field: Field) -> list[float]:
    values, present = snapshot.numbers(field)
    return [float(value) for value in values[present][:512]]


# The order of runs by several columns.


_ABSENT = np.iinfo(np.int64).max
_NAN = _ABSENT - 1
_PART = 8192
_TEXTS_FROM = np.int64(0x7FF0_0000_0000_0001)  # just above +infinity, in the numbering of ``_ordinals``


@dataclass(frozen=True)
class SortKey:
    """A column to sort by: ``key`` as in ``Column.key`` ("metrics.val_auc", "start")."""

    key: str
    descending: bool = False


def order_of(snapshot: FrameSnapshot, fields: Sequence[tuple[Field, bool]], now_ms: int) -> Longs:
    """Row numbers, sorted by fields (each with whether it descends), rows that are equal in all of them as they were.

    Absent values come last and NaN just before them, in both directions; in a column of texts numbers come first, by
    value, then texts, without minding case.
    """
    if not fields:
        return np.arange(snapshot.row_count, dtype=np.int64)
    ranks = [_ranks(snapshot, field, descending, now_ms) for field, descending in fields]
    if len(ranks) == 1:
        return np.argsort(ranks[0], kind="stable")
    return np.lexsort(tuple(reversed(ranks)))


def _ranks(snapshot: FrameSnapshot, field: Field, descending: bool, now_ms: int) -> Longs:
    if field.measure in ("text", "status"):
        column = snapshot.texts(field)
        by_code = snapshot.kept(("ranks", field, descending), lambda: _sized(_text_ranks(field, column, descending)))
        # Code -1, nothing, takes the last place.
        return np.append(by_code, _ABSENT)[column.codes]
    values, present = elapsed(snapshot, field, now_ms)
    return _number_ranks(values, present, descending)


def elapsed(snapshot: FrameSnapshot, field: Field, now_ms: int) -> tuple[Floats, Bools]:
    """Values and presence of a field that is no text; durations and ages, in milliseconds, as of ``now_ms``."""
    if field.measure not in ("duration", "age"):
        return snapshot.numbers(field)
    starts, started = snapshot.numbers(Field("attribute", "start"))
    if field.measure == "age":
        return now_ms - starts, started
    ends, ended = snapshot.numbers(Field("attribute", "end"))
    return np.where(ended, ends, float(now_ms)) - starts, started


def _ordinals(values: Floats) -> Longs:
    """Integers in the order of ``values``, 0.0 and -0.0 the same; NaN is to be treated by the caller."""
    bits = (values + 0.0).view(np.int64)
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)


def _number_ranks(values: Floats, present: Bools, descending: bool) -> Longs:
    ranks = _ordinals(values)
    if descending:
        ranks = -ranks
    ranks[np.isnan(values)] = _NAN
    ranks[~present] = _ABSENT
    return ranks


def _text_ranks(field: Field, column: CodedTexts, descending: bool) -> Longs:
    """The rank of each text of a column by its code."""
    texts = list(column.texts)
    ranks = np.zeros(len(texts), dtype=np.int64)
    are_numbers = np.zeros(len(texts), dtype=np.bool_)
    if field.kind in ("param", "tag"):
        numbers, known = column.numbers()
        are_numbers = known[: len(texts)]
        values = numbers[: len(texts)][are_numbers]
        ranks[are_numbers] = _number_ranks(values, np.ones(len(values), dtype=np.bool_), descending)
    words = np.flatnonzero(~are_numbers)
    shown = STATUS_LABELS if field == Field("attribute", "status") else {}
    folded = [fold(shown.get(text, text)) for text in map(texts.__getitem__, words.tolist())]
    order = _sorted_places(folded)
    if order:
        # Texts that differ only in case get the same rank.
        steps = np.cumsum([0, *(one != other for one, other in pairwise([folded[at] for at in order]))])
        ranks[words[order]] = _TEXTS_FROM + (steps[-1] - steps if descending else steps)
    return ranks


def _sorted_places(texts: Sequence[str]) -> list[int]:
    """Places of ``texts`` in their order; sorted in parts first, as one sort of all would hold up other threads."""
    parts = [range(start, min(start + _PART, len(texts))) for start in range(0, len(texts), _PART)]
    begun = [place for part in parts for place in sorted(part, key=texts.__getitem__)]
    return sorted(begun, key=texts.__getitem__)


def _sized(array: Longs) -> tuple[Longs, int]:
    return array, array.nbytes


NEWEST_FIRST = (SortKey("start", descending=True),)
_AT_ONCE = 30  # columns, about as many as fit on a wide screen
_NEVER_FOLDED = frozenset({"name", "id"})


@dataclass(frozen=True)
class Folds:
    """Which runs with children are folded: all or none of them, but for some run ids."""

    all_folded: bool = False
    but: frozenset[str] = frozenset()

    def is_folded(self, run_id: str) -> bool:
        return self.all_folded != (run_id in self.but)


@dataclass(frozen=True)
class RunsViewSpec:
    """What to show of the runs and how.

    ``columns`` are keys in order ("name" comes first in any case), None for a choice by what there is; ``widths`` are
    those that a person has set. Runs in groups, ``group_by``, stand in no tree.
    ``sort`` falls back to newest first. Runs that are ``pinned`` stand first, whatever the
    filter says; those ``hidden``, and what lies below them, are not there, or muted where they are shown all the same.
    """

    columns: tuple[str, ...] | None = None
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: tuple[SortKey, ...] = ()
    query: Query | None = None
    tree: bool = True
    folds: Folds = Folds()
    fold_constants: bool = False
    group_by: tuple[str, ...] = ()
    pinned: frozenset[str] = frozenset()
    troubles: Mapping[str, str] = field(default_factory=dict)  # what holds of runs by their ids, in a word or two
    hidden: frozenset[str] = frozenset()
    show_hidden: bool = False
    now_ms: int = 0
    zone: tzinfo = timezone.utc
    absolute_times: bool = False
    glyphs: Glyphs = UNICODE


def build_view(snapshot: FrameSnapshot, spec: RunsViewSpec) -> RunsTable:
    """The table that ``spec`` asks for; raises FilterError where the filter does not suit the runs. Any thread."""
    alive = snapshot.alive
    has_query = spec.query is not None and not spec.query.is_empty
    matching = alive
    if spec.query is not None and has_query:
        matching = alive & spec.query.mask(snapshot, now_ms=spec.now_ms, zone=spec.zone)
    order = _order(snapshot, spec)
    forest = forest_of(snapshot)
    pinned, hidden = _rows(snapshot, spec.pinned), _below(forest.parents, _rows(snapshot, spec.hidden)) & alive
    if pinned.any():
        forest = replace(forest, parents=np.where(pinned, -1, forest.parents))
    hidden &= ~pinned
    put_away = int((matching & hidden).sum())
    matching = matching & ~hidden
    pinned_beside = int((pinned & alive & ~matching).sum())
    shown = matching
    tree = spec.tree and not spec.group_by
    if tree and not forest.is_flat:
        first = field_of(spec.sort[0].key) if spec.sort else None
        if first is not None and first.kind == "metric":
            order = by_best_below(forest.parents, order, matching)
        order = _pinned_first(order, pinned)
        shown = with_ancestors(forest.parents, matching) if has_query else alive & ~hidden
        shown = with_ancestors(forest.parents, shown | (pinned & alive) | (hidden if spec.show_hidden else False))
        placed = place(forest.parents, order, shown, _folding(snapshot, spec, matching if has_query else None))
    else:
        order = _pinned_first(order, pinned)
        shown = shown | (pinned & alive) | (hidden if spec.show_hidden else False)
        placed = place(np.full(snapshot.row_count, -1, dtype=np.int64), order, shown, None)
    fields = _chosen(snapshot, spec)
    constants: tuple[ConstantColumn, ...] = ()
    if spec.fold_constants:
        constants = _constants(snapshot, spec, fields, np.flatnonzero(matching))
        folded = {constant.key for constant in constants}
        fields = [(key, column) for key, column in fields if key not in folded]
    table = RunsTable(
        snapshot,
        placed,
        fields=fields,
        forest=forest,
        matching=matching,
        pinned=pinned,
        troubles=spec.troubles,
        tree=tree,
        widths=spec.widths,
        orders={key.key: "down" if key.descending else "up" for key in spec.sort or NEWEST_FIRST},
        counts=replace(
            _counts(snapshot, forest, placed, matching, constants), put_away=put_away, pinned_beside=pinned_beside
        ),
        glyphs=spec.glyphs,
        moment=Moment(spec.now_ms, spec.zone, spec.absolute_times),
    )
    # Whole columns are made here, on the caller's thread, and not when a screen is being drawn.
    for column in table.columns[:_AT_ONCE]:
        table.texts(column.key, 0, 1)
    return table


def grouped(table: RunsTable, spec: RunsViewSpec) -> GroupedRuns:
    """The same runs in the groups that ``spec`` asks for."""
    return GroupedRuns(
        table,
        groups_of(table.snapshot, spec.group_by, table.rows),
        spec.folds.is_folded,
        spec.widths,
        [(key.key, key.descending) for key in spec.sort],
        spec.glyphs,
    )


def _rows(snapshot: FrameSnapshot, run_ids: frozenset[str]) -> Bools:
    """The rows of these runs, of those that are loaded."""
    found = np.zeros(snapshot.row_count, dtype=np.bool_)
    found[[row for run_id in run_ids if (row := snapshot.row_of(run_id)) is not None]] = True
    return found


def _pinned_first(order: Longs, pinned: Bools) -> Longs:
    return np.concatenate([order[pinned[order]], order[~pinned[order]]]) if pinned.any() else order


def _below(parents: Longs, rows: Bools) -> Bools:
    """These rows and every one that lies below one of them."""
    found = rows
    while True:
        more = found | np.where(parents >= 0, found[parents], False)
        if (more == found).all():
            return found
        found = more


def _order(snapshot: FrameSnapshot, spec: RunsViewSpec) -> Longs:
    keys = [(field_of(key.key), key.descending) for key in spec.sort or NEWEST_FIRST]
    return order_of(snapshot, [(known, descending) for known, descending in keys if known is not None], spec.now_ms)


def _folding(snapshot: FrameSnapshot, spec: RunsViewSpec, matching: Bools | None) -> Callable[[int], bool] | None:
    """Rows to fold; a row that is there only for the matches below it never is."""
    if spec.folds == Folds():
        return None
    return lambda row: spec.folds.is_folded(snapshot.run_id(row)) and (matching is None or bool(matching[row]))


def _chosen(snapshot: FrameSnapshot, spec: RunsViewSpec) -> list[tuple[str, Field]]:
    keys = spec.columns if spec.columns is not None else default_columns(snapshot)
    # What the rows are sorted by is seen, before the other metrics and params.
    sorted_by = tuple(key.key for key in spec.sort if key.key not in keys)
    before = next((at for at, key in enumerate(keys) if "." in key), len(keys))
    keys = (*keys[:before], *sorted_by, *keys[before:])
    found = [("name", Field("attribute", "name"))]
    for key in dict.fromkeys(keys):
        known = field_of(key)
        if known is not None and key != "name":
            found.append((key, known))
    return found


def _constants(
    snapshot: FrameSnapshot, spec: RunsViewSpec, fields: Sequence[tuple[str, Field]], rows: Longs
) -> tuple[ConstantColumn, ...]:
    """The columns in which all of ``rows`` say the same, or nothing; those that the rows are sorted by stay."""
    if len(rows) < 2:
        return ()
    sorted_by = {key.key for key in spec.sort}
    found: list[ConstantColumn] = []
    for key, column in fields:
        if key not in _NEVER_FOLDED and key not in sorted_by and is_constant(snapshot, column, rows, spec.now_ms):
            cells = cells_of(snapshot, column, spec.glyphs, Moment(spec.now_ms, spec.zone, spec.absolute_times))
            found.append(ConstantColumn(key, title_of(column), cells.write(rows[:1])[0]))
    return tuple(found)


def is_constant(snapshot: FrameSnapshot, column: Field, rows: npt.NDArray[np.int64], now_ms: int) -> bool:
    """Whether all of ``rows`` have the same value in a column and none is without, or none has any."""
    for part in (rows[:64], rows):  # most columns differ early on
        if column.measure in ("text", "status"):
            codes = snapshot.texts(column).codes[part]
            same = bool((np.maximum(codes, -1) == max(-1, int(codes[0]))).all())
        else:
            values, present = elapsed(snapshot, column, now_ms)
            values, present = values[part], present[part]
            same = not present.any() or (
                bool(present.all()) and (bool((values == values[0]).all()) or bool(np.isnan(values).all()))
            )
        if not same:
            return False
    return True


def _counts(
    snapshot: FrameSnapshot,
    forest: Forest,
    placed: Placed,
    matching: Bools,
    constants: tuple[ConstantColumn, ...],
) -> ViewCounts:
    tops = placed.rows[placed.depths == 0]
    return ViewCounts(
        loaded=snapshot.run_count,
        matching=int(matching.sum()),
        rows=len(placed.rows),
        roots=len(tops),
        orphans=int(forest.orphans[tops].sum()),
        folded_away=int(placed.hidden.sum()),
        constants=constants,
    )
