"""The board of registered models: one row a model, a column for each alias in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tui.domain import quantities
from tui.domain.models.readiness import CHAMPION, tally
from tui.domain.models.rows import SAMPLE, Known, Reading, fitted, metric_of, metric_tone, served_cell
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.table import Column, Tone
from tui.domain.text import clean, named

ALIAS = "alias."
_ALIAS_COLUMNS = 6  # aliases that get a column of their own without being asked for
_WIDEST = {"why": 100, "name": 32, "tags": 60, "others": 40, "serving": 56}
_OWNERS = ("owner", "team", "contact")


@dataclass(frozen=True)
class BoardSpec:
    """How the board is wanted. ``columns`` are keys in order, empty for the automatic choice."""

    query: str = ""
    sort: tuple[str, bool] = ("name", False)
    columns: tuple[str, ...] = ()
    first_aliases: tuple[str, ...] = ("champion", "challenger")
    faults_only: bool = False
    reading: Reading = field(default_factory=Reading)
    has_aliases: bool = True  # without aliases there is no champion, nor are there tags that name an owner


def aliases_in_use(models: Sequence[RegisteredModel], first: Sequence[str]) -> list[str]:
    """Aliases by how many models have them, those in ``first`` before all others."""
    counted = Counter(alias for model in models for alias in model.aliases)
    others = sorted((alias for alias in counted if alias not in first), key=lambda alias: (-counted[alias], alias))
    return [*(alias for alias in first), *others]


def is_served(models: Sequence[RegisteredModel], known: Known) -> bool:
    """Whether an endpoint is known that serves one of the models."""
    return any(known.served(model.name) for model in models)


def default_columns(
    models: Sequence[RegisteredModel], first: Sequence[str], *, serving: bool = False, has_aliases: bool = True
) -> tuple[str, ...]:
    """The columns shown without being asked for; ``serving`` where endpoints serve any of the models."""
    if not has_aliases:
        return ("name", "latest", "versions", "ready", "changed", "about")
    shown = [f"{ALIAS}{alias}" for alias in aliases_in_use(models, first)[: max(len(first), _ALIAS_COLUMNS)]]
    common = [key for key in shown if key[len(ALIAS) :] in first or _is_common(key[len(ALIAS) :], models)]
    served = ("serving",) if serving else ()
    return ("name", *common, *served, "latest", "versions", "metric", "ready", "changed", "owner", "others")


def _is_common(alias: str, models: Sequence[RegisteredModel]) -> bool:
    """Whether enough models have an alias for it to be worth a column."""
    return sum(1 for model in models if alias in model.aliases) >= max(2, len(models) // 4)


def every_column(
    models: Sequence[RegisteredModel], first: Sequence[str], *, serving: bool = False, has_aliases: bool = True
) -> tuple[str, ...]:
    """All columns that can be chosen."""
    if not has_aliases:
        return ("name", "latest", "versions", "ready", "changed", "created", "about", "why")
    aliases = [f"{ALIAS}{alias}" for alias in aliases_in_use(models, first)]
    return (
        "name",
        *aliases,
        *(("serving",) if serving else ()),
        "latest",
        "versions",
        "metric",
        "ready",
        "changed",
        "created",
        "owner",
        "others",
        "tags",
        "about",
        "why",
    )


TITLES: Mapping[str, str] = {
    "name": "model", "latest": "latest", "versions": "versions", "ready": "ready", "changed": "changed",
    "created": "created", "owner": "owner", "tags": "tags", "about": "about",
    "why": "why", "serving": "serving", "others": "other aliases",
}  # fmt: skip


class BoardTable:
    """The models that are shown, in order; texts are made when they are asked for. Implements ``table.Table``.

    ``counts`` holds numbers of versions where they are known; ``changed`` says of a model whether something has
    moved in it. ``faulty`` of the models given have faults, so far as they are ``judged``.
    """

    def __init__(
        self,
        models: Sequence[RegisteredModel],
        known: Known,
        spec: BoardSpec,
        counts: Mapping[str, int],
        changed: Callable[[RegisteredModel], bool] = lambda _model: False,
        generation: int = 0,
    ) -> None:
        self.spec = spec
        self.generation = generation
        self._known = known
        self._counts = counts
        self._changed = changed
        self._metric = known.metric
        self.faulty = sum(1 for model in models if known.faults(model))
        self.judged = all(known.is_complete(model) for model in models)
        self.models = self._arranged(models)
        self._rows = {model.name: row for row, model in enumerate(self.models)}
        keys = spec.columns or default_columns(
            models, spec.first_aliases, serving=is_served(models, known), has_aliases=spec.has_aliases
        )
        if spec.faults_only and "why" not in keys:
            keys = (keys[0], "why", *keys[1:])
        self._keys = frozenset(keys)
        values = [metric_of(known, self._champion(model), self._metric) for model in self.models[:SAMPLE]]
        self._write = quantities.writer([value for value in values if value is not None])
        self.columns = tuple(self._column(key) for key in keys)

    @property
    def row_count(self) -> int:
        return len(self.models)

    def row_key(self, row: int) -> str:
        return self.models[row].name

    def row_of(self, row_key: str) -> int | None:
        return self._rows.get(row_key)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        return [self._cell(key, model)[0] for model in self.models[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        return [self._cell(key, model)[1] for model in self.models[start:stop]]

    # arranging

    def _arranged(self, models: Sequence[RegisteredModel]) -> list[RegisteredModel]:
        words = self.spec.query.lower().split()
        kept = [model for model in models if all(word in _searched(model) for word in words)] if words else list(models)
        if self.spec.faults_only:
            kept = [model for model in kept if self._known.faults(model)]
        key, descending = self.spec.sort
        ranked = [(self._rank(key, model), model) for model in kept]
        # What has no value comes last, whichever way round.
        there = sorted((pair for pair in ranked if pair[0] is not None), key=lambda pair: pair[1].name)
        there.sort(key=lambda pair: pair[0], reverse=descending)  # type: ignore[arg-type, return-value]  # None is out
        absent = sorted((model for rank, model in ranked if rank is None), key=lambda model: model.name)
        return [model for _, model in there] + absent

    def _rank(self, key: str, model: RegisteredModel) -> tuple[float, str] | None:
        """What a model is sorted by: one kind for all rows of a column."""
        if key.startswith(ALIAS):
            version = model.aliases.get(key[len(ALIAS) :], "")
            return (float(version), "") if version.isdecimal() else None
        if key == "latest":
            newest = self._newest(model)
            return (float(newest), "") if newest is not None and newest.isdecimal() else None
        if key == "versions":
            count = self._count(model)
            return (float(count), "") if count is not None else None
        if key in ("changed", "created"):
            time_ms = model.updated_ms if key == "changed" else model.created_ms
            return (float(time_ms), "") if time_ms is not None else None
        if key == "ready":
            counted = tally(self._known.faults(model))
            return counted["error"] * 1e6 + counted["warning"] * 1e3 + counted["note"], ""
        if key == "metric":
            value = metric_of(self._known, self._champion(model), self._metric)
            return (value, "") if value is not None and value == value else None
        if key == "serving":
            text = self._cell(key, model)[0]
            return (0.0, text) if text else None
        text = {"owner": _owner(model), "tags": _tags(model), "about": model.description}.get(key, model.name)
        return (0.0, text.lower()) if text else None

    def _champion(self, model: RegisteredModel) -> ModelVersion | None:
        version = model.aliases.get(CHAMPION)
        return self._known.version(model.name, version) if version is not None else None

    # columns and cells

    def _column(self, key: str) -> Column:
        alias = key[len(ALIAS) :] if key.startswith(ALIAS) else ""
        title = (
            clean(alias) if alias else (named(self._metric) or "metric") if key == "metric" else TITLES.get(key, key)
        )
        order = ""
        if self.spec.sort[0] == key:
            order = "down" if self.spec.sort[1] else "up"
        right = key in ("latest", "versions", "metric", "changed", "created")
        column = Column(key, title, 3, "right" if right else "left", key == "name", order=order)  # type: ignore[arg-type]
        if alias:
            column = replace(column, group="aliases")
        elif key != "name":
            column = replace(column, group="facts")
        sample = [self._cell(key, model)[0] for model in self.models[:SAMPLE]]
        return fitted(column, sample, _WIDEST.get(key, 30))

    def _cell(self, key: str, model: RegisteredModel) -> tuple[str, Tone]:
        reading, glyphs = self.spec.reading, self.spec.reading.glyphs
        if key == "name":
            mark = f" {glyphs.live}" if self._changed(model) else ""
            return named(model.name) + mark, "strong" if not mark else "accent"
        if key.startswith(ALIAS):
            return self._alias_cell(model, key[len(ALIAS) :])
        if key == "latest":
            latest = self._newest(model)
            if latest:
                return f"v{latest}", ""
            return ("?" if latest is None else glyphs.absent), "muted"
        if key == "versions":
            return self._count_cell(model)
        if key in ("changed", "created"):
            return reading.when(model.updated_ms if key == "changed" else model.created_ms), "muted"
        if key == "ready":
            return self._ready_cell(model)
        if key == "metric":
            champion = self._champion(model)
            found = self._known.measured(champion) if champion is not None else None
            return (self._write(found.value) if found is not None else glyphs.absent), metric_tone(found)
        if key == "serving":
            return served_cell(model, self._known.served(model.name), glyphs)
        if key == "others":
            return self._others_cell(model)
        if key == "owner":
            return clean(_owner(model)), "muted"
        if key == "tags":
            return clean(_tags(model)), "muted"
        if key == "why":
            faults = self._known.faults(model)
            tone: Tone = {"error": "bad", "warning": "warn"}.get(faults[0].severity, "muted") if faults else ""  # type: ignore[assignment]
            return clean("  ".join(fault.sentence for fault in faults)), tone
        return clean(model.description[:200]), "muted"

    def _alias_cell(self, model: RegisteredModel, alias: str) -> tuple[str, Tone]:
        reading = self.spec.reading
        version = model.aliases.get(alias)
        if version is None and not model.is_whole:
            return "?", "muted"
        if version is None:
            missing = alias == CHAMPION
            return (f"{reading.glyphs.absent} {reading.glyphs.warning}", "warn") if missing else (
                reading.glyphs.absent, "muted")  # fmt: skip
        made = self._known.version(model.name, version)
        if made is None:
            return f"v{version}", ""
        sign, tone = reading.status(made)
        return f"v{version}  {sign}  {reading.when(made.created_ms)}", tone

    def _others_cell(self, model: RegisteredModel) -> tuple[str, Tone]:
        """The aliases that have no column of their own."""
        said = [
            f"{clean(alias)} v{version}"
            for alias, version in sorted(model.aliases.items())
            if f"{ALIAS}{alias}" not in self._keys
        ]
        return "  ".join(said), "muted"

    def _newest(self, model: RegisteredModel) -> str | None:
        """The newest version, "" where there is none; None where that is not known."""
        if model.newest is not None:
            return model.newest.version
        # A list of Unity Catalog does not tell the newest version: only a count of all says which, or that none is.
        numbered = self._known.numbered(model.name)
        if numbered is not None and numbered.is_all:
            return numbered.newest
        return "" if self._counts.get(model.name) == 0 else None

    def _count(self, model: RegisteredModel) -> int | None:
        numbered = self._known.numbered(model.name)
        return self._counts.get(model.name, numbered.count if numbered is not None else None)

    def _count_cell(self, model: RegisteredModel) -> tuple[str, Tone]:
        count, numbered = self._count(model), self._known.numbered(model.name)
        if count is not None:
            more = "≥" if numbered is not None and not numbered.is_all and model.name not in self._counts else ""
            return f"{more}{quantities.count(count)}", "muted"
        newest = model.newest
        # Numbers are never given twice, so that the newest is the most that there can be.
        return (f"≤{newest.version}" if newest is not None else "?"), "muted"

    def _ready_cell(self, model: RegisteredModel) -> tuple[str, Tone]:
        glyphs = self.spec.reading.glyphs
        counted = tally(self._known.faults(model))
        if not model.is_whole:
            return "not readable", "muted"
        if counted["error"]:
            more = f" {glyphs.warning} {counted['warning']}" if counted["warning"] else ""
            return f"{glyphs.failed} {counted['error']}{more}", "bad"
        if counted["warning"]:
            return f"{glyphs.warning} {counted['warning']}", "warn"
        return (f"· {counted['note']}", "muted") if counted["note"] else (glyphs.done, "good")


def _owner(model: RegisteredModel) -> str:
    """Unity Catalog's owner, which alone counts there, else what a tag says."""
    return model.owner or next((model.tags[key] for key in _OWNERS if model.tags.get(key)), "")


def _tags(model: RegisteredModel) -> str:
    return "  ".join(f"{key}={value}" for key, value in sorted(model.tags.items()) if not key.startswith("mlflow."))


def _searched(model: RegisteredModel) -> str:
    aliases = " ".join(f"@{alias} v{version}" for alias, version in model.aliases.items())
    return f"{model.name} {aliases} {_tags(model)} {model.description}".lower()
