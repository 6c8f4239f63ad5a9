"""The driver itself: what it reads is what is on the screen, and what it says when it waits in vain."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Label

from tests.support.driver import drive
from tests.support.snapshots import drawing, screen_text
from tui.widgets.status_line import Hint, HintLine


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
        svg = drawing(deck.app)
        assert [line.rstrip() for line in deck.lines() if line.strip()] == screen_text(svg)
        assert any(">&< 本日 ediw" in line for line in screen_text(svg))
        assert drawing(deck.app) == svg
        assert len(svg) < 4000, "a small screen is a small file"


class Hinted(App[None]):
    """A line at the top with the time, one of hints, and one of something else."""

    CSS = "HintLine { height: 1; }"

    def __init__(self, key: str, time: str) -> None:
        super().__init__()
        self.line, self.hints = Label(f"live {time}", markup=False), HintLine()
        self.hints.show([Hint(key, "do it")])

    def compose(self) -> ComposeResult:
        yield self.line
        yield self.hints
        yield Label("at 14:00", markup=False)


async def test_a_new_key_and_another_time_are_no_other_picture() -> None:
    drawn = []
    for key, time in (("a", "14:00"), ("b", "15:07")):
        async with drive(Hinted(key, time), size=(40, 10)) as deck:
            await deck.until_text(f"{key} do it")
            drawn.append(drawing(deck.app))
    assert drawn[0] == drawn[1]
    assert [line.strip() for line in screen_text(drawn[0])] == ["live", "at 14:00"]
