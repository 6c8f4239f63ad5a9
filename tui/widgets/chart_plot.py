"""Curves on common scales, and their legend: one stands out, the others are told apart by letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timezone, tzinfo
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.series import scales
from tui.domain.series.curve import Axis, Curve, decimate
from tui.domain.series.scales import AxisRange, Tick, span_of
from tui.domain.text import fit, width
from tui.widgets.chart import Canvas, Chart, Dots, Frame, draw_axes, framed, line_dots, ticks_across, ticks_down

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
Kept = TypeVar("Kept")
_PADDING = 0.04
_KEPT_LAYERS = 200  # 50 curves in four looks
_KEPT_POINTS = 3_000_000  # of lines: 24 bytes each


@dataclass(frozen=True)
class PlotSeries:
    """One curve of a plot: a stable key, its letter, its points."""

    key: str
    letter: str
    curve: Curve


@dataclass(frozen=True)
class ChartView:
    """How curves are looked at; what several charts of one screen share."""

    axis: Axis = Axis.STEP
    log: bool = False
    weight: float = 0.0
    window: AxisRange | None = None  # of x; None shows everything
    cursor: float | None = None  # a value of x
    zone: tzinfo = timezone.utc

    def of(self, window: AxisRange) -> ChartView:
        """The same of a window."""
        return replace(self, window=window)


@dataclass(frozen=True)
class _Line:
    """What of a curve can be drawn in a view: x, y (their logarithms on a log scale), and where the line is broken."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    gaps: NDArray[np.int64]

    @property
    def held(self) -> int:
        """How many points stay in memory for it: a part of smoothed values holds all of them."""
        whole = self.y.base
        return max(len(self.y), whole.size if isinstance(whole, np.ndarray) else 0)


class LinePlot(Chart):
    """Curves of one metric, or of several on a common scale. Give it series and a view by ``show``.

    Drawing goes by what is on the screen: a curve is decimated to the columns once for each size and window, and kept.
    """

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self.series: tuple[PlotSeries, ...] = ()
        self.view = ChartView()
        self.highlighted: str | None = None
        self.layers_drawn = 0
        self._frame: Frame | None = None
        self._layers: dict[tuple[object, ...], Dots] = {}
        self._lines_kept: dict[tuple[object, ...], _Line] = {}

    def show(self, series: Sequence[PlotSeries], view: ChartView, highlighted: str | None = None) -> None:
        """Show these curves in this view; only what differs from before is drawn again."""
        same = tuple(series) == self.series and highlighted == self.highlighted
        only_cursor = same and replace(self.view, cursor=None) == replace(view, cursor=None)
        before = self.cursor_cell()
        self.series, self.view, self.highlighted = tuple(series), view, highlighted
        if only_cursor:
            after = self.cursor_cell()
        else:
            self.changed()
            after = self.cursor_cell() if self.frame is not None else None
        if after != before:
            self.cursor_moved(before)

    # what can be read off

    def bounds(self) -> AxisRange | None:
        """From the first to the last point of all curves; None where there is none."""
        extents = [extent for one in self.series if (extent := one.curve.extent) is not None]
        if not extents:
            return None
        return span_of(min(low for low, _ in extents), max(high for _, high in extents))

    @property
    def frame(self) -> Frame | None:
        """Where the curves are drawn; None before the first drawing, and where there is nothing to draw."""
        if self._strips is None and self.is_attached and self.size.width:
            self._lines()
        return self._frame if not self._words else None

    def cursor_cell(self) -> int | None:
        frame, cursor = self._frame, self.view.cursor
        if frame is None or cursor is None or not frame.x.low <= cursor <= frame.x.high:
            return None
        return frame.column(cursor)

    def cursor_on(self, y: int) -> bool:
        return self._frame is not None and y < self._frame.top + self._frame.rows

    # drawing

    def draw_on(self, canvas: Canvas) -> None:
        bounds = self.bounds()
        if bounds is None:
            self._frame = None
            return
        view = self.view
        window = view.window or bounds
        lines = {one.key: self._line(one, window) for one in self.series}
        y = self._y_span(lines.values())
        rows = max(1, canvas.rows - 2)
        y_ticks: list[Tick] = []
        if y is not None:
            y_ticks = (scales.power_ticks if view.log else scales.number_ticks)(y, ticks_down(rows))
        frame = self._frame = framed(canvas, window, y or AxisRange(0, 1), y_ticks)
        draw_axes(canvas, frame, self._x_ticks(frame), y_ticks, plain=self.plain)
        if y is not None:
            canvas.put_layers(frame.left, frame.top, self._all_layers(lines, frame))
            self._put_single_points(canvas, lines, frame)
        self._put_odd(canvas, frame)
        if y is not None and len(self.series) > 1:
            self._put_letters(canvas, lines, frame)

    def _x_ticks(self, frame: Frame) -> list[Tick]:
        most = ticks_across(frame.columns)
        if self.view.axis is Axis.STEP:
            fractional = any(one.curve.history.steps.typecode == "d" for one in self.series)
            return scales.step_ticks(frame.x, most, fractional=fractional)
        if self.view.axis is Axis.RELATIVE:
            return scales.duration_ticks(frame.x, most)
        return scales.clock_ticks(frame.x, most, self.view.zone)

    def _line(self, one: PlotSeries, window: AxisRange, weight: float | None = None) -> _Line:
        weight = self.view.weight if weight is None else weight
        key = (one.curve.serial, window, weight, self.view.log)
        kept = self._lines_kept.get(key)
        if kept is None:
            curve = one.curve
            part = curve.within(window.low, window.high)
            # A point more at each side, so that the line runs to the edges.
            part = slice(max(0, part.start - 1), min(len(curve.x), part.stop + 1))
            x, y, gaps = curve.x[part], curve.values(weight)[part], curve.gaps[part]
            if self.view.log:
                above = y > 0
                # What a log scale cannot show breaks the line as well.
                x, y, gaps = x[above], np.log10(y[above]), (gaps + np.cumsum(~above))[above]
            kept = self._lines_kept[key] = _Line(x, y, gaps)
            _forget_oldest(self._lines_kept)
            while len(self._lines_kept) > 1 and self.points_held > _KEPT_POINTS:
                del self._lines_kept[next(iter(self._lines_kept))]
        return kept

    @property
    def points_held(self) -> int:
        """How many points the lines hold that are kept for the next drawing."""
        return sum(line.held for line in self._lines_kept.values())

    def _y_span(self, lines: Iterable[_Line]) -> AxisRange | None:
        extents = [(float(line.y.min()), float(line.y.max())) for line in lines if len(line.y)]
        if not extents:
            return None
        low, high = min(low for low, _ in extents), max(high for _, high in extents)
        return span_of(low, high).padded(_PADDING)

    def _all_layers(self, lines: dict[str, _Line], frame: Frame) -> list[tuple[Dots, str]]:
        layers = []
        for one in self.series:
            chosen = one.key == self.highlighted or len(self.series) == 1
            if chosen and self.view.weight > 0:
                layers.append((self._layer(one, self._line(one, frame.x, 0.0), frame, raw=True), "raw"))
            layers.append((self._layer(one, lines[one.key], frame), "highlight" if chosen else "line"))
        return layers

    def _layer(self, one: PlotSeries, line: _Line, frame: Frame, *, raw: bool = False) -> Dots:
        view = self.view
        key = (one.curve.serial, frame, view.log, 0.0 if raw else view.weight, self.plain)
        dots = self._layers.get(key)
        if dots is None:
            dots = self._layers[key] = self._drawn(line, frame)
            self.layers_drawn += 1
            _forget_oldest(self._layers)
        return dots

    def _drawn(self, line: _Line, frame: Frame) -> Dots:
        wide, high = frame.columns * self.grain.across, frame.rows * self.grain.down
        if not len(line.x):
            return np.zeros((high, wide), dtype=np.bool_)
        kept = decimate(line.x, line.y, 4 * wide, (float(line.x[0]), float(line.x[-1])))
        x, y, gaps = line.x[kept], line.y[kept], line.gaps[kept]
        across = (x / 2 - frame.x.low / 2) / frame.x.half * (wide - 1) + 0.5
        down = (1 - (y / 2 - frame.y.low / 2) / frame.y.half) * (high - 1) + 0.5
        inside = (across >= 0) & (across < wide)
        joined = np.zeros(len(x), dtype=np.bool_)
        joined[:-1] = gaps[1:] == gaps[:-1]
        return _clipped(across, down, joined, inside, wide, high)

    def _put_single_points(self, canvas: Canvas, lines: dict[str, _Line], frame: Frame) -> None:
        """A curve of one point in view would be one dot, which nobody finds."""
        sign = "*" if self.plain else "●"
        for one in self.series:
            line = lines[one.key]
            seen = (line.x >= frame.x.low) & (line.x <= frame.x.high)
            if int(seen.sum()) == 1:
                at = int(np.flatnonzero(seen)[0])
                chosen = one.key == self.highlighted or len(self.series) == 1
                tone = "highlight" if chosen else "line"
                canvas.put(frame.column(float(line.x[at])), frame.row(float(line.y[at])), sign, tone)

    def _put_odd(self, canvas: Canvas, frame: Frame) -> None:
        """Signs at the edges where points are NaN or infinite, those of the highlighted curve in its own colour."""
        nan, above, below = "x^v" if self.plain else "×▲▼"
        bottom, top = frame.top + frame.rows - 1, frame.top
        ordered = sorted(self.series, key=lambda one: one.key == self.highlighted)
        for one in ordered:
            x, values = one.curve.odd_x, one.curve.odd_y
            seen = (x >= frame.x.low) & (x <= frame.x.high)
            columns = np.round(
                frame.left + (x[seen] / 2 - frame.x.low / 2) / frame.x.half * (frame.columns - 1)
            ).astype(int)
            for sign, row, which in (
                (nan, bottom, np.isnan(values[seen])),
                (below, bottom, np.isneginf(values[seen])),
                (above, top, np.isposinf(values[seen])),
            ):
                for column in np.unique(columns[which]).tolist():
                    canvas.put(column, row, sign, "odd")

    def _put_letters(self, canvas: Canvas, lines: dict[str, _Line], frame: Frame) -> None:
        """Each curve's letter after its last point, as near to it as there is room; the highlighted one's first."""
        ordered = sorted(self.series, key=lambda one: one.key != self.highlighted)
        for one in ordered:
            line = lines[one.key]
            seen = np.flatnonzero(line.x <= frame.x.high)
            if not len(seen):
                continue
            at = int(seen[-1])
            column = min(frame.column(float(line.x[at])) + 1, canvas.columns - 1)
            row = max(frame.top, min(frame.row(float(line.y[at])), frame.top + frame.rows - 1))
            tone = "highlight" if one.key == self.highlighted else "label"
            for away in (0, 1, -1, 2, -2, 3, -3):
                if frame.top <= row + away < frame.top + frame.rows and canvas.is_free(column, row + away):
                    canvas.put(column, row + away, one.letter, tone)
                    break


def _clipped(
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    joined: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    wide: int,
    high: int,
) -> Dots:
    """The line cut at the left and right edge, where one point more at each side says how it runs on."""
    across, down, joined = across.copy(), down.copy(), joined.copy()
    for at, edge in ((0, 0.0), (len(across) - 1, wide - 1e-6)):
        if inside[at]:
            continue
        near = at + 1 if at == 0 else at - 1
        link = at if at == 0 else near
        if 0 <= near < len(across) and inside[near] and joined[link]:
            share = (edge - across[near]) / (across[at] - across[near])
            down[at] = down[near] + (down[at] - down[near]) * share
            across[at] = edge
            inside = inside.copy()
            inside[at] = True
    # A line that only passes over the window has both its points outside, and is cut at both edges.
    if len(across) == 2 and not inside.any() and joined[0] and across[0] < 0 and across[1] >= wide:
        slope = (down[1] - down[0]) / (across[1] - across[0])
        down = np.array([down[0] - slope * across[0], down[0] + slope * (wide - 1e-6 - across[0])])
        across = np.array([0.0, wide - 1e-6])
        inside = np.array([True, True])
    kept = np.flatnonzero(inside)
    if not len(kept):
        return np.zeros((high, wide), dtype=np.bool_)
    whole = slice(int(kept[0]), int(kept[-1]) + 1)
    return line_dots(across[whole], down[whole], joined[whole], wide, high)


def _forget_oldest(kept: dict[tuple[object, ...], Kept]) -> None:
    while len(kept) > _KEPT_LAYERS:
        del kept[next(iter(kept))]


# The legend of a chart: a line for each curve, its letter and what is read off it; one line stands out.


_LEAST_NAME = 8
_GAP = 2


@dataclass(frozen=True)
class LegendRow:
    """One curve: a stable key, its letter, its name (cleaned), the texts of the columns, whether it is hidden."""

    key: str
    letter: str
    name: str
    texts: tuple[str, ...] = ()
    hidden: bool = False


class Legend(Chart, can_focus=False):
    """Lines of letter, name and right-aligned columns; the highlighted one is kept in view."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self.title = ""
        self.headings: tuple[str, ...] = ()
        self.rows: tuple[LegendRow, ...] = ()
        self.highlighted: str | None = None
        self._top = 0

    def show(
        self, title: str, headings: Sequence[str], rows: Sequence[LegendRow], highlighted: str | None = None
    ) -> None:
        """Show these lines under a heading; columns that do not fit are left out, the last ones first."""
        before = (self.title, self.headings, self.rows, self.highlighted)
        self.title, self.headings, self.rows, self.highlighted = title, tuple(headings), tuple(rows), highlighted
        if before != (self.title, self.headings, self.rows, self.highlighted):
            self.changed()

    def draw_on(self, canvas: Canvas) -> None:
        body = canvas.rows - 1
        place = next((at for at, row in enumerate(self.rows) if row.key == self.highlighted), 0)
        self._top = max(0, min(self._top, len(self.rows) - body, place), place - body + 1)
        columns = self._columns(canvas.columns)
        name_cells = canvas.columns - 4 - sum(cells + _GAP for cells in columns) - 1
        more = len(self.rows) - self._top - body
        title = self.title if more <= 0 and not self._top else f"{self.title} ({len(self.rows)})"
        canvas.put(4, 0, fit(title, max(0, name_cells), ellipsis=self.glyphs.ellipsis), "label")
        self._put_columns(canvas, 0, self.headings, columns, 4 + name_cells, "label")
        for line, row in enumerate(self.rows[self._top : self._top + body], 1):
            chosen = row.key == self.highlighted
            tone = "highlight" if chosen else "label" if row.hidden else "title"
            if chosen:
                canvas.put(0, line, self.glyphs.cursor, "highlight")
            canvas.put(2, line, "-" if row.hidden else row.letter, "highlight" if chosen else "label")
            canvas.put(4, line, fit(row.name, max(0, name_cells), ellipsis=self.glyphs.ellipsis), tone)
            self._put_columns(canvas, line, row.texts, columns, 4 + name_cells, tone)

    def _columns(self, cells: int) -> list[int]:
        """The widths of the columns that fit beside a name of the least width."""
        widths = [
            max([width(heading), *(width(row.texts[at]) for row in self.rows if at < len(row.texts))])
            for at, heading in enumerate(self.headings)
        ]
        longest = max((width(row.name) for row in self.rows), default=0)
        room = cells - 5 - max(_LEAST_NAME, min(longest, cells // 3))
        shown: list[int] = []
        for wide in widths:
            room -= wide + _GAP
            if room < 0:
                break
            shown.append(wide)
        return shown

    def _put_columns(
        self, canvas: Canvas, line: int, texts: Sequence[str], columns: Sequence[int], start: int, tone: str
    ) -> None:
        for cells, text in zip(columns, texts, strict=False):
            start += _GAP
            canvas.put(start, line, fit(text, cells, "right"), tone)
            start += cells
