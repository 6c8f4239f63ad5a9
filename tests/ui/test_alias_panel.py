"""The panel through which aliases are moved: nothing of it cut off, and a way out of whatever was done in part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from textual.widgets import Input

from tests.support.deck import URI, World
from tests.support.driver import Deck
from tests.support.fake_registry import cut_after, cut_before
from tests.support.model_shop import model_shop
from tests.support.models import champion, open_models, panel
from tui.app.application import DeckApp
from tui.config.model import ModelSettings, Settings
from tui.domain.capabilities import expected
from tui.domain.models.values import FAILED
from tui.domain.problem import Kind, Problem
from tui.domain.writes import changes
from tui.gateway.ports import DiagnosisPort
from tui.ui.write_panel import WritePanel
from tui.ui.write_words import Face


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


def refuse(world: World, alias: str, times: int) -> None:
    """The server refuses the next writes of an alias."""
    real, left = world.registry.set_alias, [times]

    def set_alias(name: str, written: str, version: str) -> None:
        if written == alias and left[0]:
            left[0] -= 1
            raise Problem(Kind.FORBIDDEN, "Could not set it", "The server answered PERMISSION_DENIED: no.")
        real(name, written, version)

    world.registry.set_alias = set_alias  # type: ignore[assignment,method-assign]  # a server that refuses


async def open_several(deck: Deck[int], line: str) -> None:
    await open_models(deck)
    await deck.press("A")
    await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
    await deck.type(line)
    await deck.until(lambda: not panel(deck).is_asking("sides"), "the versions are looked for")


@pytest.mark.parametrize("size", [(80, 24), (100, 28), (120, 36), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_that_has_to_be_read_is_cut_off(tmp_path: Path, size: tuple[int, int]) -> None:
    settings = Settings(models=ModelSettings(protected_aliases=("champion",)))
    world = model_shop(tmp_path, settings=settings)
    world.registry.change_version("churn", "13", status=FAILED, status_message="the upload was cut short")
    async with world.open(size=size) as deck:
        await open_models(deck)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        panel(deck).query_one("#to", Input).value = "13"
        await deck.until_text("failed to register: the upload was cut")
        await deck.press("enter")
        await deck.until_text("type churn to go on")
        await deck.type("churn")
        await deck.press("enter")
        await deck.until_text("Move champion of churn: v12 → v13   enter does it")
        for words in ("in use:", "version", "why", "type", "[ enter move ]"):
            assert words in deck.text()


async def test_who_was_overtaken_is_told_by_a_line_a_bell_and_the_ledger(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.open() as deck:
        app = cast(DeckApp, deck.app)
        rung: list[bool] = []
        monkeypatch.setattr(app, "bell", lambda: rung.append(True))

        def meanwhile() -> float:
            world.registry.set_alias("churn", "champion", "11")
            return 0.01

        app.second_look_s = meanwhile
        await open_several(deck, "champion=14")
        await deck.press("enter", "enter")
        await deck.until_text("champion of churn: done at 14:00:00, overtaken at 14:00:00 by v11")
        assert rung
    (entry,) = world.ledger.read().entries
    assert entry.outcome == "overtaken"


async def test_what_could_not_be_finished_can_still_be_put_back(world: World) -> None:
    refuse(world, "challenger", 2)
    async with world.open() as deck:
        await open_several(deck, "champion=14 challenger=12 old-prod=")
        await deck.press("enter", "enter")
        await deck.until_text("1 of 3 changes were made")
        await deck.press("f")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "what is left is shown")
        await deck.press("enter", "enter")
        await deck.until_text("it can be finished still, or put back")
        assert champion(world) == "14" and panel(deck).face is Face.TOLD
        await deck.press("b")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "what takes it back is shown")
        await deck.press("enter", "enter")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
    assert dict(world.registry.models["churn"].aliases) == {"champion": "12", "challenger": "14", "old-prod": "11"}
    purposes = [(entry.purpose, entry.of, entry.outcome) for entry in world.ledger.read().entries]
    assert purposes == [("several", None, "partly"), ("finish", 1, "refused"), ("put back", 1, "done")]


async def test_parts_done_in_two_goes_are_both_put_back(world: World) -> None:
    async with world.open() as deck:
        await open_several(deck, "champion=14 challenger=12 old-prod=10")
        refuse(world, "challenger", 1)
        refuse(world, "old-prod", 1)
        await deck.press("enter", "enter")
        await deck.until_text("1 of 3 changes were made")
        await deck.press("f")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "what is left is shown")
        await deck.press("enter", "enter")
        await deck.until_text("1 of 2 changes were made")
        await deck.press("b")
        for part in ("the second", "the first"):
            await deck.until(lambda: panel(deck).face is Face.SHOWN, f"what takes {part} part back is shown")
            await deck.press("enter", "enter")
            await deck.until(
                lambda: not isinstance(deck.app.screen, WritePanel) or panel(deck).face is Face.SHOWN, f"{part} is back"
            )
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
    assert dict(world.registry.models["churn"].aliases) == {"champion": "12", "challenger": "14", "old-prod": "11"}


async def test_a_putting_back_that_stops_midway_goes_on(world: World) -> None:
    async with world.open() as deck:
        await open_several(deck, "champion=14 challenger=12 old-prod=10")
        refuse(world, "old-prod", 1)
        await deck.press("enter", "enter")
        await deck.until_text("2 of 3 changes were made")
        refuse(world, "champion", 1)
        await deck.press("b")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "what takes it back is shown")
        await deck.press("enter", "enter")
        await deck.until_text("b put the rest back")
        assert not panel(deck).check_action("finish", ())
        await deck.press("b")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "the rest is shown")
        await deck.press("enter", "enter")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
    assert dict(world.registry.models["churn"].aliases) == {"champion": "12", "challenger": "14", "old-prod": "11"}
    last = world.ledger.read().entries[-1]
    assert (last.purpose, last.of, last.outcome) == (changes.PUT_BACK, 1, "done")


async def test_several_say_before_that_a_version_is_not_there_or_not_ready(world: World) -> None:
    world.registry.change_version("churn", "13", status=FAILED, status_message="the upload was cut short")
    async with world.open() as deck:
        await open_several(deck, "champion=99 challenger=13")
        await deck.until_text("There is no version 99 of this model.")
        await deck.until_text("failed to register: the upload was cut")
        await deck.press("enter")
        assert panel(deck).face is Face.SHOWN and panel(deck).plan.typed == "churn"
    assert world.registry.called("set_alias") == 0


async def test_an_undo_of_unknown_outcome_that_was_done_is_not_called_somebody_elses(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a", "enter", "enter")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "champion is moved")
        await deck.press("u")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the undo is shown")
        await deck.until(lambda: not panel(deck).is_asking("sides"), "the versions are looked for")
        await deck.press("enter")
        world.registry.strike("set_alias", cut_after)
        world.registry.strike("aliases_at", cut_before, after="set_alias")
        await deck.press("enter")
        await deck.until_text("It is not known whether it was written")
        await deck.press("r")
        await deck.until_text("There is nothing left to do")
        assert "somebody has moved it" not in deck.text()
    assert champion(world) == "12"


async def test_what_was_typed_for_another_state_is_typed_again(tmp_path: Path) -> None:
    settings = Settings(models=ModelSettings(protected_aliases=("CHAMPION",)))
    world = model_shop(tmp_path, settings=settings)
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.press("enter")
        await deck.type("churn")
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.ARMED, "it is confirmed")
        world.registry.move("churn", "champion", "13")
        await deck.press("enter")
        await deck.until_text("champion is v13 now, not v12")
        await deck.press("enter")
        await deck.until(lambda: panel(deck).face is Face.SHOWN, "it is shown as it is now")
        await deck.press("enter")
        await deck.until_text("type churn to go on")
    assert champion(world) == "13"


async def test_an_alias_on_a_version_that_is_gone_says_so(world: World) -> None:
    world.registry.move("churn", "old-prod", "77")
    async with world.open() as deck:
        await open_models(deck)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        panel(deck).query_one("#alias", Input).value = "old-prod"
        await deck.until_text("v77, which is gone")


async def test_a_new_champion_is_judged_on_the_panel_as_the_gate_judges(tmp_path: Path) -> None:
    conditions = ("min auc:+0.002", "max loss:-50%", "same-signature", "rules")
    world = model_shop(tmp_path, settings=Settings(models=ModelSettings(gate=conditions)))
    async with world.open((120, 50)) as deck:
        await open_models(deck)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        panel(deck).query_one("#to", Input).value = "14"
        await deck.until_text("✓ gate auc: at least +0.002 against it; 0.9364 against 0.9312: +0.0052")
        deck.shows("gate loss: at most -50% against it", "✓ gate signature: the same", "✓ gate rules: no error")
        panel(deck).query_one("#alias", Input).value = "old-prod"
        await deck.until(lambda: "gate auc" not in deck.text(), "an alias that nothing stands on is not judged")


async def test_what_one_may_not_move_is_said_before_it_is_offered(tmp_path: Path) -> None:
    world = model_shop(tmp_path)
    world.can = replace(expected(URI, URI), hides=True)
    asked: list[tuple[str, str]] = []

    def my_permission(kind: str, name: str) -> str:
        asked.append((kind, name))
        return "READ"

    async with world.open() as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await open_models(deck)
        app.session.diagnosis = cast(DiagnosisPort, SimpleNamespace(my_permission=my_permission))
        await deck.press("a")
        await deck.until_text("You have READ on the model churn; the server wants EDIT for this.")
        panel(deck).query_one("#to", Input).value = "11"
        await deck.until(lambda: panel(deck).plan.changes[0].after == "11", "another version is named")
        await deck.press("enter")
        await deck.settle()
        assert panel(deck).face is Face.SHOWN and "You have READ on the model churn" in deck.text()
        assert asked == [("registered_model", "churn")], "asked once, whatever version is named"
        assert champion(world) == "12"
