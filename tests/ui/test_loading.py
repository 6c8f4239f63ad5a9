"""Loading, and how true what is shown is: pages, stopping, failing, healing, stale answers, rows last seen."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.support.deck import (
    FORBIDDEN,
    HOUR,
    MINUTE,
    OFFLINE,
    World,
    browse,
    enter_runs,
    experiment,
    listed,
    run,
    runs_pane,
    shop,
    world,
)
from tests.support.driver import Deck
from tests.support.fakes import NOW_MS
from tests.support.idle import rested
from tui.app.application import DeckApp
from tui.config.model import Settings
from tui.domain.capabilities import Capabilities
from tui.domain.problem import Kind, Problem
from tui.features.runs.pane import RunsPane
from tui.services.session import LoggedRequest
from tui.ui.dialogs.listing import HelpModal


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


@pytest.fixture
def many(tmp_path: Path) -> World:
    return world(tmp_path, [experiment(1, "many")], [run(number) for number in range(950)], page_size=100)


def names(deck: Deck[int]) -> list[str]:
    return [name.strip("▾▸├└│ ") for name in listed(deck, runs_pane(deck).grid)]


def title(deck: Deck[int]) -> str:
    return next(line for line in deck.lines() if "Runs · " in line).split("Runs · ")[1].strip(" ─╮")


async def test_the_first_runs_wait_for_no_cursor_to_rest_and_the_details_come_with_them(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.features.experiments.pane.REST_SECONDS", 3600.0)
    monkeypatch.setattr("tui.app.browse.LATEST", 3600.0)
    async with small.open() as deck:
        await deck.until_text("Runs · churn/weekly · 12")
        await deck.until(lambda: browse(deck).details is not None, "the details are there")
        assert "watched" not in vars(browse(deck).session), "nothing is looked for, so that what looks is not loaded"


async def test_a_cursor_on_no_run_brings_no_details_before_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.browse.LATEST", 3600.0)
    async with world(tmp_path, [experiment(1, "none")], []).open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "it is known that there are none")
        await rested()
        assert browse(deck).details is None


# what takes long


def asked_of(deck: Deck[int], number: int = 1) -> None:
    """A request that has been sent, as the context's process would tell it."""
    cast(DeckApp, deck.app).session.log.record(LoggedRequest(number, "tracking.search_runs", "1", NOW_MS, None, ""))


async def test_what_takes_long_is_said_with_its_age_and_escape_stops_it(small: World) -> None:
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the first runs are laid out")
        small.tracking.gate.clear()
        await deck.press("down")
        await deck.until(lambda: runs_pane(deck).loader.loading, "other runs are being read")
        asked_of(deck)
        await deck.until_text("1 request")
        assert " for " not in deck.lines()[-1], "nothing takes long yet"
        small.clock.now += 6_000
        await deck.until_text("1 request · search runs for 6s, esc stops")
        await deck.press("escape")
        await deck.until_text("Stopped reading the runs")
        small.tracking.gate.set()
        await deck.press("r")
        await deck.until_text("lost-heron")
        assert "Stopped" not in deck.text()


async def test_escape_goes_back_while_nothing_takes_long(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.tracking.gate.clear()
        await deck.press("enter")
        asked_of(deck)
        await deck.until_text("1 request")
        await deck.press("escape")
        await deck.until(lambda: "Stopped" not in deck.text() and runs_pane(deck).grid.has_focus, "back at the runs")
        small.tracking.gate.set()


# pages


async def test_more_is_loaded_at_the_end_of_what_is_loaded(many: World) -> None:
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        assert title(deck) == "many · 100 of ? loaded"
        await deck.press(*["pagedown"] * 6)
        await deck.until_text("· 200 of ? loaded")
        await deck.until(lambda: runs_pane(deck).grid.row_count == 200, "they are in the table")


async def test_a_server_is_asked_for_a_screenful_and_then_for_the_rest_of_a_first_page(tmp_path: Path) -> None:
    some = world(tmp_path, [experiment(1, "some")], [run(number) for number in range(230)])
    async with some.open() as deck:
        await deck.until_text("some · 200 of ? loaded")
        await deck.until(lambda: sum(map(len, some.registry.asked)) == 200, "it is known what they are registered as")
        assert sorted(len(asked) for asked in some.registry.asked) == [50, 150]


async def test_to_the_end_with_progress(many: World) -> None:
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        many.tracking.gate.clear()
        await deck.press("G")
        await deck.until_text("loading all: 100 so far, esc stops")
        many.tracking.gate.set()
        await deck.until_text("Runs · many · 950")
        assert "of ?" not in title(deck)
        await deck.until(lambda: sum(map(len, many.registry.asked)) == 950, "it is known what they are registered as")
        assert [len(asked) for asked in many.registry.asked] == [100, 850], "of all that came after each other at once"
        await deck.until(lambda: "run-949" in names(deck), "the last run is in sight")
        assert runs_pane(deck).grid.cursor_key == f"{949:032x}"
        assert "loading all" not in deck.text()


async def test_stopping_keeps_what_has_come(many: World) -> None:
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        many.tracking.gate.clear()
        await deck.press("ctrl+e")
        await deck.until_text("esc stops")
        await deck.press("escape")
        await deck.until(lambda: "esc stops" not in deck.text(), "nothing is being loaded")
        many.tracking.gate.set()
        assert runs_pane(deck).grid.has_focus, "escape has stopped the loading, and has not left the pane"
        assert "of ? loaded" in title(deck)
        assert "● live 14:00" in deck.text()
        await deck.press("ctrl+e")
        await deck.until_text("Runs · many · 950")


async def test_a_filter_over_part_of_the_runs_loads_the_rest_by_itself(many: World) -> None:
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        many.tracking.gate.clear()
        await deck.press("slash", *"run-949")
        await deck.until_text("No loaded run matches")
        for said in ("matches of 100 of", "100 so far, the rest is being loaded", "ctrl+s in the bar"):
            await deck.until_text(said)
        many.tracking.gate.set()
        await deck.until_text("950 · 1 match")
        assert names(deck) == ["run-949"]


async def test_loading_for_a_filter_is_stopped_by_escape(many: World) -> None:
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        many.tracking.gate.clear()
        await deck.press("slash", *"run-949")
        await deck.press("enter", "escape")
        await deck.until_text("ctrl+e loads the rest")
        many.tracking.gate.set()
        assert "matches of 100 of ?, ctrl+e loads all" in title(deck)
        await deck.press("escape")
        await deck.until(lambda: "match" not in title(deck), "the filter is gone")
        assert not runs_pane(deck).loader.complete


async def test_parents_are_looked_for_on_the_next_page(tmp_path: Path) -> None:
    runs = [run(number, parent=f"{150:032x}") for number in range(100)] + [run(n) for n in range(100, 160)]
    sweep = world(tmp_path, [experiment(1, "sweep")], runs, page_size=100)
    async with sweep.open() as deck:
        await enter_runs(deck, "sweep · 160")
        await deck.until(lambda: "parent not loaded" not in deck.text(), "no run is without its parent")
        await deck.until(lambda: names(deck)[0] == "run-100", "the view is where it began")
        assert runs_pane(deck).grid.cursor_row == 0


async def test_a_page_that_fails_stops_the_loading_and_tells(many: World) -> None:
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        many.tracking.problem = OFFLINE
        await deck.press("G")
        await deck.until_text("refused the connection")
        await deck.until_text("offline · as of 14:00")
        assert "100 of ? loaded" in title(deck)
        many.tracking.problem = None
        await deck.press("G")
        await deck.until_text("Runs · many · 950")
        await deck.until(lambda: "refused" not in deck.text(), "the problem is over")


async def test_loading_all_goes_on_once_the_server_answers_again(many: World) -> None:
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        many.tracking.problem = OFFLINE
        await deck.press("ctrl+e")
        await deck.until_text("refused the connection")
        many.tracking.problem = None
        await deck.press("r")
        await deck.until_text("Runs · many · 950")


async def test_while_nothing_answers_what_is_watched_is_not_called_live_and_nothing_goes_on(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "sweep-41")
        pane = runs_pane(deck)
        await deck.press("w")
        await deck.until_text("watching 30 s")
        deck.shows("● live 14:00")
        before = deck.line_with("sweep-41")
        small.tracking.gate.clear()
        pane.loader.newest()
        await deck.settle()
        deck.shows("● live 14:00")
        small.clock.now += MINUTE
        pane.loader.newest()
        await deck.until_text("○ as of 14:00 · loading")
        written = pane.grid.stats.cells_formatted
        pane.tick()
        await deck.settle()
        assert pane.grid.stats.cells_formatted == written, "nobody knows whether it still runs"
        assert small.tracking.called("search_runs") == 2, "one that waits is enough"
        small.tracking.problem = OFFLINE
        small.tracking.gate.set()
        await deck.until_text("○ offline · as of 14:00")
        assert "live" not in deck.lines()[0] and "sweep-41" in deck.text()
        small.tracking.problem = None
        pane.loader.newest()
        await deck.until_text("● live 14:01")
        assert deck.line_with("sweep-41") != before, "it has taken a minute more"


# answers that come too late


async def test_an_answer_for_another_experiment_is_dropped(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Runs · churn/weekly · 12")
        small.tracking.gate.clear()
        await deck.press("j")
        await deck.until_text("Runs · churn/backfill")
        await deck.press("j")
        await deck.until_text("Runs · fraud/cards")
        small.tracking.gate.set()
        await deck.until_text("Runs · fraud/cards · 2")
        await deck.until(lambda: names(deck) == ["tx-transformer-8", "tx-transformer-7"], "its own runs are shown")
        assert "lost-heron" not in deck.text()


async def test_the_cursor_begins_at_the_top_of_another_experiment(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("G")
        await deck.press("escape", "j", "j", "enter")
        await deck.until(lambda: names(deck) == ["tx-transformer-8", "tx-transformer-7"], "its own runs are shown")
        assert runs_pane(deck).grid.cursor_row == 0


async def test_details_of_another_run_are_dropped(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.until_text("[Params 2]")
        details = browse(deck).details
        assert details is not None
        small.tracking.gate.clear()
        await deck.press("G")
        await deck.until(lambda: details.is_asking("detail"), "the run under the cursor is being read")
        await deck.press("k")
        small.tracking.gate.set()
        await deck.until_text("╭─  trial-011")
        await deck.settle()
        assert "╭─  trial-011" in deck.text()


# failing and healing


async def test_a_refresh_that_fails_keeps_the_rows_and_names_the_problem(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.tracking.problem = FORBIDDEN
        small.clock.now += 3 * MINUTE
        await deck.press("r")
        await deck.until_text("○ stale · as of 14:00")
        assert "answered 403" in deck.text()
        assert "r tries again" in deck.text()
        assert len(names(deck)) == 12
        await deck.press("l", "l", "s")
        await deck.until_text("started ↓")
        await deck.settle()
        assert "answered 403" in deck.text(), "the problem is told as long as it lasts"
        small.tracking.problem = None
        await deck.press("r")
        await deck.until_text("● live 14:03")
        await deck.until(lambda: "403" not in deck.text(), "the problem is over")


async def test_a_first_read_that_fails_says_so_and_r_heals(small: World) -> None:
    small.tracking.problem = OFFLINE
    async with small.open() as deck:
        await deck.until_text("No experiments could be")
        await deck.until_text("Could not read from")
        await deck.until_text("offline")
        small.tracking.problem = None
        await deck.press("r")
        await deck.until_text("Runs · churn/weekly · 12")
        await deck.until_text("● live 14:00")


async def test_runs_that_cannot_be_read_while_experiments_can(small: World) -> None:
    async with small.open() as deck:
        await deck.until_text("Runs · churn/weekly · 12")
        small.tracking.problem = FORBIDDEN
        await deck.press("j")
        await deck.until_text("No runs could be read.")
        assert "gallant-ox-12" not in deck.text()
        small.tracking.problem = None
        await deck.press("r")
        await deck.until_text("lost-heron")


async def test_details_that_cannot_be_read_are_not_those_of_another_run(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.until_text("╭─  gallant-ox-12")
        small.tracking.problem = FORBIDDEN
        await deck.press("G")
        await deck.until_text("Nothing could be read of this run.")
        assert "╭─  gallant-ox-12" not in deck.text()
        small.tracking.problem = None
        await deck.press("r")
        await deck.until_text("╭─  trial-012")


async def test_versions_that_cannot_be_known_are_said_at_the_edge(small: World) -> None:
    def refuse(_run_ids: object) -> dict[str, tuple[object, ...]]:
        raise Problem(Kind.UNSUPPORTED, "Could not read model versions", "not there")

    small.registry.registered_as = refuse  # type: ignore[method-assign, assignment]
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.until_text("registered versions not known")


async def test_watching_brings_what_is_new(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("w")
        await deck.until_text("Auto-refresh every 30 s; w stops")
        assert "watching" in deck.lines()[0]
        small.tracking.runs.append(run(900, name="late-lark", age=0))
        runs_pane(deck).loader.newest()
        await deck.until_text("late-lark")
        await deck.press("w")
        await deck.until_text("Auto-refresh is off: r reads once, w begins again")
        assert "watching" not in deck.lines()[0]
        await deck.press("@")
        await deck.until_text("Requests")
        await deck.press("w")
        await deck.until_text("This page is not read again by itself; r reads it")


async def test_an_idle_screen_asks_nothing_and_draws_nothing(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.until_text("╭─  gallant-ox-12")
        await deck.settle()
        asked, drawn = len(small.tracking.calls), runs_pane(deck).grid.stats.lines_rendered
        for _ in range(20):
            await deck.settle()
        assert len(small.tracking.calls) == asked
        assert runs_pane(deck).grid.stats.lines_rendered == drawn


# rows last seen


async def seen_once(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.until(lambda: not runs_pane(deck).is_asking("seen"), "the rows have been kept")
        await deck.until(lambda: not browse(deck).experiments.is_asking("remember"), "so has the place")


async def test_rows_last_seen_are_there_at_once_and_say_so(small: World) -> None:
    await seen_once(small)
    small.clock.now += HOUR
    small.tracking.gate.clear()
    async with small.open() as deck:
        await deck.until_text("gallant-ox-12")
        assert "○ as of 14:00 · loading" in deck.text()
        assert "last seen" in title(deck)
        assert runs_pane(deck).grid.has_class("stale")
        assert "Experiments · 5 of ? loaded" in deck.text()
        small.tracking.gate.set()
        await deck.until_text("● live 15:00")
        await deck.until(lambda: not runs_pane(deck).grid.has_class("stale"), "they are live")
        assert title(deck) == "churn/weekly · 12"


async def test_rows_last_seen_wait_for_nothing_that_lays_live_ones_out(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seen_once(small)
    early: list[bool] = []
    real = RunsPane._figures_shown

    def figures_shown(self: RunsPane) -> tuple[str, ...]:
        early.append(self.view is None)  # it loads numpy
        return real(self)

    monkeypatch.setattr(RunsPane, "_figures_shown", figures_shown)
    async with small.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "live rows are laid out")
        await deck.until_text("gallant-ox-12")
    assert early and not any(early)


@pytest.mark.parametrize("moved", [False, True], ids=["untouched", "moved"])
async def test_a_run_that_overtakes_the_rows_last_seen_is_under_the_cursor_that_nobody_moved(
    small: World, moved: bool
) -> None:
    await seen_once(small)
    known = next(one for one in small.tracking.runs if one.name == "gallant-ox-12")
    start_ms = (known.start_ms or 0) + 1000
    small.tracking.runs.insert(0, replace(known, run_id="f" * 32, name="newest-of-all", start_ms=start_ms))
    small.tracking.gate.clear()
    async with small.open() as deck:
        await deck.until_text("gallant-ox-12")
        if moved:
            await deck.press("tab", "j")
        kept = runs_pane(deck).grid.cursor_key
        small.tracking.gate.set()
        await deck.until(lambda: "newest-of-all" in names(deck), "the newest run has come")
        await deck.settle()
        assert runs_pane(deck).grid.cursor_key == (kept if moved else "f" * 32)


async def test_rows_last_seen_tell_the_order_that_they_are_in(small: World) -> None:
    await seen_once(small)
    async with small.open() as deck:  # sorted, but left before the rows were kept in that order
        await enter_runs(deck, "gallant-ox-12")
        pane = runs_pane(deck)
        pane._remember_seen = lambda: None  # type: ignore[method-assign]
        await deck.press("s")
        await deck.until(lambda: "run ↑" in title(deck) or "name ↑" in title(deck), "it is sorted by name")
        await deck.until(lambda: not pane.is_asking("remember"), "the order has been kept")
    small.tracking.gate.clear()
    async with small.open() as deck:
        await deck.until_text("gallant-ox-12")
        assert title(deck) == "churn/weekly · last seen"
        small.tracking.gate.set()
        await deck.until(lambda: title(deck) == "churn/weekly · 12 · name ↑", "the order chosen is that of live rows")


async def test_rows_are_kept_in_the_order_that_was_chosen_last(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("s")
        await deck.until(lambda: "name ↑" in title(deck), "it is sorted by name")
        await deck.until(lambda: not runs_pane(deck).is_asking("seen"), "the rows have been kept")
        await deck.until(lambda: not runs_pane(deck).is_asking("remember"), "so has the order")
        in_order = names(deck)
    small.tracking.gate.clear()
    async with small.open() as deck:
        await deck.until_text("gallant-ox-12")
        assert title(deck) == "churn/weekly · last seen · name ↑"
        assert names(deck) == in_order
        small.tracking.gate.set()


async def test_rows_last_seen_stay_when_the_server_is_away(small: World) -> None:
    await seen_once(small)
    small.tracking.problem = OFFLINE
    async with small.open() as deck:
        await deck.until_text("offline · as of 14:00")
        await deck.until(lambda: len(names(deck)) == 12, "the rows last seen are shown")
        await deck.until_text("refused the connection")
        small.tracking.problem = None
        await deck.press("r")
        await deck.until_text("● live 14:00")


async def test_a_server_that_was_away_is_found_again_without_a_key(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.ui.page.RETRY_SECONDS", 0.05)
    small.tracking.problem = OFFLINE
    async with small.open() as deck:
        await deck.until_text("refused")
        await deck.press("question_mark")
        await deck.until(lambda: isinstance(deck.app.screen, HelpModal), "help is over it")
        await deck.press("escape")
        small.tracking.problem = None
        await deck.until_text("● live 14:00")
        await deck.until_text("gallant-ox-12")


async def test_spoilt_memories_are_as_good_as_none(small: World) -> None:
    await seen_once(small)
    for folder in ("state", "cache"):
        for file in (small.folder / folder).glob("*.json"):
            file.write_bytes(file.read_bytes().replace(b"[", b"{", 3).replace(b":", b";", 1))
    async with small.open() as deck:
        await deck.until_text("Runs · churn/weekly · 12")


@pytest.mark.parametrize(
    "kept",
    [
        {"as_of_ms": "x", "columns": 3},
        {"as_of_ms": 1, "columns": [["name", "run", "wide", "left", True, "", ""]], "keys": ["a"], "cells": {}},
        {
            "as_of_ms": 1,
            "columns": [["name", "run", -5, "middle", True, "", "sideways"]],
            "keys": ["a"],
            "cells": {"name": ["b"]},
            "tones": {"name": ["loud"]},
        },
        {
            "as_of_ms": 1,
            "columns": [["name", "run", 9, "left", True, "", ""]],
            "keys": ["a"],
            "cells": {"name": ["b"]},
            "tones": 7,
        },
    ],
)
async def test_memories_of_another_make_do_no_harm(small: World, kept: dict[str, object]) -> None:
    session = small.session(small.launched())
    key = session.memory_key
    session.last_seen.put(f"{key}:runs:1:active", kept)
    session.last_seen.put(
        f"{key}:experiments", {"experiments": [[1], 7, ["1", "churn/weekly", "active", "x"]], "as_of_ms": 5}
    )
    session.views.put(f"{key}:experiments", {"tree": 7, "folded": 3, "last": ["x"]})
    session.views.put(f"{key}:runs:1", {"columns": 3, "widths": [1], "sort": [[1, 2, 3], "x", [None, 1]]})
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")


async def test_without_the_cache_no_rows_are_kept(small: World) -> None:
    small.settings = Settings(cache=False)
    await seen_once(small)
    assert not (small.folder / "cache").exists()
    assert (small.folder / "state").exists()


async def test_a_state_folder_that_cannot_be_written_is_said_once(small: World) -> None:
    (small.folder / "state").write_text("in the way")
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("T")
        await deck.until_text("How this table is arranged cannot be kept")
        assert len(names(deck)) == 12


async def test_another_server_has_other_memories(small: World) -> None:
    await seen_once(small)
    small.launch = {"tracking_uri": "http://elsewhere:5000"}
    small.tracking.gate.clear()
    async with small.open() as deck:
        await deck.until_text("Reading experiments …")
        assert "gallant-ox-12" not in deck.text()
        small.tracking.gate.set()
    shutil.rmtree(small.folder / "cache")


async def test_where_a_server_hides_what_one_may_not_see_an_empty_list_says_so(tmp_path: Path) -> None:
    seen, none = world(tmp_path, [experiment(1, "empty")]), world(tmp_path / "none")
    seen.can = none.can = Capabilities(hides=True)
    async with seen.open() as deck:
        await deck.until_text("There are no active runs in empty that you may see.")
    async with none.open() as deck:
        await deck.until_text("experiments that you")


async def test_what_a_server_tells_late_is_shown_without_a_key(tmp_path: Path) -> None:
    opened = world(tmp_path, [experiment(1, "empty")])
    opened.can = Capabilities()
    async with opened.open() as deck:
        await deck.until_text("There are no active runs in empty.")
        assert "/default" not in deck.text() and "Prompts" in deck.text()
        assert isinstance(deck.app, DeckApp)
        opened.can = Capabilities(hides=True, parted=True, prompts=False, server_version="3.17.2")
        deck.app.session.on_told()
        await deck.until_text("There are no active runs in empty that you may see.")
        assert f"{deck.app.session.name}/default" in deck.text() and "Prompts" not in deck.text()
