"""Every write goes the same way, with the same guarantees, in the same words."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.contracts.shop import full_shop
from tests.contracts.writes import WRITES, WriteRow, go_on, is_asking, never_answered, shown
from tests.support.deck import World, message
from tests.support.driver import Deck
from tests.support.fake_registry import cut_after
from tui.app.application import DeckApp
from tui.config.model import ModelSettings, Settings
from tui.domain.capabilities import Capabilities
from tui.gateway.ports import DiagnosisPort

READ_ONLY = "prod is read-only"
CHANGED = "Nothing was changed"
UNKNOWN = "It is not known whether it was written"
NO_LEDGER = "The ledger cannot be written"
WITHOUT = "w write without a record"
WAYS_BACK = ("u takes it back", "u restores", "u undoes")
NO_WAY_BACK = "cannot"


def named(row: WriteRow) -> str:
    return row.name


TAKING = ("take an alias away", "take a prompt's alias away", "delete an assessment")
"""The writes that put nothing in the place of what was there."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return full_shop(tmp_path)


async def begun(deck: Deck[int]) -> None:
    await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")


async def done(deck: Deck[int], row: WriteRow, world: World) -> None:
    """The whole way, until one line tells of it."""
    await shown(deck, row)
    await go_on(deck, row, world)
    await told_done(deck)


async def told_done(deck: Deck[int]) -> None:
    await deck.until(lambda: "read back" in message(deck) and not is_asking(deck), "what was done is told")


@pytest.mark.parametrize("row", WRITES, ids=named)
async def test_the_whole_way_and_back(world: World, row: WriteRow, subtests: pytest.Subtests) -> None:
    async with world.open() as deck:
        await begun(deck)
        with subtests.test("it is shown before anything is written, and armed before it is done"):
            await shown(deck, row)
            assert row.written(world) == 0 and row.holds(world) == row.before
            assert ("go on: take away" in deck.text()) is (row.name in TAKING)
            await deck.type(row.typed)
            await deck.press("enter")
            await deck.until_text("enter does it")
            assert row.written(world) == 0
            await deck.press("enter")
            await deck.until(lambda: row.written(world) > 0, "it is written")
        with subtests.test("it is read back, recorded and told"):
            await told_done(deck)
            assert row.holds(world) == row.after
            assert "ledger #1" in message(deck)
            assert any(words in message(deck) for words in (WAYS_BACK if row.taken_back else (NO_WAY_BACK,)))
            entries = world.ledger.read().entries
            assert [entry.outcome for entry in entries] == ["done"] and entries[0].subject
        with subtests.test("u takes it back or says why not"):
            await taken_back(deck, row, world)


async def taken_back(deck: Deck[int], row: WriteRow, world: World) -> None:
    told, after = message(deck), row.holds(world)
    await deck.press(row.taken_back or "u")
    await deck.until(lambda: message(deck) != told or is_asking(deck), "u does or says something")
    if not row.taken_back:
        assert row.holds(world) == after
        assert any(words in message(deck) for words in ("take back", "undone", "undo"))
        return
    for _ in range(3):
        await deck.settle()
        if is_asking(deck):
            await deck.press("enter")
    await deck.until(lambda: row.holds(world) == row.before, "it is as it was")
    await deck.until(lambda: "read back" in message(deck) and message(deck) != told, "that is told")


PROTECTED = [row for row in WRITES if row.method in ("set_alias", "change") or row.name == "promote a version"]
"""The writes by which what is served under a protected alias can change."""


@pytest.mark.parametrize("row", PROTECTED, ids=named)
async def test_of_what_is_protected_the_name_is_typed_first(tmp_path: Path, row: WriteRow) -> None:
    """The model's of an alias, the endpoint's of what it serves under one."""
    aliases = ("champion", "challenger", "old-prod", "production", "staging")
    world = full_shop(tmp_path, settings=Settings(models=ModelSettings(protected_aliases=aliases)))
    name = "churn-prod" if row.method == "change" else "support_reply" if "prompt" in row.name else "churn"
    name = "fraud_score" if row.name == "promote a version" else name
    async with world.open() as deck:
        await begun(deck)
        await shown(deck, row)
        await deck.press("enter")
        await deck.until_text(f"is protected: type {name} to go on")
        await deck.type(name[:-1])
        await deck.press("enter")
        await deck.until_text(f"That is not it: type {name} to go on")
        assert row.written(world) == 0 and "enter does it" not in deck.text()
        await deck.type(name[-1])
        await deck.press("enter")
        await deck.until_text("enter does it")
        assert row.written(world) == 0
        await deck.press("enter")
        await deck.until(lambda: row.holds(world) == row.after, "it is written")


EDITED = (
    *("rename an experiment", "tag a run", "note of a run on its page", "delete a run", "tag a model"),
    *("describe a version", "move several aliases", "describe a prompt", "tag a prompt's version", "assess a trace"),
    *("delete an assessment", "tag a trace", "add a trace to a dataset"),
)
"""One write of each kind of thing and of each kind of editor."""


@pytest.mark.parametrize("row", [row for row in WRITES if row.name in EDITED], ids=named)
async def test_what_one_may_not_do_is_said_as_soon_as_one_begins(world: World, row: WriteRow) -> None:
    world.can = Capabilities(hides=True)
    async with world.open() as deck:
        await begun(deck)
        await row.open(deck)
        await deck.settle()
        assert isinstance(deck.app, DeckApp)
        rights = SimpleNamespace(my_permission=lambda _kind, _name: "READ")
        deck.app.session.diagnosis = cast(DiagnosisPort, rights)
        await deck.press(row.key)
        await deck.until_text("You have READ on the")
        assert row.written(world) == 0


@pytest.mark.parametrize("row", WRITES, ids=named)
async def test_a_read_only_context_says_so(tmp_path: Path, row: WriteRow) -> None:
    world = full_shop(tmp_path, read_only=True)
    async with world.open() as deck:
        await begun(deck)
        await row.open(deck)
        if row.name == "note of an experiment":
            await deck.press("e")
            await deck.until(lambda: is_asking(deck), "its facts are shown")
        await deck.press(row.key)
        await deck.until(lambda: READ_ONLY in message(deck), "it is refused")
        assert "--read-write overrides" in message(deck)
        assert row.written(world) == 0


@pytest.mark.parametrize("row", WRITES, ids=named)
async def test_without_a_ledger_it_is_written_only_if_that_is_said(world: World, row: WriteRow) -> None:
    (world.folder / "state").mkdir(exist_ok=True)
    world.ledger.file.mkdir()
    async with world.open() as deck:
        await begun(deck)
        await shown(deck, row)
        await go_on(deck, row, world)
        await deck.until_text(NO_LEDGER)
        await deck.until_text(WITHOUT)
        assert row.written(world) == 0
        await deck.press("w")
        await deck.until(lambda: "not recorded" in message(deck), "it is told that nothing is on record")
        assert row.holds(world) == row.after


@pytest.mark.parametrize("row", WRITES, ids=named)
async def test_what_somebody_changed_meanwhile_is_not_written_over(world: World, row: WriteRow) -> None:
    async with world.open() as deck:
        await begun(deck)
        await shown(deck, row)
        row.crossed(world)
        theirs, sent = row.holds(world), row.written(world)
        if row.typed:
            await deck.type(row.typed)
        await deck.press("enter")
        await deck.settle()
        if "enter does it" in deck.text():
            await deck.press("enter")
        await deck.until_text(CHANGED)
        assert row.written(world) == sent and row.holds(world) == theirs


@pytest.mark.parametrize("row", WRITES, ids=named)
async def test_a_lost_answer_is_read_back(world: World, row: WriteRow) -> None:
    async with world.open() as deck:
        await begun(deck)
        await shown(deck, row)
        row.fails(world, cut_after)
        await go_on(deck, row, world)
        await told_done(deck)
        assert row.holds(world) == row.after


@pytest.mark.parametrize("row", WRITES, ids=named)
async def test_what_was_never_answered_is_not_known(world: World, row: WriteRow) -> None:
    async with world.open() as deck:
        await begun(deck)
        await shown(deck, row)
        row.fails(world, never_answered)
        await go_on(deck, row, world)
        await deck.until_text(UNKNOWN)
    assert [entry.outcome for entry in world.ledger.read().entries] == ["unknown"]


@pytest.mark.parametrize("row", [row for row in WRITES if row.beneath], ids=named)
async def test_every_page_beneath_shows_it(world: World, row: WriteRow) -> None:
    async with world.open((200, 50)) as deck:
        await begun(deck)
        await done(deck, row, world)
        for number, text in enumerate(row.beneath):
            if number:
                await deck.press("escape")
                await deck.settle()
            await deck.until_text(text)
