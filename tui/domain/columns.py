"""The columns of a list of rows, each told in one place, and the table that they make of the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from math import isnan
from typing import Any, Generic, Literal, TypeVar

from tui.domain.quantities import iso
from tui.domain.table import Align, Column, Levelled, Table, Tone, values_of
from tui.domain.text import natural, width

# How a person has arranged a list: columns, widths, sort, and what its kind keeps besides.


SortOrder = tuple[tuple[str, bool], ...]  # of each column its key and whether it descends, the foremost first

_WIDTHS = range(2, 1001)
_OWN = frozenset({"columns", "widths", "sort"})


@dataclass(frozen=True)
class Arrangement:
    """``columns`` empty means the automatic choice; keys are those of ``Column.key``.

    ``more`` is what a kind of list keeps besides, in JSON's own values: whether it is a tree, its metric.
    """

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: SortOrder = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def flag(self, name: str, *, default: bool) -> bool:
        """Whether something is switched on."""
        value = self.more.get(name)
        return value if isinstance(value, bool) else default

    def text(self, name: str) -> str:
        """A text that is kept; empty where there is none."""
        value = self.more.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that is kept."""
        return tuple(value for value in _list(self.more.get(name)) if isinstance(value, str))

    def with_more(self, **more: Any) -> Arrangement:
        return replace(self, more={**self.more, **more})

    def turned(self, key: str, *, high_first: bool, may_rest: bool = True) -> Arrangement:
        """Sorted by a column; by it the other way round where it was already; then, where that may be, not at all."""
        if len(self.sort) == 1 and self.sort[0][0] == key:
            again = self.sort[0][1] != high_first
            return replace(self, sort=() if again and may_rest else ((key, not self.sort[0][1]),))
        return replace(self, sort=((key, high_first),))

    def widened(self, key: str, width: int) -> Arrangement:
        return replace(self, widths={**self.widths, key: width})

    def moved(self, order: Sequence[str], key: str, by: int) -> Arrangement:
        """A column moved among those shown, ``order``."""
        keys = list(order)
        if key not in keys:
            return self
        at = keys.index(key)
        keys.insert(max(0, min(len(keys) - 1, at + by)), keys.pop(at))
        return replace(self, columns=tuple(keys))

    def to_json(self) -> dict[str, Any]:
        return {
            **self.more,
            "columns": list(self.columns),
            "widths": dict(self.widths),
            "sort": [list(pair) for pair in self.sort],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], columns: Sequence[str] = ()) -> Arrangement:
        """As it was kept; what does not fit is left out. ``columns`` is the configured choice where none is kept."""
        chosen = tuple(key for key in _list(kept.get("columns")) if isinstance(key, str))
        widths = kept.get("widths")
        return cls(
            columns=chosen or tuple(columns),
            widths={
                key: width
                for key, width in (widths.items() if isinstance(widths, dict) else ())
                if isinstance(key, str) and isinstance(width, int) and width in _WIDTHS
            },
            sort=sort_from_json(kept.get("sort")),
            more={key: value for key, value in kept.items() if key not in _OWN},
        )


@dataclass(frozen=True)
class Look:
    """What one sees of a list: how it is arranged, by which filters, and what is marked.

    ``filter`` narrows here, ``server_filter`` is MLflow's own; ``lifecycle`` is "" where the active are shown.
    """

    arrangement: Arrangement = field(default_factory=Arrangement)
    filter: str = ""
    server_filter: str = ""
    lifecycle: str = ""
    marks: tuple[str, ...] = ()

    @property
    def narrowing(self) -> dict[str, Any]:
        """What is looked at, without how it is arranged, in JSON's own values; empty where that is everything."""
        said = {
            "filter": self.filter,
            "server_filter": self.server_filter,
            "lifecycle": self.lifecycle,
            "marks": list(self.marks),
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def from_narrowing(cls, kept: Mapping[str, Any], arrangement: Arrangement) -> Look:
        """As ``narrowing`` said it; what does not fit is left out."""

        def text(name: str) -> str:
            value = kept.get(name)
            return value if isinstance(value, str) else ""

        marks = tuple(value for value in _list(kept.get("marks")) if isinstance(value, str))
        return cls(arrangement, text("filter"), text("server_filter"), text("lifecycle"), marks)


def sort_from_json(kept: object) -> SortOrder:
    """A sort as it was kept; what does not fit is left out."""
    pairs = [pair for pair in _list(kept) if isinstance(pair, list) and len(pair) == 2]
    return tuple((key, bool(descending)) for key, descending in pairs if isinstance(key, str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


Row = TypeVar("Row")
Cell = str | tuple[str, Tone]  # a cleaned text, with how it is meant where that is special

KNOWN = "known"  # of an arrangement: the columns that there were when it was made
SAMPLE = 300  # rows looked at to choose the width of a column


@dataclass(frozen=True)
class ColumnSpec(Generic[Row]):
    """One column: its cell of a row, and what rows are sorted by in it.

    ``rank`` answers values of one kind, None where a row has none; without it rows are sorted by their text.
    ``means`` says what the rank is where it is the value itself and no mere order: a number, or a time in milliseconds.
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
    least: int = 3  # cells that it keeps, also where columns make room for each other
    widest: int = 44
    detail: str = ""  # what is said of it where columns are chosen
    means: Literal["", "number", "time"] = ""
    gives: bool = True  # whether it is made narrower where there is no room for all; what stays at the left is not

    def ranked(self, row: Row) -> Any:
        """What a row is sorted by; None comes last whichever way round."""
        if self.rank is not None:
            return self.rank(row)
        return text_of(self.cell(row)).lower() or None

    def value(self, row: Row) -> Any:
        """What a row has in it, in full: a number, a text, a time as ISO 8601 has it; None for nothing."""
        if self.rank is None or not self.means:
            return text_of(self.cell(row)).strip()
        rank = self.rank(row)
        return iso(rank) if self.means == "time" else rank


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
    already, as lines of a tree. ``room`` is the cells that there are for columns: where they do not suffice, those that
    nobody has widened give way, so that as many as can be are in view.
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
        room: int = 0,
    ) -> None:
        sort = arrangement.sort or sort
        self.generation = generation
        self.rows = list(rows) if in_order else sorted_by(rows, specs, sort)
        self._keys = [key_of(row) for row in self.rows]
        self._at = {key: row for row, key in enumerate(self._keys)}
        self._specs = {spec.key: spec for spec in specs}
        orders: dict[str, Literal["up", "down"]] = {key: "down" if descending else "up" for key, descending in sort}
        columns = [self._column(spec, arrangement, orders) for spec in chosen(specs, arrangement)]
        fixed = arrangement.widths.keys()
        self.columns = _given_way(columns, [self._least(one, fixed) for one in columns], room) if room else (*columns,)

    def _column(
        self, spec: ColumnSpec[Row], arrangement: Arrangement, orders: dict[str, Literal["up", "down"]]
    ) -> Column:
        cells = arrangement.widths.get(spec.key, 0)
        if not cells:
            needed = [width(text_of(spec.cell(row))) for row in self.rows[:SAMPLE]]
            cells = max(spec.least, min(spec.widest, max([width(spec.title) + 2, *needed])))
        return Column(spec.key, spec.title, cells, spec.align, spec.frozen, spec.group, orders.get(spec.key, ""))

    def _least(self, column: Column, fixed: Collection[str]) -> int:
        """The cells with which a column can do: numbers stay whole, texts are cut as far as they can be told apart."""
        if column.key in fixed or column.frozen or not self._specs[column.key].gives:
            return column.width
        heading = width(column.title) + (2 if column.order else 0)
        spec = self._specs[column.key]
        needed = max([heading, *(width(text_of(spec.cell(row))) for row in self.rows[:SAMPLE])])
        return min(column.width, needed if column.align == "right" else max(heading, spec.least, min(needed, _CUT)))

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

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        return [self._specs[key].value(row) for row in self.rows[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        cell = self._specs[key].cell
        return [tone_of(cell(row)) for row in self.rows[start:stop]]


_CUT = 16  # cells of a text below which it is not cut to make room
_GAP, _RULED_GAP = 2, 3  # as a grid draws them


def _given_way(columns: Sequence[Column], least: Sequence[int], room: int) -> tuple[Column, ...]:
    """As many of the first columns as there is room for at their least, each as wide as the room allows then."""
    gaps = [
        0 if not at else _RULED_GAP if column.group != columns[at - 1].group else _GAP
        for at, column in enumerate(columns)
    ]
    fitting = 0
    used = 0
    for gap, cells in zip(gaps, least, strict=True):
        if used + gap + cells > room:
            break
        used += gap + cells
        fitting += 1
    spare = room - used
    found = []
    for at, (column, cells) in enumerate(zip(columns, least, strict=True)):
        if at < fitting:
            more = min(spare, column.width - cells)
            spare -= more
            column = replace(column, width=cells + more)
        found.append(column)
    return tuple(found)


def chosen(specs: Sequence[ColumnSpec[Row]], arrangement: Arrangement) -> list[ColumnSpec[Row]]:
    """The columns that are shown, in their order; those that stay at the left come first in any case."""
    known = {spec.key: spec for spec in specs}
    wanted = [known[key] for key in dict.fromkeys(arrangement.columns) if key in known]
    shown = wanted or [spec for spec in specs if spec.default]
    frozen = [spec for spec in specs if spec.frozen]
    return [*frozen, *(spec for spec in shown if not spec.frozen)]


# a table that has been made elsewhere


class ArrangedTable:
    """A ready-made table as a person has arranged it. Implements ``table.Table``; ``made`` is the table itself.

    Columns that have come since the arrangement was made are shown after the others; lines of a tree are sorted
    among those of one parent.
    """

    def __init__(self, made: Table, arrangement: Arrangement) -> None:
        self.made = made
        self.generation = next(_generations)
        self.columns = self._columns(arrangement)
        self._order = _sorted_rows(made, arrangement.sort)
        self._row_of: dict[int, int] | None = None

    def _columns(self, arrangement: Arrangement) -> tuple[Column, ...]:
        there = {column.key: column for column in self.made.columns}
        known = {*arrangement.texts(KNOWN), *arrangement.columns}
        wanted = [there[key] for key in dict.fromkeys(arrangement.columns) if key in there]
        later = [column for column in there.values() if column.key not in known]
        shown = [*wanted, *later] if wanted else list(there.values())
        frozen = [column for column in there.values() if column.frozen]
        orders: dict[str, Literal["up", "down"]] = {key: "down" if down else "up" for key, down in arrangement.sort}
        return tuple(
            replace(
                column,
                width=arrangement.widths.get(column.key, column.width),
                order=orders.get(column.key, "") if arrangement.sort else column.order,
            )
            for column in [*frozen, *(column for column in shown if not column.frozen)]
        )

    @property
    def row_count(self) -> int:
        return self.made.row_count

    def made_row(self, row: int) -> int:
        """Where a row is in the table itself."""
        return self._order[row] if self._order is not None else row

    def row_key(self, row: int) -> str:
        return self.made.row_key(self.made_row(row))

    def row_of(self, row_key: str) -> int | None:
        row = self.made.row_of(row_key)
        if row is None or self._order is None:
            return row
        if self._row_of is None:
            self._row_of = {at: here for here, at in enumerate(self._order)}
        return self._row_of[row]

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        if self._order is None:
            return self.made.texts(key, start, stop)
        return [self.made.texts(key, row, row + 1)[0] for row in self._order[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        if self._order is None:
            return self.made.tones(key, start, stop)
        tones = [self.made.tones(key, row, row + 1) for row in self._order[start:stop]]
        return [tone[0] if tone is not None else "" for tone in tones]

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        if self._order is None:
            return values_of(self.made, key, start, stop)
        return [values_of(self.made, key, row, row + 1)[0] for row in self._order[start:stop]]


_generations = count(1)
Rank = tuple[int, float, str]


def rank_of(value: Any) -> Rank | None:
    """What a value is sorted by: numbers before texts, texts as people count; None for nothing, and for NaN."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return 1, 0.0, natural(value)
    return None if isnan(value) else (0, float(value), "")


def _sorted_rows(table: Table, sort: SortOrder) -> list[int] | None:
    """The rows in the order of a sort; None where that is the table's own."""
    rows = table.row_count
    there = {column.key for column in table.columns}
    ranked = [
        ([rank_of(value) for value in values_of(table, key, 0, rows)], down) for key, down in sort if key in there
    ]
    if not ranked:
        return None

    def ordered(some: list[int]) -> list[int]:
        for ranks, descending in reversed(ranked):
            some = sorted(
                (row for row in some if ranks[row] is not None),
                key=lambda row: ranks[row],  # type: ignore[arg-type, return-value]  # those without one are left out
                reverse=descending,
            ) + [row for row in some if ranks[row] is None]
        return some

    levels = table.levels() if isinstance(table, Levelled) else ()
    if not levels:
        return ordered(list(range(rows)))
    below: dict[int, list[int]] = {}
    above: list[int] = []  # the lines that the one before is in, itself among them
    for row, level in enumerate(levels):
        while above and levels[above[-1]] >= level:
            above.pop()
        below.setdefault(above[-1] if above else -1, []).append(row)
        above.append(row)
    found: list[int] = []
    stack = ordered(below.get(-1, []))[::-1]
    while stack:
        found.append(row := stack.pop())
        stack.extend(ordered(below[row])[::-1] if row in below else ())
    return found
