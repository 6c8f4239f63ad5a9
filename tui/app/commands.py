"""The command line over a page: whatever the registry of actions offers here, by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.app.actions import Action, actions_at, configured_keys, show_keys
from tui.ui.dialogs.command import Command, CommandModal, Given
from tui.ui.page import Page

if TYPE_CHECKING:
    from tui.app.application import DeckApp

LINES_KEPT = 100  # of what was said on the command line


def commands_here(deck: DeckApp, page: Page) -> dict[str, Action]:
    """What can be asked for by name: first the places to go to, then what can be done here, the nearest first."""
    places = [a for a in actions_at("app") if a.is_place and deck.check_action(a.verb, ())]
    found: dict[str, Action] = {}
    for action in (*places, *page.actions_here()):
        if action.is_command:
            found.setdefault(action.command, action)
    return found


def ask_for_command(deck: DeckApp, page: Page) -> None:
    """Open the command line over a page, and do what it is told."""
    found = commands_here(deck, page)

    def run(given: Given | None) -> None:
        action = found.get(given.name) if given is not None else None
        if given is None or action is None:
            return
        deck.commands_said = [*(line for line in deck.commands_said if line != given.line), given.line][-LINES_KEPT:]
        if action.where == "app":
            parameters = (given.argument,) if action.takes else ()
            deck.call_later(deck.run_action, ("", action.verb, parameters), deck)
        else:
            page.run_action_by_id(action.id)

    commands = [
        Command(
            name,
            action.help,
            show_keys(configured_keys(action, deck.keymap)),
            takes=action.takes,
            offers=getattr(deck, f"offers_{action.verb}", tuple)(),
            opens_names=action.verb == "open_place",
        )
        for name, action in found.items()
    ]
    deck.push_screen(CommandModal(commands, deck.glyphs, deck.commands_said), run)
