"""The metrics of a run: a row for each, whose shape and extremes are read when it has come into view."""

from __future__ import annotations

from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from tui.app.actions import key_of
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.runs import param_rows
from tui.domain.runs.param_rows import Shape
from tui.domain.series.history import MetricHistory
from tui.domain.text import clean
from tui.domain.values import MetricValue, RunDetail, RunReference
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.asking import Asking
from tui.ui.deck import Deck
from tui.ui.routes import CurvesRoute
from tui.widgets.grid import Grid, messages
from tui.widgets.tabs import TabPart

REST_SECONDS = 0.1  # how long the view rests before what is in it is read
AT_ONCE = 2  # requests under way at one time
POINTS = 1000  # of one history: enough for its shape, and most histories whole


class MetricsView(TabPart, Asking):
    """The metrics that a person's own code recorded, or with ``system`` those of MLflow's monitor.

    Only rows in view are read, each once until it changes; opening leads to the charts of the marked metrics.
    """

    narrows = True

    def __init__(self, session: Session, glyphs: Glyphs, *, system: bool = False) -> None:
        super().__init__(classes="metrics-view")
        self._session = session
        self._glyphs = glyphs
        self._system = system
        self.grid = ArrangedGrid(session, glyphs, name="run.system" if system else "run.metrics")
        self.grid.off = frozenset()  # metrics are marked, for their charts
        self._detail: RunDetail | None = None
        self._query = ""
        self._rows: list[MetricValue] = []
        self._shapes: dict[str, Shape] = {}
        self._read_as: dict[str, MetricValue] = {}  # what the metric was when its history was read
        self._failed: set[str] = set()
        self._under_way: dict[int, str] = {}
        self._rest: Timer | None = None
        self.requests = 0

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_mount(self) -> None:
        self.watch(self.grid, "scroll_y", lambda: self._want_shapes(), init=False)

    def on_resize(self) -> None:
        self._want_shapes()

    def keys_target(self) -> Widget | None:
        return self.grid

    # what is shown

    def show_run(self, detail: RunDetail) -> None:
        if self._detail is None or detail.run_id != self._detail.run_id:
            self._shapes.clear()
            self._read_as.clear()
            self.grid.marks = ()
        self._detail = detail
        self._failed.clear()
        self._show()

    @property
    def shown_count(self) -> int:
        return len(self._rows)

    def narrow(self, query: str) -> None:
        """Show the metrics whose names hold every word of ``query``."""
        if query != self._query:
            self._query = query
            self._show()

    def _show(self) -> None:
        if self._detail is None:
            return
        everything = param_rows.of_tab(self._detail.metrics, system=self._system)
        self._rows = param_rows.matching(everything, self._query)
        if everything and not self._rows:
            self.grid.placeholder = (
                f"No metric's name holds  {clean(self._query)}   {key_of('app.back')} clears the filter"
            )
        elif self._system:
            hint = "mlflow.enable_system_metrics_logging() records them"
            self.grid.placeholder = f"This run has no system metrics.\n{hint}"
        else:
            self.grid.placeholder = "This run has no metrics."
        self._fill()
        self._want_shapes()

    def _fill(self) -> None:
        now_ms = self._session.clock.now_ms()
        self.grid.table = param_rows.metric_table(self._rows, self._shapes, now_ms, self._glyphs)

    # shapes, of what is in view

    def _want_shapes(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._read_shapes)

    def _missing(self) -> list[MetricValue]:
        """The metrics in view whose histories have not been read since they last changed."""
        top = self.grid.scroll_offset.y
        table, end = self.grid.table, min(top + max(1, self.grid.size.height - 1), len(self._rows))
        named = {m.key: m for m in self._rows}
        in_view = [named[table.row_key(row)] for row in range(top, end)] if table is not None else []
        return [
            m
            for m in in_view
            if self._read_as.get(m.key) != m and m.key not in self._failed and m.key not in self._under_way.values()
        ]

    def _read_shapes(self) -> None:
        if self._detail is None or not self.display or not self.grid.size.height:
            return
        run_id, history = self._detail.run_id, self._session.history
        for metric in self._missing()[: AT_ONCE - len(self._under_way)]:
            lane = next(number for number in range(AT_ONCE) if number not in self._under_way)
            self._under_way[lane] = metric.key
            self.requests += 1
            self.ask(
                self._session.pool,
                f"shape-{lane}",
                lambda key=metric.key: history.sampled([run_id], key, points=POINTS),  # type: ignore[misc]
                lambda found, lane=lane, metric=metric: self._got(run_id, lane, metric, found),  # type: ignore[misc]
                lambda _problem, lane=lane: self._refused(lane, _problem),  # type: ignore[misc]
                urgency=PREFETCH,
            )

    def _got(self, run_id: str, lane: int, metric: MetricValue, found: dict[str, MetricHistory]) -> None:
        self._under_way.pop(lane, None)
        if self._detail is not None and self._detail.run_id == run_id:
            history = found.get(run_id, MetricHistory(run_id, metric.key))
            self._shapes[metric.key] = param_rows.shape_of(history, self._glyphs)
            self._read_as[metric.key] = metric
            self._fill()
        self._read_shapes()

    def _refused(self, lane: int, problem: Problem) -> None:
        """A shape is only read ahead: the row stays without one, and the chart will say why."""
        key = self._under_way.pop(lane, None)
        if key is not None:
            self._failed.add(key)
        if not problem.is_connection:
            self._read_shapes()

    # keys

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        detail = self._detail
        if detail is None or event.row_key is None:
            return
        here = {m.key for m in self._rows}
        keys = tuple(key for key in self.grid.marks if key in here) or (event.row_key,)
        known = RunReference(detail.run_id, detail.name, detail.status, detail.lifecycle)
        cast(Deck, self.app).go(CurvesRoute((detail.run_id,), keys, (known,)))

    def step_back(self) -> bool:
        had = bool(self.grid.marks)
        self.grid.marks = ()
        return had

    def value_here(self) -> tuple[str, str] | None:
        metric = next((m for m in self._rows if m.key == self.grid.cursor_key), None)
        return (clean(metric.key), repr(metric.value)) if metric is not None else None
