"""An evaluation dataset: its records, what they hold, who uses it; from there its runs and their traces."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.problem import Problem
from tui.domain.runs.tables import facts
from tui.domain.text import named
from tui.domain.traces.values import EvaluationRun, EvaluationSet, RecordsPage, TraceScope
from tui.features.evaluation.panes import RecordsPane
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.facts import FactsPane
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import EvaluationSetRoute, EvaluationsRoute, TraceRoute, TracesRoute

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
        super().on_mount()
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

        self.ask(self.session.pool, "dataset", read, self._got, self._refused)
        self.records.state.loading("Reading records …")
        self._read(None, first=True)

    def _read(self, token: str | None, *, first: bool = False) -> None:
        evaluations, dataset_id = self.session.evaluations, self.route.id

        def got(page: RecordsPage) -> None:
            found = {record.id: record for record in page.records}
            self.records.records = found if first else self.records.records | found
            self.records.next_token = page.next_token
            if page.next_token is not None and len(self.records.records) < self._wanted:
                self._read(page.next_token)
            else:
                self.records.state.live()
            self.records.fill()

        self.ask(self.session.pool, "records", lambda: evaluations.records(dataset_id, max_results=PAGE, token=token),
                 got, self._no_records)  # fmt: skip

    def _no_records(self, problem: Problem) -> None:
        self.records.state.failed(problem, "No record could be read.")

    def _refused(self, problem: Problem) -> None:
        self.facts.show_problem(problem)

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

    @on(RecordsPane.Opened)
    def _opened(self, event: RecordsPane.Opened) -> None:
        event.stop()
        self.deck.go(TraceRoute(event.trace_id))

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
        self.ask(self.session.pool, "runs", read, got, lambda problem: self.deck.say(str(problem)))

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
