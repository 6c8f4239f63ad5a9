"""One chart of the curves screen: a frame with the metric's name and counts, and the plot in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui.app.actions import key_of, with_keys
from tui.domain import quantities
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.quantities import count
from tui.domain.series import scales
from tui.domain.series.curve import Axis, Curve
from tui.domain.series.history import MOST_POINTS, MetricHistory
from tui.domain.series.scales import DrawnCurve, chart_svg
from tui.domain.text import clean, named
from tui.features.curves.state import CurvesState, Ident
from tui.ui.list_parts import Filtered
from tui.widgets.chart_marks import Bar, BarPlot
from tui.widgets.chart_plot import LegendRow, LinePlot
from tui.widgets.pane import Pane

# What is said of curves: the legend, the counts beside a chart's name, the points in view as CSV.


_EXACT_STEPS = 2**53  # from which a float does not tell every whole number from the next
_YEAR_MS = 365 * 86_400_000


def legend(state: CurvesState, chart_key: str) -> tuple[str, tuple[str, ...], list[LegendRow]]:
    """The title, the headings and the lines of the legend, read off at the cursor or at the ends."""
    cursor = state.view.cursor
    title = "run" if not state.together else "curve"
    headings = (place_text(state, cursor) if cursor is not None else "last", "min", "max", "odd")
    table: list[tuple[str, str, tuple[float | None, float | None, float | None], str]] = []
    for line, idents in state.lines():
        run_id, key = next((ident for ident in idents if ident[1] == chart_key), idents[0])
        name = state.run_name(run_id)
        if state.together and len(state.keys) > 1:
            name = named(key) if len(state.run_ids) == 1 else f"{named(key)} {state.glyphs.bullet} {name}"
        history = state.histories.get((run_id, key))
        numbers, odd = _numbers(state, state.curve(run_id, key)), ""
        if history is not None:
            odd = _odd_words(state, history) if len(history) else "no points"
        elif key in state.problems:
            odd = "failed"
        table.append((line, name, numbers, odd))
    columns = [
        quantities.column([row[2][at] for row in table], state.glyphs.absent, _infinity(state)) for at in range(3)
    ]
    rows = [
        LegendRow(
            line,
            state.letter(number),
            name,
            (columns[0][number], columns[1][number], columns[2][number], odd),
            line in state.hidden,
        )
        for number, (line, name, _, odd) in enumerate(table)
    ]
    return title, headings if any(row[3] for row in table) else headings[:3], rows


def _infinity(state: CurvesState) -> str:
    return "inf" if state.glyphs == ASCII else quantities.INFINITY


def _odd_signs(state: CurvesState) -> tuple[str, str, str]:
    return "NaN", f"+{_infinity(state)}", f"-{_infinity(state)}"


def _odd_words(state: CurvesState, history: MetricHistory) -> str:
    parts = zip((history.nans, history.highs, history.lows), _odd_signs(state), strict=True)
    return " ".join(f"{quantities.count(number)} {sign}" for number, sign in parts if number)


def _numbers(state: CurvesState, curve: Curve | None) -> tuple[float | None, float | None, float | None]:
    if curve is None or not len(curve):
        return None, None, None
    reading = state.reading(curve)
    shown = None if reading is None else reading.value if reading.smooth is None else reading.smooth
    values = curve.values(state.view_of(curve.history.key).weight)
    if state.view.window is not None:
        values = values[curve.within(state.view.window.low, state.view.window.high)]
    if not len(values):
        return shown, None, None
    return shown, float(values.min()), float(values.max())


def place_text(state: CurvesState, x: float) -> str:
    """A place on the axis as it reads."""
    if state.view.axis is Axis.STEP:
        return f"step {_step_text(state, x)}"
    if state.view.axis is Axis.RELATIVE:
        return scales.short_duration(x)
    return quantities.stamp(round(x), state.zone)[5:]


def _step_text(state: CurvesState, x: float) -> str:
    """A step as it was logged where a point lies there, also where a float cannot tell it from its neighbours."""
    readings = [
        reading
        for run_id, key in state.histories
        if (curve := state.curve(run_id, key)) is not None and (reading := curve.at(x)) is not None
    ]
    nearest = min(readings, key=lambda reading: abs(reading.x - x), default=None)
    if nearest is not None and (nearest.x == x or abs(x) >= _EXACT_STEPS):
        return quantities.count(nearest.step) if isinstance(nearest.step, int) else f"{nearest.step:.12g}"
    fractional = any(history.steps.typecode == "d" for history in state.histories.values())
    return quantities.number(x) if fractional else quantities.count(round(x))


def crowded(state: CurvesState, chart_key: str) -> str:
    """What to press where all points of a chart lie at one place of the axis, or at times that were not meant."""
    axis = state.view.axis
    curves = [curve for one in state.series(chart_key) if len(curve := one.curve) > 1]
    if not curves:
        return ""
    extents = [extent for curve in curves if (extent := curve.extent) is not None]
    low, high = min(low for low, _ in extents), max(high for _, high in extents)
    if axis is Axis.STEP:
        return (
            f"Every point is at step {_step_text(state, low)}. {key_of('curves.x_axis')} goes along the time instead."
            if low == high
            else ""
        )
    other = key_of("curves.x_axis")
    if axis is Axis.CLOCK and 0 <= high < _YEAR_MS:
        meant = "The times of these points are in 1970 (seconds for milliseconds, perhaps)."
        return f"{meant} {other} goes along another axis."
    return f"Every point was logged at one time. {other} goes along another axis." if low == high else ""


def counts(state: CurvesState, chart_key: str, *, reading_finer: bool = False) -> list[str]:
    """What is said of a chart beside its name; ``reading_finer``: more points of what is in view are asked for."""
    found = [history for (_, key), history in state.histories.items() if state.together or key == chart_key]
    words = []
    if state.edges:
        drawn = sum(1 for history in found if history.run_id in state.edges and len(history))
        words.append(f"{drawn} mean{'' if drawn == 1 else 's'}, each ± one standard deviation")
    elif len(found) == 1:
        words.append(_in_view(state, found[0]))
        if reading_finer and not _is_whole_in_view(state, found[0]):
            words.append("reading finer ones")
    elif found:
        words.append(f"{len(found)} curves")
    sampled = sum(1 for history in found if not _is_whole_in_view(state, history))
    if sampled and len(found) > 1:
        words.append(f"{sampled} sampled")
    odd = [sum(getattr(h, name) for h in found) for name in ("nans", "highs", "lows")]
    words += [f"{quantities.count(n)} {word}" for n, word in zip(odd, _odd_signs(state), strict=True) if n]
    view = state.view_of(chart_key)
    if view.log:
        unseen = sum(_not_above_zero(state, h.run_id, h.key) for h in found)
        words.append("log" + (f", {quantities.count(unseen)} at or below 0 not shown" if unseen else ""))
    if view.weight:
        words.append(f"EMA {view.weight:g}")
    return words


def _in_view(state: CurvesState, history: MetricHistory) -> str:
    """How many points of the only curve are seen."""
    ident, window = (history.run_id, history.key), state.view.window
    finer, curve = state.finer.get(ident), state.curve(*ident)
    if finer is not None:
        return f"in view {_points_words(finer[0])}"
    if window is None or curve is None:
        return _points_words(history)
    seen = curve.within(window.low, window.high)
    return f"in view {quantities.count(seen.stop - seen.start)} of {_points_words(history)}"


def _is_whole_in_view(state: CurvesState, history: MetricHistory) -> bool:
    finer = state.finer.get((history.run_id, history.key))
    return history.is_whole or (finer is not None and finer[0].is_whole)


def _not_above_zero(state: CurvesState, run_id: str, key: str) -> int:
    curve = state.curve(run_id, key)
    return int((curve.y <= 0).sum()) if curve is not None else 0


def svg(state: CurvesState, chart_key: str) -> str:
    """One chart as it is looked at, as an SVG."""
    view, bounds = state.view_of(chart_key), state.view.window or state.bounds()
    curves = []
    for one in state.series(chart_key):
        curve = one.curve
        seen = curve.within(bounds.low, bounds.high) if bounds is not None else slice(None)
        run_id, key = curve.history.run_id, curve.history.key
        name = state.run_name(run_id) if not state.together else f"{named(key)} · {state.run_name(run_id)}"
        curves.append(DrawnCurve(name, curve.x[seen].tolist(), curve.values(view.weight)[seen].tolist()))
    ticks: list[scales.Tick] = []
    if bounds is not None:
        across = {
            Axis.STEP: lambda: scales.step_ticks(bounds, 8, fractional=False),
            Axis.RELATIVE: lambda: scales.duration_ticks(bounds, 8),
            Axis.CLOCK: lambda: scales.clock_ticks(bounds, 8, state.zone),
        }
        ticks = across[view.axis]()
    title = "all metrics" if state.together and len(state.keys) > 1 else chart_key
    said = [title, *(["log"] if view.log else []), *([f"EMA {view.weight:g}"] if view.weight else [])]
    return chart_svg(", ".join(said), curves, ticks, view.axis.value, log=view.log)


def csv(state: CurvesState, idents: Sequence[Ident]) -> str:
    """The points in view of these curves: run, metric, step, time in milliseconds, value."""
    lines = ["run,metric,step,timestamp_ms,value"]
    for run_id, key in idents:
        history, curve = state.histories.get((run_id, key)), state.curve(run_id, key)
        if history is None or curve is None:
            continue
        quoted = '"' + key.replace('"', '""') + '"' if set(key) & set('",\n') else key
        for x, step, time, value in curve.rows():
            if state.view.window is None or state.view.window.low <= x <= state.view.window.high:
                lines.append(f"{run_id},{quoted},{step},{time},{value!r}")
    return "\n".join(lines) + "\n"


def _points_words(history: MetricHistory) -> str:
    points = quantities.count(len(history))
    if history.is_whole:
        return f"{points} point{'s' if len(history) != 1 else ''}"
    if history.total is not None:
        kind = "extremes kept" if history.keeps_extremes else "sampled"
        return f"{points} of {quantities.count(history.total)} points, {kind}"
    return f"the first {points} points" if len(history) >= MOST_POINTS else f"{points} sampled points"


class ChartPane(Pane):
    """The chart of one metric, or of all of them together."""

    def __init__(self, number: int, key: str, glyphs: Glyphs) -> None:
        super().__init__(id=f"chart-{number}")
        self.key = key
        self.plot = LinePlot(glyphs=glyphs)
        self.bars = BarPlot(glyphs=glyphs)
        self.bars.display = False

    def body(self) -> ComposeResult:
        yield self.plot
        yield self.bars

    def keys_target(self) -> Widget:
        return self.bars if self.bars.display else self.plot

    def show(self, state: CurvesState, *, busy: bool, reading_finer: bool) -> None:
        """Draw what the state says now, and what is under way: points at all, or more of what is in view."""
        series = state.series(self.key)
        problem = state.problems.get(self.key)
        name = "all metrics" if state.together and len(state.keys) > 1 else named(self.key)
        self.set_title(name, *counts(state, self.key, reading_finer=reading_finer))
        singles = state.single_values(self.key)
        self.set_subtitle("one value each" if singles else state.view.axis.value)
        if singles != self.bars.display:
            had = self.plot.has_focus or self.bars.has_focus
            self.bars.display, self.plot.display = singles, not singles
            if had:
                self.keys_target().focus()
        if problem is not None:
            self.notice.problem(problem)
        elif advice := crowded(state, self.key):
            self.notice.tell_warning(advice)
        else:
            self.notice.clear()
        self.plot.words = "" if series else self._words(state, busy=busy, failed=problem is not None)
        window, bounds = state.view.window, state.bounds()
        self.plot.set_class(problem is not None, "stale")
        view = state.view_of(self.key)
        if window is None and bounds is not None:
            view = view.of(bounds)
        self.plot.show(series, view, state.highlighted)
        if singles:
            self.bars.show(
                [
                    Bar(
                        one.letter,
                        state.run_name(one.curve.history.run_id),
                        float(one.curve.history.values[0]),
                        one.key == state.highlighted,
                    )
                    for one in series
                ],
                log=view.log,
            )

    def _words(self, state: CurvesState, *, busy: bool, failed: bool) -> str:
        name = named(self.key)
        if failed:
            again = with_keys("{app.refresh} tries again · {app.requests} shows the requests")
            return f"Nothing could be read of {name}.\n{again}"
        keys = state.keys if state.together else (self.key,)
        come = [h for (_, key), h in state.histories.items() if key in keys]
        if any(len(history) for history in come):
            return "Every curve that there is has been hidden.\nspace shows the highlighted one again"
        if busy or not come:
            return f"Reading {name} …"
        if len(state.run_ids) == 1:
            return f"This run has recorded no {name}."
        return f"None of these {len(state.run_ids)} runs has recorded {name}.\nesc goes back"


class MetricPages:
    """The metrics of a curves screen, each once, so many to a page."""

    def __init__(self, keys: Sequence[str], of_each: int) -> None:
        self._every = self._keys = tuple(dict.fromkeys(keys))
        self.words_sought = ""
        self._of_each = of_each
        self._page = 0

    def sift(self, words: str) -> bool:
        """Keep the metrics whose names have these words; False, and nothing changed, where none has."""
        sought = words.lower().split()
        kept = tuple(key for key in self._every if all(word in key.lower() for word in sought))
        if not kept:
            return False
        self._keys, self._page, self.words_sought = kept, 0, words.strip()
        return True

    @property
    def several(self) -> bool:
        return len(self._keys) > self._of_each

    @property
    def shown(self) -> tuple[str, ...]:
        """The metrics of the present page."""
        return self._keys[self._first : self._first + self._of_each]

    @property
    def _first(self) -> int:
        return self._page * self._of_each

    def leads(self, by: int) -> bool:
        """Whether there is a page so many pages further on."""
        return 0 <= (self._page + by) * self._of_each < len(self._keys) and self._page + by >= 0

    def turn(self, by: int) -> bool:
        """Turn pages; False where there is none."""
        if not self.leads(by):
            return False
        self._page += by
        return True

    @property
    def words(self) -> str:
        """Which metrics these are, of how many."""
        shown = self.shown
        if self.words_sought and not self.several:
            return f"{len(shown)} of {count(len(self._every))} metrics"
        if not self.several:
            return clean(shown[0]) if len(shown) == 1 else f"{len(shown)} metrics"
        first, last = self._first + 1, self._first + len(shown)
        return f"metrics {count(first)} to {count(last)} of {count(len(self._keys))}"


class ChartsColumn(Vertical, Filtered):
    """The charts, and the bar by which those of some metrics are kept; ``sought`` answers whether there are any."""

    filter_hint = "words in names of metrics"
    nothing_to_ask = "Every metric that there is to draw is here already"

    def __init__(self, charts: Widget, target: Callable[[], Widget | None], sought: Callable[[str], bool]) -> None:
        super().__init__(charts, id="charts-column")
        self._target = target
        self._sought = sought
        self._text = ""

    def keys_target(self) -> Widget | None:
        return self._target()

    def filter_text(self) -> str:
        return self._text

    def filter_edited(self, text: str) -> None:
        self._text = text
        self.say_in_bar("" if self._sought(text) else "No metric's name has these words", "warn")

    def filter_dropped(self) -> bool:
        had, self._text = bool(self._text), ""
        if had:
            self._sought("")
        return had
