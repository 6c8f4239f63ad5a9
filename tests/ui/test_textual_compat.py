"""What the application relies on in Textual's own rooms: the order of keys, and a calm end."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import RenderableType
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.events import Key
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.widget import MountError
from textual.widgets import Static

from tests.support.deck import World, browse, runs_pane, shop
from tests.support.driver import Deck, drive
from tests.support.terminal import Terminal
from tui.app.themes import THEMES
from tui.features.models.screen import ModelsScreen
from tui.features.run.screen import RunScreen
from tui.terminal.textual_compat import CalmApp, ExactStyle
from tui.ui.dialogs.choices import CommandModal
from tui.ui.dialogs.listing import HelpModal
from tui.widgets.inputs import FilterInput


class Words(Screen[None]):
    """Two words, and a class that says how wide the terminal is."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (40, "-wide")]

    def __init__(self) -> None:
        super().__init__(id="words")

    def compose(self) -> ComposeResult:
        yield Static("one")
        yield Static("two")


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
            browse(deck).runs.action_sort = broken  # type: ignore[method-assign]
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


async def test_what_would_be_shown_after_the_end_was_asked_for_is_no_fault() -> None:
    app = Frames()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.exit(None, return_code=0)
        app.screen.call_later(app.screen.mount, Static("too late"))
        app.post_message(Key("f5", None))
    assert app.return_code == 0 and app.fault is None


class Late(Static):
    """A part that, when it is taken away, has its page look for it once more."""

    def on_unmount(self) -> None:
        self.screen.call_next(self.screen.query_one, "#late")


async def test_what_a_page_looks_for_while_it_is_left_is_no_fault() -> None:
    app = Frames()
    async with app.run_test() as pilot:
        page: Screen[None] = Screen()
        await app.push_screen(page)
        await page.mount(Late(id="late"))
        await pilot.pause()
        await app.pop_screen()
        await pilot.pause()
        assert app.screen is not page and app.fault is None and not page.is_running


async def test_what_is_looked_for_in_anothers_name_in_a_page_that_was_left_is_no_fault() -> None:
    app = Frames()
    async with app.run_test() as pilot:
        page: Screen[None] = Screen()
        await app.push_screen(page)
        await app.pop_screen()
        await pilot.pause()

        def too_late() -> None:
            page.query_one("#gone")

        app.call_later(too_late)
        await pilot.pause()
        assert app.fault is None
        await app.push_screen(Screen())


async def test_a_fault_before_the_end_is_one_still() -> None:
    app = Frames()
    with pytest.raises(MountError):
        async with app.run_test() as pilot:
            await pilot.pause()
            app.screen.call_later(Static("nowhere").mount, Static("nor here"))
            await pilot.pause()
    assert app.return_code == 1


_STOPS_IN_MID_FRAME = """
import os, signal, subprocess
from textual.widgets import Static
from tui.terminal.textual_compat import CalmApp

class Stops(CalmApp[None]):
    def on_key(self, event):
        if event.key == "s":
            # As when the signal comes while a frame is handed to the thread that writes it.
            with self._driver._writer_thread._queue.mutex:
                os.kill(os.getpid(), signal.SIGTSTP)
                sum(range(1000))
        elif event.key == "e":
            with self.suspend():
                subprocess.run(["sh", "-c", "echo an editor; read line"])
        else:
            self.screen.mount(Static("after " + event.key))

    def compose(self):
        yield Static("before")

Stops().run()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="whether a program is stopped is read from /proc")
def test_a_program_stops_in_mid_frame_and_beside_an_editor_and_comes_back(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with Terminal([sys.executable, "-c", _STOPS_IN_MID_FRAME], environ=environ, cwd=str(tmp_path)) as terminal:
        terminal.until("before")
        terminal.press("s")
        terminal.until_stopped()
        terminal.wipe()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.until("before")
        terminal.press("x")
        terminal.until("after x")
        terminal.press("e")
        terminal.until("an editor")
        os.kill(terminal.pid, signal.SIGTSTP)
        terminal.until_stopped()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.press("enter")
        terminal.until("after x")


class Frames(CalmApp[None]):
    """Notes of each frame that goes to the terminal which screen it is of, how that is laid out, and what is on it."""

    MODES: ClassVar[dict[str, type[Screen[None]]]] = {"words": Words}  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[tuple[str, bool, int]] = []
        self.first_drawn_with: list[int] = []

    def get_default_screen(self) -> Screen[None]:
        return Screen(id="before")

    async def first_drawn(self) -> None:
        self.first_drawn_with.append(len(self.frames))
        await self.switch_mode("words")

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None and not self._batch_count:
            self.frames.append((screen.id or "", screen.has_class("-wide"), len(screen.query(Static))))
        super()._display(screen, renderable)


def test_a_dialogue_shades_no_colour_that_is_exact() -> None:
    styles = {kind: kind(color="#010203", bgcolor="#102030") for kind in (Style, ExactStyle)}
    segments = [Segment("x", style) for style in styles.values()]
    shaded, exact = BackgroundScreen.process_segments(segments, Color(0, 0, 0, 0.6))
    assert shaded.style != styles[Style], "Textual still mixes the shade into each colour"
    assert exact.style == styles[ExactStyle]


async def test_the_first_frame_is_drawn_before_what_follows_it_and_a_new_screen_is_drawn_once_it_is_whole() -> None:
    app = Frames()
    async with drive(app) as deck:
        await deck.until(lambda: bool(app.frames) and app.frames[-1][0] == "words", "the second screen is drawn")
        assert app.first_drawn_with, "what follows the first frame has begun"
        assert app.first_drawn_with == [app.first_drawn_with[0]] and app.first_drawn_with[0] >= 1
        assert {screen for screen, *_ in app.frames[: app.first_drawn_with[0]]} == {"before"}
        of_words = [frame for frame in app.frames if frame[0] == "words"]
        assert set(of_words) == {("words", True, 2)}, "never without its widgets, never at another width"
        await deck.until(lambda: app._batch_count == 0, "nothing is held back any more")
