"""Numbers, durations, times and sizes as the short texts that screens show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone, tzinfo

ABSENT = "–"
INFINITY = "∞"

_SIGNIFICANT = 6
_MOST_DECIMALS = 6
_LONGEST_INTEGER = 1e15  # beyond it a float no longer holds every integer
_SMALLEST_PLAIN = 1e-4
_LARGEST_PLAIN = 1e9

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def number(value: float, infinity: str = INFINITY) -> str:
    """One number with at most six significant digits: "0.9312", "1e-5", "NaN", "-∞"; whole ones to nine digits."""
    if not math.isfinite(value):
        return _not_finite(value, infinity)
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < _LARGEST_PLAIN:
        return str(int(value))
    return _tidy_exponent(f"{value:.{_SIGNIFICANT}g}")


def column(values: Sequence[float | None], absent: str = ABSENT, infinity: str = INFINITY) -> list[str]:
    """The texts of a column of numbers, None where there is none, with one precision for all of them."""
    write = writer([value for value in values if value is not None], infinity)
    return [absent if value is None else write(value) for value in values]


def writer(values: Iterable[float], infinity: str = INFINITY) -> Callable[[float], str]:
    """What writes the numbers of a column: its precision suits these values, and any number may be given to it.

    The precision shows six significant digits of the largest value and no zero that all of them end in. A value too
    small to show two digits of at that precision is written with an exponent, as are huge ones among ordinary ones. The
    whole column is where even its largest value is tiny, or most of its values are huge.
    """
    finite = _finite_writer([value for value in values if math.isfinite(value)])
    return lambda value: finite(value) if math.isfinite(value) else _not_finite(value, infinity)


def _finite_writer(values: Sequence[float]) -> Callable[[float], str]:
    if all(map(_is_whole, values)):
        return _whole
    ordinary = [value for value in values if abs(value) < _LARGEST_PLAIN]
    if 2 * len(ordinary) < len(values):
        return _Scientific(values)
    if all(map(_is_whole, ordinary)):
        return _whole
    largest = max(map(abs, ordinary))
    return _Plain(ordinary, largest) if largest >= _SMALLEST_PLAIN else _Scientific(values)


def _is_whole(value: float) -> bool:
    return abs(value) < _LONGEST_INTEGER and value == int(value)


def _whole(value: float) -> str:
    return str(int(value)) if _is_whole(value) else number(value)


class _Plain:
    """Writes values with the decimals that suit a column."""

    def __init__(self, values: Sequence[float], largest: float) -> None:
        decimals = max(0, _SIGNIFICANT - 1 - _magnitude(largest))
        for value in values:
            if value and (wanted := 2 - _magnitude(value)) > decimals:
                decimals = wanted if wanted <= _MOST_DECIMALS else decimals
        decimals = min(decimals, _MOST_DECIMALS)
        self._floor = 10.0 ** (1 - decimals)
        written = [f"{value:.{decimals}f}" for value in values if self._is_plain(value)]
        if decimals:
            decimals = max((len(text.rstrip("0").partition(".")[2]) for text in written), default=0)
        self._decimals = decimals

    def _is_plain(self, value: float) -> bool:
        return value == 0 or abs(value) >= self._floor

    def __call__(self, value: float) -> str:
        if abs(value) >= _LARGEST_PLAIN:
            return number(value)
        if self._is_plain(value):
            return f"{value or 0.0:.{self._decimals}f}"  # no sign before zero
        return _tidy_exponent(f"{value:.3g}")


class _Scientific:
    """Writes values with an exponent and the digits that suit a column."""

    def __init__(self, values: Sequence[float]) -> None:
        mantissas = [f"{value:.{_SIGNIFICANT - 2}e}".partition("e")[0] for value in values if value]
        self._digits = max((len(text.rstrip("0").partition(".")[2]) for text in mantissas), default=0)

    def __call__(self, value: float) -> str:
        return _tidy_exponent(f"{value:.{self._digits}e}") if value else "0"


def _magnitude(value: float) -> int:
    """The power of ten of a number's first digit."""
    return math.floor(math.log10(abs(value)))


def _not_finite(value: float, infinity: str) -> str:
    if math.isnan(value):
        return "NaN"
    return infinity if value > 0 else f"-{infinity}"


def _tidy_exponent(text: str) -> str:
    """``1e-05`` as ``1e-5``, ``1e+12`` as ``1e12``."""
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa}e{int(power)}" if exponent else text


def duration(ms: int | None, absent: str = ABSENT) -> str:
    """How long something took, in its two largest units: "340ms", "12s", "4m12s", "3h07m", "2d04h", "1y005d"."""
    if ms is None:
        return absent
    if ms < 0:
        return f"-{duration(-ms)}"
    if ms < _SECOND:
        return f"{ms}ms"
    if ms < _MINUTE:
        return f"{ms // _SECOND}s"
    if ms < _HOUR:
        return f"{ms // _MINUTE}m{ms % _MINUTE // _SECOND:02d}s"
    if ms < _DAY:
        return f"{ms // _HOUR}h{ms % _HOUR // _MINUTE:02d}m"
    if ms < _YEAR:
        return f"{ms // _DAY}d{ms % _DAY // _HOUR:02d}h"
    return f"{ms // _YEAR}y{ms % _YEAR // _DAY:03d}d"


def ago(then_ms: int | None, now_ms: int, absent: str = ABSENT) -> str:
    """How far back a time lies, in its largest unit: "now", "12s", "3m", "2h", "9d", "14mo", "3y"; "in 3m" ahead."""
    if then_ms is None:
        return absent
    past = now_ms - then_ms
    if past < 0:
        ahead = ago(now_ms, then_ms)
        return ahead if ahead == "now" else f"in {ahead}"
    if past < 5 * _SECOND:
        return "now"
    if past < _MINUTE:
        return f"{past // _SECOND}s"
    if past < _HOUR:
        return f"{past // _MINUTE}m"
    if past < _DAY:
        return f"{past // _HOUR}h"
    days = past // _DAY
    if days < 60:
        return f"{days}d"
    months = int(days / 30.4375)
    return f"{months}mo" if months < 24 else f"{int(days / 365.25)}y"


def stamp(ms: int | None, zone: tzinfo, absent: str = ABSENT) -> str:
    """A time to the second in that zone, "2026-11-23 14:02:07"; milliseconds as they are beyond the calendar."""
    if ms is None:
        return absent
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):
        return f"{ms} ms"


def count(n: int) -> str:
    """A whole number with its thousands apart: "2 000"."""
    return f"{n:,}".replace(",", " ")


def size(n: int | None, absent: str = ABSENT) -> str:
    """An amount of bytes in decimal units with two or three digits: "512 B", "3.4 MB", "128 GB"."""
    if n is None:
        return absent
    if n < 1000:
        return f"{n} B"
    amount = float(n)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        amount /= 1000
        if amount < 9.95:
            return f"{amount:.1f} {unit}"
        if amount < 999.5 or unit == "PB":
            return f"{amount:.0f} {unit}"
    raise AssertionError("the last unit takes everything")
