"""Single values as bars: one for each curve, the longest as wide as there is room, zero where it belongs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.quantities import number
from tui.domain.text import fit, width
from tui.widgets.chart.base import Chart
from tui.widgets.chart.canvas import Canvas

_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST_NAME = 24  # cells


@dataclass(frozen=True)
class Bar:
    """One value: its letter, what it is of, and whether it stands out."""

    letter: str
    name: str
    value: float
    highlighted: bool = False


class BarPlot(Chart):
    """Bars of one metric, in the order of the legend; where they do not all fit the highlighted one is in sight."""

    def __init__(self, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(glyphs=glyphs)
        self.bars: tuple[Bar, ...] = ()
        self.on_log_scale = False

    def show(self, bars: Sequence[Bar], *, log: bool) -> None:
        if (tuple(bars), log) != (self.bars, self.on_log_scale):
            self.bars, self.on_log_scale = tuple(bars), log
            self.changed()

    def draw_on(self, canvas: Canvas) -> None:
        here = next((at for at, bar in enumerate(self.bars) if bar.highlighted), 0)
        room = canvas.rows if len(self.bars) <= canvas.rows else max(1, canvas.rows - 1)
        first = max(0, min(here - room // 2, len(self.bars) - room))
        shown = self.bars[first : first + room]
        texts = [number(bar.value) for bar in shown]
        names = [fit(bar.name, min(_MOST_NAME, width(bar.name)), ellipsis=self.glyphs.ellipsis) for bar in shown]
        label = min(max((width(name) for name in names), default=0), canvas.columns // 3)
        start = label + 3
        wide = canvas.columns - start - max((width(text) for text in texts), default=0) - 2
        for row, (bar, name, text) in enumerate(zip(shown, names, texts, strict=True)):
            tone = "highlight" if bar.highlighted or len(self.bars) == 1 else "line"
            canvas.put(0, row, bar.letter, tone)
            canvas.put(2, row, fit(name, label, ellipsis=self.glyphs.ellipsis), "label")
            end = start
            if wide > 2 and math.isfinite(bar.value):
                end = self._put_bar(canvas, row, start, wide, bar.value, tone)
            canvas.put(end + 1, row, text, tone if math.isfinite(bar.value) else "odd")
        if len(shown) < len(self.bars):
            more = f"{first + 1} to {first + len(shown)} of {len(self.bars)}"
            canvas.put(2, canvas.rows - 1, more, "label")

    def _put_bar(self, canvas: Canvas, row: int, start: int, wide: int, value: float, tone: str) -> int:
        """Draw a bar from zero, or from the decade below the least on a log scale; answers where it ends."""
        low, high = self._span()
        at = math.log10(value) if self._is_log else value
        zero = 0.0 if not self._is_log else low
        left, right = sorted(((zero - low) / (high - low) * wide, (at - low) / (high - low) * wide))
        whole, rest = divmod(right - left, 1)
        if self.plain:
            body = "#" * max(1, round(right - left))
        else:
            body = ("█" * int(whole) + _EIGHTHS[int(rest * 8)].strip()) or _EIGHTHS[1]
        canvas.put(start + int(left), row, body, tone)
        return start + max(int(left) + len(body), int(right))

    @property
    def _is_log(self) -> bool:
        return self.on_log_scale and all(bar.value > 0 for bar in self.bars if math.isfinite(bar.value))

    def _span(self) -> tuple[float, float]:
        values = [bar.value for bar in self.bars if math.isfinite(bar.value)]
        if self._is_log:
            low = math.floor(math.log10(min(values))) - 1.0
            return low, max(math.log10(max(values)), low + 1)
        low, high = min(0.0, *values), max(0.0, *values)
        return (low, high) if high > low else (low, low + 1)
