"""Filters made up by hypothesis, and a slow, plain reading of what they mean."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.support.made_runs import MadeRun
from tui.domain.filter.nodes import And, Compare, InList, KeyRef, Literal_, Node, Not, Null, Or, Pattern, Word

NOW_MS = 1_764_000_000_000
TEXTS = (
    "adam",
    "AdamW",
    "sgd",
    "1",
    "1e-3",
    "0.001",
    "0.010",
    "nan",
    "",
    "a'b",
    'a"b',
    "x%y",
    "a_b",
    "Ünï",
    "K\u212a",
    "a\\",
    "[x]",
)
NUMBERS = ("0", "1", "0.5", "-2", "1e-3", "nan", "1e22", "inf")

_OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~", "!~", ":", "LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE")


def keys(*, known_only: bool = False) -> st.SearchStrategy[KeyRef]:
    """Keys; with ``known_only`` those that ``made_runs`` can have and that take texts, numbers or statuses."""
    known = [
        KeyRef("metrics", "auc"), KeyRef("", "auc"), KeyRef("metrics", "a loss"), KeyRef("params", "lr"),
        KeyRef("", "opt"), KeyRef("tags", "team"), KeyRef("", "team"), KeyRef("", "name"),
        KeyRef("attributes", "status"), KeyRef("", "user"), KeyRef("", "id"), KeyRef("", "note"),
        KeyRef("", "lifecycle"), KeyRef("", "models"),
    ]  # fmt: skip
    if known_only:
        return st.sampled_from(known)
    odd = [KeyRef("", "a b"), KeyRef("tags", "x`y"), KeyRef("", "and"), KeyRef("", "run.x"), KeyRef("params", "é'\"")]
    return st.sampled_from(known + odd)


def _literals(texts: Sequence[str]) -> st.SearchStrategy[Literal_]:
    plain = [text for text in texts if re.fullmatch(r"[\w.%-][\w.%\[\]\\'-]*", text)]
    return st.one_of(
        st.sampled_from(plain).map(Literal_),
        st.sampled_from(list(texts)).map(lambda text: Literal_(text, True)),
    )


@st.composite
def _compares(draw: st.DrawFn, *, known_only: bool) -> Compare:
    key = draw(keys(known_only=known_only))
    operators: Sequence[str] = _OPERATORS
    texts: Sequence[str] = (*TEXTS, *NUMBERS)
    if known_only and key.key in ("auc", "a loss", "models"):
        operators, texts = ("=", "!=", "<", "<=", ">", ">=", ":"), NUMBERS
    elif known_only and key.key == "status":
        operators, texts = ("=", "!=", ":", "LIKE", "ILIKE"), ("done", "FINISHED", "failed", "FA%", "n", "odd")
    operator = draw(st.sampled_from(operators))
    value = draw(_literals(texts))
    if "LIKE" in operator:
        value = Literal_(draw(st.sampled_from(["%", "a%", "%A%", "_dam%", value.text, f"%{value.text}%"])), True)
    if operator in ("~", "!~"):
        value = Literal_(re.escape(value.text) or "x", True)
    return Compare(key, operator, value)  # type: ignore[arg-type]


def nodes(*, known_only: bool = False) -> st.SearchStrategy[Node]:
    """Whole filters; with ``known_only`` such as apply to ``made_runs`` without an error."""
    words = st.sampled_from(["ox", "adam", "Ana", "done", "ru", "r1", "/a", "don't"]).map(Word)
    phrases = st.sampled_from([*TEXTS[:8], "gallant ox", "it's"]).filter(bool).map(lambda text: Word(text, True))
    patterns = st.sampled_from(["^g", "ox-?\\d", "a/b", "ana|ben"]).map(Pattern)
    nulls = st.builds(Null, keys(known_only=known_only), st.booleans())
    has = st.builds(lambda key: Null(key, True, True), keys(known_only=known_only))
    textual = keys(known_only=known_only).filter(lambda key: key.key not in ("auc", "a loss", "models"))
    lists = st.builds(InList, textual, st.lists(_literals(TEXTS), min_size=1, max_size=3).map(tuple), st.booleans())
    leaves = st.one_of(words, phrases, patterns, _compares(known_only=known_only), nulls, has, lists)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(Not),
            # Nodes of one kind inside another are flattened in reading, so they are made flat.
            st.lists(inner.filter(lambda n: not isinstance(n, And)), min_size=2, max_size=3).map(
                lambda n: And(tuple(n))
            ),
            st.lists(inner.filter(lambda n: not isinstance(n, Or)), min_size=2, max_size=3).map(lambda n: Or(tuple(n))),
        ),
        max_leaves=6,
    )


@st.composite
def made_runs(draw: st.DrawFn) -> list[MadeRun]:
    """A few runs with keys and values that ``nodes`` ask about; each key is present in some run."""
    some = st.sampled_from(TEXTS)
    numbers = st.sampled_from([0.0, 1.0, 0.5, -2.0, 0.001, math.nan, math.inf, 1e22, 0.4999])

    def run(number: int) -> MadeRun:
        def maybe(values: st.SearchStrategy[object]) -> object:
            return draw(st.one_of(st.none(), values))

        def present(**values: object) -> dict[str, object]:
            return {key.replace("__", " "): value for key, value in values.items() if value is not None}

        return MadeRun(
            id=f"r{number}",
            name=draw(st.sampled_from(["gallant ox", "ox-1", "Brave", "", "adam"])),
            status=draw(st.sampled_from(["FINISHED", "FAILED", "RUNNING", "KILLED", "SCHEDULED"])),
            user=draw(st.sampled_from(["ana", "Ben", ""])),
            start=draw(st.sampled_from([-1, NOW_MS - 1000, NOW_MS - 10_000_000])),
            end=draw(st.sampled_from([-1, NOW_MS - 500])),
            models=draw(st.integers(0, 2)),
            lifecycle=draw(st.sampled_from(["active", "deleted"])),
            metrics=present(auc=maybe(numbers), a__loss=maybe(numbers)),  # type: ignore[arg-type]
            params=present(lr=maybe(some), opt=maybe(some)),  # type: ignore[arg-type]
            tags=present(team=maybe(some), **{"mlflow.note.content": maybe(some)}),  # type: ignore[arg-type]
        )

    every = MadeRun(
        "rx", metrics={"auc": 0.25, "a loss": 0.25}, params={"lr": "q", "opt": "q"}, tags={"team": "q"},
        start=NOW_MS - 5,
    )  # fmt: skip
    return [every, *(run(number) for number in range(draw(st.integers(0, 6))))]


# --- the plain reading ------------------------------------------------------------------------------------------------


def matches(node: Node, run: MadeRun) -> bool:
    """Whether a run matches, one run and one comparison at a time."""
    if isinstance(node, And):
        return all(matches(item, run) for item in node.items)
    if isinstance(node, Or):
        return any(matches(item, run) for item in node.items)
    if isinstance(node, Not):
        return not matches(node.item, run)
    if isinstance(node, Word):
        return _anywhere(run, lambda text: _lower(node.text) in _lower(text), _lower(node.text))
    if isinstance(node, Pattern):
        found = re.compile(node.text, re.IGNORECASE)
        return _anywhere(run, lambda text: bool(found.search(text)), None)
    found_value = _value(node.key, run)
    if isinstance(node, Null):
        there = found_value is not None and not (node.key.key == "models" and found_value == 0)
        return there is node.negated
    if found_value is None:
        return False
    if isinstance(node, InList):
        one = any(_compare("=", found_value, literal, node.key) for literal in node.values)
        return one is not node.negated
    negative = {"!=": "=", "!~": "~", "NOT LIKE": "LIKE", "NOT ILIKE": "ILIKE"}.get(node.operator)
    if negative is not None:
        models_absent = node.key.key == "models" and found_value == 0
        return not models_absent and not _compare(negative, found_value, node.value, node.key)
    return _compare(node.operator, found_value, node.value, node.key)


_LABELS = {"FINISHED": "done", "FAILED": "failed", "RUNNING": "running", "KILLED": "killed", "SCHEDULED": "scheduled"}


def _lower(text: str) -> str:
    return "".join(sign if sign == "\u212a" else sign.lower() for sign in text)


def _anywhere(run: MadeRun, test: object, beginning: str | None) -> bool:
    assert callable(test)
    texts = [run.attribute(name) for name in ("name", "user", "source", "dataset")]
    texts += [run.status, _LABELS[run.status]]
    if any(text is not None and test(text) for text in texts):
        return True
    starts = [text for text in (run.id, run.attribute("version")) if text is not None]
    return any(_lower(text).startswith(beginning) if beginning is not None else test(text) for text in starts)


def _value(key: KeyRef, run: MadeRun) -> str | float | None:
    name = key.key
    if name in ("auc", "a loss"):
        return run.metrics.get(name)
    if name in ("lr", "opt"):
        return run.params.get(name)
    if name == "team":
        return run.tags.get(name)
    return run.models if name == "models" else run.attribute(name)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _compare(operator: str, found: str | float, literal: Literal_, key: KeyRef) -> bool:
    wanted = _number(literal.text)
    if isinstance(found, str):
        if key.key == "status":
            return _status(operator, found, literal.text)
        ordering = operator in ("<", "<=", ">", ">=")
        if (
            key.key in ("lr", "opt", "team")
            and wanted is not None
            and (ordering or (operator == "=" and not literal.quoted))
        ):
            number = _number(found)
            return number is not None and _numbers(operator, number, literal.text)
        return _texts(operator, found, literal.text)
    return _numbers(operator, float(found), literal.text)


def _status(operator: str, found: str, text: str) -> bool:
    if operator == "=":
        return text.upper() in (found, _LABELS[found].upper())
    if operator == ":":
        return text.lower() in found.lower() or text.lower() in _LABELS[found]
    return _texts(operator, found, text)


def _numbers(operator: str, found: float, text: str) -> bool:
    wanted = float(text)
    if math.isnan(wanted):
        return math.isnan(found) and operator in ("=", ":")
    if operator == ":" and math.isfinite(wanted):
        mantissa, _, exponent = text.partition("e")
        margin = 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        return wanted - margin <= found <= wanted + margin
    return {
        "=": found == wanted, ":": found == wanted, "<": found < wanted, "<=": found <= wanted,
        ">": found > wanted, ">=": found >= wanted,
    }[operator]  # fmt: skip


def _texts(operator: str, found: str, text: str) -> bool:
    if operator in ("LIKE", "ILIKE"):
        if operator == "ILIKE":
            found, text = _lower(found), _lower(text)
        return _like(found, text)
    if operator == ":":
        return _lower(text) in _lower(found)
    if operator == "~":
        return re.search(text, found, re.IGNORECASE) is not None
    return {
        "=": found == text, "<": found < text, "<=": found <= text, ">": found > text, ">=": found >= text,
    }[operator]  # fmt: skip


def _like(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(text[at:], pattern[1:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _like(text[1:], pattern[1:])
