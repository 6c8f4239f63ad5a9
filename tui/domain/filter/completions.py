"""What may come next while a filter is being typed: keys, operators, and the few values that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.domain.filter.names import ATTRIBUTES, DATASET_KEYS, Field, Measure, Names, resolve
from tui.domain.filter.nodes import PREFIXES, FilterError, KeyRef, quoted_key
from tui.domain.filter.texts import STATUS_LABELS
from tui.domain.text import clean

MOST = 12

_OPERATORS: dict[Measure, tuple[tuple[str, str], ...]] = {
    "text": (("=", "is"), ("!=", "is not"), (":", "contains"), ("~", "matches a pattern"), ("IN (", "is one of")),
    "number": ((">", ""), (">=", ""), ("<", ""), ("<=", ""), ("=", ""), ("!=", "")),
    "time": ((">", "after"), ("<", "before"), ("=", "on")),
    "duration": ((">", "longer than"), ("<", "shorter than")),
    "age": (("<", "less than … ago"), (">", "more than … ago")),
    "status": (("=", "is"), ("!=", "is not")),
}  # fmt: skip
_VALUES: dict[Measure, tuple[str, ...]] = {
    "status": tuple(STATUS_LABELS.values()),
    "time": ("today", "yesterday", "-2h", "-7d"),
    "duration": ("5m", "1h", "1d"),
    "age": ("1h", "1d", "7d"),
}
_KEY_AND_OPERATOR = re.compile(
    r"(?P<key>[^\s()'\"`=<>~:!]+|`[^`]+`|\w+\.`[^`]+`|\w+\.\"[^\"]+\")\s*(?P<op>[=<>~:!]*)\s*\Z"
)
_BEGUN = re.compile(r"[^\s()'\"`=<>~:!]*\Z")
_BEGUN_QUOTED = re.compile(r"(?:\w+\.)?`[^`]*\Z")


@dataclass(frozen=True)
class Completion:
    """A text to put in place of ``start`` to ``end`` of the filter, and a word on what it is."""

    text: str
    start: int
    end: int
    detail: str

    @property
    def shown(self) -> str:
        """The text cleaned, with the word on what it is."""
        return clean(f"{self.text.strip()} {self.detail}".strip())

    def apply(self, text: str) -> str:
        """The filter with this put in; the cursor belongs at ``start + len(self.text)``."""
        return text[: self.start] + self.text + text[self.end :].lstrip(" ")


def completions(text: str, cursor: int, names: Names) -> list[Completion]:
    """At most a dozen ways to go on at ``cursor``, best first."""
    cursor = max(0, min(cursor, len(text)))
    before = text[:cursor]
    if before.count("'") % 2 or before.count('"') % 2:
        return []
    begun = _BEGUN_QUOTED.search(before) or _BEGUN.search(before)
    word = begun.group() if begun is not None else ""
    start = len(before) - len(word)
    earlier = before[:start]
    follows_key = _KEY_AND_OPERATOR.search(earlier)
    if follows_key is not None and follows_key["key"].upper() not in ("AND", "OR", "NOT"):
        has = follows_key["key"].lower() == "has" and follows_key["op"] == ":"
        if follows_key["op"] and not has:
            return _values(follows_key["key"], word, start, cursor, names)
        if not has and word == "" and earlier.endswith(" "):
            return _operators(follows_key["key"], start, cursor, names)
    return _keys(word, start, cursor, names)


def _field(key: str, names: Names) -> Field | None:
    prefix, dot, rest = key.partition(".")
    known = PREFIXES.get(prefix.lower(), "") if dot else ""
    try:
        return resolve(KeyRef(known, (rest if known else key).strip('`"')), names, 0)
    except FilterError:
        return None


def _operators(key: str, start: int, end: int, names: Names) -> list[Completion]:
    field = _field(key, names)
    if field is None:
        return []
    return [Completion(f"{sign} ", start, end, what) for sign, what in _OPERATORS[field.measure]]


def _values(key: str, word: str, start: int, end: int, names: Names) -> list[Completion]:
    field = _field(key, names)
    known = _VALUES.get(field.measure, ()) if field is not None else ()
    return [
        Completion(f"{value} ", start, end, "") for value in known if value.startswith(word.lower()) and value != word
    ]


def _keys(word: str, start: int, end: int, names: Names) -> list[Completion]:
    if not word:
        return []
    prefix, dot, rest = word.partition(".")
    section = PREFIXES.get(prefix.lower(), "") if dot else ""
    wanted = (rest if section else word).strip("`").lower()
    found: list[tuple[bool, int, str, Field | None]] = []
    for rank, (name, field) in enumerate(_candidates(section, names)):
        lowered = name.lower()
        if wanted in lowered:
            found.append((not lowered.startswith(wanted), rank, name, field))
    found.sort(key=lambda match: match[:2])
    spelled = [(_spelled(name, field, section, names), field) for *_, name, field in found[:MOST]]
    return [
        Completion(f"{key} ", start, end, field.kind if field is not None else "attribute")
        for key, field in spelled
        if key != word
    ]


def _candidates(section: str, names: Names) -> Iterable[tuple[str, Field | None]]:
    """Names to match, with what each is unless an attribute; attributes first, MLflow's own tags only after "tags."."""
    if section == "dataset":
        yield from ((key, Field("dataset", key)) for key in DATASET_KEYS)
    if section in ("", "attributes"):
        yield from ((name, None) for name, known in ATTRIBUTES.items() if known.local)
    for field in names.fields():
        system = field.kind == "tag" and field.key.startswith("mlflow.")
        if section == f"{field.kind}s" or (section == "" and not system):
            yield field.key, field


def _spelled(name: str, field: Field | None, section: str, names: Names) -> str:
    """How to write a key so that it means this field: bare where that is enough and no prefix was begun."""
    if field is None:
        return f"{section}.{name}" if section else name
    bare = not section and resolve(KeyRef("", name), names, 0) == field
    return quoted_key(name, bare=True) if bare else str(field)
