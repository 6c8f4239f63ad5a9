"""Chart widgets: what is on the cells, and that nothing is drawn twice."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region

from tests.support.charts import broken, falling
from tests.support.driver import Deck, drive
from tui.app.themes import DARK, LIGHT
from tui.domain.glyphs import ASCII
from tui.domain.series.curve import Curve
from tui.domain.series.history import recorded
from tui.domain.series.scales import AxisRange, axis_of, best
from tui.resources import style_sheets
from tui.widgets.chart import BRAILLE, TONES, Canvas, Chart, line_dots
from tui.widgets.chart_marks import ParallelPlot, ScatterPlot
from tui.widgets.chart_plot import LETTERS, ChartView, Legend, LegendRow, LinePlot, PlotSeries


class ChartApp(App[None]):
    """One chart on the whole screen."""

    CSS_PATH = style_sheets("chart.tcss")

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name
        self.chart = chart

    def compose(self) -> ComposeResult:
        yield self.chart


def _series(*values: list[float]) -> list[PlotSeries]:
    return [
        PlotSeries(str(n), LETTERS[n], Curve(recorded(str(n), "m", range(len(some)), range(len(some)), some)))
        for n, some in enumerate(values)
    ]


def _dots(deck: Deck[None]) -> int:
    """How many dots of Braille are on the screen."""
    return sum(bin(ord(letter) - 0x2800).count("1") for letter in deck.text() if 0x2800 <= ord(letter) < 0x2900)


def test_a_line_is_without_holes() -> None:
    x, y = np.array([0.5, 10.5, 11.5, 30.5]), np.array([20.5, 0.5, 19.5, 5.5])
    dots = line_dots(x, y, np.array([True, True, True, False]), 32, 24)
    assert np.flatnonzero(dots.any(axis=0)).tolist() == list(range(31))
    for column in range(30):
        here, beside = np.flatnonzero(dots[:, column]), np.flatnonzero(dots[:, column + 1])
        assert here.min() <= beside.max() + 1
        assert beside.min() <= here.max() + 1
    broken_line = line_dots(x, y, np.array([False, True, True, False]), 32, 24)
    assert not broken_line[:, 2:9].any()


def test_wide_letters_take_two_cells_and_nothing_runs_off_the_edge() -> None:
    canvas = Canvas(8, 2, BRAILLE)
    canvas.put(-1, 0, "x漢字é\u0301zz漢", "label")
    canvas.put(0, 5, "far away", "label")
    lines = canvas.strips([Style()] * len(TONES))
    assert [line.cell_length for line in lines] == [8, 8]
    assert lines[0].text == "漢字ézz "
    assert lines[1].text == " " * 8


async def test_a_curve_its_axes_and_its_marks() -> None:
    plot = LinePlot()
    async with drive(ChartApp(plot), (100, 24)) as deck:
        plot.show(_series(broken()), ChartView())
        await deck.settle()
        assert _dots(deck) > 100
        assert "×" in deck.lines()[21], "NaN is marked at the lower edge"
        assert "▼" in deck.lines()[21]
        assert "▲" in deck.lines()[0]
        assert " 500" in deck.lines()[23]
        labels = [line[:6] for line in deck.lines()[:22] if "┤" in line[:6]]
        assert all(label.index("┤") == labels[0].index("┤") for label in labels)
        assert len(labels) > 4


async def test_one_point_is_found_and_none_is_said() -> None:
    plot = LinePlot()
    async with drive(ChartApp(plot), (60, 12)) as deck:
        plot.show(_series([0.5]), ChartView())
        await deck.settle()
        assert "●" in deck.text()
        plot.words = "Reading loss …"
        await deck.settle()
        assert "Reading loss …" in deck.text()
        plot.words = ""
        plot.show(_series([math.nan, math.inf]), ChartView())
        await deck.settle()
        assert "×" in deck.text()
        assert _dots(deck) == 0


async def test_curves_are_told_apart_without_colour() -> None:
    plot = LinePlot(glyphs=ASCII)
    async with drive(ChartApp(plot), (80, 20)) as deck:
        plot.show(_series(falling(1), falling(5), falling(9)), ChartView(), "1")
        await deck.settle()
        assert deck.text().isascii()
        assert all(letter in "".join(line[70:] for line in deck.lines()) for letter in "abc")


async def test_a_log_scale_leaves_out_what_it_cannot_show() -> None:
    plot = LinePlot()
    async with drive(ChartApp(plot), (80, 20)) as deck:
        plot.show(_series([1000.0, 10.0, 0.0, -5.0, 0.1]), ChartView(log=True))
        await deck.settle()
        text = deck.text()
        assert "100┤" in text
        assert "0.1┤" in text or "0.1 " in text
        assert "-5" not in text


async def test_only_what_differs_is_drawn_again() -> None:
    plot = LinePlot()
    async with drive(ChartApp(plot), (100, 30)) as deck:
        series = _series(*(falling(n) for n in range(5)))
        view = ChartView()
        plot.show(series, view, "0")
        await deck.settle()
        layers, canvases = plot.layers_drawn, plot.canvases_drawn
        assert layers == 5
        plot.show(series, replace(view, cursor=100.0), "0")
        await deck.settle()
        plot.show(series, replace(view, cursor=120.0), "0")
        await deck.settle()
        assert (plot.layers_drawn, plot.canvases_drawn) == (layers, canvases), "a cursor needs no new canvas"
        plot.show(series, view, "3")
        await deck.settle()
        assert plot.layers_drawn == layers, "another highlight needs no new dots"
        plot.show(series, replace(view, window=AxisRange(100, 200)), "3")
        await deck.settle()
        assert plot.layers_drawn == 2 * layers
        plot.show(series, view, "3")
        await deck.settle()
        assert plot.layers_drawn == 2 * layers, "a window seen before is remembered"
        canvases = plot.canvases_drawn
        plot.show(series, view, "3")
        deck.app.theme = LIGHT.name
        await deck.settle()
        assert plot.layers_drawn == 2 * layers


async def test_lines_of_many_points_are_not_kept_for_every_look() -> None:
    plot = LinePlot()
    series = _series([1.0 + n % 7 for n in range(400_000)])
    async with drive(ChartApp(plot)) as deck:
        for number in range(30):
            plot.show(
                series, ChartView(log=number % 2 == 0, weight=0.01 * number, window=AxisRange(10, 399_000 - number))
            )
            await deck.settle()
        assert plot.points_held <= 3_000_000
        assert plot.canvases_drawn >= 30, "each look has been drawn"


async def test_the_cursor_draws_two_columns_of_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    plot = LinePlot()
    async with drive(ChartApp(plot), (100, 30)) as deck:
        series = _series(*(falling(n) for n in range(5)))
        plot.show(series, ChartView(cursor=100.0), "0")
        await deck.settle()
        drawn: list[Region] = []
        before = plot.cursor_cell()
        monkeypatch.setattr(plot, "refresh", lambda *regions, **_: drawn.extend(regions))
        plot.show(series, ChartView(cursor=300.0), "0")
        assert sorted((region.x, region.width) for region in drawn) == [(before, 1), (plot.cursor_cell(), 1)]


async def test_the_cursor_leaves_nothing_behind() -> None:
    plot = LinePlot()
    async with drive(ChartApp(plot), (60, 16)) as deck:
        series = _series(falling(1))
        plot.show(series, ChartView())
        await deck.settle()
        bare = deck.text()
        plot.show(series, ChartView(cursor=300.0))
        await deck.settle()
        assert deck.text() != bare
        plot.show(series, ChartView())
        await deck.settle()
        assert deck.text() == bare


async def test_a_window_runs_to_both_edges() -> None:
    plot = LinePlot()
    async with drive(ChartApp(plot), (60, 12)) as deck:
        plot.show(_series([0.0, 1.0, 2.0, 3.0]), ChartView(window=AxisRange(1.2, 1.8)))
        await deck.settle()
        left = plot.frame.left if plot.frame is not None else 0
        body = [line.ljust(60) for line in deck.lines()[:10]]
        assert any(0x2800 < ord(line[left]) < 0x2900 for line in body)
        assert any(0x2800 < ord(line[57]) < 0x2900 for line in body)


async def test_the_legend_keeps_the_highlighted_line_in_view() -> None:
    legend = Legend()
    async with drive(ChartApp(legend), (40, 6)) as deck:
        rows = [LegendRow(str(n), "a", f"run-{n:02d}", ("0.5", "0.25")) for n in range(30)]
        legend.show("run", ("last", "min"), rows, "0")
        await deck.settle()
        assert "run-00" in deck.text()
        legend.show("run", ("last", "min"), rows, "17")
        await deck.settle()
        assert "▸ a run-17" in deck.text()
        assert "run (30)" in deck.text()
        legend.show("run", ("last", "min"), [replace(rows[0], name="漢字" * 30, hidden=True)], "0")
        await deck.settle()
        assert all(len(line) <= 40 for line in deck.lines())


async def test_a_scatter_plot_of_numbers_and_words() -> None:
    plot = ScatterPlot()
    x = axis_of("optimizer\x1b[31m", ["adam", "sgd", None, "adam"])
    y = axis_of("val_auc", [0.91, 0.82, 0.9, float("nan")])
    async with drive(ChartApp(plot), (70, 16)) as deck:
        plot.show(x, y, highlighted=0, best=best(y, lower_is_better=False))
        await deck.settle()
        text = deck.text()
        assert plot.left_out == 2
        assert text.count("◉") == 1
        assert text.count("○") == 1
        assert "adam" in text
        assert "\\x1b[31m" in text
        plot.show(axis_of("lr", [None]), axis_of("loss", [1.0]))
        await deck.settle()
        assert "No run has" in deck.text()


async def test_parallel_coordinates() -> None:
    plot = ParallelPlot()
    axes = [
        axis_of("lr", ["0.1", "0.001", "0.01", None]),
        axis_of("optimizer", ["adam", "sgd", "adam", "sgd"]),
        axis_of("val_auc", [0.8, 0.9, 0.85, 0.7]),
    ]
    async with drive(ChartApp(plot), (90, 20)) as deck:
        plot.show(axes, highlighted=1, best=frozenset({2}))
        await deck.settle()
        text = deck.text()
        assert _dots(deck) > 100
        assert "optimizer" in deck.lines()[0]
        assert "0.001" in deck.lines()[19]
        assert "sgd" in deck.lines()[19]
        assert "0.9" in deck.lines()[19]
        assert "adam" in text
        many = [axis_of(f"p{n}", [float(n), n + 1.0]) for n in range(20)]
        plot.show([*many, axis_of("loss", [1.0, 2.0])], highlighted=0)
        await deck.settle()
        assert len(plot.axes_shown) == 90 // 14
        assert plot.axes_shown[-1].name == "loss"
        plot.show(axes[:1])
        await deck.settle()
        assert "Two columns" in deck.text()
