"""Describing, tagging, creating, renaming, copying and deleting of models and versions, by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.model_shop import model_shop
from tests.support.models import (
    change_tag,
    models,
    open_models,
)
from tests.support.writing import note_read, shown


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def test_describe_tag_create_rename_and_delete(world: World) -> None:
    registry = world.registry
    async with world.open() as deck:
        await open_models(deck)
        await change_tag(deck, "Tags of churn", "tier", "1")
        assert "tier" not in registry.models["churn"].tags, "nothing is written before that is confirmed"
        await deck.press("enter", "enter")
        await deck.until(lambda: "Tagged model churn: tier, read back" in message(deck), "it is tagged")
        assert registry.models["churn"].tags["tier"] == "1"
        await deck.press("e")
        await deck.until_text("Description of model churn")
        await note_read(deck)
        await deck.type("New. ")
        await deck.press("ctrl+s")
        await shown(deck, "Describe model churn")
        assert "New. " not in registry.models["churn"].description
        await deck.press("enter", "enter")
        await deck.until(lambda: "Described model churn, read back" in message(deck), "it is described")
        await deck.press("plus")
        await deck.until_text("Create a model")
        await deck.type("a/b")
        await deck.press("enter")
        await deck.until_text("neither / nor :")
        await deck.press(*["backspace"] * 3)
        await deck.type("uplift")
        await deck.press("enter")
        await shown(deck, "Create model uplift")
        await deck.press("enter", "enter")
        await deck.until(lambda: "Created model uplift, read back" in message(deck), "it is told")
        assert "u cannot take it back" in message(deck)
        await deck.until(lambda: models(deck).board.grid.cursor_key == "uplift", "the cursor is on it")
        await deck.press("M")
        await deck.until_text("Rename model")
        await deck.press(*["backspace"] * 6)
        await deck.type("lift")
        await deck.press("enter")
        await shown(deck, "Rename model uplift → lift")
        assert "Whoever loads it by its old name will no longer find it." in deck.text()
        await deck.press("enter", "enter")
        await deck.until(lambda: "lift" in registry.models and "uplift" not in registry.models, "it is renamed")
        await deck.until(lambda: models(deck).board.grid.cursor_key == "lift", "the cursor is on it")
        await deck.press("delete")
        await deck.until_text("this cannot be undone")
        await deck.type("lif")
        await deck.press("enter")
        await deck.until_text("That is not it")
        await deck.type("t")
        await deck.press("enter", "enter")
        await deck.until(lambda: "lift" not in registry.models, "it is deleted")
        await deck.until(lambda: "it cannot be taken back" in message(deck), "it is told")
    whats = [entry.what for entry in world.ledger.read().entries]
    assert whats == ["model.tag", "model.describe", "model.create", "model.rename", "model.delete"]
    assert {entry.outcome for entry in world.ledger.read().entries} == {"done"}


async def test_delete_a_version_lists_the_aliases_that_go(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "delete")
        await deck.until_text("These aliases go with it: old-prod")
        await deck.type("churn")
        await deck.press("enter", "enter")
        await deck.until(lambda: "11" not in world.registry.by_model["churn"], "it is deleted")


async def test_tags_descriptions_and_moves_are_taken_back_the_last_first_also_after_a_restart(world: World) -> None:
    registry = world.registry
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a", "enter", "enter")
        await deck.until(lambda: "Moved champion of churn: v12 → v11" in message(deck), "champion is moved")
        await change_tag(deck, "Tags of churn v11", "checked", "yes")
        await deck.press("enter", "enter")
        await deck.until(lambda: "Tagged version churn v11: checked" in message(deck), "the version is tagged")
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("u")
        await shown(deck, "Take tag checked from version churn v11")
        assert "This takes back ledger #2." in deck.text()
        await deck.press("enter", "enter")
        await deck.until(lambda: "Taken back ledger #2: version churn v11" in message(deck), "the tag is taken back")
        assert "checked" not in registry.by_model["churn"]["11"].tags
        await deck.press("u")
        await deck.until_text("Undo #1: aliases of churn")
        await deck.press("enter", "enter")
        await deck.until(lambda: registry.models["churn"].aliases["champion"] == "12", "the move is taken back")
        await deck.until(lambda: "Taken back ledger #1: champion of churn" in message(deck), "it is told")
        await deck.press("u")
        await deck.until(lambda: "Nothing was changed of churn from here" in message(deck), "nothing is left")


async def test_copy_to_another_model_and_take_an_alias_away(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "p")
        await deck.until_text("Copy to another model")
        await deck.type("churn-prod")
        await deck.press("enter")
        await deck.until_text("churn-prod does not exist yet: it is created")
        await deck.press("enter", "enter")
        await deck.until(lambda: "churn-prod" in world.registry.models, "it is copied")
        await deck.until(lambda: "Copied models:/churn/12 as version churn-prod v1" in message(deck), "it is told")
        models(deck).board.point_at("churn")
        await deck.until(lambda: models(deck).versions.model is not None, "a model is shown")
