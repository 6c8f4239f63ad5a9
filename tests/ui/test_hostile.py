"""Names and values that mean harm: in every pane, title and trail, in the log, and in what is copied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.deck import World, browse, enter_runs, experiment, message, run, runs_pane, world
from tests.support.driver import Deck
from tui.domain.problem import Kind, Problem
from tui.domain.text import width
from tui.domain.values import DatasetInput
from tui.features.run.screen import RunScreen
from tui.services.session import LoggedRequest

ANSI = "\x1b[31mred\x1b[0m\x1b]0;title\x07"
MARKUP = "[bold red]x[/] [@click=app.quit]y[/]"
BIDI = "abc\u202egpj.exe\u2066"
WIDE = "解約予測 🙂 e\u0301 👨‍👩‍👧"
LINES = "one\ntwo\r\nthree\tfour"
HOSTILE = [ANSI, MARKUP, BIDI, WIDE, LINES, "\x00\x9b31m\ud800", "a" * 3000]
# Joined emoji hold a zero width joiner, which is written out; nothing else that is invisible may be on a screen.
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture
def hostile(tmp_path: Path) -> World:
    experiments = [experiment(number, name, updated=number) for number, name in enumerate(HOSTILE, 1)]
    experiments[0].tags.update({ANSI: MARKUP, "mlflow.note.content": ANSI + MARKUP + "\n\n" + BIDI})
    runs = [
        run(
            number,
            name=name,
            user=name[:100],
            params={name: name, "lr": "1"},
            metrics={name[:50]: 1.0, "auc": 0.5},
            tags={name: name, "mlflow.source.name": name},
            datasets=(DatasetInput(name, name, name, name, name, name, name),),
            note=f"# {name}\n\n{ANSI}{MARKUP}\n\n[a](javascript:x)\n\n{BIDI}",
        )
        for number, name in enumerate(HOSTILE, 1)
    ]
    return world(tmp_path, experiments, runs, context_name=MARKUP)


def harmless(deck: Deck[int]) -> None:
    """Nothing on the screen is invisible or too wide, and nothing has been taken for markup."""
    columns = deck.app.size.width
    for line in deck.lines():
        assert not INVISIBLE.search(line), repr(line)
        assert width(line) <= columns, repr(line)


async def test_in_every_pane(hostile: World) -> None:
    async with hostile.open(size=(200, 50)) as deck:
        await enter_runs(deck, "\\x1b[31mred")
        harmless(deck)
        assert "[bold red]x[/]" in deck.text(), "markup is text"
        assert "\\u202e" in deck.text()
        assert "one\\ntwo" in deck.text()
        assert "解約予測 🙂" in deck.text()
        grid = runs_pane(deck).grid
        for row in range(len(HOSTILE)):
            grid.move_to_row(row)
            await deck.until(
                lambda row=row: (
                    (d := browse(deck).details) is not None  # type: ignore[misc]
                    and d.detail is not None
                    and d.detail.run_id == f"{row + 1:032x}"
                ),
                "its details are shown",
            )
            await deck.press("tab")
            for _ in range(6):
                await deck.press("right_square_bracket")
                await deck.settle()
                harmless(deck)
            await deck.press("shift+tab")


async def test_every_experiment_can_be_gone_to(hostile: World) -> None:
    async with hostile.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("T", "g")
        for number in range(1, len(HOSTILE) + 1):
            await deck.until(
                lambda number=number: [e.id for e in runs_pane(deck).experiments] == [str(number)],  # type: ignore[misc]
                "its runs are asked for",
            )
            harmless(deck)
            await deck.press("j")


async def test_on_the_page_of_a_run(hostile: World) -> None:
    async with hostile.open() as deck:
        await enter_runs(deck, "\\x1b[31mred")
        for row in range(len(HOSTILE)):
            runs_pane(deck).grid.move_to_row(row)
            await deck.press("enter")
            await deck.until(lambda: isinstance(deck.app.screen, RunScreen) and deck.app.screen.detail, "it is read")
            for _ in range(4):
                await deck.press("right_square_bracket")
                await deck.settle()
                harmless(deck)
            await deck.press("q")
            await deck.until(lambda: deck.app.screen is browse(deck), "back at the table")


async def test_in_dialogues(hostile: World) -> None:
    async with hostile.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("e")
        await deck.until_text("lifecycle     active")
        harmless(deck)
        assert "[@click=app.quit]" in deck.text()
        await deck.press("escape", "enter")
        for key, said in (("o", "space show/hide"), ("S", "space up/down"), ("Y", "run URI")):
            await deck.press(key)
            await deck.until_text(said)
            harmless(deck)
            await deck.press("escape")


async def test_in_what_is_copied_and_said(hostile: World) -> None:
    async with hostile.open() as deck:
        await enter_runs(deck, "\\x1b[31mred")
        await deck.press("home", "y")
        assert deck.app.clipboard == "\\x1b[31mred\\x1b[0m\\x1b]0;title\\x07"
        assert message(deck).startswith("Copied run: \\x1b[31mred")
        harmless(deck)
        runs_pane(deck).grid.move_to_row(4)
        await deck.press("y")
        assert deck.app.clipboard == "one\ntwo\nthree   four"
        harmless(deck)


async def test_in_filters_and_what_is_said_of_them(hostile: World) -> None:
    async with hostile.open() as deck:
        await enter_runs(deck, "\\x1b[31mred")
        await deck.press("slash")
        await deck.type("[bold]nothing[/]")
        await deck.until_text("No loaded run matches  [bold]nothing[/]")
        hostile.tracking.filter_problem = Problem(Kind.BAD_REQUEST, "x", ANSI + MARKUP + BIDI + LINES)
        await deck.press("escape", "slash")
        await deck.type("metrics.auc > 0.1")
        await deck.press("ctrl+s")
        await deck.until_text("The server refused it: \\x1b[31mred")
        harmless(deck)


async def test_in_problems(hostile: World) -> None:
    async with hostile.open() as deck:
        await enter_runs(deck, "\\x1b[31mred")
        hostile.tracking.problem = Problem(Kind.SERVER, ANSI, MARKUP + LINES, BIDI)
        await deck.press("r")
        await deck.until_text("[@click=app.quit]")
        harmless(deck)


async def test_in_the_log_of_requests(hostile: World) -> None:
    async with hostile.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        for number, name in enumerate(HOSTILE):
            hostile.log.record(LoggedRequest(number, name[:60], name, 0, 1.0, "server", name, 10))
        await deck.press("at")
        await deck.until_text("Requests · 7 made")
        await deck.until_text("\\x1b[31mred")
        harmless(deck)
        await deck.press("G", "enter")
        await deck.until_text("outcome: server")
        harmless(deck)


async def test_the_terminals_title_is_the_decks_own(hostile: World) -> None:
    async with hostile.open() as deck:
        await enter_runs(deck, "\\x1b[31mred")
        assert deck.app.title == "mlflow-deck"
        assert deck.app.sub_title == ""
