"""Where writing is not offered, or fails: read-only contexts, servers in trouble, hostile names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.zoo import HOSTILE
from tests.support.deck import World, enter_runs, experiment, run, runs_pane, shop, world
from tests.support.writing import OX, note_read, panel, shown, tags_read, told
from tui.ui.write_words import Face


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


# read-only


@pytest.mark.parametrize("key", ["X", "delete", "M", "t", "e"])
async def test_a_read_only_context_does_not_offer_it_and_says_why(tmp_path: Path, key: str) -> None:
    closed = shop(tmp_path, read_only=True)
    async with closed.open((200, 50)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        assert "rename" not in deck.lines()[-1] and "delete" not in deck.lines()[-1]
        await deck.press(key)
        await told(deck, "refused: prod is read-only (read_only: true); --read-write overrides")
        assert runs_pane(deck).grid.has_focus
        assert closed.writes.calls == [] and not closed.ledger.file.exists()


async def test_a_read_only_context_says_why_before_anything_has_been_read(tmp_path: Path) -> None:
    closed = shop(tmp_path, read_only=True)
    closed.tracking.gate.clear()
    async with closed.open() as deck:
        for key in ("X", "t", "M"):
            await deck.press(key)
            await told(deck, "refused: prod is read-only (read_only: true); --read-write overrides")
        await deck.press("tab")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the runs have the keys")
        for key in ("X", "t", "e", "M"):
            await deck.press(key)
            await told(deck, "refused: prod is read-only (read_only: true); --read-write overrides")
        closed.tracking.gate.set()


async def test_a_read_only_context_hides_it_everywhere(tmp_path: Path) -> None:
    closed = shop(tmp_path, read_only=True)
    async with closed.open((120, 50)) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        assert "create" not in deck.lines()[-1]
        await deck.press("plus")
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
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
        await shown(deck, "It is not known whether it was written", Face.TOLD)
        small.tracking.problem = None
        await deck.press("f")
        await told(deck, "Deleted run gallant-ox-12, read back 14:00:00, ledger #1 · u restores it")
        assert panel(deck) is None and small.ledger.read().entries[-1].outcome == "done"
        await deck.until(lambda: "gallant-ox-12" not in deck.text().rpartition("\n")[0], "it is gone from the table")
