"""The schema and the first rows of a Parquet file, reading no more of it than they need."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tui.domain.preview.text import LONGEST_CELL
from tui.domain.preview.values import TableBody, TableColumn
from tui.domain.quantities import count
from tui.domain.text import clean, named

ROWS = 200
COLUMNS = 200
_MOST_OF_A_GROUP = 64_000_000
"""Bytes of a row group's columns that may be decoded for its first rows."""


def head(file: io.RawIOBase | io.BytesIO) -> tuple[TableBody | None, list[tuple[str, str]], list[str]]:
    """Body, facts and notes; no body where it cannot be read as Parquet, and the notes then say why."""
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError:
        return None, [], ["Parquet needs the package pyarrow, which is not installed."]
    arrow.set_cpu_count(1)
    try:
        found = parquet.ParquetFile(file, pre_buffer=False, buffer_size=64 * 1024)
        about = found.metadata
        facts = [
            ("row groups", count(about.num_row_groups)),
            ("made by", clean(about.created_by or "")),
        ]
        schema = found.schema_arrow
        names = list(schema.names)[:COLUMNS]
        notes: list[str] = []
        if len(schema.names) > COLUMNS:
            notes.append(f"The first {COLUMNS} of {count(len(schema.names))} columns are shown.")
        rows = _first_rows(found, names, notes)
    except (arrow.ArrowException, OSError, ValueError, NotImplementedError) as error:
        said = clean(str(error).splitlines()[0][:200]) if str(error) else type(error).__name__
        return None, [], [f"It cannot be read as Parquet: {said.rstrip('.')}."]
    columns = tuple(
        TableColumn(named(name), clean(str(schema.field(at).type)), _is_number(schema.field(at).type))
        for at, name in enumerate(names)
    )
    cells = tuple(tuple(_text(value) for value in rows.get(at, ())) for at in range(len(names)))
    shown = len(cells[0]) if cells else 0
    if shown < about.num_rows:
        notes.append(f"The first {count(shown)} rows are shown.")
    compression = (
        {about.row_group(0).column(at).compression for at in range(about.num_columns)}
        if (about.num_row_groups and about.num_columns)
        else set()
    )
    if compression:
        facts.append(("compression", ", ".join(sorted(compression)).lower()))
    body = TableBody(columns, cells, shown, about.num_rows, len(schema.names))
    return body, [fact for fact in facts if fact[1]], notes


def _first_rows(found: Any, names: list[str], notes: list[str]) -> dict[int, list[object]]:
    """The values of the first rows, by the number of the column."""
    about = found.metadata
    if not about.num_rows or not names:
        return {}
    group = about.row_group(0)
    largest = max((group.column(at).total_uncompressed_size for at in range(group.num_columns)), default=0)
    if largest > _MOST_OF_A_GROUP:
        notes.append("Its row groups are too large for rows to be shown; the schema is.")
        return {}
    batch = next(found.iter_batches(batch_size=ROWS, columns=names, use_threads=False), None)
    if batch is None:
        return {}
    place = {name: at for at, name in reversed(list(enumerate(names)))}
    return {place[name]: batch.column(at).to_pylist() for at, name in enumerate(batch.schema.names) if name in place}


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, (datetime, date, time, timedelta)):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        start = bytes(value[:16]).hex(" ")
        return f"{start} … {count(len(value))} bytes" if len(value) > 16 else start
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return clean(text) if len(text) <= LONGEST_CELL else clean(text[:LONGEST_CELL]) + "…"
