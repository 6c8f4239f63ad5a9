"""Describing, tagging, creating, renaming, copying and deleting of models and versions, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.model_shop import model_shop
from tests.support.models import (
    models,
    open_models,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def test_describe_tag_create_rename_and_delete(world: World) -> None:
    registry = world.registry
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("t")
        await deck.until_text("KEY=VALUE")
        await deck.type("tier=1")
        await deck.press("enter")
        await deck.until(lambda: registry.models["churn"].tags.get("tier") == "1", "it is tagged")
        await deck.press("e")
        await deck.until_text("Description of churn")
        await deck.type("New. ")
        await deck.press("ctrl+s")
        await deck.until(lambda: "New. " in registry.models["churn"].description, "it is described")
        await deck.press("plus")
        await deck.until_text("Create a model")
        await deck.type("a/b")
        await deck.press("enter")
        await deck.until_text("neither / nor :")
        await deck.press(*["backspace"] * 3)
        await deck.type("uplift")
        await deck.press("enter")
        await deck.until(lambda: "uplift" in registry.models, "it is created")
        await deck.until(lambda: "Created uplift, read back, ledger #3" in message(deck), "it is told")
        await deck.until(lambda: models(deck).board.grid.cursor_key == "uplift", "the cursor is on it")
        await deck.press("M")
        await deck.until_text("Rename uplift")
        await deck.press(*["backspace"] * 6)
        await deck.type("lift")
        await deck.press("enter")
        await deck.until(lambda: "lift" in registry.models and "uplift" not in registry.models, "it is renamed")
        await deck.until(lambda: models(deck).board.grid.cursor_key == "lift", "the cursor is on it")
        await deck.press("delete")
        await deck.until_text("this cannot be undone")
        await deck.type("lif")
        await deck.press("enter")
        await deck.until_text("That is not the name")
        await deck.type("t")
        await deck.press("enter")
        await deck.until(lambda: "lift" not in registry.models, "it is deleted")
    whats = [entry.what for entry in world.ledger.read().entries]
    assert whats == ["model.tag", "model.describe", "model.create", "model.rename", "model.delete"]
    assert {entry.outcome for entry in world.ledger.read().entries} == {"done"}


async def test_delete_a_version_lists_the_aliases_that_go(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "delete")
        await deck.until_text("These aliases go with it: old-prod")
        await deck.type("churn")
        await deck.press("enter")
        await deck.until(lambda: "11" not in world.registry.by_model["churn"], "it is deleted")


async def test_copy_to_another_model_and_take_an_alias_away(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "p")
        await deck.until_text("Copy to another model")
        await deck.type("churn-prod")
        await deck.press("enter")
        await deck.until_text("churn-prod does not exist yet: it is created")
        await deck.press("enter")
        await deck.until(lambda: "churn-prod" in world.registry.models, "it is copied")
        await deck.until(lambda: "Copied v12 to churn-prod v1" in message(deck), "it is told")
        models(deck).board.point_at("churn")
        await deck.until(lambda: models(deck).versions.model is not None, "a model is shown")
