"""Text as clean lines of bounded length, and bytes as lines of hexadecimal."""

from __future__ import annotations

import re

from tui.domain.preview.values import Span, TextBody
from tui.domain.quantities import count
from tui.domain.text import clean

LONGEST_LINE = 4000
"""Characters that are shown of one line."""
MOST_LINES = 50_000
TAB = 4

_HEX_ROW = 16
_SPLIT = re.compile(r"\r\n|\n|\r")


def lines_of(text: str, *, whole: bool = True) -> tuple[list[str], bool]:
    """The lines of a text, not yet clean, each cut at a length that may be shown; and whether any had to be cut.

    A line that the end of what was read has cut in two stays, since it may be the only one.
    """
    lines = _SPLIT.split(text)
    if whole and lines and not lines[-1]:
        lines.pop()
    del lines[MOST_LINES:]
    was_cut = False
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            was_cut = True
            left = len(line) - LONGEST_LINE
            lines[number] = f"{line[:LONGEST_LINE]} … {count(left)} more characters in this line"
    return lines, was_cut


def clean_line(line: str) -> str:
    """One line that may be shown; tabs become spaces."""
    if "\t" not in line:
        return clean(line)
    return "\t".join(clean(part) for part in line.split("\t")).expandtabs(TAB)


def plain(text: str, *, whole: bool = True) -> tuple[TextBody, list[str]]:
    """A text as a body without colours, and the notes that go with it."""
    lines, was_cut = lines_of(text, whole=whole)
    return TextBody(tuple(map(clean_line, lines))), cut_notes(was_cut)


def cut_notes(was_cut: bool) -> list[str]:
    """The note about lines that are too long to show."""
    return [f"Lines are shown up to {count(LONGEST_LINE)} characters."] if was_cut else []


def hexadecimal(data: bytes, most: int = 4096) -> TextBody:
    """The first bytes as offset, hexadecimal and the letters that they would be."""
    lines: list[str] = []
    spans: list[tuple[Span, ...]] = []
    for at in range(0, min(len(data), most), _HEX_ROW):
        row = data[at : at + _HEX_ROW]
        left, right = (" ".join(f"{byte:02x}" for byte in half) for half in (row[:8], row[8:]))
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{at:08x}  {left:<23}  {right:<23}  {letters}")
        spans.append(((0, 8, "muted"), (60, 60 + len(letters), "string")))
    return TextBody(tuple(lines), tuple(spans), numbered=False)
