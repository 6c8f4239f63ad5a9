"""Experiments created, renamed, noted, deleted and restored by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import World, browse, runs_pane, shop
from tests.support.writing import OX, note_read, shown, told
from tui.ui.write_words import Face


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


async def test_an_experiment_from_nothing_to_deleted_and_back(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("plus")
        await deck.until_text("Create an experiment")
        await deck.type("nightly")
        await deck.press("enter")
        await shown(deck, "Create experiment churn/nightly")
        await deck.press("enter", "enter")
        await told(deck, "Created experiment churn/nightly")
        await deck.until(
            lambda: (here := browse(deck).experiments.experiment_here()) is not None and here.name == "churn/nightly",
            "the cursor is on it",
        )
        await deck.press("M")
        await deck.until_text("is to be called:")
        await deck.type("2")
        await deck.press("enter")
        await shown(deck, "Rename experiment churn/nightly → churn/nightly2")
        await deck.press("enter", "enter")
        await told(deck, "Renamed experiment")
        await deck.until_text("nightly2 ")
        await deck.press("X")
        await shown(deck, "Delete experiment churn/nightly2")
        await deck.press("enter", "enter")
        await told(deck, "Deleted experiment churn/nightly2, read back 14:00:00, ledger #3 · u restores it")
        await deck.press("u")
        await told(deck, "Restored experiment churn/nightly2")
        assert [e.lifecycle for e in small.tracking.experiments if e.name == "churn/nightly2"] == ["active"]


async def test_deleting_an_experiment_says_what_goes_with_it_and_taking_it_back_leaves_the_rest(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("X")
        await shown(deck, "Delete experiment churn/weekly")
        assert "12 active runs will be deleted with it." in deck.text()
        assert "1 run is deleted in it already; u right afterwards leaves them so." in deck.text()
        await deck.press("enter", "enter")
        await told(deck, "Deleted experiment churn/weekly")
        assert small.writes.run(OX).lifecycle == "deleted"
        await deck.press("u")
        await told(deck, "Restored experiment churn/weekly and deleted run gone-newt")
        assert small.writes.run(OX).lifecycle == "active"
        assert small.writes.run(f"{701:032x}").lifecycle == "deleted"


async def test_a_deleted_experiment_is_restored_where_the_deleted_are_shown(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("i")
        await deck.until_text("attic")
        await deck.until_text("X restores")
        await deck.press("X")
        await shown(deck, "Restore experiment attic")
        await deck.press("enter", "enter")
        await told(deck, "Restored experiment attic")
        await deck.until_text("There are no deleted")


async def test_the_note_of_an_experiment_is_edited_from_what_is_told_about_it(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("e")
        await deck.until_text("e edit the note")
        await deck.press("e")
        await note_read(deck)
        await deck.type("New: ")
        await deck.press("ctrl+s")
        await shown(deck, "Change the note of experiment churn/weekly")
        await deck.press("enter", "enter")
        await told(deck, "Changed the note of experiment churn/weekly")
        assert small.writes.experiment("1").note == "New: Trained **each week** from the warehouse."


async def test_a_name_that_is_taken_is_told(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("plus", "ctrl+u")
        await deck.type("attic")
        await deck.press("enter")
        await shown(deck, "Create experiment attic")
        await deck.press("enter", "enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "There is an experiment of that name already. It is deleted" in deck.text()
