"""What a comparison says outside the deck: Markdown, CSV, JSON, HTML, and the file that it goes to."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.fakes import run
from tui.domain.diff.arrangement import DiffArrangement, arrange
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import SheetBuilder, Subject, of_details
from tui.domain.diff.table import CellWriter, CompareTable
from tui.domain.export import FORMATS, ComparisonReport, as_csv, report, sheet_of, table_markdown
from tui.domain.problem import Problem
from tui.domain.table import Column, RowsTable
from tui.services.downloads import AlreadyThere, export

HOSTILE = "<script>alert(1)</script> | `x` \x1b[31m [a](http://e) \u202e"


def made(**changes: object) -> ComparisonReport:
    runs = [
        run(
            1,
            name="one",
            params={"lr": "0.1", "cfg": "[1, 2]", "odd": HOSTILE, "f": "=1+1"},
            metrics={"auc": 0.9, "x": math.nan},
        ),
        run(2, name="two | 2", params={"lr": "0.01", "cfg": "[1, 3]", "f": "-1"}, metrics={"auc": 0.8, "x": math.inf}),
    ]
    comparison = Comparison(of_details(runs))
    arranged = arrange(comparison, DiffArrangement(**changes))  # type: ignore[arg-type]
    return report(comparison, arranged, CellWriter(comparison, arranged.baseline))


def test_markdown_is_one_table() -> None:
    text = FORMATS["md"].render(made())
    lines = text.splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert lines[0].startswith("Compared 2 runs: 4 of 4 params differ, 2 of 2 metrics differ")
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {4}
    assert "| auc ↑? | 0.9 | 0.8 (−0.1 −11.1%) ✗ |" in table
    assert any(r"one \(" not in line and "cfg\\[1\\]" in line for line in table)
    assert "\x1b" not in text
    assert "<script>" not in text


def test_csv_has_values_in_full_and_no_formulas() -> None:
    rows = list(csv.reader(io.StringIO(FORMATS["csv"].render(made(only_differences=False)))))
    head, by_name = rows[0], {row[1]: row for row in rows[1:]}
    assert head == ["group", "name", "better", "differs", "one", "two | 2", "two | 2 delta", "two | 2 share"]
    assert by_name["lr"][3:6] == ["yes", "0.1", "0.01"]
    assert float(by_name["auc"][6]) == pytest.approx(-0.1)
    assert by_name["f"][4:6] == ["'=1+1", "-1"]
    assert by_name["odd"][4] == HOSTILE
    assert by_name["odd"][5] == ""


def test_versions_of_one_run_are_told_apart_for_programs() -> None:
    builder = SheetBuilder([Subject(one, f"v{one}", run_id="r" * 32, thing="version") for one in ("3", "2", "1")])
    for column in range(3):
        builder.numbers("metrics", column, {"auc": 0.5 + column / 10})
    comparison = Comparison(builder.sheet())
    arranged = arrange(comparison, DiffArrangement())
    whole = json.loads(FORMATS["json"].render(report(comparison, arranged, CellWriter(comparison, arranged.baseline))))
    assert [one["id"] for one in whole["runs"]] == ["3", "2", "1"] and whole["baseline"] == "3"


def test_numbers_beside_short_ones_are_whole() -> None:
    runs = [
        run(1, name="a", metrics={f"m{n}": n for n in range(30)} | {"loss": 0.333333}),
        run(2, name="b", metrics={f"m{n}": n + 1 for n in range(30)} | {"loss": 0.383333}),
        run(3, name="c", metrics={f"m{n}": n + 2 for n in range(30)} | {"loss": 0.35}),
    ]
    comparison = Comparison(of_details(runs))
    arranged = arrange(comparison, DiffArrangement())
    table = CompareTable(comparison, arranged, CellWriter(comparison, arranged.baseline), room=74)
    at = next(row for row, one in enumerate(arranged.rows) if one.key == "loss")
    assert [table.texts(f"v{column}", at, at + 1)[0] for column in range(3)] == ["0.333333", "0.383333", "0.350000"]


@pytest.mark.parametrize("text", ["=cmd()", "+cmd", "-cmd", "@cmd", "\uff1d1", "\uff20x"])
def test_no_cell_of_csv_begins_a_formula(text: str) -> None:
    shown = RowsTable((Column("a", text, 9),), ["k"], {"a": [text]}, {}, generation=1)
    for line in csv.reader(io.StringIO(as_csv(sheet_of(shown)))):
        assert line == [f"'{text}"]


def test_json_is_for_programs() -> None:
    whole = json.loads(FORMATS["json"].render(made()))
    rows = {row["name"]: row for row in whole["rows"]}
    assert [one["name"] for one in whole["runs"]] == ["one", "two | 2"]
    assert whole["baseline"] == whole["runs"][0]["id"]
    assert rows["auc"]["values"] == [0.9, 0.8]
    assert rows["auc"]["verdicts"] == [None, "worse"]
    assert (rows["auc"]["better"], rows["auc"]["guessed"]) == ("higher", True)
    assert rows["x"]["values"] == ["NaN", "Infinity"]
    assert rows["odd"]["values"] == [HOSTILE, None]
    assert rows["cfg[1]"]["part_of"] == "cfg"
    assert rows["lr"]["shares"] == [None, pytest.approx(-0.9)]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def test_html_needs_nothing_and_runs_nothing() -> None:
    text = FORMATS["html"].render(made(only_differences=False))
    page = _Tags()
    page.feed(text)
    assert not {"script", "link", "img", "a"} & set(page.tags)
    assert not page.addresses
    assert page.tags.count("tr") > 5
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert 'class="worse"' in text


def test_any_table_goes_out_as_it_is_shown() -> None:
    table = RowsTable([Column("a", "na|me", 5), Column("b", "n", 3)], ["x"], {"a": ["v|w"], "b": ["=1"]})
    assert table_markdown(table) == "| na\\|me | n |\n| --- | --- |\n| v\\|w | =1 |\n"
    assert as_csv(sheet_of(table)) == "na|me,n\r\nv|w,'=1\r\n"


def test_a_file_is_written_where_it_was_said(tmp_path: Path) -> None:
    assert export("text", "a.md", tmp_path) == tmp_path / "a.md"
    assert (tmp_path / "a.md").read_text() == "text"
    with pytest.raises(AlreadyThere):
        export("other", "a.md", tmp_path)
    assert (tmp_path / "a.md").read_text() == "text"
    export("other", str(tmp_path / "a.md"), Path("/"), replace=True)
    assert (tmp_path / "a.md").read_text() == "other"
    assert os.listdir(tmp_path) == ["a.md"]


@pytest.mark.parametrize("name", ["no/such/folder/a.md", "", "nul\0"])
def test_a_file_that_cannot_be_written_is_a_problem(tmp_path: Path, name: str) -> None:
    with pytest.raises((Problem, AlreadyThere)):
        export("text", name, tmp_path)
    with pytest.raises(Problem):
        export("text", name, tmp_path, replace=True)


def test_differences_are_exact_in_every_form() -> None:
    runs = [
        run(1, name="before", params={"n": "9007199254740993"}, metrics={"rows": 12345.0, "cost": 1234.56}),
        run(2, name="after", params={"n": "9007199254740992"}, metrics={"rows": 10001.0, "cost": 4321.09}),
    ]
    comparison = Comparison(of_details(runs))
    arranged = arrange(comparison, DiffArrangement())
    made = report(comparison, arranged, CellWriter(comparison, arranged.baseline))
    values = [row for row in made.rows if row.group in ("params", "metrics")]
    assert {row.name: row.cells[1].delta for row in values} == {"n": -1, "rows": -2344.0, "cost": 3086.53}
    rows = json.loads(FORMATS["json"].render(made))["rows"]
    assert {row["name"]: row["deltas"][1] for row in rows if row["name"] in ("n", "cost")} == {"n": -1, "cost": 3086.53}
    for form in ("md", "html"):
        text = FORMATS[form].render(made)
        assert "−2344" in text and "+3086.53" in text
