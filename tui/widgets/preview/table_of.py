"""The head of a table of a file as a table for a grid."""

from __future__ import annotations

from tui.domain.preview.values import TableBody
from tui.domain.table import Align, Column, RowsTable, Tone
from tui.domain.text import width

_CELLS = (4, 36)
_MEASURED = 100
_TYPES = "types"


def grid_table(body: TableBody) -> RowsTable:
    """Columns as wide as their first rows want; where the file says types, they stand in the first row."""
    typed = any(column.type for column in body.columns)
    columns: list[Column] = []
    cells: dict[str, list[str]] = {}
    tones: dict[str, list[Tone]] = {}
    for number, (column, texts) in enumerate(zip(body.columns, body.cells, strict=True)):
        shown = [column.type, *texts] if typed else list(texts)
        widest = max(map(width, [column.name, *shown[:_MEASURED]]), default=0)
        align: Align = "right" if column.is_number else "left"
        key = str(number)
        columns.append(Column(key, column.name or "–", max(_CELLS[0], min(_CELLS[1], widest)), align))
        cells[key] = shown
        if typed:
            plain: list[Tone] = [""] * len(texts)
            tones[key] = ["muted", *plain]
    keys = [str(row + 1) for row in range(body.rows)]
    return RowsTable(columns, [_TYPES, *keys] if typed else keys, cells, tones)
