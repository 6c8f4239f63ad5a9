"""The board of registered models: one row a model, a column for each alias in use; each column told in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain import quantities
from tui.domain.columns import SAMPLE, Cell, ColumnSpec
from tui.domain.models.readiness import CHAMPION, tally
from tui.domain.models.rows import KnownOfModels, Notation, metric_of, metric_tone, served_cell
from tui.domain.models.values import FAILED, ModelVersion, RegisteredModel
from tui.domain.table import Tone
from tui.domain.text import clean, named

ALIAS = "alias."
_ALIAS_COLUMNS = 6  # aliases that get a column of their own without being asked for
_OWNERS = ("owner", "team", "contact")
Columns = tuple[ColumnSpec[RegisteredModel], ...]


def aliases_in_use(models: Sequence[RegisteredModel], first: Sequence[str]) -> list[str]:
    """Aliases by how many models have them, those in ``first`` before all others."""
    counted = Counter(alias for model in models for alias in model.aliases)
    others = sorted((alias for alias in counted if alias not in first), key=lambda alias: (-counted[alias], alias))
    return [*(alias for alias in first), *others]


def searched(model: RegisteredModel) -> str:
    """What the words of a filter are looked for in."""
    aliases = " ".join(f"@{alias} v{version}" for alias, version in model.aliases.items())
    return f"{model.name} {aliases} {_tags(model)} {model.description}"


class Board:
    """What the columns of the board say of the models loaded, by what is known of them.

    ``counts`` holds numbers of versions where they are known; ``changed`` says of a model whether something has
    moved in it; ``chosen`` are the columns that somebody has chosen, and ``findings_only`` shows why a model is here.
    """

    def __init__(
        self,
        models: Sequence[RegisteredModel],
        known: KnownOfModels,
        reading: Notation,
        *,
        counts: Mapping[str, int] | None = None,
        changed: Callable[[RegisteredModel], bool] = lambda _model: False,
        first_aliases: Sequence[str] = ("champion", "challenger"),
        has_aliases: bool = True,
        chosen: Sequence[str] = (),
        findings_only: bool = False,
    ) -> None:
        self._models = models
        self._known = known
        self._reading = reading
        self._glyphs = reading.glyphs
        self._counts = counts or {}
        self._changed = changed
        self._has_aliases = has_aliases
        self._findings_only = findings_only
        self._first = tuple(first_aliases)
        self._aliases = aliases_in_use(models, self._first) if has_aliases else []
        own = self._aliases[: max(len(self._first), _ALIAS_COLUMNS)]
        self._unasked = {alias for alias in own if alias in self._first or self._is_common(alias)}
        shown = {key.removeprefix(ALIAS) for key in chosen if key.startswith(ALIAS)} if chosen else self._unasked
        self._elsewhere = frozenset(shown)  # aliases that have a column of their own
        values = [metric_of(known, self._champion(model), known.metric) for model in models[:SAMPLE]]
        self._write = quantities.writer([value for value in values if value is not None])

    def columns(self) -> Columns:
        """Every column, in the order in which they are offered and shown."""
        known, metric = self._known, self._known.metric
        low = known.better(metric) == "lower"
        has_aliases = self._has_aliases
        return (
            ColumnSpec("name", "model", self._name, lambda m: m.name, frozen=True, widest=32),
            ColumnSpec("why", "why", self._why, gives=False, default=self._findings_only, group="facts", widest=100),
            *(self._alias_column(alias) for alias in self._aliases),
            *([ColumnSpec("was", "was", self._was_cell, group="aliases", widest=24,
                          default=any(self._was(m) is not None for m in self._models))] if has_aliases else ()),
            *([ColumnSpec("serving", "serving", self._serving, group="facts", widest=56)] if self._is_served() else ()),
            ColumnSpec("latest", "latest", self._latest_cell, self._latest_rank, better="higher", align="right",
                       group="facts"),
            *([ColumnSpec("metric", named(metric) or "metric", self._metric_cell, self._metric_rank,
                          means="number", align="right",
                          better="lower" if low else "higher", group="facts",
                          detail="of the champion; {models.metric} chooses another")] if has_aliases else ()),
            ColumnSpec("ready", "ready", self._ready_cell, self._ready_rank, better="higher", group="facts"),
            *([ColumnSpec("age", "age", self._made_cell, self._made,
                          means="time", better="higher", align="right", group="facts",
                          detail="the age of the champion")] if has_aliases else ()),
            ColumnSpec("versions", "versions", self._count_cell, self._count,
                       means="number", better="higher", align="right",
                       group="facts"),
            ColumnSpec("changed", "changed", lambda m: (self._reading.when(m.updated_ms), "muted"),
                       lambda m: m.updated_ms, means="time", better="higher", align="right", group="facts"),
            ColumnSpec("created", "created", lambda m: (self._reading.when(m.created_ms), "muted"),
                       lambda m: m.created_ms,
                       means="time", better="higher", align="right", group="facts", default=False),
            *([ColumnSpec("owner", "owner", lambda m: (clean(_owner(m)), "muted"), group="facts", widest=30),
               ColumnSpec("others", "other aliases", self._others_cell, group="facts", widest=40),
               ColumnSpec("tags", "tags", lambda m: (clean(_tags(m)), "muted"), group="facts", widest=60,
                          default=False)] if has_aliases else ()),
            ColumnSpec("about", "about", lambda m: (clean(m.description[:200]), "muted"), group="facts", widest=30,
                       default=not has_aliases),
        )  # fmt: skip

    # which are shown unasked

    def _is_common(self, alias: str) -> bool:
        """Whether enough models have an alias for it to be worth a column."""
        return sum(1 for model in self._models if alias in model.aliases) >= max(2, len(self._models) // 4)

    def _is_served(self) -> bool:
        return any(self._known.served(model.name) for model in self._models)

    # cells

    def _champion(self, model: RegisteredModel) -> ModelVersion | None:
        version = model.aliases.get(CHAMPION)
        return self._known.version(model.name, version) if version is not None else None

    def _name(self, model: RegisteredModel) -> Cell:
        if self._changed(model):
            return f"{named(model.name)} {self._glyphs.live}", "accent"
        return named(model.name), "strong"

    def _why(self, model: RegisteredModel) -> Cell:
        findings = self._known.findings(model)
        tone: Tone = ""
        if findings:
            tone = (
                "bad" if findings[0].severity == "error" else "warn" if findings[0].severity == "warning" else "muted"
            )
        return clean("  ".join(finding.sentence for finding in findings)), tone

    def _alias_column(self, alias: str) -> ColumnSpec[RegisteredModel]:
        having = sum(1 for model in self._models if alias in model.aliases)
        return ColumnSpec(
            f"{ALIAS}{alias}",
            clean(alias),
            lambda model: self._alias_cell(model, alias),
            lambda model: _number(model.aliases.get(alias)),
            default=alias in self._unasked,
            better="higher",
            group="aliases",
            detail=f"{quantities.count(having)} of {quantities.count(len(self._models))} models",
        )

    def _alias_cell(self, model: RegisteredModel, alias: str) -> Cell:
        glyphs = self._glyphs
        version = model.aliases.get(alias)
        if version is None and not model.is_whole:
            return "?", "muted"
        if version is None:
            missing = alias == CHAMPION
            return (f"{glyphs.absent} {glyphs.warning}", "warn") if missing else (glyphs.absent, "muted")
        made = self._known.version(model.name, version)
        if made is None:
            return f"v{version}", ""
        sign, tone = self._reading.status(made)
        return f"v{version}  {sign}  {self._reading.since(self._known.holding(model, alias))}", tone

    def _was(self, model: RegisteredModel) -> str | None:
        return self._known.holding(model, CHAMPION).was if CHAMPION in model.aliases else None

    def _was_cell(self, model: RegisteredModel) -> Cell:
        was = self._was(model)
        return "" if was is None else f"v{was}" if was else "none", "muted"

    def _made(self, model: RegisteredModel) -> int | None:
        champion = self._champion(model)
        return champion.created_ms if champion is not None else None

    def _made_cell(self, model: RegisteredModel) -> Cell:
        return self._reading.when(self._made(model)), "muted"

    def _serving(self, model: RegisteredModel) -> Cell:
        return served_cell(model, self._known.served(model.name), self._glyphs)

    def _newest(self, model: RegisteredModel) -> str | None:
        """The newest version, "" where there is none; None where that is not known."""
        if model.newest is not None:
            return model.newest.version
        # A list of Unity Catalog does not tell the newest version: only a count of all says which, or that none is.
        numbered = self._known.numbered(model.name)
        if numbered is not None and numbered.is_all:
            return numbered.newest
        return "" if self._counts.get(model.name) == 0 else None

    def _latest_cell(self, model: RegisteredModel) -> Cell:
        latest = self._newest(model)
        return f"v{latest}" if latest else "?" if latest is None else self._glyphs.absent, "" if latest else "muted"

    def _latest_rank(self, model: RegisteredModel) -> int | None:
        return _number(self._newest(model))

    def _count(self, model: RegisteredModel) -> int | None:
        numbered = self._known.numbered(model.name)
        return self._counts.get(model.name, numbered.count if numbered is not None else None)

    def _count_cell(self, model: RegisteredModel) -> Cell:
        count, numbered = self._count(model), self._known.numbered(model.name)
        if count is not None:
            more = "≥" if numbered is not None and not numbered.is_all and model.name not in self._counts else ""
            return f"{more}{quantities.count(count)}", "muted"
        newest = model.newest
        # Numbers are never given twice, so that the newest is the most that there can be.
        return (f"≤{newest.version}" if newest is not None else "?"), "muted"

    def _metric_cell(self, model: RegisteredModel) -> Cell:
        champion = self._champion(model)
        found = self._known.measured(champion) if champion is not None else None
        return (self._write(found.value) if found is not None else self._glyphs.absent), metric_tone(found)

    def _metric_rank(self, model: RegisteredModel) -> float | None:
        return metric_of(self._known, self._champion(model), self._known.metric)

    def _ready_rank(self, model: RegisteredModel) -> float:
        counted = tally(self._known.findings(model))
        return counted["error"] * 1e6 + counted["warning"] * 1e3 + counted["note"]

    def _ready_cell(self, model: RegisteredModel) -> Cell:
        glyphs, counted = self._glyphs, tally(self._known.findings(model))
        if not model.is_whole:
            return "not readable" if model.unread else "…", "muted"
        if counted["error"]:
            more = f" {glyphs.warning} {counted['warning']}" if counted["warning"] else ""
            return f"{glyphs.failed} {counted['error']}{more}", "bad"
        if counted["warning"]:
            return f"{glyphs.warning} {counted['warning']}", "warn"
        return (f"· {counted['note']}", "muted") if counted["note"] else (glyphs.done, "good")

    def _others_cell(self, model: RegisteredModel) -> Cell:
        """The aliases that have no column of their own."""
        said = [
            f"{clean(alias)} v{version}"
            for alias, version in sorted(model.aliases.items())
            if alias not in self._elsewhere
        ]
        return "  ".join(said), "muted"


def _number(version: str | None) -> int | None:
    return int(version) if version and version.isdecimal() else None


def _owner(model: RegisteredModel) -> str:
    """Unity Catalog's owner, which alone counts there, else what a tag says."""
    return model.owner or next((model.tags[key] for key in _OWNERS if model.tags.get(key)), "")


def _tags(model: RegisteredModel) -> str:
    return "  ".join(f"{key}={value}" for key, value in sorted(model.tags.items()) if not key.startswith("mlflow."))


# What has changed of registered models since they were first seen: aliases moved, versions added, gone or failed.


@dataclass
class _Seen:
    """A model at first: its aliases, its newest version's number (-1 without one), the states of versions read.

    ``failed`` are the versions that have failed since.
    """

    aliases: Mapping[str, str]
    newest: int
    is_whole: bool = True  # whether the aliases are known
    settled: bool = False  # whether ``newest`` is known, not only absent
    by_reading: bool = False  # whether it is known from the versions, as the model does not tell it
    now: int = -1  # the newest version read, where that counts
    states: dict[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()  # never changed in place: tables are laid out on other threads


class ModelNews:
    """Keeps how models were when they were first seen."""

    def __init__(self) -> None:
        self._at_first: dict[str, _Seen] = {}
        self._complete = False

    def remember(self, models: Iterable[RegisteredModel], *, complete: bool = False) -> None:
        """Take models as they were read; ``complete`` says that there are no others."""
        for model in models:
            if model.name not in self._at_first:
                if self._complete:
                    continue
                self._at_first[model.name] = _Seen(dict(model.aliases), _version_number(model), model.is_whole)
            seen = self._at_first[model.name]
            if model.is_whole and not seen.is_whole:
                seen.aliases, seen.is_whole = dict(model.aliases), True
            if model.latest:
                seen.settled = True
                self.take_versions(model.name, model.latest)
        self._complete = self._complete or complete

    def take_versions(self, name: str, versions: Iterable[ModelVersion]) -> None:
        """Take versions of a model as they were read: one that had not failed at first and has now is news."""
        seen = self._at_first.get(name)
        if seen is None:
            return
        versions = list(versions)
        if not seen.settled:
            # A registry that does not tell the newest version with the model: the first page of versions does.
            seen.newest, seen.settled = max((made.number for made in versions), default=-1), True
            seen.by_reading = True
        if seen.by_reading and versions:
            seen.now = max(seen.now, *(made.number for made in versions))
        for made in versions:
            first = seen.states.setdefault(made.version, made.status if made.number <= seen.newest else "")
            if made.status == FAILED and first != FAILED:
                seen.failed |= {made.version}
            else:
                seen.failed -= {made.version}

    def changes(self, model: RegisteredModel) -> list[str]:
        """What has changed of a model, as clauses."""
        seen = self._at_first.get(model.name)
        if seen is None:
            return ["is new"] if self._complete else []
        found = [f"{alias} {_at(was)} → {_at(now)}" for alias, was, now in self._moves(seen, model)]
        newest = max(_version_number(model), seen.now) if seen.by_reading else _version_number(model)
        if newest > seen.newest:
            found.append(f"v{newest} was added")
        elif newest < seen.newest and not seen.by_reading:
            found.append(f"v{seen.newest} is gone")
        found += [f"v{version} failed to register" for version in sorted(seen.failed, key=_order)]
        return found

    def changed_versions(self, model: RegisteredModel, versions: Iterable[ModelVersion]) -> frozenset[str]:
        """Those of the versions that were added or have failed, or that an alias has come to."""
        seen = self._at_first.get(model.name)
        if seen is None:
            return frozenset(made.version for made in versions) if self._complete else frozenset()
        moved = {now for _, _, now in self._moves(seen, model) if now is not None}
        return frozenset(
            made.version
            for made in versions
            if (seen.settled and made.number > seen.newest) or made.version in moved or made.version in seen.failed
        )

    @staticmethod
    def _moves(seen: _Seen, model: RegisteredModel) -> list[tuple[str, str | None, str | None]]:
        if not (seen.is_whole and model.is_whole):
            return []  # its aliases were, or are, not known
        pairs = [
            (alias, seen.aliases.get(alias), model.aliases.get(alias)) for alias in {*seen.aliases, *model.aliases}
        ]
        return sorted((pair for pair in pairs if pair[1] != pair[2]), key=lambda pair: pair[0])


def _version_number(model: RegisteredModel) -> int:
    return model.newest.number if model.newest is not None else -1


def _order(version: str) -> tuple[int, str]:
    return (int(version) if version.isdecimal() else -1, version)


def _at(version: str | None) -> str:
    return f"v{version}" if version else "none"
