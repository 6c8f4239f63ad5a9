"""The steps of a plan of alias moves as a table, with what is known of the versions that they point to."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.models.rows import KnownOfModels, Notation, by_whom, metric_of
from tui.domain.models.values import ModelVersion
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import AliasPlan


def steps_table(plan: AliasPlan, state: alias_plan.Aliases, known: KnownOfModels, reading: Notation) -> RowsTable:
    """The steps of a plan in their order, with what is known of the version that each one points to."""
    metric = known.metric
    cells: dict[str, list[str]] = {
        "step": [str(number) for number, _ in enumerate(plan.steps, start=1)],
        "alias": [clean(step.alias) for step in plan.steps],
        "now": [alias_plan.shown(state.get(step.alias)) for step in plan.steps],
        "after": [alias_plan.shown(step.to) for step in plan.steps],
    }
    tones: dict[str, Sequence[Tone]] = {"after": ["warn" if step.to is None else "accent" for step in plan.steps]}
    targets = [known.version(plan.model, step.to) if step.to is not None else None for step in plan.steps]
    if any(targets):
        now = [known.version(plan.model, at) if (at := state.get(step.alias)) else None for step in plan.steps]
        states = [reading.status(made) if made is not None else ("", "") for made in targets]
        cells |= {
            "state": [text for text, _ in states],
            "created": [_made(made, known, reading) for made in targets],
        }
        tones["state"] = [tone for _, tone in states]
        values = [metric_of(known, made, metric) for made in targets]
        if any(value is not None for value in values):
            changes = [
                reading.change(value, metric_of(known, before, metric), known.better(metric))
                for value, before in zip(values, now, strict=True)
            ]
            cells |= {
                metric: [reading.number(value) if made else "" for value, made in zip(values, targets, strict=True)],
                "change": [text.partition("  ")[0] for text, _ in changes],
            }
            tones["change"] = [tone for _, tone in changes]
    return RowsTable(_columns(cells, {metric: named(metric), "change": ""}), cells["step"], cells, tones)


def _made(made: ModelVersion | None, known: KnownOfModels, reading: Notation) -> str:
    if made is None:
        return ""
    who = clean(by_whom(known, made))
    return f"{reading.when(made.created_ms)}{f' by {who}' if who else ''}"


def _columns(cells: dict[str, list[str]], titles: dict[str, str]) -> list[Column]:
    return [
        Column(key, (title := titles.get(key, key)), max([4, width(title), *map(width, texts)]))
        for key, texts in cells.items()
    ]
