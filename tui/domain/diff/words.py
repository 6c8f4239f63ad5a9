"""What differs between two texts word by word, in one text or beside each other; and texts folded to a width.

Marks say what goes and what comes without colours: ``[-gone-]`` and ``{+come+}``, as wdiff writes them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Literal

from tui.domain.preview.values import Span, TextBody, Tone
from tui.domain.text import fit, width

MOST_WORDS = 3_000
"""Words of either side of one change that are held against each other; longer ones are told as a whole."""
_BETWEEN = " │ "
_WORD = re.compile(r"\{\{[^{}\n]*\}\}|\w+|\s+|[^\w\s]")  # a variable of a template is one word
_MARKS = {"-": ("[-", "-]"), "+": ("{+", "+}"), " ": ("", "")}
_TONES: dict[str, Tone] = {"-": "bad", "+": "good", " ": ""}
Side = Literal["-", "+", " "]
Piece = tuple[Side, str]
"""A piece of text and where it is: before only, after only, or in both."""
Painted = tuple[str, tuple[Span, ...]]
"""A line and its spans."""


def pieces(old: str, new: str) -> list[Piece]:
    """The two texts as one: what is in both, what goes and what comes, in the order of reading."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if tag == "equal":
            found.append((" ", gone))
        else:
            found += _changed(gone, come)
    return _joined(found)


def _changed(gone: str, come: str) -> list[Piece]:
    before, after = _WORD.findall(gone), _WORD.findall(come)
    if not before or not after or len(before) > MOST_WORDS or len(after) > MOST_WORDS:
        return [("-", gone), ("+", come)]
    found: list[Piece] = []
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (tag, a, b, c, d) in enumerate(codes):
        first, second = "".join(before[a:b]), "".join(after[c:d])
        # Blanks that two changes have between them belong to both: a phrase is told as one.
        if tag == "equal" and (first.strip() or number in (0, len(codes) - 1)):
            found.append((" ", first))
        else:
            found += [("-", first), ("+", second)]
    return found


def _joined(found: Sequence[Piece]) -> list[Piece]:
    """The same in as few pieces as can be: between two that are in both, one that goes and one that comes."""
    joined: list[Piece] = []
    gone = come = ""
    for side, text in [*found, (" ", "")]:
        if side == "-":
            gone += text
        elif side == "+":
            come += text
        elif text or gone or come:
            for at, said in (("-", gone), ("+", come), (" ", text)):
                if said and joined and joined[-1][0] == at:
                    joined[-1] = (joined[-1][0], joined[-1][1] + said)
                elif said:
                    joined.append((at, said))  # type: ignore[arg-type]  # each is one of the sides
            gone = come = ""
    return joined


def inline(found: Sequence[Piece], cells: int) -> TextBody:
    """Both texts in one, folded to so many cells."""
    return body_of(_lines(found), cells)


def beside(found: Sequence[Piece], cells: int) -> TextBody:
    """The earlier text at the left and the later one at the right; lines that are the same stand level."""
    half = max(10, (cells - len(_BETWEEN)) // 2)
    lines: list[Painted] = []
    for left, right in _rows(found):
        first = folded(*_painted(left), half) if left else []
        second = folded(*_painted(right), half) if right else []
        for number in range(max(len(first), len(second), 1)):
            text, spans = first[number] if number < len(first) else ("", ())
            other, more = second[number] if number < len(second) else ("", ())
            shown = fit(text, half)
            shift = len(shown) + len(_BETWEEN)
            rule: Span = (len(shown), shift, "muted")
            moved = tuple((start + shift, end + shift, tone) for start, end, tone in more)
            lines.append((f"{shown}{_BETWEEN}{other}".rstrip(), (*spans, rule, *moved)))
    return TextBody(tuple(text for text, _ in lines), tuple(spans for _, spans in lines), numbered=False)


def _rows(found: Sequence[Piece]) -> list[tuple[list[Piece], list[Piece]]]:
    """Pairs of lines; a line that ends in both texts ends on both sides."""
    rows: list[tuple[list[Piece], list[Piece]]] = []
    lefts: list[list[Piece]] = [[]]
    rights: list[list[Piece]] = [[]]

    def level() -> None:
        nonlocal lefts, rights
        if not lefts[-1] and not rights[-1] and len(lefts) + len(rights) > 2:
            del lefts[-1], rights[-1]  # what follows begins on both sides anew
        for number in range(max(len(lefts), len(rights))):
            left = lefts[number] if number < len(lefts) else []
            right = rights[number] if number < len(rights) else []
            rows.append((left, right))
        lefts, rights = [[]], [[]]

    for side, text in found:
        if side == " " and not lefts[-1] and not rights[-1] and len(lefts) + len(rights) > 2:
            level()
        for number, part in enumerate(text.split("\n")):
            if number:
                if side == " ":
                    level()
                else:
                    (lefts if side == "-" else rights).append([])
            if part:
                if side in ("-", " "):
                    lefts[-1].append((side, part))
                if side in ("+", " "):
                    rights[-1].append((side, part))
    if any(lefts) or any(rights):
        level()
    return rows


def _lines(found: Sequence[Piece]) -> list[Painted]:
    lines: list[list[Piece]] = [[]]
    for side, text in found:
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append((side, part))
    if lines and not lines[-1]:
        lines.pop()
    return [_painted(line) for line in lines]


def _painted(line: Sequence[Piece]) -> Painted:
    text = ""
    spans: list[Span] = []
    for side, part in line:
        opening, closing = _MARKS[side]
        said = f"{opening}{part}{closing}"
        if _TONES[side]:
            spans.append((len(text), len(text) + len(said), _TONES[side]))
        text += said
    return text, tuple(spans)


def body_of(lines: Sequence[Painted], cells: int) -> TextBody:
    """Lines folded to so many cells as a text to show."""
    shown = [part for text, spans in lines for part in folded(text, spans, cells)]
    return TextBody(tuple(text for text, _ in shown), tuple(spans for _, spans in shown), numbered=False)


def folded(text: str, spans: Sequence[Span], cells: int) -> list[Painted]:
    """A line in as many as it takes, broken between words where that is possible, its spans with it."""
    cells = max(cells, 8)
    if width(text) <= cells:
        return [(text, tuple(spans))]
    parts: list[Painted] = []
    start = 0
    while start < len(text):
        end = _end(text, start, cells)
        inside = tuple(
            (max(low, start) - start, min(high, end) - start, tone)
            for low, high, tone in spans
            if low < end and high > start
        )
        parts.append((text[start:end].rstrip() if end < len(text) else text[start:end], inside))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    return parts


def _end(text: str, start: int, cells: int) -> int:
    """Where the part that begins here ends: after the last blank that fits, else in the word."""
    end, used = start, 0
    while end < len(text) and used + (size := width(text[end])) <= cells:
        used += size
        end += 1
    if end >= len(text) or text[end] == " ":
        return max(end, start + 1)
    blank = text.rfind(" ", start, end)
    return blank if blank > start and text[start:blank].strip() else max(end, start + 1)
