"""Evaluation by keys: runs with what judges said, two compared input by input, datasets, scorers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.shop import full_shop
from tests.support.deck import World
from tests.support.driver import Deck
from tests.support.evaluated import RUNS
from tui.app.application import DeckApp
from tui.domain.capabilities import expected, of_server
from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import EvaluationRun
from tui.features.evaluation.compare import EvaluationDiffScreen
from tui.features.evaluation.screen import EvaluationSetScreen, EvaluationsScreen
from tui.ui.routes import EvaluationDiffRoute, EvaluationSetRoute, EvaluationsRoute, Route


@pytest.fixture
def world(tmp_path: Path) -> World:
    return full_shop(tmp_path)


def page(deck: Deck[int]) -> EvaluationsScreen:
    assert isinstance(deck.app, DeckApp) and isinstance(deck.app.page, EvaluationsScreen)
    return deck.app.page


async def gone_to(deck: Deck[int], route: Route, text: str) -> None:
    assert isinstance(deck.app, DeckApp)
    await deck.until_text("weekly")
    deck.app.go(route)
    await deck.until_text(text)
    await deck.settle()


async def test_from_an_experiment_to_its_evaluation_and_on(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        await deck.press("V")
        await deck.until_text("agent-v2")
        await deck.until(lambda: len(page(deck).runs.judged) == 2, "what each judge said has been read")
        await deck.settle()
        deck.shows("evaluation › churn/weekly", "0.8 (5)", "0.6 (4)", "20 (4)", "golden", "owner=ana", "polite")
        deck.shows("Evaluation runs · 2", "Datasets · 2", "Scorers · 2", "be very polite")
        # one run's traces, and those of both together
        await deck.press("enter")
        await deck.until_text("run agent-v2")
        deck.shows("question 3", "question 1")
        await deck.press("escape")
        await deck.until(lambda: isinstance(deck.app, DeckApp) and isinstance(deck.app.page, EvaluationsScreen), "back")
        await deck.press("space", "down", "space", "B")
        await deck.until_text("2 evaluation runs")
        await deck.until_text("10 traces")
        await deck.press("escape")
        await deck.until(lambda: isinstance(deck.app, DeckApp) and isinstance(deck.app.page, EvaluationsScreen), "back")
        # a scorer whole
        await deck.press("tab", "tab", "enter")
        await deck.until_text('"guidelines"')
        await deck.press("escape")
        # the dataset of the run, and the page of the run
        await deck.press("shift+tab", "shift+tab", "d")
        await deck.until_text("used by")
        assert isinstance(deck.app, DeckApp) and isinstance(deck.app.page, EvaluationSetScreen)


async def test_two_runs_row_by_row(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        await deck.press("V")
        await deck.until_text("agent-v2")
        await deck.settle()
        await deck.press("c")  # with the run over the same dataset before it
        await deck.until_text("agent-v1 → agent-v2")
        await deck.until_text("2 newly fails, 3 better")
        assert isinstance(deck.app, DeckApp)
        screen = deck.app.page
        assert isinstance(screen, EvaluationDiffScreen)
        deck.shows("question 3", "yes → no", "no → yes", "✓ ✗", "10 → 20")
        # the answers and the rationale of the row under the cursor
        deck.shows("answer 4 of v1", "It answers what was asked.", "(no answer)")
        await deck.press("n")
        await deck.until_text("answer 3 of v1")
        deck.shows("The question stays open.")
        await deck.press("slash")
        await deck.type("stays open")
        await deck.until(lambda: screen.inputs.grid.row_count == 2, "words in rationales are found")
        await deck.press("escape", "x")
        await deck.press("b")
        await deck.until_text("agent-v2 → agent-v1")
        await deck.press("b")
        await deck.until_text("agent-v1 → agent-v2")
        await deck.press("enter")
        await deck.until_text("against tr-")


async def test_three_runs_have_a_column_of_verdicts_each(world: World) -> None:
    third = replace(RUNS[1], id="f" * 32, name="agent-v3", started_ms=RUNS[1].started_ms + 1000)
    async with world.open((160, 40)) as deck:
        await gone_to(deck, EvaluationDiffRoute((*RUNS, third)), "3 runs against agent-v1")
        await deck.until_text("only first")
        deck.shows("agent-v2", "agent-v3", "newly fails", "agent-v3: 5 only first")


async def test_a_dataset_and_all_its_runs_and_traces(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await gone_to(deck, EvaluationSetRoute("d-1", "golden"), "question 2")
        await deck.until_text("churn/weekly (1)")
        deck.shows("evaluation › datasets › golden", "Records · 5", '{"answer": "2"}', "owner=ana", "[Facts")
        await deck.press("B")
        await deck.until_text("10 traces")
        await deck.press("escape")
        await deck.until_text("churn/weekly (1)")
        await deck.press("V")
        await deck.until_text("over golden")
        deck.shows("Evaluation runs · over golden · 2")
        assert ("evaluations", (("1",), "golden")) in world.traces.calls
        await deck.press("escape")
        await deck.until_text("churn/weekly (1)")
        await deck.press("down", "enter")  # a record that somebody wrote
        await deck.until_text('"question": "question 1"')
        await deck.press("escape", "up", "enter")  # one that was made of a trace
        await deck.until_text("tool:find_order")


async def test_what_is_not_kept_here_is_said_in_a_line(world: World) -> None:
    world.can = of_server(expected("http://server:5000", "http://server:5000"), "3.2.0")
    async with world.open((120, 36)) as deck:
        await gone_to(deck, EvaluationsRoute(("1",), "churn/weekly"), "agent-v2")
        await deck.until_text("they came with 3.4")
        assert world.traces.called("sets") == world.traces.called("scorers") == 0


async def test_what_cannot_be_read_is_named_and_the_rest_stays(world: World) -> None:
    async with world.open((120, 36)) as deck:
        await gone_to(deck, EvaluationsRoute(("1",), "churn/weekly"), "agent-v2")
        await deck.until(lambda: len(page(deck).runs.judged) == 2, "all has been read")
        world.traces.problem = Problem(Kind.UNREACHABLE, "Could not read", "The server is gone.", "Try again.")
        await deck.press("r")
        await deck.until_text("The server is gone.")
        deck.shows("agent-v2", "golden", "polite")


async def test_a_store_of_many_runs_counts_the_latest_and_says_so(world: World) -> None:
    made = [EvaluationRun(f"{n:032x}", f"nightly-{n}", "1", "FINISHED", n) for n in range(30)]
    world.evaluations.evaluated = made
    async with world.open((120, 36)) as deck:
        await gone_to(deck, EvaluationsRoute(("1",), "churn/weekly"), "nightly-29")
        await deck.until_text("inputs are counted of the latest 20")
        assert len(page(deck).runs.judged) == 20


async def test_a_trace_leads_to_the_dataset_that_has_a_record_of_it(world: World) -> None:
    world.traces.sets["d-1"][1].add(world.traces.infos[0].id)
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        await deck.press("5")
        await deck.until_text("12m")
        await deck.press("L")
        await deck.until_text("record of dataset")
        await deck.press("down", "enter")  # after its session
        await deck.until_text("evaluation › datasets › golden")
