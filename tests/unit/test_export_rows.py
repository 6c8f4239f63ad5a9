"""What a list shows, read back by pandas: values in full, and what is nothing told from what is empty or no number."""

from __future__ import annotations

import io
import json
import math
from datetime import timezone
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.support.fakes import NOW_MS
from tests.support.made_runs import MadeRun, snapshot_of
from tui.domain.export import ExportedRows, as_json, parquet, sheet_of
from tui.domain.export import as_csv as csv
from tui.domain.problem import Kind, Problem
from tui.domain.runs.view import RunsViewSpec, build_view
from tui.domain.table import Column, RowsTable
from tui.ui.list_parts import table_forms

FLOATS = [0.1 + 0.2, math.nan, math.inf, -math.inf, None, 1e-300]
TEXTS = ["a,b", "", None, '"q"\nline', "NaN", "7"]
COUNTS = [2**53 + 1, 0, None, -1, 5, 6]


def table() -> RowsTable:
    columns = (Column("metrics.auc", "auc", 6), Column("params.note", "note", 6), Column("n", "n", 3))
    keys = [f"run{number}" for number in range(6)]
    shown = {column.key: ["…"] * 6 for column in columns}
    values: dict[str, list[Any]] = {"metrics.auc": FLOATS, "params.note": TEXTS, "n": COUNTS}
    return RowsTable(columns, keys, shown, values=values)


def same(found: Any, wanted: Any) -> bool:
    if wanted is None:
        return found is None
    if isinstance(wanted, float) and math.isnan(wanted):
        return isinstance(found, float) and math.isnan(found)
    return bool(found == wanted)


def test_parquet_tells_nothing_from_nan_and_from_empty() -> None:
    data = parquet(sheet_of(table(), "run_id"))
    read = pq.read_table(io.BytesIO(data))
    assert read.column_names == ["run_id", "metrics.auc", "params.note", "n"]
    for name, wanted in (("metrics.auc", FLOATS), ("params.note", TEXTS), ("n", COUNTS)):
        assert all(map(same, read[name].to_pylist(), wanted)), name
    frame = pd.read_parquet(io.BytesIO(data), dtype_backend="pyarrow")
    assert frame["metrics.auc"][0] == 0.1 + 0.2
    assert frame["n"][0] == 2**53 + 1
    assert frame["params.note"].isna().tolist() == [text is None for text in TEXTS]


def test_json_tells_nothing_from_nan_and_from_empty() -> None:
    made = as_json(sheet_of(table(), "run_id"))
    rows = json.loads(made)
    names = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    read = [names.get(row["metrics.auc"], row["metrics.auc"]) for row in rows]
    assert all(map(same, read, FLOATS))
    assert [row["params.note"] for row in rows] == TEXTS
    assert [row["n"] for row in rows] == COUNTS
    frame = pd.read_json(io.StringIO(made), dtype=False, precise_float=True)
    assert frame["metrics.auc"][0] == 0.1 + 0.2
    assert frame["run_id"].tolist() == [f"run{number}" for number in range(6)]


def test_csv_has_numbers_in_full() -> None:
    texts = pd.read_csv(io.StringIO(csv(sheet_of(table(), "run_id"))), dtype=str, keep_default_na=False)
    read = texts["metrics.auc"].tolist()
    assert [float(read[at]) for at in (0, 2, 3, 5)] == [0.1 + 0.2, math.inf, -math.inf, 1e-300]
    assert (read[1], read[4]) == ("NaN", "")
    assert texts["params.note"].tolist() == [text or "" for text in TEXTS]
    assert texts["n"][0] == str(2**53 + 1)


def test_runs_go_out_with_what_was_recorded() -> None:
    runs = [
        MadeRun("one", start=NOW_MS, params={"lr": "0.10"}, metrics={"auc": 0.1 + 0.2}),
        MadeRun("two", start=NOW_MS, params={"lr": ""}, metrics={"auc": math.nan}),
        MadeRun("three", start=NOW_MS),
    ]
    spec = RunsViewSpec(columns=("metrics.auc", "params.lr", "start"), now_ms=NOW_MS, zone=timezone.utc)
    sheet = sheet_of(build_view(snapshot_of(runs), spec), "run_id")
    rows = {row[0]: dict(zip(sheet.names, row, strict=True)) for row in sheet.rows()}
    assert rows["one"]["metrics.auc"] == 0.1 + 0.2
    assert math.isnan(rows["two"]["metrics.auc"]) and rows["three"]["metrics.auc"] is None
    assert [rows[name]["params.lr"] for name in ("one", "two", "three")] == ["0.10", "", None]
    assert rows["one"]["started"].endswith("+00:00")


@pytest.mark.parametrize("form", ["csv", "json", "md", "parquet"])
def test_how_far_an_export_is_can_be_looked_at_and_it_can_be_stopped(form: str) -> None:
    forms = table_forms(table(), "run_id")
    made = forms[form].make()
    gauge = forms[form].gauge
    assert made and gauge is not None and 0 < gauge.done <= gauge.total == table().row_count
    gauge.stopped = True
    with pytest.raises(Problem) as raised:
        forms[form].make()
    assert raised.value.kind is Kind.CANCELLED


def test_json_of_nothing_and_of_rows_is_what_json_itself_writes() -> None:
    assert as_json(ExportedRows(("a",), ([],))) == "[]\n"
    rows = ExportedRows(("a", "b"), ([1, 2.5], ["x\ny", None]))
    again = [{"a": 1, "b": "x\ny"}, {"a": 2.5, "b": None}]
    assert as_json(rows) == json.dumps(again, ensure_ascii=False, indent=1) + "\n"
