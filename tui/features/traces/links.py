"""Where one can go from a trace: its run, its logged model and versions, its prompts, session and datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.domain.traces.values import TraceInfo, TraceScope
from tui.services.session import Session
from tui.ui.asking import Asking
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
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        deck = self._page.deck
        deck.say("")
        if not links:
            deck.say("It belongs to no run, no model, no prompt, no session and no dataset")
            return
        choices = [Choice(str(at), link.kind, clean(link.called)) for at, link in enumerate(links)]

        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            link = links[int(choice.id)]
            if link.route is not None:
                deck.go(link.route)
            else:
                deck.copy_text(link.kind, link.called)

        self._page.app.push_screen(ChoiceModal("It belongs to", choices, deck.glyphs), chosen)
