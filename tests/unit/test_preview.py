"""What a head of bytes is, and what is shown of it: every kind, broken ones too, bounded."""

from __future__ import annotations

import json
import math
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.diff.files import table_change
from tui.domain.preview import text, tree, values
from tui.domain.preview.text import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    decode,
    facts,
    facts_of,
    kind_of,
    misnamed,
    source,
    table,
)
from tui.domain.preview.text import log as log_body
from tui.domain.preview.tree import DEEPEST, MOST_CHILDREN, MOST_NODES, tree_of
from tui.domain.preview.values import Body, FileKind, PictureLevel, TableBody, TreeBody
from tui.domain.text import clean
from tui.gateway.artifacts.preview import yaml_tree

PNG = b"\x89PNG\r\n\x1a\n"


def lines_of(body: Body | None) -> list[tuple[int, str, str]]:
    assert isinstance(body, TreeBody)
    return [(node.depth, node.name, node.value) for node in body.nodes]


FILES = [
    ("x", b"", FileKind.EMPTY),
    ("notes.txt", b"hello", FileKind.TEXT),
    ("README.md", b"# x", FileKind.MARKDOWN),
    ("a.json", b"{}", FileKind.JSON),
    ("noending", b'  {"a": 1}', FileKind.JSON),
    ("a.jsonl", b"{}\n{}", FileKind.JSON_LINES),
    ("a.yml", b"a: 1", FileKind.YAML),
    ("model/MLmodel", b"flavors: {}", FileKind.MLMODEL),
    ("a.csv", b"a,b", FileKind.DELIMITED),
    ("a.parquet", b"PAR1\x15", FileKind.PARQUET),
    ("weights", b"PAR1\x15", FileKind.PARQUET),
    ("a.parquet", b"\0\0\0\0", FileKind.PARQUET),
    ("a.png", PNG, FileKind.PICTURE),
    ("a.bin", PNG, FileKind.PICTURE),
    ("a.png", b"not a picture", FileKind.TEXT),
    ("a.png", b"\0\1\2\3", FileKind.PICTURE),
    ("a.webp", b"RIFF\0\0\0\0WEBP", FileKind.PICTURE),
    ("page", b"<!DOCTYPE html><html>", FileKind.HTML),
    ("a.html", b"<p>", FileKind.HTML),
    ("train.log", b"x", FileKind.LOG),
    ("console", b"\x1b[31mred\x1b[0m", FileKind.LOG),
    ("model.pkl", b"\x80\x04\x95\0\0", FileKind.BINARY),
    ("a.json", b"\0\1\2\3", FileKind.BINARY),
    ("a.txt", "hé".encode("utf-16"), FileKind.TEXT),
    ("BMW.txt", b"BMW", FileKind.TEXT),
]


@pytest.mark.parametrize(("path", "head", "kind"), FILES)
def test_what_a_file_is(path: str, head: bytes, kind: FileKind) -> None:
    assert kind_of(path, head) is kind


def test_there_is_a_file_of_each_kind() -> None:
    assert {kind for _, _, kind in FILES} == {*FileKind}


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("a.png", FileKind.TEXT, "It is called a picture, but it is text."),
        ("a.parquet", FileKind.HTML, "It is called a Parquet table, but it is text."),
        ("a.png", FileKind.PICTURE, ""),
        ("a.csv", FileKind.DELIMITED, ""),
        ("notes", FileKind.TEXT, ""),
    ],
)
def test_what_is_called_something_else_is_said(path: str, kind: FileKind, said: str) -> None:
    assert misnamed(path, kind) == said


@pytest.mark.parametrize(
    ("data", "whole", "said", "encoding"),
    [
        ("déjà".encode(), True, "déjà", "UTF-8"),
        ("déjà".encode()[:-1], False, "déj", "UTF-8"),
        ("déjà".encode()[:-1], True, "dÃ©jÃ", "Latin-1"),
        ("\ufeffx".encode(), True, "x", "UTF-8 with mark"),
        ("déjà".encode("latin-1"), True, "déjà", "Latin-1"),
        ("déjà".encode("utf-16"), True, "déjà", "UTF-16"),
        ("déjà vu".encode("utf-16-le"), True, "déjà vu", "UTF-16"),
        ("déjà vu".encode("utf-16-be"), True, "déjà vu", "UTF-16"),
        ("a😀".encode("utf-16")[:-2], False, "a", "UTF-16"),
    ],
)
def test_encodings(data: bytes, whole: bool, said: str, encoding: str) -> None:
    found = decode(data, whole=whole)
    assert (found.text, found.encoding) == (said, encoding)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_some_kind_and_some_text(data: bytes, whole: bool) -> None:
    kind_of("x", data)
    decode(data, whole=whole)
    text.hexadecimal(data)
    facts_of("x.pkl", data)


def test_one_line_of_four_megabytes_is_cut() -> None:
    body, notes = text.plain("x" * 4_000_000)
    assert len(body.lines) == 1
    assert body.lines[0].endswith("… 3 996 000 more characters in this line")
    assert notes


def test_lines_are_clean_and_tabs_are_spaces() -> None:
    body, _ = text.plain("a\tb\x1b[31m\r\n\u202eevil")
    assert body.lines == ("a   b\\x1b[31m", "\\u202eevil")


def test_hexadecimal() -> None:
    body = text.hexadecimal(b"\x00ABC" + bytes(range(0x10, 0x20)) + b"z")
    assert body.lines[0].startswith("00000000  00 41 42 43 10 11 12 13  14")
    assert body.lines[0].endswith("  .ABC............")
    start, end, _ = body.spans[1][1]
    assert body.lines[1][start:end] == "....z"


# JSON


def test_whole_json_is_a_tree() -> None:
    parsed = tree.parse('{"a": [1, null, true], "b": {"c": "x"}, "a": 2}')
    assert parsed.notes == ()
    assert lines_of(parsed.body) == [
        (0, "a", "[3]"),
        (1, "[0]", "1"),
        (1, "[1]", "null"),
        (1, "[2]", "true"),
        (0, "b", "{1}"),
        (1, "c", "x"),
        (0, "a", "2"),
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=12,
    ),
    st.data(),
)
def test_json_that_is_cut_off_shows_a_beginning_of_the_whole(value: object, data: st.DataObject) -> None:
    if not isinstance(value, (list, dict)):
        value = [value]
    whole = json.dumps(value)
    cut = whole[: data.draw(st.integers(1, len(whole)))]
    every = lines_of(tree.parse(whole).body)
    parsed = tree.parse(cut, whole=False)
    if parsed.body is None:
        return
    shown = lines_of(parsed.body)
    assert len(shown) <= len(every)
    for (depth, name, _), (true_depth, true_name, _) in zip(shown, every, strict=False):
        assert (depth, name) == (true_depth, true_name)


def test_json_whose_first_value_is_longer_than_what_was_read_is_shown_as_text() -> None:
    parsed = tree.parse('{"a": "' + "x" * 65_536, whole=False)
    assert parsed.body is None
    assert parsed.notes == ("Its first value is longer than what has been read: it is shown as text.",)


def test_json_that_is_cut_off_says_so() -> None:
    parsed = tree.parse('{"a": [1, 2, {"b": "x')
    assert lines_of(parsed.body) == [(0, "a", "[3]"), (1, "[0]", "1"), (1, "[1]", "2"), (1, "[2]", "{0}")]
    assert parsed.notes == ("The text is cut off; the tree shows what comes before.",)


def test_a_table_that_is_cut_off_is_called_one() -> None:
    parsed = tree.parse('{"columns": ["a"], "data": [[1], [2')
    assert isinstance(parsed.body, TableBody) and parsed.notes[0].endswith("the table shows what comes before.")


def test_json_that_is_broken_says_where() -> None:
    parsed = tree.parse('{"a": 1, "b" 2}')
    assert lines_of(parsed.body) == [(0, "a", "1")]
    assert "line 1, column 14" in parsed.notes[0]
    assert tree.parse("hello").body is None


def test_hostile_json_is_bounded() -> None:
    assert tree.parse("[" * 1_000_000).body is None
    deep = tree.parse("[" * 300 + "]" * 300)
    assert max(depth for depth, _, _ in lines_of(deep.body)) == DEEPEST
    assert deep.notes
    wide, notes = tree_of(list(range(100_000)))
    assert len(wide.nodes) == MOST_CHILDREN + 1
    assert notes
    assert len(tree_of([[0] * 1000 for _ in range(1000)])[0].nodes) <= MOST_NODES + 1
    assert tree.parse("[1" + "0" * 9000 + ", NaN, -Infinity]").body is not None
    assert lines_of(tree.parse('{"[red]x[/red]": "\\u001b[31m"}').body) == [(0, "[red]x[/red]", "\\x1b[31m")]


def test_json_lines() -> None:
    parsed = tree.parse_lines('{"a": 1}\nnot\n[2]\n{"cut', whole=False)
    assert lines_of(parsed.body)[0] == (0, "[0]", "{1}")
    assert parsed.notes == ("1 of 3 lines are no JSON.",)


# YAML


def test_yaml_is_a_tree_of_what_is_written() -> None:
    body, notes = yaml_tree("lr: 1e-3\nlist:\n- yes\n- ~\nwhen: 2026-01-02\n")
    assert notes == []
    assert lines_of(body) == [
        (0, "lr", "1e-3"),
        (0, "list", "[2]"),
        (1, "[0]", "yes"),
        (1, "[1]", "~"),
        (0, "when", "2026-01-02"),
    ]


def test_yaml_never_builds_objects_and_never_grows_without_end() -> None:
    body, _ = yaml_tree("x: !!python/object/apply:os.system ['true']\n")
    assert lines_of(body)[0] == (0, "x", "[1]")
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
    )
    body, notes = yaml_tree(bomb)
    assert body is not None
    assert len(body.nodes) <= MOST_NODES + 1
    assert notes
    body, _ = yaml_tree("a: &a [*a]\n")
    assert (1, "[0]", "(itself again)") in lines_of(body)


def test_yaml_that_is_cut_off_shows_what_is_there() -> None:
    body, notes = yaml_tree('a: 1\nb:\n  c: [1, 2\n  d: "x', whole=False)
    assert lines_of(body) == [(0, "a", "1")]
    assert not notes
    body, notes = yaml_tree("a: 1\nb: [1\nc: 2\nd: 3\ne: 4\n")
    assert lines_of(body)[0] == (0, "a", "1")
    assert "no valid YAML" in notes[0]


# tables


def test_cells_with_quotes_newlines_and_markup() -> None:
    body, notes = table("a.csv", 'name,note\nx,"said ""hi"",\nthen [bold]left[/bold]"\ny,\x1b[31m\n')
    assert body is not None
    assert [column.name for column in body.columns] == ["name", "note"]
    assert body.cells == (("x", "y"), ('said "hi",\\nthen [bold]left[/bold]', "\\x1b[31m"))
    assert (body.rows, body.total_rows, notes) == (2, 2, [])


def test_a_table_that_goes_on_loses_its_last_row() -> None:
    body, _ = table("a.tsv", "a\tb\n1\t2\n3\t4 and a ha", whole=False)
    assert body is not None
    assert body.cells == (("1",), ("2",))
    assert body.total_rows is None
    assert body.columns[0].is_number


def test_delimiters_are_found() -> None:
    for delimiter in ",;|\t":
        body, _ = table("a.csv", f"a{delimiter}b{delimiter}c\n1{delimiter}2{delimiter}3\n")
        assert body is not None
        assert len(body.columns) == 3


def test_wide_long_and_uneven_tables_are_bounded() -> None:
    body, notes = table("a.csv", ",".join("x" * 1000) + "\n" + ("1\n" * 5000))
    assert body is not None
    assert len(body.columns) == MOST_COLUMNS
    assert body.rows == MOST_ROWS
    assert len(notes) == 3
    body, _ = table("a.csv", "a\n" + "x" * 1_000_000)
    assert body is not None
    assert len(body.cells[0][0]) == LONGEST_CELL + 1
    assert table("a.csv", "a,b\n1,\0\n")[0] is not None


# logs, source, HTML, binaries


def test_colours_of_a_log_become_tones_and_what_acts_is_taken_out() -> None:
    body, notes = log_body("\x1b[31mERROR\x1b[0m ok\x1b[2J\x1b]0;evil\x07\n10%\r100%\n\x1b[38;5;200mx")
    assert body.lines == ("ERROR ok", "100%", "x")
    assert body.spans[0] == ((0, 5, "bad"),)
    assert body.spans[2] == ((0, 1, "strong"),)
    assert notes == ["Escapes that would act on a terminal are taken out; colours are kept."]


@given(st.text(alphabet="\x1b[]0123456789;mKHJ\x07\\abc \n\r", max_size=60))
def test_no_log_gets_an_escape_onto_the_screen(log: str) -> None:
    body, _ = log_body(log)
    assert all(clean(line) == line and "\x1b" not in line for line in body.lines)
    for line, spans in zip(body.lines, body.spans, strict=True):
        assert all(0 <= start <= end <= len(line) for start, end, _ in spans)


def test_source_is_coloured_where_the_name_says_what_it_is() -> None:
    body, _, language = source("a.py", 'import os\n\n\ndef f():\n    return "x\x1b"\n')
    assert language == "Python"
    assert body.spans[0][0] == (0, 6, "keyword")
    assert body.lines[4].endswith('"x\\x1b"')
    assert source("a.txt", "import os")[2] == ""
    long, _, _ = source("a.py", "x = 1\n" * 100_000)
    assert len(long.lines) == text.MOST_LINES


def test_what_an_html_page_is() -> None:
    said = dict(
        facts(
            "<html><title>A &amp; B</title><script src='https://cdn.example.com/plotly.js'>evil()</script>"
            "<p>Hello <b>you</b></p><table></table>"
        )
    )
    assert said["title"] == "A & B"
    assert said["would load from"] == "cdn.example.com"
    assert said["looks like"] == "Plotly"
    assert "evil" not in said["says"]
    assert "Hello you" in said["says"]


def test_what_a_binary_is() -> None:
    import pickle

    said = dict(facts_of("model.pkl", pickle.dumps(math.sqrt, protocol=4)))
    assert said["what"].startswith("Python pickle")
    assert said["names in it"] == "math.sqrt"
    header = b"\x93NUMPY\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (28, 28), }"
    assert dict(facts_of("x.npy", header))["shape"] == "28×28"
    assert dict(facts_of("x", b"\x7fELF"))["what"] == "ELF program or library"


# models


def test_types_of_a_signature_are_written_as_people_do() -> None:
    assert tree.type_words({"type": "double"}) == "double"
    tensor = {"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 28, 28]}}
    assert tree.type_words(tensor) == "float32 (?, 28, 28)"
    assert tree.type_words({"type": "array", "items": {"type": "string"}}) == "list of string"
    described = {"type": "object", "properties": {"a": {"type": "long", "required": False}}}
    assert tree.type_words(described) == "{a?: long}"
    assert tree.type_words("odd") == "odd"


def test_a_model_file_with_nothing_in_it_is_read_too() -> None:
    body, notes = tree.read_mlmodel({}, tree.Beside(), None)
    assert lines_of(body) == [(0, "model", "{0}")]
    assert notes == [
        "It names no flavor: MLflow cannot load it.",
        "It has no signature: what it takes and gives is not recorded.",
    ]
    body, notes = tree.read_mlmodel(
        {
            "flavors": "x",
            "signature": {"inputs": "{broken", "params": '[{"name": "t", "type": "double", "default": 1}]'},
        },
        tree.Beside(example="{broken", requirements="# c\na\n"),
        tree.LoggedBy(problem="run x cannot be read"),
    )
    assert (1, "t", "double = 1") in lines_of(body)
    assert (1, "[0]", "a") in lines_of(body)
    assert (1, "logged by", "run x cannot be read") in lines_of(body)


# pictures


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_sizes_of_a_picture_fit_and_keep_its_shape(width: int, height: int) -> None:
    sizes = values.level_sizes(width, height)
    assert all(0 < wide <= min(width, 240) and 0 < high <= min(height, 160) for wide, high in sizes)
    assert sizes == sorted(sizes, reverse=True, key=lambda size: size[0] * size[1])
    levels = [PictureLevel(wide, high, b"") for wide, high in sizes]
    best = values.best_level(levels, 80, 20)
    assert best is levels[-1] or (best.width <= 80 and best.height <= 40)


def test_memory_is_bounded_whatever_a_text_holds() -> None:
    tracemalloc.start()
    tree.parse(("[" + "[1]," * 16_000)[:65536], whole=False)
    table("a.csv", "," * 65536, whole=False)
    log_body("\x1b[31m" * 13_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


TABLE = {"columns": ["question", "answer", "score"], "data": [["a?", "x\ny", 0.5], ["b?", {"k": [1, None]}, None]]}


def test_json_of_columns_and_data_is_a_table() -> None:
    body = tree.parse(json.dumps(TABLE)).body
    assert isinstance(body, TableBody)
    assert [column.name for column in body.columns] == ["question", "answer", "score"]
    assert body.cells == (("a?", "b?"), ("x\\ny", '{"k": [1, null]}'), ("0.5", ""))
    assert (body.rows, body.total_rows) == (2, 2)
    assert body.columns[2].is_number


def test_a_table_in_json_that_is_cut_off_shows_its_whole_rows() -> None:
    text = json.dumps(TABLE)
    body = tree.parse(text[: text.index("null]")], whole=False).body
    assert isinstance(body, TableBody)
    assert (body.rows, body.total_rows) == (1, None)


@pytest.mark.parametrize(
    "value",
    [
        {"columns": ["a"], "data": [[1]], "more": 1},
        {"columns": ["a"], "data": [[1, 2]]},
        {"columns": [], "data": []},
        {"columns": ["a"], "data": [{"a": 1}]},
        {"columns": [["a"]], "data": [[1]]},
        [{"columns": ["a"], "data": [[1]]}],
    ],
)
def test_other_json_stays_a_tree(value: object) -> None:
    assert isinstance(tree.parse(json.dumps(value)).body, TreeBody)


def test_evaluation_tables_differ_question_by_column() -> None:
    bodies = []
    for better in (False, True):
        rows = [[f"q{n}?", f"answer {n + (better and n == 3)}", (n + (better and n == 3)) / 10] for n in range(9)]
        body = tree.parse(json.dumps({"columns": ["question", "answer", "score"], "data": rows})).body
        assert isinstance(body, TableBody)
        bodies.append(body)
    change = table_change(*bodies, everything=False, tolerance=0)
    assert change.body is not None
    assert change.body.cells[0] == ("question q3? · answer", "question q3? · score")
    assert change.body.cells[3] == ("changed", "+0.1  +33.3%")
