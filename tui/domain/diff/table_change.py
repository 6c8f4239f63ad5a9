"""What differs between two tables: shape, columns, and cells of rows that are matched by a key or by number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.domain.diff.file_rows import RowsChange, RowsOfChange
from tui.domain.diff.parsed import near, parsed
from tui.domain.preview.values import TableBody
from tui.domain.quantities import count

_LEAST_SHARED = 0.5  # of the keys of the smaller table, for a column to match rows by
_TRIED = 100  # values of a column that are looked at
# The last is what pandas calls the index of a table that it has written.
_NUMBERED = re.compile(r"(?i)(?:^|[^a-z])(?:id|key|index|idx|nr|no|row|step|epoch)$|(?<=[a-z])Id$|^$|^Unnamed: 0$")


@dataclass(frozen=True)
class _Side:
    """A table with the places of its columns by name, the first where a name is there twice."""

    body: TableBody
    at: dict[str, int]

    def column(self, name: str) -> Sequence[str]:
        return self.body.cells[self.at[name]][: self.body.rows]


def table_change(old: TableBody, new: TableBody, *, everything: bool, tolerance: float) -> RowsChange:
    """Shape, columns by name, and then cell by cell. Rows are matched by a column whose values are a key in both."""
    one, other = (_Side(body, _names(body)) for body in (old, new))
    rows = RowsOfChange("where", everything=everything, tolerance=tolerance)
    rows.add("rows", _extent(old), _extent(new), exact=True)
    rows.add("columns", count(_width(old)), count(_width(new)), exact=True)
    shared = [name for name in one.at if name in other.at]
    for name in [*one.at, *(name for name in other.at if name not in one.at)]:
        kinds = [
            (side.body.columns[side.at[name]].type or "here") if name in side.at else None for side in (one, other)
        ]
        rows.add(f"column {name}", kinds[0], kinds[1], exact=True)
    if shared != [name for name in other.at if name in one.at]:
        order = [", ".join(name for name in side.at if name in shared) for side in (one, other)]
        rows.add("order of columns", order[0], order[1], exact=True)
    key = key_column(one.body, other.body)
    if key is None:
        said = f"Cells are compared row by row, {count(min(old.rows, new.rows))} rows of either."
        _by_number(rows, one, other, shared, everything, tolerance)
    else:
        said = f"Rows are matched by {key}, whose values are all different."
        _by_key(rows, one, other, key, shared, everything, tolerance)
    return rows.made(said)


def key_column(old: TableBody, new: TableBody) -> str | None:
    """The first column of both whose values tell all rows apart and are mostly the same in both; None if there is none.

    Numbers with a fraction are measured rather than given, and are never a key; whole ones may be counts, and are one
    only where their name says so.
    """
    one, other = _Side(old, _names(old)), _Side(new, _names(new))
    for name in one.at:
        if name not in other.at:
            continue
        first, second = one.column(name), other.column(name)
        held, met = set(first), set(second)
        if len(held) < len(first) or len(met) < len(second) or not held or not met or "" in held | met:
            continue
        if any(_is_number(text, name) for text in (*first[:_TRIED], *second[:_TRIED])):
            continue
        if len(held & met) >= _LEAST_SHARED * min(len(held), len(met)):
            return name
    return None


def _by_number(
    rows: RowsOfChange, one: _Side, other: _Side, shared: Sequence[str], everything: bool, tolerance: float
) -> None:
    pairs = ((f"row {row + 1}", row, row) for row in range(min(one.body.rows, other.body.rows)))
    _cells(rows, one, other, pairs, shared, everything, tolerance)


def _by_key(
    rows: RowsOfChange, one: _Side, other: _Side, key: str, shared: Sequence[str], everything: bool, tolerance: float
) -> None:
    first, second = one.column(key), other.column(key)
    place = {value: row for row, value in enumerate(second)}
    rest = [name for name in shared if name != key]
    pairs = ((f"{key} {value}", row, place[value]) for row, value in enumerate(first) if value in place)
    _cells(rows, one, other, pairs, rest, everything, tolerance)
    held = set(first)
    # A row that is beyond what was read of one side is not known to be gone.
    if _is_all(other.body):
        for value in first:
            if value not in place:
                rows.add(f"{key} {value}", "here", None)
    if _is_all(one.body):
        for value in second:
            if value not in held:
                rows.add(f"{key} {value}", None, "here")


def _cells(
    rows: RowsOfChange,
    one: _Side,
    other: _Side,
    pairs: Iterator[tuple[str, int, int]],
    names: Sequence[str],
    everything: bool,
    tolerance: float,
) -> None:
    columns = [(name, one.column(name), other.column(name)) for name in names]
    for called, here, there in pairs:
        if rows.is_full and everything:
            return
        for name, first, second in columns:
            if everything or (
                first[here] != second[there] and not near(parsed(first[here]), parsed(second[there]), tolerance)
            ):
                rows.add(f"{called} · {name}", first[here], second[there])


def _names(body: TableBody) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, column in enumerate(body.columns):
        found.setdefault(column.name, at)
    return found


def _kind(side: _Side, name: str) -> str | None:
    return (side.body.columns[side.at[name]].type or "here") if name in side.at else None


def _is_all(body: TableBody) -> bool:
    return body.total_rows is not None and body.rows >= body.total_rows


def _is_number(text: str, name: str) -> bool:
    """Whether a text is a number that is no key."""
    meant = parsed(text)
    return meant.number is not None and not (meant.whole and _NUMBERED.search(name))


def _extent(body: TableBody) -> str:
    return count(body.total_rows) if body.total_rows is not None else f"{count(body.rows)} read"


def _width(body: TableBody) -> int:
    return body.total_columns or len(body.columns)
