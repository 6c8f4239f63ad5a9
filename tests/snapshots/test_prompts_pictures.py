"""Pictures of prompts: the list with its panes, two versions compared, the move of an alias, a narrow terminal."""

from __future__ import annotations

from pathlib import Path

from tests.support.model_shop import model_shop
from tests.support.prompts import on_support, open_prompts, prompts
from tests.support.snapshots import Picture


async def test_the_list_and_what_a_version_says(tmp_path: Path, picture: Picture) -> None:
    async with model_shop(tmp_path).open((120, 36)) as deck:
        await on_support(deck)
        await deck.settle()
        picture(deck)


async def test_narrow(tmp_path: Path, picture: Picture) -> None:
    async with model_shop(tmp_path).open((80, 24)) as deck:
        await open_prompts(deck)
        prompts(deck).list.grid.move_to("triage")
        await deck.settle()
        picture(deck)


async def test_two_versions_beside_each_other(tmp_path: Path, picture: Picture) -> None:
    async with model_shop(tmp_path).open((120, 36)) as deck:
        await on_support(deck)
        await deck.press("g", "d")
        await deck.until_text("support_reply v2 against v4")
        await deck.press("v")
        await deck.until_text("│ Answer")
        await deck.settle()
        picture(deck)


async def test_the_move_of_an_alias(tmp_path: Path, picture: Picture) -> None:
    async with model_shop(tmp_path).open((120, 36)) as deck:
        await on_support(deck)
        await deck.press("g", "a")
        await deck.until_text("no longer used")
        await deck.settle()
        picture(deck)
