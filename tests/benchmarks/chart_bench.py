"""Opening and redrawing a curve of 100 000 points, step by step and on a pseudo-terminal.

``python -m tests.benchmarks.chart_bench [--points N] [--times N] [--json]``
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from textual.app import App, ComposeResult

from tests.benchmarks.grid_pty import Program, module
from tui.app.themes import DARK
from tui.domain.series.curve import Curve, decimate, smoothed
from tui.domain.series.history import MetricHistory, recorded
from tui.resources import style_sheets
from tui.widgets.chart_plot import ChartView, LinePlot, PlotSeries

COLUMNS, LINES = 200, 50


def history(points: int, number: int = 0) -> MetricHistory:
    """A loss that falls, with noise."""
    chance = np.random.default_rng(number)
    values = np.exp(-np.linspace(0, 5, points)) + chance.normal(0, 0.02, points) + 0.1 * number
    return recorded(str(number), "loss", np.arange(points).tolist(), np.arange(points).tolist(), values.tolist())


class ChartBench(App[None]):
    """A curve on the whole screen; keys smooth, zoom, and move the cursor."""

    CSS_PATH = style_sheets("chart.tcss")
    BINDINGS = [("s", "smooth", ""), ("i", "zoom", ""), ("o", "all", ""), ("c", "cursor", "")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, points: int) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self.plot = LinePlot()
        self._series = [PlotSeries("0", "a", Curve(history(points)))]
        self._points = points
        self._cursor = 0
        self._view = ChartView()

    def compose(self) -> ComposeResult:
        yield self.plot

    def on_mount(self) -> None:
        self._show(ChartView())

    def _show(self, view: ChartView) -> None:
        self._view = view
        self.plot.show(self._series, view)

    def action_smooth(self) -> None:
        self._show(ChartView(weight=0.0 if self._view.weight else 0.9))

    def action_zoom(self) -> None:
        from tui.domain.series.scales import AxisRange

        self._show(ChartView(window=AxisRange(self._points * 0.4, self._points * 0.6)))

    def action_all(self) -> None:
        self._show(ChartView())

    def action_cursor(self) -> None:
        self._cursor += self._points // 180
        self._show(ChartView(cursor=float(self._cursor % self._points)))


def median_ms(work: Callable[[], object], times: int) -> float:
    """How long a piece of work takes, the middle of so many."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    return round(statistics.median(taken), 2)


def steps(points: int, times: int) -> dict[str, float]:
    """Milliseconds of each step between a history and its dots."""
    kept = history(points)
    curve = Curve(kept)
    columns = 4 * (COLUMNS - 10) * 2
    return {
        "make ready to draw": median_ms(lambda: Curve(kept), times),
        "decimate": median_ms(lambda: decimate(curve.x, curve.y, columns), times),
        "smooth": median_ms(lambda: smoothed(curve.y, 0.99), times),
        "a page of it across a process": median_ms(lambda: _across(kept), times),
    }


def _across(kept: MetricHistory) -> object:
    import pickle

    return pickle.loads(pickle.dumps(kept, protocol=5))


def on_terminal(points: int, times: int) -> dict[str, dict[str, float]]:
    """Milliseconds to the last byte and bytes of each key, on a terminal of 200 by 50."""
    program = Program(module("tests.benchmarks.chart_bench", "--app", "--points", str(points)), COLUMNS, LINES)
    found: dict[str, dict[str, float]] = {}
    try:
        program.wait_for("0.4")
        for name, keys in (("smooth on, off", "s"), ("zoom, all", "io"), ("cursor", "c")):
            drawn = [program.press(keys[at % len(keys)]) for at in range(times)]
            ordered = sorted(one.seconds * 1000 for one in drawn)
            found[name] = {
                "p50_ms": round(statistics.median(ordered), 1),
                "p95_ms": round(ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))], 1),
                "bytes": round(sum(one.size for one in drawn) / len(drawn)),
            }
        found["idle, 2 s"] = {"bytes": program.idle(2)}
        return found
    finally:
        program.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--app", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.app:
        ChartBench(asked.points).run()
        return
    pieces, keys = steps(asked.points, asked.times), on_terminal(asked.points, asked.times)
    if asked.json:
        sys.stdout.write(json.dumps({"steps_ms": pieces, "terminal": keys}, indent=2) + "\n")
        return
    print(f"A curve of {asked.points} points at {COLUMNS}x{LINES}")
    for step, ms in pieces.items():
        print(f"  {step:32} {ms:8} ms")
    for key, figures in keys.items():
        print(f"  {key:32} " + "  ".join(f"{name} {figure}" for name, figure in figures.items()))


if __name__ == "__main__":
    main()
