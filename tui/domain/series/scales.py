"""From values to places and back: ranges, and ticks at round numbers, durations and times."""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from tui.domain.quantities import number
from tui.domain.text import clean

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
    what they are more. Where floats leave whole numbers out (from 2**53), they are at powers of two, which are there.
    """
    step = max(1, int(round_step(2 * span.half, most)))
    apart = int(math.ulp(max(abs(span.low), abs(span.high))))
    if apart > 1 and step % apart:
        step = max(apart, 1 << (step - 1).bit_length())
    first = -(-math.ceil(span.low) // step)
    last = math.floor(span.high) // step
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


# A chart as an SVG that stands alone: curves or bars with axes and a legend, legible on paper.


# Told apart also by those who do not tell red from green (Okabe and Ito).
_INKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7a7a7a")
_DASHES = ("", "6 3", "2 2", "8 3 2 3")  # from which on inks come again
_WIDE, _HIGH = 900, 420
_LEFT, _TOP, _RIGHT, _BELOW = 80, 44, 220, 40
_MOST_NAMED = 20


@dataclass(frozen=True)
class DrawnCurve:
    """One curve: its name and its points by x, in whatever the axis is in; values need not be finite."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


def chart_svg(title: str, curves: Sequence[DrawnCurve], x_ticks: Sequence[Tick], x_title: str, *, log: bool) -> str:
    """Draw curves; those of a single point each as bars, one beside the other."""
    drawn = [_finite(curve, log=log) for curve in curves]
    values = [value for curve in drawn for value in curve.y]
    parts = [_text(_LEFT, 26, title, 'font-size="16" font-weight="bold"')]
    if not values:
        parts.append(_text(_LEFT, _HIGH // 2, "no points that can be drawn", 'fill="#666"'))
        return _document(parts)
    bars = all(len(curve.x) <= 1 for curve in drawn)
    low, high = min(values), max(values)
    if bars and not log:
        low, high = min(0.0, low), max(0.0, high)
    y = span_of(low, high).padded(0.0 if bars and not log else 0.04)
    parts += [_tick_down(tick, y) for tick in (power_ticks if log else number_ticks)(y, 7)]
    if bars:
        parts += _bars(drawn, y, zero=y.low if log else max(y.low, min(y.high, 0.0)))
    else:
        xs = [value for curve in drawn for value in curve.x]
        x = span_of(min(xs), max(xs))
        parts += [_tick_across(tick, x) for tick in x_ticks if x.low <= tick.at <= x.high]
        parts += [_line(at, curve, x, y) for at, curve in enumerate(drawn)]
        parts.append(_text((_LEFT + _WIDE - _RIGHT) / 2, _HIGH - 6, x_title, 'text-anchor="middle" fill="#555"'))
    for at, curve in enumerate(drawn[:_MOST_NAMED]):
        last = f"  {number(10 ** curve.y[-1] if log else curve.y[-1])}" if curve.y else ""
        place = _TOP + 10 + 17 * at
        left = _WIDE - _RIGHT + 14
        parts.append(f'<line x1="{left}" x2="{left + 20}" y1="{place - 4}" y2="{place - 4}" {_ink(at)}/>')
        parts.append(_text(left + 26, place, f"{curve.name[:40]}{last}"))
    if len(drawn) > _MOST_NAMED:
        place = _TOP + 10 + 17 * _MOST_NAMED
        parts.append(_text(_WIDE - _RIGHT + 40, place, f"and {len(drawn) - _MOST_NAMED} more", 'fill="#555"'))
    return _document(parts)


def _document(parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {_WIDE} {_HIGH}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{_WIDE}" height="{_HIGH}" fill="#ffffff"/>', *parts, "</svg>\n"])


def _text(x: float, y: float, text: str, look: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{html.escape(clean(text))}</text>'


def _finite(curve: DrawnCurve, *, log: bool) -> DrawnCurve:
    """What of a curve can be drawn; on a log scale its logarithms."""
    kept = [
        (float(x), math.log10(y) if log else float(y))
        for x, y in zip(curve.x, curve.y, strict=True)
        if math.isfinite(x) and math.isfinite(y) and (y > 0 or not log)
    ]
    return DrawnCurve(curve.name, [x for x, _ in kept], [y for _, y in kept])


def _across(value: float, x: AxisRange) -> float:
    return _LEFT + x.fraction(value) * (_WIDE - _LEFT - _RIGHT)


def _down(value: float, y: AxisRange) -> float:
    return _TOP + (1 - y.fraction(value)) * (_HIGH - _TOP - _BELOW)


def _ink(at: int) -> str:
    dash = _DASHES[at // len(_INKS) % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{_INKS[at % len(_INKS)]}" stroke-width="1.8"{dashed}'


def _tick_down(tick: Tick, y: AxisRange) -> str:
    place = _down(tick.at, y)
    line = f'<line x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{place:.1f}" y2="{place:.1f}" stroke="#dddddd"/>'
    return line + _text(_LEFT - 6, place + 4, tick.text, 'text-anchor="end" fill="#555"')


def _tick_across(tick: Tick, x: AxisRange) -> str:
    return _text(_across(tick.at, x), _HIGH - _BELOW + 18, tick.text, 'text-anchor="middle" fill="#555"')


def _line(at: int, curve: DrawnCurve, x: AxisRange, y: AxisRange) -> str:
    if len(curve.x) == 1:
        place = f'cx="{_across(curve.x[0], x):.1f}" cy="{_down(curve.y[0], y):.1f}"'
        return f'<circle {place} r="3" fill="{_INKS[at % len(_INKS)]}"/>'
    points = " ".join(f"{_across(a, x):.1f},{_down(b, y):.1f}" for a, b in zip(curve.x, curve.y, strict=True))
    return f'<polyline points="{points}" fill="none" {_ink(at)}/>'


def _bars(drawn: Sequence[DrawnCurve], y: AxisRange, zero: float) -> list[str]:
    step = (_WIDE - _LEFT - _RIGHT) / max(1, len(drawn))
    parts = []
    for at, curve in enumerate(drawn):
        if not curve.y:
            continue
        top, bottom = sorted((_down(curve.y[0], y), _down(zero, y)))
        place = f'x="{_LEFT + step * (at + 0.15):.1f}" y="{top:.1f}" width="{step * 0.7:.1f}"'
        parts.append(f'<rect {place} height="{max(1.0, bottom - top):.1f}" fill="{_INKS[at % len(_INKS)]}"/>')
    return parts
