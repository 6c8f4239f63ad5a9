"""Nested values as a flat, bounded list of lines that fold."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.preview.text import MOST_COLUMNS, MOST_ROWS, body_of
from tui.domain.preview.values import TableBody, Tone, TreeBody, TreeNode
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


# JSON as a tree; of a text that is cut off or broken, the tree of what is there.


MOST_DEPTH = 400
"""Nesting beyond this is no document that anybody reads; Python's own parser gives up soon after it."""
_MOST_LINES = 2_000
_TABLE_MEMBERS = frozenset({"columns", "data", "index"})

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<open>[{\[])|(?P<close>[}\]])|(?P<mark>[,:])|(?P<word>[^\s,:{}\[\]"]+))',
    re.DOTALL,
)


@dataclass(frozen=True)
class ParsedJson:
    """The tree or table of a JSON text, or None where nothing of it is JSON, and sentences about it."""

    body: TreeBody | TableBody | None
    notes: tuple[str, ...] = ()


def parse(text: str, *, whole: bool = True) -> ParsedJson:
    """JSON as a tree, or as the table that it is. ``whole`` is False where more of the file follows than was read."""
    try:
        return _tree(_loads(text), ())
    except ValueError as error:
        broken = error
    except RecursionError:
        return ParsedJson(None, ("It is nested too deeply to be shown as a tree.",))
    kept, cut_at_end = _closed(text)
    if kept is None:
        return ParsedJson(None, (f"It is no JSON: {_said(broken)}.",))
    try:
        value = _loads(kept)
    except (ValueError, RecursionError):
        return ParsedJson(None, (f"It is no valid JSON: {_said(broken)}.",))
    if not whole and cut_at_end:
        if not value:
            return ParsedJson(None, ("Its first value is longer than what has been read: it is shown as text.",))
        return _tree(value, (), whole=False)
    what = "The text is cut off" if cut_at_end else f"It is no valid JSON from there on: {_said(broken)}"
    return _tree(value, (f"{what}; the tree shows what comes before.",))


def parse_lines(text: str, *, whole: bool = True) -> ParsedJson:
    """One JSON value a line, as a tree of lines."""
    values: list[object] = []
    bad = 0
    lines = text.splitlines()
    if not whole and lines and not text.endswith("\n"):
        lines.pop()
    for line in lines[:_MOST_LINES]:
        if line.strip():
            try:
                values.append(_loads(line))
            except (ValueError, RecursionError):
                bad += 1
    if not values:
        return ParsedJson(None, ("None of its lines is JSON.",))
    notes = [f"{bad} of {len(values) + bad} lines are no JSON."] if bad else []
    if len(lines) > _MOST_LINES:
        notes.append(f"The first {_MOST_LINES} lines are shown.")
    return _tree(values, tuple(notes))


def _tree(value: object, notes: tuple[str, ...], *, whole: bool = True) -> ParsedJson:
    table = _table(value, whole)
    if table is not None:
        return ParsedJson(table, (*notes, *_left_out(table)))
    body, more = tree_of(value)
    return ParsedJson(body, (*notes, *more))


def _table(value: object, whole: bool) -> TableBody | None:
    """The table that an object of ``columns`` and ``data`` is, as MLflow's ``log_table`` and pandas ("split") write."""
    members = dict(value) if isinstance(value, Pairs) else {}
    names, rows = members.get("columns"), members.get("data")
    if not isinstance(names, list) or not names or not isinstance(rows, list) or set(members) - _TABLE_MEMBERS:
        return None
    if any(isinstance(name, (list, dict)) for name in names):
        return None
    if any(not isinstance(row, list) or isinstance(row, Pairs) or len(row) > len(names) for row in rows):
        return None
    if not whole and rows and len(rows[-1]) < len(names):
        rows = rows[:-1]
    shown = names[:MOST_COLUMNS]
    head = [[_cell(cell) for cell in row[: len(shown)]] for row in rows[:MOST_ROWS]]
    return body_of([_cell(name) for name in shown], head, len(rows) if whole else None, len(names))


def _left_out(table: TableBody) -> list[str]:
    notes = []
    if table.total_rows is None or table.total_rows > table.rows:
        notes.append(f"The first {count(table.rows)} rows are shown.")
    if table.total_columns is not None and table.total_columns > len(table.columns):
        notes.append(f"The first {len(table.columns)} of {count(table.total_columns)} columns are shown.")
    return notes


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, Pairs):
        return {name: _plain(held) for name, held in value}
    return [_plain(held) for held in value] if isinstance(value, list) else value


def _loads(text: str) -> object:
    return json.loads(text, object_pairs_hook=Pairs, parse_int=_integer)


def _integer(text: str) -> int | float:
    # Python refuses to read integers of more than 4300 digits; no number of that size is meant as one.
    return int(text) if len(text) <= 1000 else float(text)


def _said(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} in line {error.lineno}, column {error.colno}"
    return str(error)


def _closed(text: str) -> tuple[str | None, bool]:
    """The text up to its last whole value, with what is open there closed; and whether the end of it cut it off.

    Answers None where it does not begin like an object or a list.
    """
    stack: list[str] = []
    good: tuple[int, int] | None = None  # up to where, and how many brackets are open there
    expects = "value"  # or "key", "colon", "comma"
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            # What is left is blank or a text without its second quote: cut off. Anything else is broken.
            rest = text[at:].lstrip()
            cut = not rest or rest.startswith('"')
            break
        at = found.end()
        kind = found.lastgroup
        if kind == "open" and expects == "value":
            stack.append("}" if found["open"] == "{" else "]")
            if len(stack) > MOST_DEPTH:
                cut = False
                break
            good = (at, len(stack))
            expects = "key" if stack[-1] == "}" else "value"
        elif kind == "close" and stack and found["close"] == stack[-1] and expects != "colon":
            stack.pop()
            good = (at, len(stack))
            expects = "comma"
            if not stack:
                cut = False
                break
        elif kind == "string" and expects == "key":
            expects = "colon"
        elif kind in ("string", "word") and expects == "value" and stack:
            if kind == "word" and (at >= len(text) or not _is_word(found["word"])):
                cut = at >= len(text)
                break
            good = (at, len(stack))
            expects = "comma"
        elif kind == "mark" and found["mark"] == ":" and expects == "colon":
            expects = "value"
        elif kind == "mark" and found["mark"] == "," and expects == "comma":
            expects = "key" if stack[-1] == "}" else "value"
        else:
            cut = False
            break
    if good is None:
        return None, cut
    end, depth = good
    return text[:end] + "".join(reversed(_open_at(text, end)[:depth])), cut


def _open_at(text: str, end: int) -> list[str]:
    """The brackets that are open at a place, as what closes them, outermost first."""
    stack: list[str] = []
    at = 0
    while (found := _TOKEN.match(text, at, end)) is not None:
        at = found.end()
        if found["open"]:
            stack.append("}" if found["open"] == "{" else "]")
        elif found["close"] and stack:
            stack.pop()
    return stack


def _is_word(word: str) -> bool:
    try:
        json.loads(word)
    except ValueError:
        return False
    return True
