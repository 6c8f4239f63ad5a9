"""The metrics of one run as a table: last value, shape, extremes, step, age; the shapes come later, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain import quantities
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.natural import natural
from tui.domain.series.history import MetricHistory
from tui.domain.series.spark import extent, sparkline
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import named, width
from tui.domain.values import MetricValue

SYSTEM = "system/"  # what MLflow's own monitor records begins so
SHAPE_CELLS = 14
_NAME_CELLS = (12, 40)


@dataclass(frozen=True)
class Shape:
    """What a row shows of a history: a sparkline, the extremes (None without a finite value), what is not finite.

    ``exact`` is False where the extremes are those of a sample that may have lost some.
    """

    spark: str
    low: float | None
    high: float | None
    exact: bool
    points: int | None
    odd: int


def shape_of(history: MetricHistory, glyphs: Glyphs) -> Shape:
    """The shape of a history."""
    found = extent(history.values)
    return Shape(
        sparkline(history.values, SHAPE_CELLS, ascii_only=glyphs == ASCII),
        found[0] if found else None,
        found[1] if found else None,
        history.keeps_extremes,
        history.total,
        history.nans + history.highs + history.lows,
    )


def of_tab(metrics: Sequence[MetricValue], *, system: bool) -> list[MetricValue]:
    """The metrics of the tab of system metrics, or of the other one, by name."""
    return sorted((m for m in metrics if m.key.startswith(SYSTEM) is system), key=lambda m: natural(m.key))


def matching(metrics: Sequence[MetricValue], query: str) -> list[MetricValue]:
    """Those whose names hold every word of ``query``."""
    words = query.lower().split()
    return [m for m in metrics if all(word in m.key.lower() for word in words)]


def metric_table(metrics: Sequence[MetricValue], shapes: Mapping[str, Shape], now_ms: int, glyphs: Glyphs) -> RowsTable:
    """A row for each metric; shapes that have not come are dots."""
    waiting = glyphs.ellipsis
    found = [shapes.get(m.key) for m in metrics]
    names = [named(m.key) for m in metrics]
    last = [quantities.number(m.value) for m in metrics]
    steps = [quantities.count(m.step) for m in metrics]

    def extremes(values: Sequence[float | None]) -> list[str]:
        texts = []
        for shape, value in zip(found, values, strict=True):
            if shape is None:
                texts.append(waiting)
            elif value is None:
                texts.append(glyphs.absent)
            else:
                texts.append(("" if shape.exact else "~") + quantities.number(value))
        return texts

    cells = {
        "name": names,
        "value": last,
        "shape": [waiting if shape is None else shape.spark for shape in found],
        "min": extremes([shape.low if shape else None for shape in found]),
        "max": extremes([shape.high if shape else None for shape in found]),
        "step": steps,
        "age": [quantities.ago(m.timestamp_ms, now_ms) for m in metrics],
    }

    def wide(key: str, least: int) -> int:
        return max([least, *(width(text) for text in cells[key][:2000])])

    columns = (
        Column("name", "metric", max(_NAME_CELLS[0], min(_NAME_CELLS[1], wide("name", 0))), frozen=True),
        Column("value", "last", wide("value", 9), "right"),
        Column("shape", "shape", SHAPE_CELLS),
        Column("min", "min", wide("min", 9), "right"),
        Column("max", "max", wide("max", 9), "right"),
        Column("step", "step", wide("step", 6), "right"),
        Column("age", "recorded", 9, "right"),
    )
    odd: list[Tone] = ["warn" if m.value != m.value else "" for m in metrics]
    shaded: list[Tone] = ["muted" if shape is None else "warn" if shape.odd else "accent" for shape in found]
    muted: list[Tone] = ["muted" if shape is None else "" for shape in found]
    ages: list[Tone] = ["muted"] * len(names)
    tones = {"value": odd, "shape": shaded, "min": muted, "max": muted, "age": ages}
    values: dict[str, Sequence[Any]] = {
        "value": [m.value for m in metrics],
        "min": [shape.low if shape else None for shape in found],
        "max": [shape.high if shape else None for shape in found],
        "step": [m.step for m in metrics],
        "age": [m.timestamp_ms for m in metrics],
    }
    return RowsTable(columns, [m.key for m in metrics], cells, tones, values=values)
