"""Deleting and restoring runs by keys, also on a run's page: shown before, told where a batch fails, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import World, enter_runs, experiment, run, runs_pane, shop, world
from tests.support.fake_registry import cut_before, forbidden
from tests.support.fake_writes import Trouble
from tests.support.writing import BEE, ELK, OX, panel, shown, told
from tui.app.application import DeckApp
from tui.features.run.screen import RunScreen
from tui.ui.routes import RunRoute
from tui.ui.write_words import Face

OK: Trouble = None


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


async def test_marked_runs_are_deleted_and_one_key_restores_them(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space", "space", "X")
        await shown(deck, "Delete 2 runs")
        assert "active  deleted" in deck.line_with("gallant-ox-12  lifecycle")
        assert small.writes.calls == [], "nothing is written before that is confirmed"
        await deck.press("enter", "enter")
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


async def test_a_run_s_own_page_says_how_many_runs_below_it_stay(small: World) -> None:
    small.tracking.runs += [run(7, parent=OX), run(8, parent=OX), run(9, parent=f"{7:032x}")]
    small.tracking.server_filter = lambda text, one: "parentRunId" not in text or repr(one.parent_id) in text
    async with small.open() as deck:
        await deck.until_text("weekly")
        assert isinstance(deck.app, DeckApp)
        deck.app.go(RunRoute(OX))
        await deck.until_text("gallant-ox-12")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "its page is open")
        await deck.press("X")
        await shown(deck, "Delete run gallant-ox-12")
        await deck.until_text("3 runs below it stay: only what is named is deleted.")


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
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
        await shown(deck, "1 of 3 changes were made", Face.TOLD)
        assert "✓ done" in deck.line_with("gallant-ox-12  lifecycle")
        assert "✗ refused" in deck.line_with("brave-elk-771  lifecycle")
        assert "– not tried" in deck.line_with("calm-bee-3     lifecycle")
        assert "PERMISSION_DENIED" in deck.text()
        assert "f finish   b put back" in deck.text()
        await deck.press("b")
        await shown(deck, "Restore run gallant-ox-12")
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
        await shown(deck, "1 of 3 changes were made", Face.TOLD)
        await deck.press("f")
        await shown(deck, "Delete 2 runs")
        await deck.press("enter", "enter")
        await told(deck, "Deleted 2 runs")
        assert {small.writes.run(each).lifecycle for each in (OX, ELK, BEE)} == {"deleted"}


async def test_leaving_a_batch_that_failed_says_what_was_done(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.writes.trouble.extend([OK, forbidden])
        await deck.press("space", "space", "X")
        await shown(deck, "Delete 2 runs")
        await deck.press("enter", "enter")
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
        await deck.press("enter", "enter")
        await deck.until_text("9 of 400 done and read back · esc stops")
        await deck.press("escape")
        await deck.until_text("stopping after the one under way")
        big.writes.gate.set()
        await shown(deck, "10 of 400 changes were made", Face.TOLD)
        assert "It was stopped; what is marked as done stays done." in deck.text()
        assert sum(one.lifecycle == "deleted" for one in big.tracking.runs) == 10
        await deck.press("f")
        await shown(deck, "Delete 390 runs")
        await deck.press("enter", "enter")
        await told(deck, "Deleted 390 runs")
        await deck.until_text("There are no active runs")


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
        await deck.press("enter", "enter")
        await told(deck, "Renamed run")
        await deck.until(lambda: "weekly › gallant-ox-123" in deck.text(), "the page has read it again")
        await deck.press("X")
        await shown(deck, "Delete run gallant-ox-123")
        await deck.press("enter", "enter")
        await told(deck, "u restores it")
        await deck.until_text("✓ done, deleted")
        await deck.press("q")
        await deck.until(lambda: len(deck.app.screen_stack) == 1, "the page is left")
        await deck.until(lambda: "gallant-ox-12" not in deck.text(), "the table behind has heard of it")
        await deck.press("u")
        await told(deck, "Restored run gallant-ox-123")
        await deck.until_text("gallant-ox-123")
