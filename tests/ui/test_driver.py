"""The driver itself: what it reads is what is on the screen, and what it says when it waits in vain."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Label

from tests.support.driver import drive
from tests.support.snapshots import normalised, screen_text


class Echo(App[None]):
    """Says what is typed, backwards."""

    def compose(self) -> ComposeResult:
        yield Input()
        yield Label("nothing yet", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(Label).update(event.value[::-1])


async def test_keys_go_in_and_the_screen_comes_out() -> None:
    async with drive(Echo(), size=(40, 10)) as deck:
        await deck.until_text("nothing yet")
        await deck.type("abc")
        await deck.until_text("cba")
        assert deck.line_with("cba").strip() == "cba"
        assert len(deck.lines()) == 10


async def test_waiting_in_vain_shows_the_screen() -> None:
    async with drive(Echo(), size=(40, 10)) as deck:
        with pytest.raises(AssertionError, match=r"until pigs fly(.|\n)*nothing yet"):
            await deck.until(lambda: False, "pigs fly", patience=0.05)


async def test_a_picture_holds_the_text_of_the_screen() -> None:
    async with drive(Echo(), size=(40, 10)) as deck:
        await deck.type("wide 日本 <&>")
        await deck.until_text(">&<")
        svg = normalised(deck.app.export_screenshot(title="x"))
        assert any(">&<" in line for line in screen_text(svg))
        assert normalised(deck.app.export_screenshot(title="x")) == svg
