"""What was evaluated in experiments: the runs with what judges said, the datasets and the scorers that they used."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings
from tui.domain.problem import Problem
from tui.domain.text import clean, named
from tui.domain.traces.values import EvaluationRun, EvaluationSet, Scorer, TraceScope
from tui.features.evaluation.panes import EvaluationsPane, ScorersPane, SetsPane
from tui.resources import style_sheets
from tui.services.copies import run_copies
from tui.services.evaluations import JudgedRun, judged
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import EvaluationDiffRoute, EvaluationSetRoute, EvaluationsRoute, RunRoute, TracesRoute

COUNTED = 20  # evaluation runs, those latest, whose traces are read for what each judge said


class EvaluationsScreen(Page, Asking):
    """Three lists of some experiments; of the runs over one dataset the first alone."""

    CSS_PATH = style_sheets("traces.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("evaluation")]

    def __init__(self, session: Session, route: EvaluationsRoute) -> None:
        super().__init__(session)
        self.route = route
        glyphs = self.deck.glyphs
        self.runs = EvaluationsPane(session, glyphs)
        self.sets = SetsPane(session, glyphs)
        self.scorers = ScorersPane(session, glyphs)
        self.runs.of = route.dataset

    def content(self) -> ComposeResult:
        yield self.runs
        with Horizontal(id="evaluation-below"):
            yield self.sets
            yield self.scorers

    def on_mount(self) -> None:
        super().on_mount()
        route = self.route
        self.set_crumbs("evaluation", named(route.dataset or route.called))
        self.focus_pane(self.runs)
        for pane in (self.runs, self.sets, self.scorers):
            pane.recall()
        if route.dataset:
            self.sets.disabled = self.scorers.disabled = True
            self.query_one("#evaluation-below").display = False
        lacking = self.session.capabilities.no_evaluation_sets
        self.sets.lacking = self.scorers.lacking = lacking
        self.read_again()

    def read_again(self) -> None:
        route, evaluations = self.route, self.session.evaluations
        pool = self.session.pool
        if not self.session.capabilities.traces:
            self.runs.grid.placeholder = "There are no traces here, and so no evaluation runs."
            return
        self.runs.state.loading("Reading evaluation runs …")

        def read() -> list[EvaluationRun]:
            found = evaluations.runs(route.places, dataset=route.dataset)
            return [run for run in found if not route.dataset_id or run.dataset_id in ("", route.dataset_id)]

        self.ask(pool, "runs", read, self._got_runs, self._no_runs)
        if route.dataset or not self.session.capabilities.evaluation_sets:
            self.sets.fill()
            self.scorers.fill()
            return
        self.sets.state.loading("Reading datasets …")
        self.scorers.state.loading("Reading scorers …")
        self.ask(pool, "sets", lambda: evaluations.sets(route.places), self._got_sets, self._no_sets)
        self.ask(pool, "scorers", lambda: evaluations.scorers(route.places), self._got_scorers, self._no_scorers)

    def _got_runs(self, runs: list[EvaluationRun]) -> None:
        self.runs.runs = {run.id: run for run in runs}
        self.runs.judged = {key: one for key, one in self.runs.judged.items() if key in self.runs.runs}
        self.runs.state.live()
        self.runs.fill()
        self.refresh_bindings()
        self._count(runs[:COUNTED], len(runs))

    def _count(self, waiting: list[EvaluationRun], every: int) -> None:
        """Read the traces of one run after the other, the latest first, for what its judges said."""
        if not waiting:
            left = every - min(every, COUNTED)
            self.runs.said = f"inputs are counted of the latest {COUNTED}" if left else ""
            self.runs.show_words()
            return
        run, session = waiting[0], self.session

        def got(found: JudgedRun) -> None:
            self.runs.judged[run.id] = found
            self.runs.fill()
            self._count(waiting[1:], every)

        def refused(problem: Problem) -> None:
            self.runs.notice.problem(problem)

        self.ask(session.pool, "counts", lambda: judged(session.traces, run), got, refused,
                 urgency=PREFETCH)  # fmt: skip

    def _no_runs(self, problem: Problem) -> None:
        self.runs.state.failed(problem, "No evaluation run could be read.")

    def _got_sets(self, sets: tuple[EvaluationSet, ...]) -> None:
        self.sets.sets = sets
        self.sets.state.live()
        self.sets.fill()

    def _no_sets(self, problem: Problem) -> None:
        self.sets.state.failed(problem, "No dataset could be read.")

    def _got_scorers(self, scorers: tuple[Scorer, ...]) -> None:
        self.scorers.scorers = scorers
        self.scorers.state.live()
        self.scorers.fill()

    def _no_scorers(self, problem: Problem) -> None:
        self.scorers.state.failed(problem, "No scorer could be read.")

    @on(ListPane.FreshnessChanged, "#evaluations")
    def _fresh(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.runs.state.freshness)

    # what the keys mean

    @on(EvaluationsPane.Opened)
    def _opened(self, event: EvaluationsPane.Opened) -> None:
        event.stop()
        self._to_traces([event.run])

    @on(SetsPane.Opened)
    def _set_opened(self, event: SetsPane.Opened) -> None:
        event.stop()
        self.deck.go(EvaluationSetRoute(event.dataset.id, event.dataset.name))

    def _to_traces(self, runs: list[EvaluationRun]) -> None:
        self.deck.go(TracesRoute(TraceScope.of_runs(runs)))

    def action_its_traces(self) -> None:
        if chosen := self.runs.chosen():
            self._to_traces(chosen)

    def action_run(self) -> None:
        here = self.runs.here()
        if here is not None:
            self.deck.go(RunRoute(here.id))

    def action_dataset(self) -> None:
        here = self.runs.here()
        if here is not None and here.dataset_id:
            self.deck.go(EvaluationSetRoute(here.dataset_id, here.dataset))

    def action_compare(self) -> None:
        """Those marked, the earliest as the baseline; one marked: with the one here; none: with the one before it."""
        chosen = [self.runs.runs[key] for key in self.runs.grid.marks if key in self.runs.runs]
        here = self.runs.here()
        if len(chosen) == 1 and here is not None and here not in chosen:
            chosen.append(here)
        elif not chosen and here is not None:
            earlier = [
                run
                for run in self.runs.runs.values()
                if run.dataset == here.dataset and run.started_ms < here.started_ms
            ]
            chosen = [here, *sorted(earlier, key=lambda run: -run.started_ms)[:1]]
        if len(chosen) < 2:
            self.deck.say("Two evaluation runs or more are compared: mark them, or put the cursor beside a mark")
            return
        self.deck.go(EvaluationDiffRoute(tuple(sorted(chosen, key=lambda run: run.started_ms))))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action in ("its_traces", "run", "compare"):
            return self.current_pane() is self.runs and self.runs.here() is not None
        if action == "dataset":
            here = self.runs.here()
            return self.current_pane() is self.runs and here is not None and bool(here.dataset_id)
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if self.current_pane() is not self.runs or self.runs.here() is None:
            return "No evaluation run is under the cursor"
        return "It read no evaluation dataset that is kept" if verb == "dataset" else ""

    def go_back(self) -> bool:
        pane = self.current_pane()
        return isinstance(pane, ListPane) and pane.go_back()

    def times_changed(self) -> None:
        for pane in (self.runs, self.sets, self.scorers):
            pane.retick()

    def value_here(self) -> tuple[str, str] | None:
        pane = self.current_pane()
        return pane.value_here() if isinstance(pane, ListPane) else None

    def copies_here(self) -> list[tuple[str, str]]:
        here, value = self.runs.here(), self.value_here()
        offers = [value] if value else []
        if here is not None and self.current_pane() is self.runs:
            offers += run_copies(self.session.launch.tracking_uri, here.id, here.experiment_id)
        return [(clean(title), text) for title, text in offers]
