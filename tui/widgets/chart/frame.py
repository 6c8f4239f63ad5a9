"""The frame of a chart: the labels at the left and below, and the rectangle between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.series.scales import AxisRange, Tick
from tui.domain.text import width
from tui.widgets.chart.canvas import Canvas

_BELOW = 2  # lines: the axis and its labels
_LEAST = (8, 2)  # cells across and down without which no axis is drawn


@dataclass(frozen=True)
class Frame:
    """A rectangle of cells inside a canvas (``left``, ``top``, ``columns``, ``rows``), and the spans that it shows."""

    left: int
    top: int
    columns: int
    rows: int
    x: AxisRange
    y: AxisRange

    def column(self, value: float) -> int:
        """The column of cells, counted from the canvas's left edge, where a value of x lies."""
        return self.left + round(self.x.fraction(value) * (self.columns - 1))

    def row(self, value: float) -> int:
        """The row of cells where a value of y lies."""
        return self.top + round((1 - self.y.fraction(value)) * (self.rows - 1))

    def holds(self, column: int, row: int) -> bool:
        return self.left <= column < self.left + self.columns and self.top <= row < self.top + self.rows


def ticks_down(rows: int) -> int:
    """How many ticks suit an axis so high."""
    return max(2, min(9, rows // 3))


def ticks_across(columns: int) -> int:
    """How many ticks suit an axis so wide."""
    return max(2, min(12, columns // 11))


def framed(canvas: Canvas, x: AxisRange, y: AxisRange, y_ticks: Sequence[Tick], *, right: int = 2) -> Frame:
    """The frame that leaves room for these labels, and ``right`` cells for what stands beside the chart."""
    gutter = max((width(tick.text) for tick in y_ticks), default=0) + 1
    if canvas.columns - gutter - right < _LEAST[0]:
        gutter, right = 0, 0
    below = _BELOW if canvas.rows - _BELOW >= _LEAST[1] else 0
    left = gutter + 1 if gutter else 0
    return Frame(left, 0, max(2, canvas.columns - left - right), max(1, canvas.rows - below), x, y)


def draw_axes(
    canvas: Canvas, frame: Frame, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick], *, plain: bool, grid: bool = True
) -> None:
    """Axes with their ticks, labels, and a faint grid at the heights of the y ticks."""
    down, corner, across, tick_down, tick_across, dot = "|+-+|." if plain else "│└─┬┤·"
    if plain:
        tick_across = "+"
    bottom = frame.top + frame.rows
    if frame.left:
        for row in range(frame.top, bottom):
            canvas.put(frame.left - 1, row, down, "axis")
        free = -1
        for tick in sorted(y_ticks, key=lambda tick: -tick.at):
            row = frame.row(tick.at)
            if not frame.holds(frame.left, row) or row <= free:
                continue
            free = row
            canvas.put(frame.left - 1 - width(tick.text), row, tick.text, "label")
            canvas.put(frame.left - 1, row, tick_across, "axis")
            if grid:
                for column in range(frame.left + 3, frame.left + frame.columns, 4):
                    canvas.put(column, row, dot, "grid", over=False)
    if bottom + 1 >= canvas.rows:
        return
    canvas.put(frame.left - 1, bottom, corner + across * frame.columns, "axis")
    end = before = frame.left - 2
    for tick in sorted(x_ticks, key=lambda tick: tick.at):
        column = frame.column(tick.at)
        if not frame.left <= column < frame.left + frame.columns:
            continue
        start = max(0, min(column - width(tick.text) // 2, canvas.columns - width(tick.text)))
        if end == before and start <= end + 1 and frame.left + width(tick.text) <= canvas.columns:
            start = frame.left  # the first may be what the others are told from
        if start <= end + 1:
            continue
        canvas.put(column, bottom, tick_down, "axis")
        canvas.put(start, bottom + 1, tick.text, "label")
        end = start + width(tick.text)
