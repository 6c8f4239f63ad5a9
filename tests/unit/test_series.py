"""Histories thinned, smoothed and read off: nothing that a person would see is lost."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from datetime import timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.glyphs import UNICODE
from tui.domain.quantities import extent, sparkline
from tui.domain.series.curve import WEIGHTS, Axis, Curve, column_of, decimate, smoothed, stepped, thin
from tui.domain.series.history import MetricHistory, joined, recorded
from tui.features.curves import chart
from tui.features.curves.state import CurvesState

finite = st.floats(allow_nan=False, allow_infinity=False)
any_number = st.floats()
steps = st.integers(-(2**63), 2**63 - 1)


def _history(values: list[float], steps: list[int] | None = None, times: list[int] | None = None) -> MetricHistory:
    return recorded("r", "loss", steps or range(len(values)), times or range(0, 10 * len(values), 10), values)


@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=400), st.integers(0, 500))
def test_a_decimated_line_keeps_the_extremes_of_every_column_and_the_ends(
    points: list[tuple[float, float]], most: int
) -> None:
    points.sort(key=lambda point: point[0])
    x, y = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    kept = decimate(x, y, most)
    assert len(kept) <= most
    assert list(kept) == sorted(set(kept.tolist()))
    if most >= 2:
        assert kept[0] == 0
        assert kept[-1] == len(x) - 1
    if most >= 4:
        columns = column_of(x, float(x[0]), float(x[-1]), most // 4)
        for column in np.unique(columns):
            inside, shown = y[columns == column], y[kept][columns[kept] == column]
            assert (shown.min(), shown.max()) == (inside.min(), inside.max())


@given(
    st.lists(st.tuples(st.integers(-50, 50), finite), max_size=200),
    st.integers(1, 100),
    st.tuples(st.integers(-60, 60), st.integers(-60, 60)),
)
def test_decimation_stays_within_the_window(
    points: list[tuple[int, float]], most: int, window: tuple[int, int]
) -> None:
    points.sort(key=lambda point: point[0])
    low, high = float(min(window)), float(max(window))
    x, y = np.array([float(p[0]) for p in points]), np.array([p[1] for p in points])
    kept = decimate(x, y, most, (low, high))
    inside = np.flatnonzero((x >= low) & (x <= high))
    assert len(kept) <= most
    assert set(kept.tolist()) <= set(inside.tolist())
    assert len(kept) == len(inside) or len(inside) > most


def test_a_spike_among_a_hundred_thousand_points_is_kept() -> None:
    y = np.zeros(100_000)
    y[54_321], y[54_322] = 7.0, -7.0
    kept = decimate(np.arange(100_000.0), y, 800)
    assert len(kept) <= 800
    assert {54_321, 54_322} <= set(kept.tolist())


@given(st.lists(any_number, max_size=300), st.integers(2, 200))
def test_a_sample_keeps_ends_extremes_and_what_is_not_finite(values: list[float], most: int) -> None:
    y = np.array(values, dtype=np.float64)
    kept = thin(y, most)
    assert len(kept) <= most
    assert list(kept) == sorted(set(kept.tolist()))
    if len(y) and most >= 5:
        assert kept[0] == 0
        assert kept[-1] == len(y) - 1
        numbers = y[np.isfinite(y)]
        shown = y[kept][np.isfinite(y[kept])]
        assert len(numbers) == 0 or (shown.min(), shown.max()) == (numbers.min(), numbers.max())
        for odd in (np.isnan, np.isinf):
            assert bool(odd(y).any()) <= bool((~np.isfinite(y[kept])).any())


@given(st.lists(st.floats(-1e6, 1e6), max_size=200), st.sampled_from(WEIGHTS))
def test_smoothing_is_the_debiased_moving_average(values: list[float], weight: float) -> None:
    plain, expected = 0.0, []
    for at, value in enumerate(values):
        plain = weight * plain + (1 - weight) * value
        expected.append(plain / (1 - weight ** (at + 1)))
    found = smoothed(np.array(values), weight)
    assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(finite, st.integers(1, 100), st.sampled_from(WEIGHTS[1:]))
def test_what_never_changes_is_smoothed_to_itself(value: float, count: int, weight: float) -> None:
    assert smoothed(np.full(count, value), weight).tolist() == pytest.approx([value] * count, rel=1e-9)


def test_weights_go_up_and_down_and_stop_at_the_ends() -> None:
    assert stepped(0.0, 1) == WEIGHTS[1]
    assert stepped(0.61, -1) == WEIGHTS[1]
    assert stepped(WEIGHTS[-1], 1) == WEIGHTS[-1]
    assert stepped(0.0, -1) == 0.0


def test_points_are_put_in_order_of_step_and_time() -> None:
    history = recorded("r", "loss", [3, 1, 1, 2], [30, 12, 11, 20], [3.0, 1.2, 1.1, math.nan])
    assert list(history.steps) == [1, 1, 2, 3]
    assert list(history.values[:2]) == [1.1, 1.2]
    assert (history.nans, history.highs, history.lows, history.total) == (1, 0, 0, 4)
    assert history.same_as(pickle.loads(pickle.dumps(history, protocol=5)))
    assert not history.same_as(MetricHistory("r", "loss"))


def test_pages_make_one_history() -> None:
    pages = [_history([0.0, 1.0]), recorded("r", "loss", [2, 3], [20, 30], [2.0, math.inf])]
    whole = joined(pages)
    assert list(whole.values) == [0.0, 1.0, 2.0, math.inf]
    assert whole.is_whole
    assert whole.highs == 1
    assert not joined(pages, whole=False).is_whole


def test_fractional_steps_and_times_are_kept() -> None:
    history = recorded("r", "loss", [0, 0.5, 1], [1000, 1000.25, 1001], [3.0, 1.0, 2.0])
    curve = Curve(history)
    assert curve.extent == (0.0, 1.0)
    reading = curve.at(0.4)
    assert reading is not None
    assert (reading.step, reading.timestamp_ms, reading.value) == (0.5, 1000.25, 1.0)
    assert [row[:3] for row in Curve(history, Axis.CLOCK).rows()] == [
        (1000, 0, 1000),
        (1000.25, 0.5, 1000.25),
        (1001, 1, 1001),
    ]
    assert history.steps.typecode == "d"
    assert _history([1.0, 2.0]).steps.typecode == "q"
    assert list(joined([_history([1.0]), history]).steps) == [0, 0, 0.5, 1]


def _state(history: MetricHistory, axis: Axis) -> CurvesState:
    state = CurvesState(("r",), ("loss",), UNICODE, timezone.utc)
    state.put(history)
    state.view = replace(state.view, axis=axis)
    return state


def test_points_at_one_place_say_which_key_helps() -> None:
    at_zero = _history([1.0, 2.0, 3.0], [0, 0, 0])
    assert chart.crowded(_state(at_zero, Axis.STEP), "loss").startswith("Every point is at step 0. x goes")
    assert "1970" in chart.crowded(_state(at_zero, Axis.CLOCK), "loss")
    assert chart.crowded(_state(at_zero, Axis.RELATIVE), "loss") == ""
    later = _history([1.0, 2.0], [5, 7], [1_790_000_000_000] * 2)
    assert chart.crowded(_state(later, Axis.STEP), "loss") == ""
    assert "at one time" in chart.crowded(_state(later, Axis.RELATIVE), "loss")


def test_places_read_as_they_were_logged() -> None:
    big = _state(_history([1.0, 2.0], [2**60 + 1, 2**60 + 300]), Axis.STEP)
    assert chart.place_text(big, float(2**60)) == "step 1 152 921 504 606 846 977"
    half = _state(recorded("r", "loss", [0, 0.5], [1, 2], [1.0, 2.0]), Axis.STEP)
    assert [chart.place_text(half, x) for x in (0.5, 0.25)] == ["step 0.5", "step 0.25"]
    assert chart.place_text(_state(_history([1.0, 2.0], [3, 9]), Axis.STEP), 4.6) == "step 5"


def test_steps_beyond_what_floats_hold_are_read_off_as_logged() -> None:
    steps = [2**60 + 1, 2**60 + 301]
    reading = Curve(recorded("r", "loss", steps, [1, 2], [0.5, 0.25])).at(float(steps[0]))
    assert reading is not None
    assert reading.step == 2**60 + 1


@given(st.lists(st.tuples(steps, st.integers(0, 2**52), any_number), max_size=60), st.sampled_from(list(Axis)))
def test_a_curve_parts_what_is_not_finite(points: list[tuple[int, int, float]], axis: Axis) -> None:
    history = recorded("r", "m", *([p[at] for p in points] for at in range(3)))
    curve = Curve(history, axis)
    assert len(curve) == len(points) == len(curve.x) + len(curve.odd_x)
    assert bool((np.diff(curve.x) >= 0).all())
    assert len(curve.gaps) == len(curve.x)
    assert [row[3] for row in curve.rows() if math.isfinite(row[3])] == curve.y.tolist()
    if points and axis is Axis.RELATIVE:
        assert curve.extent is not None
        assert curve.extent[0] == 0


def test_the_cursor_reads_the_nearest_point_and_the_last_of_one_step() -> None:
    curve = Curve(recorded("r", "m", [0, 10, 10, 20], [0, 1, 2, 3], [1.0, 2.0, 3.0, math.nan]))
    found = [curve.at(x) for x in (-5, 4, 6, 10, 16, math.inf)]
    assert [reading.value for reading in found if reading is not None][:4] == [1.0, 1.0, 3.0, 3.0]
    assert found[4] is not None
    assert math.isnan(found[4].value)
    assert found[4].step == 20
    assert Curve(MetricHistory("r", "m")).at(0) is None
    assert curve.beside(10, 1) == 20
    assert curve.beside(10, -1) == 0
    assert curve.beside(20, 1) is None
    assert curve.beside(0, -1) is None


def test_a_reading_tells_the_smoothed_value_too() -> None:
    curve = Curve(_history([0.0, math.nan, 1.0]))
    reading = curve.at(2, weight=0.5)
    assert reading is not None
    assert reading.value == 1.0
    assert reading.smooth == pytest.approx(0.5 / 0.75)
    odd = curve.at(1, weight=0.5)
    assert odd is not None
    assert odd.smooth is None


def test_sparklines() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert sparkline([1, 1, 1], 8) == "▁▁▁"
    assert sparkline([1, math.nan, 3], 8) == "▁×█"
    assert sparkline([math.inf], 8) == "×"
    assert sparkline([], 8) == ""
    assert len(sparkline(list(range(1000)), 14)) == 14
    assert sparkline([-1.7e308, 1.7e308], 8) == "▁█"
    assert sparkline(range(6), 6, ascii_only=True).isascii()
    assert extent([math.nan, 2.0, -1.0, math.inf]) == (-1.0, 2.0)
    assert extent([math.nan]) is None


@given(st.lists(any_number, max_size=100), st.integers(0, 30))
def test_a_sparkline_is_never_wider_than_asked_for(values: list[float], cells: int) -> None:
    assert len(sparkline(values, cells)) == min(len(values), cells)
