"""Params and metrics of many runs as axes to plot on: numbers, on a log scale where they span decades, or words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.quantities import number
from tui.domain.series import scales
from tui.domain.series.scales import AxisRange, Tick, span_of

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
        return (scales.power_ticks if self.log else scales.number_ticks)(self.span, most)

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
