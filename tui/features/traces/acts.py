"""What can be done from traces: where one can go from them, and what is written of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tui.domain.problem import Problem
from tui.domain.text import clean, named
from tui.domain.traces.table import assessment_names
from tui.domain.traces.values import EvaluationSet, TraceInfo, TraceScope
from tui.domain.writes.changes import ASSESSED, Change, Plan, Thing, ThingState, touching
from tui.domain.writes.plans import LINE_HINT, adding, assessing, parsed, state_of, unassessing
from tui.services.session import Session
from tui.ui.asking import NOTHING_TO_UNDO, Asking, Writer, choose
from tui.ui.page import Page
from tui.ui.routes import EvaluationSetRoute, LoggedModelRoute, PromptRoute, Route, RunRoute, TracesRoute, VersionRoute

_MOST_SETS = 20  # evaluation datasets that are looked through for a trace


@dataclass(frozen=True)
class Link:
    """What is linked, what it is called, and the way there; None where it can only be told."""

    kind: str
    called: str
    route: Route | None = None


def links_of(info: TraceInfo, session: Session) -> list[Link]:
    """All that a trace belongs to; blocks. What cannot be read is left out."""
    found: list[Link] = []
    if info.run_id:
        found.append(Link("run", info.run_id, RunRoute(info.run_id)))
    made_in = info.run_id
    if info.model_id:
        try:
            made_in = session.registry.source_models([info.model_id], [info.experiment_id])[info.model_id].run_id
        except (Problem, KeyError):
            made_in = info.run_id
        route = LoggedModelRoute(made_in, info.model_id) if made_in else None
        found.append(Link("logged model", info.model_id, route))
    if made_in:
        found += _versions(session, made_in)
    found += [Link("prompt", f"{name} v{version}", PromptRoute(name, version)) for name, version in info.prompts]
    if info.session:
        scope = TraceScope((info.experiment_id,), session=info.session)
        found.append(Link("session", info.session, TracesRoute(scope)))
    return [*found, *_datasets(session, info)]


def _versions(session: Session, run_id: str) -> list[Link]:
    try:
        versions = session.registry.registered_as([run_id]).get(run_id, ())
    except Problem:
        return []
    return [
        Link("registered version", f"{one.model} v{one.version}", VersionRoute(one.model, one.version))
        for one in versions
    ]


def _datasets(session: Session, info: TraceInfo) -> list[Link]:
    try:
        sets = session.evaluations.sets([info.experiment_id])[:_MOST_SETS]
        holding = [one for one in sets if info.id in session.evaluations.traces_in(one.id)]
        return [Link("record of dataset", one.name, EvaluationSetRoute(one.id, one.name)) for one in holding]
    except Problem:
        return []  # an older server has none


class TracePage(Page, Asking):
    """A page of traces: where one can go from them, and the keys that write of all that are marked at once."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._writer = Writer(self, session)

    @abstractmethod
    def here(self) -> TraceInfo | None:
        """The trace that the keys mean."""

    @abstractmethod
    def chosen(self) -> list[TraceInfo]:
        """The traces that the keys which write mean."""

    # where one can go

    def action_links(self) -> None:
        """Ask where to go of what the trace belongs to."""
        info = self.here()
        if info is None:
            return
        self.deck.say("Looking up what it belongs to …")
        self.ask(self.session.pool, "links", lambda: links_of(info, self.session), self._offer, self.say_problem)

    def _offer(self, links: Sequence[Link]) -> None:
        self.deck.say("")
        if not links:
            self.deck.say("It belongs to no run, no model, no prompt, no session and no dataset")
            return

        def chosen(at: str) -> None:
            link = links[int(at)]
            if link.route is not None:
                self.deck.go(link.route)
            else:
                self.deck.copy_text(link.kind, link.called)

        choose(
            self, "It belongs to", [(str(at), link.kind, clean(link.called)) for at, link in enumerate(links)], chosen
        )

    # what is written: assessments, tags, records of an evaluation dataset

    def _ids(self) -> list[str]:
        return [info.id for info in self.chosen()]

    def _what(self) -> str:
        chosen = self.chosen()
        return f"{len(chosen)} traces" if len(chosen) != 1 else f"trace {clean(chosen[0].name or chosen[0].id[:11])}"

    def _states(self, ids: Sequence[str], to: EvaluationSet | None = None) -> list[ThingState]:
        return self.session.trace_changes.states(ids, to)

    def _touches(self) -> Callable[[], Sequence[Change]]:
        """What is said of the traces, as one's permissions for it are asked about."""
        chosen = [state_of(info) for info in self.chosen()]
        return lambda: touching(chosen, ASSESSED)

    def action_assess(self) -> None:
        """Ask what is to be said, and show what that changes."""
        ids, who = self._ids(), self.session.ledger.actor.partition("@")[0]

        def refuse(line: str) -> str:
            found = parsed(line, who)
            return found if isinstance(found, str) else ""

        def make(line: str) -> Plan:
            said = parsed(line, who)
            assert not isinstance(said, str)  # a line that says nothing is refused
            return assessing(self._states(ids), said)

        if ids:
            question = f"What is to be said of {self._what()}:  {LINE_HINT}"
            self._writer.ask_name("Assess", question, "", make, refuse=refuse, touches=self._touches())

    def action_delete(self) -> None:
        """Ask which assessment is to go."""
        chosen, ids = self.chosen(), self._ids()
        names = assessment_names(chosen)
        if not self._writer.may_write() or not names:
            return

        def delete(name: str) -> None:
            self._writer.confirm(f"Delete {named(name)}", lambda: unassessing(self._states(ids), name))

        choices = [(name, name, self._said(name, chosen)) for name in names]
        offered = choose(self, f"Delete an assessment of {self._what()}", choices, delete)
        self._writer.say_lacking(offered, self._touches())

    def _said(self, name: str, chosen: Sequence[TraceInfo]) -> str:
        said = [info.said[name] for info in chosen if name in info.said]
        if len(said) == 1:
            return f"{said[0].text} by {said[0].source_id or said[0].source_type.lower()}"
        return f"of {len(said)} traces"

    def action_tags(self) -> None:
        """Edit the tags of all that are chosen."""
        if ids := self._ids():
            self._writer.edit_tags(f"Tags of {self._what()}", lambda: self._states(ids))

    def action_add_to_dataset(self) -> None:
        """Ask for the evaluation dataset, and show what is added."""
        ids, evaluations = self._ids(), self.session.evaluations
        places = list(dict.fromkeys(info.experiment_id for info in self.chosen()))
        if not ids or not self._writer.may_write():
            return

        def add(sets: Sequence[EvaluationSet], chosen: str) -> None:
            to = next(one for one in sets if one.id == chosen)
            title = f"Add to dataset {named(to.name)}"
            self._writer.confirm(title, lambda: adding(self._states(ids, to), to))

        def offer(sets: tuple[EvaluationSet, ...]) -> None:
            if not sets:
                self.deck.say("These experiments have no evaluation dataset")
                return
            self.deck.say("")
            sizes = ["" if one.records is None else f"{one.records} records" for one in sets]
            choices = [(one.id, one.name, size) for one, size in zip(sets, sizes, strict=True)]
            offered = choose(self, f"Add {self._what()} to", choices, partial(add, sets))
            self._writer.say_lacking(offered, self._touches())

        self.deck.say("Looking for evaluation datasets …")
        self.ask(self.session.pool, "sets", lambda: evaluations.sets(places), offer, self.say_problem)

    def action_undo(self) -> None:
        self._writer.take_back(Thing.TRACE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            return self._writer.can_take_back(Thing.TRACE)
        if action == "delete":
            return any(info.said for info in self.chosen())
        return False if self._lacking(action) else super().check_action(action, parameters)

    def _lacking(self, verb: str) -> str:
        """Why what a verb writes is not kept here; "" where it is."""
        can = self.session.capabilities
        return {"assess": can.no_assessments, "add_to_dataset": can.no_evaluation_sets}.get(verb, "")

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if lacking := self._lacking(verb):
            return lacking
        if verb == "undo":
            return NOTHING_TO_UNDO
        return (
            "Nothing has been said of it that could be deleted" if verb == "delete" else "No trace is under the cursor"
        )
