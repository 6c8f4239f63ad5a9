"""What was evaluated in experiments: the runs with what judges said, and a page for a dataset that they used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.problem import Problem
from tui.domain.runs.run_facts import facts
from tui.domain.text import clean, named
from tui.domain.traces.values import EvaluationRun, EvaluationSet, RecordsPage, TraceScope
from tui.features.evaluation.panes import EvaluationsPane, RecordsPane, ScorersPane, SetsPane
from tui.resources import style_sheets
from tui.services.copies import run_copies
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.services.trace_desk import JudgedRun
from tui.services.trace_desk import judged_of as judged
from tui.ui.asking import Asking
from tui.ui.facts import FactsPane
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

        no_run = partial(self.runs.state.failed, said="No evaluation run could be read.")
        self.ask(pool, "runs", read, self._got_runs, no_run)
        if route.dataset or not self.session.capabilities.evaluation_sets:
            self.sets.fill()
            self.scorers.fill()
            return
        self.sets.state.loading("Reading datasets …")
        self.scorers.state.loading("Reading scorers …")
        no_set = partial(self.sets.state.failed, said="No dataset could be read.")
        self.ask(pool, "sets", lambda: evaluations.sets(route.places), self.sets.show_all, no_set)
        no_scorer = partial(self.scorers.state.failed, said="No scorer could be read.")
        self.ask(pool, "scorers", lambda: evaluations.scorers(route.places), self.scorers.show_all, no_scorer)

    def _got_runs(self, runs: list[EvaluationRun]) -> None:
        there = {run.id for run in runs}
        self.runs.judged = {key: one for key, one in self.runs.judged.items() if key in there}
        self.runs.show_all(runs)
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

        self.ask(session.pool, "counts", lambda: judged(session.traces, run), got, self.runs.notice.problem,
                 urgency=PREFETCH)  # fmt: skip

    @on(ListPane.FreshnessChanged, "#evaluations")
    def _fresh(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.runs.state.freshness)

    # what the keys mean

    def action_its_traces(self) -> None:
        if chosen := self.runs.chosen():
            self.deck.go(TracesRoute(TraceScope.of_runs(chosen)))

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
        chosen = self.runs.marked()
        here = self.runs.here()
        if len(chosen) == 1 and here is not None and here not in chosen:
            chosen.append(here)
        elif not chosen and here is not None:
            earlier = [
                run
                for run in self.runs.held.values()
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


# An evaluation dataset: its records, what they hold, who uses it; from there its runs and their traces.


PAGE = 500
FIRST = 2000  # records that are read without being asked for
_MOST_NAMED = 20  # experiments whose names are looked up


class EvaluationSetScreen(Page, Asking):
    """Reads a dataset and its records, and the names of the experiments that use it."""

    CSS_PATH = style_sheets("traces.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("evaluation_set")]

    def __init__(self, session: Session, route: EvaluationSetRoute) -> None:
        super().__init__(session)
        self.route = route
        self.dataset: EvaluationSet | None = None
        self.users: Mapping[str, str] = {}
        self.records = RecordsPane(session, self.deck.glyphs)
        self.facts = FactsPane(
            session,
            self.deck.glyphs,
            id="evaluation-facts",
            tabs={"facts": "Facts", "schema": "Schema", "tags": "Tags"},
            title="Dataset",
        )
        self._wanted = FIRST

    def content(self) -> ComposeResult:
        with Horizontal(id="evaluation-body"):
            yield self.records
            yield self.facts

    def on_mount(self) -> None:
        self.set_crumbs("evaluation", "datasets", named(self.route.name or self.route.id))
        self.records.recall()
        self.focus_pane(self.records)
        self.read_again()

    # reading

    def read_again(self) -> None:
        evaluations, tracking, dataset_id = self.session.evaluations, self.session.tracking, self.route.id
        lacking = self.session.capabilities.no_evaluation_sets
        if lacking:
            self.records.grid.placeholder = lacking
            return

        def read() -> tuple[EvaluationSet, dict[str, str]]:
            found = evaluations.dataset(dataset_id)
            users: dict[str, str] = {}
            for each in found.experiment_ids[:_MOST_NAMED]:
                try:
                    users[each] = tracking.get_experiment(each).name
                except Problem as problem:
                    if problem.is_connection:
                        raise
                    users[each] = ""  # gone, or not for everybody
            return found, users

        self.ask(self.session.pool, "dataset", read, self._got, self.facts.show_problem)
        self.records.state.loading("Reading records …")
        self._read(None, first=True)

    def _read(self, token: str | None, *, first: bool = False) -> None:
        evaluations, dataset_id = self.session.evaluations, self.route.id

        def got(page: RecordsPage) -> None:
            found = {record.id: record for record in page.records}
            self.records.held = found if first else self.records.held | found
            self.records.next_token = page.next_token
            if page.next_token is not None and len(self.records.held) < self._wanted:
                self._read(page.next_token)
            else:
                self.records.state.live()
            self.records.fill()

        read = partial(evaluations.records, dataset_id, max_results=PAGE, token=token)
        refused = partial(self.records.state.failed, said="No record could be read.")
        self.ask(self.session.pool, "records", read, got, refused)

    def _got(self, answer: tuple[EvaluationSet, Mapping[str, str]]) -> None:
        self.dataset, self.users = answer
        one, zone = self.dataset, self.session.clock.zone
        self.set_crumbs("evaluation", "datasets", named(one.name))
        pairs = [
            ("name", one.name),
            ("dataset id", one.id),
            ("records", self.deck.glyphs.absent if one.records is None else str(one.records)),
            ("digest", one.digest),
            ("created", quantities.stamp(one.created_ms, zone)),
            ("by", one.created_by),
            ("updated", quantities.stamp(one.updated_ms, zone)),
            *(("used by", f"{name or 'what cannot be read'} ({each})") for each, name in self.users.items()),
        ]
        more = len(one.experiment_ids) - len(self.users)
        if more > 0:
            pairs.append(("used by", f"{more} experiments more"))
        tags, schema = sorted(one.tags.items()), _schema(one.schema)
        self.facts.put("facts", lambda query: facts([pair for pair in pairs if pair[1]], query))
        self.facts.put("schema", lambda query: facts(schema, query))
        self.facts.put("tags", lambda query: facts(tags, query))
        self.refresh_bindings()

    @on(ListPane.FreshnessChanged, "#records")
    def _fresh(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.records.state.freshness)

    # what the keys mean

    def action_load_all(self) -> None:
        self._wanted = 10**9
        if self.records.next_token is not None and not self.is_asking("records"):
            self.records.state.loading()
            self._read(self.records.next_token)

    def action_evaluation(self) -> None:
        """To the runs over this dataset, in the experiments that use it."""
        if self.dataset is not None:
            one = self.dataset
            self.deck.go(EvaluationsRoute(one.experiment_ids, one.name, one.name, one.id))

    def action_its_traces(self) -> None:
        """To the traces of all runs over this dataset."""
        if self.dataset is None:
            return
        one, evaluations = self.dataset, self.session.evaluations

        def read() -> list[EvaluationRun]:
            found = evaluations.runs(one.experiment_ids, dataset=one.name)
            return [run for run in found if run.dataset_id in ("", one.id)]

        def got(runs: list[EvaluationRun]) -> None:
            self.deck.say("" if runs else "No evaluation run has used this dataset yet")
            if runs:
                self.deck.go(TracesRoute(TraceScope.of_runs(runs)))

        self.deck.say("Looking for the runs over it …")
        self.ask(self.session.pool, "runs", read, got, self.say_problem)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action == "load_all":
            return self.records.next_token is not None
        if action in ("evaluation", "its_traces"):
            return self.dataset is not None
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "Every record is loaded" if verb == "load_all" else "The dataset has not been read"

    def go_back(self) -> bool:
        if self.current_pane() is self.facts:
            if not self.facts.drop_filter():
                self.focus_pane(self.records)
            return True
        return self.records.go_back()

    def times_changed(self) -> None:
        self.records.retick()

    def value_here(self) -> tuple[str, str] | None:
        return (self.facts if self.current_pane() is self.facts else self.records).value_here()

    def copies_here(self) -> list[tuple[str, str]]:
        value = self.value_here()
        python = f"from mlflow.genai import datasets\ndataset = datasets.get_dataset(dataset_id={self.route.id!r})\n"
        record = self.records.here()
        return [
            *([value] if value else []),
            ("dataset id", self.route.id),
            ("Python", python),
            *([("record id", record.id)] if record is not None else []),
        ]


def _schema(text: str) -> list[tuple[str, str]]:
    """What the records hold: ``inputs.question`` and its type."""
    try:
        held = json.loads(text)
    except ValueError:
        return [("schema", text)] if text else []
    if not isinstance(held, dict):
        return [("schema", text)]
    found = []
    for part, fields in held.items():
        if isinstance(fields, dict):
            found += [(f"{part}.{name}", str(kind)) for name, kind in fields.items()]
        else:
            found.append((str(part), str(fields)))
    return found
