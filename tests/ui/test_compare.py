"""Comparing runs by keys: what is compared, how it is arranged, its other views, and handing it on."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.deck import FORBIDDEN, MINUTE, World, enter_runs, experiment, message, run, runs_pane, world
from tests.support.driver import Deck
from tui.app import DeckApp
from tui.config.model import ContextSettings, Settings
from tui.domain.diff.table import FlippedTable
from tui.domain.values import RunDetail
from tui.screens.base.routes import CompareRoute
from tui.screens.compare import CompareScreen
from tui.screens.curves import CurvesScreen
from tui.screens.run import RunScreen

IDS = [f"{number:032x}" for number in range(100)]


def sweep(folder: Path, extra: Sequence[RunDetail] = ()) -> World:
    """Three pairs of runs with two seeds each, and whatever else."""
    runs = []
    for number in range(1, 7):
        lr, seed = ("0.1", "0.01", "0.001")[(number - 1) // 2], str(number % 2)
        cfg = f'{{"layers": [64, {64 if number < 3 else 128}]}}'
        runs.append(
            run(
                number,
                name=f"trial-{number}",
                params={"lr": lr, "seed": seed, "depth": "8", "cfg": cfg, "optimizer": "adam" if number < 5 else "sgd"},
                metrics={"val_auc": 0.9 + number * 0.01, "val_loss": 0.3 - number * 0.01, "epochs": 10},
                tags={"team": "growth", "mlflow.user": "ana"},
            )
        )
    return world(folder, [experiment(1, "churn", updated=MINUTE)], [*runs, *extra])


def screen(deck: Deck[int]) -> CompareScreen:
    found = [screen for screen in deck.app.screen_stack if isinstance(screen, CompareScreen)]
    assert found, "no comparison is open"
    return found[-1]


def column(deck: Deck[int]) -> str:
    """What the run under the cursor is called."""
    pane = screen(deck).rows
    at = pane.run_here()
    return pane.run_title(at) if at is not None else ""


def rows(deck: Deck[int]) -> list[str]:
    """The names of the rows, headings included."""
    table = screen(deck).rows.grid.table
    return [text.strip() for text in table.texts("name", 0, table.row_count)] if table is not None else []


async def compare(deck: Deck[int], *run_ids: str) -> CompareScreen:
    """Open a comparison, and wait until it stands."""
    assert isinstance(deck.app, DeckApp)
    deck.app.go(CompareRoute(run_ids))
    await deck.until(lambda: isinstance(deck.app.screen, CompareScreen), "the comparison is open")
    await deck.until(lambda: screen(deck).rows.laid is not None, "the comparison is laid out")
    await deck.settle()
    return screen(deck)


async def laid_out(deck: Deck[int]) -> None:
    """Wait until what a key asked for is on the screen."""
    await deck.until(lambda: not screen(deck).rows.is_asking("layout"), "the rows are laid out")
    await deck.settle()


# what is compared


async def test_the_marked_runs_are_compared_and_the_server_is_asked_nothing(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open() as deck:
        await enter_runs(deck, "trial-6")
        await deck.until(lambda: not runs_pane(deck).loader.loading, "the runs are loaded")
        await deck.press("space", "space", "space")
        await deck.until(lambda: not deck.app._background_screens or True, "settled")
        before = len(made.tracking.calls)
        await deck.press("c")
        await deck.until_text("Compare 3 runs")
        await deck.until_text("baseline trial-1")
        await deck.until(lambda: screen(deck).rows.laid is not None, "laid out")
        new = [name for name, what in made.tracking.calls[before:] if name != "get_run"]
        assert not new, "comparing what is loaded asks the server nothing"
        assert screen(deck).compared is not None
        assert not screen(deck).compared.asked  # type: ignore[union-attr]
        assert "trial-2" in deck.text()


async def test_one_marked_run_is_compared_with_the_cursors(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await enter_runs(deck, "trial-6")
        await deck.press("space", "down", "c")  # marking has moved the cursor down
        await deck.until_text("Compare 2 runs")
        assert [s.name for s in screen(deck).comparison.subjects] == ["trial-1", "trial-3"]  # type: ignore[union-attr]


async def test_without_marks_the_run_here_is_compared_with_the_next(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await enter_runs(deck, "trial-6")
        await deck.press("c")
        await deck.until_text("Compare 2 runs")
        assert [s.name for s in screen(deck).comparison.subjects] == ["trial-1", "trial-2"]  # type: ignore[union-attr]
        await deck.press("escape")
        await deck.press("G", "c")
        await deck.until_text("baseline trial-6")


async def test_a_single_run_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    alone = world(tmp_path, [experiment(1, "churn")], [run(1, name="alone")])
    async with alone.open() as deck:
        await enter_runs(deck, "alone")
        await deck.press("c")
        await deck.until(lambda: "only one run" in message(deck), "it is said")
        await compare(deck, IDS[1], IDS[1])
        assert "one run only" in deck.text()
        assert "given twice" in deck.text()
        await deck.press("x")
        await laid_out(deck)
        assert "lr" in rows(deck)


async def test_runs_that_are_gone_are_said_and_the_rest_compared(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], "gone" * 8, IDS[2])
        assert "1 run is no longer there" in deck.text()
        assert "Compare 2 runs" in deck.text()
        opened = await compare(deck, "gone" * 8)
        assert opened.compared is not None
        assert "None of these runs" in deck.text()


async def test_runs_that_cannot_be_read(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open() as deck:
        made.tracking.problem = FORBIDDEN
        assert isinstance(deck.app, DeckApp)
        deck.app.go(CompareRoute((IDS[1], IDS[2])))
        await deck.until_text("PERMISSION_DENIED")
        assert "could not be read" in deck.text()
        made.tracking.problem = None
        await deck.press("r")
        await deck.until_text("Compare 2 runs")
        assert "PERMISSION_DENIED" not in deck.text()


async def test_reading_again_sees_what_has_changed_in_one_request(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open() as deck:
        await compare(deck, IDS[1], IDS[2])
        assert "lr" not in rows(deck)
        made.tracking.runs = [run(1, name="trial-1", params={"lr": "5"}), *made.tracking.runs[1:]]
        before = len(made.tracking.calls)
        await deck.press("r")
        await deck.until(lambda: "lr" in rows(deck), "the new value differs")
        asked = [name for name, _ in made.tracking.calls[before:]]
        assert asked.count("search_runs") == 1
        assert "get_experiment" in asked, "the runs have come by the search"


async def test_no_metric_in_common_and_nothing_that_differs(tmp_path: Path) -> None:
    runs = [run(1, metrics={"a": 1.0}), run(2, metrics={"b": 1.0}), run(3, metrics={"a": 1.0}, age=6 * MINUTE)]
    runs = [RunDetail(**{**vars(one), "params": {"p": "1"}}) for one in runs]
    async with world(tmp_path, [experiment(1, "churn")], runs).open(size=(160, 40)) as deck:
        await compare(deck, IDS[1], IDS[2])
        assert "no metric in common" in deck.text()
        await compare(deck, IDS[1], IDS[3])
        assert "no metric in common" not in deck.text()


async def test_a_run_is_added_and_dropped(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[2])
        await deck.press("a")
        await deck.until_text("The id of a run")
        await deck.type(f"runs:/{IDS[5]}")
        await deck.press("enter")
        await deck.until_text("Compare 3 runs")
        opened.rows.grid.move_to_column("v1")
        await deck.press("minus")
        await deck.until_text("Compare 2 runs")
        assert opened.comparison is not None
        assert [subject.name for subject in opened.comparison.subjects] == ["trial-1", "trial-5"]


async def test_a_run_of_another_context(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    made.settings = Settings(contexts={"dev": ContextSettings("http://dev.example.com")})
    async with made.open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[2])
        await deck.press("a")
        await deck.until_text("where CONTEXT is dev")
        await deck.type(f"dev:{IDS[1]}")
        await deck.press("enter")
        await deck.until_text("dev: trial-1")
        assert [launch.context_name for launch in made.opened] == ["dev"]
        assert opened.comparison is not None
        assert opened.comparison.count("params").differing == 1, "the run there is the same as the run here"
        opened.rows.grid.move_to_column("v2")
        await deck.press("o")
        await deck.until(lambda: "another context" in message(deck), "it is said")
        await deck.press("a")
        await deck.until_text("The id of a run")
        await deck.type(f"nowhere:{IDS[1]}")
        await deck.press("enter")
        await deck.until(lambda: "nowhere" in message(deck), "there is no such context")
        await deck.press("escape")
        await deck.until(lambda: made.closed == ["dev"], "the session beside is closed with the page")


# arranging


async def test_differences_all_rows_and_tags_of_mlflow(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 50)) as deck:
        await compare(deck, IDS[1], IDS[3], IDS[5])
        assert "cfg.layers[1]" in rows(deck)
        assert "cfg" not in rows(deck)
        assert not {"depth", "epochs"} & set(rows(deck))
        await deck.press("x")
        await laid_out(deck)
        assert {"depth", "epochs", "cfg", "team"} <= set(rows(deck))
        assert "mlflow.user" not in rows(deck)
        await deck.press("t")
        await laid_out(deck)
        assert "mlflow.user" in rows(deck)


async def test_the_baseline_moves_and_changes_are_told_from_it(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        await compare(deck, IDS[1], IDS[3])
        assert column(deck) == "trial-3"
        assert "÷10" in deck.line_with("  lr ")
        assert "✓" in deck.line_with("val_auc")
        await deck.press("b")
        await deck.until_text("baseline trial-3")
        await laid_out(deck)
        assert "×10" in deck.line_with("  lr ")
        assert "✗" in deck.line_with("val_auc")


async def test_from_difference_to_difference(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        opened = await compare(deck, IDS[1], IDS[3])
        await deck.press("x")
        await laid_out(deck)
        opened.rows.grid.move_to_row(0)
        seen = []
        for _ in range(4):
            await deck.press("n")
            shown = opened.rows.row_here()
            seen.append(shown.key if shown is not None else "")
        assert seen == ["cfg", "cfg.layers[1]", "lr", "val_auc"]
        await deck.press("N")
        shown = opened.rows.row_here()
        assert shown is not None
        assert shown.key == "lr"


async def test_rows_sorted_filtered_and_folded(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[6])
        await deck.press("s")
        await deck.until_text("Sort rows by")
        await deck.type("change")
        await deck.press("enter")
        await deck.until_text("by change from the baseline")
        assert rows(deck).index("seed") < rows(deck).index("lr") or rows(deck)[1] in ("seed", "lr")

        await deck.press("slash")
        await deck.type("val_")
        await deck.until(lambda: rows(deck) == ["▾ metrics (2)", "val_loss", "val_auc"], "the rows are filtered")
        await deck.press("enter")
        assert "filter: val_" in deck.text()
        await deck.press("Z")
        await deck.until(lambda: rows(deck) == ["▸ metrics (2)"], "the group is folded")
        await deck.press("enter")
        await deck.until(lambda: len(rows(deck)) == 3, "the group is unfolded by opening it")
        await deck.press("escape")
        await deck.until(lambda: "lr" in rows(deck), "the filter is gone")
        await deck.press("F")
        await deck.until(lambda: all(row.startswith("▸") for row in rows(deck)), "every group is folded")

        await deck.press("slash")
        await deck.type("nothing like it")
        await deck.until_text("No row holds")
        await deck.press("escape")
        assert isinstance(deck.app.screen, CompareScreen)


async def test_runs_as_rows_and_back(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[3], IDS[5])
        await deck.press("T")
        await deck.until(lambda: isinstance(opened.rows.grid.table, FlippedTable), "runs are rows")
        assert rows(deck) == ["◆ trial-1", "trial-3", "trial-5"]
        opened.rows.grid.move_to(IDS[5])
        await deck.press("b")
        await deck.until_text("baseline trial-5")
        await deck.press("T")
        await deck.until(lambda: not isinstance(opened.rows.grid.table, FlippedTable), "runs are columns again")


async def test_a_row_and_a_value_in_full(tmp_path: Path) -> None:
    long = run(7, name="long", params={"lr": "x" * 6000}, metrics={"val_auc": math.nan})
    async with sweep(tmp_path, [long]).open() as deck:
        await compare(deck, IDS[1], IDS[7])
        await deck.until(lambda: screen(deck).rows.grid.move_to("params::lr"), "the row is there")
        await deck.press("enter")
        await deck.until_text("enter the whole value")
        assert "trial-1" in deck.text()
        await deck.press("down", "enter")
        await deck.until_text("6 000 characters")
        await deck.press("escape", "escape")
        assert screen(deck).value_here() == ("lr", "x" * 6000)
        await deck.press("o")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run is open")


async def test_sideways_goes_from_run_to_run(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(80, 24)) as deck:
        await compare(deck, *IDS[1:7])
        seen = [column(deck)]
        for _ in range(5):
            await deck.press("right")
            seen.append(column(deck))
        assert seen == ["trial-2", "trial-3", "trial-4", "trial-5", "trial-6", "trial-6"]
        await deck.press("end")
        assert column(deck) == "trial-6"
        await deck.press("left", "left")
        assert column(deck) == "trial-4"


async def test_wider_columns(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        opened = await compare(deck, *IDS[1:7])
        table = opened.rows.grid.table
        assert table is not None
        before = {c.key: c.width for c in table.columns}
        await deck.press("greater_than_sign", "greater_than_sign")
        await laid_out(deck)
        table = opened.rows.grid.table
        assert table is not None
        after = {c.key: c.width for c in table.columns}
        assert after["v3"] > before["v3"]


async def test_the_commits_of_two_runs(tmp_path: Path) -> None:
    other = run(9, name="other", tags={"mlflow.source.git.commit": "0123456789abcdef"})
    async with sweep(tmp_path, [other]).open() as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("V")  # one commit: there is nothing between
        await compare(deck, IDS[1], IDS[9])
        await deck.press("V")
        await deck.until(lambda: "not inside a git repository" in message(deck), "it is said")


# the other views


async def test_sets_of_runs(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, *IDS[1:7])
        await deck.press("g")
        await deck.until_text("sets by every param that differs but seed")
        assert "repeated over: seed (2)" in deck.text()
        assert "Welch" in deck.text()
        assert "±" in deck.line_with("val_auc")
        await deck.press("o")
        await deck.until_text("Group the runs by")
        await deck.type("optimizer")
        await deck.press("enter")
        await deck.until_text("2 sets by param optimizer")
        assert "baseline adam" in deck.text()
        await deck.press("end", "b")
        await deck.until_text("baseline sgd")
        await deck.press("slash")
        await deck.type("loss")
        await deck.until(lambda: opened.sets.grid.row_count == 1, "the metrics are filtered")
        await deck.press("escape", "escape")
        await deck.until(lambda: opened.current_pane() is opened.rows, "back at what differs")


async def test_runs_that_make_no_sets(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("tab")
        await deck.until_text("sorts these runs into sets")


async def test_which_params_matter(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, *IDS[1:7])
        await deck.press("i")
        await deck.until(lambda: opened.matter.found, "they are ranked")
        assert "lr" in deck.text()
        assert "over 6 runs" in deck.text()
        await deck.press("m")
        await deck.until_text("Params against which metric")
        await deck.type("val_loss")
        await deck.press("enter")
        await deck.until_text("Which params matter · val_loss")
        assert "+0.96" in deck.line_with("  lr ")
        assert opened.value_here() is not None


async def test_too_few_runs_for_ranks(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("i")
        await deck.until_text("needs 3 runs")


async def test_plots_of_params_against_a_metric(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, *IDS[1:7])
        await deck.press("p")
        await deck.until(lambda: opened.plots.drawn is not None, "the plots are drawn")
        await deck.until_text("against 4 params")
        await deck.until_text("trial-6 · ")
        await deck.press("down")
        await deck.until_text("trial-5 · ")
        await deck.press("v")
        await deck.until(lambda: opened.plots.scatter.has_focus, "the scatter plot has the keys")
        first = deck.line_with("Plots · ")
        await deck.press("right")
        await deck.until(lambda: deck.line_with("Plots · ") != first, "another param is across")
        await deck.press("m")
        await deck.until_text("Params against which metric")
        await deck.type("val_loss")
        await deck.press("enter")
        await deck.until_text("val_loss against")
        assert opened.value_here() is not None
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the highlighted run is open")


async def test_runs_with_nothing_to_draw(tmp_path: Path) -> None:
    plain = [run(number, params={"p": "1"}, metrics={"m": 1.0} if number < 3 else {}) for number in range(1, 5)]
    async with world(tmp_path, [experiment(1, "churn")], plain).open() as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("p")
        await deck.until_text("No param differs")
        await compare(deck, IDS[3], IDS[4])
        await deck.press("p")
        await deck.until_text("no metric to draw")


async def test_curves_of_the_metric_here(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        await compare(deck, IDS[1], IDS[3])
        screen(deck).rows.grid.move_to("metrics::val_loss")
        await deck.press("c")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
        route = deck.app.screen.route  # type: ignore[attr-defined]
        assert (route.run_ids, route.keys) == ((IDS[1], IDS[3]), ("val_loss",))
        assert [known.name for known in route.known] == ["trial-1", "trial-3"]


# handing it on


@pytest.mark.parametrize(("typed", "ending"), [("Markdown file", "md"), ("CSV file", "csv"), ("HTML file", "html")])
async def test_a_comparison_goes_to_a_file(tmp_path: Path, typed: str, ending: str) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type(typed)
        await deck.press("enter")
        await deck.until_text("Write it to which file?")
        await deck.press("enter")
        await deck.until(lambda: "Wrote" in message(deck), "it is written")
        text = (tmp_path / f"compare-2-runs.{ending}").read_text(encoding="utf-8")
        assert "trial-3" in text
        assert "val_auc" in text


async def test_a_file_that_is_there_is_not_replaced_without_asking(tmp_path: Path) -> None:
    (tmp_path / "compare-2-runs.json").write_text("mine")
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("JSON file")
        await deck.press("enter")
        await deck.until_text("Write it to which file?")
        await deck.press("enter")
        await deck.until_text("is there already")
        assert (tmp_path / "compare-2-runs.json").read_text() == "mine"
        await deck.type("replace")
        await deck.press("enter")
        await deck.until(lambda: "Wrote" in message(deck), "it is written")
        assert json.loads((tmp_path / "compare-2-runs.json").read_text())["baseline"] == IDS[1]


async def test_a_comparison_goes_to_the_clipboard(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("copy Markdown")
        await deck.press("enter")
        await deck.until(lambda: deck.app.clipboard.startswith("Compared 2 runs"), "it is copied")
        await deck.press("y")
        await deck.until(lambda: not deck.app.clipboard.startswith("Compared"), "the value here is copied")


async def test_a_comparison_too_long_for_the_clipboard(tmp_path: Path) -> None:
    long = run(8, name="long", params={f"p{n}": "x" * 300 for n in range(400)})
    async with sweep(tmp_path, [long]).open() as deck:
        await compare(deck, IDS[1], IDS[8])
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("copy Markdown")
        await deck.press("enter")
        await deck.until(lambda: "too long" in message(deck), "it is said")


async def test_sets_go_to_a_file_too(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, *IDS[1:7])
        await deck.press("g")
        await deck.until_text("sets by")
        await deck.press("E")
        await deck.until_text("to the terminal's clipboard")
        await deck.type("CSV file")
        await deck.press("enter")
        await deck.until_text("Write it to which file?")
        await deck.press("enter")
        await deck.until(lambda: "Wrote" in message(deck), "it is written")
        assert "val_auc" in (tmp_path / "sets.csv").read_text(encoding="utf-8")
