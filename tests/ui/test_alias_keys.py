"""Moving aliases by keys: conflicts, outcomes that are unknown, undo, protection, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.support.deck import World, message
from tests.support.fake_registry import cut_after, cut_before
from tests.support.model_shop import model_shop
from tests.support.models import (
    champion,
    models,
    open_models,
    panel,
    refuse_once,
)
from tui.config.model import ModelSettings, Settings
from tui.ui.write_panel import WritePanel
from tui.ui.write_words import Face


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def test_a_conflict_is_shown_and_looked_at_anew(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        world.registry.move("churn", "champion", "13")
        await deck.press("enter", "enter")
        await deck.until_text("champion is v13 now, not v12")
        assert champion(world) == "13" and world.registry.called("set_alias") == 0
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "it is shown as it is now")
        await deck.until_text("champion v13")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")


async def test_an_outcome_that_is_unknown_is_said_and_looked_up(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "both sides are known")
        await deck.press("enter")
        world.registry.strike("set_alias", cut_after)
        world.registry.strike("aliases_at", cut_before, after="set_alias")
        await deck.press("enter")
        await deck.until_text("It is not known whether it was written")
        await deck.press("r")
        await deck.until_text("The server can be read again")
        await deck.until_text("champion v11")
        assert world.ledger.read().entries[0].outcome == "done"


async def test_a_part_that_was_done_is_put_back(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("W")
        await deck.until_text("Swap champion and challenger")
        await deck.press("enter")
        refuse_once(world, "set_alias", "challenger")
        await deck.press("enter")
        await deck.until_text("1 of 2 changes were made")
        await deck.press("b")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "what takes it back is shown")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "12", "champion is put back")
        assert world.registry.models["churn"].aliases["challenger"] == "14"


async def test_several_in_one_line(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("A")
        await deck.until_text("Move several aliases")
        await deck.type("champion=14 challenger= late")
        await deck.until_text("“late” is not ALIAS=VERSION")
        await deck.press(*["backspace"] * 5, "enter", "enter")
        await deck.until(lambda: champion(world) == "14", "it is moved")
        assert "challenger" not in world.registry.models["churn"].aliases


async def test_undo_also_after_a_restart_and_not_over_somebody_else(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a", "enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("u")
        await deck.until_text("Undo #1")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "12", "it is undone")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        await deck.press("u")
        await deck.until(lambda: "could be undone" in message(deck), "there is nothing left")
        await deck.press("tab", "k", "k", "a", "enter", "enter")
        await deck.until(lambda: champion(world) == "13", "champion is moved again")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        world.registry.move("churn", "champion", "9")
        await deck.press("u")
        await deck.until_text("somebody has moved it since")
        assert "go on: move" not in deck.text()
        await deck.press("enter")
        assert champion(world) == "9"


async def test_a_protected_alias_wants_the_name_typed_and_perhaps_a_reason(tmp_path: Path) -> None:
    settings = Settings(models=ModelSettings(protected_aliases=("champion",), reason_required=True))
    world = model_shop(tmp_path)
    world.settings = settings
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.press("enter")
        await deck.until_text("wants a reason")
        await deck.type("incident 4711")
        await deck.press("enter")
        await deck.until_text("type churn to go on")
        await deck.press("enter", "enter")
        assert champion(world) == "12"
        await deck.type("churn")
        await deck.press("enter")
        await deck.until_text("enter does it")
        await deck.press("enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
    assert world.ledger.read().entries[0].why == "incident 4711"


async def test_aliases_that_cannot_be_are_refused_in_words(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        for typed, words in (("latest", "is reserved"), ("v9", "is reserved"), ("two words", "letters, digits"),
                             ("Champion", "“champion” is in use")):  # fmt: skip
            panel(deck).query_one("#alias", Input).value = typed
            await deck.until_text(words)
            await deck.press("enter")
            assert panel(deck).face is Face.SHOWN
        panel(deck).query_one("#alias", Input).value = "blue"
        panel(deck).query_one("#to", Input).value = "99"
        await deck.until_text("There is no version 99")
        panel(deck).query_one("#to", Input).value = "\uff11\uff11"
        await deck.until_text("is no version: versions are numbers")
    assert world.registry.called("set_alias") == 0


async def test_without_a_ledger_the_move_waits_for_a_yes(world: World) -> None:
    (world.folder / "state").mkdir(parents=True, exist_ok=True)
    (world.folder / "state" / "ledger.jsonl").mkdir()
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.press("enter", "enter")
        # Where the lines break depends on how long the path of the test's folder is.
        wanted = ("w", "writes", "without", "record:", "nobody", "see")
        await deck.until(lambda: all(word in deck.text() for word in wanted), "it is told what can be done")
        assert champion(world) == "12"
        await deck.press("w")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await deck.until(lambda: "not recorded" in message(deck), "it is told")


async def test_a_read_only_context_offers_no_write(tmp_path: Path) -> None:
    world = model_shop(tmp_path, read_only=True)
    async with world.open() as deck:
        await open_models(deck)
        assert "move alias" not in deck.lines()[-1]
        for key, title in (("a", "move alias"), ("u", "undo"), ("W", "swap"), ("A", "several"), ("delete", "delete")):
            await deck.press(key)
            await deck.until_text(f"{title} refused: ")
            assert "read-only" in message(deck) and "--read-write overrides" in message(deck)
        assert deck.app.screen is models(deck)
        page = models(deck)
        ids = {action.id for action in page.actions_here()}
        assert not {"registry.move_alias", "registry.undo", "registry.delete", "models.create"} & ids
        assert {"registry.diff", "registry.ledger", "registry.why"} <= ids
