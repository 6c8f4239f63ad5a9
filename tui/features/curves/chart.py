"""One chart of the curves screen: a frame with the metric's name and counts, and the plot in it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget

from tui.domain.glyphs import Glyphs
from tui.domain.text import named
from tui.features.curves.state import CurvesState
from tui.features.curves.words import counts, crowded
from tui.widgets.chart.plot import LinePlot
from tui.widgets.pane import Pane


class ChartPane(Pane):
    """The chart of one metric, or of all of them together."""

    def __init__(self, number: int, key: str, glyphs: Glyphs) -> None:
        super().__init__(id=f"chart-{number}")
        self.key = key
        self.plot = LinePlot(glyphs=glyphs)

    def body(self) -> ComposeResult:
        yield self.plot

    def keys_target(self) -> Widget | None:
        return self.plot

    def show(self, state: CurvesState, *, busy: bool, reading_finer: bool) -> None:
        """Draw what the state says now, and what is under way: points at all, or more of what is in view."""
        series = state.series(self.key)
        problem = state.problems.get(self.key)
        name = "all metrics" if state.together and len(state.keys) > 1 else named(self.key)
        self.set_title(name, *counts(state, self.key, reading_finer=reading_finer))
        self.set_subtitle(state.view.axis.value)
        if problem is not None:
            self.notice.problem(problem)
        elif advice := crowded(state, self.key):
            self.notice.tell_warning(advice)
        else:
            self.notice.clear()
        self.plot.words = "" if series else self._words(state, busy=busy, failed=problem is not None)
        window, bounds = state.view.window, state.bounds()
        self.plot.set_class(problem is not None, "stale")
        view = state.view if window is not None or bounds is None else state.view.of(bounds)
        self.plot.show(series, view, state.highlighted)

    def _words(self, state: CurvesState, *, busy: bool, failed: bool) -> str:
        name = named(self.key)
        if failed:
            return f"Nothing could be read of {name}.\nr tries again · @ shows the requests"
        keys = state.keys if state.together else (self.key,)
        come = [h for (_, key), h in state.histories.items() if key in keys]
        if any(len(history) for history in come):
            return "Every curve that there is has been hidden.\nspace shows the highlighted one again"
        if busy or not come:
            return f"Reading {name} …"
        if len(state.run_ids) == 1:
            return f"This run has recorded no {name}."
        return f"None of these {len(state.run_ids)} runs has recorded {name}.\nesc goes back"
