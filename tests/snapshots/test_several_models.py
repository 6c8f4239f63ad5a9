"""Pictures of a plan for several models: what goes with each that is deleted, and what became of it in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.model_shop import ODD, model_shop
from tests.support.models import mark_models, open_models, refuse_model
from tests.support.snapshots import Picture

SIZES = [(80, 24), (120, 36)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_several_models_deleted(tmp_path: Path, picture: Picture, size: tuple[int, int]) -> None:
    world = model_shop(tmp_path)
    refuse_model(world, "delete_model", ODD)
    async with world.open(size) as deck:
        await open_models(deck)
        await mark_models(deck, "churn", ODD, "ltv")
        await deck.press("delete")
        await deck.until_text("Delete 3 models")
        await deck.settle()
        picture(deck, name="asked")
        await deck.type("3 models")
        await deck.press("enter")
        await deck.until_text("1 of 3 done")
        await deck.until(lambda: not deck.app.screen_stack[0].query(".-loading"), "what is beneath is at rest")
        await deck.settle()
        picture(deck, name="told")
