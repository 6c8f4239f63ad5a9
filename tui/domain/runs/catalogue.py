"""Which columns there are to choose from, and which are shown while nobody has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.filter.names import ATTRIBUTES, Field, Kind
from tui.domain.natural import natural
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.text import clean

ATTRIBUTE_TITLES = {
    "name": "run", "status": "state", "start": "started", "took": "took", "end": "ended", "user": "user",
    "source": "source", "version": "version", "dataset": "dataset", "registered": "registered as",
    "models": "models", "experiment": "experiment", "lifecycle": "lifecycle", "id": "run id", "parent": "parent",
    "note": "note",
}  # fmt: skip
"""Titles of the columns that every run has, in the order in which they are offered."""

_SECTIONS: tuple[tuple[str, Kind], ...] = (("metrics", "metric"), ("params", "param"), ("tags", "tag"))
_KIND_OF: dict[str, Kind] = dict(_SECTIONS)
_MOST_METRICS = 8
_MOST_PARAMS = 8


@dataclass(frozen=True)
class ColumnInfo:
    """A column that may be shown: ``fill`` counts the runs that have it, ``constant`` means all have one same value."""

    key: str  # "start", "metrics.val_auc"
    title: str
    group: str  # "run", "metrics", "params" or "tags"
    fill: int
    constant: bool
    system: bool = False  # a tag of MLflow's own


def field_of(key: str) -> Field | None:
    """The field that a column's key means, None for a key that no column can have."""
    section, dot, rest = key.partition(".")
    if dot and section in _KIND_OF:
        return Field(_KIND_OF[section], rest)
    return Field("attribute", key) if key in ATTRIBUTE_TITLES else None


def key_of(field: Field) -> str:
    """The key of the column that shows ``field``."""
    return field.key if field.kind == "attribute" else f"{field.kind}s.{field.key}"


def group_of(field: Field) -> str:
    return "run" if field.kind == "attribute" else f"{field.kind}s"


def title_of(field: Field) -> str:
    return ATTRIBUTE_TITLES[field.key] if field.kind == "attribute" else clean(field.key)


def columns(snapshot: FrameSnapshot, *, system_tags: bool = False) -> tuple[ColumnInfo, ...]:
    """Every column there is: what every run has, then metrics, params and tags by key; MLflow's own tags on request."""
    return snapshot.kept(("columns", system_tags), lambda: (_columns(snapshot, system_tags), 0))


def _columns(snapshot: FrameSnapshot, system_tags: bool) -> tuple[ColumnInfo, ...]:
    found = [_attribute(snapshot, name) for name in ATTRIBUTE_TITLES]
    alive = snapshot.run_count
    for group, _ in _SECTIONS:
        keys = snapshot.keys(group)
        fills = keys.fills.tolist()
        same = (keys.lows == keys.highs).tolist()
        own: list[ColumnInfo] = []
        for number, key in enumerate(keys):
            fill = fills[number]
            system = group == "tags" and key.startswith("mlflow.")
            if fill and (system_tags or not system):
                one_value = same[number] if group == "metrics" else len(keys.pools[number]) == 1
                own.append(ColumnInfo(f"{group}.{key}", clean(key), group, fill, one_value and fill == alive, system))
        found.extend(sorted(own, key=lambda info: natural(info.key)))
    return tuple(found)


def _attribute(snapshot: FrameSnapshot, name: str) -> ColumnInfo:
    field = Field("attribute", name)
    alive = snapshot.alive
    if ATTRIBUTES[name].measure in ("text", "status"):
        codes = snapshot.texts(field).codes[alive]
        present = codes >= 0
        constant = bool(len(codes)) and bool(present.all()) and bool((codes == codes[0]).all())
    else:
        values, present = snapshot.numbers(Field("attribute", "start") if name == "took" else field)
        values, present = values[alive], present[alive] & ((values[alive] > 0) | (name != "models"))
        constant = bool(len(values)) and bool(present.all()) and bool((values == values[0]).all()) and name != "took"
    return ColumnInfo(name, ATTRIBUTE_TITLES[name], "run", int(present.sum()), constant and snapshot.run_count > 1)


def default_columns(snapshot: FrameSnapshot) -> tuple[str, ...]:
    """Keys of the columns to show at first: what identifies a run, metrics that most runs have, params that vary."""
    known = columns(snapshot)
    by_key = {info.key: info for info in known if info.group == "run"}

    def when(key: str, *, varied: bool = False) -> list[str]:
        info = by_key[key]
        return [key] if info.fill and not (varied and (info.constant or snapshot.run_count < 2)) else []

    metrics = _best([info for info in known if info.group == "metrics"], _MOST_METRICS)
    params = _best([info for info in known if info.group == "params" and not info.constant], _MOST_PARAMS)
    run = ["name", "status", "start", "took", *when("experiment", varied=True), *when("user", varied=True)]
    rest = [key for name in ("source", "version", "dataset") for key in when(name, varied=True)]
    return (*run, *metrics, *params, *when("registered"), *rest)


def _best(infos: Sequence[ColumnInfo], most: int) -> list[str]:
    """Keys of those that most runs have, in the order of their keys."""
    chosen = sorted(infos, key=lambda info: (-info.fill, natural(info.key)))[:most]
    return [info.key for info in sorted(chosen, key=lambda info: natural(info.key))]
