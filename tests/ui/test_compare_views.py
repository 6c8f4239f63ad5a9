"""The other views of a comparison by keys: groups, param importance, plots, curves."""

from __future__ import annotations

from pathlib import Path

from tests.support.compare import IDS, compare, laid_out, screen, sweep
from tests.support.deck import experiment, message, run, world
from tui.config.model import ContextSettings, Settings
from tui.domain.diff.table import FlippedTable
from tui.features.curves.screen import CurvesScreen
from tui.features.run.screen import RunScreen


async def test_groups_of_runs(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, *IDS[1:7])
        await deck.press("g")
        await deck.until_text("groups by every param that differs but seed")
        assert "repeated over: seed (2)" in deck.text()
        assert "Welch" in deck.text()
        assert "±" in deck.line_with("adam")
        await deck.press("o")
        await deck.until_text("Group the runs by")
        await deck.type("optimizer")
        await deck.press("enter")
        await deck.until_text("2 groups by param optimizer")
        assert "baseline adam" in deck.text()
        await deck.press("j", "b")
        await deck.until_text("baseline sgd")
        grid = opened.groups.grid
        await deck.press("l")
        while opened.groups.metric_here != "val_loss" or grid.cursor_column is None:
            await deck.press("l")
        await deck.press("s")
        await deck.until_text("val_loss ↑")
        means = [opened.groups.groups.summary("val_loss", one).mean for one in opened.groups.groups.groups]  # type: ignore[union-attr]
        assert grid.cursor_key == str(means.index(min(means))), "the group of the best mean comes first"
        assert grid.table is not None
        assert grid.table.columns[2].title.startswith("val_loss"), "the metric last sorted by comes first"
        await deck.press("T")
        await deck.until(lambda: "±" in deck.line_with("val_auc"), "metrics are rows")
        assert opened.groups.metric_here == "val_loss"
        await deck.press("slash")
        await deck.type("loss")
        await deck.until(lambda: opened.groups.grid.row_count == 1, "the metrics are filtered")
        await deck.press("escape", "escape")
        await deck.until(lambda: opened.current_pane() is opened.rows, "back at what differs")


async def test_runs_that_make_no_groups(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("tab")
        await deck.until_text("sorts these runs into groups")


async def test_param_importance(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, *IDS[1:7])
        await deck.press("I")
        await deck.until(lambda: opened.matter.found, "they are ranked")
        assert "lr" in deck.text()
        assert "over 6 runs" in deck.text()
        await deck.press("m")
        await deck.until_text("Params against which metric")
        await deck.type("val_loss")
        await deck.press("enter")
        await deck.until_text("Param importance · val_loss")
        assert "+0.96" in deck.line_with("  lr ")
        assert opened.value_here() is not None


async def test_too_few_runs_for_ranks(tmp_path: Path) -> None:
    async with sweep(tmp_path).open() as deck:
        await compare(deck, IDS[1], IDS[3])
        await deck.press("I")
        await deck.until_text("needs 3 runs")


async def test_plots_of_params_against_a_metric(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, *IDS[1:7])
        await deck.press("P")
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
        await deck.press("P")
        await deck.until_text("No param differs")
        await compare(deck, IDS[3], IDS[4])
        await deck.press("P")
        await deck.until_text("no metric to draw")


async def test_curves_of_the_metric_here(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        await compare(deck, IDS[1], IDS[3])
        screen(deck).rows.grid.move_to("metrics::val_loss")
        await deck.press("p")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
        route = deck.app.screen.route  # type: ignore[attr-defined]
        assert (route.run_ids, route.keys) == ((IDS[1], IDS[3]), ("val_loss",))
        assert [known.name for known in route.known] == ["trial-1", "trial-3"]


async def test_curves_of_the_metrics_marked(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(200, 50)) as deck:
        opened = await compare(deck, IDS[1], IDS[3])
        opened.rows.grid.move_to("params::lr")
        await deck.press("space")
        await deck.until(lambda: "this row is none" in message(deck), "a param is not marked")
        opened.rows.grid.move_to("metrics::val_auc")
        await deck.press("space", "space")
        await deck.until_text("2 metrics marked (p curves)")
        await deck.until_text("curves of 2")
        await deck.press("p")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
        curves = deck.app.screen
        assert isinstance(curves, CurvesScreen)
        assert curves.route.keys == ("val_auc", "val_loss")
        assert [chart.key for chart in curves.charts if chart.display] == ["val_auc", "val_loss"]
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is opened, "back at the comparison")
        await deck.press("escape")
        assert not opened.rows.grid.marked_metrics, "esc takes the marks away first"
        assert deck.app.screen is opened


async def test_every_metric_shown_is_marked_at_once(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[3])
        await deck.press("m")
        assert set(opened.rows.grid.marked_metrics) == {"val_auc", "val_loss"}, "epochs does not differ"
        await deck.press("x")
        await laid_out(deck)
        assert "epochs" not in opened.rows.grid.marked_metrics
        await deck.press("m")
        assert set(opened.rows.grid.marked_metrics) == {"val_auc", "val_loss", "epochs"}
        await deck.press("m")
        assert not opened.rows.grid.marked_metrics
        opened.rows.grid.move_to("metrics:")
        await deck.press("space")
        assert len(opened.rows.grid.marked_metrics) == 3, "marking their heading is the same"
        await deck.press("slash")
        await deck.type("lr")
        await deck.press("enter")
        await laid_out(deck)
        await deck.press("m")
        await deck.until(lambda: "No metric is shown" in message(deck), "it is said")
        assert len(opened.rows.grid.marked_metrics) == 3, "what a filter hides stays marked"


async def test_a_range_of_rows_marks_the_metrics_in_it(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[3])
        opened.rows.grid.move_to_row(0)
        await deck.press("v", "G", "v")
        assert set(opened.rows.grid.marked_metrics) == {"val_auc", "val_loss"}
        await deck.press("T")
        await deck.until(lambda: isinstance(opened.rows.grid.table, FlippedTable), "runs are rows")
        await deck.press("space")
        assert len(opened.rows.grid.marks) == 2, "runs are not marked here"


async def test_marks_of_metrics_that_are_gone_are_dropped(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    async with made.open(size=(160, 40)) as deck:
        opened = await compare(deck, IDS[1], IDS[3])
        await deck.press("m")
        made.tracking.runs = [run(number, metrics={"val_auc": number / 10}) for number in (1, 3)]
        await deck.press("r")
        await deck.until(lambda: opened.rows.grid.marked_metrics == ("val_auc",), "one is left")


async def test_curves_leave_out_runs_of_other_contexts_and_say_so(tmp_path: Path) -> None:
    made = sweep(tmp_path)
    made.settings = Settings(contexts={"dev": ContextSettings("http://dev.example.com")})
    async with made.open(size=(160, 40)) as deck:
        await compare(deck, IDS[1], IDS[2])
        await deck.press("a")
        await deck.until_text("where CONTEXT is dev")
        await deck.type(f"dev:{IDS[3]}")
        await deck.press("enter")
        await deck.until_text("dev: trial-3")
        await laid_out(deck)
        await deck.press("m", "p")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
        await deck.until_text("2 runs, 1 of other contexts left out")


async def test_the_first_and_the_last_row(tmp_path: Path) -> None:
    async with sweep(tmp_path).open(size=(160, 40)) as deck:
        opened = await compare(deck, *IDS[1:7])
        await deck.press("ctrl+end")
        last = opened.rows.grid.cursor_row
        assert last == opened.rows.grid.row_count - 1
        await deck.press("ctrl+home")
        assert opened.rows.grid.cursor_row == 0
        await deck.press("G")
        assert opened.rows.grid.cursor_row == last
        await deck.press("question_mark")
        await deck.type("groups here")
        await deck.until_text("g goes to the groups here")
        await deck.press("escape", "g")
        await deck.until(lambda: opened.groups.groups is not None, "the groups are made")
        await deck.press("G", "ctrl+home")
        assert opened.groups.grid.cursor_row == 0
