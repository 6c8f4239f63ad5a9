"""Comparing runs: what differs, sets of them, which params matter; one view at a time, ``tab`` goes through them."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.actions import bindings
from tui.domain.diff.comparison import Comparison
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.text import clean
from tui.domain.truth import State, Truth
from tui.resources import style_sheets
from tui.screens.base.routes import CompareRoute, CurvesRoute, RunRoute
from tui.screens.panes.compare_export import ExportingPage, comparison_texts, offer, table_texts
from tui.screens.panes.compare_params import CompareParamsPane
from tui.screens.panes.compare_plots import ComparePlotsPane, references
from tui.screens.panes.compare_rows import CompareRowsPane
from tui.screens.panes.compare_sets import CompareSetsPane
from tui.screens.panes.compare_words import Said
from tui.services.compared_runs import Compared, Wanted, read
from tui.services.copies import run_copies
from tui.services.session import Session
from tui.widgets.pane import Pane
from tui.widgets.tabs import Tab, TabLine

TITLES = {
    "compare-rows": "Differences",
    "compare-sets": "Sets",
    "compare-params": "Which matter",
    "compare-plots": "Plots",
}


class CompareScreen(ExportingPage):
    """The runs of a route compared; of what is loaded already nothing is asked."""

    CSS_PATH = style_sheets("chart.tcss", "compare.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare_views")]

    def __init__(self, session: Session, route: CompareRoute) -> None:
        super().__init__(session)
        glyphs = self.deck.glyphs
        self.run_ids = tuple(dict.fromkeys(route.run_ids))
        self._repeated = len(route.run_ids) - len(self.run_ids)
        self._wanted = Wanted(self.run_ids, route.snapshot)
        self._as_of_ms = route.as_of_ms
        self.compared: Compared | None = None
        self.comparison: Comparison | None = None
        self.tabs = TabLine()
        self.rows = CompareRowsPane(session, glyphs)
        self.sets = CompareSetsPane(session, glyphs)
        self.matter = CompareParamsPane(session, glyphs)
        self.plots = ComparePlotsPane(session, glyphs)

    def content(self) -> ComposeResult:
        with Vertical(id="compare-body"):
            yield self.tabs
            yield self.rows
            yield self.sets
            yield self.matter
            yield self.plots

    def on_mount(self) -> None:
        super().on_mount()
        self.set_crumbs("compare", f"{count(len(self.run_ids))} runs")
        self.show_tabs("compare-rows")
        self.focus_pane(self.rows)
        self._read()

    # reading

    def _read(self) -> None:
        self.set_truth(self.truth.loading())
        self.rows.show_loading("Reading these runs …")
        tracking, wanted, settings = self.session.tracking, self._wanted, self.session.launch.settings

        def work() -> tuple[Compared, Comparison]:
            compared = read(tracking, wanted)
            comparison = Comparison(compared.sheet, tolerance=settings.tolerance, directions=settings.metric_directions)
            return compared, comparison

        self.ask(self.session.pool, "runs", work, self._got, self._refused)

    def _got(self, answer: tuple[Compared, Comparison]) -> None:
        self.compared, self.comparison = answer
        as_of_ms = self._as_of_ms
        if self.compared.asked or as_of_ms is None:
            self.set_truth(self.truth.live(self.session.clock.now_ms()))
        else:
            self.set_truth(Truth(State.LIVE, as_of_ms))
        self.rows.show(self.comparison, Said(self.compared.missing, self._repeated))
        self.sets.take(self.comparison)
        self.matter.take(self.comparison)
        self.plots.take(self.comparison)
        self._name_place()
        self._start(self.current_pane())

    def _refused(self, problem: Problem) -> None:
        self.set_truth(self.truth.failed(problem))
        self.rows.show_problem(problem)

    def read_again(self) -> None:
        """Read every run anew from the server."""
        known = dict(self._wanted.experiments)
        if self.compared is not None:
            known.update(self.compared.experiments)
        self._wanted = Wanted(self.run_ids, None, known)
        self._as_of_ms = None
        self._read()

    def _name_place(self) -> None:
        assert self.comparison is not None
        subjects = self.comparison.subjects
        origins = {subject.origin for subject in subjects}
        where = [clean(next(iter(origins)))] if len(origins) == 1 else []
        self.set_crumbs(*where, "compare", f"{count(len(subjects))} run{'s' if len(subjects) != 1 else ''}")

    # the views

    def show_tabs(self, current: str) -> None:
        self.tabs.show([Tab(view, title) for view, title in TITLES.items()], current)

    @on(TabLine.Pressed)
    def _tab_pressed(self, event: TabLine.Pressed) -> None:
        event.stop()
        self.focus_pane(self.query_one(f"#{event.id}", Pane))

    def focus_pane(self, pane: Pane) -> None:
        super().focus_pane(pane)
        self.show_tabs(pane.id or "")
        self._start(pane)

    def _start(self, pane: Pane | None) -> None:
        """Let a view compute what it shows, once it is looked at."""
        if isinstance(pane, (CompareSetsPane, CompareParamsPane, ComparePlotsPane)):
            pane.start()

    def action_compare_views_rows(self) -> None:
        self.focus_pane(self.rows)

    def action_compare_views_sets(self) -> None:
        self.focus_pane(self.sets)

    def action_compare_views_params(self) -> None:
        self.focus_pane(self.matter)

    def action_compare_views_plots(self) -> None:
        self.plots.metric = self.metric_here() or self.plots.metric
        self.focus_pane(self.plots)

    def action_compare_views_curves(self) -> None:
        metric = self.metric_here()
        if self.comparison is not None and metric is not None:
            known = references(self.comparison)
            self.deck.go(CurvesRoute(tuple(run.run_id for run in known), (metric,), known))

    def metric_here(self) -> str | None:
        """The metric under the cursor, else the one that the view is about, else the one to begin with."""
        pane, comparison = self.current_pane(), self.comparison
        if comparison is None:
            return None
        if pane is self.rows:
            shown = self.rows.row_here()
            if shown is not None and shown.section.group == "metrics" and not shown.is_heading:
                return shown.key
        if pane is self.sets and self.sets.grid.cursor_key is not None:
            return self.sets.grid.cursor_key
        if pane is self.plots and self.plots.metric is not None:
            return self.plots.metric
        return self.matter.metric

    def action_compare_views_export(self) -> None:
        pane, laid = self.current_pane(), self.rows.laid
        if isinstance(pane, (CompareSetsPane, CompareParamsPane)) and pane.grid.table is not None:
            offer(self, "sets" if pane is self.sets else "params", table_texts(pane.grid.table))
        elif self.comparison is not None and laid is not None:
            offer(self, f"compare-{len(self.comparison.subjects)}-runs", comparison_texts(self.comparison, laid))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        here = self.current_pane()
        leads_to = {
            "compare_views_rows": self.rows,
            "compare_views_sets": self.sets,
            "compare_views_params": self.matter,
            "compare_views_plots": self.plots,
        }
        if action in leads_to:
            return here is not leads_to[action]
        if action == "compare_views_export":
            return self.comparison is not None and here is not self.plots
        if action == "compare_views_curves":
            return self.metric_here() is not None
        return True

    @on(CompareRowsPane.Opened)
    @on(ComparePlotsPane.Opened)
    def _run_opened(self, event: CompareRowsPane.Opened | ComparePlotsPane.Opened) -> None:
        event.stop()
        if self.comparison is not None:
            self.deck.go(RunRoute(self.comparison.subjects[event.column].run_id))

    # the keys for everywhere

    def go_back(self) -> bool:
        pane = self.current_pane()
        if isinstance(pane, (CompareRowsPane, CompareSetsPane)) and pane.drop_filter():
            return True
        if pane is not None and pane is not self.rows:
            self.focus_pane(self.rows)
            return True
        return False

    def value_here(self) -> tuple[str, str] | None:
        pane = self.current_pane()
        if isinstance(pane, (CompareRowsPane, CompareSetsPane, CompareParamsPane, ComparePlotsPane)):
            return pane.value_here()
        return None

    def copies_here(self) -> list[tuple[str, str]]:
        here = self.value_here()
        offers = [here] if here else []
        column = self.rows.run_here() if self.current_pane() is self.rows else None
        if self.comparison is not None and column is not None and self.compared is not None:
            run_id = self.comparison.subjects[column].run_id
            experiment_id = self.compared.experiments.get(run_id, "")
            offers += run_copies(self.session.launch.tracking_uri, run_id, experiment_id)
        return offers
