"""From values to places and back: ranges, and ticks at round numbers, durations and times."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from tui.domain.quantities import number

_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000
_DURATIONS = (
    1, 2, 5, 10, 20, 50, 100, 200, 500,
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_PLAIN = (1e-4, 1e6)  # magnitudes that are written without an exponent
_MOST_TICKS = 60
_LONGEST_LABEL = 9


@dataclass(frozen=True)
class Tick:
    """A place on an axis and what is written there."""

    at: float
    text: str


@dataclass(frozen=True)
class AxisRange:
    """A stretch of an axis that is shown, ``low < high``, both finite."""

    low: float
    high: float

    @property
    def half(self) -> float:
        """Half its length, which is finite also where the length is not."""
        return self.high / 2 - self.low / 2

    def fraction(self, value: float) -> float:
        """Where in the span a value lies: 0 at its low end, 1 at its high end."""
        return (value / 2 - self.low / 2) / self.half

    def value(self, fraction: float) -> float:
        """The value at a fraction of the span."""
        return self.low * (1 - fraction) + self.high * fraction

    def padded(self, share: float) -> AxisRange:
        """With so much of its length added at both ends, as far as numbers go."""
        more = 2 * share * self.half
        low, high = self.low - more, self.high + more
        return AxisRange(low if math.isfinite(low) else self.low, high if math.isfinite(high) else self.high)

    def zoomed(self, factor: float, around: float, bounds: AxisRange) -> AxisRange:
        """Shorter (``factor`` below 1) or longer around a value that keeps its place, inside ``bounds``."""
        low = around - (around - self.low) * factor
        high = around + (self.high - around) * factor
        low, high = max(bounds.low, low), min(bounds.high, high)
        return AxisRange(low, high) if low < high else self

    def moved(self, share: float, bounds: AxisRange) -> AxisRange:
        """Moved by a share of its length, without leaving ``bounds``."""
        by = 2 * share * self.half
        by = min(bounds.high - self.high, by) if by > 0 else max(bounds.low - self.low, by)
        low, high = max(bounds.low, self.low + by), min(bounds.high, self.high + by)
        return AxisRange(low, high) if low < high else self


def span_of(low: float, high: float) -> AxisRange:
    """A span that holds both; where they are one and the same, some room around it."""
    if low < high:
        return AxisRange(low, high)
    room = abs(low) * 0.1 or 1.0
    return AxisRange(max(low - room, -sys.float_info.max), min(low + room, sys.float_info.max))


def round_step(length: float, most: int) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that goes into ``length`` at most ``most`` times."""
    rough = length / max(1, most)
    if rough <= 0 or not math.isfinite(rough):
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    if power == 0:
        return rough
    return next((n * power for n in (1, 2, 5) if n * power >= rough * (1 - 1e-9)), 10 * power)


_DECIMALS = 300  # of the smallest floats, of which there are no rounder ones


def number_ticks(span: AxisRange, most: int) -> list[Tick]:
    """Ticks at round numbers, written with one precision, or the first in full and the others by their distance."""
    whole = 2 * span.half
    step = round_step(whole, most) if math.isfinite(whole) else round_step(span.half, max(1, most // 2))
    first = math.ceil(span.low / step)
    last = math.floor(span.high / step)
    if last - first > _MOST_TICKS:
        return []
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if 0 < step < 1 else 0
    # 10 000 000 000 times 1e-5 is 99999.99999999999 as floats multiply.
    exact = [round(n * step, decimals) if 0 < decimals < _DECIMALS else n * step for n in range(first, last + 1)]
    places = [place for place in exact if span.low <= place <= span.high]
    texts = _written(places, step)
    if len(places) > 1 and not _readable(texts):
        away = _written([n * step for n in range(1, len(places))], step)
        texts = [_in_full(places[0]), *(f"+{text}" for text in away)]
    return [Tick(place, text) for place, text in zip(places, texts, strict=True)]


def whole_ticks(span: AxisRange, most: int) -> list[Tick]:
    """Ticks at round whole numbers: steps.

    Where they are too long to be read beside each other (times as steps, say), the first is whole and the others are
    what they are more.
    """
    step = max(1, int(round_step(2 * span.half, most)))
    first = math.ceil(span.low / step)
    last = math.floor(span.high / step)
    if last - first > _MOST_TICKS:
        return []
    places = [n * step for n in range(first, last + 1)]
    texts = [_count(place) for place in places]
    if len(places) > 1 and not _readable(texts):
        texts = [str(places[0]), *(f"+{_count(place - places[0])}" for place in places[1:])]
    return [Tick(float(place), text) for place, text in zip(places, texts, strict=True)]


def step_ticks(span: AxisRange, most: int, *, fractional: bool) -> list[Tick]:
    """Ticks for steps, whole ones but where steps between them are recorded and what is seen is short."""
    return number_ticks(span, most) if fractional and 2 * span.half < 2 * most else whole_ticks(span, most)


def _readable(texts: Sequence[str]) -> bool:
    """Whether labels can be told apart and fit beside each other."""
    return len(set(texts)) == len(texts) and max(map(len, texts), default=0) <= _LONGEST_LABEL


def _in_full(value: float) -> str:
    return _exponent(repr(value)) if "e" in repr(value) else repr(value).removesuffix(".0")


def _count(number: int) -> str:
    """A whole number exactly, in a few letters where it is round: "500", "20k", "1.5M", "2e18"."""
    size = abs(number)
    if size >= 10**15:
        short = _short_mantissa(f"{number:.6e}")
        return short if int(Decimal(short)) == number else str(number)
    for unit, letter in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if size >= max(unit, 10_000) and (size % unit == 0 or (size * 100 % unit == 0 and size < 1000 * unit)):
            return f"{_hundredths(number * 100 // unit)}{letter}"
    return str(number)


def _hundredths(number: int) -> str:
    """A number of hundredths as a decimal: 150 is "1.5"."""
    whole, part = divmod(abs(number), 100)
    return f"{'-' if number < 0 else ''}{whole}" + (f".{part:02d}".rstrip("0") if part else "")


def _short_mantissa(text: str) -> str:
    mantissa, _, power = _exponent(text).partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{power}"


def power_ticks(span: AxisRange, most: int) -> list[Tick]:
    """Ticks for a span of decimal logarithms: powers of ten, and 2 and 5 times them where there is room."""
    first, last = math.floor(span.low), math.ceil(span.high)
    every = max(1, math.ceil((last - first) / max(1, most)))
    factors: Sequence[int] = (1,)
    if every == 1 and (last - first) * 3 <= most:
        factors = (1, 2, 5)
    places = [
        power + math.log10(factor)
        for power in range(first, last + 1)
        if power % every == 0
        for factor in factors
        if span.low <= power + math.log10(factor) <= span.high
    ]
    if len(places) < 2:
        low, high = _power(span.low), _power(span.high)
        if 0 < low < high < math.inf:
            ticks = number_ticks(AxisRange(low, high), most)
            return [Tick(math.log10(tick.at), tick.text) for tick in ticks if tick.at > 0]
    return [Tick(place, _plain_power(place)) for place in places]


def _power(exponent: float) -> float:
    try:
        return float(10.0**exponent)
    except OverflowError:
        return math.inf


def _plain_power(place: float) -> str:
    power = math.floor(place + 1e-9)
    factor = round(10 ** (place - power))
    if -4 <= power <= 5:
        return f"{factor * 10**power}" if power >= 0 else f"{factor * 10.0**power:.{-power}f}"
    return f"{factor}e{power}"


def duration_ticks(span: AxisRange, most: int) -> list[Tick]:
    """Ticks at round durations, for a span in milliseconds."""
    step = next((d for d in _DURATIONS if 2 * span.half / d <= most), None)
    if step is None:
        step = int(round_step(2 * span.half / _DAY, most)) * _DAY
    first, last = math.ceil(span.low / step), math.floor(span.high / step)
    if last - first > _MOST_TICKS:
        return []
    return [Tick(float(n * step), short_duration(n * step)) for n in range(first, last + 1)]


def clock_ticks(span: AxisRange, most: int, zone: tzinfo) -> list[Tick]:
    """Ticks at round times of day in that zone, for a span in milliseconds since the epoch."""
    step = next((d for d in _DURATIONS if 2 * span.half / d <= most), None)
    if step is None:
        step = int(round_step(2 * span.half / _DAY, most)) * _DAY
    begin = _moment(span.low, zone)
    offset = begin.utcoffset() if begin is not None else None
    if offset is None:
        return []
    shift = offset.total_seconds() * 1000
    first, last = math.ceil((span.low + shift) / step), math.floor((span.high + shift) / step)
    if last - first > _MOST_TICKS:
        return []
    ticks = [Tick(n * step - shift, "") for n in range(first, last + 1)]
    return [Tick(tick.at, _clock(tick.at, step, zone)) for tick in ticks]


def _moment(ms: float, zone: tzinfo) -> datetime | None:
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)
    except (OverflowError, ValueError):
        return None


def _clock(ms: float, step: float, zone: tzinfo) -> str:
    moment = _moment(ms, zone)
    if moment is None:
        return ""
    if step >= _DAY:
        return moment.strftime("%m-%d" if step < 200 * _DAY else "%Y-%m-%d")
    if step >= _MINUTE:
        return moment.strftime("%H:%M") if (moment.hour or moment.minute) else moment.strftime("%m-%d")
    if step >= _SECOND:
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%S.") + f"{moment.microsecond // 1000:03d}"


def short_duration(ms: float) -> str:
    """A duration in as few letters as say it exactly: "0", "90s" is "1m30", "1h", "2d06h"."""
    ms = round(ms)
    if ms < 0:
        return f"-{short_duration(-ms)}"
    if ms == 0:
        return "0"
    if ms < _SECOND:
        return f"{ms}ms"
    if ms < _MINUTE:
        return f"{ms / _SECOND:g}s"
    if ms < _HOUR:
        return f"{ms // _MINUTE}m" + (f"{ms % _MINUTE // _SECOND:02d}" if ms % _MINUTE else "")
    if ms < _DAY:
        return f"{ms // _HOUR}h" + (f"{ms % _HOUR // _MINUTE:02d}" if ms % _HOUR else "")
    return f"{ms // _DAY}d" + (f"{ms % _DAY // _HOUR:02d}h" if ms % _DAY else "")


def _written(places: Sequence[float], step: float) -> list[str]:
    """Tick values with as many decimals as the step between them needs."""
    largest = max(map(abs, places), default=0.0)
    if largest and not _PLAIN[0] * 10 <= largest < _PLAIN[1]:
        digits = max(0, math.floor(math.log10(largest) + 1e-9) - math.floor(math.log10(step) + 1e-9))
        return ["0" if not place else _exponent(f"{place:.{min(digits, 12)}e}") for place in places]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return [f"{0.0 if abs(place) < step / 2 else place:.{min(decimals, 12)}f}" for place in places]


def _exponent(text: str) -> str:
    mantissa, _, power = text.partition("e")
    return f"{mantissa}e{int(power)}"


# Params and metrics of many runs as axes to plot on: numbers, on a log scale where they span decades, or words.


_DECADES = 2.0  # from which positive numbers are on a log scale
_MOST_WORDS = 40  # different words that get a place of their own; what is beyond shares the last


@dataclass(frozen=True)
class PlotAxis:
    """One column of values as places on an axis.

    ``places`` has one number for each value, NaN where there is none to draw (absent, NaN, ±∞), as logarithms where
    ``log``; ``words`` are the different values, in order of their places 0, 1, …, where they are not numbers.
    """

    name: str
    places: tuple[float, ...]
    span: AxisRange
    log: bool = False
    words: tuple[str, ...] = ()

    @property
    def absent(self) -> int:
        """How many values cannot be drawn."""
        return sum(1 for place in self.places if place != place)

    def ticks(self, most: int) -> list[Tick]:
        """At most about ``most`` ticks."""
        if self.words:
            every = max(1, math.ceil(len(self.words) / max(1, most)))
            return [Tick(float(at), word) for at, word in enumerate(self.words) if at % every == 0]
        return (power_ticks if self.log else number_ticks)(self.span, most)

    def text(self, row: int) -> str:
        """The value of a row as it reads."""
        place = self.places[row]
        if place != place:
            return "–"
        if self.words:
            return self.words[round(place)]
        return number(10**place if self.log else place)


def axis_of(name: str, values: Sequence[str | float | None], *, log: bool | None = None) -> PlotAxis:
    """An axis for one column of values, texts or numbers, None and "" where a run has none.

    Texts that are all numbers are numbers. ``log`` forces or forbids a log scale; by default it is taken for positive
    numbers that span two decades or more.
    """
    numbers = [_number(value) for value in values]
    if all(found is not None or value in (None, "") for found, value in zip(numbers, values, strict=True)):
        places = [found if found is not None and math.isfinite(found) else math.nan for found in numbers]
        finite = [place for place in places if place == place]
        if log is None:
            log = bool(finite) and min(finite) > 0 and math.log10(max(finite)) - math.log10(min(finite)) >= _DECADES
        if log:
            places = [math.log10(place) if place > 0 else math.nan for place in places]
            finite = [place for place in places if place == place]
        span = span_of(min(finite), max(finite)) if finite else AxisRange(0, 1)
        return PlotAxis(name, tuple(places), span, log)
    words = sorted({str(value) for value in values if value not in (None, "")})[:_MOST_WORDS]
    at = {word: float(place) for place, word in enumerate(words)}
    last = float(len(words) - 1)
    places = [math.nan if value in (None, "") else at.get(str(value), last) for value in values]
    return PlotAxis(name, tuple(places), span_of(0.0, last) if last > 0 else AxisRange(-1, 1), False, tuple(words))


def _number(value: str | float | None) -> float | None:
    if isinstance(value, str):
        try:
            return float(value) if value.strip() else None
        except ValueError:
            return None
    return None if value is None else float(value)


def best(axis: PlotAxis, *, lower_is_better: bool, share: float = 0.1) -> frozenset[int]:
    """The rows with the best values of an axis of numbers: that share of those that have one, at least one."""
    ranked = sorted((place, row) for row, place in enumerate(axis.places) if place == place)
    if not lower_is_better:
        ranked.reverse()
    return frozenset(row for _, row in ranked[: max(1, int(len(ranked) * share))]) if ranked else frozenset()
