"""Ticks at round places, whatever the span."""

from __future__ import annotations

from datetime import timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from tui.domain.series import scales
from tui.domain.series.scales import AxisRange, axis_of, span_of
from tui.widgets.chart import BRAILLE, TONES, Canvas, draw_axes, framed

HOUR, DAY = 3_600_000, 86_400_000
finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite, st.integers(2, 9))
def test_number_ticks_lie_in_the_span_and_are_few(low: float, high: float, most: int) -> None:
    span = span_of(min(low, high), max(low, high))
    assert span.low < span.high
    ticks = scales.number_ticks(span, most)
    assert len(ticks) <= most + 2
    assert all(span.low <= tick.at <= span.high for tick in ticks)
    assert all(a.at <= b.at for a, b in pairwise(ticks))


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**62), st.integers(2, 12))
def test_steps_are_whole(low: int, length: int, most: int) -> None:
    ticks = scales.whole_ticks(span_of(float(low), float(low + length)), most)
    assert all(tick.at == int(tick.at) for tick in ticks)
    assert len(ticks) <= most + 2


@given(finite, finite, finite, st.floats(0.01, 100))
def test_zooming_and_moving_stay_within_bounds(low: float, high: float, around: float, factor: float) -> None:
    bounds = span_of(min(low, high), max(low, high))
    around = max(bounds.low, min(bounds.high, around))
    for span in (bounds.zoomed(factor, around, bounds), bounds.zoomed(0.5, around, bounds).moved(0.25, bounds)):
        assert span.low < span.high
        assert bounds.low <= span.low
        assert span.high <= bounds.high


def _texts(ticks: list[scales.Tick]) -> list[str]:
    return [tick.text for tick in ticks]


def test_how_ticks_read() -> None:
    assert _texts(scales.number_ticks(AxisRange(0, 1), 6)) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert _texts(scales.number_ticks(AxisRange(1e-7, 3e-7), 3)) == ["1e-7", "2e-7", "3e-7"]
    assert _texts(scales.whole_ticks(AxisRange(-3, 99_999), 6)) == ["0", "20k", "40k", "60k", "80k"]
    assert _texts(scales.whole_ticks(AxisRange(0, 3), 9)) == ["0", "1", "2", "3"]
    assert _texts(scales.power_ticks(AxisRange(-3.2, 1.1), 6)) == ["0.001", "0.01", "0.1", "1", "10"]
    assert _texts(scales.power_ticks(AxisRange(-0.2, 0.1), 6)) == ["0.8", "1.0", "1.2"]
    assert _texts(scales.duration_ticks(AxisRange(0, 4 * HOUR), 6)) == ["0", "1h", "2h", "3h", "4h"]
    assert _texts(scales.duration_ticks(AxisRange(0, 90_000), 4)) == ["0", "30s", "1m", "1m30"]
    zone = timezone(timedelta(hours=5, minutes=30))
    assert _texts(scales.clock_ticks(AxisRange(0, 6 * HOUR), 4, zone)) == ["06:00", "08:00", "10:00"]
    assert _texts(scales.clock_ticks(AxisRange(0, 4 * DAY), 4, timezone.utc)) == [
        "01-01",
        "01-02",
        "01-03",
        "01-04",
        "01-05",
    ]
    assert scales.clock_ticks(AxisRange(1e300, 2e300), 4, timezone.utc) == []


@pytest.mark.parametrize(
    ("low", "step", "texts"),
    [
        (20_260_901, 1, ["20260910", "20260920", "20260930"]),
        (1_790_000_000, 1, ["1790000000", "+10", "+20"]),
        (1_790_000_000_000, 1000, ["1790000000000", "+10k", "+20k"]),
        (1_790_000_000_000_000_000, 10**9, ["1790000000000000000", "+10G", "+20G"]),
        (100_000_000, 10_000, ["100M", "100.1M", "100.2M"]),
        (1_234_567_000, 500, ["1234570k", "1234575k", "1234580k"]),
    ],
)
def test_long_steps_can_be_read_off(low: int, step: int, texts: list[str]) -> None:
    assert _texts(scales.whole_ticks(AxisRange(float(low), float(low + 29 * step)), 5)) == texts


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**62), st.integers(2, 12))
def test_labels_of_steps_differ(low: int, length: int, most: int) -> None:
    texts = _texts(scales.whole_ticks(span_of(float(low), float(low + length)), most))
    assert len(set(texts)) == len(texts)
    assert all(len(text) <= 20 for text in texts)


def test_labels_of_close_numbers_differ() -> None:
    assert _texts(scales.number_ticks(AxisRange(0.5, 0.5 + 1e-13), 3)) == ["0.5", "+5.0e-14", "+1.0e-13"]
    assert _texts(scales.number_ticks(AxisRange(1.79e18, 1.79e18 + 4096), 3)) == ["1.79e18", "+2000", "+4000"]


def test_a_label_is_the_number_and_not_what_floats_multiply_to() -> None:
    ticks = scales.number_ticks(AxisRange(99999.9999995, 100000.0000295), 4)
    assert [tick.text for tick in ticks] == ["100000", "+1e-5", "+2e-5"]
    assert ticks[0].at == 100000.0


def test_steps_between_whole_ones_have_ticks_where_they_are_recorded() -> None:
    assert _texts(scales.step_ticks(AxisRange(0, 1.5), 4, fractional=True)) == ["0.0", "0.5", "1.0", "1.5"]
    assert _texts(scales.step_ticks(AxisRange(0, 1.5), 4, fractional=False)) == ["0", "1"]
    assert _texts(scales.step_ticks(AxisRange(0, 4000), 4, fractional=True)) == ["0", "1000", "2000", "3000", "4000"]


def test_params_become_numbers_where_all_of_them_are() -> None:
    axis = axis_of("lr", ["0.1", "1e-3", "", None, "0.0001"])
    assert axis.log
    assert axis.absent == 2
    assert axis.places[1] == pytest.approx(-3)
    assert [axis.text(row) for row in range(3)] == ["0.1", "0.001", "–"]
    plain = axis_of("depth", ["4", "8", "6"])
    assert not plain.log
    assert plain.places == (4.0, 8.0, 6.0)
    assert axis_of("loss", [float("nan"), float("inf"), 2.0]).absent == 2


def test_params_that_are_words_get_a_place_each() -> None:
    axis = axis_of("optimizer", ["sgd", "adam", None, "sgd", "0.1"])
    assert axis.words == ("0.1", "adam", "sgd")
    assert axis.places[0] == axis.places[3] == 2.0
    assert axis.text(1) == "adam"
    assert _texts(axis.ticks(9)) == ["0.1", "adam", "sgd"]
    assert len(axis_of("id", [str(n) + "x" for n in range(500)]).words) <= 40
    assert axis_of("same", ["a", "a"]).span.low < axis_of("same", ["a", "a"]).span.high


def test_the_best_rows() -> None:
    axis = axis_of("auc", [0.1, 0.9, None, 0.5, 0.7])
    assert scales.best(axis, lower_is_better=False) == {1}
    assert scales.best(axis, lower_is_better=True, share=0.5) == {0, 3}
    assert scales.best(axis_of("none", [None]), lower_is_better=True) == frozenset()


def test_the_first_label_of_an_axis_is_drawn_also_at_its_very_beginning() -> None:
    canvas = Canvas(78, 8, BRAILLE)
    x = AxisRange(1_790_000_000_000, 1_790_000_029_000)
    frame = framed(canvas, x, AxisRange(0, 1), [])
    draw_axes(canvas, frame, scales.whole_ticks(x, 6), [], plain=False)
    lowest = canvas.strips([Style()] * len(TONES))[-1].text
    assert lowest.split() == ["1790000000000", "+10k", "+15k", "+20k", "+25k"]


@pytest.mark.parametrize("length", [1000, 3000, 10**6])
def test_ticks_of_steps_past_what_floats_tell_apart_are_where_they_say(length: int) -> None:
    """From 2**53 not every whole number is a float: a tick is only where one is."""
    low = 1_790_000_000_000_000_000
    first, *others = scales.whole_ticks(span_of(float(low), float(low + length)), 6)
    assert others and int(first.text) == int(first.at)
    assert [int(tick.text) for tick in others] == [int(tick.at) - int(first.at) for tick in others]
