"""Marked models of the board as one plan: tagged, deleted, judged, their names copied; also where a part fails."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.model_shop import model_shop
from tests.support.models import (
    change_tag,
    mark_models,
    models,
    open_models,
    refuse_model,
    shown_again,
    told_in_part,
)
from tui.domain.problem import Kind, Problem


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


def tagged(world: World, key: str) -> dict[str, str]:
    return {name: model.tags[key] for name, model in world.registry.models.items() if key in model.tags}


async def test_a_tag_that_somebody_else_set_meanwhile_is_not_written_over(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "churn", "ltv")
        await change_tag(deck, "Tags of 2 models", "owner", "ml")
        await deck.until_text("Tag 2 models: owner")
        world.registry.models["churn"] = replace(world.registry.models["churn"], tags={"owner": "zoe"})
        await deck.press("enter", "enter")
        await told_in_part(deck, "Nothing was changed")
        assert tagged(world, "owner")["churn"] == "zoe" and tagged(world, "owner")["ltv"] == "ben"


async def test_marked_models_are_deleted_once_it_has_been_typed(world: World) -> None:
    refuse_model(world, "delete_model", "pricing")
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "churn", "pricing", "ltv")
        await deck.press("delete")
        await deck.until_text("Delete 3 models")
        text = deck.text()
        assert re.search(r"churn\s+14 versions, newest v14, champion v12, challenger v14, old-pr", text)
        assert re.search(r"pricing\s+3 versions, newest v3, challenger v3", text) and re.search(
            r"ltv\s+0 versions", text
        )
        await deck.type("churn")
        await deck.press("enter")
        await deck.until_text("That is not it")
        assert "churn" in world.registry.models
        await deck.press(*["backspace"] * 5)
        await deck.type("3 models")
        await deck.press("enter", "enter")
        await told_in_part(deck, "1 of 3 changes were made")
        assert "b put back" not in deck.text(), "what is deleted cannot be put back"
        assert "churn" not in world.registry.models and {"pricing", "ltv"} <= world.registry.models.keys()
        await deck.press("f")
        await deck.until_text("Delete 2 models")
        await deck.type("2 models")
        await deck.press("enter", "enter")
        await deck.until(lambda: "Deleted 2 models, read back" in message(deck), "the rest is done")
        assert not {"churn", "pricing", "ltv"} & world.registry.models.keys()
        await deck.until(lambda: not models(deck).board.grid.marks, "no mark is left on what is gone")
        assert not [line for line in deck.lines()[:-1] if "ltv" in line] and "fraud_score" in deck.text()
        first, second = world.ledger.read().entries
        assert [step["outcome"] for step in first.result["steps"]] == ["done", "refused", "skipped"]
        assert (first.outcome, second.outcome, second.purpose, second.of) == ("partly", "done", "finish", first.number)


async def test_a_model_that_got_a_version_meanwhile_is_not_deleted(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "pricing", "ltv")
        await deck.press("delete")
        await deck.until_text("Delete 2 models")
        world.registry.create_version("pricing", "s3://b/new")
        await deck.type("2 models")
        await deck.press("enter", "enter")
        await told_in_part(deck, "Nothing was changed")
        assert {"pricing", "ltv"} <= world.registry.models.keys()
        await deck.press("f")
        await deck.until_text("4 versions, newest v4")


async def test_an_outcome_of_models_that_is_unknown_is_told_and_read_before_it_goes_on(world: World) -> None:
    delete, read = world.registry.delete_model, world.registry.get_model
    gone = [False]

    def deleting(name: str) -> None:
        delete(name)
        gone[0] = True
        raise Problem(Kind.UNREACHABLE, "Could not delete", "The connection was cut.")

    def reading(name: str) -> object:
        if gone[0]:
            raise Problem(Kind.UNREACHABLE, "Could not read", "The connection was refused.")
        return read(name)

    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "pricing", "ltv")
        await deck.press("delete")
        await deck.until_text("Delete 2 models")
        world.registry.delete_model, world.registry.get_model = deleting, reading  # type: ignore[method-assign, assignment]
        await deck.type("2 models")
        await deck.press("enter", "enter")
        await told_in_part(deck, "It is not known whether it was written")
        assert "not known" in deck.text() and "f looks again" in deck.text()
        world.registry.delete_model, world.registry.get_model = delete, read  # type: ignore[method-assign]
        await deck.press("f")
        await deck.until_text("Delete model ltv")
        assert re.search(r"ltv\s+0 versions", deck.text()), "the other is gone, as is seen now"
        await deck.type("ltv")
        await deck.press("enter", "enter")
        await deck.until(lambda: "Deleted model ltv" in message(deck), "the rest is done")
        assert not {"pricing", "ltv"} & world.registry.models.keys()


async def test_the_one_marked_model_is_meant_and_not_that_under_the_cursor(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "pricing")
        models(deck).board.grid.move_to("churn")
        await deck.press("delete")
        await deck.until_text("Delete model pricing")
        await deck.press("escape")
        await deck.press("t")
        await deck.until_text("Tags of pricing")


async def test_the_faults_of_marked_models_are_told(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "pricing", "ltv")
        await deck.press("f")
        await deck.until_text("Readiness of pricing and ltv")
        await deck.until(lambda: "pricing" in deck.text() and "ltv" in deck.text(), "each is named")


async def test_read_only_marks_are_for_reading(tmp_path: Path) -> None:
    world = model_shop(tmp_path, read_only=True)
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "pricing", "ltv")
        await deck.press("t", "delete")
        await deck.settle()
        assert deck.app.screen is models(deck)
        assert {"pricing", "ltv"} <= world.registry.models.keys()


async def test_marked_models_are_tagged_finished_and_put_back(world: World) -> None:
    refuse_model(world, "tag_model", "ltv")
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "churn", "ltv", "pricing")
        await change_tag(deck, "Tags of 3 models", "owner", "ops")
        await deck.until_text("Tag 3 models: owner")
        assert re.search(r"churn\s+tag owner\s+growth\s+ops", deck.text()), "what each has now and will have"
        await deck.press("enter", "enter")
        await told_in_part(deck, "1 of 3 changes were made")
        assert "refused" in deck.text() and "not tried" in deck.text()

        def owners() -> list[str | None]:
            return [world.registry.models[name].tags.get("owner") for name in ("churn", "ltv", "pricing")]

        assert owners() == ["ops", "ben", "market"]
        await deck.press("f")
        await shown_again(deck)
        await deck.press("enter", "enter")
        await deck.until(lambda: "Tagged 2 models: owner, read back" in message(deck), "the rest is done")
        assert owners() == ["ops", "ops", "ops"]


async def test_what_was_tagged_of_marked_models_is_put_back(world: World) -> None:
    refuse_model(world, "tag_model", "ltv")
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "churn", "ltv")
        await change_tag(deck, "Tags of 2 models", "owner", None)
        await deck.until_text("Take tag owner from 2 models")
        await deck.press("enter", "enter")
        await told_in_part(deck, "1 of 2 changes were made")
        assert "owner" not in world.registry.models["churn"].tags
        await deck.press("b")
        await shown_again(deck)
        await deck.press("enter", "enter")
        await deck.until(lambda: "Taken back ledger #1: model churn" in message(deck), "it is as before")
        assert world.registry.models["churn"].tags["owner"] == "growth"


async def test_marked_models_are_deleted_once_their_number_is_typed(world: World) -> None:
    refuse_model(world, "delete_model", "pricing")
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "ltv", "pricing")
        await deck.press("delete")
        await deck.until_text("Delete 2 models")
        assert "3 versions, newest v3, challenger v3" in deck.text()
        await deck.type("ltv")
        await deck.press("enter")
        await deck.until_text("That is not it")
        await deck.press(*["backspace"] * 3)
        await deck.type("2 models")
        await deck.press("enter")
        await deck.until_text("enter does it")
        assert {"ltv", "pricing"} <= world.registry.models.keys(), "it is only armed"
        await deck.press("enter")
        await told_in_part(deck, "1 of 2 changes were made")
        assert "ltv" not in world.registry.models and "pricing" in world.registry.models
        await deck.press("f")
        await deck.until_text("Delete model pricing")


async def test_names_of_marked_models_are_copied(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark_models(deck, "ltv", "churn")
        await deck.press("y")
        await deck.until(lambda: deck.app.clipboard == "ltv\nchurn", "both names are in the clipboard")
