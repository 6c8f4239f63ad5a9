"""Numbers, durations, times and sizes as texts."""

from __future__ import annotations

import math
from datetime import timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.domain.quantities import (
    ago,
    column,
    count,
    difference,
    duration,
    number,
    ratio,
    share,
    size,
    stamp,
    whole,
    writer,
)

NAN, INF = math.nan, math.inf
DAY = 86_400_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9312, "0.9312"),
        (0.1 + 0.2, "0.3"),
        (1234567.0, "1234567"),
        (1e-5, "1e-5"),
        (1e22, "1e22"),
        (-0.0, "0"),
        (1.23456789e-7, "1.23457e-7"),
        (1e-320, "1e-320"),
        (5e-324, "5e-324"),
        (NAN, "NaN"),
        (INF, "∞"),
        (-INF, "-∞"),
        (99999.5, "99999.5"),
        (123456.78, "123456.78"),
        (999999.96, "999999.96"),
        (0.99999999, "0.99999999"),
        (0.99999999999, "1.0"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


def test_a_metric_of_its_own_is_written_whole() -> None:
    texts = [whole(value) for value in (2.0**53, 2.0**53 + 2, 12345678901.0, -0.0, 1e22, 0.9312, NAN, -INF)]
    assert texts == ["9007199254740992", "9007199254740994", "12345678901", "0", "1e22", "0.9312", "NaN", "-∞"]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([], []),
        ([None], ["–"]),
        ([0.9312, 0.931, None, NAN], ["0.9312", "0.9310", "–", "NaN"]),
        ([0.1, 0.001, 1e-5], ["0.10000", "0.00100", "0.00001"]),
        ([1e-5, 3.2e-5], ["1.0e-5", "3.2e-5"]),
        ([1.23456e-7, 1.23457e-7], ["1.23456e-7", "1.23457e-7"]),
        ([1e-320, 2e-320, 1e-7], ["1e-320", "2e-320", "1e-7"]),
        ([1234567100.5, 1234567200.5], ["1.2345671e9", "1.2345672e9"]),
        ([0.5, 0.6, 0.7, 1234567100.5, 1234567200.5], ["0.5", "0.6", "0.7", "1234567100.5", "1234567200.5"]),
        ([1.0, 8.0, 3e6], ["1", "8", "3000000"]),
        ([12.3456789, 0.5, 1e-9, 0.0], ["12.3457", "0.5000", "1e-9", "0.0000"]),
        ([1e300, 1.5], ["1e300", "1.5"]),
        ([0.9312, 1e300, 0.88, -2.5e12], ["0.9312", "1e300", "0.8800", "-2.5e12"]),
        ([1e300, 1.0, 20.0], ["1e300", "1", "20"]),
        ([0.0, 1e300], ["0", "1e300"]),
        ([1e300, 2.5e12, 0.5], ["1.0e300", "2.5e12", "5.0e-1"]),
        ([1e300, 2e-7, 3e-7], ["1e300", "2e-7", "3e-7"]),
        ([0.5, INF, -INF], ["0.5", "∞", "-∞"]),
        ([-0.0, 0.25], ["0.00", "0.25"]),
        ([-0.0, 2.0], ["0", "2"]),
        ([123456.789, 1.25], ["123456.79", "1.25"]),
        ([99999.5, 100000.0], ["99999.5", "100000.0"]),
        ([99999.96, 100000.0], ["99999.96", "100000.00"]),
        ([0.9999999, 1.0], ["0.9999999", "1.0000000"]),
        ([2.0**53, 2.0**53 + 2], ["9007199254740992", "9007199254740994"]),
        ([0.5, 2.0**53, 2.0**53 + 2, 2.0**60], ["5.0000e-1", "9007199254740992", "9007199254740994", "1.1529e18"]),
        ([0.5, 0.6, 0.7, 2.0**53, 2.0**53 + 2], ["0.5", "0.6", "0.7", "9007199254740992", "9007199254740994"]),
    ],
)
def test_column(values: list[float | None], texts: list[str]) -> None:
    assert column(values) == texts


def test_signs_can_be_plain() -> None:
    assert column([None, INF, -INF], absent="-", infinity="inf") == ["-", "inf", "-inf"]


def test_a_writer_takes_numbers_it_was_not_made_for() -> None:
    assert [writer([0.25, 0.5])(value) for value in (0.125, 1e-9, NAN)] == ["0.12", "1e-9", "NaN"]
    assert [writer([0.25, 0.5])(value) for value in (7.5e-5, 0.01, -3e-4)] == ["7.5e-5", "0.01", "-0.0003"]
    assert writer([1, 2])(0.5) == "0.5"
    assert [writer(values)(1e300) for values in ([], [1, 2], [0.25])] == ["1e300"] * 3


@given(st.lists(st.none() | st.sampled_from([INF, -INF, NAN]) | st.floats(-1e308, 1e308), max_size=12))
def test_a_column_can_be_read_back(values: list[float | None]) -> None:
    texts = column(values)
    assert len(texts) == len(values)
    for value, text in zip(values, texts, strict=True):
        if value is None:
            assert text == "–"
        elif math.isnan(value):
            assert text == "NaN"
        else:
            again = float(text.replace("∞", "inf"))
            assert math.isclose(again, value, rel_tol=0.06)
            assert not text.startswith("-0") or value < 0


@given(st.lists(st.floats(-1e12, 1e12), max_size=5), st.floats(-1e12, 1e12).filter(bool))
def test_no_value_is_written_as_zero(values: list[float], value: float) -> None:
    assert float(writer(values)(value)) != 0


@pytest.mark.parametrize(
    ("value", "base", "text", "part"),
    [
        (10001.0, 12345.0, "−2344", "−19.0%"),
        (4321.09, 1234.56, "+3086.53", "+250%"),
        (0.931, 0.9312, "−0.0002", "−0.02%"),
        (0.82345678912, 0.81, "≈+0.0135", "+1.7%"),
        (1e300, 1e-300, "≈+1e300", ""),
        (1e22, 5e21, "+5e21", "+100%"),
        (NAN, NAN, "same", ""),
        (-INF, -INF, "same", ""),
        (INF, 1.0, "≠", ""),
        (NAN, 1.0, "≠", ""),
        (7.5e-5, 1.0, "−0.999925", "−99.99%"),
        (2000.0, 1e-3, "+1999.999", ""),
        (1.0, 1e-3, "+0.999", "×1000"),
        (-1.0, -2.0, "+1", "+50.0%"),
    ],
)
def test_differences(value: float, base: float, text: str, part: str) -> None:
    assert (difference(value, base), share(value, base)) == (text, part)
    assert (difference(value, base, plain=True) + share(value, base, plain=True)).isascii()


@given(st.integers(-(10**14), 10**14), st.integers(-(10**14), 10**14))
def test_differences_of_whole_numbers_are_exact(value: int, base: int) -> None:
    text = difference(float(value), float(base), plain=True)
    assert text == "same" if value == base else Decimal(text) == value - base


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
@example(1.0, 2.0**-126)
def test_differences_that_are_not_exact_say_so(value: float, base: float) -> None:
    text = difference(value, base, plain=True)
    if text != "same":
        said, true = Fraction(text.lstrip("~+")), Fraction(repr(value)) - Fraction(repr(base))
        assert said == true or (text.startswith("~") and abs(said - true) <= abs(true) / 100)


def test_factors() -> None:
    assert [ratio(*pair) for pair in ((4.0, 1.0), (0.01, 0.1), (17.0, 3.0), (3.0, 2.0), (-1.0, 5.0))] == [
        "×4", "÷10", "≈×5.667", "", "",
    ]  # fmt: skip


@given(st.floats(-1e308, 1e308))
def test_a_number_can_be_read_back(value: float) -> None:
    assert math.isclose(float(number(value).replace("∞", "inf")), value, rel_tol=1e-5)
    assert len(number(value)) <= 13


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, "–"),
        (0, "0ms"),
        (340, "340ms"),
        (12_000, "12s"),
        (59_999, "59s"),
        (252_000, "4m12s"),
        (11_220_000, "3h07m"),
        (2 * DAY + 4 * 3_600_000, "2d04h"),
        (365 * DAY - 1, "364d23h"),
        (370 * DAY, "1y005d"),
        (-20_783 * DAY, "-56y343d"),
        (-12_000, "-12s"),
    ],
)
def test_duration(ms: int | None, text: str) -> None:
    assert duration(ms) == text


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (0, "now"),
        (12_000, "12s"),
        (180_000, "3m"),
        (7_200_000, "2h"),
        (9 * DAY, "9d"),
        (59 * DAY, "59d"),
        (430 * DAY, "14mo"),
        (1200 * DAY, "3y"),
        (-180_000, "in 3m"),
        (-1_000, "now"),
    ],
)
def test_ago(past: int, text: str) -> None:
    assert ago(1_800_000_000_000 - past, 1_800_000_000_000) == text


def test_ago_of_nothing() -> None:
    assert ago(None, 0) == "–"


def test_stamp_is_in_the_zone_it_is_given() -> None:
    ms = 1_795_442_527_123
    assert stamp(ms, timezone.utc) == "2026-11-23 14:02:07"
    assert stamp(ms, timezone(timedelta(hours=2))) == "2026-11-23 16:02:07"
    assert stamp(None, timezone.utc) == "–"


@pytest.mark.parametrize("ms", [2**62, -(2**62), 253_402_300_799_999, -62_135_596_800_000])
def test_stamp_never_fails(ms: int) -> None:
    assert stamp(ms, timezone(timedelta(hours=14)))
    assert stamp(ms, timezone(timedelta(hours=-12)))


def test_count() -> None:
    assert [count(n) for n in (7, 2000, 1234567)] == ["7", "2 000", "1 234 567"]


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (3_400_000, "3.4 MB"),
        (9_960, "10 kB"),
        (999_600, "1.0 MB"),
        (128 * 10**9, "128 GB"),
        (5 * 10**18, "5000 PB"),
    ],
)
def test_size(n: int | None, text: str) -> None:
    assert size(n) == text
