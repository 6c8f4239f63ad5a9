"""Pictures of the registry's screens: board, versions, the panel, a conflict, the ledger, what lint finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.support.driver import Deck
from tests.support.fake_registry import cut_after, cut_before
from tests.support.model_shop import model_shop
from tests.support.models import models, open_diff, open_models, panel, refuse_once
from tests.support.snapshots import Picture
from tui.domain.models.values import FAILED
from tui.features.models.model import ModelScreen, VersionScreen
from tui.ui.write_panel import WritePanel
from tui.ui.write_words import Face

BY_SIZE = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


async def open_judged(deck: Deck[int], size: tuple[int, int]) -> None:
    """Open the models and wait until nothing behind a dialogue will change any more."""
    await open_models(deck)
    if size[0] > 80:  # where the versions are below the board
        facts = models(deck).session.desk.health.facts
        await deck.until(lambda: all(facts("churn", str(number)) for number in range(1, 15)), "files are read")
        await deck.until(lambda: not models(deck).versions.is_asking("evidence"), "all is known")


@BY_SIZE
async def test_board_and_versions(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    async with model_shop(tmp_path).open(size=size) as deck:
        await open_models(deck)
        await deck.until(lambda: not models(deck).versions.is_asking("evidence"), "all is known")
        await deck.press("tab", "j")
        await deck.until(lambda: models(deck).session.desk.health.facts("churn", "1") is not None, "files are read")
        await deck.settle()
        picture(deck)


@BY_SIZE
async def test_the_move_panel_and_a_conflict(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    world = model_shop(tmp_path)
    async with world.open(size=size) as deck:
        await open_judged(deck, size)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "both sides are known")
        await deck.press("enter")
        await deck.settle()
        picture(deck, name="armed")
        world.registry.move("churn", "champion", "13")
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.TOLD, "the conflict is shown")
        await deck.settle()
        deck.shows("changed meanwhile", "champion is v13 now")
        if size[0] > 80:
            picture(deck, name="conflict")


async def test_an_unknown_outcome_and_a_part_that_was_done(tmp_path: Path, picture: Picture) -> None:
    world, size = model_shop(tmp_path), (120, 36)
    async with world.open(size=size) as deck:
        await open_judged(deck, size)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "both sides are known")
        await deck.press("enter")
        world.registry.strike("set_alias", cut_after)
        world.registry.strike("aliases_at", cut_before, after="set_alias")
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.TOLD, "the outcome is unknown")
        await deck.settle()
        picture(deck, name="unknown")
        await deck.press("escape", "A")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.type("champion=11 challenger=12 old-prod=")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "the versions are known")
        await deck.settle()
        picture(deck, name="several")
        await deck.press("enter")
        refuse_once(world, "set_alias", "challenger")
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.TOLD, "a part was done")
        await deck.settle()
        deck.shows("1 of 3 changes were made", "refused", "not tried", "ledger #2")


async def test_a_version_that_is_not_ready(tmp_path: Path, picture: Picture) -> None:
    world, size = model_shop(tmp_path), (120, 36)
    world.registry.change_version("churn", "13", status=FAILED, status_message="the upload was cut short")
    async with world.open(size=size) as deck:
        await open_judged(deck, size)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.until_text("in use:")  # and drawn, with the version that it proposes
        await deck.settle()
        panel(deck).query_one("#to", Input).value = "13"
        await deck.until_text("failed to register: the upload was cut")
        await deck.press("enter")
        await deck.until_text("type churn to go on")
        await deck.settle()
        picture(deck)


async def test_findings_only_and_the_findings_of_one_model(tmp_path: Path, picture: Picture) -> None:
    size = (120, 36)
    async with model_shop(tmp_path).open(size=size) as deck:
        await open_judged(deck, size)
        await deck.press("ctrl+z")
        await deck.until(lambda: models(deck).board.findings_only, "only those with findings are shown")
        await deck.settle()
        deck.shows(
            "Challenger v14 beats champion v12 on auc: 0.9364 against 0.9312.",
            "No version is champion.",
            "The model has no description.",
        )
        await deck.press("f")
        await deck.until_text("Readiness of")
        await deck.settle()
        picture(deck)


async def test_the_undo_and_the_ledger(tmp_path: Path, picture: Picture) -> None:
    world, size = model_shop(tmp_path), (120, 36)
    async with world.open(size=size) as deck:
        await open_judged(deck, size)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.press("tab", "tab", "tab")
        await deck.type("latency doubled")
        await deck.press("enter", "enter")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        await deck.until(lambda: "so far" not in deck.text(), "the models are judged anew")
        await deck.settle()
        await deck.press("u")
        await deck.until_text("Undo #1")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "the versions are known")
        await deck.settle()
        picture(deck, name="undo")
        await deck.press("enter", "enter")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.press("enter")
        world.registry.move("churn", "champion", "13")
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.TOLD, "the conflict is shown")
        await deck.press("escape", "L")
        await deck.until_text("undo #1")
        screen = deck.app.screen
        screen.pane.set_subtitle("ledger.jsonl")  # type: ignore[attr-defined]  # the folder differs from test to test
        await deck.settle()
        picture(deck, name="ledger")


@BY_SIZE
async def test_two_versions_side_by_side(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    async with model_shop(tmp_path).open(size=size) as deck:
        await open_diff(deck)
        await deck.settle()
        picture(deck)


@BY_SIZE
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
        if size[0] > 80:
            picture(deck, name="model")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, VersionScreen), "the version's page is open")
        version = deck.app.screen
        assert isinstance(version, VersionScreen)
        await deck.until(lambda: version.freshness.as_of_ms is not None, "it is read")
        await deck.settle()
        picture(deck, name="version")
