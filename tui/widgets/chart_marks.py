"""Charts of single values: bars, one value against another, parallel coordinates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.quantities import number
from tui.domain.series.scales import PlotAxis, Tick
from tui.domain.text import clean, fit, named, width
from tui.widgets.chart import Canvas, Chart, Dots, Frame, draw_axes, framed, line_dots, ticks_across, ticks_down

_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST_NAME = 24  # cells


@dataclass(frozen=True)
class Bar:
    """One value: its letter, what it is of, and whether it stands out."""

    letter: str
    name: str
    value: float
    highlighted: bool = False


class BarPlot(Chart):
    """Bars of one metric, in the order of the legend; where they do not all fit the highlighted one is in sight."""

    def __init__(self, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(glyphs=glyphs)
        self.bars: tuple[Bar, ...] = ()
        self.on_log_scale = False

    def show(self, bars: Sequence[Bar], *, log: bool) -> None:
        if (tuple(bars), log) != (self.bars, self.on_log_scale):
            self.bars, self.on_log_scale = tuple(bars), log
            self.changed()

    def draw_on(self, canvas: Canvas) -> None:
        here = next((at for at, bar in enumerate(self.bars) if bar.highlighted), 0)
        room = canvas.rows if len(self.bars) <= canvas.rows else max(1, canvas.rows - 1)
        first = max(0, min(here - room // 2, len(self.bars) - room))
        shown = self.bars[first : first + room]
        texts = [number(bar.value) for bar in shown]
        names = [fit(bar.name, min(_MOST_NAME, width(bar.name)), ellipsis=self.glyphs.ellipsis) for bar in shown]
        label = min(max((width(name) for name in names), default=0), canvas.columns // 3)
        start = label + 3
        wide = canvas.columns - start - max((width(text) for text in texts), default=0) - 2
        for row, (bar, name, text) in enumerate(zip(shown, names, texts, strict=True)):
            tone = "highlight" if bar.highlighted or len(self.bars) == 1 else "line"
            canvas.put(0, row, bar.letter, tone)
            canvas.put(2, row, fit(name, label, ellipsis=self.glyphs.ellipsis), "label")
            end = start
            if wide > 2 and math.isfinite(bar.value):
                end = self._put_bar(canvas, row, start, wide, bar.value, tone)
            canvas.put(end + 1, row, text, tone if math.isfinite(bar.value) else "odd")
        if len(shown) < len(self.bars):
            more = f"{first + 1} to {first + len(shown)} of {len(self.bars)}"
            canvas.put(2, canvas.rows - 1, more, "label")

    def _put_bar(self, canvas: Canvas, row: int, start: int, wide: int, value: float, tone: str) -> int:
        """Draw a bar from zero, or from the decade below the least on a log scale; answers where it ends."""
        low, high = self._span()
        at = math.log10(value) if self._is_log else value
        zero = 0.0 if not self._is_log else low
        left, right = sorted(((zero - low) / (high - low) * wide, (at - low) / (high - low) * wide))
        whole, rest = divmod(right - left, 1)
        if self.plain:
            body = "#" * max(1, round(right - left))
        else:
            body = ("█" * int(whole) + _EIGHTHS[int(rest * 8)].strip()) or _EIGHTHS[1]
        canvas.put(start + int(left), row, body, tone)
        return start + max(int(left) + len(body), int(right))

    @property
    def _is_log(self) -> bool:
        return self.on_log_scale and all(bar.value > 0 for bar in self.bars if math.isfinite(bar.value))

    def _span(self) -> tuple[float, float]:
        values = [bar.value for bar in self.bars if math.isfinite(bar.value)]
        if self._is_log:
            low = math.floor(math.log10(min(values))) - 1.0
            return low, max(math.log10(max(values)), low + 1)
        low, high = min(0.0, *values), max(0.0, *values)
        return (low, high) if high > low else (low, low + 1)


# One value against another, a point for each run.


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


# Parallel coordinates: an axis for each param and the metric, a line across them for each run.


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
