"""What the application relies on in Textual's own rooms: the order of keys, and a calm end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.events import Key

from tests.support.deck import World, browse, runs_pane, shop
from tests.support.driver import Deck, drive
from tui.screens.modals.command import CommandModal
from tui.screens.modals.help import HelpModal
from tui.screens.models import ModelsScreen
from tui.screens.run import RunScreen
from tui.themes import THEMES
from tui.widgets.filter_bar import FilterInput

NAMES = {
    "/": "slash",
    ":": "colon",
    " ": "space",
    "\n": "enter",
    "?": "question_mark",
    "_": "underscore",
    ">": "greater_than_sign",
}


def burst(deck: Deck[Any], text: str) -> None:
    """All keys of a text at once, as they come in one packet over a slow line."""
    for character in text:
        name = NAMES.get(character, character)
        printable = character if character.isprintable() else None
        deck.app.post_message(Key(name, printable))


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


async def test_what_is_typed_at_once_after_the_slash_lands_in_the_line(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter")
        burst(deck, "/name ~ qxjk and GzTi_FUs")
        bar = runs_pane(deck)
        await deck.until(lambda: bar.bar is not None and bar.bar.input.value.endswith("Us"), "all has arrived")
        assert bar.bar is not None
        assert bar.bar.input.value == "name ~ qxjk and GzTi_FUs"
        assert deck.app.is_running


async def test_what_is_typed_at_once_after_the_colon_lands_in_the_line(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("weekly")
        burst(deck, ":experiments qqq")
        await deck.until(
            lambda: isinstance(deck.app.screen, CommandModal) and deck.app.screen.input.value.endswith("qqq"),
            "all has arrived",
        )
        assert isinstance(deck.app.screen, CommandModal)
        assert deck.app.screen.input.value == "experiments qqq"


async def test_keys_after_a_dialogue_go_to_what_it_leads_to(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        burst(deck, ":experiments fraud/cards\n")
        await deck.until_text("tx-transformer-8")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the runs have the keys")
        burst(deck, "j\n")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run's page has been opened")
        await deck.until_text("tx-transformer-7")


async def test_help_typed_ahead_narrows_itself(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("weekly")
        burst(deck, "?clipboard")
        await deck.until(
            lambda: isinstance(deck.app.screen, HelpModal) and deck.app.screen.input.value == "clipboard",
            "the help has been narrowed",
        )


async def test_keys_go_on_when_the_one_who_had_them_is_gone(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("enter", "slash", *"qqq")
        await deck.until(lambda: isinstance(deck.app.focused, FilterInput), "the line has the keys")
        await deck.press("escape")
        await deck.press("j", "j")
        await deck.until(lambda: runs_pane(deck).grid.cursor_row == 2, "the list has the keys again")


async def test_a_fault_ends_the_app_with_the_error_kept_and_nothing_printed(
    small: World, capfd: pytest.CaptureFixture[str]
) -> None:
    app = small.app()
    secret = "s3cret-in-a-local-variable"

    def broken() -> None:
        password = secret
        raise ZeroDivisionError(f"with {len(password)} characters of it")

    with pytest.raises(ZeroDivisionError):
        async with drive(app) as deck:
            await deck.until_text("weekly")
            browse(deck).runs.action_runs_sort = broken  # type: ignore[method-assign]
            await deck.press("enter", "s")
            await deck.until(lambda: app.fault is not None, "the fault is known")
    assert isinstance(app.fault, ZeroDivisionError)
    printed = capfd.readouterr()
    assert secret not in printed.out + printed.err
    assert "Traceback" not in printed.out + printed.err


async def test_a_top_screen_is_shown_without_parsing_style_sheets_again(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []
    whole = Stylesheet.reparse

    def reparse(sheet: Stylesheet) -> None:
        parsed.append(len(sheet.source))
        whole(sheet)

    monkeypatch.setattr(Stylesheet, "reparse", reparse)
    async with small.open() as deck:
        await deck.until_text("weekly")
        assert parsed == []
        background = Color.parse(deck.app.get_css_variables()["background"])
        assert deck.app.screen.styles.background == background, "the sheets were parsed in the theme's own colours"


async def test_a_top_screen_made_after_a_change_of_theme_wears_it(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("weekly")
        deck.app.theme = next(name for name in THEMES if name != deck.app.theme)
        await deck.press("2")
        await deck.until(lambda: isinstance(deck.app.screen, ModelsScreen), "the models are shown")
        surface = Color.parse(deck.app.get_css_variables()["background"])
        await deck.until(lambda: deck.app.screen.styles.background == surface, "in the theme chosen")
