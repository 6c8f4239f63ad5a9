"""Numbers, durations, times and sizes as the short texts that screens show."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal, Inexact
from itertools import pairwise

ABSENT = "–"
INFINITY = "∞"

_SIGNIFICANT = 6
_MOST_DECIMALS = 6
_LONGEST_INTEGER = 1e15  # beyond it a float no longer holds every integer
_SMALLEST_PLAIN = 1e-4
_LARGEST_PLAIN = 1e9
_LARGEST_WHOLE = 2.0**63  # up to which a column of whole numbers is written whole
_NEAR_WHOLE = 0.5  # from which a number may round to a whole one
_FEW = 32  # values in which each is told apart from every other
_SMALLEST_APART = 1e-9  # of the largest value: what differs by less is the same but for the rounding of floats
_EXACT_DIGITS = 9  # a difference of more digits is told by its first three
_ROUGH_DIGITS = 3
_PRECISE = 60
_WHOLE_DIGITS = 24
_LARGEST_PERCENT = 10_000
_LARGEST_FACTOR = 10_000

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def number(value: float, infinity: str = INFINITY) -> str:
    """One number with six significant digits: "0.9312", "1e-5", "NaN", "-∞"; whole ones with nine.

    Only a whole number is written as one: 123456.78 is "123456.8", and what rounds to 1 is "1.0".
    """
    if not math.isfinite(value):
        return _not_finite(value, infinity)
    if value == 0:
        return "0"
    size = abs(value)
    if value == int(value) and size < _LARGEST_PLAIN:
        return str(int(value))
    if _NEAR_WHOLE <= size < _LARGEST_PLAIN:
        for digits in (_SIGNIFICANT, _SIGNIFICANT + 3):
            text = f"{value:.{digits}g}"
            if "." in text and "e" not in text:
                return text
        return f"{value:.1f}"
    # The smallest floats hold fewer digits than are asked for: the others would be made up, 1e-320 as 9.99989e-321.
    return _tidy_exponent(min(repr(value), f"{value:.{_SIGNIFICANT}g}", key=len))


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
    write = _suited_writer(values)
    few = len(values) <= _FEW
    huge = {value for value in values if abs(value) >= _LARGEST_PLAIN and (few or _is_whole(value))}
    if len(huge) < 2:
        return write
    often = Counter(map(write, huge))
    alike = {value for value in huge if often[write(value)] > 1}  # 2**53 and the next float are not one number
    return (lambda value: _in_full(value) if value in alike else write(value)) if alike else write


def _in_full(value: float) -> str:
    return str(int(value)) if _is_whole(value) else _tidy_exponent(repr(value))


def _suited_writer(values: Sequence[float]) -> Callable[[float], str]:
    if all(map(_is_whole, values)):
        return whole
    ordinary = [value for value in values if abs(value) < _LARGEST_PLAIN]
    if 2 * len(ordinary) < len(values):
        return _Scientific(values)
    if all(map(_is_whole, ordinary)):
        return whole
    largest = max(map(abs, ordinary))
    return _Plain(ordinary, largest) if largest >= _SMALLEST_PLAIN else _Scientific(values)


def _is_whole(value: float) -> bool:
    return abs(value) < _LARGEST_WHOLE and value == int(value)


def whole(value: float) -> str:
    """One number, written whole where it is whole and below 2**63: 2**53 is not the float that comes next."""
    return str(int(value)) if _is_whole(value) else number(value)


class _Plain:
    """Writes values with the decimals that suit a column."""

    def __init__(self, values: Sequence[float], largest: float) -> None:
        decimals = max(0, _SIGNIFICANT - 1 - _magnitude(largest))
        for value in values:
            if value and (wanted := 2 - _magnitude(value)) > decimals:
                decimals = wanted if wanted <= _MOST_DECIMALS else decimals
        decimals = max(1, min(decimals, _MOST_DECIMALS))
        if len(values) <= _FEW:
            # Beside each other 99999.96 and 100000 are not to read the same.
            apart = min((b - a for a, b in pairwise(sorted(values)) if b - a >= _SMALLEST_APART * largest), default=0.0)
            decimals = max(decimals, -_magnitude(apart)) if apart else decimals
        floor = 10.0 ** (1 - decimals)
        written = [f"{value:.{decimals}f}" for value in values if value == 0 or abs(value) >= floor]
        self._decimals = max((len(text.rstrip("0").partition(".")[2]) for text in written), default=0) or 1
        self._floor = 10.0 ** (1 - self._decimals)

    def __call__(self, value: float) -> str:
        if abs(value) >= _LARGEST_PLAIN:
            return number(value)
        text = f"{value or 0.0:.{self._decimals}f}"  # no sign before zero
        if abs(value) >= self._floor or float(text) == value:
            return text
        return number(value) if abs(value) >= _NEAR_WHOLE else _tidy_exponent(f"{value:.3g}")


class _Scientific:
    """Writes values with an exponent and the digits that suit a column."""

    def __init__(self, values: Sequence[float]) -> None:
        normal = [value for value in values if abs(value) >= sys.float_info.min]
        mantissas = [f"{value:.{_SIGNIFICANT - 2}e}".partition("e")[0] for value in normal]
        self._digits = max((len(text.rstrip("0").partition(".")[2]) for text in mantissas), default=0)
        if len(values) <= _FEW:
            # Beside each other 1.23456e-7 and 1.23457e-7 are not to read the same.
            beside = [
                (a, b) for a, b in pairwise(sorted(values)) if b - a >= _SMALLEST_APART * max(abs(a), abs(b)) and a != b
            ]
            while self._digits < _EXACT_DIGITS and any(self(a) == self(b) for a, b in beside):
                self._digits += 1

    def __call__(self, value: float) -> str:
        if 0 < abs(value) < sys.float_info.min:
            return number(value)
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


def difference(value: float | Decimal, base: float | Decimal, *, plain: bool = False) -> str:
    """How far a value is from another: ``+3086.53``, exact in the decimals that both are written with.

    A difference of more digits than can be read at a glance is its first three behind ``≈``; of whole numbers it is
    exact up to 24 digits. ``same`` where there is none, NaN beside NaN included, and ``≠`` where it is no number.
    ``plain`` asks for ASCII signs.
    """
    if value == base or (value != value and base != base):
        return "same"
    one, other = _decimal(value), _decimal(base)
    if not (one.is_finite() and other.is_finite()):
        return "!=" if plain else "≠"
    exact = Context(prec=_PRECISE)
    away = exact.subtract(one, other)
    sign = "+" if away > 0 else "-" if plain else "−"
    size = away.copy_abs()  # abs() would round to the digits of the thread's own context
    digits = len(size.normalize(exact).as_tuple().digits)
    whole = (
        size < (_LONGEST_INTEGER if isinstance(value, float) else 10**_WHOLE_DIGITS)
        and size == size.to_integral_value()
    )
    if not exact.flags[Inexact] and (digits <= _EXACT_DIGITS or whole):
        return f"{sign}{_written(size)}"
    rough = Context(prec=_ROUGH_DIGITS)
    return f"{'~' if plain else '≈'}{sign}{_written(rough.plus(size))}"


def exact_difference(value: float | Decimal, base: float | Decimal) -> int | float | None:
    """The same as a number, for programs: 3086.53, where floats alone say 3086.5299999999997; None where it is none."""
    one, other = _decimal(value), _decimal(base)
    if not (one.is_finite() and other.is_finite()):
        return None
    away = Context(prec=_PRECISE).subtract(one, other)
    if isinstance(value, Decimal) and away == away.to_integral_value() and away.adjusted() < _WHOLE_DIGITS:
        return int(away)
    return float(away) if math.isfinite(float(away)) else None


def share(value: float, base: float, *, plain: bool = False) -> str:
    """A difference as a share of what it is from, in a few cells: ``+4.2%``, ``×120`` from a hundredfold on.

    "" where a share says nothing: from zero, beside NaN and infinities, and beyond 10 000 times. What is left of
    nearly all is not told as all: ``−99.99%``.
    """
    if not base or not math.isfinite(value) or not math.isfinite(base) or value == base:
        return ""
    part = 100 * ((value - base) / abs(base))
    size = abs(part)
    if not size or not math.isfinite(size):
        return ""
    sign = "+" if part > 0 else "-" if plain else "−"
    if size < 0.1:
        return f"{sign}{_tidy_exponent(f'{size:.1g}')}%"
    if 99.95 <= size < 100:
        return f"{sign}{min(size, 99.99):.2f}%"
    if size < _LARGEST_PERCENT:
        return f"{sign}{size:.0f}%" if size >= 99.95 else f"{sign}{size:.1f}%"
    factor = value / base
    return f"{'x' if plain else '×'}{factor:.0f}" if 0 < factor < _LARGEST_FACTOR else ""


def ratio(value: float | Decimal, base: float | Decimal, *, plain: bool = False) -> str:
    """A factor of two or more between numbers of one sign: ``×4``, ``÷10``, ``≈×5.667``; "" where it is less."""
    one, other = _decimal(value), _decimal(base)
    if not (one.is_finite() and other.is_finite()) or one * other <= 0:
        return ""
    larger, smaller, sign = (one, other, "x" if plain else "×") if abs(one) > abs(other) else (
        other, one, "/" if plain else "÷"
    )  # fmt: skip
    context = Context(prec=4)
    factor = context.divide(larger, smaller)
    if factor < 2:
        return ""
    about = ("~" if plain else "≈") if context.flags[Inexact] else ""
    return f"{about}{sign}{_written(factor)}"


def _decimal(value: float | Decimal) -> Decimal:
    """The number in the digits that it is written with."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)) if isinstance(value, float) else value)


def _written(size: Decimal) -> str:
    """A number above zero in all its digits, with an exponent where that is shorter."""
    size = size.normalize(Context(prec=_PRECISE))
    digits = len(size.as_tuple().digits)
    if size >= Decimal(repr(_SMALLEST_PLAIN)) and (size < Decimal(_LARGEST_PLAIN) or size.adjusted() < digits + 3):
        return f"{size:f}"
    return _tidy_exponent(f"{size:.{digits - 1}e}".replace("E", "e"))


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


def when(ms: int | None, now_ms: int, zone: tzinfo | None) -> str:
    """A time as a date, where a zone is wanted, else how far back it lies."""
    return stamp(ms, zone) if zone is not None else ago(ms, now_ms)


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what it counts: ``1 match``, ``2 matches``."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def matches(number: int) -> str:
    return counted(number, "match", "matches")


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


def is_ahead(then_ms: int, now_ms: int) -> bool:
    """Whether a time is yet to come, by more than clocks differ without anybody's doing."""
    return then_ms - now_ms >= 5 * _SECOND


def iso(ms: float | None) -> str | None:
    """A time as ISO 8601 has it, to the millisecond in UTC; a number of milliseconds beyond the calendar."""
    if ms is None:
        return None
    try:
        return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return str(ms)


def stamp(ms: int | None, zone: tzinfo, absent: str = ABSENT) -> str:
    """A time to the second in that zone, "2026-11-23 14:02:07"; milliseconds as they are beyond the calendar."""
    if ms is None:
        return absent
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):
        return f"{ms} ms"


PACE_AFTER_MS = 1000  # before which no pace says anything


def time_left(gained: float, to_gain: float, passed_ms: float) -> str:
    """How long the rest takes at the pace so far, as words that follow others; "" where that cannot be told."""
    if gained <= 0 or to_gain <= gained or passed_ms < PACE_AFTER_MS:
        return ""
    left = (to_gain - gained) * passed_ms / gained
    return f" · {duration(round(left))} left" if left >= PACE_AFTER_MS else ""


def pace(done: int, total: int | None, gained: int, passed_ms: int) -> str:
    """How far something has come: ``2 000 of 10 000 · 850/s · 9 s left``; ``gained`` since ``passed_ms`` ago."""
    words = f"{count(done)} of {count(total)}" if total else f"{count(done)} so far"
    if gained > 0 and passed_ms >= PACE_AFTER_MS:
        rate = gained * 1000 / passed_ms
        words += f" · {count(round(rate))}/s" if rate >= 1 else f" · {rate * 60:.0f}/min"
    return words + (time_left(gained, gained + total - done, passed_ms) if total else "")


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


# A line of eight heights in a few cells: the shape of a history at a glance.


BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-=*#"
ODD, ASCII_ODD = "×", "x"


def sparkline(values: Sequence[float], cells: int, *, ascii_only: bool = False) -> str:
    """At most ``cells`` cells, each as high as the mean of its stretch of values; one that has none finite is ×.

    The lowest and the highest cell take the lowest and highest sign; a line that never changes is drawn low.
    """
    count = len(values)
    if not count or cells <= 0:
        return ""
    bars, odd = (ASCII_BARS, ASCII_ODD) if ascii_only else (BARS, ODD)
    shown = min(count, cells)
    means: list[float | None] = []
    for cell in range(shown):
        stretch = [v for v in values[cell * count // shown : (cell + 1) * count // shown] if math.isfinite(v)]
        # Divided before it is summed: the sum of huge values would not be finite.
        means.append(math.fsum(v / len(stretch) for v in stretch) if stretch else None)
    finite = [mean for mean in means if mean is not None]
    if not finite:
        return odd * shown
    low, high = min(finite), max(finite)
    span = high / 2 - low / 2
    top = len(bars) - 1

    def bar(mean: float | None) -> str:
        if mean is None:
            return odd
        return bars[round((mean / 2 - low / 2) / span * top)] if span > 0 else bars[0]

    return "".join(map(bar, means))


def extent(values: Sequence[float]) -> tuple[float, float] | None:
    """The lowest and highest finite value; None where there is none."""
    finite = [value for value in values if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else None
