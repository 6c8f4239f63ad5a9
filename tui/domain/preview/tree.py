"""Nested values as a flat, bounded list of lines that fold."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.preview.text import MOST_COLUMNS, MOST_ROWS, body_of
from tui.domain.preview.values import TableBody, Tone, TreeBody, TreeNode
from tui.domain.quantities import count, size
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


def tree_of(value: object, texts: dict[int, str] | None = None) -> tuple[TreeBody, list[str]]:
    """A value of mappings, ``Pairs``, sequences and scalars as a tree, and the notes that go with it.

    ``texts`` takes, by the number of its node, each text that is longer than what a node says, or has several lines.
    """
    nodes: list[TreeNode] = []
    notes: list[str] = []
    pairs = _members(value)
    if pairs is None:
        _add(nodes, 0, "", value, set(), notes, texts)
    else:
        _add_all(nodes, 0, pairs, {id(value)}, notes, texts)
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


def _add(
    nodes: list[TreeNode],
    depth: int,
    name: str,
    value: object,
    above: set[int],
    notes: list[str],
    texts: dict[int, str] | None,
) -> None:
    if len(nodes) >= MOST_NODES:
        return
    members = _members(value)
    if members is None:
        text, tone = scalar(value)
        if texts is not None and type(value) is str and (len(value) > LONGEST_VALUE or "\n" in value):
            texts[len(nodes)] = value
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
    _add_all(nodes, depth + 1, members, above | {id(value)}, notes, texts)
    nodes[at] = TreeNode(depth, named(name), _size_words(value), "muted", len(nodes) - at - 1)


def _add_all(
    nodes: list[TreeNode],
    depth: int,
    members: Iterable[tuple[str, object]],
    above: set[int],
    notes: list[str],
    texts: dict[int, str] | None,
) -> None:
    for number, (name, inner) in enumerate(members):
        if number >= MOST_CHILDREN:
            nodes.append(TreeNode(depth, "…", "more than are shown", "muted"))
            notes.append(f"Of each list the first {count(MOST_CHILDREN)} are shown.")
            return
        _add(nodes, depth, name, inner, above, notes, texts)


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
        told = [note.replace("the tree shows", "the table shows") for note in notes]
        return ParsedJson(table, (*told, *_left_out(table)))
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


# An MLmodel file read as what it is: flavors, signature field by field, example, requirements, who logged it.


_MOST_ROWS = 5
_ABOUT = ("databricks_runtime", "metadata", "resources", "auth_policy", "prompts")


@dataclass(frozen=True)
class LoggedBy:
    """The run that logged a model; ``autologged`` names the integration that did it by itself, if one did."""

    run_id: str = ""
    run_name: str = ""
    user: str = ""
    autologged: str = ""
    problem: str = ""  # why nothing is known of the run


@dataclass(frozen=True)
class Beside:
    """Files beside the MLmodel file that belong to it; None where they are not there or could not be read."""

    requirements: str | None = None
    example: str | None = None


def read_mlmodel(model: Mapping[str, object], beside: Beside, by: LoggedBy | None) -> tuple[TreeBody, list[str]]:
    """A model as a tree of what a person asks of it, and the notes that go with it."""
    notes: list[str] = []
    top = Pairs()
    top.append(("model", Pairs(_about(model, by))))
    flavors = model.get("flavors")
    if isinstance(flavors, Mapping) and flavors:
        top.append(("flavors", _flavors(flavors)))
    else:
        notes.append("It names no flavor: MLflow cannot load it.")
    top += _signature(model.get("signature"), notes)
    top += _example(model.get("saved_input_example_info"), beside.example)
    if beside.requirements is not None:
        wanted = [line.strip() for line in beside.requirements.splitlines()]
        listed = [_text(line) for line in wanted if line and not line.startswith("#")]
        top.append(("requirements", listed))
    rest = {key: model[key] for key in _ABOUT if model.get(key) not in (None, "", {}, [])}
    if rest:
        top.append(("recorded", rest))
    body, more = tree_of(top)
    return TreeBody(body.nodes, open_depth=2), notes + more


def _text(text: str) -> Literal:
    return Literal(text)


def _about(model: Mapping[str, object], by: LoggedBy | None) -> Iterable[tuple[str, object]]:
    flavors = model.get("flavors")
    if isinstance(flavors, Mapping):
        names = [str(name) for name in flavors if name != "python_function"]
        python = flavors.get("python_function")
        callable_words = " (also as a python_function)" if python is not None and names else ""
        yield "flavor", _text((", ".join(names) or "python_function") + callable_words)
        if isinstance(python, Mapping) and python.get("python_version"):
            yield "Python", _text(str(python["python_version"]))
    if model.get("model_id"):
        yield "model id", _text(str(model["model_id"]))
    elif model.get("model_uuid"):
        yield "model uuid", _text(str(model["model_uuid"]))
    if model.get("run_id"):
        yield "run id", _text(str(model["run_id"]))
    recorded = model.get("model_size_bytes")
    if isinstance(recorded, int):
        yield "size", _text(f"{size(recorded)}  ({count(recorded)} bytes)")
    if model.get("utc_time_created"):
        yield "created", _text(f"{str(model['utc_time_created'])[:19]} UTC")
    if model.get("mlflow_version"):
        yield "MLflow", _text(str(model["mlflow_version"]))
    if by is None:
        return
    if by.problem:
        yield "logged by", Literal(by.problem, "warn")
        return
    who = by.user or "nobody named"
    yield "logged by", _text(f"{who}, in run {by.run_name or by.run_id}")
    yield "autologged", _text(f"yes, by {by.autologged}" if by.autologged else "no")


def _flavors(flavors: Mapping[object, object]) -> Pairs:
    """Flavors with the one that says what the model is first, and python_function, which nearly all have, last."""
    ordered = sorted(flavors, key=lambda name: (name == "python_function", str(name)))
    return Pairs((str(name), flavors[name]) for name in ordered)


def _signature(signature: object, notes: list[str]) -> Iterable[tuple[str, object]]:
    if not isinstance(signature, Mapping):
        notes.append("It has no signature: what it takes and gives is not recorded.")
        return
    for side in ("inputs", "outputs", "params"):
        recorded = signature.get(side)
        if not recorded:
            continue
        try:
            fields = json.loads(recorded) if isinstance(recorded, str) else recorded
        except (ValueError, RecursionError):
            notes.append(f"The signature's {side} are no JSON.")
            yield side, str(recorded)
            continue
        if isinstance(fields, Sequence) and not isinstance(fields, str):
            yield side, Pairs(_field(field, number, side) for number, field in enumerate(fields))
        else:
            yield side, fields


def _field(field: object, number: int, side: str) -> tuple[str, object]:
    """A field of a signature on one line: its name, its type, and whether it may be missing."""
    if not isinstance(field, Mapping):
        return f"[{number}]", field
    name = str(field["name"]) if field.get("name") is not None else f"[{number}]"
    words = type_words(field)
    if side == "params":
        words += f" = {json.dumps(field.get('default'), ensure_ascii=False)}"
    elif field.get("required") is False:
        words += "  optional"
    return name, Literal(words, "name")


def type_words(spec: object, depth: int = 0) -> str:
    """A type of MLflow's schemas as people write types: ``double``, ``int64 (?, 28, 28)``, ``list of {a: string}``."""
    if not isinstance(spec, Mapping):
        return str(spec)
    if depth > 6:
        return "…"
    kind = spec.get("type", "any")
    if kind == "tensor":
        tensor = spec.get("tensor-spec")
        if isinstance(tensor, Mapping):
            shape = tensor.get("shape")
            sizes = ", ".join("?" if part == -1 else str(part) for part in shape) if isinstance(shape, Sequence) else ""
            return f"{tensor.get('dtype', '?')} ({sizes})"
    if kind == "array":
        return f"list of {type_words(spec.get('items', {}), depth + 1)}"
    if kind == "map":
        return f"map to {type_words(spec.get('values', {}), depth + 1)}"
    if kind == "object" and isinstance(spec.get("properties"), Mapping):
        inner = spec["properties"]
        assert isinstance(inner, Mapping)
        parts = []
        for name, part in inner.items():
            optional = "?" if isinstance(part, Mapping) and part.get("required") is False else ""
            parts.append(f"{name}{optional}: {type_words(part, depth + 1)}")
        return "{" + ", ".join(parts) + "}"
    words = str(kind)
    if spec.get("shape"):
        words = f"list of {words}"
    return words


def _example(info: object, text: str | None) -> Iterable[tuple[str, object]]:
    if not isinstance(info, Mapping):
        return
    name = str(info.get("artifact_path", ""))
    if text is None:
        yield "input example", Pairs([("file", _text(name)), ("type", _text(str(info.get("type", ""))))])
        return
    try:
        example: object = json.loads(text)
    except (ValueError, RecursionError):
        yield "input example", Pairs([("file", _text(name)), ("content", _text("could not be read as JSON"))])
        return
    yield "input example", _rows(example)


def _rows(example: object) -> object:
    """An example table by column, each with its first values; anything else as it is."""
    if not isinstance(example, Mapping) or not isinstance(example.get("data"), list):
        return example
    data = example["data"]
    assert isinstance(data, list)
    names = example.get("columns")
    if not data or not all(isinstance(row, list) for row in data):
        return data[:_MOST_ROWS]
    width = max(len(row) for row in data)
    heads = [str(name) for name in names] if isinstance(names, list) and len(names) == width else []
    shown = Pairs()
    for number in range(width):
        values = [json.dumps(row[number], ensure_ascii=False)[:40] for row in data[:_MOST_ROWS] if number < len(row)]
        more = "  …" if len(data) > _MOST_ROWS else ""
        shown.append((heads[number] if heads else f"[{number}]", Literal("   ".join(values) + more, "number")))
    return shown
