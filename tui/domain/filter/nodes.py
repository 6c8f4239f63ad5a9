"""What a filter is made of once it is parsed, and how each part is written back as text.

Positions do not take part in comparisons: two filters are equal when they mean the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Prefix = Literal["", "attributes", "metrics", "params", "tags", "dataset"]
Operator = Literal[
    "=", "!=", "<", "<=", ">", ">=", "~", "!~", ":", "LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"
]  # fmt: skip

POSITIVE: dict[Operator, Operator] = {"!=": "=", "!~": "~", "NOT LIKE": "LIKE", "NOT ILIKE": "ILIKE"}
"""Operators that match what is present and does not match another."""

PREFIXES: dict[str, Prefix] = {
    "metric": "metrics", "metrics": "metrics",
    "param": "params", "params": "params", "parameter": "params", "parameters": "params",
    "tag": "tags", "tags": "tags",
    "attribute": "attributes", "attributes": "attributes", "attr": "attributes", "run": "attributes",
    "dataset": "dataset", "datasets": "dataset",
}  # fmt: skip
"""Every spelling that MLflow takes before the dot, and the one meant."""

KEYWORDS = frozenset({"and", "or", "not", "like", "ilike", "is", "in", "has"})


@dataclass(frozen=True)
class KeyRef:
    """A key as it was written: ``prefix`` is "" for a bare key."""

    prefix: Prefix
    key: str
    position: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.prefix}.{quoted_key(self.key)}" if self.prefix else quoted_key(self.key, bare=True)


@dataclass(frozen=True)
class Literal_:
    """A value as it was written, without its quotes."""

    text: str
    quoted: bool = False
    position: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return quoted_value(self.text) if self.quoted else self.text


@dataclass(frozen=True)
class Word:
    """A text to be found anywhere a person would look for it."""

    text: str
    quoted: bool = field(default=False, compare=False)
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        # Beside others, a word that begins with a slash could be taken for a regular expression.
        return quoted_value(self.text) if self.quoted or self.text.startswith("/") else self.text


@dataclass(frozen=True)
class Pattern:
    """A regular expression, looked for in the same places as a word."""

    text: str
    position: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return "/" + self.text.replace("/", "\\/") + "/"


@dataclass(frozen=True)
class Compare:
    """A key compared with one value."""

    key: KeyRef
    operator: Operator
    value: Literal_

    def __str__(self) -> str:
        return f"{self.key} {self.operator} {self.value}"


@dataclass(frozen=True)
class InList:
    """A key that has, or has not, one of several values."""

    key: KeyRef
    values: tuple[Literal_, ...]
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.key} {'NOT IN' if self.negated else 'IN'} ({', '.join(map(str, self.values))})"


@dataclass(frozen=True)
class Null:
    """A key that is absent, or with ``negated`` present; ``has:key`` is the same as IS NOT NULL."""

    key: KeyRef
    negated: bool = False
    short: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        if self.short and self.negated:
            return f"has:{self.key}"
        return f"{self.key} {'IS NOT NULL' if self.negated else 'IS NULL'}"


@dataclass(frozen=True)
class Not:
    """What does not match ``item``."""

    item: Node

    def __str__(self) -> str:
        return f"NOT {_grouped(self.item)}"


@dataclass(frozen=True)
class And:
    """What matches every item; at least two."""

    items: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(map(_grouped, self.items))


@dataclass(frozen=True)
class Or:
    """What matches any item; at least two."""

    items: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(map(_grouped, self.items))


Node: TypeAlias = Word | Pattern | Compare | InList | Null | Not | And | Or


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, (And, Or)) else str(node)


_PLAIN_KEY = re.compile(r"[^\W\d][\w./@#%+*-]*\Z")


def quoted_key(key: str, *, bare: bool = False) -> str:
    """``key`` as it may be written in a filter: as it is where that is unmistakable, else in backticks or quotes.

    ``bare`` keys stand without a prefix, so that a word of the language or a prefix in them needs backticks too.
    """
    plain = _PLAIN_KEY.match(key) is not None and not key.endswith(".")
    if plain and bare:
        plain = key.lower() not in KEYWORDS and key.partition(".")[0].lower() not in PREFIXES
    if plain:
        return key
    return f"`{key}`" if "`" not in key else quoted_value(key)


def quoted_value(text: str) -> str:
    """``text`` in the quotes that it does not hold itself; where it holds both kinds, the single ones doubled."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


class FilterError(ValueError):
    """A filter that cannot be understood or applied: what is wrong, where, and what to do.

    ``position`` counts characters from the start of the text. ``incomplete`` is true while the text may still become
    right by typing on at its end, ``server_only`` where the text is right but only the server has what it asks about.
    """

    def __init__(
        self, message: str, position: int, hint: str = "", *, incomplete: bool = False, server_only: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.incomplete = incomplete
        self.server_only = server_only

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.hint) if part)
