"""A list as it is shown, its values in full: a row a row, a column a column."""

from __future__ import annotations

import io
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from tui.domain.export.formats import written
from tui.domain.table import Table, values_of


@dataclass(frozen=True)
class ExportedRows:
    """The names of the columns, and the values of each: numbers, texts, and None where there is nothing."""

    names: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]

    def rows(self) -> list[tuple[Any, ...]]:
        return list(zip(*self.columns, strict=True))


def sheet_of(table: Table, keys: str = "") -> ExportedRows:
    """What a table shows; with ``keys``, what identifies its rows is the first column, under that name."""
    shown = [column for column in table.columns if column.key or column.title]
    titles = Counter(column.title for column in shown)
    names, columns = [], []
    if keys:
        names.append(keys)
        columns.append([table.row_key(row) for row in range(table.row_count)])
    for column in shown:
        plain = column.title if column.title and titles[column.title] == 1 else f"{column.title} {column.key}".strip()
        names.append(column.key if "." in column.key else plain)
        columns.append(list(values_of(table, column.key, 0, table.row_count)))
    return ExportedRows(tuple(names), tuple(columns))


def csv(sheet: ExportedRows) -> str:
    """A line a row; floats in full, NaN and infinities by name, nothing where there is nothing."""
    return written([sheet.names, *sheet.rows()])


def as_json(sheet: ExportedRows) -> str:
    """An object a row: null is nothing, "" is empty, and "NaN", "Infinity", "-Infinity" stand for what JSON lacks."""
    rows = [dict(zip(sheet.names, (_in_json(value) for value in row), strict=True)) for row in sheet.rows()]
    return json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _in_json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def can_write_parquet() -> bool:
    return find_spec("pyarrow") is not None


def parquet(sheet: ExportedRows) -> bytes:
    """Columns of one type each: nothing is null, NaN is NaN; numbers beside texts are written as texts."""
    import pyarrow
    import pyarrow.parquet

    arrays = [pyarrow.array(_of_one_type(values), from_pandas=False) for values in sheet.columns]
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, names=_unlike(sheet.names)), out)
    return out.getvalue()


def _of_one_type(values: Sequence[Any]) -> list[Any]:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float}:
        return [float(value) if float in kinds and value is not None else value for value in values]
    if len(kinds) > 1 or not kinds <= {str, bool}:
        return [value if value is None or isinstance(value, str) else repr(value) for value in values]
    return [value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in values]


def _unlike(names: Sequence[str]) -> list[str]:
    """The names, those that come again with a number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return found
