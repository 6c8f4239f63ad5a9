"""The columns of a list of traces, and how the measures of traces are written: durations, costs, bars, previews."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from tui.domain import quantities
from tui.domain.columns import ColumnSpec
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.quantities import ASCII_BARS, BARS
from tui.domain.table import Tone
from tui.domain.text import clean, named
from tui.domain.traces.values import ERROR, IN_PROGRESS, OK, STATE_LABELS, Assessment, TraceInfo

# How the measures of traces are written: durations to a tenth of a second, costs, bars, blocks, previews.


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


BAR = 8  # cells of the bar that a duration is drawn as
MOST_ASSESSMENTS = 12
"""Columns of assessments that are shown while nobody has chosen: the most frequent."""


def assessment_names(infos: Iterable[TraceInfo]) -> tuple[str, ...]:
    """The names of what was said of these traces, the most frequent first."""
    counted = Counter(name for info in infos for name in info.said)
    return tuple(name for name, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def usual_longest(infos: Sequence[TraceInfo]) -> int:
    """The duration that a whole bar stands for: what all but one in a hundred take at most."""
    took = sorted(info.took_ms for info in infos if info.took_ms is not None)
    return took[min(len(took) - 1, len(took) * 99 // 100)] if took else 1


def trace_columns(
    names: Sequence[str],
    glyphs: Glyphs,
    now_ms: int,
    zone: tzinfo | None,
    longest_ms: int,
    experiments: Mapping[str, str],
    *,
    several: bool,
) -> tuple[ColumnSpec[TraceInfo], ...]:
    """Every column, in the order in which they are offered; ``several`` says whether traces of several experiments."""

    def state(info: TraceInfo) -> tuple[str, Tone]:
        tone: Tone = "bad" if info.state == ERROR else "accent" if info.state == IN_PROGRESS else "good"
        return state_sign(info.state, glyphs), tone

    def started(info: TraceInfo) -> str:
        if zone is not None:
            return quantities.stamp(info.started_ms, zone)
        return quantities.ago(info.started_ms, now_ms)

    def lasted(info: TraceInfo) -> tuple[str, Tone]:
        if info.took_ms is None:
            return glyphs.absent, "muted"
        said = took(info.took_ms) + (glyphs.ellipsis if info.state == IN_PROGRESS else "")
        drawn = bar(info.took_ms / max(1, longest_ms), BAR, glyphs)
        return f"{said:>6} {drawn}", "bad" if info.state == ERROR else ""

    def exchange(info: TraceInfo) -> str:
        answer = line_of(info.response) if info.response else ""
        if not answer:
            answer = {IN_PROGRESS: "(running)", ERROR: "(error)"}.get(info.state, "")
        return f"{line_of(info.request)} → {answer}"

    def label(info: TraceInfo) -> str:
        return STATE_LABELS.get(info.state, clean(info.state.lower()))

    return (
        ColumnSpec("state", "", state, label, frozen=True, least=1, widest=1, detail="ok, error or running"),
        ColumnSpec("age", "started" if zone is not None else "age", lambda i: (started(i), "muted"),
                   lambda i: i.started_ms, better="higher", align="right", least=4, detail="when it began"),
        ColumnSpec("name", "name", lambda i: named(i.name), widest=30),
        ColumnSpec("took", "took", lasted, lambda i: i.took_ms, better="higher", least=7 + BAR, widest=7 + BAR,
                   detail="how long it took; a whole bar is what all but one in a hundred take at most"),
        ColumnSpec("tokens", "tokens", lambda i: tokens(i.tokens, glyphs.absent), lambda i: i.tokens,
                   better="higher", align="right"),
        ColumnSpec("cost", "cost", lambda i: cost(i.cost, glyphs.absent), lambda i: i.cost,
                   better="higher", align="right"),
        ColumnSpec("spans", "spans", lambda i: glyphs.absent if i.spans is None else quantities.count(i.spans),
                   lambda i: i.spans, better="higher", align="right"),
        ColumnSpec("session", "session", lambda i: clean(i.session), lambda i: i.session or None, widest=20),
        ColumnSpec("user", "user", lambda i: clean(i.user), lambda i: i.user or None, widest=16),
        *(_assessment(name, glyphs, at < MOST_ASSESSMENTS) for at, name in enumerate(names)),
        ColumnSpec("exchange", "request → response", exchange, lambda i: i.request.lower() or None, widest=160),
        ColumnSpec("experiment", "experiment", lambda i: clean(experiments.get(i.experiment_id, i.experiment_id)),
                   default=several, widest=24),
        ColumnSpec("input_tokens", "in", lambda i: tokens(i.input_tokens, glyphs.absent),
                   lambda i: i.input_tokens, default=False, better="higher", align="right", detail="input tokens"),
        ColumnSpec("output_tokens", "out", lambda i: tokens(i.output_tokens, glyphs.absent),
                   lambda i: i.output_tokens, default=False, better="higher", align="right", detail="output tokens"),
        ColumnSpec("prompts", "prompts", lambda i: clean(", ".join(f"{n} v{v}" for n, v in i.prompts)),
                   default=False, widest=24),
        ColumnSpec("run", "run", lambda i: clean(i.run_id), lambda i: i.run_id or None, default=False, widest=32),
        ColumnSpec("model", "model", lambda i: clean(i.model_id), lambda i: i.model_id or None, default=False,
                   widest=34),
        ColumnSpec("tags", "tags", lambda i: _tags(i), lambda i: _tags(i) or None, default=False, widest=40),
        ColumnSpec("id", "trace id", lambda i: clean(i.id), default=False, widest=40),
    )  # fmt: skip


def _assessment(name: str, glyphs: Glyphs, shown: bool) -> ColumnSpec[TraceInfo]:
    def cell(info: TraceInfo) -> tuple[str, Tone]:
        one = info.said.get(name)
        if one is None:
            return "", ""
        return said(one, glyphs), tone_of(one)

    def rank(info: TraceInfo) -> object:
        one = info.said.get(name)
        # Values of several kinds stand apart, so that they can be ordered at all.
        if one is None or one.value is None:
            return None
        if isinstance(one.value, (bool, int, float)):
            return 0, float(one.value), ""
        return 1, 0.0, one.text

    return ColumnSpec(f"said.{name}", named(name), cell, rank, default=shown, group="said", widest=16)


def tone_of(one: Assessment) -> Tone:
    """How an assessment is meant, where that can be told."""
    word = one.value.lower() if isinstance(one.value, str) else one.value
    if one.value is None and one.error:
        return "warn"
    if word is True or word in ("yes", "pass", "passed", "true"):
        return "good"
    if word is False or word in ("no", "fail", "failed", "false"):
        return "bad"
    return ""


def _tags(info: TraceInfo) -> str:
    own = {key: value for key, value in info.tags.items() if not key.startswith("mlflow.")}
    return clean(", ".join(f"{key}={value}" for key, value in sorted(own.items())))
