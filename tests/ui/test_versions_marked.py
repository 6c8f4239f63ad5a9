"""Marked versions of a model as one plan: tagged, deleted, their aliases taken away; also where a part fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.model_shop import model_shop
from tests.support.models import (
    champion,
    mark,
    models,
    open_models,
    refuse_once,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def test_marked_versions_are_tagged_and_a_refusal_in_the_middle_is_finished(world: World) -> None:
    refuse_once(world, "tag_version", "11")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await deck.press("t")
        await deck.until_text("Tags of v12, v11 and v10 of churn")
        await deck.type("checked=yes")
        await deck.press("enter")
        await deck.until_text("Tag checked of v12, v11 and v10")
        assert any("v11  " in line and "yes" in line for line in deck.lines()), "what it will have is shown before"
        await deck.press("enter")
        await deck.until_text("Versions of churn: 1 of 3 done")
        text = deck.text()
        assert "refused" in text and "not tried" in text and "PERMISSION_DENIED" in text and "ledger #1" in text

        def tagged() -> list[str]:
            return [
                at for at in ("12", "11", "10") if world.registry.by_model["churn"][at].tags.get("checked") == "yes"
            ]

        assert tagged() == ["12"]
        entry = world.ledger.read().entries[-1]
        assert entry.outcome == "partly"
        assert [step["outcome"] for step in entry.result["steps"]] == ["done", "refused", "skipped"]
        await deck.press("f")
        await deck.until(lambda: "Tagged v11 and v10: checked=yes of churn" in message(deck), "the rest is done")
        assert tagged() == ["12", "11", "10"]
        assert "ledger #2" in message(deck)


async def test_tags_of_which_one_was_refused_are_put_back(world: World) -> None:
    world.registry.tag_version("churn", "12", "checked", "no")
    refuse_once(world, "tag_version", "10")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await deck.press("t")
        await deck.until_text("Tags of v12, v11 and v10 of churn")
        await deck.type("checked=yes")
        await deck.press("enter")
        await deck.until_text("Tag checked of")
        assert re.search(r"v12\s+no\s+yes", deck.text()), "what it has now"
        await deck.press("enter")
        await deck.until_text("Versions of churn: 2 of 3 done")
        await deck.press("b")
        await deck.until(lambda: "Put checked of v12 and v11 back" in message(deck), "both are as before")
        tags = [world.registry.by_model["churn"][at].tags.get("checked") for at in ("12", "11", "10")]
        assert tags == ["no", None, None]
        assert world.ledger.read().entries[-1].outcome == "done"


async def test_nothing_is_tagged_that_was_not_gone_on_with(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11")
        await deck.press("t")
        await deck.until_text("Tags of v12 and v11 of churn")
        await deck.type("checked=yes")
        await deck.press("enter")
        await deck.until_text("Tag checked of v12 and v11")
        await deck.press("escape")
        await deck.settle()
        assert not world.ledger.read().entries
        assert "checked" not in world.registry.by_model["churn"]["12"].tags


async def test_marked_versions_are_deleted_with_their_aliases_listed(world: World) -> None:
    refuse_once(world, "delete_version", "11")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await deck.press("delete")
        await deck.until_text("Delete 3 versions of churn")
        assert "champion (v12)" in deck.text()
        await deck.type("churn")
        await deck.press("enter")
        await deck.until_text("Versions of churn: 1 of 3 done")
        assert "12" not in world.registry.by_model["churn"] and "11" in world.registry.by_model["churn"]
        await deck.press("f")
        await deck.until_text("Delete 2 versions of churn")
        await deck.type("churn")
        await deck.press("enter")
        await deck.until(lambda: "Deleted v11 and v10 of churn" in message(deck), "the rest is done")
        assert not {"10", "11", "12"} & set(world.registry.by_model["churn"])
        await deck.until(lambda: not models(deck).compared(), "no mark is left on what is gone")


async def test_the_aliases_of_marked_versions_are_taken_away(world: World) -> None:
    world.registry.move("churn", "old", "10")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "10")
        await deck.press("minus")
        await deck.until_text("all of them")
        await deck.press("enter")
        await deck.until_text("aliases of churn away")
        await deck.press("tab")
        await deck.type("churn")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) is None, "champion is gone")
        await deck.until(lambda: "old" not in world.registry.models["churn"].aliases, "and so is the other")
