"""A picture of a plan for several models: what goes with each that is deleted, and what became of it in part."""

from __future__ import annotations

from pathlib import Path

from tests.support.model_shop import ODD, model_shop
from tests.support.models import mark_models, open_models, refuse_model
from tests.support.snapshots import Picture


async def test_several_models_deleted(tmp_path: Path, picture: Picture) -> None:
    world = model_shop(tmp_path)
    refuse_model(world, "delete_model", ODD)
    async with world.open((80, 24)) as deck:  # where only the board lies beneath
        await open_models(deck)
        await mark_models(deck, "churn", ODD, "ltv")
        await deck.press("delete")
        await deck.until_text("Delete 3 models")
        await deck.settle()
        picture(deck)
        await deck.type("3 models")
        await deck.press("enter", "enter")
        await deck.until_text("1 of 3 changes were made")
        await deck.until(lambda: not deck.app.screen_stack[0].query(".-loading"), "what is beneath is at rest")
        await deck.settle()
        assert "done" in deck.line_with("▸  churn").split()
        deck.shows("PERMISSION_DENIED: no.", "not tried", "ledger #1", "f finish")
