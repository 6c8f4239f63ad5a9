"""Two versions of a model side by side, by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.model_shop import model_shop
from tests.support.models import (
    open_diff,
    open_models,
)
from tui.features.compare.rows import ComparedRowModal
from tui.features.compare.screen import VersionDiffScreen


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def test_the_commits_of_two_versions(world: World) -> None:
    for number, made in enumerate(world.tracking.runs):
        world.tracking.runs[number] = replace(made, tags={**made.tags, "mlflow.source.git.commit": f"{number:040x}"})
    async with world.open() as deck:
        await open_diff(deck)
        await deck.press("V")
        await deck.until(lambda: "not inside a git repository" in message(deck), "it is said")


async def test_versions_side_by_side_fold_and_open_a_row_in_full(world: World) -> None:
    async with world.open() as deck:
        screen = await open_diff(deck)
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, ComparedRowModal), "the row is shown in full")
        assert "v12" in deck.text() and "v14" in deck.text()
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is screen, "the page is back")
        before = screen.pane.grid.row_count
        await deck.press("Z")
        await deck.until(lambda: screen.pane.grid.row_count < before, "the group is folded")
        await deck.press("Z")
        await deck.until(lambda: screen.pane.grid.row_count == before, "it is unfolded")
        await deck.press("F")
        await deck.until(lambda: screen.pane.arrangement.folded != frozenset(), "all are folded")
        await deck.until(lambda: screen.pane.grid.row_count < before, "and laid out so")


async def test_the_version_of_a_column_opens(world: World) -> None:
    async with world.open() as deck:
        await open_diff(deck)
        await deck.press("o")
        await deck.until_text("models › churn › v14")


async def test_two_marked_versions_are_compared(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "g", "g", "space", "j", "space", "d")  # the newer is marked first
        await deck.until(lambda: isinstance(deck.app.screen, VersionDiffScreen), "the page is open")
        screen = deck.app.screen
        assert isinstance(screen, VersionDiffScreen)
        older, newer = screen.route.baseline, screen.route.other
        assert int(older) < int(newer) and {older, newer} <= set(world.registry.by_model["churn"])
