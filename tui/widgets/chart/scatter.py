"""One value against another, a point for each run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.series.scales import PlotAxis, Tick
from tui.domain.text import clean, fit, named, width
from tui.widgets.chart.base import Chart, Frame, draw_axes, framed, ticks_across, ticks_down
from tui.widgets.chart.canvas import Canvas

_PADDING = 0.05


class ScatterPlot(Chart):
    """Points at ``x.places``, ``y.places`` (one for each run, in one order); one of them stands out.

    Feed it by ``show``; ``best`` are rows that are drawn as good ones. Rows that have no place on either axis are left
    out, and counted in ``left_out``.
    """

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._x: PlotAxis | None = None
        self._y: PlotAxis | None = None
        self._best: frozenset[int] = frozenset()
        self._highlighted: int | None = None

    def show(
        self, x: PlotAxis, y: PlotAxis, *, highlighted: int | None = None, best: frozenset[int] = frozenset()
    ) -> None:
        """Show these points."""
        self._x, self._y, self._highlighted, self._best = x, y, highlighted, best
        self.words = "" if self.drawn_rows() else "No run has a number or word on both axes."
        self.changed()

    def drawn_rows(self) -> list[int]:
        """The rows that have a place on both axes."""
        if self._x is None or self._y is None:
            return []
        pairs = zip(self._x.places, self._y.places, strict=True)
        return [row for row, (x, y) in enumerate(pairs) if math.isfinite(x) and math.isfinite(y)]

    @property
    def left_out(self) -> int:
        return (len(self._x.places) if self._x is not None else 0) - len(self.drawn_rows())

    def draw_on(self, canvas: Canvas) -> None:
        x, y = self._x, self._y
        if x is None or y is None:
            return
        x_span, y_span = x.span.padded(_PADDING), y.span.padded(_PADDING)
        y_ticks = self._cut(y.ticks(ticks_down(canvas.rows)), 14)
        frame = framed(canvas, x_span, y_span, y_ticks)
        frame = Frame(frame.left, 1, frame.columns, max(1, frame.rows - 1), x_span, y_span)
        x_ticks = self._cut(x.ticks(ticks_across(frame.columns)), 12)
        draw_axes(canvas, frame, x_ticks, y_ticks, plain=self.plain)
        said_y, said_x = named(y.name), named(x.name)
        canvas.put(0, 0, fit(said_y, min(width(said_y), canvas.columns // 2), ellipsis=self.glyphs.ellipsis), "label")
        room = canvas.columns // 2
        said_x = fit(said_x, min(width(said_x), room), ellipsis=self.glyphs.ellipsis)
        canvas.put(canvas.columns - width(said_x), frame.top + frame.rows - 1, said_x, "label")
        signs = dict(zip(("line", "good", "highlight"), "oO@" if self.plain else "○●◉", strict=True))
        rows = np.array(sorted(self.drawn_rows(), key=lambda row: (row == self._highlighted, row in self._best)))
        for row in rows.tolist():
            tone = "highlight" if row == self._highlighted else "good" if row in self._best else "line"
            canvas.put(frame.column(x.places[row]), frame.row(y.places[row]), signs[tone], tone)

    def _cut(self, ticks: Sequence[Tick], cells: int) -> list[Tick]:
        """Ticks whose texts, which may be params, are clean and not too long."""
        texts = [clean(tick.text) for tick in ticks]
        return [
            Tick(tick.at, fit(text, min(width(text), cells), ellipsis=self.glyphs.ellipsis))
            for tick, text in zip(ticks, texts, strict=True)
        ]
