"""Names, notes and tags of runs edited by keys: shown before, refused where somebody else wrote meanwhile."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest

from tests.support.deck import World, browse, enter_runs, runs_pane, shop
from tests.support.writing import ELK, OX, note_read, panel, shown, tags_read, told
from tui.app.application import DeckApp
from tui.domain.writes.changes import NOTE_KEY
from tui.ui.write_words import Face


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


# renaming


async def test_a_run_is_renamed(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("M")
        await deck.until_text("gallant-ox-12 is to be called:")
        await deck.press("backspace", "backspace", "backspace", "enter")
        await shown(deck, "Rename run gallant-ox-12 → gallant-ox")
        await deck.press("enter", "enter")
        await told(deck, "Renamed run gallant-ox-12 → gallant-ox, read back 14:00:00, ledger #1 · u takes it back")
        await deck.until(lambda: "gallant-ox-12" not in deck.text().rpartition("\n")[0], "the new name is shown")
        await deck.press("u")
        await shown(deck, "Rename run gallant-ox → gallant-ox-12")
        await deck.press("enter", "enter")
        await told(deck, "Taken back ledger #1: run gallant-ox")
        assert small.writes.run(OX).name == "gallant-ox-12"


async def test_on_a_narrow_screen_it_is_said_still_what_takes_it_back(small: World) -> None:
    async with small.open((80, 24)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("M")
        await deck.until_text("gallant-ox-12 is to be called:")
        await deck.press(*"-of-the-long-night", "enter")
        await shown(deck, "Rename run gallant-ox-12 → gallant-ox-12-of-the-long-night")
        await deck.press("enter", "enter")
        await told(deck, "read back 14:00:00, ledger #1 · u takes it back")
        last = deck.text().rstrip("\n").rpartition("\n")[2]
        assert last.lstrip().startswith("Renamed run gallant-ox-12") and last.rstrip().endswith(
            "… · u takes it back"
        ), last


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
        await deck.press("enter", "enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "✗ changed meanwhile  theirs" in deck.line_with("gallant-ox-12  name")
        assert small.writes.calls == []
        await deck.press("f")
        await shown(deck, "Rename run gallant-ox-12 → gallant-ox-12x")
        assert "theirs" in deck.line_with("gallant-ox-12  name")
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "theirs" in deck.line_with("✗ changed meanwhile")
        await deck.press("escape")
        note = await note_read(deck)
        assert note.text == "mine", "what was typed is not lost"
        await deck.until_text("The note on the server is another one by now")
        await deck.press("ctrl+s")
        await shown(deck, "Change the note")
        assert "theirs" in deck.line_with("brave-elk-771  note")
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
        await told(deck, "Tagged 2 runs: 3 tags")
        for run_id in (OX, ELK):
            kept = small.writes.run(run_id).tags
            assert (kept["owner"], kept["stage"], "mlflow.source.name" in kept) == ("ml platform", "c", False)
        await deck.press("u")
        await shown(deck, "Tag 2 runs: 3 tags")
        await deck.press("enter", "enter")
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
        await shown(deck, "Take tag stage from run gallant-ox-12")
        small.writes.tag(OX, "stage", "theirs")
        await deck.press("enter", "enter")
        await shown(deck, "Nothing was changed", Face.TOLD)
        assert "theirs" in deck.line_with("✗ changed meanwhile")
        await deck.press("escape")
        await deck.until_text("the tags are shown as they are now")
        await deck.until(lambda: "theirs" in deck.line_with("- taken away"), "theirs stands beside what is to be")
        await deck.press("escape", "escape")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the dialogue is left")
        assert small.writes.run(OX).tags["stage"] == "theirs"
