"""From the loaded runs and a person's wishes to the rows and columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timezone, tzinfo

import numpy as np
import numpy.typing as npt

from tui.domain.filter.names import Field
from tui.domain.filter.query import Query
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.runs.catalogue import default_columns, field_of, title_of
from tui.domain.runs.cells import Moment, cells_of
from tui.domain.runs.forest import Forest, Placed, by_best_below, forest_of, place, with_ancestors
from tui.domain.runs.pools import Bools
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.runs.sorting import Longs, SortKey, elapsed, order_of
from tui.domain.runs.table import ConstantColumn, RunsTable, ViewCounts

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

    def toggled(self, run_id: str) -> Folds:
        return replace(self, but=self.but ^ {run_id})


@dataclass(frozen=True)
class RunsViewSpec:
    """What to show of the runs and how.

    ``columns`` are keys in order ("name" comes first in any case), None for a choice by what there is; ``widths`` are
    those that a person has set. ``sort`` falls back to newest first.
    """

    columns: tuple[str, ...] | None = None
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: tuple[SortKey, ...] = ()
    query: Query | None = None
    tree: bool = True
    folds: Folds = Folds()
    fold_constants: bool = False
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
    shown = matching
    if spec.tree and not forest.is_flat:
        if spec.sort and spec.sort[0].key.startswith("metrics."):
            order = by_best_below(forest.parents, order, matching)
        shown = with_ancestors(forest.parents, matching) if has_query else alive
        placed = place(forest.parents, order, shown, _folding(snapshot, spec, matching if has_query else None))
    else:
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
        tree=spec.tree,
        widths=spec.widths,
        orders={key.key: "down" if key.descending else "up" for key in spec.sort or NEWEST_FIRST},
        counts=_counts(snapshot, forest, placed, matching, constants),
        glyphs=spec.glyphs,
        moment=Moment(spec.now_ms, spec.zone, spec.absolute_times),
    )
    # Whole columns are made here, on the caller's thread, and not when a screen is being drawn.
    for column in table.columns[:_AT_ONCE]:
        table.texts(column.key, 0, 1)
    return table


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
