"""Pictures of charts: normal, log, smoothed, broken, of many curves; narrow too where they are laid out otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.charts import broken, falling, record_many
from tests.support.deck import OFFLINE, World, world
from tests.support.driver import Deck
from tests.support.fakes import experiment, run
from tests.support.snapshots import Picture
from tui.app.application import DeckApp
from tui.config.model import Settings
from tui.domain.values import RunReference
from tui.features.curves.screen import CurvesScreen
from tui.features.run.screen import MetricsView, RunScreen
from tui.ui.routes import CurvesRoute, RunRoute

ONE = f"{1:032x}"
BY_SIZE = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


@pytest.fixture
def made(tmp_path: Path) -> World:
    values = {"loss": falling(0)[-1], "val_auc": 0.9, "broken": float("nan"), "lr": 3e-4, "once": 1.5}
    runs = [run(number, metrics=values) for number in range(1, 41)]
    found = world(tmp_path, [experiment(1, "churn/weekly")], runs)
    record_many(found.history, [one.run_id for one in runs])
    found.history.record(ONE, "val_auc", [1 - value / 2 for value in falling(3, 200)])
    found.history.record(ONE, "lr", [3e-4 * min(1.0, at / 50) for at in range(300)])
    found.history.record(ONE, "broken", broken())
    found.history.record(ONE, "once", [1.5])
    return found


async def _curves(deck: Deck[int], *keys: str, runs: int = 1) -> CurvesScreen:
    ids = tuple(f"{number:032x}" for number in range(1, runs + 1))
    known = tuple(RunReference(i, f"gallant-ox-{n}", "FINISHED", "active") for n, i in enumerate(ids, 1))
    assert isinstance(deck.app, DeckApp)
    deck.app.go(CurvesRoute(ids, keys, known))
    await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
    screen = deck.app.screen
    assert isinstance(screen, CurvesScreen)
    await deck.until(lambda: screen.loader.requests and not screen.loader.busy, "every history has come")
    await deck.settle()
    return screen


@BY_SIZE
async def test_curves_of_some_runs(made: World, picture: Picture, size: tuple[int, int]) -> None:
    async with made.open(size) as deck:
        await _curves(deck, "loss", runs=5)
        await deck.press("n", "end", "shift+left", "shift+left")
        picture(deck)


async def test_small_multiples(made: World, picture: Picture) -> None:
    async with made.open() as deck:
        await _curves(deck, "loss", "val_auc", "lr", "broken")
        picture(deck)


@pytest.mark.parametrize(("size", "beside"), [((80, 24), 1), ((120, 36), 2), ((200, 50), 3)], ids=str)
async def test_multiples_beside_each_other(made: World, size: tuple[int, int], beside: int) -> None:
    async with made.open(size) as deck:
        await _curves(deck, "loss", "val_auc", "lr", "broken", "once")
        frames = [line.count("╭─") for line in deck.lines()]
        assert max(frames) >= beside, deck.text()


async def test_a_log_scale(made: World, picture: Picture) -> None:
    async with made.open() as deck:
        await _curves(deck, "loss", runs=3)
        await deck.press("L")
        picture(deck)


async def test_smoothed(made: World, picture: Picture) -> None:
    async with made.open() as deck:
        await _curves(deck, "loss")
        await deck.press("plus", "plus", "plus", "plus", "x")
        picture(deck)


async def test_what_is_not_finite(made: World, picture: Picture) -> None:
    async with made.open() as deck:
        await _curves(deck, "broken")
        picture(deck)


async def test_one_point(made: World) -> None:
    async with made.open() as deck:
        await _curves(deck, "once")
        assert "●" in deck.line_with("1.50┤")
        assert deck.line_with("▸ a gallant-ox-1").split().count("1.5") == 3


async def test_many_curves(made: World, picture: Picture) -> None:
    async with made.open() as deck:
        await _curves(deck, "loss", runs=40)
        await deck.press("n", "n", "n")
        picture(deck)


async def test_in_plain_ascii(made: World, picture: Picture) -> None:
    made.settings = Settings(ascii=True)
    async with made.open() as deck:
        await _curves(deck, "loss", runs=3)
        picture(deck)


async def test_nothing_could_be_read(made: World) -> None:
    made.history.problem = OFFLINE
    async with made.open() as deck:
        await _curves(deck, "loss", runs=3)
        deck.shows(
            "Could not read from the server: mlflow.example.com:5000 refused the",
            "Nothing could be read of loss.",
            "r tries again · @ shows the requests",
        )


async def test_the_metrics_of_a_run(made: World, picture: Picture) -> None:
    async with made.open() as deck:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(RunRoute(ONE))
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run's page is open")
        screen = deck.app.screen
        assert isinstance(screen, RunScreen)
        await deck.until(lambda: screen.detail is not None, "the run has been read")
        screen.tabs.open_tab("metrics")
        await deck.until(lambda: isinstance(screen.tabs.part, MetricsView), "the tab is open")
        part = screen.tabs.part
        assert isinstance(part, MetricsView)
        await deck.until(lambda: part.requests == 5 and not part.is_asking("shape-0"), "every shape has come")
        await deck.until(lambda: not part.is_asking("shape-1"), "every shape has come")
        await deck.settle()
        picture(deck)
