"""What the curves screen shows, without a widget: histories as they come, which stands out, how they are looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Any

from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.series.curve import Axis, Curve, CurvePoint, stepped
from tui.domain.series.history import MOST_POINTS, MetricHistory, refined
from tui.domain.series.scales import AxisRange, span_of
from tui.domain.text import named
from tui.domain.values import GOING_ON, RunReference
from tui.widgets.chart_plot import LETTERS, ChartView, PlotSeries

Ident = tuple[str, str]  # run id and metric
_ZOOM = 0.5
_PAN = 0.25
_MOST_PARKED = 2 * MOST_POINTS  # points of metrics that were turned away from
_LEAST_WINDOW = 1e-9  # of the whole, below which zooming in shows nothing new


@dataclass
class CurvesState:
    """Runs and metrics, their histories, and the view that all charts of the screen share.

    With ``together`` all curves are in one chart and each (run, metric) is a line of the legend; otherwise each metric
    has a chart, and each run is a line of the legend with the same letter in all of them.
    """

    run_ids: tuple[str, ...]
    keys: tuple[str, ...]
    glyphs: Glyphs
    zone: tzinfo
    runs: dict[str, RunReference] = field(default_factory=dict)
    histories: dict[Ident, MetricHistory] = field(default_factory=dict)
    edges: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of a mean, by its id: those of its spread
    problems: dict[str, Problem] = field(default_factory=dict)  # by metric
    view: ChartView = field(default_factory=ChartView)
    looks: dict[str, tuple[bool, float]] = field(default_factory=dict)  # log and smoothing, by chart
    together: bool = False
    place: int = 0  # of the line of the legend that stands out
    alone: bool = False  # only that one is drawn
    hidden: set[str] = field(default_factory=set)
    finer: dict[Ident, tuple[MetricHistory, tuple[float, float]]] = field(default_factory=dict)  # of the present window
    _curves: dict[Ident, Curve] = field(default_factory=dict)
    _parked: dict[Ident, MetricHistory] = field(default_factory=dict)  # of metrics that are not shown, oldest first

    def __post_init__(self) -> None:
        self.view = replace(self.view, zone=self.zone)

    # how they are looked at, as it is kept from chart to chart

    @property
    def look(self) -> dict[str, Any]:
        """What is not as it is at first: the axis, the smoothing, the scale."""
        view = self.view
        said = {"axis": view.axis.value, "weight": view.weight, "log": view.log}
        return {name: value for name, value in said.items() if value and value != Axis.STEP.value}

    def take_look(self, look: Mapping[str, Any]) -> None:
        """Look at them as ``look`` says; what does not fit is left out."""
        axis = next((one for one in Axis if one.value == look.get("axis")), Axis.STEP)
        said = look.get("weight")
        weight = float(said) if isinstance(said, (int, float)) and 0 <= said < 1 else 0.0
        self.view = replace(self.view, axis=axis, weight=weight, log=look.get("log") is True)

    # histories

    def put(self, history: MetricHistory) -> None:
        """Take in a history, in place of an older one of the same run and metric."""
        ident = history.run_id, history.key
        kept = self.histories.get(ident)
        if kept is None or not kept.same_as(history):
            self.histories[ident] = history
            self._curves.pop(ident, None)
            if history.is_whole:
                self.finer.pop(ident, None)

    def turn_to(self, keys: tuple[str, ...]) -> None:
        """Show other metrics; what has come of the others is kept for turning back, as far as it is not too much."""
        self.coarsen()
        self._parked.update(self.histories)
        wanted = [(run_id, key) for key in keys for run_id in self.run_ids]
        self.histories = {ident: self._parked.pop(ident) for ident in wanted if ident in self._parked}
        points = sum(len(history) for history in self._parked.values())
        for ident in list(self._parked):
            if points <= _MOST_PARKED:
                break
            points -= len(self._parked.pop(ident))
        self._curves.clear()
        self.problems.clear()
        self.keys = keys
        self.alone = self.alone and not self.together
        if self.together:
            self.place = 0
            self.hidden.clear()

    def forget_others(self) -> None:
        """Forget what is kept of metrics that are not shown: it is to be read anew."""
        self._parked.clear()

    def refine(self, history: MetricHistory, steps: tuple[float, float]) -> None:
        """Take in finer points of what is zoomed into: those from the first to the last of ``steps``."""
        ident = history.run_id, history.key
        self.finer[ident] = history, steps
        self._curves.pop(ident, None)

    def coarsen(self) -> None:
        """Forget finer points: another part is looked at."""
        for ident in self.finer:
            self._curves.pop(ident, None)
        self.finer.clear()

    def steps_in_view(self, ident: Ident) -> tuple[float, float] | None:
        """The steps of what is zoomed into; None where a curve has nothing finer there than what has come."""
        window, history, curve = self.view.window, self.histories.get(ident), self.curve(*ident)
        if window is None or history is None or history.is_whole or curve is None:
            return None
        return curve.steps_within(window.low, window.high)

    def curve(self, run_id: str, key: str) -> Curve | None:
        """The curve of a run along the present axis; None while it has not come."""
        history = self.histories.get((run_id, key))
        if history is None:
            return None
        curve = self._curves.get((run_id, key))
        if curve is None or curve.axis is not self.view.axis:
            finer = self.finer.get((run_id, key))
            if finer is not None:
                history = refined(history, finer[0], *finer[1])
            curve = self._curves[run_id, key] = Curve(history, self.view.axis)
        return curve

    @property
    def running(self) -> tuple[str, ...]:
        """The runs that still record, as far as is known."""
        return tuple(run_id for run_id in self.run_ids if run_id in self.runs and self.runs[run_id].status in GOING_ON)

    # the legend

    def lines(self) -> list[tuple[str, tuple[Ident, ...]]]:
        """The lines of the legend: a key for each, and the curves that it stands for."""
        if self.together:
            return [
                (f"{heads[0]}/{key}", tuple((one, key) for one in heads)) for heads in self._heads for key in self.keys
            ]
        return [(heads[0], tuple((one, key) for key in self.keys for one in heads)) for heads in self._heads]

    @property
    def _heads(self) -> list[tuple[str, ...]]:
        """Each run or mean, with the edges of its spread."""
        edges = {edge for found in self.edges.values() for edge in found}
        return [(run_id, *self.edges.get(run_id, ())) for run_id in self.run_ids if run_id not in edges]

    @property
    def highlighted(self) -> str:
        lines = self.lines()
        return lines[min(self.place, len(lines) - 1)][0]

    def ident_here(self, chart_key: str) -> Ident:
        """The run and metric of the line that stands out, in a chart."""
        idents = self.lines()[min(self.place, len(self.lines()) - 1)][1]
        return next((ident for ident in idents if ident[1] == chart_key), idents[0])

    def walk(self, by: int) -> None:
        """Highlight the next or the previous line, round and round."""
        self.place = (self.place + by) % len(self.lines())

    def letter(self, number: int) -> str:
        return LETTERS[number] if number < len(LETTERS) else self.glyphs.bullet

    def run_name(self, run_id: str) -> str:
        known = self.runs.get(run_id)
        return named(known.name) if known is not None and known.name else run_id[:12]

    def series(self, chart_key: str) -> list[PlotSeries]:
        """The curves of one chart that are to be drawn: those that have come and are not hidden."""
        found = []
        for number, (line, idents) in enumerate(self.lines()):
            if line in self.hidden or (self.alone and line != self.highlighted):
                continue
            for run_id, key in idents:
                if not self.together and key != chart_key:
                    continue
                curve = self.curve(run_id, key)
                if curve is not None and len(curve):
                    found.append(PlotSeries(line, self.letter(number), curve))
        return found

    def reading(self, curve: Curve) -> CurvePoint | None:
        """What a curve says at the cursor, or at its last point where there is none."""
        weight = self.view_of(curve.history.key).weight
        if self.view.cursor is None:
            return curve.at(math.inf, weight)
        extent = curve.extent
        if extent is None or not extent[0] <= self.view.cursor <= extent[1]:
            return None
        return curve.at(self.view.cursor, weight)

    # the view

    def bounds(self) -> AxisRange | None:
        """From the first to the last point of everything that has come."""
        extents = [
            extent
            for run_id, key in self.histories
            if (curve := self.curve(run_id, key)) is not None and (extent := curve.extent) is not None
        ]
        if not extents:
            return None
        return span_of(min(low for low, _ in extents), max(high for _, high in extents))

    def view_of(self, chart_key: str) -> ChartView:
        """The view of a chart: what all share, with its own scale and smoothing."""
        log, weight = self.looks.get(self._look(chart_key), (False, 0.0))
        return replace(self.view, log=log, weight=weight)

    def _look(self, chart_key: str) -> str:
        return "" if self.together and len(self.keys) > 1 else chart_key

    def toggle_log(self, chart_key: str) -> None:
        view = self.view_of(chart_key)
        self.looks[self._look(chart_key)] = (not view.log, view.weight)

    def smooth(self, by: int, chart_key: str) -> None:
        view = self.view_of(chart_key)
        self.looks[self._look(chart_key)] = (view.log, stepped(view.weight, by))

    def single_values(self, chart_key: str) -> bool:
        """Whether a chart has one value for each run, which bars show better than points."""
        found = [h for (_, key), h in self.histories.items() if key == chart_key and len(h)]
        apart = not (self.edges or (self.together and len(self.keys) > 1))
        return apart and len(self.run_ids) > 1 and bool(found) and all(len(h) == 1 and h.is_whole for h in found)

    def next_axis(self) -> None:
        """Go along the next kind of axis; places on the old one mean nothing there."""
        self.view = replace(self.view, axis=self.view.axis.following(), window=None, cursor=None)

    def zoom(self, by: int) -> None:
        """Half (``by`` 1) or twice as much of the axis, around the cursor or the middle; 0 shows everything."""
        bounds = self.bounds()
        if bounds is None or by == 0:
            self.view = replace(self.view, window=None)
            return
        window = self.view.window or bounds
        cursor = self.view.cursor
        around = cursor if cursor is not None and window.low <= cursor <= window.high else window.value(0.5)
        zoomed = window.zoomed(_ZOOM if by > 0 else 1 / _ZOOM, around, bounds)
        if by > 0 and zoomed.half < bounds.half * _LEAST_WINDOW:
            return
        self.view = replace(self.view, window=None if zoomed == bounds else zoomed)

    def pan(self, by: int) -> None:
        bounds, window = self.bounds(), self.view.window
        if bounds is not None and window is not None:
            self.view = replace(self.view, window=window.moved(by * _PAN, bounds))

    def move_cursor(self, cells: int, columns: int, chart_key: str) -> None:
        """Move the cursor by cells of a chart so many columns wide, further where no point lies in between."""
        bounds = self.bounds()
        if bounds is None:
            return
        window = self.view.window or bounds
        cursor = self.view.cursor
        if cursor is None or not window.low <= cursor <= window.high:
            self.view = replace(self.view, cursor=window.high if cells < 0 else window.low)
            return
        target = cursor + 2 * window.half * cells / max(1, columns - 1)
        curve = self.curve(*self.ident_here(chart_key))
        beside = curve.beside(cursor, 1 if cells > 0 else -1) if curve is not None else None
        if beside is not None:
            target = max(target, beside) if cells > 0 else min(target, beside)
        target = max(window.low, min(window.high, target))
        self.view = replace(self.view, cursor=target)

    def put_cursor(self, end: int) -> None:
        """Put the cursor at the first (-1) or last (1) place in view; 0 takes it away."""
        bounds = self.bounds()
        window = self.view.window or bounds
        if window is None or end == 0:
            self.view = replace(self.view, cursor=None)
        else:
            self.view = replace(self.view, cursor=window.high if end > 0 else window.low)
