"""Which keys there are to filter by, which one is meant by a name, and what may come next while a filter is typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from tui.domain.filter.nodes import PREFIXES, FilterError, KeyRef, quoted_key
from tui.domain.filter.texts import STATUS_LABELS
from tui.domain.text import clean

Kind = Literal["attribute", "metric", "param", "tag", "dataset"]
Figure = Literal["", "min", "max", "first", "step", "time"]
Measure = Literal["text", "number", "time", "duration", "age", "status"]


@dataclass(frozen=True)
class Field:
    """One thing a run has: an attribute by its canonical name, or a metric, param or tag by its exact key.

    Of a metric it is the last value, or what ``figure`` says: its least, greatest or first value, the step or the time
    of its last.
    """

    kind: Kind
    key: str
    figure: Figure = ""

    def __str__(self) -> str:
        return self.key if self.kind == "attribute" else f"{_PREFIX_OF[self.kind]}.{quoted_key(self.key)}"

    @property
    def measure(self) -> Measure:
        if self.kind == "attribute":
            return ATTRIBUTES[self.key].measure
        if self.figure == "time":
            return "time"
        return "number" if self.kind == "metric" else "text"


@dataclass(frozen=True)
class Attribute:
    """An attribute of every run: how it is compared, its other names, and what MLflow's filters call it, if they do.

    ``title`` is that of its column, empty where it has none. ``in_page`` are texts that stand in pages of runs as they
    are, under their names.
    """

    measure: Measure
    aliases: tuple[str, ...] = ()
    server: str = ""  # "attributes.run_name", or a tag as "tags.`…`"; "" where no filter of the server can say it
    local: bool = True  # whether pages of runs carry it
    title: str = ""
    in_page: bool = False


ATTRIBUTES: dict[str, Attribute] = {
    "name": Attribute("text", ("run_name", "run", "run name"), "attributes.run_name", title="run"),
    "status": Attribute("status", ("state",), "attributes.status", title="state"),
    "start": Attribute("time", ("start_time", "started", "created"), "attributes.start_time", title="started"),
    "took": Attribute("duration", ("duration",), title="took"),
    "end": Attribute("time", ("end_time", "ended"), "attributes.end_time", title="ended"),
    "user": Attribute("text", ("user_id",), title="user", in_page=True),
    "source": Attribute("text", ("source_name",), "tags.`mlflow.source.name`", title="source"),
    "version": Attribute("text", ("commit", "git_commit"), "tags.`mlflow.source.git.commit`", title="version"),
    "dataset": Attribute("text", ("datasets",), title="dataset"),
    "registered": Attribute("text", ("registered_as",), title="registered as"),
    "models": Attribute("number", ("logged_models",), title="models"),
    "experiment": Attribute("text", ("experiment_id", "experiment_name"), title="experiment"),
    "lifecycle": Attribute("text", ("lifecycle_stage",), title="lifecycle"),
    "id": Attribute("text", ("run_id",), "attributes.run_id", title="run id"),
    "parent": Attribute("text", ("parent_id", "parent_run_id"), "tags.`mlflow.parentRunId`", title="parent"),
    "note": Attribute("text", ("description",), "tags.`mlflow.note.content`", title="note"),
    "age": Attribute("age"),
    "artifact_uri": Attribute("text", (), "attributes.artifact_uri", local=False),
}
"""Canonical names first, in the order in which columns are offered; a bare key is looked for here before others."""

IN_PAGE = tuple(name for name, known in ATTRIBUTES.items() if known.in_page)

DATASET_KEYS = ("name", "digest", "context")
TAG_OF = {name: known.server[6:-1] for name, known in ATTRIBUTES.items() if known.server.startswith("tags.`")}
"""The system tag that an attribute is read from, where it is one."""

_PREFIX_OF: dict[Kind, str] = {
    "attribute": "attributes", "metric": "metrics", "param": "params", "tag": "tags", "dataset": "dataset",
}  # fmt: skip
_ALIASES = {alias: name for name, known in ATTRIBUTES.items() for alias in (name, *known.aliases)}
_MOST_COMPARED = 2000
_MOST_LOOKED_AT = 20_000
_WORDS = re.compile(r"[\W_]+")
_QUOTES = "`'\""


@dataclass(frozen=True)
class Names:
    """The keys of metrics, params and tags that the loaded runs have."""

    metrics: Collection[str] = ()
    params: Collection[str] = ()
    tags: Collection[str] = ()
    _lowered: dict[str, list[Field]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def fields(self) -> Iterator[Field]:
        for key in self.metrics:
            yield Field("metric", key)
        for key in self.params:
            yield Field("param", key)
        for key in self.tags:
            yield Field("tag", key)

    def holds(self, wanted: Field) -> bool:
        if wanted.kind == "metric":
            return wanted.key in self.metrics
        if wanted.kind == "param":
            return wanted.key in self.params
        return wanted.key in self.tags

    def in_any_case(self, key: str) -> list[Field]:
        """Every metric, param and tag whose key is ``key`` but for its case."""
        if not self._lowered:
            for known in self.fields():
                self._lowered.setdefault(known.key.lower(), []).append(known)
        return self._lowered.get(key.lower(), [])


def resolve(ref: KeyRef, names: Names, length: int) -> Field:
    """What ``ref`` means among ``names``; raises FilterError for a key that nothing has.

    ``length`` is that of the whole filter: an unknown key at its very end may still become a known one.
    """
    if ref.prefix:
        found = _with_prefix(ref, names)
        if found is not None:
            return found
        whole = _bare(f"{ref.prefix}.{ref.key}", names)
        if whole is not None:
            return whole
    else:
        whole = _bare(ref.key, names)
        if whole is not None:
            return whole
    raise _unknown(ref, names, length)


def explicit(ref: KeyRef) -> Field | None:
    """What ``ref`` means whatever runs there are: a key with a prefix or an attribute; else None."""
    if ref.prefix in ("", "attributes"):
        name = _ALIASES.get(ref.key) or _ALIASES.get(ref.key.lower())
        return Field("attribute", name) if name else None
    return _prefixed(ref)


def _prefixed(ref: KeyRef) -> Field | None:
    if ref.prefix == "metrics":
        return Field("metric", ref.key)
    if ref.prefix == "params":
        return Field("param", ref.key)
    if ref.prefix == "tags":
        return Field("tag", ref.key)
    return Field("dataset", ref.key.lower()) if ref.key.lower() in DATASET_KEYS else None


def _with_prefix(ref: KeyRef, names: Names) -> Field | None:
    found = explicit(ref)
    if found is None or found.kind in ("attribute", "dataset") or names.holds(found):
        return found
    alike = [known for known in names.in_any_case(ref.key) if known.kind == found.kind]
    return alike[0] if len(alike) == 1 else None


def _bare(key: str, names: Names) -> Field | None:
    if key in _ALIASES:
        return Field("attribute", _ALIASES[key])
    for exact in (Field("metric", key), Field("param", key), Field("tag", key)):
        if names.holds(exact):
            return exact
    if key.lower() in _ALIASES:
        return Field("attribute", _ALIASES[key.lower()])
    alike = names.in_any_case(key)
    return alike[0] if len(alike) == 1 else None


def _unknown(ref: KeyRef, names: Names, length: int) -> FilterError:
    at_end = ref.end >= length
    alike = names.in_any_case(ref.key)
    if len(alike) > 1:
        return FilterError(f"{ref} may be any of {', '.join(map(str, alike[:4]))}", ref.position, incomplete=at_end)
    near = nearest(ref.key, names)
    kinds = {"metrics": "metric", "params": "param", "tags": "tag", "attributes": "attribute", "dataset": "dataset key"}
    what = f"{kinds[ref.prefix]} {quoted_key(ref.key)}" if ref.prefix else f"key {quoted_key(ref.key)}"
    hint = f"Nearest: {near}." if near else 'To search for the text itself, put it in quotes: "…".'
    begun = any(known.startswith(ref.key) for known in _ALIASES) or any(
        known.key.startswith(ref.key) for known in names.fields()
    )
    return FilterError(f"no loaded run has the {what}", ref.position, hint, incomplete=at_end and begun)


def naming_quoted(error: FilterError, text: str, names: Names) -> FilterError:
    """The error, naming in backticks the key that stands bare in ``text`` and can be understood in them only."""
    lowered = text.lower()
    meant = ""
    for known in islice(names.fields(), _MOST_LOOKED_AT):
        key = known.key.lower()
        if (
            len(meant) < len(known.key)
            and len(key) > 1
            and key in lowered
            and quoted_key(known.key, bare=True) != known.key
        ):
            before, _, after = lowered.partition(key)
            if not (before[-1:] in _QUOTES and after[:1] in _QUOTES and before and after):
                meant = known.key
    if not meant:
        return error
    hint = f"Write the key as {quoted_key(meant, bare=True)}."
    return FilterError(error.message, error.position, hint, incomplete=error.incomplete, server_only=error.server_only)


def nearest(key: str, names: Names) -> str:
    """The known key most like ``key`` as it may be written in a filter, or ""."""
    import difflib  # needed for a mistake only

    known: dict[str, str] = {name: name for name in ATTRIBUTES}
    first = key[:1].lower()
    for field_ in names.fields():
        if len(known) > _MOST_COMPARED and not field_.key.lower().startswith(first):
            continue
        known.setdefault(field_.key.lower(), quoted_key(field_.key, bare=True))
        if len(known) > 2 * _MOST_COMPARED:
            break
    if len(key) >= 3 and (said := [name for low, name in known.items() if key.lower() in _WORDS.split(low)]):
        return min(said, key=len)
    found = difflib.get_close_matches(key.lower(), known, 1, 0.6)
    if found:
        return known[found[0]]
    holding = [name for lowered, name in known.items() if len(key) >= 3 and key.lower() in lowered]
    return min(holding, key=len) if holding else ""


# What may come next while a filter is being typed: keys, operators, and the few values that are known.


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
    field_ = _field(key, names)
    if field_ is None:
        return []
    return [Completion(f"{sign} ", start, end, what) for sign, what in _OPERATORS[field_.measure]]


def _values(key: str, word: str, start: int, end: int, names: Names) -> list[Completion]:
    field_ = _field(key, names)
    known = _VALUES.get(field_.measure, ()) if field_ is not None else ()
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
    for rank, (name, field_) in enumerate(_candidates(section, names)):
        lowered = name.lower()
        if wanted in lowered:
            found.append((not lowered.startswith(wanted), rank, name, field_))
    found.sort(key=lambda match: match[:2])
    spelled = [(_spelled(name, field_, section, names), field_) for *_, name, field_ in found[:MOST]]
    return [
        Completion(f"{key} ", start, end, field_.kind if field_ is not None else "attribute")
        for key, field_ in spelled
        if key != word
    ]


def _candidates(section: str, names: Names) -> Iterable[tuple[str, Field | None]]:
    """Names to match, with what each is unless an attribute; attributes first, MLflow's own tags only after "tags."."""
    if section == "dataset":
        yield from ((key, Field("dataset", key)) for key in DATASET_KEYS)
    if section in ("", "attributes"):
        yield from ((name, None) for name, known in ATTRIBUTES.items() if known.local)
    for field_ in names.fields():
        system = field_.kind == "tag" and field_.key.startswith("mlflow.")
        if section == f"{field_.kind}s" or (section == "" and not system):
            yield field_.key, field_


def _spelled(name: str, field_: Field | None, section: str, names: Names) -> str:
    """How to write a key so that it means this field: bare where that is enough and no prefix was begun."""
    if field_ is None:
        return f"{section}.{name}" if section else name
    bare = not section and resolve(KeyRef("", name), names, 0) == field_
    return quoted_key(name, bare=True) if bare else str(field_)
