"""From a route to its screen, loaded when it is first gone to; and the command line that leads to any of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.app.actions import BY_ID, Action, actions_at, configured_keys, show_keys
from tui.config.model import AUTO
from tui.services.copies import shown_uri
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.dialogs.choices import Choice, ChoiceModal, Command, CommandModal, Given
from tui.ui.page import Page
from tui.ui.routes import (
    ArtifactsRoute,
    CompareRoute,
    CurvesRoute,
    DoctorRoute,
    EvaluationDiffRoute,
    EvaluationSetRoute,
    EvaluationsRoute,
    ImagesRoute,
    IncidentRoute,
    LedgerRoute,
    LoggedModelRoute,
    LoggedModelsDiffRoute,
    LoggedModelsRoute,
    ModelRoute,
    PromptDiffRoute,
    PromptRoute,
    RequestsRoute,
    Route,
    RunRoute,
    ServingRoute,
    StandingRoute,
    StoreRoute,
    SweepRoute,
    TraceDiffRoute,
    TraceGroupsRoute,
    TraceRoute,
    TracesRoute,
    VersionDiffRoute,
    VersionRoute,
)

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.domain.glyphs import Glyphs


def screen_for(route: Route, session: Session) -> Page:
    """The screen that a route leads to."""
    if isinstance(route, RunRoute):
        from tui.features.artifacts.view import ArtifactsView
        from tui.features.run.screen import RunScreen

        return RunScreen(session, route.run_id, route.known, files=lambda glyphs: ArtifactsView(session, glyphs))
    if isinstance(route, CompareRoute):
        from tui.features.compare.screen import CompareScreen

        return CompareScreen(session, route)
    if isinstance(route, ArtifactsRoute):
        from tui.features.artifacts.view import ArtifactsScreen

        return ArtifactsScreen(session, route)
    if isinstance(route, ImagesRoute):
        from tui.features.artifacts.images import ImagesScreen

        return ImagesScreen(session, route)
    if isinstance(route, LoggedModelRoute):
        from tui.domain.artifacts import ArtifactRoot
        from tui.features.artifacts.view import ArtifactsPane, ArtifactsView
        from tui.features.logged_models.screen import LoggedModelScreen

        def files(glyphs: Glyphs) -> tuple[ArtifactsPane, ArtifactsView]:
            view = ArtifactsView(session, glyphs)
            view.open_root(ArtifactRoot("model", route.model_id))
            return ArtifactsPane(view), view

        return LoggedModelScreen(session, route, files=files)
    if isinstance(route, LoggedModelsRoute):
        from tui.features.logged_models.screen import LoggedModelsScreen

        return LoggedModelsScreen(session, route)
    if isinstance(route, LoggedModelsDiffRoute):
        from tui.features.compare.screen import LoggedModelsDiffScreen

        return LoggedModelsDiffScreen(session, route)
    if isinstance(route, CurvesRoute):
        from tui.features.curves.screen import CurvesScreen

        return CurvesScreen(session, route)
    if isinstance(route, StoreRoute):
        from tui.features.diagnostics.store import StoreScreen

        return StoreScreen(session, route.report, route.opened)
    if isinstance(route, SweepRoute):
        from tui.features.runs.sweep import SweepScreen

        return SweepScreen(session, route)
    if isinstance(route, ModelRoute):
        from tui.features.models.model import ModelScreen

        return ModelScreen(session, route.name, route.alias, route.stage)
    if isinstance(route, VersionRoute):
        from tui.features.models.model import VersionScreen

        return VersionScreen(session, route.name, route.version)
    if isinstance(route, VersionDiffRoute):
        from tui.features.compare.screen import VersionDiffScreen

        return VersionDiffScreen(session, route)
    if isinstance(route, PromptRoute):
        from tui.features.prompts.screen import PromptsScreen

        return PromptsScreen(session, route.name, route.version, route.alias)
    if isinstance(route, PromptDiffRoute):
        from tui.features.prompts.text import PromptDiffScreen

        return PromptDiffScreen(session, route)
    if isinstance(route, LedgerRoute):
        from tui.features.diagnostics.ledger import LedgerScreen

        return LedgerScreen(session, route.subject)
    if isinstance(route, ServingRoute):
        from tui.features.serving.screen import ServingScreen

        return ServingScreen(session, route.model, route.ask, split=route.split)
    if isinstance(route, IncidentRoute):
        from tui.features.models.incident import IncidentScreen

        return IncidentScreen(session, route.name, route.alias)
    if isinstance(route, StandingRoute):
        from tui.features.diagnostics.standing import StandingScreen

        return StandingScreen(session, route)
    if isinstance(route, DoctorRoute):
        from tui.features.diagnostics.doctor import DoctorScreen

        return DoctorScreen(session)
    if isinstance(route, RequestsRoute):
        from tui.features.diagnostics.requests import RequestsScreen

        return RequestsScreen(session)
    if isinstance(route, TracesRoute):
        from tui.features.traces.screen import TracesScreen

        return TracesScreen(session, route)
    if isinstance(route, TraceRoute):
        from tui.features.traces.trace import TraceScreen

        return TraceScreen(session, route)
    if isinstance(route, TraceDiffRoute):
        from tui.features.traces.compare import TraceDiffScreen

        return TraceDiffScreen(session, route)
    if isinstance(route, TraceGroupsRoute):
        from tui.features.traces.groups import TraceGroupsScreen

        return TraceGroupsScreen(session, route)
    if isinstance(route, EvaluationsRoute):
        from tui.features.evaluation.screen import EvaluationsScreen

        return EvaluationsScreen(session, route)
    if isinstance(route, EvaluationSetRoute):
        from tui.features.evaluation.screen import EvaluationSetScreen

        return EvaluationSetScreen(session, route)
    if isinstance(route, EvaluationDiffRoute):
        from tui.features.evaluation.compare import EvaluationDiffScreen

        return EvaluationDiffScreen(session, route)
    raise TypeError(route)


def register(page: Page, run_id: str, uri: str) -> None:
    """Register a model of a run, or the one at an address, from a page that shows it."""
    from tui.features.models.registering import Registering

    assert isinstance(page, Asking)  # every page that shows what can be registered asks
    registering = Registering(page, page)
    if uri:
        registering.at(uri)
    else:
        registering.from_run(run_id)


# The command line over a page: whatever the registry of actions offers here, by its name.


LINES_KEPT = 100  # of what was said on the command line
_KEPT_AS = "commands said"


def commands_here(deck: DeckApp, page: Page) -> dict[str, Action]:
    """What can be asked for by name: first the places to go to, then what can be done here, the nearest first.

    A place that is not in this context is among them where there is a reason to tell.
    """
    there = {a.id: bool(deck.check_action(a.verb, ())) for a in actions_at("app")}
    places = [a for a in actions_at("app") if (a.is_place if there[a.id] else deck.why_off(a.verb))]
    found: dict[str, Action] = {}
    for action in (*places, *page.actions_here()):
        if action.is_command:
            found.setdefault(action.command, action)
    return found


def _why_off(deck: DeckApp, action: Action) -> str:
    """Why a place cannot be gone to in this context, in a line; "" where it can."""
    there = action.where != "app" or deck.check_action(action.verb, ())
    return "" if there else deck.why_off(action.verb).partition("\n")[0]


def ask_for_command(deck: DeckApp, page: Page) -> None:
    """Open the command line over a page, and do what it is told."""
    found = commands_here(deck, page)

    def run(given: Given | None) -> None:
        action = found.get(given.name) if given is not None else None
        if given is None or action is None:
            return
        _remember(deck, given.line)
        if action.where == "app" and action.id in BY_ID:
            parameters = (given.argument,) if action.takes else ()
            deck.call_later(deck.run_action, ("", action.verb, parameters), deck)
        else:
            page.run_action_by_id(action.id)

    reached = {action.id for action in page.actions_here()}  # a key of another may be one of something nearer here
    off = {name: _why_off(deck, action) for name, action in found.items()}
    commands = [
        Command(
            name,
            action.help,
            show_keys(configured_keys(action, deck.keymap)) if action.id in reached else "",
            takes=action.takes,
            offers=() if off[name] else getattr(deck, f"offers_{action.verb}", tuple)(),
            opens_names=action.verb == "open_place",
            off=off[name],
        )
        for name, action in found.items()
    ]
    deck.push_screen(CommandModal(commands, deck.glyphs, said_before(deck)), run)


def ask_for_theme(deck: DeckApp, names: Sequence[str]) -> None:
    """Choose a theme: each is worn while the cursor is on it, and esc puts back the one before."""
    pairs = {
        AUTO: "deck-dark or deck-light, as the terminal's background is",
        "contrast": "high contrast, dark or light by itself",
        "safe": "for those who do not tell red from green, dark or light by itself",
        "terminal": "the terminal's own sixteen colours",
    }
    configured = deck.session.launch.settings.theme

    def picked(choice: Choice | None) -> None:
        if choice is None:
            deck.wear()
        else:
            deck.action_theme(choice.id)

    choices = [
        Choice(
            name,
            name,
            " · ".join(part for part in (pairs.get(name, ""), "configured" if name == configured else "") if part),
        )
        for name in sorted(names, key=lambda name: name != (deck.wardrobe.look.chosen or configured))
    ]
    modal = ChoiceModal("Theme", choices, deck.glyphs, hint="up and down show each   enter keep   esc leave")
    modal.on_cursor = lambda choice: deck.wear(choice.id)
    deck.push_screen(modal, picked)


def ask_for_workspace(deck: DeckApp, found: Sequence[tuple[str, str]], here: str) -> None:
    """Choose one of the workspaces of the server, and open it."""

    def picked(choice: Choice | None) -> None:
        if choice is not None:
            deck.action_workspace(choice.id)

    choices = [Choice(name, name, "is open" if name == here else about) for name, about in found]
    # Such a server leaves out a workspace in which one has single models or experiments, and none of the whole.
    title = "Workspace · one of which you see parts only is not listed: :workspace NAME"
    title = title if deck.session.capabilities.hides else "Workspace"
    deck.push_screen(ChoiceModal(title, choices, deck.glyphs, hint="enter open   esc leave"), picked)


def said_before(deck: DeckApp) -> list[str]:
    """What was said on the command line, the latest last, also before this start."""
    kept = deck.session.views.get(_KEPT_AS).get("lines")
    lines = [line for line in kept if isinstance(line, str)] if isinstance(kept, list) else []
    return [*(line for line in lines if line not in deck.commands_said), *deck.commands_said][-LINES_KEPT:]


def _remember(deck: DeckApp, said: str) -> None:
    """Keep a line; of an address without its credentials."""
    line = " ".join(shown_uri(word) for word in said.split(" "))
    deck.commands_said = [*(other for other in deck.commands_said if other != line), line][-LINES_KEPT:]
    views, lines = deck.session.views, said_before(deck)
    deck.session.pool.submit(lambda: views.put(_KEPT_AS, {"lines": lines}), lambda _kept: None, lambda _problem: None)
