"""From text to nodes: what is understood, what is refused and how, and that writing and reading agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.filters import nodes
from tui.domain.filter import FilterError, Query, parse
from tui.domain.filter.nodes import And, Compare, InList, KeyRef, Literal_, Node, Not, Null, Or, Pattern, Word


def key(name: str, prefix: str = "") -> KeyRef:
    return KeyRef(prefix, name)  # type: ignore[arg-type]


def value(text: str, *, quoted: bool = False) -> Literal_:
    return Literal_(text, quoted)


AUC = Compare(key("auc"), ">", value("0.9"))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", None),
        ("  ", None),
        ("ox", Word("ox")),
        ("gallant ox", And((Word("gallant"), Word("ox")))),
        ('"gallant ox"', Word("gallant ox", True)),
        ("'it''s'", Word("it's", True)),
        ("don't", Word("don't")),
        ("auc>0.9", AUC),
        ("auc > 0.9", AUC),
        ("auc == 1", Compare(key("auc"), "=", value("1"))),
        ("name=~ox", Compare(key("name"), "~", value("ox"))),
        ("name !~ ^a(b|c)$", Compare(key("name"), "!~", value("^a(b|c)$"))),
        ("(name ~ a)", Compare(key("name"), "~", value("a"))),
        (r"name ~ a\)b", Compare(key("name"), "~", value(r"a\)b"))),
        ("name ~ /a b/", Compare(key("name"), "~", value("a b", quoted=True))),
        ("start > 2026-11-01T10:00", Compare(key("start"), ">", value("2026-11-01T10:00"))),
        ("source:models:/m@c", Compare(key("source"), ":", value("models:/m@c"))),
        ("metrics.`a b` >= 1e-3", Compare(key("a b", "metrics"), ">=", value("1e-3"))),
        ('metrics."a b" < 1', Compare(key("a b", "metrics"), "<", value("1"))),
        ("`metrics`.`x` = 1", Compare(key("x", "metrics"), "=", value("1"))),
        ("`a b` = 1", Compare(key("a b"), "=", value("1"))),
        ("parameters.lr = '1'", Compare(key("lr", "params"), "=", value("1", quoted=True))),
        ("attr.status != 'FAILED'", Compare(key("status", "attributes"), "!=", value("FAILED", quoted=True))),
        ("datasets.name = 'x'", Compare(key("name", "dataset"), "=", value("x", quoted=True))),
        ("model.depth = 3", Compare(key("model.depth"), "=", value("3"))),
        ("tags.mlflow.user = 'a'", Compare(key("mlflow.user", "tags"), "=", value("a", quoted=True))),
        ("name LIKE '%x%'", Compare(key("name"), "LIKE", value("%x%", quoted=True))),
        ("name not ilike '%x%'", Compare(key("name"), "NOT ILIKE", value("%x%", quoted=True))),
        ("something like this", And((Word("something"), Word("like"), Word("this")))),
        ("x IN (1, 'b c')", InList(key("x"), (value("1"), value("b c", quoted=True)))),
        ("x not in ('a')", InList(key("x"), (value("a", quoted=True),), True)),
        ("run in prod", And((Word("run"), Word("in"), Word("prod")))),
        ("x IS NULL", Null(key("x"))),
        ("params.x is not null", Null(key("x", "params"), True)),
        ("this is fine", And((Word("this"), Word("is"), Word("fine")))),
        ("has:auc", Null(key("auc"), True)),
        ("has: metrics.`a b`", Null(key("a b", "metrics"), True)),
        ("-failed", Not(Word("failed"))),
        ("!failed", Not(Word("failed"))),
        ("-(a or b)", Not(Or((Word("a"), Word("b"))))),
        ("-auc > 0.9", Not(AUC)),
        ("hello!", Word("hello!")),
        ("a!=b", Compare(key("a"), "!=", value("b"))),
        ("a AND b or c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("a (b OR c)", And((Word("a"), Or((Word("b"), Word("c")))))),
        ("android", Word("android")),
        ("/^ox-\\d+$/ a", And((Pattern("^ox-\\d+$"), Word("a")))),
        (r"/a\/b/", Pattern("a/b")),
        ("/Users/ana@x", Word("/Users/ana@x")),
        ("/Users ox", And((Word("/Users"), Word("ox")))),
        ("x = and", Compare(key("x"), "=", value("and"))),
        ("it s a val-loss<3", And((Word("it"), Word("s"), Word("a"), Compare(key("val-loss"), "<", value("3"))))),
    ],
)
def test_understood(text: str, node: Node | None) -> None:
    assert parse(text).node == node


@pytest.mark.parametrize(
    "text",
    [
        "auc >", "auc > ", "auc !", "a and", "a or ", "not", "-", "(a", "(a or (b", "has:", "'abc", '"abc', "`abc",
        "metrics.", "metrics.`a", "x IS", "x is n", "x IS NOT", "x IS NOT NU", "x like", "x ILIKE ", "x IN", "x IN (",
        "x IN ('a'", "x IN ('a',", "x NOT IN (", "/", "x = 'a", "name ~ '(",
    ],
)  # fmt: skip
def test_incomplete(text: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert caught.value.incomplete, caught.value


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a )", 2), (")", 0), ("()", 1), ("(a) )", 4), ("or a", 0), ("and a", 0), ("> 3 a", 0), ("x = = 3", 4),
        ("x IN () a", 6), ("x IN ('a' 'b')", 10), ("a (or b)", 3), ("tags.`a` b", 8), ("(" * 99 + "a", 60),
        ("not " * 99 + "a", 240),
    ],
)  # fmt: skip
def test_refused(text: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert not caught.value.incomplete, caught.value
    assert caught.value.position == position
    assert caught.value.message


def test_deep_nesting_is_no_crash() -> None:
    for text in ("(" * 100_000, "-" * 100_000, "not " * 50_000):
        with pytest.raises(FilterError):
            parse(text)


@given(nodes())
@settings(max_examples=150, deadline=None)
def test_written_filters_read_back(node: Node) -> None:
    assert parse(str(node)).node == node


_PIECES = st.sampled_from(
    ["a", "auc", " ", "(", ")", "=", "<", ">", "!", "~", ":", "'", '"', "`", "/", "\\", "-", ",", ".", "and", " or ",
     " not ", " like ", " in ", " is ", "null", "has:", "metrics.", "tags.", "1", "é", "\x00", "\u202e", "\n"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=14).map("".join)))
@settings(max_examples=600, deadline=None)
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except FilterError as error:
        assert 0 <= error.position <= len(text)
        return
    assert isinstance(query, Query)
    # What was understood can be written, and means the same when read again.
    assert parse(str(query)).node == query.node
