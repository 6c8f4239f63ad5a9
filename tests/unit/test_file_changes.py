"""What differs between two files, and between the files of two runs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_artifacts import FakeArtifacts
from tui.domain.artifacts import ArtifactRoot, LoggedModel
from tui.domain.diff.files import packages_of
from tui.domain.diff.text_change import text_change
from tui.domain.preview.values import TableBody, TextBody
from tui.domain.problem import Problem
from tui.domain.text import width
from tui.services.compared_files import ReadPair, Side, listed, read_pair

A, B = ArtifactRoot("run", "a"), ArtifactRoot("run", "b")


def held(path: str, first: bytes, second: bytes) -> ReadPair:
    artifacts = FakeArtifacts()
    artifacts.put(A, {path: first})
    artifacts.put(B, {path: second})
    one, two = Side(artifacts, "a"), Side(artifacts, "b")
    return read_pair(one, two, listed(one, two).pairs[0])


def rows(pair: ReadPair) -> list[tuple[str, ...]]:
    body = pair.change(everything=False).body
    assert isinstance(body, TableBody)
    return list(zip(*body.cells, strict=True))


def test_paths_are_only_in_one_the_same_or_different() -> None:
    artifacts = FakeArtifacts()
    artifacts.put(A, {"x.txt": b"1", "same.txt": b"s", "d/long.txt": b"12", "gone": b""})
    artifacts.put(B, {"x.txt": b"2", "same.txt": b"s", "d/long.txt": b"123", "new": b""})
    pairs = listed(Side(artifacts, "a"), Side(artifacts, "b")).pairs
    assert {pair.path: pair.state for pair in pairs} == {
        "x.txt": "differs", "same.txt": "same", "d/long.txt": "differs", "gone": "only first", "new": "only second",
    }  # fmt: skip


def test_files_that_cannot_be_listed_are_a_problem() -> None:
    artifacts = FakeArtifacts()
    artifacts.problem = Problem("unreachable", "no", "no")  # type: ignore[arg-type]
    with pytest.raises(Problem):
        listed(Side(artifacts, "a"), Side(artifacts, "b"))


def test_a_logged_model_is_held_against_one_among_the_files_and_told_apart_where_a_run_has_both() -> None:
    artifacts = FakeArtifacts()
    logged = LoggedModel("m-1", "model", "READY", 1, "/m")
    artifacts.put(A, {"model/MLmodel": b"flavors: {}", "x.txt": b""})
    artifacts.put(B, {"x.txt": b""})
    artifacts.put(logged.root, {"MLmodel": b"flavors: {a: 1}"})
    artifacts.models = {"b": (logged,)}
    one, two = Side(artifacts, "a"), Side(artifacts, "b")
    assert {pair.path: pair.state for pair in listed(one, two).pairs} == {"model/MLmodel": "differs", "x.txt": "same"}
    artifacts.put(B, {"model/MLmodel": b"flavors: {}", "x.txt": b""})
    assert {pair.path: pair.state for pair in listed(one, two).pairs} == {
        "model/MLmodel": "same", "model (logged model)/MLmodel": "only second", "x.txt": "same",
    }  # fmt: skip


def test_text_differs_by_line_and_keeps_its_colours() -> None:
    pair = held("train.py", b"import os\nx = 1\n", b"import os\nx = 2\n")
    change = pair.change(everything=False)
    assert isinstance(change.body, TextBody)
    assert change.body.lines[1:] == ("  import os", "- x = 1", "+ x = 2")
    assert (2, 8, "keyword") in change.body.spans[1]
    assert change.body.spans[2][0] == (0, 1, "bad")
    assert pair.same is False


def test_json_and_yaml_differ_by_path_and_numbers_by_value() -> None:
    assert rows(held("a.json", b'{"a": {"b": [1, 2]}, "c": 1e-3}', b'{"c": 0.001, "a": {"b": [1, 3]}}')) == [
        ("a.b[1]", "2", "3", "+1  +50.0%")
    ]
    assert rows(held("a.yaml", b"lr: 1\nold: x\n", b"lr: 2\nnew: y\n")) == [
        ("lr", "1", "2", "+1  +100%"),
        ("old", "x", "–", "removed"),
        ("new", "–", "y", "added"),
    ]


def test_tables_differ_by_shape_columns_and_cells() -> None:
    assert rows(held("a.csv", b"id,v\n1,a\n2,b\n", b"id,v,w\n1,a,0\n2,c,0\n3,d,0\n")) == [
        ("rows", "2", "3", "changed"),
        ("columns", "2", "3", "changed"),
        ("column w", "–", "here", "added"),
        ("id 2 · v", "b", "c", "changed"),
        ("id 3", "–", "here", "added"),
    ]


def test_rows_are_matched_by_a_key_and_else_by_their_number() -> None:
    pair = held("a.csv", b"v,id\n0.5,a\n0.6,b\n0.7,c\n", b"v,id\n0.5,a\n0.8,c\n0.6,b\n0.1,d\n")
    assert rows(pair) == [
        ("rows", "3", "4", "changed"),
        ("id c · v", "0.7", "0.8", "+0.1  +14.3%"),
        ("id d", "–", "here", "added"),
    ]
    assert "Rows are matched by id" in pair.change(everything=False).notes[0]
    twice = held("a.csv", b"id,v\na,1\na,2\n", b"id,v\na,1\na,3\n")
    assert rows(twice) == [("row 2 · v", "2", "3", "+1  +50.0%")]
    assert "row by row" in twice.change(everything=False).notes[0]
    moved = held("a.csv", b"id,v\na,1\n", b"v,id\n1,a\n")
    assert rows(moved) == [("order of columns", "id, v", "v, id", "changed")]


def test_rows_beyond_what_was_read_are_not_said_to_be_gone() -> None:
    many = b"id,v\n" + b"".join(b"r%d,1\n" % number for number in range(3_000))
    pair = held("a.csv", many, b"id,v\nr0,1\nr2999,1\n")
    assert not any("r2999" in row[0] for row in rows(pair))


def test_signatures_differ_by_the_name_of_the_column() -> None:
    def model(fields: str) -> bytes:
        return f"flavors: {{}}\nsignature:\n  inputs: '{fields}'\n".encode()

    one = '[{"name": "age", "type": "long", "required": true}, {"name": "plan", "type": "string", "required": true}]'
    other = (
        '[{"name": "plan", "type": "string", "required": false}, {"name": "age", "type": "double", "required": true}]'
    )
    found = {name: change for name, *_, change in rows(held("m/MLmodel", model(one), model(other)))}
    assert found["inputs.age"] == found["inputs.plan"] == found["order of inputs"] == "changed"


def test_texts_stand_beside_each_other_with_the_words_that_changed() -> None:
    pair = held("train.py", b"import os\nx = 1\nold = 2\n", b"import os\nx = 2\n")
    change = pair.change(everything=False, columns=60)
    assert isinstance(change.body, TextBody)
    assert [line.split("│")[0].rstrip() for line in change.body.lines[1:]] == ["  import os", "- x = 1", "- old = 2"]
    assert [line.split(" │ ")[1] for line in change.body.lines[1:3]] == ["  import os", "+ x = 2"]
    assert all(width(line) <= 60 for line in change.body.lines)
    left = change.body.lines[2].index("1")
    assert (left, left + 1, "bad") in change.body.spans[2], "only the number has changed"
    assert not change.notes
    wide = held("a.txt", "語".encode() * 40 + b"\n", "語".encode() * 39 + b"x\n").change(everything=False, columns=60)
    assert isinstance(wide.body, TextBody)
    assert all(width(line) <= 60 for line in wide.body.lines)
    assert any("cut" in note for note in wide.notes)


@given(
    st.lists(st.sampled_from(["", "a", "b b", "import x", "語\t1"])), st.lists(st.sampled_from(["", "a", "b c", "語"]))
)
def test_no_line_is_lost_in_a_diff(old: list[str], new: list[str]) -> None:
    for columns in (0, 40):
        change = text_change(TextBody(tuple(old)), TextBody(tuple(new)), everything=True, columns=columns)
        lines = change.body.lines if change.body is not None else ()
        for spans, line in zip(change.body.spans if change.body is not None else (), lines, strict=True):
            assert all(0 <= start < end <= len(line) + 1 for start, end, _ in spans)
            assert all(one[1] <= other[0] for one, other in pairwise(spans))
        if columns:
            continue
        if old == new:
            assert change.body is None or not change.starts
            continue
        assert [line[2:] for line in lines if line[0] in " -"] == old
        assert [line[2:] for line in lines if line[0] in " +"] == new


def test_packages_differ_by_name_and_version() -> None:
    pair = held("requirements.txt", b"mlflow==2.0\nnumpy\n# x\n", b"numpy\nMLflow==3.1\npandas>=2\n")
    assert rows(pair) == [("mlflow", "==2.0", "==3.1", "changed"), ("pandas", "–", ">=2", "added")]
    conda = ["channels:", "- conda-forge", "dependencies:", "- python=3.11", "- pip:", "  - scikit_learn==1.5"]
    assert packages_of("conda.yaml", conda) == {"python": "=3.11", "scikit-learn": "==1.5"}


def test_bytes_are_told_apart_by_size_and_hash() -> None:
    pair = held("m.bin", b"\0\1\2\3" * 9, b"\0\1\2\4" * 9)
    assert pair.same is False
    assert sum("sha256" in note for note in pair.notes) == 2


def test_what_was_not_read_is_said() -> None:
    pair = held("a.txt", b"x\n" * 40_000, b"x\n" * 40_000 + b"y")
    assert pair.same is False
    assert any("of the baseline the first" in note.lower() for note in pair.notes)


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        ("a.json", b'{"k": "' + b"x" * 2_500 + b'1"}', b'{"k": "' + b"x" * 2_500 + b'2"}'),
        ("a.csv", b"k\n" + b"x" * 400 + b"1\n", b"k\n" + b"x" * 400 + b"2\n"),
        ("a.txt", b"x" * 5_000 + b"1\n", b"x" * 5_000 + b"2\n"),
        ("b.txt", b"x\n" * 40_000, b"x\n" * 40_000 + b"y"),
        ("b.csv", b"k\n" + b"1\n" * 2_500 + b"1\n", b"k\n" + b"1\n" * 2_500 + b"2\n"),
    ],
)
def test_what_lies_beyond_a_preview_is_not_said_to_be_the_same(path: str, first: bytes, second: bytes) -> None:
    pair = held(path, first, second)
    change = pair.change(everything=False)
    assert pair.same is False
    assert not (change.whole and not change.differs)


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [("a.json", b'{"a": 1, "b": 2}', b'{"b":2,"a":1}'), ("a.csv", b"k,v\n1,2\n", b"k,v\r\n1,2\r\n")],
)
def test_what_was_read_whole_may_be_said_to_be_the_same(path: str, first: bytes, second: bytes) -> None:
    change = held(path, first, second).change(everything=False)
    assert change.whole
    assert not change.differs


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.json", '{{"k": {}, "n": [{}]}}'), ("a.csv", "k,v\n{},{}\n"), ("b.csv", 'k,v\n"[{}, 1]",{}\n')],
)
def test_numbers_of_trees_and_tables_differ_beyond_the_tolerance(path: str, text: str) -> None:
    one, other = text.format("0.5", "2.5").encode(), text.format("0.5001", "2.5001").encode()
    pair = held(path, one, other)
    assert len(pair.change(everything=False, tolerance=1e-6).starts) == 2
    assert not pair.change(everything=False, tolerance=1e-3).differs


def test_whole_numbers_differ_whatever_the_tolerance() -> None:
    assert held("a.json", b'{"seed": 1000}', b'{"seed": 1001}').change(everything=False, tolerance=0.1).differs


def test_many_equal_lines_are_not_matched_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.domain.diff.text_change.MOST_CANDIDATES", 20)
    pair = held("a.txt", b"h\nx\ny\nx\ny\nx\ny\nx\nt\n", b"h\ny\nx\nx\ny\nx\nx\nx\nx\nt\n")
    change = pair.change(everything=False)
    assert isinstance(change.body, TextBody)
    assert change.starts == (2,)
    assert change.body.lines[1] == "  h"
    assert change.body.lines[2:5] == ("- x", "- y", "- x")
    assert any("alike" in note for note in change.notes)


def test_each_file_of_a_pair_is_read_once() -> None:
    artifacts = FakeArtifacts()
    artifacts.put(A, {"a.txt": b"1"})
    artifacts.put(B, {"a.txt": b"2"})
    one, two = Side(artifacts, "a"), Side(artifacts, "b")
    pair = listed(one, two).pairs[0]
    before = len(artifacts.calls)
    read_pair(one, two, pair)
    assert [call[0] for call in artifacts.calls[before:]] == ["preview", "preview"]
