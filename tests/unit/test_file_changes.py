"""What differs between two files, and between the files of two runs."""

from __future__ import annotations

import pytest

from tests.support.fake_artifacts import FakeArtifacts
from tui.domain.artifacts import ArtifactRoot
from tui.domain.diff.packages import packages_of
from tui.domain.preview.values import TableBody, TextBody
from tui.domain.problem import Problem
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
        ("a.b[1]", "2", "3", "changed")
    ]
    assert rows(held("a.yaml", b"lr: 1\nold: x\n", b"lr: 2\nnew: y\n")) == [
        ("lr", "1", "2", "changed"),
        ("old", "x", "–", "removed"),
        ("new", "–", "y", "added"),
    ]


def test_tables_differ_by_shape_columns_and_cells() -> None:
    assert rows(held("a.csv", b"id,v\n1,a\n2,b\n", b"id,v,w\n1,a,0\n2,c,0\n3,d,0\n")) == [
        ("rows", "2", "3", "changed"),
        ("columns", "2", "3", "changed"),
        ("column w", "–", "here", "changed"),
        ("row 2 · v", "b", "c", "changed"),
    ]


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
    monkeypatch.setattr("tui.domain.diff.file_change.MOST_CANDIDATES", 20)
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
