"""The versions of one model as a table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tui.domain import quantities
from tui.domain.models.readiness import CHAMPION
from tui.domain.models.rows import SAMPLE, Known, Reading, by_whom, fitted, metric_of, metric_tone, served_cell
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.runs.tables import status_text
from tui.domain.table import Column, Tone
from tui.domain.text import clean, named

TITLES: Mapping[str, str] = {
    "version": "ver", "aliases": "aliases", "serving": "serving", "status": "state", "age": "age",
    "by": "by", "run": "run", "metric": "metric", "change": "Δ to champion", "signature": "signature", "stage": "stage",
    "tags": "tags", "notes": "notes",
}  # fmt: skip
COLUMNS = tuple(TITLES)
_WIDEST = {"aliases": 40, "run": 32, "tags": 60, "notes": 80, "serving": 56}


@dataclass(frozen=True)
class VersionsSpec:
    """How the versions are wanted. ``columns`` are keys in order, empty for all that hold anything."""

    query: str = ""
    sort: tuple[str, bool] = ("version", True)
    columns: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    has_aliases: bool = True


class VersionsTable:
    """The versions that are shown, in order; texts are made when asked for. Implements ``table.Table``.

    ``versions`` are those loaded, newest first; ``changed`` names versions that watching saw come or move.
    """

    def __init__(
        self,
        model: RegisteredModel,
        versions: Sequence[ModelVersion],
        known: Known,
        spec: VersionsSpec,
        changed: Collection[str] = (),
        generation: int = 0,
    ) -> None:
        self.model = model
        self.spec = spec
        self.generation = generation
        self._known = known
        self._changed = changed
        self._metric = known.metric
        self._better = known.better(self._metric)
        self._aliases: dict[str, list[str]] = {}
        for alias, version in sorted(model.aliases.items()):
            self._aliases.setdefault(version, []).append(alias)
        champion = model.aliases.get(CHAMPION)
        base = known.version(model.name, champion) if champion is not None else None
        self._base = known.measured(base) if base is not None else None
        values = [metric_of(known, made, self._metric) for made in versions[:SAMPLE]]
        self._write = quantities.writer([value for value in values if value is not None])
        self.versions = self._arranged(versions)
        self._rows = {made.version: row for row, made in enumerate(self.versions)}
        self.columns = tuple(self._column(key) for key in (spec.columns or self._worth_showing()))

    @property
    def row_count(self) -> int:
        return len(self.versions)

    def row_key(self, row: int) -> str:
        return self.versions[row].version

    def row_of(self, row_key: str) -> int | None:
        return self._rows.get(row_key)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        return [self._cell(key, made)[0] for made in self.versions[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        return [self._cell(key, made)[1] for made in self.versions[start:stop]]

    def _worth_showing(self) -> tuple[str, ...]:
        sample = self.versions[:SAMPLE]
        empty = {
            "serving": not self._known.served(self.model.name),
            "stage": not any(made.stage for made in sample),
            "tags": not any(made.tags for made in sample),
            "notes": not any(made.description for made in sample),
            "metric": not self._metric,
            "change": not self._metric or CHAMPION not in self.model.aliases,
            "aliases": not self.spec.has_aliases,
        }
        return tuple(key for key in COLUMNS if not empty.get(key))

    def _arranged(self, versions: Sequence[ModelVersion]) -> list[ModelVersion]:
        words = self.spec.query.lower().split()
        kept = [made for made in versions if all(word in self._searched(made) for word in words)] if words else versions
        key, descending = self.spec.sort
        if key == "version":
            return sorted(kept, key=lambda made: made.number, reverse=descending)
        ranked = [(self._rank(key, made), made) for made in kept]
        there = [pair for pair in ranked if pair[0] is not None]
        there.sort(key=lambda pair: pair[0], reverse=descending)  # type: ignore[arg-type, return-value]  # None is out
        return [made for _, made in there] + [made for rank, made in ranked if rank is None]

    def _rank(self, key: str, made: ModelVersion) -> tuple[float, str] | None:
        if key == "age":
            return (float(made.created_ms), "") if made.created_ms is not None else None
        if key in ("metric", "change"):
            value = metric_of(self._known, made, self._metric)
            return (value, "") if value is not None and value == value else None
        text = self._cell(key, made)[0]
        return (0.0, text.lower()) if text else None

    def _searched(self, made: ModelVersion) -> str:
        run = self._known.run(made.run_id) if made.run_id else None
        aliases = " ".join(f"@{alias}" for alias in self._aliases.get(made.version, ()))
        tags = " ".join(f"{key}={value}" for key, value in made.tags.items())
        name = run.name if run is not None else ""
        return f"v{made.version} {aliases} {made.status} {made.stage} {name} {tags} {made.description}".lower()

    def _column(self, key: str) -> Column:
        title = named(self._metric) if key == "metric" else TITLES[key]
        order = ("down" if self.spec.sort[1] else "up") if self.spec.sort[0] == key else ""
        right = key in ("age", "metric", "change")
        column = Column(key, title, 3, "right" if right else "left", key == "version", order=order)  # type: ignore[arg-type]
        sample = [self._cell(key, made)[0] for made in self.versions[:SAMPLE]]
        return fitted(replace(column, group="" if key == "version" else "facts"), sample, _WIDEST.get(key, 24))

    def _cell(self, key: str, made: ModelVersion) -> tuple[str, Tone]:
        reading, glyphs = self.spec.reading, self.spec.reading.glyphs
        if key == "version":
            mark = f" {glyphs.live}" if made.version in self._changed else ""
            return f"v{made.version}{mark}", "accent" if mark else "strong"
        if key == "aliases":
            return clean(" ".join(self._aliases.get(made.version, ()))), "accent"
        if key == "serving":
            return served_cell(self.model, self._known.served(made.name), glyphs, made.version)
        if key == "status":
            return reading.status(made)
        if key == "age":
            return reading.when(made.created_ms), "muted"
        if key == "by":
            return clean(by_whom(self._known, made)), "muted"
        if key == "run":
            return self._run_cell(made)
        if key == "metric":
            found = self._known.measured(made)
            value = found.value if found is not None else None
            return (self._write(value) if value is not None else glyphs.absent), metric_tone(found)
        if key == "change":
            found = self._known.measured(made)
            # What a run was measured at is no difference to what a model was.
            if found is None or self._base is None or found.is_of_run is not self._base.is_of_run:
                return "", ""
            return reading.change(found.value, self._base.value, self._better)
        if key == "signature":
            facts = self._known.facts(made.name, made.version)
            if facts is None:
                return "", "muted"
            if facts.unread:
                return f"{glyphs.failed} cannot be read", "bad"
            return (glyphs.done, "") if facts.signature is not None else (f"{glyphs.warning} none", "warn")
        if key == "stage":
            return clean(made.stage), "muted"
        if key == "tags":
            return clean("  ".join(f"{name}={text}" for name, text in sorted(made.tags.items()))), "muted"
        return clean(made.description[:200]), ""

    def _run_cell(self, made: ModelVersion) -> tuple[str, Tone]:
        glyphs = self.spec.reading.glyphs
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
