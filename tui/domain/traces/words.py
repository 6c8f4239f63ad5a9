"""How the measures of traces are written: durations to a tenth of a second, costs, bars, blocks, previews."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui.domain import quantities
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.series.spark import ASCII_BARS, BARS
from tui.domain.text import clean
from tui.domain.traces.values import ERROR, IN_PROGRESS, OK, Assessment

_EIGHTHS = " ▏▎▍▌▋▊▉"
_PREVIEW = 300  # letters of a request that are looked at for one line


def took(ms: float | None, absent: str = quantities.ABSENT) -> str:
    """How long something took: ``0.4ms``, ``161ms``, ``8.2s``, then as all durations are written."""
    if ms is None:
        return absent
    if ms < 0:
        return f"-{took(-ms)}"
    if 0 < ms < 10:
        return f"{ms:.1f}ms" if ms % 1 else f"{ms:.0f}ms"
    if ms < 999.5:
        return f"{ms:.0f}ms"
    return f"{ms / 1000:.1f}s" if ms < 59_950 else quantities.duration(round(ms))


def cost(dollars: float | None, absent: str = quantities.ABSENT) -> str:
    """A cost: ``$0.021``, ``$12.30``; below a thousandth with as many digits as it takes to be seen."""
    if dollars is None:
        return absent
    size = abs(dollars)
    sign = "-" if dollars < 0 else ""
    if size >= 1:
        return f"{sign}${size:,.2f}".replace(",", " ")
    if size >= 0.001 or not size:
        return f"{sign}${size:.3f}"
    return f"{sign}${size:.1g}"


def tokens(number: float | None, absent: str = quantities.ABSENT) -> str:
    """A number of tokens, ``7 120``; from a million on ``4.1 M``."""
    if number is None:
        return absent
    return f"{number / 1e6:.1f} M" if abs(number) >= 999_950 else quantities.count(round(number))


def bar(part: float, cells: int, glyphs: Glyphs) -> str:
    """A bar of at most so many cells; what is no part at all still shows a trace of one."""
    part = max(0.0, min(1.0, part))
    if glyphs is ASCII:
        return "#" * max(1, round(part * cells))
    eighths = max(1, round(part * cells * 8))
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def blocks(values: Sequence[float], glyphs: Glyphs) -> str:
    """A row of blocks, from nothing to the highest."""
    bars = ASCII_BARS if glyphs is ASCII else BARS
    top = max(values, default=0)
    return "".join(bars[round(value / top * (len(bars) - 1))] if top else bars[0] for value in values)


def state_sign(state: str, glyphs: Glyphs) -> str:
    """The sign of a state: done, failed, running, or not known."""
    return {OK: glyphs.done, ERROR: glyphs.failed, IN_PROGRESS: glyphs.running}.get(state, "?")


def said(one: Assessment, glyphs: Glyphs) -> str:
    """An assessment in a few cells, with who says so where it is no person."""
    source = {"LLM_JUDGE": " judge", "CODE": " code"}.get(one.source_type, "")
    if one.value is None and one.error:
        return f"{glyphs.warning} error"
    if isinstance(one.value, bool):
        return f"{glyphs.done if one.value else glyphs.failed}{source if not one.value else ''}"
    if isinstance(one.value, float):
        return quantities.number(one.value)
    return clean(one.text[:60])


def line_of(text: str) -> str:
    """A request or a response in one line: what a person asked, out of the JSON around it."""
    held: object = text
    if text[:1] in '{["':
        try:
            held = json.loads(text)
        except ValueError:
            held = text
    found = _inner(held)
    return clean(found[:_PREVIEW])


def _inner(held: object, depth: int = 0) -> str:
    """The words in a value: the last message's content, the only text of an object, or JSON as it is."""
    if isinstance(held, str):
        return held
    if isinstance(held, dict) and depth < 6:
        for key in ("messages", "choices", "input", "inputs"):
            inner = held.get(key)
            if isinstance(inner, list) and inner:
                return _inner(inner[-1], depth + 1)
        for key in ("content", "message", "question", "query", "answer", "text", "output"):
            if key in held and held[key] not in (None, ""):
                return _inner(held[key], depth + 1)
        if len(held) == 1:
            return _inner(next(iter(held.values())), depth + 1)
    if isinstance(held, list) and len(held) == 1 and depth < 6:
        return _inner(held[0], depth + 1)
    return json.dumps(held, ensure_ascii=False)
