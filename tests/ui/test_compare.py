"""Comparing runs by keys: which runs are compared, and what is said where they cannot be."""

from __future__ import annotations

from pathlib import Path

from tests.support.compare import IDS, compare, laid_out, rows, screen, sweep
from tests.support.deck import FORBIDDEN, MINUTE, enter_runs, experiment, message, run, runs_pane, world
from tests.support.driver import Deck
from tui.app.application import DeckApp
from tui.config.model import ContextSettings, Settings
from tui.domain.values import RunDetail
from tui.ui.routes import CompareRoute


async def test_the_marked_runs_are_compared_and_the_server_is_asked_nothing(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open() as deck:
        await enter_runs(deck, "trial-6")
        await deck.until(lambda: not runs_pane(deck).loader.loading, "the runs are loaded")
        await deck.press("space", "space", "space")
        await deck.until(lambda: not deck.app._background_screens or True, "settled")
        before = len(made.tracking.calls)
        await deck.press("c")
        await deck.until_text("Compare 3 runs")
        await deck.until_text("baseline trial-1")
        await deck.until(lambda: screen(deck).rows.laid is not None, "laid out")
        new = [name for name, what in made.tracking.calls[before:] if name != "get_run"]
        assert not new, "comparing what is loaded asks the server nothing"
        assert screen(deck).compared is not None
        assert not screen(deck).compared.asked  # type: ignore[union-attr]
        assert "trial-2" in deck.text()


async def test_one_marked_run_is_compared_with_the_cursors(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await enter_runs(deck, "trial-6")
        await deck.press("space", "down", "c")  # marking has moved the cursor down
        await deck.until_text("Compare 2 runs")
        assert [s.name for s in screen(deck).comparison.subjects] == ["trial-1", "trial-3"]  # type: ignore[union-attr]


async def test_without_marks_the_run_here_is_compared_with_the_next(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await enter_runs(deck, "trial-6")
        await deck.press("c")
        await deck.until_text("Compare 2 runs")
        assert [s.name for s in screen(deck).comparison.subjects] == ["trial-1", "trial-2"]  # type: ignore[union-attr]
        await deck.press("escape")
        await deck.press("G", "c")
        await deck.until_text("baseline trial-6")


async def test_a_single_run_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    alone = world(tmp_path, [experiment(1, "churn")], [run(1, name="alone")])
    async with alone.open() as deck:
        await enter_runs(deck, "alone")
        await deck.press("c")
        await deck.until(lambda: "only one run" in message(deck), "it is said")
        await compare(deck, IDS[1], IDS[1])
        assert "one run only" in deck.text()
        assert "given twice" in deck.text()
        await deck.press("x")
        await laid_out(deck)
        assert "lr" in rows(deck)


async def test_runs_that_are_gone_are_said_and_the_rest_compared(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], "gone" * 8, IDS[2])
        assert "1 run is no longer there" in deck.text()
        assert "Compare 2 runs" in deck.text()
        opened = await compare(deck, "gone" * 8)
        assert opened.compared is not None
        assert "None of these runs" in deck.text()


async def test_runs_that_cannot_be_read(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open() as deck:
        made.tracking.problem = FORBIDDEN
        assert isinstance(deck.app, DeckApp)
        deck.app.go(CompareRoute((IDS[1], IDS[2])))
        await deck.until_text("PERMISSION_DENIED")
        assert "could not be read" in deck.text()
        made.tracking.problem = None
        await deck.press("r")
        await deck.until_text("Compare 2 runs")
        assert "PERMISSION_DENIED" not in deck.text()


async def test_reading_again_sees_what_has_changed_in_one_request(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "what the first screen asks for has come")
        await compare(deck, IDS[1], IDS[2])
        assert "lr" not in rows(deck)
        made.tracking.runs = [run(1, name="trial-1", params={"lr": "5"}), *made.tracking.runs[1:]]
        before = len(made.tracking.calls)
        await deck.press("r")
        await deck.until(lambda: "lr" in rows(deck), "the new value differs")
        asked = [name for name, _ in made.tracking.calls[before:]]
        assert asked.count("search_runs") == 1
        assert "get_experiment" in asked, "the runs have come by the search"


async def test_no_metric_in_common_and_nothing_that_differs(tmp_path: Path) -> None:
    runs = [run(1, metrics={"a": 1.0}), run(2, metrics={"b": 1.0}), run(3, metrics={"a": 1.0}, age=6 * MINUTE)]
    runs = [RunDetail(**{**vars(one), "params": {"p": "1"}}) for one in runs]
    async with world(tmp_path, [experiment(1, "churn")], runs).open(size=(160, 40)) as deck:
        await compare(deck, IDS[1], IDS[2])
        assert "no metric in common" in deck.text()
        await compare(deck, IDS[1], IDS[3])
        assert "no metric in common" not in deck.text()


async def test_a_run_is_added_and_dropped(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[2])
        await deck.press("a")
        await deck.until_text("The id of a run")
        await deck.type(f"runs:/{IDS[5]}")
        await deck.press("enter")
        await deck.until_text("Compare 3 runs")
        opened.rows.grid.move_to_column("v1")
        await deck.press("minus")
        await deck.until_text("Compare 2 runs")
        assert opened.comparison is not None
        assert [subject.name for subject in opened.comparison.subjects] == ["trial-1", "trial-5"]


async def test_a_run_of_another_context(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    made.settings = Settings(contexts={"dev": ContextSettings("http://dev.example.com")})
    async with made.open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[2])
        await deck.press("a")
        await deck.until_text("where CONTEXT is dev")
        await deck.type(f"dev:{IDS[1]}")
        await deck.press("enter")
        await deck.until_text("dev: trial-1")
        assert [launch.context_name for launch in made.opened] == ["dev"]
        assert opened.comparison is not None
        assert opened.comparison.count("params").differing == 1, "the run there is the same as the run here"
        opened.rows.grid.move_to_column("v2")
        await deck.press("o")
        await deck.until(lambda: "another context" in message(deck), "it is said")
        await deck.press("a")
        await deck.until_text("The id of a run")
        await deck.type(f"nowhere:{IDS[1]}")
        await deck.press("enter")
        await deck.until(lambda: "nowhere" in message(deck), "there is no such context")
        await deck.press("escape")
        await deck.until(lambda: made.closed == ["dev"], "the session beside is closed with the page")


async def _add(deck: Deck[int], typed: str) -> None:
    await deck.press("a")
    await deck.until_text("The id of a run")
    await deck.type(typed)
    await deck.press("enter")


async def test_a_run_that_is_nowhere_is_not_added(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    made.settings = Settings(contexts={"dev": ContextSettings("http://dev.example.com")})
    async with made.open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[2])
        await _add(deck, f"dev:{'0' * 31}f")
        await deck.until(lambda: f"There is no run {'0' * 31}f in the context dev" in message(deck), "it is said")
        await deck.until(lambda: not opened.is_asking("runs"), "it has been read without it")
        await laid_out(deck)
        assert "Compare 2 runs" in deck.text()
        assert "no longer there" not in deck.text()
        await _add(deck, "nothing")
        await deck.until(lambda: "There is no run nothing in this context" in message(deck), "it is said")
        await _add(deck, IDS[2])
        await deck.until(lambda: "compared already" in message(deck), "twice is once")
        await _add(deck, "dev:")
        await deck.until(lambda: "Which run?" in message(deck), "nothing is asked")
        await _add(deck, f"dev:{IDS[3]}")
        await deck.until_text("dev: trial-3")
        await _add(deck, f"dev:{IDS[3]}")
        await deck.until(lambda: "compared already" in message(deck), "twice is once")


async def test_a_context_that_cannot_be_read_takes_nothing_from_what_is_compared(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    made.settings = Settings(contexts={"dev": ContextSettings("http://dev.example.com")})
    async with made.open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[2])
        made.tracking.problem = FORBIDDEN
        await _add(deck, f"dev:{IDS[3]}")
        await deck.until(lambda: "The run was not added" in message(deck), "it is said")
        assert "PERMISSION_DENIED" in message(deck)
        assert "Compare 2 runs" in deck.text()
        assert "live" in deck.lines()[0]
        assert not opened.rows.grid.has_class("stale")
        made.tracking.problem = None
        await deck.press("r")
        await deck.until(lambda: not opened.is_asking("runs"), "it is read again")
        await laid_out(deck)
        assert "PERMISSION_DENIED" not in deck.text()


async def test_a_run_of_another_context_that_is_gone_meanwhile(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    made.settings = Settings(contexts={"dev": ContextSettings("http://dev.example.com")})
    async with made.open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1])
        await _add(deck, f"dev:{IDS[3]}")
        await deck.until_text("dev: trial-3")
        opened.rows.grid.move_to_column("v0")
        made.tracking.runs = [one for one in made.tracking.runs if one.run_id != IDS[3]]
        await deck.press("r")
        await deck.until_text("1 run is no longer there: dev:00000000")
