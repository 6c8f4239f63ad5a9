"""Comparisons in tests: a small sweep of runs, opening it, and what stands on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.support.deck import MINUTE, World, experiment, run, world
from tests.support.driver import Deck
from tui.app.application import DeckApp
from tui.domain.diff.table import subject_titles
from tui.domain.values import RunDetail
from tui.features.compare.screen import CompareScreen
from tui.ui.routes import CompareRoute

IDS = [f"{number:032x}" for number in range(100)]


def sweep(folder: Path, extra: Sequence[RunDetail] = ()) -> World:
    """Three pairs of runs with two seeds each, and whatever else."""
    runs = []
    for number in range(1, 7):
        lr, seed = ("0.1", "0.01", "0.001")[(number - 1) // 2], str(number % 2)
        cfg = f'{{"layers": [64, {64 if number < 3 else 128}]}}'
        runs.append(
            run(
                number,
                name=f"trial-{number}",
                params={"lr": lr, "seed": seed, "depth": "8", "cfg": cfg, "optimizer": "adam" if number < 5 else "sgd"},
                metrics={"val_auc": 0.9 + number * 0.01, "val_loss": 0.3 - number * 0.01, "epochs": 10},
                tags={"team": "growth", "mlflow.user": "ana"},
            )
        )
    return world(folder, [experiment(1, "churn", updated=MINUTE)], [*runs, *extra])


def screen(deck: Deck[int]) -> CompareScreen:
    found = [screen for screen in deck.app.screen_stack if isinstance(screen, CompareScreen)]
    assert found, "no comparison is open"
    return found[-1]


def column(deck: Deck[int]) -> str:
    """What the run under the cursor is called."""
    pane = screen(deck).rows
    at = pane.run_here()
    return subject_titles(pane.comparison)[at] if at is not None and pane.comparison is not None else ""


def rows(deck: Deck[int]) -> list[str]:
    """The names of the rows, headings included."""
    table = screen(deck).rows.grid.table
    return [text.strip() for text in table.texts("name", 0, table.row_count)] if table is not None else []


async def compare(deck: Deck[int], *run_ids: str) -> CompareScreen:
    """Open a comparison, and wait until it stands."""
    assert isinstance(deck.app, DeckApp)
    deck.app.go(CompareRoute(run_ids))
    await deck.until(lambda: isinstance(deck.app.screen, CompareScreen), "the comparison is open")
    await deck.until(lambda: screen(deck).rows.laid is not None, "the comparison is laid out")
    await deck.settle()
    return screen(deck)


async def laid_out(deck: Deck[int]) -> None:
    """Wait until what a key asked for is on the screen."""
    await deck.until(lambda: not screen(deck).rows.is_asking("layout"), "the rows are laid out")
    await deck.settle()
