"""Histories of metrics as charts: one for each metric, one line of the legend for each run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal

from tui.app.actions import Action, bindings
from tui.domain.columns import Arrangement, Look
from tui.domain.quantities import count
from tui.domain.text import clean, named
from tui.domain.values import RunReference
from tui.features.curves.chart import ChartPane, ChartsColumn, MetricPages, csv, legend, svg
from tui.features.curves.loader import CurvesLoader, band, histories
from tui.features.curves.state import CurvesState
from tui.resources import RICH, style_sheets
from tui.services.copies import run_copies
from tui.services.session import Session
from tui.ui.arranged_grid import Viewed
from tui.ui.asking import Asking, AutoRefresh, Rest
from tui.ui.list_parts import Export, ExportForm
from tui.ui.page import Page
from tui.ui.routes import CurvesRoute, RunRoute
from tui.widgets.chart_plot import Legend

if TYPE_CHECKING:
    from tui.services.write_flow import Touched

MOST_RUNS = 50
MOST_CHARTS = 24
MOST_GROUPS = 16
MOST_LOOKS = 500  # scales and smoothings that are remembered
_LOOKS = "charts"
_IN_VIEWS = ("charts", "metrics")
_LEAST_LINES = 9  # of a chart among several
_REST_SECONDS = 0.2  # how long a zoom rests before finer points are read
_FAR = 10  # strides across a chart


class CurvesScreen(Page, Asking, Viewed):
    """The curves that a route names. Of more runs than fit the first ones, of more metrics page by page; it says so."""

    CSS_PATH = style_sheets("chart.tcss", "curves.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("curves")]

    def __init__(self, session: Session, route: CurvesRoute) -> None:
        super().__init__(session)
        self.route = route
        self.pages = MetricPages(route.keys, MOST_CHARTS)
        groups = {f"group {number}": one for number, one in enumerate(route.groups[:MOST_GROUPS])}
        ids = tuple(part for group in groups for part in band(group)) or tuple(dict.fromkeys(route.run_ids))[:MOST_RUNS]
        known = [*route.known, *(RunReference(part, groups[g][0], "", "active") for g in groups for part in band(g))]
        history = histories(session.history, {group: one[1] for group, one in groups.items()})
        self.state = CurvesState(
            ids,
            self.pages.shown,
            self.deck.glyphs,
            session.clock.zone,
            runs={one.run_id: one for one in known},
            edges={group: band(group)[1:] for group in groups},
        )
        self.state.take_look(session.chart_look)
        self.loader = CurvesLoader(self, session, self.state, self._loader_changed, history)
        self._panes = [ChartPane(number, key, self.deck.glyphs) for number, key in enumerate(self.state.keys)]
        self.legend = Legend(glyphs=self.deck.glyphs, id="legend")
        self.frame = Container(*self._panes, id="charts")
        self.column = ChartsColumn(self.frame, lambda: self.chart.keys_target(), self._sift)
        self._recall_looks()
        settings = self.session.launch.settings
        self._watch = AutoRefresh(
            self, settings.watch_seconds, self._tick, running_seconds=settings.watch_running_seconds
        )
        self._show_wanted = False
        self._window = self.state.view.window
        self._rest = Rest(self, _REST_SECONDS, self._rested)

    def content(self) -> ComposeResult:
        with Horizontal(id="curves-body"):
            yield self.column
            yield self.legend

    def on_mount(self) -> None:
        self._show_name()
        self._arrange()
        self.focus_pane(self.charts[0])
        self.call_after_refresh(self.loader.read_all)
        self._watch.toggle()

    def on_unmount(self) -> None:
        self.loader.stop()

    def _tick(self) -> None:
        if self.is_seen:
            self.loader.read_running()

    def read_again(self) -> None:
        self.loader.read_all()

    def shows(self, touched: Touched) -> bool:
        return bool(_runs(touched) & set(self.state.run_ids))

    def written(self, touched: Touched) -> None:
        self.loader.read_runs(_runs(touched) & set(self.state.run_ids))

    # showing

    def _loader_changed(self) -> None:
        """Answers come in bursts: they are drawn together."""
        if not self._show_wanted:
            self._show_wanted = True
            self.call_later(self._show_now)

    def _show_now(self) -> None:
        self._show_wanted = False
        self._show_name()
        self.show()

    def _show_name(self) -> None:
        runs = self.state.run_ids
        asked = len(set(self.route.run_ids))
        many = f"{len(runs)} runs" if asked == len(runs) else f"{len(runs)} of {count(asked)} runs"
        what = self.state.run_name(runs[0]) if len(runs) == 1 else many
        if groups := self.route.groups:
            more = f"{MOST_GROUPS} of " if len(groups) > MOST_GROUPS else ""
            what = f"mean ± std of {more}{count(len(groups))} groups"
        if self.route.elsewhere:
            what += f", {count(self.route.elsewhere)} of other contexts left out"
        self.set_crumbs(what, self.pages.words)

    def show(self) -> None:
        """Draw everything that has changed."""
        self._watch.is_running(bool(self.state.running))
        self.session.chart_look = self.state.look
        self.set_freshness(self.loader.freshness)
        for chart in self.charts:
            if chart.display:
                chart.show(self.state, busy=self.loader.busy, reading_finer=self.loader.reading_finer)
        self.legend.show(*legend(self.state, self.chart.key), self.state.highlighted)
        if words := self.loader.whole_words:
            self.chart.set_subtitle(words)

    @property
    def charts(self) -> list[ChartPane]:
        """The charts of the present page."""
        return self._panes[: len(self.state.keys)]

    @property
    def chart(self) -> ChartPane:
        """The chart that has the keys."""
        current = self.current_pane()
        return current if isinstance(current, ChartPane) and current.display else self.charts[0]

    @property
    def watch_pace(self) -> float:
        return self._watch.pace if self.state.running else 0

    def watch_toggle(self) -> bool:
        """Running runs refresh by themselves here already."""
        return self.watch_pace > 0

    def _arrange(self) -> None:
        super()._arrange()
        current = self.chart
        shown = 1 if self.state.together or self._zoomed else len(self.charts)
        only = self.charts[0] if self.state.together else current
        for chart in self._panes:
            here = chart in self.charts
            chart.display = here and (shown > 1 or chart is only)
            chart.disabled = not here
        columns = 1 if shown == 1 or self.is_narrow else 2 if shown <= 4 or self.size.width < RICH else 3
        rows = -(-shown // columns)
        lines = max(1, self.size.height - 2)
        self.frame.styles.grid_size_columns = columns
        self.frame.styles.grid_rows = "1fr" if rows * _LEAST_LINES <= lines else str(_LEAST_LINES)
        self.set_class(len(self.state.lines()) == 1, "-one-line")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("next_curve", "previous_curve", "alone", "hide"):
            return len(self.state.lines()) > 1
        if action == "together":
            return len(self.state.keys) > 1
        if action in ("next_metrics", "previous_metrics"):
            return self.pages.leads(1 if action == "next_metrics" else -1)
        if action in ("pan_left", "pan_right", "zoom_all"):
            return self.state.view.window is not None
        if action == "curve_run":
            return not self.route.groups
        if action == "all_points":
            history = self.state.histories.get(self.state.ident_here(self.chart.key))
            return history is not None and not history.is_whole
        return True

    def hint_title(self, action: Action) -> str:
        if action.id == "curves.alone" and self.state.alone:
            return "all curves"
        if action.id == "curves.together" and self.state.together:
            return "a chart each"
        return action.title

    def _follow_window(self) -> None:
        """After zooming or moving along: read finer points of what is seen, once that has come to rest."""
        if self.state.view.window == self._window:
            return
        self._window = self.state.view.window
        self.loader.drop_finer()
        self._rest.end()
        if self._window is not None:
            self._rest.begin()

    def _rested(self) -> None:
        keys = {chart.key for chart in self.charts if chart.display}
        self.loader.read_finer(
            [
                ident
                for line, idents in self.state.lines()
                for ident in idents
                if line not in self.state.hidden and (self.state.together or ident[1] in keys)
            ]
        )

    def _redraw(self) -> None:
        self._follow_window()
        self.show()
        self.refresh_bindings()

    # keys: the cursor

    def _move(self, cells: int) -> None:
        frame = self.chart.plot.frame
        self.state.move_cursor(cells, frame.columns if frame is not None else 1, self.chart.key)
        self.show()

    def _far_cells(self) -> int:
        frame = self.chart.plot.frame
        return max(1, frame.columns // _FAR) if frame is not None else 1

    def action_left(self) -> None:
        self._move(-1)

    def action_right(self) -> None:
        self._move(1)

    def action_far_left(self) -> None:
        self._move(-self._far_cells())

    def action_far_right(self) -> None:
        self._move(self._far_cells())

    def action_first_point(self) -> None:
        self.state.put_cursor(-1)
        self.show()

    def action_last_point(self) -> None:
        self.state.put_cursor(1)
        self.show()

    # keys: the legend

    def action_next_curve(self) -> None:
        self.state.walk(1)
        self._redraw()

    def action_previous_curve(self) -> None:
        self.state.walk(-1)
        self._redraw()

    def action_alone(self) -> None:
        self.state.alone = not self.state.alone
        self._redraw()

    def action_hide(self) -> None:
        self.state.hidden ^= {self.state.highlighted}
        self._redraw()

    def action_curve_run(self) -> None:
        self.deck.go(RunRoute(self.state.ident_here(self.chart.key)[0]))

    # keys: the view

    def action_log_scale(self) -> None:
        self.state.toggle_log(self.chart.key)
        self._remember_looks()
        self._redraw()

    def action_smoother(self) -> None:
        self.state.smooth(1, self.chart.key)
        self._remember_looks()
        self._redraw()

    def action_rougher(self) -> None:
        self.state.smooth(-1, self.chart.key)
        self._remember_looks()
        self._redraw()

    def action_x_axis(self) -> None:
        self.state.next_axis()
        self._redraw()

    def action_zoom_in(self) -> None:
        self.state.zoom(1)
        self._redraw()

    def action_zoom_out(self) -> None:
        self.state.zoom(-1)
        self._redraw()

    def action_zoom_all(self) -> None:
        self.state.zoom(0)
        self._redraw()

    def action_pan_left(self) -> None:
        self.state.pan(-1)
        self._redraw()

    def action_pan_right(self) -> None:
        self.state.pan(1)
        self._redraw()

    def action_next_metrics(self) -> None:
        self._turn_page(1)

    def action_previous_metrics(self) -> None:
        self._turn_page(-1)

    def _turn_page(self, by: int) -> None:
        """Draw other metrics: what is still on its way for these is no longer wanted, what has come is kept a while."""
        if self.pages.turn(by):
            self._show_page()
            self.focus_pane(self.charts[0])

    def _sift(self, words: str) -> bool:
        """Draw the metrics whose names have these words, if any has."""
        before = self.pages.shown
        if not self.pages.sift(words):
            return False
        if self.pages.shown != before:
            self._show_page()
        return True

    async def action_filter(self) -> None:
        await self.column.open_bar()

    def _show_page(self) -> None:
        self.loader.stop()
        self.state.turn_to(self.pages.shown)
        for chart, key in zip(self._panes, self.state.keys, strict=False):
            chart.key = key
        self._arrange()
        self._set_current(self.charts[0])
        self.frame.scroll_home(animate=False)
        self.loader.read_missing()
        self._show_name()
        self._redraw()

    def action_together(self) -> None:
        self.state.together = not self.state.together
        self.state.place = 0
        self.state.alone = False
        self.state.hidden.clear()
        self._arrange()
        self.focus_pane(self.charts[0])
        self._redraw()

    def zoom(self) -> None:
        super().zoom()
        self._redraw()

    def action_all_points(self) -> None:
        self.loader.read_whole(*self.state.ident_here(self.chart.key))

    def go_back(self) -> bool:
        if self.loader.stop_whole() or self.column.drop_filter():
            return True
        if self.state.alone:
            self.action_alone()
            return True
        if self.state.view.window is not None:
            self.action_zoom_all()
            return True
        if self.state.view.cursor is not None:
            self.state.put_cursor(0)
            self._redraw()
            return True
        return False

    # scale and smoothing of each metric, as they were the last time

    def _recall_looks(self) -> None:
        self._take_looks(self.session.views.get(_LOOKS))

    def _take_looks(self, looks: Mapping[str, Any]) -> None:
        for key, look in looks.items():
            match look:
                case [bool(log), int(weight) | float(weight)]:
                    self.state.looks[key] = (log, float(weight))

    def _remember_looks(self) -> None:
        looks = {key: list(look) for key, look in list(self.state.looks.items())[-MOST_LOOKS:] if look != (False, 0.0)}
        views = self.session.views
        self.session.pool.submit(lambda: views.put(_LOOKS, looks), lambda _kept: None, lambda _problem: None)

    # named views: how charts are drawn, whatever they are of

    @property
    def view_kind(self) -> str:
        return "curves"

    def looked_at(self) -> Look:
        looks = {key: list(look) for key, look in self.state.looks.items() if look != (False, 0.0)}
        more = {"charts": self.state.look, "metrics": looks, "together": self.state.together}
        return Look(Arrangement(more={name: value for name, value in more.items() if value}), self.column.filter_text())

    def take_look(self, look: Look) -> None:
        kept = look.arrangement
        charts, looks = (value if isinstance(value := kept.more.get(name), dict) else {} for name in _IN_VIEWS)
        self.state.take_look(charts)
        self.state.looks.clear()
        self._take_looks(looks)
        self._remember_looks()
        self.column.close_bar(keep=False)
        self.column.filter_edited(look.filter)
        if self.state.together != kept.flag("together", default=False):
            self.action_together()
        self._redraw()

    # handing on

    def action_export(self) -> None:
        """Write the chart that has the keys."""
        key = self.chart.key
        drawn = [(one.curve.history.run_id, one.curve.history.key) for one in self.state.series(key)]
        if not drawn:
            self.deck.say("There are no points here to write")
            return
        points, drawing = csv(self.state, drawn), svg(self.state, key)
        name = re.sub(r"[^\w.-]+", "-", clean(key)).strip("-.") or "chart"
        forms = {"svg": ExportForm("SVG", "svg", lambda: drawing), "csv": ExportForm("CSV", "csv", lambda: points)}
        Export(self, self.session, name, forms).offer()

    # copying

    def value_here(self) -> tuple[str, str] | None:
        """The points in view of the highlighted curve, as CSV."""
        ident = self.state.ident_here(self.chart.key)
        if not len(self.state.histories.get(ident, ())):
            return None
        return f"the points of {clean(ident[1])} in view as CSV", csv(self.state, [ident])

    def copies_here(self) -> list[tuple[str, str]]:
        run_id, key = self.state.ident_here(self.chart.key)
        here = self.value_here()
        offers = [here] if here else []
        every = [
            ident for _, idents in self.state.lines() for ident in idents if self.state.together or ident[1] == key
        ]
        if len(every) > 1:
            offers.append(("every curve of this chart in view as CSV", csv(self.state, every)))
        curve = self.state.curve(run_id, key)
        reading = self.state.reading(curve) if curve is not None else None
        if reading is not None:
            offers.append((f"{named(key)} at step {reading.step}", repr(reading.value)))
        if self.route.groups:
            return offers
        return offers + run_copies(self.session.launch.tracking_uri, run_id, "")[:3]


def _runs(touched: Touched) -> set[str]:
    return {run_id for sort, run_id in touched if sort.value == "run"}
