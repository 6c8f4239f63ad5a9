"""What can be done from traces: where one can go from them, and what is written of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tui.domain.problem import Problem
from tui.domain.text import clean, named
from tui.domain.traces.table import assessment_names
from tui.domain.traces.values import EvaluationSet, TraceInfo, TraceScope
from tui.domain.writes.changes import Plan, Thing, ThingState
from tui.domain.writes.plans import LINE_HINT, adding, assessing, parsed, unassessing
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


class TraceLinks:
    """Offers what a trace belongs to, and goes there; for a page that asks."""

    def __init__(self, page: Page, asking: Asking, session: Session) -> None:
        self._page = page
        self._asking = asking
        self._session = session

    def choose(self, info: TraceInfo) -> None:
        """Ask where to go."""
        self._page.deck.say("Looking up what it belongs to …")
        self._asking.ask(
            self._session.pool,
            "links",
            lambda: links_of(info, self._session),
            self._offer,
            lambda problem: self._page.deck.say(str(problem)),
        )

    def _offer(self, links: Sequence[Link]) -> None:
        deck = self._page.deck
        deck.say("")
        if not links:
            deck.say("It belongs to no run, no model, no prompt, no session and no dataset")
            return

        def chosen(at: str) -> None:
            link = links[int(at)]
            if link.route is not None:
                deck.go(link.route)
            else:
                deck.copy_text(link.kind, link.called)

        choices = [(str(at), link.kind, clean(link.called)) for at, link in enumerate(links)]
        choose(self._page, "It belongs to", choices, chosen)


# What is written of traces: assessments, tags, records of an evaluation dataset; of all that are marked at once.


class TracePage(Page, Asking):
    """A page of traces, with the keys that write."""

    writing: TraceWriting

    def action_assess(self) -> None:
        self.writing.assess()

    def action_tags(self) -> None:
        self.writing.tags()

    def action_delete(self) -> None:
        self.writing.unassess()

    def action_add_to_dataset(self) -> None:
        self.writing.add_to_dataset()

    def action_undo(self) -> None:
        self.writing.undo()


class TraceWriting:
    """The keys that write, of a page that asks; ``chosen`` answers the traces that they mean."""

    def __init__(
        self,
        page: Page,
        asking: Asking,
        session: Session,
        chosen: Callable[[], Sequence[TraceInfo]],
        experiments: Callable[[], Sequence[str]],
    ) -> None:
        self._writer = Writer(page, session)
        self._session = session
        self._page = page
        self._asking = asking
        self._chosen = chosen
        self._experiments = experiments

    def _ids(self) -> list[str]:
        return [info.id for info in self._chosen()]

    def _what(self) -> str:
        chosen = self._chosen()
        return f"{len(chosen)} traces" if len(chosen) != 1 else f"trace {clean(chosen[0].name or chosen[0].id[:11])}"

    def _states(self, ids: Sequence[str], to: EvaluationSet | None = None) -> list[ThingState]:
        return self._session.trace_changes.states(ids, to)

    def assess(self) -> None:
        """Ask what is to be said, and show what that changes."""
        ids, who = self._ids(), self._session.ledger.actor.partition("@")[0]

        def refuse(line: str) -> str:
            found = parsed(line, who)
            return found if isinstance(found, str) else ""

        def make(line: str) -> Plan:
            said = parsed(line, who)
            assert not isinstance(said, str)  # a line that says nothing is refused
            return assessing(self._states(ids), said)

        if ids:
            question = f"What is to be said of {self._what()}:  {LINE_HINT}"
            self._writer.ask_name("Assess", question, "", make, refuse=refuse)

    def unassess(self) -> None:
        """Ask which assessment is to go."""
        chosen = self._chosen()
        names = assessment_names(chosen)
        if not self._writer.may_write() or not names:
            return
        ids = self._ids()

        def delete(name: str) -> None:
            self._writer.confirm(f"Delete {named(name)}", lambda: unassessing(self._states(ids), name))

        choices = [(name, name, self._said(name, chosen)) for name in names]
        choose(self._page, f"Delete an assessment of {self._what()}", choices, delete)

    def _said(self, name: str, chosen: Sequence[TraceInfo]) -> str:
        said = [info.said[name] for info in chosen if name in info.said]
        if len(said) == 1:
            return f"{said[0].text} by {said[0].source_id or said[0].source_type.lower()}"
        return f"of {len(said)} traces"

    def tags(self) -> None:
        """Edit the tags of all that are chosen."""
        if ids := self._ids():
            self._writer.edit_tags(f"Tags of {self._what()}", lambda: self._states(ids))

    def add_to_dataset(self) -> None:
        """Ask for the evaluation dataset, and show what is added."""
        ids, places, evaluations = self._ids(), list(self._experiments()), self._session.evaluations
        if not ids or not self._writer.may_write():
            return

        def add(sets: Sequence[EvaluationSet], chosen: str) -> None:
            to = next(one for one in sets if one.id == chosen)
            title = f"Add to dataset {named(to.name)}"
            self._writer.confirm(title, lambda: adding(self._states(ids, to), to))

        def offer(sets: tuple[EvaluationSet, ...]) -> None:
            if not sets:
                self._page.deck.say("These experiments have no evaluation dataset")
                return
            self._page.deck.say("")
            sizes = ["" if one.records is None else f"{one.records} records" for one in sets]
            choices = [(one.id, one.name, size) for one, size in zip(sets, sizes, strict=True)]
            choose(self._page, f"Add {self._what()} to", choices, partial(add, sets))

        def refused(problem: Problem) -> None:
            self._page.deck.say(str(problem))

        self._page.deck.say("Looking for evaluation datasets …")
        self._asking.ask(self._session.pool, "sets", lambda: evaluations.sets(places), offer, refused)

    @property
    def can_take_back(self) -> bool:
        return self._writer.can_take_back(Thing.TRACE)

    def undo(self) -> None:
        self._writer.take_back(Thing.TRACE)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb == "undo":
            return NOTHING_TO_UNDO
        return (
            "Nothing has been said of it that could be deleted" if verb == "delete" else "No trace is under the cursor"
        )
