"""One chart of the curves screen: a frame with the metric's name and counts, and the plot in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui.app.actions import with_keys
from tui.domain.glyphs import Glyphs
from tui.domain.quantities import count
from tui.domain.text import clean, named
from tui.features.curves.state import CurvesState
from tui.features.curves.words import counts, crowded
from tui.ui.filterable import Filtered
from tui.widgets.chart.marks import Bar, BarPlot
from tui.widgets.chart.plot import LinePlot
from tui.widgets.pane import Pane


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
