"""A line of eight heights in a few cells: the shape of a history at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
