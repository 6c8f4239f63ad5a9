"""A picture of a plan for several versions: what each has now and will have, and what became of it in part."""

from __future__ import annotations

from pathlib import Path

from tests.support.model_shop import model_shop
from tests.support.models import change_tag, mark, open_models, refuse_once
from tests.support.snapshots import Picture


async def test_a_tag_of_several_versions(tmp_path: Path, picture: Picture) -> None:
    world = model_shop(tmp_path)
    world.registry.tag_version("churn", "12", "checked", "no")
    refuse_once(world, "tag_version", "11")
    async with world.open() as deck:
        await open_models(deck)
        await mark(deck, "12", "11", "10")
        await change_tag(deck, "Tags of 3 versions of churn", "checked", "yes")
        await deck.settle()
        picture(deck)
        await deck.press("enter", "enter")
        await deck.until_text("1 of 3 changes were made")
        await deck.until(lambda: not deck.app.screen_stack[0].query(".-loading"), "what is beneath is at rest")
        await deck.settle()
        deck.shows("✓ done", "✗ refused", "not tried", "The server answered PERMISSION_DENIED: no.", "ledger #1")
