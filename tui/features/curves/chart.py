"""One chart of the curves screen: a frame with the metric's name and counts, and the plot in it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widget import Widget

from tui.domain.glyphs import Glyphs
from tui.domain.quantities import count
from tui.domain.text import clean, named
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


class MetricPages:
    """The metrics of a curves screen, each once, so many to a page."""

    def __init__(self, keys: Sequence[str], of_each: int) -> None:
        self._keys = tuple(dict.fromkeys(keys))
        self._of_each = of_each
        self._page = 0

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
        if not self.several:
            return clean(shown[0]) if len(shown) == 1 else f"{len(shown)} metrics"
        first, last = self._first + 1, self._first + len(shown)
        return f"metrics {count(first)} to {count(last)} of {count(len(self._keys))}"
