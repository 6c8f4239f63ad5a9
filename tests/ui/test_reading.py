"""The dialogue that says what is being read ends once, however soon the answer is there."""

from __future__ import annotations

from pathlib import Path

from tests.support.deck import shop
from tui.app.application import DeckApp
from tui.ui.dialogs.whole_text import ReadingModal


async def test_an_answer_that_is_there_before_the_dialogue_is_shown_ends_it_once(tmp_path: Path) -> None:
    async with shop(tmp_path).open() as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun and app.page is not None, "the context is open")
        await deck.settle()
        answers: list[bool | None] = []
        beneath = app.screen
        modal = ReadingModal("Grants", "Reading …")
        app.push_screen(modal, answers.append)
        modal.end()
        modal.on_screen_resume()
        await deck.settle()
        assert answers == [True] and app.screen is beneath
