"""Params against a metric: walking runs and params, and what is shown where there is nothing to plot."""

from __future__ import annotations

from pathlib import Path

from tests.support.deck import world
from tests.support.driver import Deck
from tests.support.fakes import experiment, run
from tests.support.snapshots import Picture
from tui.app import DeckApp
from tui.screens.base.routes import PlotsRoute
from tui.screens.plots import PlotsScreen
from tui.screens.run import RunScreen

RUNS = 24


def _route(**changes: object) -> PlotsRoute:
    rows = range(1, RUNS + 1)
    said: dict[str, object] = {
        "run_ids": tuple(f"{n:032x}" for n in rows),
        "names": tuple(f"trial-{n:03d}" for n in rows),
        "params": (
            ("lr", tuple(str(10 ** -(1 + n % 5)) for n in rows)),
            ("depth", tuple(str(2 + n * 7 % 9) for n in rows)),
            ("optimizer", tuple(("adam", "sgd", "lion", None)[n % 4] for n in rows)),
        ),
        "metric": ("val_auc", tuple(0.9 - 0.01 * abs(n % 5 - 2) + 0.001 * (n * 7 % 9) for n in rows)),
        **changes,
    }
    return PlotsRoute(**said)  # type: ignore[arg-type]  # as said above


async def _open(deck: Deck[int], route: PlotsRoute) -> PlotsScreen:
    assert isinstance(deck.app, DeckApp)
    deck.app.go(route)
    await deck.until(lambda: isinstance(deck.app.screen, PlotsScreen), "the plots are open")
    await deck.settle()
    assert isinstance(deck.app.screen, PlotsScreen)
    return deck.app.screen


async def test_walking_runs_and_params(tmp_path: Path, picture: Picture) -> None:
    made = world(tmp_path, [experiment(1, "churn")], [run(n) for n in range(1, RUNS + 1)])
    async with made.open((120, 44)) as deck:
        screen = await _open(deck, _route(first="depth"))
        assert "val_auc by depth" in deck.text()
        await deck.press("left")
        assert "val_auc by lr" in deck.text()
        await deck.press("left")
        assert "val_auc by optimizer" in deck.text()
        assert "6 of 24 runs have no place" in deck.text()
        values = []
        for _ in range(5):
            await deck.press("n")
            values.append(screen.metric.places[screen.run])
        assert values == sorted(values, reverse=True), "the best first"
        await deck.press("right")
        picture(deck)
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run's page is open")
        assert made.history.calls == []


async def test_nothing_to_plot(tmp_path: Path) -> None:
    async with world(tmp_path).open((80, 24)) as deck:
        await _open(deck, _route(params=()))
        assert "have no params" in deck.text()
        await deck.press("right", "n", "enter", "y", "escape")
        nothing = (None,) * RUNS
        await _open(deck, _route(params=(("lr", nothing),), metric=("loss", nothing)))
        assert "No run has" in deck.text()
        await deck.press("n", "right")
