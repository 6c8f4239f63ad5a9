"""From a run's metrics to their charts: what the keys do, what is asked of the server, what is said when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.charts import broken, falling, record_many
from tests.support.deck import OFFLINE, World, runs_pane, world
from tests.support.driver import Deck
from tests.support.fakes import Asked, experiment, run
from tui.app.application import DeckApp
from tui.config.model import Settings
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.series.curve import Axis
from tui.domain.values import RunReference
from tui.features.curves import chart as curves_words
from tui.features.curves import loader as curves_loader
from tui.features.curves.chart import ChartPane
from tui.features.curves.loader import band
from tui.features.curves.screen import CurvesScreen
from tui.features.run.screen import MetricsView, RunScreen
from tui.ui.dialogs.choices import ChoiceModal
from tui.ui.routes import CurvesRoute, RunRoute

ONE = f"{1:032x}"
BROKEN = Problem(Kind.FORBIDDEN, "Could not read the history of loss", "mlflow.example.com answered 403.", "Ask.")


@pytest.fixture
def made(tmp_path: Path) -> World:
    """A run with a few metrics, system metrics among them, and other runs that have its loss too."""
    values = {"loss": 0.2, "val_auc": 0.9, "broken": float("nan"), "system/cpu_utilization_percentage": 55.0}
    runs = [run(number, metrics=values) for number in range(1, 71)]
    found = world(tmp_path, [experiment(1, "churn/weekly")], runs)
    record_many(found.history, [one.run_id for one in runs])
    found.history.record(ONE, "val_auc", [0.5, 0.7, 0.9])
    found.history.record(ONE, "broken", broken())
    found.history.record(ONE, "system/cpu_utilization_percentage", [10.0, 90.0, 55.0])
    return found


async def _open(deck: Deck[int], route: CurvesRoute, *, wait: bool = True) -> CurvesScreen:
    assert isinstance(deck.app, DeckApp)
    deck.app.go(route)
    await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
    screen = deck.app.screen
    assert isinstance(screen, CurvesScreen)
    if wait:
        await deck.until(lambda: screen.loader.requests and not screen.loader.busy, "every history has come")
        await deck.settle()
    return screen


async def _metrics(deck: Deck[int], run_id: str = ONE, tab: str = "metrics") -> MetricsView:
    assert isinstance(deck.app, DeckApp)
    deck.app.go(RunRoute(run_id))
    await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run's page is open")
    screen = deck.app.screen
    assert isinstance(screen, RunScreen)
    await deck.until(lambda: screen.detail is not None, "the run has been read")
    screen.tabs.open_tab(tab)
    await deck.until(lambda: isinstance(screen.tabs.part, MetricsView), "the tab is open")
    part = screen.tabs.part
    assert isinstance(part, MetricsView)
    await deck.until(lambda: part.grid.has_focus, "the metrics have the keys")
    return part


def _drawn(screen: CurvesScreen) -> int:
    return len(screen.chart.plot.series)


def _window(screen: CurvesScreen) -> tuple[float, float] | None:
    window = screen.state.view.window
    return (window.low, window.high) if window is not None else None


def _asked(made: World) -> list[Asked]:
    return [what for _, what in made.history.calls if isinstance(what, Asked)]


def _all(keys: tuple[str, ...] = ("loss",), count: int = 5) -> CurvesRoute:
    ids = tuple(f"{number:032x}" for number in range(1, count + 1))
    return CurvesRoute(
        ids, keys, tuple(RunReference(i, f"run-{n:03d}", "FINISHED", "active") for n, i in enumerate(ids, 1))
    )


# the metrics tab


async def test_shapes_and_extremes_come_with_the_rows(made: World) -> None:
    async with made.open((160, 45)) as deck:
        await _metrics(deck)
        await deck.until_text("▁▄█")
        line = deck.line_with("val_auc")
        assert all(text in line for text in ("0.9", "0.5", "100"))
        assert "×" in deck.line_with("broken")
        assert "system/" not in deck.text()
        assert "System 1" in deck.text()


async def test_system_metrics_have_a_tab_of_their_own(made: World) -> None:
    async with made.open((160, 45)) as deck:
        part = await _metrics(deck, tab="system")
        await deck.until_text("▁█")
        assert "system/cpu_utilization_percentage" in deck.text()
        assert part.grid.row_count == 1


async def test_only_rows_in_view_are_read_and_each_once(tmp_path: Path) -> None:
    values = {f"metric_{number:04d}": 1.0 for number in range(3000)}
    made = world(tmp_path, [experiment(1, "wide")], [run(1, metrics=values)])
    async with made.open((120, 36)) as deck:
        part = await _metrics(deck)
        page = part.grid.size.height - 1
        await deck.until(lambda: len(made.history.calls) >= page, "the rows in view have been read")
        await deck.settle()
        assert len(made.history.calls) == page
        await deck.press("down", "up", "down")
        await deck.settle()
        assert len(made.history.calls) == page, "what has been read is not read again"
        await deck.press("G")
        await deck.until(lambda: len(made.history.calls) >= 2 * page, "the last rows have been read")
        await deck.settle()
        assert len(made.history.calls) == 2 * page, "those passed over are not read"
        assert {one.points for one in _asked(made)} == {1000}


async def test_a_failed_shape_leaves_the_row(made: World) -> None:
    made.history.problem = OFFLINE
    async with made.open((160, 45)) as deck:
        part = await _metrics(deck)
        await deck.until(lambda: made.history.calls, "a history has been asked for")
        await deck.settle()
        assert "0.9" in deck.line_with("val_auc")
        assert len(made.history.calls) <= 2, "a server that is gone is not asked for every row"
        assert part.grid.row_count == 3


async def test_the_filter_narrows_metrics(made: World) -> None:
    async with made.open() as deck:
        part = await _metrics(deck)
        await deck.press("slash")
        await deck.type("auc")
        await deck.until(lambda: part.grid.row_count == 1, "one metric is left")
        await deck.press("enter", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "its chart is open")


async def test_enter_opens_the_metric_and_marks_open_several(made: World) -> None:
    async with made.open() as deck:
        part = await _metrics(deck)
        part.grid.move_to("loss")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the chart is open")
        screen = deck.app.screen
        assert isinstance(screen, CurvesScreen)
        assert (screen.state.run_ids, screen.state.keys) == ((ONE,), ("loss",))
        await deck.until_text("600 points")
        await deck.press("escape")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "back at the run")
        await deck.press("g", "space", "space", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the charts are open")
        assert isinstance(deck.app.screen, CurvesScreen)
        assert deck.app.screen.state.keys == ("broken", "loss")


# the screen


async def test_histories_are_asked_for_in_few_requests_and_fifty_runs_at_most(made: World) -> None:
    async with made.open() as deck:
        screen = await _open(deck, _all(count=70))
        assert [(len(one.run_ids), one.points) for one in _asked(made)] == [(10, 1000)] * 5
        assert len(screen.state.histories) == 50
        assert "50 of 70 runs" in deck.text()
        assert made.tracking.called("get_run") < 5, "what is known of runs is not asked again"


async def test_curves_are_drawn_as_they_come(made: World) -> None:
    made.history.gate.clear()
    async with made.open() as deck:
        screen = await _open(deck, _all(("loss", "val_auc")), wait=False)
        await deck.until_text("Reading loss …")
        made.history.gate.set()
        await deck.until(lambda: not screen.loader.busy and screen.loader.requests == 2, "both have come")
        await deck.until_text("5 curves")


async def test_walking_the_legend_and_showing_one_alone(made: World) -> None:
    async with made.open((120, 36)) as deck:
        screen = await _open(deck, _all())
        plot = screen.chart.plot
        assert plot.highlighted == ONE
        await deck.press("n", "n")
        assert plot.highlighted == f"{3:032x}"
        assert "▸ c run-003" in deck.text()
        await deck.press("N")
        assert plot.highlighted == f"{2:032x}"
        await deck.press("enter")
        assert [one.key for one in plot.series] == [f"{2:032x}"]
        await deck.press("escape")
        assert _drawn(screen) == 5
        await deck.press("space")
        assert _drawn(screen) == 4
        assert "▸ - run-002" in deck.text()
        await deck.press("space", "P")
        await deck.until(lambda: isinstance(deck.app.screen, RunScreen), "the run's page is open")


async def test_scale_smoothing_and_axis(made: World) -> None:
    async with made.open() as deck:
        screen = await _open(deck, _all())
        await deck.press("L", "plus", "plus")
        assert screen.state.view_of("loss").log
        assert screen.state.view_of("loss").weight == 0.6
        assert "log" in deck.lines()[1]
        assert "EMA 0.6" in deck.lines()[1]
        await deck.press("minus", "minus", "L", "x")
        assert screen.state.view.axis is Axis.RELATIVE
        assert "time since the start" in deck.text()
        await deck.press("x")
        assert "wall clock" in deck.text()
        assert "14:0" in deck.text()
        assert screen.loader.requests == 1, "looking at it differently asks nothing"


async def test_each_chart_has_its_own_scale_and_smoothing_which_are_remembered(made: World) -> None:
    route = _all(("loss", "val_auc"))
    async with made.open((160, 45)) as deck:
        screen = await _open(deck, route)
        await deck.press("L", "plus", "tab", "plus")
        assert [(screen.state.view_of(key).log, screen.state.view_of(key).weight) for key in route.keys] == [
            (True, 0.3), (False, 0.3),
        ]  # fmt: skip
        await deck.press("m")
        assert not screen.state.view_of("loss").log, "one chart of all has a scale of its own"
        await deck.until(lambda: "loss" in screen.session.views.get("charts"), "it is kept")
    async with made.open((160, 45)) as deck:
        screen = await _open(deck, route)
        assert screen.state.view_of("loss").log and screen.state.view_of("val_auc").weight == 0.3


async def test_charts_have_views(made: World) -> None:
    route = CurvesRoute((ONE,), ("loss", "val_auc"))
    async with made.open(size=(160, 40)) as deck:
        screen = await _open(deck, route)
        await deck.press("plus", "x", "m")
        kept = screen.looked_at()
        assert kept.arrangement.flag("together", default=False)
        await deck.press("K")
        await deck.type("smooth")
        await deck.until_text("keep what is shown under this name, everywhere")
        await deck.press("enter")
        await deck.until_text("View “smooth” is kept in")
        screen = await _open(deck, route)
        await deck.press("minus", "x")
        assert screen.looked_at() != kept
        await deck.press("colon")
        await deck.type("view smooth")
        await deck.press("enter")
        await deck.until(lambda: screen.looked_at() == kept, "it is looked at as it was")
        assert screen.state.together and screen.state.view.axis is Axis.RELATIVE


async def test_every_metric_is_drawn_at_once_sifted_and_written_as_svg(made: World, tmp_path: Path) -> None:
    made.history.record(ONE, "val_auc", [0.9])
    made.history.record(f"{2:032x}", "val_auc", [-0.4])
    async with made.open((160, 45)) as deck:
        await deck.until_text("run-001")
        deck_runs = runs_pane(deck)
        deck_runs.grid.focus()
        deck_runs.grid.marks = (ONE, f"{2:032x}")
        await deck.press("O")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the curves are open")
        screen = deck.app.screen
        assert isinstance(screen, CurvesScreen)
        await deck.until(lambda: screen.loader.requests and not screen.loader.busy, "every history has come")
        assert screen.state.keys == ("broken", "loss", "val_auc", "system/cpu_utilization_percentage")
        await deck.until_text("one value each")
        bars = [line for line in deck.lines() if "█" in line]
        assert "a run-001" in bars[0] and "0.9" in bars[0] and "b run-002" in bars[1] and "-0.4" in bars[1]
        await deck.press("/", *"cpu")
        await deck.until(lambda: screen.state.keys == ("system/cpu_utilization_percentage",), "one metric is left")
        await deck.type("x")
        await deck.until_text("No metric's name has these words")
        await deck.press("escape")
        await deck.until(lambda: len(screen.state.keys) == 4, "all are back")
        await deck.until(lambda: not screen.loader.busy, "every history has come again")
        await deck.press("tab", "E", "down", "down", "enter")
        await deck.until_text("Write it to which file?")
        await deck.press("enter")
        await deck.until(lambda: (made.folder / "loss.svg").exists(), "the chart has been written")
        assert "<polyline" in (made.folder / "loss.svg").read_text(encoding="utf-8")


async def test_the_cursor_reads_off_values(made: World) -> None:
    async with made.open() as deck:
        screen = await _open(deck, CurvesRoute((ONE,), ("val_auc",)))
        assert "last" in deck.text()
        await deck.press("right")
        assert "step 0" in deck.text()
        await deck.press("right")
        assert "step 1" in deck.text(), "one press goes to the next point, however far that is"
        line = deck.line_with("▸ a")
        assert "0.7" in line
        await deck.press("end")
        assert "step 2" in deck.text()
        await deck.press("escape")
        assert screen.state.view.cursor is None
        assert "last" in deck.text()


async def test_zooming_and_moving(made: World) -> None:
    async with made.open() as deck:
        screen = await _open(deck, _all())
        await deck.press("home", "i", "i")
        assert _window(screen) == (0, 599 / 4)
        await deck.press("greater_than_sign")
        assert _window(screen) == pytest.approx((599 / 16, 599 * 5 / 16))
        await deck.press("o", "o", "o")
        assert _window(screen) is None
        await deck.press("i", "escape")
        assert _window(screen) is None


async def test_zooming_into_a_sample_reads_what_is_in_view(made: World) -> None:
    made.history.record(ONE, "long", [at % 7 for at in range(40_000)])
    async with made.open() as deck:
        screen = await _open(deck, CurvesRoute((ONE,), ("long",)))
        await deck.until_text("of 40 000 points, extremes kept")
        await deck.press("home")
        for _ in range(3):
            screen.action_zoom_in()  # with no time between them in which it could rest
        await deck.until_text("of 5 040 points, extremes kept")
        asked = [what for name, what in made.history.calls if name == "sampled"]
        assert len(asked) == 2, "zooming three times asks once, after it has come to rest"
        await deck.press("i", "i")
        await deck.until(
            lambda: screen.state.finer and all(history.is_whole for history, _ in screen.state.finer.values()),
            "every point of what is in view has come",
        )
        assert "extremes kept" not in deck.text()
        curve = screen.state.curve(ONE, "long")
        assert curve is not None
        assert curve.within(0, 1000).stop == 1001, "each step in view has its point"
        assert len(curve) > 1001
        await deck.press("0")
        await deck.until_text("of 40 000 points, extremes kept")


async def test_finer_points_that_come_too_late_are_dropped(made: World) -> None:
    made.history.record(ONE, "long", [at % 7 for at in range(40_000)])
    async with made.open() as deck:
        screen = await _open(deck, CurvesRoute((ONE,), ("long",)))
        await deck.until_text("of 40 000 points, extremes kept")
        made.history.gate.clear()
        await deck.press("home", "i", "i", "i")
        await deck.until(lambda: made.history.calls[-1][1].steps, "finer points are asked for")  # type: ignore[attr-defined]
        curve = screen.state.curve(ONE, "long")
        window = screen.state.view.window
        assert curve is not None and window is not None
        seen = curve.within(window.low, window.high)
        assert 0 < seen.stop - seen.start < len(curve)
        await deck.until_text(f"in view {seen.stop - seen.start} of ")
        assert "reading finer ones" in deck.text()
        await deck.press("0")
        made.history.gate.set()
        await deck.until(lambda: not screen.is_asking("finer long " + ONE), "nothing is under way")
        await deck.settle()
        assert not screen.state.finer
        assert "of 40 000 points, extremes kept" in deck.text()


async def test_several_metrics_are_small_multiples_or_one_chart(made: World) -> None:
    async with made.open((120, 36)) as deck:
        screen = await _open(deck, CurvesRoute((ONE,), ("loss", "val_auc", "broken")))
        assert [chart.display for chart in screen.charts] == [True, True, True]
        assert all(f" {name} " in deck.text() for name in ("loss", "val_auc", "broken"))
        await deck.press("tab")
        assert screen.chart.key == "val_auc"
        await deck.press("z")
        assert [chart.display for chart in screen.charts] == [False, True, False]
        await deck.press("z", "m")
        assert [chart.display for chart in screen.charts] == [True, False, False]
        assert "all metrics" in deck.text()
        assert len(screen.chart.plot.series) == 3
        await deck.press("n")
        assert "▸ b val_auc" in deck.text()


async def test_what_is_not_finite_is_counted(made: World) -> None:
    async with made.open() as deck:
        await _open(deck, CurvesRoute((ONE,), ("broken",)))
        title = deck.lines()[1]
        assert "100 NaN" in title
        assert "1 +∞" in title
        assert "1 -∞" in title


async def test_all_points_are_read_page_by_page_and_can_be_stopped(made: World) -> None:
    made.history.record(ONE, "loss", falling(0, 10_000))
    made.history.page_points = 3000
    async with made.open() as deck:
        screen = await _open(deck, CurvesRoute((ONE,), ("loss",)))
        assert "of 10 000 points, extremes kept" in deck.lines()[1]
        made.history.gate.clear()
        await deck.press("F")
        await deck.until_text("esc stops")
        await deck.press("escape")
        made.history.gate.set()
        await deck.until(lambda: "esc stops" not in deck.text(), "reading has stopped")
        assert isinstance(deck.app.screen, CurvesScreen), "esc stops first, and goes back only then"
        await deck.press("F")
        await deck.until_text("10 000 points ")
        assert screen.state.histories[ONE, "loss"].is_whole
        await deck.press("r")
        await deck.until(lambda: not screen.loader.busy, "read again")
        assert screen.state.histories[ONE, "loss"].is_whole, "a sample does not take the place of the whole"


@pytest.mark.parametrize(("recorded", "said"), [(10_000, "10 000 points"), (12_000, "the first 10 000 points")])
async def test_no_more_points_are_read_than_may_be_held(
    made: World, monkeypatch: pytest.MonkeyPatch, recorded: int, said: str
) -> None:
    for module in (curves_loader, curves_words):
        monkeypatch.setattr(module, "MOST_POINTS", 10_000)
    made.history.record(ONE, "loss", falling(0, recorded))
    made.history.page_points = 2500
    async with made.open() as deck:
        await _open(deck, CurvesRoute((ONE,), ("loss",)))
        await deck.press("F")
        await deck.until_text(f"loss · {said} ")


async def test_running_runs_are_read_again_by_themselves(made: World) -> None:
    made.settings = Settings(watch_seconds=2)
    known = (RunReference(ONE, "one", "RUNNING", "active"), RunReference(f"{2:032x}", "two", "FINISHED", "active"))
    async with made.open() as deck:
        screen = await _open(deck, CurvesRoute((ONE, f"{2:032x}"), ("loss",), known))
        assert "watching 2 s" in deck.text()
        made.history.record(ONE, "loss", falling(0, 700))
        screen._tick()
        await deck.until(lambda: len(screen.state.histories[ONE, "loss"]) == 700, "the new points are there")
        assert _asked(made)[1].run_ids == (ONE,), "only what runs is read again"
        await deck.until(lambda: not screen.state.running, "that it has ended is noticed")
        await deck.until(lambda: not screen.loader.busy, "its last points have come")
        calls = len(made.history.calls)
        screen._tick()
        await deck.settle()
        assert len(made.history.calls) == calls
        assert "watching" not in deck.text()


async def test_a_failed_refresh_keeps_the_curves(made: World) -> None:
    async with made.open() as deck:
        screen = await _open(deck, _all())
        made.history.problem = BROKEN
        await deck.press("r")
        await deck.until_text("answered 403")
        assert len(screen.chart.plot.series) == 5
        assert "stale" in deck.lines()[0]
        made.history.problem = None
        await deck.press("r")
        await deck.until(lambda: "answered 403" not in deck.text(), "the notice has gone")
        assert "live" in deck.lines()[0]


async def test_nothing_recorded_and_nothing_read(made: World) -> None:
    async with made.open() as deck:
        await _open(deck, _all(("no such",)))
        assert "None of these 5 runs has recorded no such." in deck.text()
        await deck.press("q")
        made.history.problem = OFFLINE
        await _open(deck, _all())
        assert "Nothing could be read of loss." in deck.text()
        assert "offline" in deck.lines()[0]
        await deck.press("n", "L", "plus", "right", "i", "x", "enter", "y", "F", "end")
        assert isinstance(deck.app.screen, CurvesScreen), "keys do no harm where there is nothing"


async def test_hostile_names(made: World) -> None:
    key = "[bold]x[/] \x1b[31m‮漢"
    made.history.record(ONE, key, falling(1))
    async with made.open() as deck:
        await _open(
            deck, CurvesRoute((ONE, "gone"), (key,), (RunReference(ONE, "\x1b]0;evil\x07[/b]", "FINISHED", "active"),))
        )
        assert "[bold]x[/] \\x1b[31m\\u202e漢" in deck.text()
        assert "\\x1b]0;evil" in deck.text()


async def test_points_are_copied_as_csv(made: World) -> None:
    async with made.open() as deck:
        screen = await _open(deck, CurvesRoute((ONE,), ("val_auc",)))
        here = screen.value_here()
        assert here is not None
        lines = here[1].splitlines()
        assert lines[0] == "run,metric,step,timestamp_ms,value"
        assert [line.split(",")[4] for line in lines[1:]] == ["0.5", "0.7", "0.9"]
        await deck.press("y")
        assert "Copied the points of val_auc" in deck.lines()[-1]


async def test_a_metric_of_marked_runs_from_the_runs_table(made: World) -> None:
    async with made.open((120, 36)) as deck:
        await deck.until_text("churn")
        await deck.press("enter")
        await deck.until_text("run-001")
        await deck.press("space", "space", "space", "p")
        await deck.until_text("Curves of 3 runs")
        asked = next(what for name, what in made.history.calls if name == "count_points")
        assert isinstance(asked, tuple) and len(asked) == 3
        points = sum(len(made.history.kept[run_id, "loss"]) for run_id in asked)
        await deck.until_text(f"{count(points)} points")
        await deck.type("loss")
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, CurvesScreen), "the chart is open")
        assert isinstance(deck.app.screen, CurvesScreen)
        assert len(deck.app.screen.state.run_ids) == 3
        assert deck.app.screen.state.keys == ("loss",)


async def test_points_of_the_metrics_in_view_are_counted_where_the_server_does_not(made: World) -> None:
    made.history.counts = False
    long = {run_id for run_id, key in made.history.kept if key == "val_auc"}
    for run_id in long:
        made.history.record(run_id, "val_auc", [float(at) for at in range(1500)])
    made.tracking.runs.append(run(71, metrics={"of another run": 1.0}))
    async with made.open((120, 36)) as deck:
        await deck.until_text("churn")
        await deck.press("enter")
        await deck.until_text("run-001")
        await deck.press("p")
        await deck.until_text("Curves of 1 run")
        modal = deck.app.screen
        assert isinstance(modal, ChoiceModal)
        names = list(modal.in_view())
        assert names and "of another run" not in names, "what the run here has"
        await deck.until(lambda: len(_asked(made)) == len(names), "each has been asked for")
        here = _asked(made)[0].run_ids[0]
        assert here in long
        await deck.until_text("points or more")
        deck.shows(*(f"{len(made.history.kept.get((here, name), ()))} point" for name in names if name != "val_auc"))
        assert [one.key for one in _asked(made)] == names, "each once, from the top, and one after the other"
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is not modal, "the list is closed")
        assert len(_asked(made)) == len(names)


async def test_curves_of_groups_are_means_between_a_standard_deviation(made: World) -> None:
    two, three = (f"{number:032x}" for number in (2, 3))
    made.history.record(ONE, "auc", [0.1, 0.2, 0.3])
    made.history.record(two, "auc", [0.3, 0.4, 0.5])
    made.history.record(three, "auc", [0.9])
    groups = (("lr 0.1", (ONE, two)), ("lr 0.2", (three,)))
    async with made.open((120, 36)) as deck:
        screen = await _open(deck, CurvesRoute((ONE, two, three), ("auc",), groups=groups))
        deck.shows("mean ± std of 2 groups", "2 means, each ± one standard deviation", "a lr 0.1", "b lr 0.2")
        mean, low, high = (screen.state.histories[name, "auc"].values for name in band("group 0"))
        assert list(mean) == pytest.approx([0.2, 0.3, 0.4])
        assert [h - m for h, m in zip(high, mean, strict=True)] == pytest.approx([0.02**0.5] * 3)
        assert [m - one for one, m in zip(low, mean, strict=True)] == pytest.approx([0.02**0.5] * 3)
        alone = [list(screen.state.histories[name, "auc"].values) for name in band("group 1")]
        assert alone == [[0.9]] * 3, "of one run there is no spread"
        assert len(screen.state.lines()) == 2, "a line of the legend for each group"


async def test_more_metrics_than_fit_are_pages(made: World) -> None:
    keys = tuple(f"m{number:02d}" for number in range(30))
    for key in keys:
        made.history.record(ONE, key, [1.0, 2.0, 3.0])
    async with made.open((120, 36)) as deck:
        screen = await _open(deck, CurvesRoute((ONE,), keys))
        assert "metrics 1 to 24 of 30" in deck.text()
        assert len(_asked(made)) == 24, "what is not shown is not asked for"
        await deck.press("left_square_bracket")
        assert screen.charts[0].key == "m00", "there is no page before"
        await deck.press("right_square_bracket")
        await deck.until_text("metrics 25 to 30 of 30")
        await deck.until(lambda: not screen.loader.busy, "they have come")
        await deck.settle()
        assert [chart.key for chart in screen.panes() if isinstance(chart, ChartPane)] == list(keys[24:])
        assert len(_asked(made)) == 30
        assert "m29" in deck.text()
        await deck.press("m")
        await deck.until_text("all metrics")
        assert len(screen.state.lines()) == 6
        await deck.press("m", "left_square_bracket")
        await deck.until_text("metrics 1 to 24 of 30")
        await deck.settle()
        assert len(_asked(made)) == 30, "what has come is kept"
        await deck.press("r")
        await deck.until(lambda: len(_asked(made)) == 54, "this page is read anew")
        await deck.press("right_square_bracket")
        await deck.until(lambda: len(_asked(made)) == 60, "and the other, when it is looked at")


async def test_what_has_not_begun_is_not_asked_once_the_charts_are_left(made: World) -> None:
    keys = tuple(f"m{number:02d}" for number in range(20))
    made.history.gate.clear()
    async with made.open((120, 36)) as deck:
        screen = await _open(deck, CurvesRoute((ONE,), keys), wait=False)
        await deck.until(lambda: len(_asked(made)) > 1, "some are under way")
        under_way = len(_asked(made))
        assert under_way < len(keys), "not all at once"
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is not screen, "the charts are left")
        made.history.gate.set()
        done: list[bool] = []
        screen.session.pool.submit(lambda: None, lambda _: done.append(True), lambda _: done.append(False))
        await deck.until(lambda: done, "whatever stood before this in the queue is through")
        assert len(_asked(made)) <= under_way + 1


async def test_turning_pages_drops_what_is_on_its_way(made: World) -> None:
    keys = tuple(f"m{number:02d}" for number in range(30))
    for key in keys:
        made.history.record(ONE, key, [1.0, 2.0])
    made.history.gate.clear()
    async with made.open((120, 36)) as deck:
        screen = await _open(deck, CurvesRoute((ONE,), keys), wait=False)
        await deck.until(lambda: _asked(made), "some are under way")
        await deck.press("right_square_bracket")
        made.history.gate.set()
        await deck.until(lambda: screen.loader.requests and not screen.loader.busy, "the second page has come")
        await deck.settle()
        assert {key for _, key in screen.state.histories} == set(keys[24:])
        assert len(_asked(made)) < len(keys)
