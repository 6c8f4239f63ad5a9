"""Params against a metric over many runs: a scatter plot of one of them, parallel coordinates of all."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from tui.actions import bindings
from tui.domain.plot_axes import PlotAxis, axis_of, best
from tui.domain.quantities import count
from tui.domain.text import clean
from tui.resources import style_sheets
from tui.screens.base.page import Page
from tui.screens.base.routes import PlotsRoute, RunRoute
from tui.services.session import Session
from tui.widgets.chart.base import Chart
from tui.widgets.chart.parallel import ParallelPlot
from tui.widgets.chart.scatter import ScatterPlot
from tui.widgets.pane import Pane


class PlotPane(Pane):
    """A frame around one plot."""

    def __init__(self, plot: Chart, *, id: str) -> None:  # noqa: A002  Textual's own name for it
        super().__init__(id=id)
        self.plot = plot

    def body(self) -> ComposeResult:
        yield self.plot

    def keys_target(self) -> Widget | None:
        return self.plot


class PlotsScreen(Page):
    """The params of a route against its metric; asks the server nothing."""

    CSS_PATH = style_sheets("chart.tcss", "curves.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("plots")]

    def __init__(self, session: Session, route: PlotsRoute) -> None:
        super().__init__(session)
        self.route = route
        self.axes: tuple[PlotAxis, ...] = tuple(axis_of(name, values) for name, values in route.params)
        self.metric = axis_of(route.metric[0], route.metric[1])
        self.best = best(self.metric, lower_is_better=route.lower_is_better)
        names = [axis.name for axis in self.axes]
        self.param = names.index(route.first) if route.first in names else 0
        self.run = min(self.best, default=0)
        self.scatter = ScatterPlot(glyphs=self.deck.glyphs)
        self.parallel = ParallelPlot(glyphs=self.deck.glyphs)

    def content(self) -> ComposeResult:
        with Vertical(id="plots-body"):
            yield PlotPane(self.scatter, id="scatter")
            yield PlotPane(self.parallel, id="parallel")

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs(f"{count(len(self.route.run_ids))} runs", clean(self.metric.name), "plots")
        self.set_truth(self.truth.live(self.route.as_of_ms or self.session.clock.now_ms()))
        self.focus_pane(self.query_one("#scatter", PlotPane))
        self.show()

    def show(self) -> None:
        """Draw both plots as they are to be now."""
        scatter, parallel = self.query_one("#scatter", PlotPane), self.query_one("#parallel", PlotPane)
        if not self.axes or not self.route.run_ids:
            self.scatter.words = self.parallel.words = (
                "These runs have no params to hold against a metric.\nesc goes back"
            )
            return
        axis = self.axes[self.param]
        self.scatter.show(axis, self.metric, highlighted=self.run, best=self.best)
        self.parallel.show((*self.axes, self.metric), highlighted=self.run, best=self.best, first=self.param)
        name = clean(self.route.names[self.run]) or self.route.run_ids[self.run]
        left_out = self.scatter.left_out
        said = f"{count(left_out)} of {count(len(self.route.run_ids))} runs have no place" if left_out else ""
        scatter.set_title(f"{clean(self.metric.name)} by {clean(axis.name)}", said)
        scatter.set_subtitle(f"{name} · {clean(axis.text(self.run))} · {clean(self.metric.text(self.run))}")
        shown = len(self.parallel.axes_shown) if self.parallel.size.width else len(self.axes) + 1
        parallel.set_title("Every param that differs", f"{shown} of {len(self.axes) + 1} axes")
        good = "lowest" if self.route.lower_is_better else "highest"
        parallel.set_subtitle(f"green: the {count(len(self.best))} {good} of {clean(self.metric.name)}")

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.show)

    def _step(self, by: int) -> None:
        drawn = self.scatter.drawn_rows() or range(len(self.route.run_ids))
        order = sorted(drawn, key=lambda row: self.metric.places[row])
        if self.route.lower_is_better is False:
            order.reverse()
        if order:
            at = order.index(self.run) + by if self.run in order else 0
            self.run = order[at % len(order)]
            self.show()

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.axes) if action.startswith("plots_") else True

    def action_plots_next(self) -> None:
        self._step(1)

    def action_plots_previous(self) -> None:
        self._step(-1)

    def action_plots_next_param(self) -> None:
        self.param = (self.param + 1) % len(self.axes)
        self.show()

    def action_plots_previous_param(self) -> None:
        self.param = (self.param - 1) % len(self.axes)
        self.show()

    def action_plots_run(self) -> None:
        self.deck.go(RunRoute(self.route.run_ids[self.run]))

    def value_here(self) -> tuple[str, str] | None:
        return ("run id", self.route.run_ids[self.run]) if self.axes and self.route.run_ids else None
