"""Nested values as a flat, bounded list of lines that fold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from tui.domain.preview.values import Tone, TreeBody, TreeNode
from tui.domain.quantities import count
from tui.domain.text import clean, named

MOST_NODES = 20_000
MOST_CHILDREN = 2_000
DEEPEST = 60
LONGEST_VALUE = 2_000


class Pairs(list[tuple[str, object]]):
    """The members of an object in the file's order, twice-given names included."""


class Literal(str):
    """A scalar as the file spells it, which is not to be quoted."""

    tone: Tone

    def __new__(cls, text: str, tone: Tone = "") -> Literal:
        made = super().__new__(cls, text)
        made.tone = tone
        return made


def tree_of(value: object) -> tuple[TreeBody, list[str]]:
    """A value of mappings, ``Pairs``, sequences and scalars as a tree, and the notes that go with it."""
    nodes: list[TreeNode] = []
    notes: list[str] = []
    pairs = _members(value)
    if pairs is None:
        _add(nodes, 0, "", value, set(), notes)
    else:
        _add_all(nodes, 0, pairs, {id(value)}, notes)
    if len(nodes) >= MOST_NODES:
        notes.append(f"The first {count(MOST_NODES)} nodes are shown.")
    small = len(nodes) <= 40
    return TreeBody(tuple(nodes), open_depth=4 if small else 1), list(dict.fromkeys(notes))


def _members(value: object) -> Iterable[tuple[str, object]] | None:
    """The names and values in a container, None of a scalar."""
    if isinstance(value, Pairs):
        return value
    if isinstance(value, Mapping):
        return [(str(name), inner) for name, inner in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [(f"[{number}]", inner) for number, inner in enumerate(value)]
    return None


def _size_words(value: object) -> str:
    """What stands beside a container: how many are in it."""
    assert isinstance(value, (Mapping, Sequence))
    number = count(len(value))
    return f"{{{number}}}" if isinstance(value, (Mapping, Pairs)) else f"[{number}]"


def _add(nodes: list[TreeNode], depth: int, name: str, value: object, above: set[int], notes: list[str]) -> None:
    if len(nodes) >= MOST_NODES:
        return
    members = _members(value)
    if members is None:
        text, tone = scalar(value)
        nodes.append(TreeNode(depth, named(name), text, tone))
        return
    if id(value) in above:
        nodes.append(TreeNode(depth, named(name), "(itself again)", "muted"))
        return
    at = len(nodes)
    nodes.append(TreeNode(depth, named(name), _size_words(value), "muted"))
    if depth >= DEEPEST:
        notes.append(f"Nesting is shown to a depth of {DEEPEST}.")
        return
    _add_all(nodes, depth + 1, members, above | {id(value)}, notes)
    nodes[at] = TreeNode(depth, named(name), _size_words(value), "muted", len(nodes) - at - 1)


def _add_all(
    nodes: list[TreeNode], depth: int, members: Iterable[tuple[str, object]], above: set[int], notes: list[str]
) -> None:
    for number, (name, inner) in enumerate(members):
        if number >= MOST_CHILDREN:
            nodes.append(TreeNode(depth, "…", "more than are shown", "muted"))
            notes.append(f"Of each list the first {count(MOST_CHILDREN)} are shown.")
            return
        _add(nodes, depth, name, inner, above, notes)


def scalar(value: object) -> tuple[str, Tone]:
    """A scalar as it is shown: texts quoted only where they could be taken for something else."""
    if isinstance(value, Literal):
        return _cut(clean(str(value[: LONGEST_VALUE + 1]))), value.tone
    if value is None:
        return "null", "muted"
    if isinstance(value, bool):
        return ("true" if value else "false"), "keyword"
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN"), "warn"
    if isinstance(value, (int, float)):
        return _number(value), "number"
    text = str(value)
    shown = _cut(clean(text[: LONGEST_VALUE + 1]))
    if not text or text != text.strip() or text in ("null", "true", "false"):
        shown = f'"{shown}"'
    return shown, "string"


def _number(value: int | float) -> str:
    # Python refuses to spell out integers of more than a few thousand digits.
    if isinstance(value, int) and value.bit_length() > 4000:
        return f"an integer of {count(value.bit_length())} bits"
    return repr(value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
