"""CSV and its like as the head of a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from tui.domain.preview.sniff import ending
from tui.domain.preview.values import TableBody, TableColumn
from tui.domain.quantities import count
from tui.domain.text import clean

MOST_ROWS = 2_000
MOST_COLUMNS = 300
LONGEST_CELL = 300

_DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|nan|-?inf(inity)?", re.IGNORECASE)
_LONGEST_FIELD = 1 << 27


def table(path: str, text: str, *, whole: bool = True) -> tuple[TableBody | None, list[str]]:
    """The head of a delimited table and the notes that go with it; None where it is no table at all.

    The first row is taken for names. A last row that the end of what was read has cut is left away.
    """
    delimiter = "\t" if ending(path) in ("tsv", "tab") else _delimiter(text)
    notes: list[str] = []
    # The module's limit is for the whole process, and a cell may well be longer than its default.
    csv.field_size_limit(_LONGEST_FIELD)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                notes.append(f"The first {count(MOST_ROWS)} rows are shown.")
                break
        else:
            if not whole and len(rows) > 1:
                rows.pop()
    except csv.Error as error:
        notes.append(f"It is no well-formed table from row {count(len(rows) + 1)} on: {error}.")
    if not rows:
        return None, notes
    width = max(len(row) for row in rows)
    uneven = sum(1 for row in rows[1:] if len(row) != len(rows[0]))
    if uneven:
        notes.append(f"{count(uneven)} of the rows have another number of cells than the first.")
    if width > MOST_COLUMNS:
        notes.append(f"The first {MOST_COLUMNS} of {count(width)} columns are shown.")
    shown = min(width, MOST_COLUMNS)
    names = (rows[0] + [""] * (shown - len(rows[0])))[:shown]
    body = rows[1 : MOST_ROWS + 1]
    return body_of(names, body, len(body) if whole else None, width), notes


def body_of(names: Sequence[str], rows: Sequence[Sequence[str]], total: int | None, width: int) -> TableBody:
    """Rows of texts as a table, as many columns as there are names; what a short row lacks is empty."""
    columns: list[TableColumn] = []
    cells: list[tuple[str, ...]] = []
    for number, name in enumerate(names):
        column = [row[number] if number < len(row) else "" for row in rows]
        columns.append(TableColumn(clean(name[:LONGEST_CELL]), is_number=_are_numbers(column)))
        cells.append(tuple(cell_text(cell) for cell in column))
    return TableBody(tuple(columns), tuple(cells), len(rows), total, width)


def cell_text(cell: str) -> str:
    """A cell on one line, not longer than a line of a table may be."""
    return clean(cell) if len(cell) <= LONGEST_CELL else clean(cell[:LONGEST_CELL]) + "…"


def _delimiter(text: str) -> str:
    """The one that parts the first lines most often, and equally often in each."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    best, most = ",", 0.0
    for candidate in _DELIMITERS:
        counts = [line.count(candidate) for line in lines]
        if counts and counts[0]:
            same = sum(1 for number in counts if number == counts[0]) / len(counts)
            score = counts[0] * same
            if score > most:
                best, most = candidate, score
    return best


def _are_numbers(cells: list[str]) -> bool:
    present = [cell for cell in cells if cell.strip()]
    return bool(present) and all(_NUMBER.fullmatch(cell.strip()) for cell in present[:200])
