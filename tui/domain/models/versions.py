"""The versions of one model: each of their columns told in one place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tui.domain import quantities
from tui.domain.columns import SAMPLE, Cell, ColumnSpec, text_of
from tui.domain.models.holders import MIRROR
from tui.domain.models.readiness import CHAMPION
from tui.domain.models.rows import KnownOfModels, Notation, by_whom, metric_of, metric_tone, served_cell
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.runs.tables import status_text
from tui.domain.text import clean, named, width

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
