"""What the command line can be told, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.app.actions import configured_keys, show_keys
from tui.config.choose import Options
from tui.config.launch import resolve
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.ui.dialogs.command import Command, CommandModal, Given
from tui.ui.page import Page
from tui.ui.routes import DoctorRoute

if TYPE_CHECKING:
    from tui.app.application import DeckApp

OFFERED_BY_NAME = ("app.command", "app.browse", "app.models", "app.serving")
"""Actions that the command line itself is, or offers as places to go to."""


def ask_for_command(deck: DeckApp, page: Page) -> None:
    """Open the command line over a page, and do what it is told."""
    fixed = [
        Command("open", "Open a run, an experiment or a model by id, name, URI or web address.", takes="PLACE"),
        Command(
            "ctx",
            f"Open another context; {clean(page.session.name)} is open.",
            takes="NAME",
            offers=tuple(page.session.launch.settings.contexts),
        ),
        Command("runs", "Go to the runs.", "1"),
        Command("experiments", "Go to an experiment, or to the list of them.", "1", takes="[NAME]"),
        Command("models", "Go to a registered model, or to the list of them.", "2", takes="[NAME]"),
        *(
            [Command("serving", "Go to the serving endpoints, or to those of a model.", "3", takes="[NAME]")]
            if page.session.serving is not None
            else []
        ),
        Command("doctor", "Look over this context: what works from here, what does not, and what to do."),
    ]
    here = [
        Command(
            action.id.partition(".")[2].replace("_", "-"), action.help, show_keys(configured_keys(action, deck.keymap))
        )
        for action in page.actions_here()
        if action.where not in ("grid", "bar") and action.id not in OFFERED_BY_NAME
    ]
    by_name = {
        action.id.partition(".")[2].replace("_", "-"): action.id
        for action in reversed(page.actions_here())
        if action.where not in ("grid", "bar")
    }
    seen: set[str] = set()
    commands = [c for c in (*fixed, *here) if not (c.name in seen or seen.add(c.name))]  # type: ignore[func-returns-value]

    def run(given: Given | None) -> None:
        if given is None:
            return
        if given.name == "open":
            deck.open_place(given.argument)
        elif given.name == "ctx":
            open_named_context(deck, given.argument)
        elif given.name in ("runs", "experiments"):
            deck.go_home("browse")
            if deck.page is not None:
                deck.page.go_to(given.name, given.argument)
        elif given.name == "models":
            deck.go_home("models")
            if deck.page is not None:
                deck.page.go_to(given.name, given.argument)
        elif given.name == "serving":
            deck.go_home("serving")
            if deck.page is not None:
                deck.page.go_to(given.name, given.argument)
        elif given.name == "doctor":
            deck.go(DoctorRoute())
        elif given.name in by_name:
            page.run_action_by_id(by_name[given.name])

    deck.push_screen(CommandModal(commands, deck.glyphs), run)


def open_named_context(deck: DeckApp, name: str) -> None:
    """Open a context of the configuration by its name; an unknown one is said so."""
    before = deck.session.launch
    try:
        launch = resolve(Options(context=name), deck.environment, deck.folder, before.settings)
    except Problem as problem:
        deck.say(str(problem))
        return
    deck.open_context(launch)
