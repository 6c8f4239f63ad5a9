"""Marked versions of a model as one plan: tagged, deleted, their aliases taken away; also where a part fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.deck import World, message
from tests.support.model_shop import model_shop
from tests.support.models import (
    champion,
    change_tag,
    mark,
    models,
    open_models,
    refuse_once,
    shown_again,
    told_in_part,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def test_marked_versions_are_tagged_and_a_refusal_in_the_middle_is_finished(world: World) -> None:
    refuse_once(world, "tag_version", "11")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await change_tag(deck, "Tags of 3 versions of churn", "checked", "yes")
        await deck.until_text("Tag 3 versions: checked")
        assert "yes" in deck.line_with("churn v11"), "what it will have is shown before"
        await deck.press("enter", "enter")
        await told_in_part(deck, "1 of 3 changes were made")
        text = deck.text()
        assert "refused" in text and "not tried" in text and "PERMISSION_DENIED" in text and "ledger #1" in text

        def tagged() -> list[str]:
            return [
                at for at in ("12", "11", "10") if world.registry.by_model["churn"][at].tags.get("checked") == "yes"
            ]

        assert tagged() == ["12"]
        entry = world.ledger.read().entries[-1]
        assert (entry.outcome, entry.what, entry.subject) == ("partly", "version.tag", "churn")
        assert [step["outcome"] for step in entry.result["steps"]] == ["done", "refused", "skipped"]
        await deck.press("f")
        await shown_again(deck)
        await deck.press("enter", "enter")
        await deck.until(lambda: "Tagged 2 versions: checked" in message(deck), "the rest is done")
        assert tagged() == ["12", "11", "10"]
        assert "ledger #2 · u takes it back" in message(deck)


async def test_tags_of_which_one_was_refused_are_put_back(world: World) -> None:
    world.registry.tag_version("churn", "12", "checked", "no")
    refuse_once(world, "tag_version", "10")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await change_tag(deck, "Tags of 3 versions of churn", "checked", "yes")
        assert re.search(r"churn v12\s+tag checked\s+no\s+yes", deck.text()), "what it has now"
        await deck.press("enter", "enter")
        await told_in_part(deck, "2 of 3 changes were made")
        await deck.press("b")
        await shown_again(deck)
        await deck.press("enter", "enter")
        await deck.until(lambda: "Taken back ledger #1: 2 versions" in message(deck), "both are as before")
        tags = [world.registry.by_model["churn"][at].tags.get("checked") for at in ("12", "11", "10")]
        assert tags == ["no", None, None]
        assert world.ledger.read().entries[-1].outcome == "done"


async def test_nothing_is_tagged_that_was_not_gone_on_with(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11")
        await change_tag(deck, "Tags of 2 versions of churn", "checked", "yes")
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
        await deck.until_text("Delete 3 versions")
        assert "These aliases go with them: champion, old-prod." in deck.text()
        assert "champion" in deck.line_with("churn v12")
        await deck.type("churn")
        await deck.press("enter", "enter")
        await told_in_part(deck, "1 of 3 changes were made")
        assert "12" not in world.registry.by_model["churn"] and "11" in world.registry.by_model["churn"]
        await deck.press("f")
        await deck.until_text("Delete 2 versions")
        await deck.type("churn")
        await deck.press("enter", "enter")
        await deck.until(lambda: "Deleted 2 versions" in message(deck), "the rest is done")
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
