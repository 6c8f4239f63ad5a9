"""YAML as a tree: read as a document, never constructed into objects; of a text that is cut off, what is there."""

from __future__ import annotations

from collections.abc import Hashable

import yaml

from tui.domain.preview.tree import Literal, Pairs, tree_of
from tui.domain.preview.values import Tone, TreeBody

_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TONES: dict[str, Tone] = {
    "tag:yaml.org,2002:int": "number",
    "tag:yaml.org,2002:float": "number",
    "tag:yaml.org,2002:bool": "keyword",
    "tag:yaml.org,2002:null": "muted",
    "tag:yaml.org,2002:timestamp": "accent",
    "tag:yaml.org,2002:str": "string",
}
_KNOWN = "tag:yaml.org,2002:"
_TRIES = 4
_DEEPEST = 60
_MOST_DOCUMENTS = 100


def tree(text: str, *, whole: bool = True) -> tuple[TreeBody | None, list[str]]:
    """A YAML text as a tree, and the notes that go with it; None where nothing of it is YAML."""
    lines = text.splitlines(keepends=True)
    broken: yaml.YAMLError | None = None
    kept = len(lines)
    for _ in range(_TRIES):
        try:
            documents = _documents("".join(lines[:kept]))
        except RecursionError:
            return None, ["It is nested too deeply to be shown as a tree."]
        except yaml.YAMLError as error:
            broken = broken or error
            kept = _before(lines, kept, error)
            if kept <= 0:
                break
            continue
        value = documents[0] if len(documents) == 1 else documents
        body, notes = tree_of(value)
        if broken is not None and (whole or _line(broken) < len(lines) - 2):
            notes.insert(0, f"It is no valid YAML: {_said(broken)}; the tree shows what comes before.")
        return body, notes
    return None, [f"It is no valid YAML: {_said(broken)}."] if broken else []


def mapping(text: str) -> dict[Hashable, object] | None:
    """A YAML mapping as plain values; None where it is none."""
    try:
        value = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _documents(text: str) -> list[object]:
    loader = _Loader(text)
    try:
        values: list[object] = []
        while loader.check_node() and len(values) < _MOST_DOCUMENTS:
            node = loader.get_node()
            if node is not None:
                values.append(_value(node, {}, 0))
        return values
    finally:
        loader.dispose()


def _value(node: yaml.Node, known: dict[int, object], depth: int) -> object:
    """A node as a value of our own; an alias is the same value again, so that nothing grows by repeating."""
    if id(node) in known:
        return known[id(node)]
    own = "" if node.tag.startswith(_KNOWN) else f"{node.tag} "
    if isinstance(node, yaml.ScalarNode):
        return Literal(f"{own}{node.value}", _TONES.get(node.tag, "string"))
    if depth > _DEEPEST:
        return Literal("…", "muted")
    if isinstance(node, yaml.MappingNode):
        pairs = Pairs()
        known[id(node)] = pairs
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "(a key of several parts)"
            pairs.append((str(name), _value(value, known, depth + 1)))
        return pairs
    items: list[object] = []
    known[id(node)] = items
    items += [_value(item, known, depth + 1) for item in node.value]
    return items


def _before(lines: list[str], kept: int, error: yaml.YAMLError) -> int:
    """How many lines to try next: up to where the error is, and then up to the last line that begins at the margin."""
    at = min(_line(error), kept - 1)
    if at >= kept - 1:
        at = kept - 1
    while at > 0 and (lines[at][:1].isspace() or lines[at][:1] in ("-", "}", "]", "#")):
        at -= 1
    return at


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return int(mark.line) if mark is not None else 0


def _said(error: yaml.YAMLError | None) -> str:
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"{problem} in line {_line(error) + 1}" if error is not None else str(problem)
