"""Logs with terminal escapes: colours become tones, everything else that acts on a terminal is taken out or shown."""

from __future__ import annotations

import re

from tui.domain.preview.text import clean_line, cut_notes, lines_of
from tui.domain.preview.values import Span, TextBody, Tone

_SEQUENCE = re.compile(r"\x1b(?:\[(?P<sgr>[0-9;:]*)m|\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_=>78])")
_COLOURS: dict[int, Tone] = {
    31: "bad", 91: "bad", 32: "good", 92: "good", 33: "warn", 93: "warn",
    34: "accent", 94: "accent", 36: "accent", 96: "accent", 35: "keyword", 95: "keyword", 90: "muted",
}  # fmt: skip
_LEVELS = re.compile(r"\b(?:(?P<bad>ERROR|CRITICAL|FATAL|Traceback)|(?P<warn>WARN(?:ING)?)|(?P<muted>DEBUG|TRACE))\b")


def log(text: str, *, whole: bool = True) -> tuple[TextBody, list[str]]:
    """A log as lines with tones, and the notes that go with it.

    Of a line that was written over by carriage returns, as progress bars do, the last state is shown.
    """
    final = re.sub(r"[^\n]*\r(?=[^\n\r])", "", text.replace("\r\n", "\n"))
    lines, was_cut = lines_of(final, whole=whole)
    shown: list[str] = []
    spans: list[tuple[Span, ...]] = []
    tone: Tone = ""
    acted = False
    for line in lines:
        plain, found, tone, acts = _line(line, tone)
        acted = acted or acts
        if not found:
            level = _LEVELS.search(plain[:200])
            if level is not None and level.lastgroup is not None:
                found = ((level.start(), level.end(), _tone_of_level(level.lastgroup)),)
        shown.append(plain)
        spans.append(found)
    notes = cut_notes(was_cut)
    if acted:
        notes.append("Escapes that would act on a terminal are taken out; colours are kept.")
    return TextBody(tuple(shown), tuple(spans)), notes


def _tone_of_level(group: str) -> Tone:
    return "bad" if group == "bad" else "warn" if group == "warn" else "muted"


def _line(line: str, tone: Tone) -> tuple[str, tuple[Span, ...], Tone, bool]:
    """A clean line, its spans, the tone at its end, and whether it held more than colours."""
    if "\x1b" not in line and not tone:
        return clean_line(line), (), tone, False
    parts: list[str] = []
    spans: list[Span] = []
    at = width = 0
    acts = False

    def add(piece: str) -> None:
        nonlocal width
        cleaned = clean_line(piece)
        if cleaned:
            if tone:
                spans.append((width, width + len(cleaned), tone))
            parts.append(cleaned)
            width += len(cleaned)

    for found in _SEQUENCE.finditer(line):
        add(line[at : found.start()])
        if found["sgr"] is not None:
            tone = _after(found["sgr"], tone)
        else:
            acts = True
        at = found.end()
    add(line[at:])
    return "".join(parts), tuple(spans), tone, acts


def _after(codes: str, tone: Tone) -> Tone:
    """The tone after a sequence of colours and weights."""
    numbers = [int(code) if code.isdecimal() and len(code) < 4 else 0 for code in re.split("[;:]", codes or "0")]
    at = 0
    while at < len(numbers):
        code = numbers[at]
        if code == 0 or code == 39:
            tone = ""
        elif code == 1 and not tone:
            tone = "strong"
        elif code == 2:
            tone = "muted"
        elif code in _COLOURS:
            tone = _COLOURS[code]
        elif code in (30, 37, 97):
            tone = ""
        elif code in (38, 48):  # a colour by number or by parts, which has no meaning of its own
            at += 2 if numbers[at + 1 : at + 2] == [5] else 4
            if code == 38:
                tone = "strong"
        at += 1
    return tone
