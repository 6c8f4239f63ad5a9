"""Runs and experiments changed by keys: what a test waits for between them."""

from __future__ import annotations

from tests.support.deck import message
from tests.support.driver import Deck
from tui.ui.dialogs.edit_text import EditTextModal, TagsModal
from tui.ui.write_panel import WritePanel
from tui.ui.write_words import Face

OX, ELK, BEE = (f"{number:032x}" for number in (1, 2, 3))


def panel(deck: Deck[int]) -> WritePanel | None:
    return deck.app.screen if isinstance(deck.app.screen, WritePanel) else None


async def shown(deck: Deck[int], title: str, face: Face = Face.SHOWN) -> None:
    """Wait until the panel shows its plan, or what became of it, under a title."""
    await deck.until(lambda: (found := panel(deck)) is not None and found.face is face, f"the panel is {face.value}")
    await deck.until_text(title)


async def told(deck: Deck[int], text: str) -> None:
    """Wait until the line at the bottom tells of something, with nothing over the screen."""
    await deck.until(lambda: text in message(deck), f"the bottom line tells of “{text}”")
    assert len(deck.app.screen_stack) == 1 or panel(deck) is None


async def note_read(deck: Deck[int]) -> EditTextModal:
    await deck.until(
        lambda: isinstance(deck.app.screen, EditTextModal) and not deck.app.screen.box.read_only, "the note is read"
    )
    assert isinstance(deck.app.screen, EditTextModal)
    return deck.app.screen


async def tags_read(deck: Deck[int]) -> TagsModal:
    await deck.until(
        lambda: isinstance(deck.app.screen, TagsModal) and bool(deck.app.screen.tags.chosen), "the tags are read"
    )
    assert isinstance(deck.app.screen, TagsModal)
    return deck.app.screen
