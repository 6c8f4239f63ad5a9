"""Parallel coordinates: an axis for each param and the metric, a line across them for each run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.series.scales import PlotAxis
from tui.domain.text import clean, fit, named, width
from tui.widgets.chart.base import Chart
from tui.widgets.chart.canvas import Canvas, Dots, line_dots

_LEAST_APART = 14  # cells between two axes
_LABEL_CELLS = 10


class ParallelPlot(Chart):
    """Axes side by side (the last is usually the metric), a line for each run; one stands out, good ones are green.

    Feed it by ``show``: all axes have a place for each run, in one order. A line is broken where a run has no value.
    Axes that do not fit are left out from before the last one; ``axes_shown`` says how many are there.
    """

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._axes: tuple[PlotAxis, ...] = ()
        self._best: frozenset[int] = frozenset()
        self._highlighted: int | None = None
        self._first = 0

    def show(
        self,
        axes: Sequence[PlotAxis],
        *,
        highlighted: int | None = None,
        best: frozenset[int] = frozenset(),
        first: int = 0,
    ) -> None:
        """Show these axes from number ``first`` on, the last one always."""
        self._axes, self._highlighted, self._best, self._first = tuple(axes), highlighted, best, first
        self.words = "" if len(self._axes) > 1 else "Two columns at least are needed for a line."
        self.changed()

    @property
    def axes_shown(self) -> list[PlotAxis]:
        """The axes for which there is room."""
        most = max(2, self.size.width // _LEAST_APART)
        first = max(0, min(self._first, len(self._axes) - most))
        if len(self._axes) - first <= most:
            return list(self._axes[first:])
        return [*self._axes[first : first + most - 1], self._axes[-1]]

    def draw_on(self, canvas: Canvas) -> None:
        axes = self.axes_shown
        if len(axes) < 2 or canvas.rows < 4:
            return
        apart = (canvas.columns - _LABEL_CELLS - 2) / (len(axes) - 1)
        columns = [round(_LABEL_CELLS / 2 + at * apart) for at in range(len(axes))]
        top, rows = 2, canvas.rows - 3
        stem = "|" if self.plain else "│"
        for row in range(top, top + rows):
            for column in columns:
                canvas.put(column, row, stem, "axis")
        count = len(axes[0].places)
        others = [row for row in range(count) if row != self._highlighted and row not in self._best]
        good = [row for row in self._best if row != self._highlighted]
        chosen = [self._highlighted] if self._highlighted is not None else []
        layers = [
            (self._dots_of(axes, columns, some, canvas.columns, rows), tone)
            for some, tone in ((others, "line"), (good, "good"), (chosen, "highlight"))
            if some
        ]
        canvas.put_layers(0, top, layers)
        for axis, column in zip(axes, columns, strict=True):
            self._put_labels(canvas, axis, column, int(apart), top, rows)

    def _put_labels(self, canvas: Canvas, axis: PlotAxis, column: int, apart: int, top: int, rows: int) -> None:
        room = max(4, min(apart - 2, 24))
        name = fit(named(axis.name), min(width(named(axis.name)), room), ellipsis=self.glyphs.ellipsis)
        start = max(0, min(column - width(name) // 2, canvas.columns - width(name)))
        canvas.put(start, 0, name, "title")
        for tick in axis.ticks(max(2, rows // 4)):
            row = top + round((1 - axis.span.fraction(tick.at)) * (rows - 1))
            said = clean(tick.text)
            said = fit(said, min(width(said), max(3, min(apart - 3, _LABEL_CELLS))), ellipsis=self.glyphs.ellipsis)
            if top <= row < top + rows:
                at = column + 1 if column + 1 + width(said) <= canvas.columns else column - width(said)
                canvas.put(at, row, said, "label")
        if self._highlighted is not None:
            said = clean(axis.text(self._highlighted))
            said = fit(said, min(width(said), room), ellipsis=self.glyphs.ellipsis)
            start = max(0, min(column - width(said) // 2, canvas.columns - width(said)))
            canvas.put(start, top + rows, said, "highlight")

    def _dots_of(
        self, axes: Sequence[PlotAxis], columns: Sequence[int], some: Sequence[int], wide: int, rows: int
    ) -> Dots:
        across, down = self.grain.across, self.grain.down
        high = rows * down
        table = np.array([[axis.places[row] for axis in axes] for row in some])
        lows = np.array([axis.span.low for axis in axes])
        halves = np.array([axis.span.half for axis in axes])
        y = (1 - (table / 2 - lows / 2) / halves) * (high - 1) + 0.5
        x = np.tile(np.array([column * across + across / 2 - 0.5 for column in columns]), (len(some), 1))
        there = np.isfinite(y)
        joined = np.zeros(y.shape, dtype=np.bool_)
        joined[:, :-1] = there[:, :-1] & there[:, 1:]
        kept = there.ravel()
        # A point that is left out ends the line of the point before it.
        return line_dots(x.ravel()[kept], y.ravel()[kept], joined.ravel()[kept], wide * across, high)
