"""What the tables of models and versions share: what they are told, and how versions and states read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from itertools import pairwise
from typing import Protocol

from tui.domain import quantities
from tui.domain.columns import SAMPLE, Cell, ColumnSpec, text_of
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.models.measures import Measured
from tui.domain.models.readiness import CHAMPION, Finding
from tui.domain.models.values import (
    FAILED,
    READY,
    ModelFacts,
    ModelVersion,
    Numbered,
    RegisteredModel,
    SourceModel,
    SourceRun,
)
from tui.domain.ranking import verdict
from tui.domain.runs.run_facts import status_text
from tui.domain.serving import ServedAt, drifts
from tui.domain.table import Tone
from tui.domain.text import clean, fit, named, width

# Since when an alias points where it does and who moved it there, now and at any time that is known of.


MIRROR = "deck.alias"
"""What the tags begin with in which moves are told to others: ``deck.alias.champion.moved_by`` and the like."""


@dataclass(frozen=True)
class Holding:
    """What is known of one alias where it points now; None and "" where nothing is.

    ``was`` is the version it pointed to before, "" for none, None where that is not known.
    """

    since_ms: int | None = None
    by: str = ""
    was: str | None = None


UNKNOWN = Holding()


def mirror_tags(alias: str, by: str, was: str | None, why: str, at_ms: int) -> dict[str, str]:
    """The tags of a version that tell others who moved an alias to it, from where, when and why."""
    at = datetime.fromtimestamp(at_ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = {"moved_by": by, "moved_at": at, "moved_from": was or "", "why": why.strip()}
    return {f"{MIRROR}.{alias}.{key}": value for key, value in said.items() if value}


def mirrored(alias: str, tags: Mapping[str, str]) -> Holding:
    """What the tags of the version that an alias points to tell of the move that brought it there."""
    said = {key: tags.get(f"{MIRROR}.{alias}.{key}", "") for key in ("moved_by", "moved_at", "moved_from")}
    try:
        at = datetime.strptime(said["moved_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        since = round(at.timestamp() * 1000)
    except ValueError:
        since = None
    return Holding(since, said["moved_by"], said["moved_from"] or None)


@dataclass(frozen=True)
class KnownMove:
    """One move of an alias that something tells of; None is no version.

    ``before`` counts only where ``tells_before``: tags leave out where an alias came from.
    """

    at_ms: int
    before: str | None
    after: str | None
    by: str
    why: str
    source: str  # "ledger", "merged ledger", "tags"
    tells_before: bool = True


@dataclass(frozen=True)
class Tenure:
    """A stretch of time in which an alias was on one version, or nobody knows on which.

    ``held`` is the version, None for none; of a gap it is all that is known of: what it was on before and after it.
    ``since_ms`` None is a beginning that nothing tells of, ``until_ms`` None is now.
    """

    held: tuple[str | None, ...]
    since_ms: int | None
    until_ms: int | None
    is_gap: bool = False
    by: str = ""
    why: str = ""
    source: str = ""


def tenures(moves: Iterable[KnownMove], now: str | None) -> tuple[Tenure, ...]:
    """Who held an alias from when to when, the oldest first, up to where it points ``now``.

    A move that two sources tell of counts once. Where one move does not begin where the one before it ended, somebody
    else moved the alias in between, and that stretch is a gap.
    """
    known: list[KnownMove] = []
    for move in sorted(moves, key=lambda move: (move.at_ms, move.source)):
        again = known and known[-1].after == move.after and move.at_ms // 1000 - known[-1].at_ms // 1000 <= _SAME_S
        if not again:
            known.append(move)
        elif move.tells_before and not known[-1].tells_before:
            known[-1] = move
    if not known:
        return (Tenure((now,), None, None),)
    first, last = known[0], known[-1]
    found = [Tenure((first.before,), None, first.at_ms)] if first.tells_before else []
    for move, following in pairwise(known):
        joined = following.tells_before and following.before == move.after
        held = (move.after,) if joined or not following.tells_before else (move.after, following.before)
        found.append(_tenure(move, held, following.at_ms, is_gap=not joined))
    found.append(
        _tenure(last, (last.after,) if last.after == now else (last.after, now), None, is_gap=last.after != now)
    )
    return tuple(found)


_SAME_S = 1  # seconds: tags have no finer time


def _tenure(move: KnownMove, held: tuple[str | None, ...], until_ms: int | None, *, is_gap: bool) -> Tenure:
    return Tenure(held, move.at_ms, until_ms, is_gap, move.by, move.why, move.source)


def tenure_at(known: Iterable[Tenure], at_ms: int) -> Tenure | None:
    """The stretch that a moment lies in; None before all that is known of."""
    for one in known:
        if (one.since_ms is None or one.since_ms <= at_ms) and (one.until_ms is None or at_ms < one.until_ms):
            return one
    return None


def mirrored_move(alias: str, version: str, tags: Mapping[str, str]) -> KnownMove | None:
    """The last move to a version that its tags tell of."""
    told = mirrored(alias, tags)
    if told.since_ms is None:
        return None
    why = tags.get(f"{MIRROR}.{alias}.why", "")
    return KnownMove(told.since_ms, told.was, version, told.by, why, "tags", tells_before=told.was is not None)


WHO = 16  # cells of the name of whoever moved an alias


class KnownOfModels(Protocol):
    """What has been learnt of models so far; every answer comes at once, None means not asked yet."""

    def version(self, name: str, version: str) -> ModelVersion | None: ...

    def run(self, run_id: str) -> SourceRun | None: ...

    def facts(self, name: str, version: str) -> ModelFacts | None: ...

    def served(self, name: str) -> Sequence[ServedAt]:
        """Where versions of a model are served, as far as that is known."""
        ...

    def numbered(self, name: str) -> Numbered | None:
        """What was counted of a model's versions, where the list of models tells nothing of them."""
        ...

    def findings(self, model: RegisteredModel) -> tuple[Finding, ...]: ...

    def is_complete(self, model: RegisteredModel) -> bool:
        """Whether everything that the rules need has been asked for."""
        ...

    def holding(self, model: RegisteredModel, alias: str) -> Holding:
        """Since when an alias points where it does, by whom, and where it pointed before."""
        ...

    def source_model(self, made: ModelVersion) -> SourceModel | None: ...

    def measured(self, made: ModelVersion, metric: str = "") -> Measured | None:
        """A version's value of a metric, of the one that models are judged by where none is named."""
        ...

    @property
    def metric(self) -> str: ...

    def better(self, metric: str) -> str: ...


@dataclass(frozen=True)
class Notation:
    """How times and signs are written; ``zone`` is set where dates are wanted instead of ages."""

    now_ms: int = 0
    zone: tzinfo | None = None
    glyphs: Glyphs = field(default=UNICODE)

    def when(self, time_ms: int | None) -> str:
        if time_ms is None:
            return self.glyphs.absent
        return (
            quantities.stamp(time_ms, self.zone)[:16] if self.zone is not None else quantities.ago(time_ms, self.now_ms)
        )

    def since(self, holding: Holding) -> str:
        """``since 2h by ana``; ``since ?`` where nobody knows, and where what is told is a time yet to come."""
        who = clean(holding.by)
        by = f" by {who if width(who) <= WHO else fit(who, WHO, ellipsis=self.glyphs.ellipsis)}" if who else ""
        if holding.since_ms is None or quantities.is_ahead(holding.since_ms, self.now_ms):
            return f"since ?{by}"
        when = self.when(holding.since_ms)
        return f"since {when}{by}"

    def status(self, made: ModelVersion) -> tuple[str, Tone]:
        """A version's state by sign, and by word where it is not ready."""
        if made.status in (READY, ""):
            return self.glyphs.done, ""
        if made.status == FAILED:
            return f"{self.glyphs.failed} failed", "bad"
        return f"{self.glyphs.running} pending", "warn"

    def number(self, value: float | None) -> str:
        return self.glyphs.absent if value is None else quantities.number(value)

    def change(self, value: float | None, base: float | None, better: str) -> tuple[str, Tone]:
        """A metric's difference to another: ``+0.0029  +0.3%``, with its direction as the tone."""
        if value is None or base is None:
            return "", ""
        plain = self.glyphs.ellipsis == "~"
        delta = quantities.difference(value, base, plain=plain)
        if delta == "same":
            return delta, "muted"
        share = quantities.share(value, base, plain=plain)
        said = verdict(better, value, base)
        tone: Tone = "good" if said == "better" else "bad" if said else ""
        return f"{delta}  {share}".rstrip(), tone


def metric_of(known: KnownOfModels, made: ModelVersion | None, metric: str) -> float | None:
    """A version's value of a metric, where it is known."""
    found = known.measured(made, metric) if made is not None and metric else None
    return found.value if found is not None else None


def metric_tone(found: Measured | None) -> Tone:
    """Muted where a value is the source run's, and not that of the logged model."""
    return "muted" if found is None or found.is_of_run else ""


def by_whom(known: KnownOfModels, made: ModelVersion) -> str:
    """Who made a version: as the registry says it, else the source run's user."""
    run = known.run(made.run_id) if made.run_id else None
    return made.user or (run.user if run is not None else "")


def served_cell(model: RegisteredModel, at: Sequence[ServedAt], glyphs: Glyphs, version: str = "") -> tuple[str, Tone]:
    """Which endpoints serve a model, or one version of it, and how much; those off their alias first, with a sign."""
    off = {drift.endpoint: drift for drift in drifts(model.name, model.aliases, at, CHAMPION)}
    wrong, right = [], []
    for endpoint in dict.fromkeys(one.endpoint for one in at):
        here = [one for one in at if one.endpoint == endpoint and version in ("", one.version)]
        if not here:
            continue
        parts = []
        for one in sorted(here, key=lambda one: -(one.traffic or 0)):
            share = "" if one.traffic in (None, 100) else f" {one.traffic}%"
            parts.append(share if version else f" v{one.version}{share}")
        said = f"{endpoint}{','.join(parts)}"
        drift = off.get(endpoint)
        if drift is not None and any(one.version != drift.aliased for one in here):
            wrong.append(f"{glyphs.warning} {said}")
        else:
            right.append(said)
    return clean("  ".join([*wrong, *right])), "warn" if wrong else ""


# The versions of one model: each of their columns told in one place.


_SINCE = 26  # cells of "champion · since 2h by ana"
Columns = tuple[ColumnSpec[ModelVersion], ...]


class Versions:
    """What the columns say of a model's versions, by what is known of them.

    ``versions`` are those loaded, newest first; ``changed`` names versions that watching saw come or move.
    """

    def __init__(
        self,
        model: RegisteredModel,
        versions: Sequence[ModelVersion],
        known: KnownOfModels,
        reading: Notation,
        *,
        changed: Collection[str] = (),
        has_aliases: bool = True,
    ) -> None:
        self.model = model
        self._versions = versions
        self._known = known
        self._reading = reading
        self._glyphs = reading.glyphs
        self._changed = changed
        self._has_aliases = has_aliases
        self._better = known.better(known.metric)
        self._aliases: dict[str, list[str]] = {}
        for alias, version in sorted(model.aliases.items()):
            self._aliases.setdefault(version, []).append(alias)
        champion = model.aliases.get(CHAMPION)
        base = known.version(model.name, champion) if champion is not None else None
        self._base = known.measured(base) if base is not None else None
        values = [metric_of(known, made, known.metric) for made in versions[:SAMPLE]]
        self._write = quantities.writer([value for value in values if value is not None])

    def columns(self) -> Columns:
        """Every column, in the order in which they are offered and shown; those that hold nothing are not shown."""
        sample, metric = self._versions[:SAMPLE], self._known.metric
        looked_first = "lower" if self._better == "lower" else "higher"
        return (
            ColumnSpec("version", "ver", self._version, lambda v: v.number, better="higher", frozen=True),
            ColumnSpec("aliases", "aliases", self._aliases_cell, group="facts", widest=72,
                       least=self._told_whole(), default=self._has_aliases),
            ColumnSpec("serving", "serving", self._serving, group="facts", widest=56,
                       default=bool(self._known.served(self.model.name))),
            ColumnSpec("status", "state", lambda v: self._reading.status(v), group="facts"),
            ColumnSpec("stage", "stage", lambda v: (clean(v.stage), "muted"), group="facts",
                       default=any(made.stage for made in sample)),
            ColumnSpec("age", "age", lambda v: (self._reading.when(v.created_ms), "muted"), lambda v: v.created_ms,
                       means="time",
                       align="right", group="facts"),
            ColumnSpec("by", "by", lambda v: (clean(by_whom(self._known, v)), "muted"), group="facts", widest=24),
            ColumnSpec("run", "run", self._run_cell, group="facts", widest=32),
            ColumnSpec("metric", named(metric) or "metric", self._metric_cell, self._metric_rank, align="right",
                       means="number",
                       better=looked_first, group="facts", default=bool(metric)),  # type: ignore[arg-type]  # one of both
            ColumnSpec("change", "Δ to champion", self._change_cell, self._metric_rank, align="right",
                       better=looked_first, group="facts",  # type: ignore[arg-type]  # one of both
                       default=bool(metric) and CHAMPION in self.model.aliases),
            ColumnSpec("signature", "signature", self._signature_cell, group="facts", widest=24),
            ColumnSpec("tags", "tags", lambda v: (clean(_tags(v)), "muted"), group="facts", widest=60,
                       default=any(map(_tags, sample))),
            ColumnSpec("notes", "notes", lambda v: clean(v.description[:200]), group="facts", widest=80,
                       default=any(made.description for made in sample)),
        )  # fmt: skip

    def searched(self, made: ModelVersion) -> str:
        """What the words of a filter are looked for in."""
        run = self._known.run(made.run_id) if made.run_id else None
        aliases = " ".join(f"@{alias}" for alias in self._aliases.get(made.version, ()))
        tags = " ".join(f"{key}={value}" for key, value in made.tags.items())
        name = run.name if run is not None else ""
        return f"v{made.version} {aliases} {made.status} {made.stage} {name} {tags} {made.description}"

    def _told_whole(self) -> int:
        """The cells in which most aliases can be told with since when, up to what leaves room for a metric."""
        known = (made for made in self._versions[:SAMPLE] if made.version in self._aliases)
        return min(_SINCE, max((width(text_of(self._aliases_cell(made))) for made in known), default=0))

    # cells

    def _version(self, made: ModelVersion) -> Cell:
        if made.version in self._changed:
            return f"v{made.version} {self._glyphs.live}", "accent"
        return f"v{made.version}", "strong"

    def _aliases_cell(self, made: ModelVersion) -> Cell:
        known, since = self._known, self._reading.since
        held = self._aliases.get(made.version, ())
        said = [f"{clean(alias)} · {since(known.holding(self.model, alias))}" for alias in held]
        return "  ".join(said), "accent"

    def _serving(self, made: ModelVersion) -> Cell:
        return served_cell(self.model, self._known.served(made.name), self._glyphs, made.version)

    def _run_cell(self, made: ModelVersion) -> Cell:
        glyphs = self._glyphs
        if not made.run_id:
            return glyphs.absent, "muted"
        run = self._known.run(made.run_id)
        if run is None:
            return clean(made.run_id[:8]), "muted"
        if run.elsewhere:
            return f"{clean(made.run_id[:8])} {clean(run.elsewhere)}", "muted"
        if run.is_missing:
            return f"{glyphs.failed} {clean(made.run_id[:8])} is gone", "bad"
        trouble = run.status != "FINISHED" or run.lifecycle == "deleted"
        state = f"  {status_text(run.status, run.lifecycle, glyphs)}" if trouble else ""
        return named(run.name or run.run_id[:8]) + state, "warn" if trouble else ""

    def _metric_rank(self, made: ModelVersion) -> float | None:
        return metric_of(self._known, made, self._known.metric)

    def _metric_cell(self, made: ModelVersion) -> Cell:
        found = self._known.measured(made)
        return (self._write(found.value) if found is not None else self._glyphs.absent), metric_tone(found)

    def _change_cell(self, made: ModelVersion) -> Cell:
        found = self._known.measured(made)
        # What a run was measured at is no difference to what a model was.
        if found is None or self._base is None or found.is_of_run is not self._base.is_of_run:
            return ""
        return self._reading.change(found.value, self._base.value, self._better)

    def _signature_cell(self, made: ModelVersion) -> Cell:
        facts, glyphs = self._known.facts(made.name, made.version), self._glyphs
        if facts is None:
            return "", "muted"
        if facts.unread:
            return f"{glyphs.failed} cannot be read", "bad"
        return (glyphs.done, "") if facts.signature is not None else (f"{glyphs.warning} none", "warn")


def _tags(made: ModelVersion) -> str:
    # What the deck itself tells in tags is told better beside the aliases.
    return "  ".join(f"{key}={text}" for key, text in sorted(made.tags.items()) if not key.startswith(f"{MIRROR}."))
