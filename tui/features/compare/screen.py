"""Comparing runs, one view at a time, ``tab`` goes through them; and two versions of a model side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.timer import Timer

from tui.app.actions import Action, bindings, key_of
from tui.config.launch import Options, resolve
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import METRICS
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.problem import Problem
from tui.domain.quantities import count, pace
from tui.domain.text import clean, named
from tui.features.compare import words
from tui.features.compare.files import CompareFilesPane
from tui.features.compare.groups import CompareGroupsPane, CompareParamsPane
from tui.features.compare.plots import ComparePlotsPane, references
from tui.features.compare.rows import CompareRowsPane
from tui.features.compare.words import ComparisonAsides, RunsCompared
from tui.resources import style_sheets
from tui.services.compared_files import Side
from tui.services.compared_runs import ComparedRuns, across, models_sheet, version_sheet
from tui.services.copies import run_copies
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import (
    CompareRoute,
    CurvesRoute,
    LoggedModelRoute,
    LoggedModelsDiffRoute,
    RunRoute,
    VersionDiffRoute,
    VersionRoute,
)
from tui.widgets.pane import Pane, Tab, TabLine

if TYPE_CHECKING:
    from tui.domain.artifacts import LoggedModel
    from tui.services.write_flow import Touched


_READING = "Reading these runs …"
TITLES = {
    "compare-rows": "Differences",
    "compare-groups": "Groups",
    "compare-params": "Param importance",
    "compare-plots": "Plots",
    "compare-files": "Files",
}

_LISTS = (CompareRowsPane, CompareGroupsPane, CompareParamsPane, CompareFilesPane)


class CompareScreen(Page, Asking):
    """The runs of a route compared; of what is loaded already nothing is asked."""

    CSS_PATH = style_sheets("artifacts.tcss", "chart.tcss", "compare.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare_views")]

    def __init__(self, session: Session, route: CompareRoute) -> None:
        super().__init__(session)
        glyphs = self.deck.glyphs
        self.runs = RunsCompared(session, self.deck, route)
        self._as_of_ms = route.as_of_ms
        self._telling: Timer | None = None  # says how far the reading is
        self._read_singly = 0
        self._freshness_before = self.freshness
        self.compared: ComparedRuns | None = None
        self.comparison: Comparison | None = None
        self.tabs = TabLine()
        self.rows = CompareRowsPane(session, glyphs)
        self.groups = CompareGroupsPane(session, glyphs)
        self.matter = CompareParamsPane(session, glyphs)
        self.plots = ComparePlotsPane(session, glyphs)
        self.files = CompareFilesPane(session, glyphs)
        self.matter.metric = self.plots.metric = route.metric or None
        self.groups.first = route.metric
        self.groups.group_by = route.group_by
        self.matter.scope = self.plots.scope = route.scope
        self._scope = route.scope
        self._home = route.view or "compare-rows"  # where esc goes back to before it leaves

    def content(self) -> ComposeResult:
        with Vertical(id="compare-body"):
            yield self.tabs
            yield self.rows
            yield self.groups
            yield self.matter
            yield self.plots
            yield self.files

    def on_mount(self) -> None:
        self.set_crumbs("compare", f"{count(len(self.runs))} runs")
        self.focus_pane(self._home_pane)
        self._read()

    @property
    def _home_pane(self) -> Pane:
        return self.query_one(f"#{self._home}", Pane)

    # reading

    def _read(self) -> None:
        self._freshness_before = self.freshness
        self.set_freshness(self.freshness.loading())
        self.rows.show_loading(_READING)
        if self.comparison is None:
            self.matter.grid.placeholder = self.plots.parallel.words = _READING
        self._read_singly, began_ms = 0, self.session.clock.now_ms()

        def told(more: int) -> None:
            self._read_singly += more  # on the threads that read: drawn by the timer

        def tell() -> None:
            if self._read_singly:
                passed_ms = self.session.clock.now_ms() - began_ms
                far = pace(self._read_singly, len(self.runs), self._read_singly, passed_ms)
                self.deck.say(f"Reading the runs compared: {far}, {key_of('app.back')} stops")

        self._tell_no_more()
        self._telling = self.set_interval(1.0, tell)
        work = self.runs.reading(told)
        self.ask(self.session.pool, "runs", work, self._got, self._refused, stops="the runs compared")

    def _tell_no_more(self) -> None:
        if self._telling is not None:
            self._telling.stop()
            self._telling = None

    def _got(self, answer: tuple[ComparedRuns, Comparison]) -> None:
        self._tell_no_more()
        if unknown := self.runs.take_back(answer[0].missing):
            self.deck.say(unknown)
            if self.comparison is not None:
                self._read()  # without it
                return
        self.compared, self.comparison = answer
        as_of_ms = self._as_of_ms
        if self.compared.asked or as_of_ms is None:
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        else:
            self.set_freshness(Freshness(FreshnessState.LIVE, as_of_ms))
        self._home_pane.notice.clear()
        self.rows.show(self.comparison, ComparisonAsides(self.compared.missing, self.runs.repeated, self._scope))
        self.groups.take(self.comparison)
        self.matter.take(self.comparison)
        self.plots.take(self.comparison)
        self._name_place()
        self._start(self.current_pane())

    def _refused(self, problem: Problem) -> None:
        self._tell_no_more()
        if self.runs.take_back():
            # What is compared already is as true as it was.
            self.deck.say(f"The run was not added. {problem}")
            self.rows.grid.set_class(False, "stale")
            self.set_freshness(self._freshness_before)
            return
        self.set_freshness(self.freshness.failed(problem))
        self.rows.show_problem(problem)
        if self._home_pane is not self.rows:
            self._home_pane.notice.problem(problem)

    def shows(self, touched: Touched) -> bool:
        return any(sort.value == "run" and self.runs.has(run_id) for sort, run_id in touched)

    def read_again(self) -> None:
        """Read every run anew from the server."""
        self.runs.anew(self.compared.experiments if self.compared is not None else {})
        self._as_of_ms = None
        self.files.forget_files()
        self._read()

    # which runs

    def on_unmount(self) -> None:
        self.runs.close()

    def action_add_run(self) -> None:
        from tui.ui.dialogs.choices import AskLineModal

        question = "The id of a run, or runs:/ID"
        if others := self.runs.others:
            question += f"; of another context CONTEXT:ID, where CONTEXT is {', '.join(named(name) for name in others)}"
        self.app.push_screen(AskLineModal("Add a run to the comparison", question), self._added)

    def _added(self, typed: str | None) -> None:
        if not (typed or "").strip(" :/"):
            return
        if refused := self.runs.add((typed or "").strip()):
            self.deck.say(refused)
        else:
            self._read()

    @on(CompareRowsPane.Dropped)
    def _run_dropped(self, event: CompareRowsPane.Dropped) -> None:
        event.stop()
        assert self.comparison is not None
        self.runs.drop(self.comparison.subjects[event.column])
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
        if isinstance(pane, (CompareGroupsPane, CompareParamsPane, ComparePlotsPane)):
            pane.start()
        if pane is self.files and self.comparison is not None:
            self.files.take(*self._files_wanted())

    def _files_wanted(self) -> tuple[tuple[Side, Side] | None, tuple[str, str]]:
        """The baseline and the run under the cursor, or beside the baseline the first other."""
        comparison, laid = self.comparison, self.rows.laid
        if comparison is None or len(comparison.subjects) < 2:
            return None, ("", "")
        baseline = laid.arranged.baseline if laid is not None else 0
        here = self.rows.run_here()
        other = here if here is not None and here != baseline else int(baseline == 0)
        one, two = comparison.subjects[baseline], comparison.subjects[other]

        def side(context: str, run_id: str) -> Side:
            return Side(self.runs.session_of(context).artifacts, run_id)

        return (side(one.context, one.run_id), side(two.context, two.run_id)), (one.name, two.name)

    def action_rows(self) -> None:
        self.focus_pane(self.rows)

    def action_groups(self) -> None:
        self.focus_pane(self.groups)

    def action_importance(self) -> None:
        self.focus_pane(self.matter)

    def action_plots(self) -> None:
        self.plots.metric = self.metric_here() or self.plots.metric
        self.focus_pane(self.plots)

    def action_files(self) -> None:
        self.focus_pane(self.files)

    def action_curves(self) -> None:
        metric, comparison = self.metric_here(), self.comparison
        if comparison is None or metric is None:
            return
        keys = self.rows.grid.marked_metrics if self.current_pane() is self.rows else ()
        pairs = zip(references(comparison), comparison.subjects, strict=True)
        known = tuple(run for run, subject in pairs if not subject.context)
        elsewhere = sum(1 for subject in comparison.subjects if subject.context)
        if not known:
            self.deck.say("All of these runs are of other contexts: curves are drawn of this one's")
            return
        route = CurvesRoute(tuple(run.run_id for run in known), keys or (metric,), known, elsewhere=elsewhere)
        if self.current_pane() is self.groups:
            route = replace(route, groups=self.groups.groups_of({run.run_id for run in known}))
        self.deck.go(route)

    def action_top_row(self) -> None:
        pane = self.current_pane()
        if isinstance(pane, _LISTS):
            pane.grid.move_to_row(0)

    def metric_here(self) -> str | None:
        """The metric under the cursor, else the one that the view is about, else the one to begin with."""
        pane, comparison = self.current_pane(), self.comparison
        if comparison is None:
            return None
        if pane is self.rows:
            shown = self.rows.row_here()
            if shown is not None and shown.section.group in METRICS and not shown.is_heading:
                return shown.key
        if pane is self.groups and self.groups.metric_here is not None:
            return self.groups.metric_here
        if pane is self.plots and self.plots.metric is not None:
            return self.plots.metric
        return self.matter.metric

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        here = self.current_pane()
        leads_to = {
            "rows": self.rows,
            "groups": self.groups,
            "importance": self.matter,
            "plots": self.plots,
            "files": self.files,
        }
        if action in leads_to:
            return here is not leads_to[action]
        if action == "curves":
            return self.metric_here() is not None
        if action == "top_row":
            return isinstance(here, _LISTS)
        return True

    def hint_title(self, action: Action) -> str:
        if action.id == "compare_views.curves" and self.current_pane() is self.rows and self.rows.grid.marked_metrics:
            return f"curves of {len(self.rows.grid.marked_metrics)}"
        return super().hint_title(action)

    @on(CompareRowsPane.Opened)
    @on(ComparePlotsPane.Opened)
    def _run_opened(self, event: CompareRowsPane.Opened | ComparePlotsPane.Opened) -> None:
        event.stop()
        if self.comparison is not None:
            subject = self.comparison.subjects[event.column]
            if subject.context:
                self.deck.say(f"This run is of another context: :ctx {subject.context} opens that")
            else:
                self.deck.go(RunRoute(subject.run_id))

    # the keys for everywhere

    def go_back(self) -> bool:
        pane = self.current_pane()
        if pane is self.files and self.files.close():
            return True
        if isinstance(pane, (CompareRowsPane, CompareGroupsPane, CompareFilesPane)) and pane.drop_filter():
            return True
        if pane is self.rows and self.rows.drop_marks():
            return True
        if pane is not None and pane is not self._home_pane:
            self.focus_pane(self._home_pane)
            return True
        return False

    def value_here(self) -> tuple[str, str] | None:
        pane = self.current_pane()
        if isinstance(pane, (*_LISTS, ComparePlotsPane)):
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


# Versions of a model, or logged models, side by side: what differs in what they were made from and what they are.


class SideBySideScreen(Page, Asking):
    """Reads a few things that are no runs and shows what differs between them; subclasses say which, and how."""

    CSS_PATH = style_sheets("models.tcss")

    def __init__(self, session: Session, title: str, things: str) -> None:
        super().__init__(session)
        self.pane = CompareRowsPane(
            session,
            self.deck.glyphs,
            title=partial(words.title_of_versions, title),
            placeholder=partial(words.placeholder_of, things),
            things=things,
            absent=frozenset({"drop", "mark_metrics"}),  # enter opens a row, and nothing can be taken out
        )
        self.pane.grid.marking = False
        self.pane.grid.g_is_taken = False

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.focus_pane(self.pane)

    def reading(self, what: str) -> None:
        self.set_freshness(self.freshness.loading())
        self.pane.show_loading(what)

    def show(self, comparison: Comparison) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.pane.show(comparison, ComparisonAsides())

    def refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.pane.show_problem(problem)

    def go_back(self) -> bool:
        return self.pane.drop_filter()

    def value_here(self) -> tuple[str, str] | None:
        return self.pane.value_here()


class VersionDiffScreen(SideBySideScreen):
    """Two versions of a model."""

    def __init__(self, session: Session, route: VersionDiffRoute) -> None:
        super().__init__(session, route.name, "versions")
        self.route = route
        self._beside: dict[str, Session] = {}

    def on_mount(self) -> None:
        self.set_crumbs("models", named(self.route.name), f"v{self.route.baseline} against v{self.route.other}")
        self.read_again()

    def _session_of(self, context: str) -> Session:
        """The session on a context; another than the open one is opened beside it, and closed with the page."""
        if context == self.session.name:
            return self.session
        if context not in self._beside:
            settings = self.session.launch.settings
            launch = resolve(Options(context=context), self.deck.environment, self.deck.folder, settings)
            self._beside[context] = self.deck.open_beside(launch)
        return self._beside[context]

    def on_unmount(self) -> None:
        for session in self._beside.values():
            session.leave()

    def shows(self, touched: Touched) -> bool:
        # Registered again as another, a model of that name may have other versions; their runs are shown too.
        runs = {subject.run_id for subject in self.pane.comparison.subjects} if self.pane.comparison else set()
        return any(
            thing_id in runs if sort.value == "run" else self.route.name in (thing_id, thing_id.rpartition("/")[0])
            for sort, thing_id in touched
        )

    def read_again(self) -> None:
        self.reading("Reading both versions, their runs and their files …")
        session, route = self.session, self.route
        settings = session.launch.settings

        versions = (route.baseline, route.other)
        try:
            sides = [
                (self._session_of(context), name, version)
                for (context, name), version in zip(route.across, versions, strict=False)
            ]
        except Problem as problem:
            self.refused(problem)
            return

        def work() -> Comparison:
            sheet = across(sides) if sides else version_sheet(session, route.name, versions)
            return Comparison(sheet, tolerance=settings.tolerance, directions=settings.metric_directions)

        self.ask(session.pool, "diff", work, self.show, self.refused)

    @on(CompareRowsPane.Opened)
    def _opened(self, event: CompareRowsPane.Opened) -> None:
        event.stop()
        assert self.pane.comparison is not None  # there is no column to be on without it
        subject = self.pane.comparison.subjects[event.column]
        if subject.context and subject.context != self.session.name:
            self.deck.say(f"It is of {clean(subject.context)}: its cell on the board (0) opens that context")
        else:
            self.deck.go(VersionRoute(self.route.name, subject.id.rpartition(":")[2]))


class LoggedModelsDiffScreen(SideBySideScreen):
    """Logged models: what is known of them already, and read anew when that is asked for."""

    def __init__(self, session: Session, route: LoggedModelsDiffRoute) -> None:
        super().__init__(session, "Logged models:", "logged models")
        self.models = route.models

    def on_mount(self) -> None:
        self.set_crumbs("logged models", f"{len(self.models)} compared")
        self._compare(lambda: self.models)

    def read_again(self) -> None:
        artifacts, ids = self.session.artifacts, [model.model_id for model in self.models]
        self._compare(lambda: tuple(map(artifacts.logged_model, ids)))

    def _compare(self, read: Callable[[], tuple[LoggedModel, ...]]) -> None:
        self.reading("Reading these models and their runs …")
        registry, settings = self.session.registry, self.session.launch.settings

        def work() -> tuple[tuple[LoggedModel, ...], Comparison]:
            models = read()
            runs = registry.source_runs([model.source_run_id for model in models if model.source_run_id])
            sheet = models_sheet(models, runs)
            return models, Comparison(sheet, tolerance=settings.tolerance, directions=settings.metric_directions)

        self.ask(self.session.pool, "diff", work, self._got, self.refused)

    def _got(self, answer: tuple[tuple[LoggedModel, ...], Comparison]) -> None:
        self.models, comparison = answer
        self.show(comparison)

    @on(CompareRowsPane.Opened)
    def _opened(self, event: CompareRowsPane.Opened) -> None:
        event.stop()
        model = self.models[event.column]
        self.deck.go(LoggedModelRoute(model.source_run_id, model.model_id, model))
