"""Which columns there are to choose from, and which are shown while nobody has chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.domain.diff.directions import guess, words_of
from tui.domain.filter.names import ATTRIBUTES, Field, Figure, Kind
from tui.domain.runs.param_rows import SYSTEM
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.text import named, natural

ATTRIBUTE_TITLES = {name: known.title for name, known in ATTRIBUTES.items() if known.title}
"""Titles of the columns that every run has, in the order in which they are offered."""

_SECTIONS: tuple[tuple[str, Kind], ...] = (("metrics", "metric"), ("params", "param"), ("tags", "tag"))
_KIND_OF: dict[str, Kind] = dict(_SECTIONS)
FIGURES: tuple[Figure, ...] = ("min", "max", "first", "step", "time")
"""What columns there are of a metric beside its last value; their keys are ``min.val_auc`` and so on."""

_FIGURES: dict[str, Figure] = {figure: figure for figure in FIGURES}
_MOST_METRICS = 8
_MOST_PARAMS = 8
_FAMILY = 4  # names alike but for a number, or of one folder, from which on they are a family
_WORDS = re.compile(r"[A-Za-z]+|\d+")
_OBJECTIVES = words_of("val valid validation test eval evaluation dev holdout oof best objective target")
_CHOICES = words_of(
    "lr learning rate batch bs arch architecture model backbone optimizer optim opt scheduler depth layers hidden dim "
    "width heads dropout decay epochs alpha beta gamma lambda momentum temperature prompt loss augment kernel eta "
    "leaves estimators"
)


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
    if dot and section in _FIGURES:
        return Field("metric", rest, _FIGURES[section])
    return Field("attribute", key) if key in ATTRIBUTE_TITLES else None


def key_of(field: Field) -> str:
    """The key of the column that shows ``field``."""
    if field.figure:
        return f"{field.figure}.{field.key}"
    return field.key if field.kind == "attribute" else f"{field.kind}s.{field.key}"


def group_of(field: Field) -> str:
    if field.kind == "metric" and is_system(field.key):
        return "system metrics"
    return "run" if field.kind == "attribute" else f"{field.kind}s"


def is_system(metric: str) -> bool:
    """Whether MLflow measured it of the machine, not a person of a model."""
    return metric.startswith(SYSTEM)


def title_of(field: Field) -> str:
    if field.kind == "attribute":
        return ATTRIBUTE_TITLES[field.key]
    return f"{field.figure} {named(field.key)}" if field.figure else named(field.key)


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
                own.append(ColumnInfo(f"{group}.{key}", named(key), group, fill, one_value and fill == alive, system))
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

    metrics = _best([info for info in known if info.group == "metrics"], _MOST_METRICS, _is_objective)
    varying = [info for info in known if info.group == "params" and not info.constant]
    params = _best(varying, _MOST_PARAMS, _is_choice)
    run = ["name", "status", "start", "took", *when("experiment", varied=True), *when("user", varied=True)]
    rest = [key for name in ("source", "version", "dataset") for key in when(name, varied=True)]
    return (*run, *metrics, *params, *when("registered"), *rest)


def _best(infos: Sequence[ColumnInfo], most: int, looked_for: Callable[[str], bool]) -> list[str]:
    """Keys of those that people look for: what varies, most runs have, and is named so, before families and the system.

    Those of one kind are in the order of their keys.
    """
    names = {info.key: info.key.partition(".")[2] for info in infos}
    families = Counter(family for name in names.values() for family in _families(name))
    fullest = max((info.fill for info in infos), default=0)

    def kind(info: ColumnInfo) -> tuple[bool, ...]:
        name = names[info.key]
        in_family = any(families[family] >= _FAMILY for family in _families(name))
        return is_system(name), 2 * info.fill < fullest, info.constant, in_family, not looked_for(name)

    ranked = sorted(infos, key=lambda info: (kind(info), -info.fill, natural(info.key)))
    chosen = [info for info in ranked[:most] if not is_system(names[info.key])] or ranked[:most]
    return [info.key for info in sorted(chosen, key=lambda info: (kind(info), natural(info.key)))]


def _families(name: str) -> list[str]:
    """What a name shares with its like: the folder it is in, and its letters without its numbers."""
    folder = name.rpartition("/")[0]
    numbered = re.sub(r"\d+", "#", name)
    judged = folder.rpartition("/")[2].lower() in _OBJECTIVES
    return [f"{folder}/"] * bool(folder and not judged) + [numbered] * (numbered != name)


def _is_objective(name: str) -> bool:
    return bool(guess(name)) or not _OBJECTIVES.isdisjoint(word.lower() for word in _WORDS.findall(name))


def _is_choice(name: str) -> bool:
    return not _CHOICES.isdisjoint(word.lower() for word in _WORDS.findall(name))
