"""Pictures of comparisons: what differs, runs as rows, groups, which params matter, plots, and the empty faces."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.support.charts import record_many
from tests.support.deck import DAY, HOUR, MINUTE, World, experiment, run, world
from tests.support.driver import Deck
from tests.support.snapshots import Picture
from tui.app.application import DeckApp
from tui.config.model import Settings
from tui.domain.values import DatasetInput
from tui.features.compare.screen import CompareScreen
from tui.features.curves.screen import CurvesScreen
from tui.ui.routes import CompareRoute

IDS = [f"{number:032x}" for number in range(20)]
BY_SIZE = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
_NAMES = (
    "gallant-ox-12",
    "brave-elk-771",
    "calm-bee-3",
    "trial-000",
    "trial-001",
    "trial-002",
    "trial-003",
    "解約予測-⚠\u202e",
)


@pytest.fixture
def made(tmp_path: Path) -> World:
    runs = []
    for at, name in enumerate(_NAMES):
        train = DatasetInput("customers", "9f3c21" if at % 3 else "71ab00", "delta", "", "", "", "training")
        auc = 0.9312 - at * 0.0013
        runs.append(
            run(
                at,
                name=name,
                age=HOUR + at * DAY,
                took=(4 + at) * MINUTE,
                status="FAILED" if at == 2 else "FINISHED",
                params={
                    "lr": ("0.01", "0.001", "0.1", "1e-2")[at % 4],
                    "depth": str(4 + at % 2),
                    "data.window": "28d" if at != 1 else "14d",
                    "cfg": f'{{"layers": [64, 64, {128 if at % 2 else 64}], "act": "relu"}}',
                    "seed": str(at % 4),
                    "optimizer": "adamw",
                    **({"note": ""} if at else {}),
                },
                metrics={
                    **({"val_auc": auc, "rows": 120_000.0} if at != 2 else {}),
                    "val_loss": math.nan if at == 2 else 0.2201 + at * 0.0009,
                    "p99_latency_ms": 12.5 + at,
                },
                tags={"team": "growth" if at % 2 else "risk"},
                datasets=(train,),
            )
        )
    return world(tmp_path, [experiment(1, "churn/weekly")], runs)


async def compared(deck: Deck[int], runs: int) -> CompareScreen:
    assert isinstance(deck.app, DeckApp)
    deck.app.go(CompareRoute(tuple(IDS[:runs])))
    await deck.until(lambda: isinstance(deck.app.screen, CompareScreen), "the comparison is open")
    screen = deck.app.screen
    assert isinstance(screen, CompareScreen)
    await deck.until(lambda: screen.rows.laid is not None, "the comparison is laid out")
    await deck.settle()
    return screen


@BY_SIZE
async def test_what_differs(made: World, picture: Picture, size: tuple[int, int]) -> None:
    async with made.open(size) as deck:
        await compared(deck, 4)
        picture(deck)


async def test_all_rows_of_many_runs(made: World, picture: Picture) -> None:
    async with made.open((120, 36)) as deck:
        screen = await compared(deck, len(_NAMES))
        await deck.press("x", "end")
        await deck.until(lambda: not screen.rows.is_asking("layout"), "all rows are laid out")
        await deck.settle()
        picture(deck)


async def test_runs_as_rows(made: World, picture: Picture) -> None:
    async with made.open((120, 36)) as deck:
        screen = await compared(deck, len(_NAMES))
        await deck.press("T")
        await deck.until(lambda: not screen.rows.is_asking("layout"), "runs are rows")
        await deck.settle()
        picture(deck)


async def test_sets(made: World, picture: Picture) -> None:
    async with made.open((120, 36)) as deck:
        screen = await compared(deck, len(_NAMES))
        await deck.press("g")
        await deck.until(lambda: screen.groups.groups is not None, "the groups are made")
        await deck.press("o")
        await deck.until_text("Group the runs by")
        await deck.type("param depth")
        await deck.press("enter")
        await deck.until_text("by param depth")
        picture(deck)


async def test_which_params_matter(made: World, picture: Picture) -> None:
    async with made.open((120, 36)) as deck:
        screen = await compared(deck, len(_NAMES))
        await deck.press("I")
        await deck.until(lambda: screen.matter.found, "they are ranked")
        await deck.settle()
        picture(deck)


async def test_plots(made: World, picture: Picture) -> None:
    async with made.open((120, 36)) as deck:
        screen = await compared(deck, len(_NAMES))
        await deck.press("P")
        await deck.until(lambda: screen.plots.drawn is not None, "the axes are made")
        await deck.settle()
        picture(deck, name="parallel")
        await deck.press("v")
        await deck.settle()
        picture(deck, name="scatter")


async def test_metrics_marked_and_their_curves(made: World, picture: Picture) -> None:
    for key in ("val_auc", "val_loss", "p99_latency_ms", "rows"):
        record_many(made.history, IDS[:4], key)
    async with made.open((120, 36)) as deck:
        await compared(deck, 4)
        await deck.press("m")
        await deck.until_text("metrics marked")
        picture(deck)
        await deck.press("p")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
        screen = deck.app.screen
        assert isinstance(screen, CurvesScreen)
        await deck.until(lambda: screen.loader.requests and not screen.loader.busy, "every history has come")
        await deck.settle()
        deck.shows("p99_latency_ms", "val_auc", "val_loss", *_NAMES[:2])


async def test_a_row_in_full(made: World, picture: Picture) -> None:
    async with made.open((120, 36)) as deck:
        screen = await compared(deck, 4)
        screen.rows.grid.move_to("metrics::val_auc")
        await deck.press("enter")
        await deck.until_text("enter the whole value")
        picture(deck)


async def test_nothing_differs_and_one_is_gone(made: World) -> None:
    async with made.open((120, 36)) as deck:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(CompareRoute((IDS[0], "f" * 32, IDS[0])))
        await deck.until_text("no longer there")
        await deck.until_text("one run only")
        await deck.settle()
        deck.shows(
            "Compare 1 run · tolerance 1e-9",
            "1 run is no longer there: ffffffff.",
            "This is one run only: there is nothing to compare it with.",
            "esc goes back; mark more runs there (space), then c · x shows what this one has",
            "a run given twice is shown once",
        )


async def test_in_plain_ascii(made: World) -> None:
    made.settings = Settings(ascii=True)
    async with made.open((120, 36)) as deck:
        await compared(deck, 4)
        assert deck.text().isascii(), deck.text()
