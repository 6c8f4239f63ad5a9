"""Commands of one's own by keys: in their places, asked for, absent where dangerous, in a pane, in the background."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.deck import World, enter_runs, experiment, message, run, runs_pane, world
from tests.support.driver import Deck
from tui.app.application import DeckApp
from tui.config.model import PluginSettings, Settings
from tui.ui.dialogs.whole_text import OutputModal

HOSTILE = "; echo x $(id) '\"\n--help"
SHOW = (sys.executable, "-c", "import sys; print(sys.argv[1:])")


def made(folder: Path, **launch: object) -> World:
    there = world(folder, [experiment(1, "churn/weekly")], [run(1, name=HOSTILE), run(2)], **launch)
    there.environment = {"PATH": "/usr/bin:/bin"}
    there.settings = Settings(
        plugins={
            "show": PluginSettings(run=(*SHOW, "$RUN_NAME", "$EXPERIMENT"), at=("runs",), key="ctrl+r"),
            "many": PluginSettings(run=(*SHOW, "$RUN_IDS"), at=("runs",), key="ctrl+y", confirm=True),
            "wipe": PluginSettings(run=(*SHOW, "wiped"), at=("runs",), key="ctrl+w", dangerous=True),
            "wait": PluginSettings(run=("/bin/sh", "-c", "echo 3 of 9; sleep 600"), background=True, key="f9"),
            "fail": PluginSettings(run=("echo no; exit 4",), shell=True, background=True, key="f8"),
        }
    )
    return there


def app(deck: Deck[int]) -> DeckApp:
    assert isinstance(deck.app, DeckApp)
    return deck.app


async def test_a_hostile_name_is_one_argument_and_the_output_is_no_markup(tmp_path: Path) -> None:
    async with made(tmp_path).open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("ctrl+r")
        assert "ctrl+r (show) works elsewhere: Runs" in message(deck)
        await enter_runs(deck, "run-002")
        runs_pane(deck).grid.move_to_row(next(r for r in range(2) if runs_pane(deck).grid.table.row_key(r)[-1] == "1"))  # type: ignore[union-attr]
        await deck.press("ctrl+r")
        await deck.until(lambda: isinstance(deck.app.screen, OutputModal), "the pane is open")
        await deck.until_text("ended with status 0")
        modal = deck.app.screen
        assert isinstance(modal, OutputModal)
        assert modal.run.printed.strip() == str([HOSTILE, "churn/weekly"])
        await deck.press("escape", "question_mark")
        await deck.type("show")
        await deck.until_text("ctrl+r")
        await deck.press("escape")


async def test_it_is_asked_and_shown_before_it_is_run_where_that_is_wanted(tmp_path: Path) -> None:
    async with made(tmp_path).open() as deck:
        await enter_runs(deck, "run-002")
        await deck.press("space", "down", "space", "ctrl+y")
        await deck.until_text("Run many?")
        await deck.press("enter")
        await deck.until(lambda: deck.app.screen is app(deck).page, "it is not run by the first enter")
        await deck.press("ctrl+y", "down", "enter")
        await deck.until_text("ended with status 0")
        deck.shows(f"{1:032x}")
        deck.shows(f"{2:032x}")


async def test_what_is_dangerous_is_absent_where_nothing_may_be_written(tmp_path: Path) -> None:
    async with made(tmp_path, read_only=True).open() as deck:
        await enter_runs(deck, "run-002")
        await deck.press("ctrl+w")
        assert "wipe refused: prod is read-only" in message(deck)
        page = app(deck).page
        assert page is not None and [a.command for a in page.actions_here() if a.id.startswith("plugin.")] == [
            "show", "many", "wait", "fail",
        ]  # fmt: skip


async def test_what_runs_in_the_background_says_how_far_it_is_and_how_it_ended(tmp_path: Path) -> None:
    async with made(tmp_path).open() as deck:
        await enter_runs(deck, "run-002")
        await deck.press("f8")
        await deck.until(lambda: "fail failed (status 4)" in message(deck), "its end is told")
        await deck.press("f9")
        await deck.until(lambda: "3 of 9" in deck.lines()[-1], "how far it is stands at the bottom")
        await deck.press(":", *"wait", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, OutputModal), "its pane is open")
        await deck.press("escape")
        await deck.until_text("stopped, ended by signal 15")
        await deck.press("escape")
        await deck.until(lambda: "3 of 9" not in deck.lines()[-1], "nothing goes on any more")
