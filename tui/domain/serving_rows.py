"""Serving endpoints and what they serve as rows of tables; texts cleaned here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from tui.domain import quantities
from tui.domain.columns import Cell, ColumnSpec
from tui.domain.glyphs import Glyphs
from tui.domain.serving import Drift, Endpoint, ServedEntity, ServingConfig, Split, Update
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width

Aliases = Mapping[str, Mapping[str, str]]
"""Of each model: alias → version."""
PENDING = "pending:"
"""What the key of a served entity begins with that is on its way, or has failed to come."""


def brief(entity: ServedEntity) -> str:
    """``churn v12 90%``: the last part of the name is enough in a list."""
    name = entity.entity.rsplit(".", 1)[-1] if entity.kind in ("model", "features") else entity.entity
    traffic = f" {entity.traffic}%" if entity.traffic is not None else ""
    return clean(f"{name} v{entity.version}{traffic}" if entity.version else f"{name}{traffic}")


def serves(config: ServingConfig) -> str:
    """What a config serves, in few words, most traffic first."""
    entities = sorted(config.entities, key=lambda entity: -(entity.traffic or 0))
    return ", ".join(brief(entity) for entity in entities)


def split_words(split: Split) -> str:
    """The same of a split: ``churn v12 90%, churn v10 10%``."""
    parts = [(share.entity.rsplit(".", 1)[-1], share.version, share.percent) for share in split]
    return clean(", ".join(f"{name} v{at} {part}%" if at else f"{name} {part}%" for name, at, part in parts))


def state_tone(endpoint: Endpoint) -> Tone:
    if endpoint.update in (Update.FAILED, Update.CANCELLED):
        return "bad"
    if endpoint.is_stopped:
        return "muted"  # somebody wanted it so
    if endpoint.update is Update.RUNNING and (endpoint.ready or endpoint.is_first_coming):
        return "warn"
    if not endpoint.ready:
        return "bad"
    return "warn" if endpoint.system_update_failed else "good"


def served_words(endpoint: Endpoint) -> str:
    """What an endpoint serves, in few words; of one that has just been made, what it is to serve."""
    if endpoint.is_first_coming and endpoint.pending is not None:
        return f"{serves(endpoint.pending)} coming"
    return serves(endpoint.config) or clean(endpoint.made_by)


@dataclass(frozen=True)
class Listed:
    """An endpoint as a row of the list: with what its aliases say that it does not serve."""

    endpoint: Endpoint
    drifts: Sequence[Drift] = ()
    heading: str = ""  # of a group of endpoints, which is a row of its own


def columns(glyphs: Glyphs, *, now_ms: int, zone: tzinfo | None, any_drift: bool) -> tuple[ColumnSpec[Listed], ...]:
    """The columns of the list of endpoints; ages, or dates where a zone is given."""

    def name(row: Listed) -> Cell:
        """The column that tells of aliases may lie beyond the edge: a sign before the name never does."""
        if row.heading:
            return row.heading, "muted"
        sign = f"{glyphs.warning} "
        mark = "" if not any_drift else sign if row.drifts else " " * width(sign)
        return f"{mark}{clean(row.endpoint.name)}", "warn" if row.drifts else ""

    def state(row: Listed) -> Cell:
        if row.heading:
            return ""
        endpoint, tone = row.endpoint, state_tone(row.endpoint)
        sign = {"good": glyphs.done, "warn": glyphs.warning}.get(tone, glyphs.failed)
        if endpoint.update is Update.RUNNING:
            sign = glyphs.running
        elif endpoint.is_stopped:
            sign = glyphs.killed
        return f"{sign} {endpoint.state}{', not read' if endpoint.unread else ''}", tone

    def drift(row: Listed) -> Cell:
        first = row.drifts[0] if row.drifts else None
        return (f"{glyphs.warning} {clean(first.alias)} is v{clean(first.aliased)}" if first else "", "warn")

    def changed(row: Listed) -> Cell:
        at = row.endpoint.updated_ms
        return (quantities.when(at, now_ms, zone), "muted") if at is not None else ""

    return (
        ColumnSpec("name", "endpoint", name, lambda row: row.endpoint.name.lower(), least=10, widest=32, frozen=True),
        ColumnSpec("state", "state", state, least=8, widest=26),
        ColumnSpec("serves", "serves", lambda row: served_words(row.endpoint), least=10),
        ColumnSpec("drift", "alias", drift, least=5, widest=40, detail="which alias names another version"),
        ColumnSpec(
            "changed",
            "changed",
            changed,
            lambda row: row.endpoint.updated_ms,
            means="time",
            better="higher",
            align="right",
            least=7,
            widest=20,
            detail="when what it serves was last changed",
        ),
        ColumnSpec(
            "kind",
            "kind",
            lambda row: ("" if row.heading else clean(row.endpoint.kind_words), "muted"),
            lambda row: row.endpoint.kind_words,
            least=5,
            widest=32,
            detail="model, agent, external model, feature function, or paid by the token",
        ),
        ColumnSpec("task", "task", lambda row: (clean(row.endpoint.task), "muted"), least=4, widest=24),
    )


def searched(row: Listed) -> str:
    """What the words of the filter are looked for in: the endpoint and what it serves."""
    endpoint = row.endpoint
    labels = (entity.label for entity in endpoint.config.entities)
    return " ".join([endpoint.name, endpoint.state, endpoint.task, endpoint.kind_words, *labels])


def entities_table(endpoint: Endpoint, aliases: Aliases, glyphs: Glyphs, *, generation: int) -> RowsTable:
    """A row for each served entity; then those that are on their way, or have failed to come."""
    rows: list[tuple[str, ServedEntity, bool]] = [(e.name, e, False) for e in endpoint.config.entities]
    if endpoint.pending is not None:
        rows += [(PENDING + e.name, e, True) for e in endpoint.pending.entities]

    def aliased(entity: ServedEntity) -> str:
        named = aliases.get(entity.entity, {})
        return " ".join(f"@{clean(alias)}" for alias, at in sorted(named.items()) if at == entity.version)

    def share(entity: ServedEntity, *, pending: bool) -> str:
        """What it gets; in parentheses what it would get, were it there."""
        said = "" if entity.traffic is None else f"{entity.traffic}%"
        return f"({said})" if said and pending else said

    def sign(entity: ServedEntity) -> str:
        signs = {"ready": glyphs.done, "creating": glyphs.running, "recovering": glyphs.running}
        return f"{signs.get(entity.state, glyphs.failed)} {clean(entity.state)}" if entity.state else ""

    coming = "not in use" if endpoint.update in (Update.FAILED, Update.CANCELLED) else "coming"
    texts = {
        "name": [named(e.name) for _, e, _ in rows],
        "entity": [clean(e.entity) for _, e, _ in rows],
        "version": [f"v{clean(e.version)}" if e.version else "" for _, e, _ in rows],
        "aliases": [aliased(e) for _, e, _ in rows],
        "traffic": [share(e, pending=pending) for _, e, pending in rows],
        "state": [sign(e) for _, e, _ in rows],
        "which": [coming if pending else "" for _, _, pending in rows],
        "workload": [clean(e.workload) for _, e, _ in rows],
        "message": [clean(e.message) for _, e, _ in rows],
    }
    state_tones: list[Tone] = [_entity_tone(e) for _, e, _ in rows]
    tones: dict[str, list[Tone]] = {
        "state": state_tones,
        "message": state_tones,
        "aliases": ["accent"] * len(rows),
        "which": ["warn"] * len(rows),
        "workload": ["muted"] * len(rows),
    }

    def wide(key: str, least: int, most: int = 60) -> int:
        return max(least, min(most, max([0, *map(width, texts[key])])))

    columns = [
        Column("name", "served as", wide("name", 9, 30), frozen=True),
        Column("version", "version", wide("version", 7, 10), "right"),
        Column("traffic", "traffic", wide("traffic", 7, 9), "right"),
        Column("state", "state", wide("state", 8, 14)),
        *([Column("which", "", wide("which", 6, 10))] if any(texts["which"]) else []),
        Column("aliases", "aliases", wide("aliases", 7, 30)),
        Column("entity", "what", wide("entity", 10)),
        Column("workload", "workload", wide("workload", 8, 30)),
        Column("message", "message", wide("message", 7, 200)),
    ]
    values: dict[str, Sequence[Any]] = {
        "version": [e.version for _, e, _ in rows],
        "traffic": [e.traffic for _, e, _ in rows],
    }
    return RowsTable(columns, [key for key, _, _ in rows], texts, tones, values=values, generation=generation)


def _entity_tone(entity: ServedEntity) -> Tone:
    if entity.state in ("failed", "aborted"):
        return "bad"
    return "good" if entity.state == "ready" else "warn"


def facts(endpoint: Endpoint, drifts: Sequence[Drift], now_ms: int) -> list[tuple[str, Tone]]:
    """What is told of an endpoint above what it serves, a line each."""
    changed = f"changed {quantities.ago(endpoint.updated_ms, now_ms)} ago" if endpoint.updated_ms is not None else ""
    version = f"config {endpoint.config.version}" if endpoint.config.version is not None else ""
    by = f"by {clean(endpoint.creator)}" if endpoint.creator else ""
    parts = [endpoint.state, changed, version, clean(endpoint.task), by]
    if endpoint.permission:
        parts.append(f"you: {endpoint.permission.replace('_', ' ').lower()}")
    lines: list[tuple[str, Tone]] = [(" · ".join(part for part in parts if part), state_tone(endpoint))]
    if endpoint.pending is not None:
        since = endpoint.pending.started_ms
        begun = f", begun {quantities.ago(since, now_ms)} ago" if since is not None else ""
        word = "on its way" if endpoint.update is Update.RUNNING else "did not come up"
        lines.append((f"{serves(endpoint.pending)} {word}{begun}", "warn"))
    if endpoint.unread:
        lines.append((clean(f"It could not be read: {endpoint.unread}"), "warn"))
    if endpoint.fixed and not endpoint.is_first_coming:
        lines.append((clean(endpoint.fixed), "muted"))
    if endpoint.facts:
        lines.append((clean(" · ".join(f"{name}: {words}" for name, words in endpoint.facts)), "muted"))
    lines += [(clean(failure), "bad") for failure in endpoint.failures]
    lines += [(clean(drift.words), "warn") for drift in drifts]
    return lines
