"""Pictures of the registry's screens: board, versions, the panel, a conflict, the ledger, what lint finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.model_shop import model_shop
from tests.support.snapshots import Picture
from tests.ui.test_models import models, open_diff, open_models, panel
from tui.screens.modals.move_alias import MoveAliasPanel
from tui.screens.modals.plan_panel import Face, PlanPanel
from tui.screens.model import ModelScreen
from tui.screens.version import VersionScreen

SIZES = [(80, 24), (120, 36), (200, 50)]


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
async def test_board_and_versions(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    async with model_shop(tmp_path).open(size=size) as deck:
        await open_models(deck)
        await deck.until(lambda: not models(deck).versions.is_asking("evidence"), "all is known")
        await deck.press("tab", "j")
        await deck.until(lambda: models(deck).session.desk.health.facts("churn", "1") is not None, "files are read")
        await deck.settle()
        picture(deck)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
async def test_the_move_panel_and_a_conflict(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    world = model_shop(tmp_path)
    async with world.open(size=size) as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "both sides are known")
        await deck.press("enter")
        await deck.settle()
        picture(deck, name="armed")
        world.registry.move("churn", "champion", "13")
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.CONFLICT, "the conflict is shown")
        await deck.settle()
        picture(deck, name="conflict")


async def test_faults_only(tmp_path: Path, picture: Picture) -> None:
    async with model_shop(tmp_path).open(size=(160, 36)) as deck:
        await open_models(deck)
        await deck.press("ctrl+z")
        await deck.until_text("ctrl+z shows all")
        await deck.until(lambda: models(deck).session.desk.health.facts("churn", "1") is not None, "files are read")
        await deck.settle()
        picture(deck)


async def test_the_ledger(tmp_path: Path, picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    world = model_shop(tmp_path)
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, MoveAliasPanel), "the panel is open")
        await deck.press("enter", "enter")
        await deck.until(lambda: not isinstance(deck.app.screen, PlanPanel), "the panel is closed")
        await deck.press("u")
        await deck.until_text("Undo #1")
        await deck.press("enter", "enter")
        await deck.until(lambda: not isinstance(deck.app.screen, PlanPanel), "the panel is closed")
        await deck.press("L")
        await deck.until_text("undo #1")
        screen = deck.app.screen
        screen.pane.set_subtitle("ledger.jsonl")  # type: ignore[attr-defined]  # the folder differs from test to test
        await deck.settle()
        picture(deck)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
async def test_two_versions_side_by_side(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    async with model_shop(tmp_path).open(size=size) as deck:
        await open_diff(deck)
        await deck.settle()
        picture(deck)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
async def test_the_pages_of_a_model_and_a_version(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    async with model_shop(tmp_path).open(size=size) as deck:
        await open_models(deck)
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, ModelScreen), "the model's page is open")
        page = deck.app.screen
        assert isinstance(page, ModelScreen)
        await deck.until(lambda: page.versions.complete and not page.is_asking("evidence"), "all is known")
        facts = page.session.desk.health.facts
        await deck.until(
            lambda: all(facts("churn", str(number)) is not None for number in range(1, 15)), "files are read"
        )
        page.versions.retick()  # whatever was learnt since the table was laid out last
        await deck.settle()
        picture(deck, name="model")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, VersionScreen), "the version's page is open")
        version = deck.app.screen
        assert isinstance(version, VersionScreen)
        await deck.until(lambda: version.truth.as_of_ms is not None, "it is read")
        await deck.settle()
        picture(deck, name="version")
