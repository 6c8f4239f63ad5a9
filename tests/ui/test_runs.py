"""The table of runs: filtered here at each key and by the server, sorted, arranged, folded, marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.deck import (
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
from tui.domain.problem import Kind, Problem
from tui.features.curves.screen import CurvesScreen
from tui.features.runs import loader
from tui.ui.dialogs.listing import ListModal
from tui.widgets.grid import Grid

TRIALS = [f"trial-{number:03d}" for number in range(5, 13)]
TOP = ["gallant-ox-12", "brave-elk-771", "calm-bee-3", "sweep-41"]


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


def names(deck: Deck[int]) -> list[str]:
    """The names of the runs that the screen shows, from the top, without the lines of the tree."""
    return [name.strip("▾▸├└│▴ ").partition(" +")[0] for name in listed(deck, runs_pane(deck).grid)]


def before_in(line: str, first: str, second: str) -> bool:
    return line.index(first) < line.index(second)


async def to_column(deck: Deck[int], key: str) -> None:
    """Go right until the cursor is in a column."""
    grid = runs_pane(deck).grid
    await deck.press("home")
    for _ in range(60):
        if grid.cursor_column == key:
            return
        await deck.press("l")
    raise AssertionError(f"there is no column {key}:\n{deck.text()}")


# the filter


async def test_the_filter_is_live_at_each_key(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash", "o", "x")
        await deck.until_text("1 match")
        assert names(deck) == ["gallant-ox-12"]
        await deck.press("backspace", "backspace")
        await deck.type("lr < 0.05 and not status = failed")
        await deck.until_text("7 match")
        assert "calm-bee-3" not in names(deck)
        await deck.press("enter")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the list has the keys")
        assert "here: lr < 0.05 and not status = failed" in deck.text()
        await deck.press("escape")
        await deck.until(lambda: names(deck) == [*TOP, *TRIALS], "all are shown")
        assert "match" not in deck.line_with("Runs ·")


async def test_a_wrong_filter_keeps_the_last_good_one_and_says_what_is_wrong_at_the_bar(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("val_auc > 0.929")
        await deck.until_text("1 match")
        await deck.type(" and (")
        await deck.until(lambda: runs_pane(deck).filter.error is not None, "the text is not understood")
        bar = runs_pane(deck).bar
        assert bar is not None
        assert bar.noted != ""
        await deck.settle()
        assert names(deck) == ["gallant-ox-12"], "the last that was understood stays in force"
        assert "1 match" in deck.line_with("Runs ·"), "it may only be unfinished"
        await deck.type("lr ~ [)")
        await deck.until(lambda: bar.noted != "", "what is wrong is said")
        assert names(deck) == ["gallant-ox-12"]
        await deck.press("escape")
        await deck.until(lambda: names(deck) == [*TOP, *TRIALS], "all are shown")


async def test_a_filter_that_does_not_suit_the_runs_is_not_said_to_match_nothing(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("zzz")
        await deck.until_text("No loaded run matches  zzz")
        await deck.type(" or val_auc > high")
        await deck.until_text("high is no number")
        await deck.until_text("This filter cannot be applied:  zzz or val_auc > high")
        assert "match" not in deck.line_with("Runs ·")
        await deck.press("enter")
        await deck.until_text("here, not applied: zzz or val_auc > high")
        await deck.press("escape")
        await deck.until(lambda: names(deck) == [*TOP, *TRIALS], "all are shown")


async def test_a_filter_that_matches_nothing_says_what_to_do(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("zzz")
        await deck.until_text("No loaded run matches  zzz")
        assert "esc clears the filter" in deck.text()
        await deck.until_text("No run is under the cursor.")


async def test_tab_completes_names_of_keys(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("val_l")
        await deck.press("tab")
        bar = runs_pane(deck).bar
        assert bar is not None
        await deck.until(lambda: bar.input.value.startswith("val_loss"), "the name is complete")


async def test_hints_in_the_bar_are_of_keys_that_work_there(small: World) -> None:
    async with small.open(size=(160, 40)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.until_text("ctrl+s ask the server")
        hints = deck.lines()[-1]
        assert "enter keep" in hints
        assert "f1 help" in hints
        for none in ("? help", ": command", "/ filter", "q quit", "r refresh"):
            assert none not in hints


async def test_the_server_is_asked_with_what_it_understands_and_the_rest_is_filtered_here(small: World) -> None:
    small.tracking.server_filter = lambda text, one: one.user == "ana" and bool(one.metrics)
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("val_auc > 0.92 and name ~ ^gall")
        await deck.until_text("1 match")
        await deck.press("ctrl+s")
        await deck.until_text("server: ")
        bar = runs_pane(deck).bar
        assert bar is not None
        assert "filtered here: " in bar.noted
        await deck.until(lambda: runs_pane(deck).asked.filter_string != "", "the server has answered")
        asked = [what for name, what in small.tracking.calls if name == "search_runs" and isinstance(what, tuple)]
        sent = asked[-1][1]
        assert "val_auc" in sent
        assert "~" not in sent
        await deck.until_text("1 match")
        await deck.press("enter")
        await deck.until_text("server: ")
        await deck.until_text("here: val_auc > 0.92 and name ~ ^gall")
        await deck.press("escape")
        await deck.until_text("Runs · churn/weekly · 9")
        assert "brave-elk-771" not in names(deck)
        await deck.press("escape")
        await deck.until(lambda: "brave-elk-771" in names(deck), "the server's filter is gone as well")


async def test_what_mlflow_says_exactly_is_only_sent(small: World) -> None:
    small.tracking.server_filter = lambda text, one: one.name == "calm-bee-3"
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("attributes.status = 'FAILED'")
        await deck.press("ctrl+s")
        await deck.until(lambda: names(deck) == ["calm-bee-3"], "the server's answer is shown")
        assert "Runs · churn/weekly · 1" in deck.text()
        await deck.press("enter")
        await deck.until_text("server: ")
        assert "here: " not in deck.text()


async def test_the_servers_refusal_stays_at_the_bar_and_the_rows_stay(small: World) -> None:
    small.tracking.filter_problem = Problem(
        Kind.BAD_REQUEST, "Could not read runs", "Invalid clause in filter string: 'lr ?? 3'.", ""
    )
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("metrics.val_auc > 0.929")
        await deck.until_text("1 match")
        await deck.press("ctrl+s")
        await deck.until_text("The server refused it: Invalid clause in filter string: 'lr ?? 3'.")
        await deck.settle()
        assert names(deck) == ["gallant-ox-12"], "the filter here is still in force"
        assert "● live 14:00" in deck.text()
        assert not runs_pane(deck).grid.has_class("stale")
        await deck.press("escape")
        await deck.until(lambda: names(deck) == [*TOP, *TRIALS], "all are shown")


async def test_what_mlflow_cannot_say_is_not_sent(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash")
        await deck.type("ox or elk")
        asked = small.tracking.called("search_runs")
        await deck.press("ctrl+s")
        await deck.until_text("MLflow's filters cannot say this")
        await deck.until_text("2 match")
        assert small.tracking.called("search_runs") == asked


async def test_the_filter_stays_with_its_text_when_the_bar_is_opened_again(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("slash", "o", "x", "enter")
        await deck.until(lambda: runs_pane(deck).grid.has_focus, "the list has the keys")
        await deck.press("slash", "z")
        await deck.until_text("No loaded run matches  oxz")


# sorting


async def test_sorting_by_a_column_turning_round_and_stopping(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("T")
        await to_column(deck, "metrics.val_loss")
        await deck.press("s")
        await deck.until_text("val_loss ↑")
        await deck.until(lambda: names(deck)[0] == "gallant-ox-12", "low ones are first: they are better")
        assert names(deck)[-2:] == ["calm-bee-3", "sweep-41"], "those without come last"
        await deck.press("s")
        await deck.until_text("val_loss ↓")
        await deck.until(lambda: names(deck)[0] == "trial-012", "high ones are first")
        assert names(deck)[-2:] == ["calm-bee-3", "sweep-41"], "those without come last"
        await deck.press("s")
        await deck.until(lambda: "val_loss ↓" not in deck.text(), "as the server gave them")
        assert names(deck) == [*TOP, *TRIALS]


async def test_sorting_by_several_columns(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("T", "S")
        await deck.until_text("Sort by")
        pane = runs_pane(deck)
        for wanted in ("params.depth", "metrics.val_loss"):
            assert deck.app.screen.query_one("Grid").move_to(wanted)  # type: ignore[attr-defined]
            await deck.press("space")
        await deck.until_text("2 ↑ ascending")
        assert deck.app.screen.query_one("Grid").move_to("metrics.val_loss")  # type: ignore[attr-defined]
        await deck.press("space")
        await deck.until_text("2 ↓ descending")
        await deck.press("enter")
        await deck.until(lambda: pane.arrangement.sort == (("params.depth", False), ("metrics.val_loss", True)), "so")
        await deck.until(lambda: "depth ↑ · val_loss ↓" in deck.text(), "the title tells of both")
        depths = [4 + int(name[-3:]) % 5 for name in names(deck) if name in TRIALS]
        assert depths == sorted(depths)


@pytest.mark.parametrize(
    ("typed", "sort"), [("val_au", ("metrics.val_auc", True)), ("loss", ("metrics.val_loss", False))]
)
async def test_enter_sorts_by_the_column_typed_alone_its_better_end_first(
    small: World, typed: str, sort: tuple[str, bool]
) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        pane = runs_pane(deck)
        await deck.press("S")
        await deck.until_text("Sort by")
        await deck.type(typed)
        await deck.until(lambda: deck.app.screen.query_one(Grid).row_count == 1, "what is typed narrows at once")
        await deck.press("enter")
        await deck.until(lambda: pane.arrangement.sort == (sort,), "it is sorted by that alone")


def many_runs(tmp_path: Path) -> World:
    """Five pages of runs, the best of them on the last."""
    runs = [run(n, metrics={"val_auc": n / 1000, "val_loss": 1 - n / 1000}) for n in range(500)]
    return world(tmp_path, [experiment(1, "many")], runs, page_size=100)


async def test_a_sort_loads_the_rest_by_itself_and_keeps_the_best_in_view(tmp_path: Path) -> None:
    many = many_runs(tmp_path)
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        await deck.until_text("· 100 of ? loaded")
        await to_column(deck, "metrics.val_auc")
        many.tracking.gate.clear()
        await deck.press("s")
        await deck.until_text("best of 100 of ?")
        await deck.until_text("loading all: 100 so far, esc stops")
        many.tracking.gate.set()
        await deck.until_text("Runs · many · 500 · val_auc ↓")
        await deck.until(lambda: names(deck)[0] == "run-499", "the best of all is on top, and in view")
        assert runs_pane(deck).grid.cursor_row == 0
        await deck.press("s")
        await deck.until_text("Runs · many · 500 · val_auc ↑")


async def test_a_column_that_is_sorted_by_or_chosen_comes_into_view(tmp_path: Path) -> None:
    values = {f"per_class/{number:02}/f1": number / 100 for number in range(30)}
    runs = [run(number, metrics={**values, "val_auc": number / 10}) for number in range(5)]
    async with world(tmp_path, [experiment(1, "many")], runs).open(size=(80, 24)) as deck:
        await enter_runs(deck, "run-000")
        grid = runs_pane(deck).grid
        assert "per_class/25/f1" not in deck.text()
        await deck.press("S")
        await deck.until_text("Sort by")
        await deck.type("class/25")
        await deck.press("enter")
        await deck.until_text("per_class/25/f1 ↓  ")
        await deck.until(lambda: grid.cursor_column == "metrics.per_class/25/f1", "it is the current column")
        assert "per_class/25/f1 ↓" in deck.lines()[2], "its heading is seen"
        await deck.press("o")
        await deck.until_text("Columns")
        await deck.type("class/27")
        await deck.press("space", "enter")
        await deck.until(lambda: grid.cursor_column == "metrics.per_class/27/f1", "so is one that is chosen")
        assert "per_class/27/f1" in deck.lines()[2]


async def test_in_a_tree_the_footnote_says_by_what_parents_stand_and_which_key_turns_it_flat(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await to_column(deck, "metrics.val_auc")
        await deck.press("s")
        await deck.until_text("parents stand by their best child, T makes one list")
        await deck.press("T")
        await deck.until(lambda: "parents stand by" not in deck.text(), "it is one list")


async def test_a_metric_is_sorted_by_its_better_end_first_and_the_title_says_which_end(tmp_path: Path) -> None:
    many = many_runs(tmp_path)
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        await to_column(deck, "metrics.val_loss")
        many.tracking.gate.clear()
        await deck.press("s")
        await deck.until_text("val_loss ↑")
        await deck.until_text("best of 100 of ?")
        await deck.press("escape")
        await deck.until_text("best of 100 of ?, ctrl+e loads all")
        many.tracking.gate.set()
        await deck.settle()
        assert not runs_pane(deck).loader.complete, "what was stopped stays so"
        many.tracking.gate.clear()
        await deck.press("s")
        await deck.until_text("worst of 200 of")  # the page that was under way when it was stopped has come
        many.tracking.gate.set()
        await deck.until_text("Runs · many · 500 · val_loss ↓")


async def test_what_would_take_much_memory_is_loaded_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "LOADED_BY_ITSELF", 1500)
    many = many_runs(tmp_path)
    async with many.open() as deck:
        await enter_runs(deck, "run-000")
        await to_column(deck, "metrics.val_auc")
        await deck.press("s")
        await deck.until_text("the rest would take much memory: ctrl+e loads it")
        pane = runs_pane(deck)
        assert pane.loader.store is not None and pane.loader.store.value_count >= 1500
        assert not pane.loader.complete and "best of" in deck.text() and "of 500, ctrl+e loads all" in deck.text()
        await deck.press("ctrl+e")
        await deck.until_text("Runs · many · 500 · val_auc ↓")


async def test_all_are_loaded_where_that_is_asked_for_before_the_first_page_has_come(tmp_path: Path) -> None:
    runs = [run(1000, experiment_id="2"), *(run(number) for number in range(500))]
    many = world(tmp_path, [experiment(2, "few"), experiment(1, "many")], runs, page_size=100)
    async with many.open() as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs of the first are there")
        many.tracking.gate.clear()
        browse(deck).experiments.grid.move_to("1")
        await deck.press("enter")
        await deck.until(lambda: runs_pane(deck).loader.loading, "the first page is asked for")
        await deck.press("ctrl+e")
        assert runs_pane(deck).loader.loading_all
        many.tracking.gate.set()
        await deck.until_text("Runs · many · 500")


# columns


async def test_columns_are_chosen_ordered_resized_and_remembered(small: World) -> None:
    async with small.open(size=(160, 40)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("o")
        await deck.until_text("space show/hide")
        grid = deck.app.screen.query_one("Grid")
        for key in ("user", "metrics.val_auc"):
            assert grid.move_to(key)  # type: ignore[attr-defined]
            await deck.press("space")
        assert grid.move_to("metrics.val_loss")  # type: ignore[attr-defined]
        await deck.press("shift+up", "ctrl+up", "left_curly_bracket", "enter")
        await deck.until(lambda: "val_auc" not in deck.text(), "the column is gone")
        heading = deck.line_with("state ")
        assert "user" not in heading.split("││")[1]
        assert before_in(heading, "val_loss", "took")
        await to_column(deck, "took")
        before = runs_pane(deck).grid.table.columns  # type: ignore[union-attr]
        width = next(c.width for c in before if c.key == "took")
        await deck.press("greater_than_sign", "greater_than_sign", "left_curly_bracket")
        await deck.until(
            lambda: deck.line_with("state ").index("took") < deck.line_with("state ").index("val_loss"), "moved"
        )
        pane = runs_pane(deck)
        assert pane.arrangement.widths == {"took": width + 4}
        await deck.until(lambda: not pane.is_asking("remember"), "it has been kept")
        kept = pane.arrangement
    async with small.open(size=(160, 40)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        assert runs_pane(deck).arrangement == kept
        heading = deck.line_with("state ")
        assert before_in(heading, "took", "val_loss")
        assert "val_auc" not in heading
        await deck.press("escape", "j")
        await deck.until_text("lost-heron")
        assert "val_auc" in deck.text(), "another experiment has its own"
        await deck.press("k", "enter")
        await deck.until_text("gallant-ox-12")
        await deck.press("o", "ctrl+r")
        await deck.until_text("val_auc")


async def test_only_what_varies(small: World) -> None:
    for one in small.tracking.runs:
        one.params["seed"] = "7"
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        pane = runs_pane(deck)
        pane.rearrange(replace(pane.arrangement, columns=("status", "params.seed", "params.depth")))
        await deck.until_text("seed")
        await deck.press("x")
        await deck.until_text("1 constant column folded (x)")
        assert "seed" not in deck.line_with("state ")
        await deck.press("x")
        await deck.until(lambda: "seed" in deck.line_with("state "), "it is back")


# the tree


async def test_the_tree_folds_and_unfolds(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "├ trial-005")
        assert "└ trial-012" in deck.text()
        await deck.press("j", "j", "j", "j", "f")
        await deck.until_text("▸ sweep-41 +8")
        assert names(deck) == TOP
        assert runs_pane(deck).grid.cursor_row == 3, "the cursor is on the parent"
        await deck.press("f")
        await deck.until_text("└ trial-012")
        await deck.press("G", "F")
        await deck.until_text("▸ sweep-41 +8")
        assert runs_pane(deck).grid.cursor_row == 3, "the cursor is on the parent"
        await deck.press("F")
        await deck.until_text("▾ sweep-41")
        await deck.press("T")
        await deck.until(lambda: "├" not in deck.text().split("Details")[0], "one list")
        assert names(deck) == [*TOP, *TRIALS]


async def test_a_match_keeps_its_parents_in_sight(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "trial-005")
        await deck.press("slash")
        await deck.type("trial-009")
        await deck.until_text("1 match")
        await deck.until(lambda: names(deck) == ["sweep-41", "trial-009"], "the parent is there for its child")


async def test_orphans_and_cycles_are_shown_and_told(tmp_path: Path) -> None:
    runs = [
        run(1, name="orphan", parent="f" * 32),
        run(2, name="ring-a", parent=f"{3:032x}"),
        run(3, name="ring-b", parent=f"{2:032x}"),
        run(4, name="itself", parent=f"{4:032x}"),
        run(5, name="plain"),
    ]
    odd = world(tmp_path, [experiment(1, "odd")], runs)
    async with odd.open() as deck:
        await enter_runs(deck, "orphan")
        assert len(names(deck)) == 5
        assert "1 with a parent not loaded" in deck.text()
        assert "⚠ itself" in deck.text()
        assert "…› orphan" in deck.text()


# marks


async def test_marks_and_going_through_them(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        grid = runs_pane(deck).grid
        await deck.press("space", "j", "space")
        await deck.until_text("2 marked")
        assert "◆" in deck.line_with("gallant-ox-12")
        assert "◆" in deck.line_with("calm-bee-3")
        await deck.press("g", "n")
        assert grid.cursor_row == 2
        await deck.press("n")
        assert grid.cursor_row == 0
        await deck.press("N")
        assert grid.cursor_row == 2
        await deck.press("space")
        await deck.until_text("1 marked")
        await deck.press("U")
        await deck.until(lambda: "marked" not in deck.text(), "none is marked")


async def test_a_range_of_marks_and_leaving_it(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("v", "j", "j", "escape")
        await deck.settle()
        assert runs_pane(deck).grid.has_focus, "escape left the range and not the pane"
        assert "marked" not in deck.text()
        await deck.press("g", "v", "j", "j", "v")
        await deck.until_text("3 marked")
        await deck.press("escape")
        await deck.until(lambda: "marked" not in deck.text(), "the marks are gone")
        await deck.press("escape")
        await deck.until(lambda: not runs_pane(deck).grid.has_focus, "back at the experiments")


async def test_marks_stay_with_their_runs(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("space")
        await deck.until_text("1 marked")
        await deck.press("slash")
        await deck.type("elk")
        await deck.until_text("1 match · 1 marked")
        await deck.press("escape", "r")
        small.tracking.runs.append(run(900, name="late-lark", age=MINUTE))
        await deck.press("r")
        await deck.until_text("late-lark")
        assert "◆" in deck.line_with("gallant-ox-12")
        assert "◆" not in deck.line_with("late-lark")


# lifecycle and times


async def test_active_deleted_all(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("i")
        await deck.until_text("Runs · churn/weekly · 1 · deleted")
        assert names(deck) == ["gone-newt"]
        await deck.press("i")
        await deck.until_text("Runs · churn/weekly · 13 · all")
        await deck.press("i")
        await deck.until(lambda: names(deck) == [*TOP, *TRIALS], "the active ones")


async def test_pressing_twice_at_once_goes_two_steps(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.tracking.gate.clear()
        await deck.press("i", "i")
        small.tracking.gate.set()
        await deck.until_text("Runs · churn/weekly · 13 · all")


async def test_ages_or_dates(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        assert "6m" in deck.line_with("gallant-ox-12")
        await deck.press("ctrl+t")
        await deck.until_text("2026-11-23 13:54")
        assert "13:58" in deck.line_with("▸      weekly")
        await deck.press("ctrl+t")
        await deck.until(lambda: "2026-11-23 13:54" not in deck.text(), "ages again")


async def test_ages_grow_with_the_clock(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        small.clock.now += 10 * MINUTE
        await deck.press("j")
        await deck.until(lambda: "16m" in deck.line_with("gallant-ox-12"), "it is older")


async def test_while_watched_what_runs_tells_how_long_it_has_taken_and_nothing_else_is_written(tmp_path: Path) -> None:
    runs = [run(number, name=f"r-{number:03d}", status=("RUNNING", "FINISHED")[number % 2]) for number in range(120)]
    here = world(tmp_path, [experiment(1, "many")], runs)
    async with here.open() as deck:
        await enter_runs(deck, "r-000")
        pane, stats = runs_pane(deck), runs_pane(deck).grid.stats
        assert pane.ticks.pace == 0, "an idle screen draws nothing"
        await deck.press("w")
        await deck.until_text("Auto-refresh every 30 s")
        assert pane.ticks.pace == 2
        await deck.settle()

        async def ticked() -> tuple[int, int]:
            """The cells that are written and the lines that are drawn for one tick, a minute later."""
            here.clock.now += MINUTE
            cells, lines = stats.cells_formatted, stats.lines_rendered
            pane.tick()
            await deck.settle()
            return stats.cells_formatted - cells, stats.lines_rendered - lines

        asked, before = len(here.tracking.calls), deck.line_with("r-002")
        going = sum(name.endswith(("0", "2", "4", "6", "8")) for name in names(deck))
        assert 5 < going < 30, "some of the 60 are in sight"
        assert await ticked() == (going, going)
        assert "9m00s…" in before and "10m00s…" in deck.line_with("r-002")
        assert len(here.tracking.calls) == asked, "nobody is asked"
        here.tracking.problem = OFFLINE
        pane.loader.newest()
        await deck.until_text("offline")
        await deck.settle()
        assert await ticked() == (0, 0), "nobody knows whether they still go on"
        await deck.press("w")
        await deck.until_text("Auto-refresh is off")
        assert pane.ticks.pace == 0
    here.settings, here.tracking.problem = replace(here.settings, ssh=True), None
    async with here.open() as deck:
        await enter_runs(deck, "r-000")
        await deck.press("w")
        await deck.until_text("Auto-refresh every 30 s")
        assert runs_pane(deck).ticks.pace == 0, "a slow line carries what is read, and nothing in between"


async def test_params_are_held_against_a_metric_over_every_run_that_is_shown(tmp_path: Path) -> None:
    from tui.features.compare.screen import CompareScreen

    runs = [
        run(n, params={"lr": str(n), "kind": "a" if n % 2 else "b"}, metrics={"loss": 1 / n, "acc": n / 10})
        for n in range(1, 9)
    ]
    made = world(tmp_path, [experiment(1, "churn", updated=MINUTE)], runs)
    async with made.open((160, 40)) as deck:
        await enter_runs(deck, "run-008")
        await deck.until(lambda: runs_pane(deck).loader.complete, "the runs are loaded")
        runs_pane(deck).grid.move_to_column("metrics.loss")
        before = len(made.tracking.calls)
        await deck.press("space", "I")
        await deck.until_text("over 8 runs")
        screen = deck.app.screen
        assert isinstance(screen, CompareScreen)
        assert screen.matter.metric == "loss"
        assert "-1.00" in deck.line_with("  lr ")
        assert not [name for name, _ in made.tracking.calls[before:] if name != "get_run"], "nothing is asked"
        await deck.press("P")
        await deck.until_text("loss against 2 params")
        await deck.press("escape")
        await deck.until(lambda: screen.current_pane() is screen.matter, "back at what was opened")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is not screen, "back at the runs")
        await deck.press("slash")
        await deck.type("params.kind = a")
        await deck.press("enter")
        await deck.until_text("4 match")
        await deck.press("P")
        await deck.until_text("the 4 that match, of 8 runs")
        assert "4 runs" in deck.line_with("Plots · ")


# pinned, hidden, and columns of metrics over time


async def test_runs_are_pinned_and_hidden_and_stay_so(small: World) -> None:
    async with small.open() as deck:
        await enter_runs(deck, "gallant-ox-12")
        await deck.press("j", "j", "asterisk")
        await deck.until(lambda: names(deck)[0] == "calm-bee-3", "it stands first")
        assert "▴ calm-bee-3" in deck.text()
        await deck.press("g", "j", "H")
        await deck.until(lambda: "gallant-ox-12" not in names(deck), "it is hidden")
        deck.shows("1 hidden (! shows them)")
        await deck.press("slash")
        await deck.type("lr < 0.05")
        await deck.press("enter")
        await deck.until(lambda: names(deck)[:2] == ["calm-bee-3", "brave-elk-771"], "what is pinned stays")
        await deck.until_text("6 matches beside 1 pinned")
        await deck.settle()
    async with small.open() as deck:
        await enter_runs(deck, "1 hidden")
        pane = runs_pane(deck)
        assert names(deck)[0] == "calm-bee-3" and "gallant-ox-12" not in names(deck)
        await deck.press("escape", "exclamation_mark")
        await deck.until(lambda: "gallant-ox-12" in names(deck), "what is hidden is shown")
        deck.shows("1 hidden, shown now (! hides them)")
        await deck.press("g", "j", "H", "g", "asterisk")
        await deck.until(lambda: names(deck)[0] == "gallant-ox-12", "nothing is pinned nor hidden")
        assert "hidden (" not in deck.text()
        # With a parent its children are hidden as well.
        pane.grid.move_to(f"{4:032x}")
        await deck.press("H")
        await deck.until(lambda: names(deck) == TOP[:3], "the sweep is hidden with its trials")
        deck.shows("9 hidden")


async def test_columns_of_metrics_over_time_are_read_in_bulk_sort_and_come_again_for_what_runs(small: World) -> None:
    for number in (1, 2, 5):
        small.history.record(f"{number:032x}", "val_auc", [0.5, 0.99 - number / 100, 0.7], first_step=3, every=2)
    async with small.open(size=(160, 40)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        pane = runs_pane(deck)
        offers = {offer.key: offer for offer in pane.pickable()}
        assert offers["max.val_auc"].detail == "of its whole history: 1 request, of samples where it is long"
        columns = ("max.val_auc", "first.val_auc", "step.val_auc", "time.val_auc", "min.val_auc")
        pane.rearrange(replace(pane.arrangement, columns=columns, sort=(("max.val_auc", True),)))
        await deck.until(lambda: "0.98" in deck.line_with("gallant-ox-12"), "it has come")
        line = deck.line_with("gallant-ox-12")
        assert "0.5" in line and " 7 " in line
        assert "max val_auc" in deck.text()
        asked = [what for name, what in small.history.calls if name == "figures"]
        assert len(asked) == 1 and len(asked[0][0]) == 10, "one request for all that have the metric"  # type: ignore[index]
        assert names(deck).index("gallant-ox-12") < names(deck).index("brave-elk-771")


# groups


async def test_runs_stand_in_groups_that_fold_sort_compare_and_plot(small: World) -> None:
    async with small.open(size=(170, 44)) as deck:
        await enter_runs(deck, "gallant-ox-12")
        pane = runs_pane(deck)
        await deck.press("b")
        await deck.until(lambda: isinstance(deck.app.screen, ListModal), "what to group by is asked")
        deck.shows(" Group by ", "ctrl+r no groups")
        await deck.type("depth")
        await deck.press("enter")
        await deck.until(lambda: pane.groups is not None, "the runs stand in groups of what was under the cursor")
        deck.shows("groups by depth", "std", "▸ depth = 5")
        deck.shows("figures of groups leave out NaN, infinite and missing values")  # a failed run has none
        groups = pane.groups
        assert groups is not None
        assert groups.row_count == len(groups.groups), "they are folded at first"
        five = next(group for group in groups.groups if group.title == "depth = 5")
        figures = groups.summary(five, "metrics.val_auc")
        line = deck.line_with("▸ depth = 5")
        assert f" {len(five.rows)} " in line and f"{figures.mean:.4f}" in line
        assert f"{figures.low:.4f}" in line and f"{figures.high:.4f}" in line
        # Sorted by a figure of the groups.
        pane.rearrange(replace(pane.arrangement, sort=(("high:metrics.val_auc", True),)))
        await deck.until(lambda: pane.groups is not groups, "it is sorted")
        best = pane.groups.groups[0] if pane.groups is not None else None
        assert best is not None and best.title == "depth = 5", "the best run of all is in it"
        # Unfolded, its runs stand below it; a mark on it is one on each of them.
        await deck.press("g", "enter")
        await deck.until(lambda: pane.groups is not None and pane.groups.row_count > len(pane.groups.groups), "open")
        assert "gallant-ox-12" in deck.text()
        await deck.press("space")
        await deck.until(lambda: len(pane.grid.marks) == len(best.rows), "its runs are marked")
        await deck.press("g", "space")
        await deck.until(lambda: not pane.grid.marks, "they are not")
        await deck.press("g", "c")
        await deck.until_text("by param depth")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is browse(deck), "the runs are here again")
        await deck.press("g", "p")
        await deck.until(lambda: isinstance(deck.app.screen, (ListModal, CurvesScreen)), "a metric is asked for")
        if isinstance(deck.app.screen, ListModal):
            await deck.press("enter")
        await deck.until_text("mean ± std of")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is browse(deck), "the runs are here once more")
        pane.grid.move_to_column("run")
        await deck.press("g", "J")
        await deck.until_text("This run has logged no images")
        assert best.title not in deck.text(), "they are those of its runs"
        await deck.press("escape")
        await deck.settle()
    async with small.open(size=(170, 44)) as deck:
        await enter_runs(deck, "groups by depth")
        assert runs_pane(deck).groups is not None
