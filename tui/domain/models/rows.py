"""What the tables of models and versions share: what they are told, and how versions and states read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from tui.domain import quantities
from tui.domain.diff.directions import verdict
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.models.holders import Holding
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
from tui.domain.serving.endpoints import ServedAt, drifts
from tui.domain.table import Tone
from tui.domain.text import clean, fit, width

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
