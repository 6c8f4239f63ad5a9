"""The screen of prompts in a test: opened, judged, with the cursor on what is in production."""

from __future__ import annotations

from tests.support.driver import Deck
from tui.app.application import DeckApp
from tui.features.prompts.screen import PromptsScreen


def prompts(deck: Deck[int]) -> PromptsScreen:
    found = next((one for one in reversed(deck.app.screen_stack) if isinstance(one, PromptsScreen)), None)
    assert found is not None
    return found


async def open_prompts(deck: Deck[int]) -> None:
    """Go to the prompts and wait until all is judged."""
    await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
    await deck.press("4")
    await deck.until_text("with findings")
    await deck.until(lambda: "so far" not in deck.text(), "they are judged")


async def on_support(deck: Deck[int]) -> None:
    """The versions of support_reply are read, and the cursor is on the one in production."""
    await open_prompts(deck)
    prompts(deck).list.grid.move_to("support_reply")
    await deck.press("tab")
    await deck.until_text("support_reply · 4 versions")
    await deck.until(lambda: getattr(prompts(deck).versions.here(), "version", "") == "2", "it is on production")
