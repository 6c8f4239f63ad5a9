"""A recorded text as the value that it means: a number, true or false, nothing, a JSON or Python literal, or a text."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from tui.domain.filter.nodes import number

LONGEST_NESTED = 100_000
"""Characters up to which a text is tried as a JSON or Python literal."""

_WHOLE = re.compile(r"\s*[+-]?\d+\s*\Z", re.ASCII)
_WORDS: Mapping[str, bool | None] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "None": None,
}  # fmt: skip
# The digest of a commit may read as a number far out of range, where all numbers would be the same.
_LIKE_A_DIGEST = re.compile(r"[eE][+-]?\d{4}", re.ASCII)
_OPENING = frozenset("{[('\"")


@dataclass(frozen=True)
class ParsedValue:
    """A value. Two texts mean the same where their ``key`` is equal: ``1e-3`` and ``0.001``, ``True`` and ``true``.

    ``number`` is None where it is none. ``whole`` numbers are compared exactly, whatever the tolerance: of two seeds
    none is nearly the other. ``nested`` is the dictionary or list that a JSON or Python literal says.
    """

    key: Hashable
    number: float | None = None
    whole: bool = False
    nested: dict[object, object] | list[object] | None = None


def parsed(text: str) -> ParsedValue:
    """What ``text`` means. NaN equals NaN; lists equal tuples; a quoted text is not the same as a bare one."""
    value = number(text)
    if value is not None and not _LIKE_A_DIGEST.search(text) and (abs(value) != math.inf or "n" in text.lower()):
        return _number(int(text) if _WHOLE.match(text) else value)
    if text in _WORDS:
        return ParsedValue(_key(_WORDS[text]))
    begun = text.lstrip()
    if begun[:1] in _OPENING and len(text) <= LONGEST_NESTED:
        try:
            read = _literal(begun)
            if isinstance(read, (dict, list)):
                return ParsedValue(_key(read), nested=read)
            if isinstance(read, (str, frozenset)):
                return ParsedValue(_key(read))
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            pass  # neither JSON nor a literal, or too deep for both: it is a text
    return plain(text)


def exact_number(text: str) -> Decimal:
    """All digits of a text that ``parsed`` takes for a number."""
    return Decimal(text.strip())


def near(one: ParsedValue, other: ParsedValue, tolerance: float) -> bool:
    """Whether both mean the same, or are numbers, not both whole, that differ by that part of the larger at most."""
    if one.key == other.key:
        return True
    if one.nested is not None and other.nested is not None:
        return _nested_near(one.nested, other.nested, tolerance)
    a, b = one.number, other.number
    if a is None or b is None or (one.whole and other.whole) or not (math.isfinite(a) and math.isfinite(b)):
        return False
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def _nested_near(one: object, other: object, tolerance: float) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_nested_near(one[key], other[key], tolerance) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_nested_near(a, b, tolerance) for a, b in zip(one, other, strict=True))
    return near(parsed(leaf_text(one)), parsed(leaf_text(other)), tolerance)


def plain(text: str) -> ParsedValue:
    """A text that means its letters and nothing else."""
    return ParsedValue(("text", text))


def leaf_text(value: object) -> str:
    """A value inside a nested one, as a text that ``parsed`` takes for the same value."""
    if isinstance(value, float):
        return repr(value)
    try:
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    except (TypeError, ValueError):
        return repr(value)


def _number(value: int | float) -> ParsedValue:
    try:
        as_float = float(value)
    except OverflowError:
        as_float = math.inf if value > 0 else -math.inf
    return ParsedValue(_key(value), as_float, isinstance(value, int))


def _literal(text: str) -> object:
    try:
        read = json.loads(text, object_pairs_hook=_pairs)
    except json.JSONDecodeError:
        read = ast.literal_eval(text)
    return _plain(read)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")  # either value would be a guess
    return found


def _plain(value: object) -> object:
    """The value with tuples as lists; raises TypeError for what JSON has no like of."""
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(held) for held in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (set, frozenset)):
        return frozenset(_hashable(held) for held in value)
    raise TypeError(type(value).__name__)


def _hashable(value: object) -> Hashable:
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise TypeError(type(value).__name__)


def _key(value: object) -> Hashable:
    """What is equal exactly for equal values."""
    if isinstance(value, bool) or value is None:
        return ("word", value)
    if isinstance(value, (int, float)):
        # Python compares whole numbers and floats exactly, and gives equal ones equal hashes.
        return ("nan",) if value != value else ("number", value)
    if isinstance(value, str):
        return ("quoted", value)
    if isinstance(value, Mapping):
        return ("mapping", frozenset((_key(key), _key(held)) for key, held in value.items()))
    if isinstance(value, Set):
        return ("set", frozenset(_key(held) for held in value))
    if isinstance(value, Sequence):
        return ("list", tuple(_key(held) for held in value))
    raise TypeError(type(value).__name__)


MOST_LEAVES = 2000
"""Leaves up to which a nested value is taken apart; a larger one is compared as a whole."""

MOST_PATHS = 200
"""Differing paths of one param that become rows of their own."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
Nested = dict[object, object] | list[object]


@dataclass(frozen=True)
class Leaves:
    """What several nested values hold: for each path the text of each value there, None where it has none."""

    texts: dict[str, list[str | None]]


def leaves_of(name: str, values: Sequence[Nested | None]) -> Leaves | None:
    """The leaves of several nested values of the param ``name``; None where one of them has too many."""
    texts: dict[str, list[str | None]] = {}
    for column, value in enumerate(values):
        if value is None:
            continue
        for count, (path, leaf) in enumerate(_walk(name, value)):
            if count == MOST_LEAVES:
                return None
            texts.setdefault(path, [None] * len(values))[column] = leaf_text(leaf)
    return Leaves(texts)


def _walk(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Paths and values of the leaves: an empty dictionary or list is one."""
    if isinstance(value, dict) and value:
        for key, held in value.items():
            yield from _walk(_member(path, key), held)
    elif isinstance(value, list) and value:
        for index, held in enumerate(value):
            yield from _walk(f"{path}[{index}]", held)
    else:
        yield path, value


def _member(path: str, key: object) -> str:
    if isinstance(key, str):
        return f"{path}.{key}" if _PLAIN_KEY.match(key) else f"{path}[{leaf_text(key)}]"
    return f"{path}[{key!r}]"
