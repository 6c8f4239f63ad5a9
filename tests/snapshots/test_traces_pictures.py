"""Pictures of traces: the table, a waterfall wide and narrow, two traces, groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import World, shop
from tests.support.driver import Deck
from tests.support.evaluated import RUNS, evaluate
from tests.support.snapshots import Picture
from tests.support.traced import many_infos
from tui.app.application import DeckApp
from tui.domain.traces.values import TraceScope
from tui.ui.routes import (
    EvaluationDiffRoute,
    EvaluationsRoute,
    Route,
    TraceDiffRoute,
    TraceGroupsRoute,
    TraceRoute,
    TracesRoute,
)

FIRST, SECOND = many_infos(2)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = shop(tmp_path)
    made.traces.infos = many_infos()
    return made


async def gone_to(deck: Deck[int], route: Route, text: str) -> None:
    assert isinstance(deck.app, DeckApp)
    deck.app.go(route)
    await deck.until_text(text)
    await deck.settle()


async def test_the_table(world: World, picture: Picture) -> None:
    async with world.open((120, 36)) as deck:
        await gone_to(deck, TracesRoute(TraceScope(("1",), "churn/weekly")), "12m")
        picture(deck)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_trace(world: World, picture: Picture, size: tuple[int, int]) -> None:
    async with world.open(size) as deck:
        await gone_to(deck, TraceRoute(SECOND.id, SECOND, at_failure=True), "tool:refund")
        await deck.until(lambda: "TimeoutError" in deck.text() or size[0] == 80, "the failing span is shown")
        await deck.settle()
        picture(deck)


async def test_two_traces(world: World, picture: Picture) -> None:
    async with world.open((160, 40)) as deck:
        await gone_to(deck, TraceDiffRoute(FIRST.id, SECOND.id), "find_order")
        await deck.until_text("parcel 2")
        await deck.settle()
        picture(deck)


async def test_groups(world: World, picture: Picture) -> None:
    async with world.open((120, 36)) as deck:
        scope = TraceScope(("1",), "churn/weekly")
        await gone_to(deck, TraceGroupsRoute(scope, tuple(many_infos())), "agent.run › tool:refund")
        picture(deck)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_evaluation_runs(world: World, picture: Picture, size: tuple[int, int]) -> None:
    evaluate(world)
    async with world.open(size) as deck:
        await gone_to(deck, EvaluationsRoute(("1",), "churn/weekly"), "0.6 (4)")
        await deck.until_text("0.8 (5)")
        await deck.settle()
        picture(deck)


async def test_evaluation_runs_compared(world: World, picture: Picture) -> None:
    evaluate(world)
    async with world.open((120, 36)) as deck:
        await gone_to(deck, EvaluationDiffRoute(RUNS), "2 newly fails")
        picture(deck)
