"""The columns of a list of rows, each told in one place, and the table that they make of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from tui.domain.arrangement import Arrangement, SortOrder
from tui.domain.table import Align, Column, Tone
from tui.domain.text import width

Row = TypeVar("Row")
Cell = str | tuple[str, Tone]  # a cleaned text, with how it is meant where that is special

SAMPLE = 300  # rows looked at to choose the width of a column


@dataclass(frozen=True)
class ColumnSpec(Generic[Row]):
    """One column: its cell of a row, and what rows are sorted by in it.

    ``rank`` answers values of one kind, None where a row has none; without it rows are sorted by their text.
    ``better`` says at which end one looks first; ``default`` whether it is shown while nobody has chosen.
    """

    key: str
    title: str
    cell: Callable[[Row], Cell]
    rank: Callable[[Row], Any] | None = None
    default: bool = True
    better: Literal["", "higher", "lower"] = ""
    align: Align = "left"
    frozen: bool = False  # stays at the left while the rest scrolls
    group: str = ""
    least: int = 3
    widest: int = 44
    detail: str = ""  # what is said of it where columns are chosen

    def ranked(self, row: Row) -> Any:
        """What a row is sorted by; None comes last whichever way round."""
        if self.rank is not None:
            return self.rank(row)
        return text_of(self.cell(row)).lower() or None


def text_of(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def tone_of(cell: Cell) -> Tone:
    return "" if isinstance(cell, str) else cell[1]


def sifted(rows: Iterable[Row], query: str, searched: Callable[[Row], str]) -> list[Row]:
    """The rows whose text holds every word of a query, whatever the case."""
    words = query.lower().split()
    if not words:
        return list(rows)
    return [row for row in rows if all(word in searched(row).lower() for word in words)]


def sorted_by(rows: Sequence[Row], specs: Sequence[ColumnSpec[Row]], sort: SortOrder) -> list[Row]:
    """The rows in another order: the foremost column decides, then the next; ties stay as they were."""
    known = {spec.key: spec for spec in specs}
    found = list(rows)
    for key, descending in reversed(sort):
        spec = known.get(key)
        if spec is None:
            continue
        ranked = [(spec.ranked(row), row) for row in found]
        there = [pair for pair in ranked if pair[0] is not None and pair[0] == pair[0]]
        there.sort(key=lambda pair: pair[0], reverse=descending)
        found = [row for _, row in there] + [row for rank, row in ranked if rank is None or rank != rank]
    return found


class SpecTable(Generic[Row]):
    """Rows under the columns that are wanted of them; texts are made when asked for. Implements ``table.Table``.

    ``sort`` is what the rows are in the order of while the arrangement says nothing; ``in_order`` that they are so
    already, as lines of a tree.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        key_of: Callable[[Row], str],
        specs: Sequence[ColumnSpec[Row]],
        arrangement: Arrangement,
        *,
        sort: SortOrder = (),
        generation: int = 0,
        in_order: bool = False,
    ) -> None:
        sort = arrangement.sort or sort
        self.generation = generation
        self.rows = list(rows) if in_order else sorted_by(rows, specs, sort)
        self._keys = [key_of(row) for row in self.rows]
        self._at = {key: row for row, key in enumerate(self._keys)}
        self._specs = {spec.key: spec for spec in specs}
        orders: dict[str, Literal["up", "down"]] = {key: "down" if descending else "up" for key, descending in sort}
        self.columns = tuple(self._column(spec, arrangement, orders) for spec in chosen(specs, arrangement))

    def _column(
        self, spec: ColumnSpec[Row], arrangement: Arrangement, orders: dict[str, Literal["up", "down"]]
    ) -> Column:
        cells = arrangement.widths.get(spec.key, 0)
        if not cells:
            needed = [width(text_of(spec.cell(row))) for row in self.rows[:SAMPLE]]
            cells = max(spec.least, min(spec.widest, max([width(spec.title) + 2, *needed])))
        return Column(spec.key, spec.title, cells, spec.align, spec.frozen, spec.group, orders.get(spec.key, ""))

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def row_key(self, row: int) -> str:
        return self._keys[row]

    def row_of(self, row_key: str) -> int | None:
        return self._at.get(row_key)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        cell = self._specs[key].cell
        return [text_of(cell(row)) for row in self.rows[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        cell = self._specs[key].cell
        return [tone_of(cell(row)) for row in self.rows[start:stop]]


def chosen(specs: Sequence[ColumnSpec[Row]], arrangement: Arrangement) -> list[ColumnSpec[Row]]:
    """The columns that are shown, in their order; those that stay at the left come first in any case."""
    known = {spec.key: spec for spec in specs}
    wanted = [known[key] for key in dict.fromkeys(arrangement.columns) if key in known]
    shown = wanted or [spec for spec in specs if spec.default]
    frozen = [spec for spec in specs if spec.frozen]
    return [*frozen, *(spec for spec in shown if not spec.frozen)]
