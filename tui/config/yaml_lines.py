"""YAML as plain data together with the line of every key and value, so that a complaint can name its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

_MOST_VALUES = 20_000

Path = tuple[str | int, ...]
"""Where a value stands: the keys and list positions that lead to it."""


class YamlError(ValueError):
    """The text is no YAML, or no YAML of ours. ``line`` counts from 1; 0 where the parser names none."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass
class Located:
    """Plain data, the line of each path (of the key, in a mapping), and each scalar as it was written."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> Located:
    """Parse one YAML document; an empty one is None.

    Raises YamlError for bad syntax, a key given twice, a key that is no plain word, or a value inside itself.
    """
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # a sign that no YAML may hold, which the reader meets before it parses
        at = getattr(error, "position", 0)
        raise YamlError(text.count("\n", 0, at) + 1, f"the sign {_sign(text, at)} cannot stand in YAML") from error
    try:
        node = loader.get_single_node()
        located = Located()
        if node is not None:
            _refuse_bombs(node)
            located.data = _build(loader, node, (), located, ())
        return located
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(mark.line + 1 if mark else 0, error.problem or str(error)) from error
    except yaml.YAMLError as error:
        raise YamlError(0, " ".join(str(error).split())) from error
    except ValueError as error:
        raise error if isinstance(error, YamlError) else YamlError(0, str(error)) from error
    finally:
        loader.dispose()


def _build(loader: yaml.SafeLoader, node: yaml.Node, path: Path, located: Located, above: tuple[int, ...]) -> Any:
    line = node.start_mark.line + 1
    located.lines.setdefault(path, line)
    if id(node) in above:
        raise YamlError(line, "this value contains itself")
    above = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        _refuse_doubles(node)
        loader.flatten_mapping(node)
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            name = _key(key)
            # Of a key that is also merged in by `<<`, the one written here comes last and counts.
            located.lines[(*path, name)] = key.start_mark.line + 1
            mapping[name] = _build(loader, value, (*path, name), located, above)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, value, (*path, i), located, above) for i, value in enumerate(node.value)]
    located.written[path] = node.value
    return loader.construct_object(node)


def _refuse_bombs(root: yaml.Node) -> None:
    """Refuse a text whose references, written out, would be far more than there is to set."""
    sizes: dict[int, int] = {}
    stack = [(root, False)]
    while stack:
        node, known = stack.pop()
        if not isinstance(node, yaml.CollectionNode) or (id(node) in sizes and not known):
            continue
        parts = [part for entry in node.value for part in (entry if isinstance(entry, tuple) else (entry,))]
        if known:
            sizes[id(node)] = 1 + sum(sizes.get(id(part), 1) for part in parts)
            if sizes[id(node)] > _MOST_VALUES:
                raise YamlError(node.start_mark.line + 1, f"written out, this would be more than {_MOST_VALUES} values")
        else:
            sizes[id(node)] = 1  # stands for a value that contains itself, which is refused later
            stack.append((node, True))
            stack += [(part, False) for part in parts]


def _sign(text: str, at: int) -> str:
    return f"U+{ord(text[at]):04X}" if at < len(text) else "at its end"


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise YamlError(node.start_mark.line + 1, "a key must be a plain word")
    return str(node.value)


def _refuse_doubles(node: yaml.MappingNode) -> None:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        name, line = _key(key), key.start_mark.line + 1
        if name in seen and name != "<<":
            raise YamlError(line, f"“{name}” is given twice, first on line {seen[name]}")
        seen[name] = line
