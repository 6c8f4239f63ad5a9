"""A chart as an SVG that stands alone: curves or bars with axes and a legend, legible on paper."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.quantities import number
from tui.domain.series.scales import AxisRange, Tick, number_ticks, power_ticks, span_of
from tui.domain.text import clean

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
