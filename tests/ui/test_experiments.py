"""The experiments: tree and list, filter, lifecycle, folding, marks, what is known about one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import HOUR, OFFLINE, World, browse, enter_runs, experiment, listed, run, runs_pane, shop, world
from tests.support.driver import Deck
from tui.domain.values import Lifecycle


def shown(deck: Deck[int]) -> list[str]:
    return listed(deck, browse(deck).experiments.grid)


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


async def test_a_tree_by_the_slashes_last_updated_first(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Experiments · 5")
        await deck.until_text("runs  last")
        assert shown(deck) == ["▾ churn/", "weekly", "backfill", "fraud/cards", "pricing", "empty"]
        assert deck.line_with("weekly  ").split("│")[1].split() == ["▸", "weekly", "12", "2m"]
        assert "attic" not in deck.text()


async def test_a_list_sorted_by_name_is_remembered(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Experiments · 5")
        await deck.press("T", "s")
        await deck.until_text("churn/backfill")
        assert shown(deck) == ["churn/backfill", "churn/weekly", "empty", "fraud/cards", "pricing"]
        await deck.until(lambda: not browse(deck).experiments.is_asking("remember"), "it has been kept")
    async with small.open() as deck:
        await deck.until_text("churn/backfill")
        await deck.press("T", "s")
        await deck.until_text("▾ churn/")


async def test_the_filter_is_live_at_each_key_and_keeps_the_way_to_what_matches(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Experiments · 5")
        await deck.press("slash", "c", "a")
        await deck.until_text("1 match")
        assert shown(deck) == ["fraud/cards"]
        await deck.press("backspace")
        await deck.until_text("4 match")
        await deck.type("hurn week")
        await deck.until_text("1 match")
        assert shown(deck) == ["▾ churn/", "weekly"]
        await deck.press("enter")
        await deck.until(lambda: browse(deck).experiments.grid.has_focus, "the list has the keys")
        assert "1 match" in deck.text()
        await deck.press("escape")
        await deck.until_text("pricing")


async def test_a_filter_that_matches_nothing_says_so_and_how_to_go_on(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Experiments · 5")
        await deck.press("slash", *"zzz")
        await deck.until_text("No experiment matches")
        assert "esc clears the filter" in deck.text()
        assert "ask the server" not in deck.lines()[-1], "where nothing is asked"
        await deck.press("ctrl+s")
        await deck.until_text("experiment is here")
        await deck.press("escape")
        await deck.until_text("pricing")


async def test_active_deleted_all(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where it rests on an experiment without runs, traces are looked for in all of them.
    monkeypatch.setattr("tui.features.experiments.pane.REST_SECONDS", 3600.0)
    async with small.open() as deck:
        await deck.until_text("Experiments · 5")
        await deck.press("i")
        await deck.until_text("Experiments · 1 · deleted")
        assert "attic ⌫" in deck.text()
        await deck.press("i")
        await deck.until_text("Experiments · 6 · all")
        assert "deleted" in deck.line_with("attic ⌫")
        await deck.press("i")
        await deck.until_text("Experiments · 5")
    views = [what for name, what in small.tracking.calls if name == "search_experiments"]
    assert views == [Lifecycle.ACTIVE, Lifecycle.DELETED, Lifecycle.ALL, Lifecycle.ACTIVE]


async def test_folding(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Runs · churn/weekly · 12")
        await deck.press("f")
        await deck.until_text("▸ churn/  2")
        assert browse(deck).experiments.grid.cursor_row == 0, "the cursor is on the folder now"
        await deck.until_text("Runs of 2 experiments · 13")
        await deck.press("W")
        await deck.until_text("The trials of one experiment are ranked, and this is a folder")
        assert "Runs of 2 experiments · 13" in deck.text(), "and the runs are those that were shown"
        await deck.press("f")
        await deck.until_text("▾ churn/")
        await deck.press("F")
        await deck.until_text("▸ churn/  2")
        await deck.press("F")
        await deck.until_text("backfill")
        await deck.press("g", "enter")
        await deck.until_text("▸ churn/  2")


async def test_about_tells_note_tags_and_facts(small: World) -> None:
    small.tracking.experiments[0].tags["team"] = "growth"
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the cursor rests on an experiment")
        await deck.press("e")
        await deck.until_text("Trained **each week**")
        assert "team = growth" in deck.text()
        assert "2026-11-23 13:58:00" in deck.text()
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is browse(deck), "the dialogue is gone")


async def test_the_cursor_leads_to_the_runs_of_what_it_rests_on(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Runs · churn/weekly · 12")
        await deck.press("j")
        await deck.until_text("Runs · churn/backfill · 1")
        assert "experiments › churn › backfill › runs" in deck.text()
        await deck.press("j", "j")
        await deck.until_text("There are no active runs in pricing.")
        assert "i shows active, deleted or all" in deck.text()


async def test_runs_of_several_experiments_together(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the cursor rests on an experiment")
        await deck.press("j", "space", "space")
        await deck.until_text("2 marked")
        await deck.press("enter")
        await deck.until_text("Runs of 2 experiments · 3")
        assert listed(deck, runs_pane(deck).grid) == ["tx-transformer-8", "tx-transformer-7", "lost-heron"]
        assert "experiments › 2 experiments › runs" in deck.text()
        assert "fraud/cards" in deck.line_with("tx-transformer-8").split("││")[1], "each run says whose it is"
        await deck.press("escape", "escape")
        await deck.until(lambda: "2 marked" not in deck.text(), "the marks are gone")


async def test_a_marked_folder_stands_for_all_that_is_in_it(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the cursor rests on an experiment")
        await deck.press("g", "space")
        await deck.until_text("2 marked")
        await deck.press("enter")
        await deck.until_text("Runs of 2 experiments · 13")


async def test_where_one_was_is_remembered(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Experiments · 5")
        await deck.press("j", "j")
        await deck.until_text("Runs · fraud/cards · 2")
        await deck.until(lambda: not browse(deck).experiments.is_asking("remember"), "it has been kept")
    async with small.open() as deck:
        await deck.until_text("Runs · fraud/cards · 2")


async def test_no_experiments_at_all(tmp_path: Path) -> None:
    async with world(tmp_path).open() as deck:
        await deck.until_text("There are no active")
        assert "i shows active, deleted" in deck.text()
        assert "Choose an experiment to see its runs." in deck.text()


async def test_thousands_come_page_after_page_and_the_count_never_pretends(tmp_path: Path) -> None:
    many = world(tmp_path, [experiment(number, f"e{number:04d}", updated=number * HOUR) for number in range(2500)])
    many.tracking.gate.clear()
    async with many.open() as deck:
        await deck.until_text("Reading experiments …")
        assert "Experiments · 0" not in deck.text()
        many.tracking.gate.set()
        await deck.until_text("Experiments · 2 500")
        await deck.press("G")
        await deck.until_text("e2499")


async def test_a_start_path_is_said_and_can_be_left(tmp_path: Path) -> None:
    some = [experiment(1, "/Users/ana/churn"), experiment(2, "/Users/ben/fraud")]
    under = world(tmp_path, some, experiment_path="/Users/ana/")
    async with under.open(size=(160, 40)) as deck:
        await deck.until_text("under /Users/ana/")
        assert "churn" in deck.text()
        assert "fraud" not in deck.text()
        await deck.press("full_stop")
        await deck.until_text("fraud")
        await deck.press("full_stop")
        await deck.until_text("under /Users/ana/")


async def test_without_a_start_path_there_is_no_key_for_it(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Experiments · 5")
        asked = small.tracking.called("search_experiments")
        await deck.press("full_stop")
        await deck.settle()
        assert small.tracking.called("search_experiments") == asked


async def test_a_refresh_that_fails_keeps_the_list(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.tracking.problem = OFFLINE
        await deck.press("r")
        await deck.until_text("offline · as of 14:00")
        assert "pricing" in deck.text()
        assert "refused the connection" in deck.text()
        small.tracking.problem = None
        small.tracking.experiments.append(experiment(9, "brand/new", updated=0))
        small.tracking.runs.append(run(900, name="late-lark", age=0))
        await deck.press("r")
        await deck.until_text("brand/new")
        await deck.until_text("late-lark")
        await deck.until(lambda: "refused" not in deck.text(), "the problem is gone")
        assert "● live 14:00" in deck.text()
