"""Nested values taken apart: the differences inside of JSON and Python literals, each under its path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.domain.diff.parsed import leaf_text

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
