"""Changing runs and experiments by keys: shown before, refused where the world moved, told afterwards, taken back."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.zoo import HOSTILE
from tests.support.deck import World, browse, enter_runs, experiment, message, run, runs_pane, shop, world
from tests.support.driver import Deck
from tests.support.fake_registry import cut_before, forbidden
from tests.support.fake_writes import Trouble
from tui.app import DeckApp
from tui.domain.changes import NOTE_KEY
from tui.screens.modals.confirm_changes import ChangesModal, Face
from tui.screens.modals.edit_tags import TagsModal
from tui.screens.modals.edit_text import NoteModal

OX, ELK, BEE = (f"{number:032x}" for number in (1, 2, 3))
OK: Trouble = None


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


def panel(deck: Deck[int]) -> ChangesModal | None:
    return deck.app.screen if isinstance(deck.app.screen, ChangesModal) else None


async def shown(deck: Deck[int], title: str, face: Face = Face.SHOWN) -> None:
    """Wait until the panel shows its plan, or what became of it, under a title."""
    await deck.until(lambda: (found := panel(deck)) is not None and found.face is face, f"the panel is {face.value}")
    await deck.until_text(title)


async def told(deck: Deck[int], text: str) -> None:
    """Wait until the line at the bottom tells of something, with nothing over the screen."""
    await deck.until(lambda: text in message(deck), f"the bottom line tells of “{text}”")
    assert len(deck.app.screen_stack) == 1 or panel(deck) is None


async def note_read(deck: Deck[int]) -> NoteModal:
    await deck.until(
        lambda: isinstance(deck.app.screen, NoteModal) and not deck.app.screen.box.read_only, "the note is read"
    )
    assert isinstance(deck.app.screen, NoteModal)
    return deck.app.screen


async def tags_read(deck: Deck[int]) -> TagsModal:
    await deck.until(
        lambda: isinstance(deck.app.screen, TagsModal) and bool(deck.app.screen.tags.chosen), "the tags are read"
    )
    assert isinstance(deck.app.screen, TagsModal)
    return deck.app.screen


# deleting and restoring


async def test_marked_runs_are_deleted_and_one_key_restores_them(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space", "space", "X")
        await shown(deck, "Delete 2 runs")
        assert "active  deleted" in deck.line_with("gallant-ox-12  lifecycle")
        assert small.writes.calls == [], "nothing is written before that is confirmed"
        await deck.press("enter")
        await told(deck, "Deleted 2 runs, read back 14:00:00, ledger #1 · u restores them")
        await deck.until(lambda: "gallant-ox-12" not in deck.text(), "the table has let go of them")
        assert runs_pane(deck).grid.marks == ()
        assert [small.writes.run(each).lifecycle for each in (OX, ELK, BEE)] == ["deleted", "deleted", "active"]
        await deck.press("u")
        await told(deck, "Restored 2 runs, read back 14:00:00, ledger #2")
        await deck.until_text("gallant-ox-12")
        assert [small.writes.run(each).lifecycle for each in (OX, ELK)] == ["active", "active"]
        assert [entry.purpose for entry in small.ledger.read().entries] == ["", "undo"]
        assert "u take back" not in deck.text()


async def test_leaving_the_panel_writes_nothing(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("X")
        await shown(deck, "Delete run gallant-ox-12")
        await deck.press("escape")
        await deck.until(lambda: panel(deck) is None, "the panel is left")
        assert small.writes.calls == [] and small.ledger.read().entries == ()
        assert runs_pane(deck).grid.has_focus


async def test_a_deleted_run_is_restored_in_the_deleted_view_by_the_same_key(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("i")
        await deck.until_text("gone-newt")
        await deck.until_text("X restores")
        await deck.press("X")
        await shown(deck, "Restore run gone-newt")
        await deck.press("enter")
        await told(deck, "Restored run gone-newt")
        assert small.writes.run(f"{701:032x}").lifecycle == "active"
        await deck.until_text("There are no deleted runs")


async def test_a_run_that_still_runs_is_told_of(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "sweep-41")
        await deck.press("j", "j", "j", "X")
        await shown(deck, "Delete run sweep-41")
        assert "It is still running; it goes on, deleted." in deck.text()


async def test_a_batch_that_fails_midway_is_put_back(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.writes.trouble.extend([OK, forbidden])
        await deck.press("space", "space", "space", "X")
        await shown(deck, "Delete 3 runs")
        await deck.press("enter")
        await shown(deck, "1 of 3 changes were made", Face.TOLD)
        assert "✓ done" in deck.line_with("gallant-ox-12  lifecycle")
        assert "✗ refused" in deck.line_with("brave-elk-771  lifecycle")
        assert "– not tried" in deck.line_with("calm-bee-3     lifecycle")
        assert "PERMISSION_DENIED" in deck.text()
        assert "f finish   b put back" in deck.text()
        await deck.press("b")
        await shown(deck, "Restore run gallant-ox-12")
        await deck.press("enter")
        await told(deck, "Restored run gallant-ox-12")
        assert {small.writes.run(each).lifecycle for each in (OX, ELK, BEE)} == {"active"}
        assert [entry.outcome for entry in small.ledger.read().entries] == ["partly", "done"]
        await deck.until(lambda: len(runs_pane(deck).grid.marks) == 3, "what was not deleted stays marked")


async def test_a_batch_that_fails_midway_is_finished(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.writes.trouble.extend([OK, cut_before])
        await deck.press("space", "space", "space", "X")
        await shown(deck, "Delete 3 runs")
        await deck.press("enter")
        await shown(deck, "1 of 3 changes were made", Face.TOLD)
        await deck.press("f")
        await shown(deck, "Delete 2 runs")
        await deck.press("enter")
        await told(deck, "Deleted 2 runs")
        assert {small.writes.run(each).lifecycle for each in (OX, ELK, BEE)} == {"deleted"}


async def test_leaving_a_batch_that_failed_says_what_was_done(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.writes.trouble.extend([OK, forbidden])
        await deck.press("space", "space", "X")
        await shown(deck, "Delete 2 runs")
        await deck.press("enter")
        await shown(deck, "1 of 2 changes were made", Face.TOLD)
        await deck.press("escape")
        await told(deck, "Deleted run gallant-ox-12, 1 of 2 not")
        await deck.until(lambda: "gallant-ox-12  " not in deck.text(), "the deleted one is gone from the table")


async def test_many_marked_runs_with_progress_and_a_stop(tmp_path: Path) -> None:
    big = world(tmp_path, [experiment(1, "sweep")], [run(number) for number in range(1, 401)])
    async with big.open() as deck:
        await enter_runs(deck, "run-001")
        await deck.until(lambda: runs_pane(deck).grid.row_count >= 200, "the first runs are loaded")
        await deck.press("ctrl+e")
        await deck.until(lambda: runs_pane(deck).grid.row_count == 400, "all runs are loaded")
        await deck.press("v", "G", "v", "X")
        await shown(deck, "Delete 400 runs")
        assert "400 changes: run-001, run-002, run-003, run-004 and more" in deck.text()

        def hold_the_tenth(_name: str, run_id: str) -> None:
            if run_id == f"{10:032x}":
                big.writes.gate.clear()

        big.writes.before = hold_the_tenth
        await deck.press("enter")
        await deck.until_text("9 of 400 done and read back · esc stops")
        await deck.press("escape")
        await deck.until_text("stopping after the one under way")
        big.writes.gate.set()
        await shown(deck, "10 of 400 changes were made", Face.TOLD)
        assert "It was stopped; what is marked as done stays done." in deck.text()
        assert sum(one.lifecycle == "deleted" for one in big.tracking.runs) == 10
        await deck.press("f")
        await shown(deck, "Delete 390 runs")
        await deck.press("enter")
        await told(deck, "Deleted 390 runs")
        await deck.until_text("There are no active runs")


# renaming


async def test_a_run_is_renamed(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("M")
        await deck.until_text("gallant-ox-12 is to be called:")
        await deck.press("backspace", "backspace", "backspace", "enter")
        await shown(deck, "Rename run gallant-ox-12 → gallant-ox")
        await deck.press("enter")
        await told(deck, "Renamed run gallant-ox-12 → gallant-ox, read back 14:00:00, ledger #1 · u takes it back")
        await deck.until(lambda: "gallant-ox-12" not in deck.text().rpartition("\n")[0], "the new name is shown")
        await deck.press("u")
        await shown(deck, "Rename run gallant-ox → gallant-ox-12")
        await deck.press("enter")
        await told(deck, "Taken back ledger #1: run gallant-ox")
        assert small.writes.run(OX).name == "gallant-ox-12"


async def test_a_name_that_cannot_be_is_refused_where_it_is_typed(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("M", "ctrl+u", "enter")
        await deck.until_text("A name is needed.")
        await deck.type("gallant-ox-12")
        await deck.press("enter")
        await shown(deck, "There is nothing to change: it is so already.", Face.REFUSED)
        await deck.press("escape", "escape")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the dialogues are left")
        assert small.writes.calls == []


async def test_a_name_that_somebody_changed_meanwhile_is_shown_and_not_run_over(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("M")
        await deck.until_text("is to be called:")
        await deck.type("x")
        await deck.press("enter")
        await shown(deck, "Rename run")
        small.writes.change_run(OX, name="theirs")
        await deck.press("enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "✗ changed meanwhile  theirs" in deck.line_with("gallant-ox-12  name")
        assert small.writes.calls == []
        await deck.press("f")
        await shown(deck, "Rename run gallant-ox-12 → gallant-ox-12x")
        assert "theirs" in deck.line_with("gallant-ox-12  name")
        await deck.press("enter")
        await told(deck, "Renamed run")
        assert small.writes.run(OX).name == "gallant-ox-12x"


# the note


async def test_a_note_is_edited_in_place(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("e")
        note = await note_read(deck)
        assert note.text == "# Best so far\n\nWith the *new* features."
        await deck.type("Q")
        await deck.press("ctrl+s")
        await shown(deck, "Change the note of run gallant-ox-12")
        assert "-# Best so far" in deck.text() and "+Q# Best so far" in deck.text()
        await deck.press("enter")
        await told(deck, "Changed the note of run gallant-ox-12")
        assert small.writes.run(OX).note.startswith("Q# Best so far")
        await deck.press("tab")
        await deck.until(lambda: browse(deck).details is not None, "the details are there")


async def test_a_note_written_meanwhile_is_shown_beside_what_was_typed(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("j", "e")
        await note_read(deck)
        await deck.type("mine")
        small.writes.tag(ELK, NOTE_KEY, "theirs")
        await deck.press("ctrl+s")
        await shown(deck, "Change the note")
        await deck.press("enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "theirs" in deck.line_with("✗ changed meanwhile")
        await deck.press("escape")
        note = await note_read(deck)
        assert note.text == "mine", "what was typed is not lost"
        await deck.until_text("The note on the server is another one by now")
        await deck.press("ctrl+s")
        await shown(deck, "Change the note")
        assert "theirs" in deck.line_with("brave-elk-771  note")
        await deck.press("enter")
        await told(deck, "Changed the note of run brave-elk-771")
        assert small.writes.run(ELK).note == "mine"


async def test_a_changed_note_is_not_thrown_away_by_one_key(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("e")
        await note_read(deck)
        await deck.press("ctrl+s")
        await deck.until_text("The note is as it was")
        await deck.type("x")
        await deck.press("escape")
        await deck.until_text("esc once more throws the changes away")
        await deck.press("escape")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the dialogue is left")
        assert small.writes.calls == []


async def test_a_note_that_is_too_long_is_refused(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("e")
        note = await note_read(deck)
        note.box.load_text("x" * 8001)
        await deck.until_text("8 001 of 8 000 characters")
        await deck.press("ctrl+s")
        await deck.until_text("MLflow keeps 8 000 of a run's tag or note.")
        assert panel(deck) is None


async def test_a_note_is_edited_in_ones_own_editor(
    small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import pathlib, sys\npathlib.Path(sys.argv[1]).write_text('from the editor\\n')\n")
    monkeypatch.setattr(DeckApp, "suspend", lambda _app: contextlib.nullcontext())
    async with small.open() as deck:
        assert isinstance(deck.app, DeckApp)
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("e")
        note = await note_read(deck)
        await deck.press("ctrl+o")
        await deck.until_text("No editor is set.")
        deck.app.environment = {"EDITOR": f"{sys.executable} {script}"}
        await deck.press("ctrl+o")
        await deck.until(lambda: note.text == "from the editor", "the text has come back")
        await deck.press("ctrl+s")
        await shown(deck, "Change the note")
        await deck.press("enter")
        await told(deck, "Changed the note")
        assert small.writes.run(OX).note == "from the editor"


async def test_a_terminal_that_cannot_be_handed_over_is_told(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("e")
        await note_read(deck)
        await deck.press("ctrl+o")
        await deck.until_text("This terminal cannot be handed to an editor.")


# tags


async def test_tags_of_marked_runs_are_edited_as_a_list_and_applied_together(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.writes.tag(OX, "stage", "a")
        small.writes.tag(ELK, "stage", "b")
        await deck.press("space", "space", "t")
        tags = await tags_read(deck)
        assert "Tags of 2 runs" in deck.text()
        assert "2 different values" in deck.line_with("stage")
        await deck.press("a")
        await deck.until_text("Its key:")
        await deck.type("owner")
        await deck.press("enter")
        await deck.until_text("Tag owner")
        await deck.type("ml platform")
        await deck.press("enter")
        await deck.until_text("+ ml platform")
        tags.grid.move_to("stage")
        await deck.press("enter")
        await deck.until_text("Tag stage")
        await deck.type("c")
        await deck.press("enter")
        await deck.until_text("~ c")
        tags.grid.move_to("mlflow.source.name")
        await deck.press("X")
        await deck.until_text("- taken away")
        await deck.press("u")
        await deck.until(lambda: "taken away" not in deck.text(), "it is left as it is")
        await deck.press("X", "ctrl+s")
        await shown(deck, "Tag 2 runs: 3 tags")
        assert "mlflow.source.name: MLflow's own" in deck.text()
        await deck.press("enter")
        await told(deck, "Tagged 2 runs: 3 tags")
        for run_id in (OX, ELK):
            kept = small.writes.run(run_id).tags
            assert (kept["owner"], kept["stage"], "mlflow.source.name" in kept) == ("ml platform", "c", False)
        await deck.press("u")
        await shown(deck, "Tag 2 runs: 3 tags")
        await deck.press("enter")
        await told(deck, "Taken back ledger #1: 2 runs")
        assert [small.writes.run(each).tags["stage"] for each in (OX, ELK)] == ["a", "b"]


async def test_a_tag_that_somebody_changed_meanwhile_stays_to_be_decided(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.writes.tag(OX, "stage", "a")
        await deck.press("t")
        tags = await tags_read(deck)
        tags.grid.move_to("stage")
        await deck.press("X", "ctrl+s")
        await shown(deck, "Tag run gallant-ox-12: stage")
        small.writes.tag(OX, "stage", "theirs")
        await deck.press("enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "theirs" in deck.line_with("✗ changed meanwhile")
        await deck.press("escape")
        await deck.until_text("the tags are shown as they are now")
        await deck.until(lambda: "theirs" in deck.line_with("- taken away"), "theirs stands beside what is to be")
        await deck.press("escape", "escape")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the dialogue is left")
        assert small.writes.run(OX).tags["stage"] == "theirs"


# experiments


async def test_an_experiment_from_nothing_to_deleted_and_back(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("C")
        await deck.until_text("Create an experiment")
        await deck.type("nightly")
        await deck.press("enter")
        await shown(deck, "Create experiment churn/nightly")
        await deck.press("enter")
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
        await deck.press("enter")
        await told(deck, "Renamed experiment")
        await deck.until_text("nightly2 ")
        await deck.press("X")
        await shown(deck, "Delete experiment churn/nightly2")
        await deck.press("enter")
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
        await deck.press("enter")
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
        await deck.press("enter")
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
        await deck.press("enter")
        await told(deck, "Changed the note of experiment churn/weekly")
        assert small.writes.experiment("1").note == "New: Trained **each week** from the warehouse."


async def test_a_name_that_is_taken_is_told(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await deck.press("C", "ctrl+u")
        await deck.type("attic")
        await deck.press("enter")
        await shown(deck, "Create experiment attic")
        await deck.press("enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "There is an experiment of that name already. It is deleted" in deck.text()


# a run's page


async def test_the_same_keys_on_the_page_of_a_run(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("enter")
        await deck.until_text("R register")
        await deck.press("M")
        await deck.until_text("is to be called:")
        await deck.type("3")
        await deck.press("enter")
        await shown(deck, "Rename run gallant-ox-12 → gallant-ox-123")
        await deck.press("enter")
        await told(deck, "Renamed run")
        await deck.until(lambda: "weekly › gallant-ox-123" in deck.text(), "the page has read it again")
        await deck.press("X")
        await shown(deck, "Delete run gallant-ox-123")
        await deck.press("enter")
        await told(deck, "u restores it")
        await deck.until_text("✓ done, deleted")
        await deck.press("q")
        await deck.until(lambda: len(deck.app.screen_stack) == 1, "the page is left")
        await deck.until(lambda: "gallant-ox-12" not in deck.text(), "the table behind has heard of it")
        await deck.press("u")
        await told(deck, "Restored run gallant-ox-123")
        await deck.until_text("gallant-ox-123")


# read-only


@pytest.mark.parametrize("key", ["X", "delete", "M", "t", "e"])
async def test_a_read_only_context_does_not_offer_it_and_says_why(tmp_path: Path, key: str) -> None:
    closed = shop(tmp_path, read_only=True)
    async with closed.open((200, 50)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        assert "rename" not in deck.lines()[-1] and "delete" not in deck.lines()[-1]
        await deck.press(key)
        await told(deck, "The context prod is read-only.")
        assert runs_pane(deck).grid.has_focus
        assert closed.writes.calls == [] and not closed.ledger.file.exists()


async def test_a_read_only_context_says_why_before_anything_has_been_read(tmp_path: Path) -> None:
    closed = shop(tmp_path, read_only=True)
    closed.tracking.gate.clear()
    async with closed.open() as deck:
        for key in ("X", "t", "M"):
            await deck.press(key)
            await told(deck, "The context prod is read-only.")
        await deck.press("tab")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the runs have the keys")
        for key in ("X", "t", "e", "M"):
            await deck.press(key)
            await told(deck, "The context prod is read-only.")
        closed.tracking.gate.set()


async def test_a_read_only_context_hides_it_everywhere(tmp_path: Path) -> None:
    closed = shop(tmp_path, read_only=True)
    async with closed.open((120, 50)) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        assert "create" not in deck.lines()[-1]
        await deck.press("C")
        await told(deck, "read-only")
        await deck.press("colon")
        await deck.type("creat")
        await deck.settle()
        assert "Create an experiment" not in deck.text()
        await deck.press("escape", "question_mark")
        await deck.until_text("Keys that work here")
        await deck.type("delete this")
        await deck.settle()
        assert "Delete this" not in deck.text()
        await deck.press("escape", "e")
        await deck.until_text("Trained **each week**")
        assert "e edit the note" not in deck.text()
        await deck.press("e")
        await told(deck, "read-only")
        assert closed.writes.calls == []


# trouble


async def test_without_a_ledger_it_is_not_written_unless_that_is_said(small: World) -> None:
    (small.folder / "state").mkdir(exist_ok=True)
    small.ledger.file.mkdir()
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("X")
        await shown(deck, "Delete run gallant-ox-12")
        await deck.press("enter")
        await shown(deck, "The ledger cannot be written", Face.REFUSED)
        assert small.writes.calls == []
        await deck.press("w")
        await told(deck, "not recorded")
        assert small.writes.run(OX).lifecycle == "deleted"


async def test_a_server_that_cannot_be_asked_is_told_in_the_panel(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        from tests.support.deck import OFFLINE

        small.tracking.problem = OFFLINE
        await deck.press("X")
        await shown(deck, "refused the connection", Face.REFUSED)
        await deck.press("escape", "t")
        await deck.until_text("No tags could be read.")
        await deck.press("escape", "e")
        await deck.until_text("refused the connection")
        await deck.press("escape")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the dialogues are left")


async def test_a_run_that_is_gone_is_told(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.tracking.runs = [one for one in small.tracking.runs if one.run_id != OX]
        await deck.press("M")
        await deck.type("x")
        await deck.press("enter")
        await shown(deck, "The run is no longer there.", Face.REFUSED)
        await deck.press("escape", "escape", "e")
        await deck.until_text("It is no longer there.")


@pytest.mark.parametrize(
    ("keys", "text"), [("X", "Delete run"), ("t", "Tags of run"), ("e", "Note of run"), ("M", "Rename run")]
)
async def test_hostile_names_notes_and_tags_are_spelled_out(tmp_path: Path, keys: str, text: str) -> None:
    odd = run(1, name=HOSTILE, tags={HOSTILE: HOSTILE}, note=f"{HOSTILE}\n\x07two")
    bad = world(tmp_path, [experiment(1, HOSTILE)], [odd])
    async with bad.open() as deck:
        await enter_runs(deck, "[bold red]")
        await deck.press(keys)
        await deck.until_text(text)
        if keys == "e":
            note = await note_read(deck)
            assert note.text == f"{HOSTILE}\n\x07two", "what is edited is the text itself"
            assert "␛[31m" in deck.text() and "␇two" in deck.text()
            assert "4 that cannot be shown" in deck.text()
        elif keys == "t":
            await tags_read(deck)
            assert "\\x1b" in deck.text()
        else:
            await deck.until_text("\\x1b")
        assert all(line.isprintable() for line in deck.lines())


async def test_the_same_as_python_is_copied(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("X")
        await shown(deck, "Delete run gallant-ox-12")
        await deck.press("y")
        await deck.until_text("Copied Python")
        assert f"client.delete_run('{OX}')" in deck.app.clipboard


async def test_a_write_whose_outcome_is_not_known_is_looked_at_again(small: World) -> None:
    def cut(effect: Callable[[], None]) -> None:
        effect()
        small.tracking.problem = gone
        raise gone

    from tests.support.deck import OFFLINE as gone

    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("X")
        await shown(deck, "Delete run gallant-ox-12")
        small.writes.trouble.append(cut)
        await deck.press("enter")
        await shown(deck, "It is not known whether it was written", Face.TOLD)
        small.tracking.problem = None
        await deck.press("f")
        await shown(deck, "There is nothing to change: it is so already.", Face.REFUSED)
        await deck.press("escape")
        await deck.until(lambda: panel(deck) is None, "the panel is left")
        await deck.until(lambda: "gallant-ox-12" not in deck.text().rpartition("\n")[0], "it is gone from the table")
