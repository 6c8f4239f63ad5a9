"""What differs between two texts: by line, with the words that changed in a line, below or beside each other."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui.domain.preview.values import Span, TextBody, Tone
from tui.domain.quantities import count
from tui.domain.text import fit, width

MOST_LINES = 3_000
"""Lines of either side that are held against each other; difflib's worst case grows with their square."""
MOST_CANDIDATES = 30_000
"""Pairs of equal lines among which difflib may choose; with more of them it would take too long."""
LEAST_BESIDE = 90
"""Columns from which on two texts stand beside each other."""
_MOST_WORDS = 200
_LEAST_ALIKE = 0.3  # of two lines, below which they are no two states of one
_AROUND = 3
_BETWEEN = " │ "
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
Tag = Literal["replace", "delete", "insert", "equal"]
Range = tuple[int, int]


@dataclass(frozen=True)
class TextChange:
    """A text of the differences, the lines at which one begins, and sentences about them."""

    body: TextBody | None
    starts: tuple[int, ...]
    notes: tuple[str, ...]


def text_change(old: TextBody, new: TextBody, *, everything: bool, columns: int = 0) -> TextChange:
    """A unified diff, or with ``columns`` both texts beside each other in so many; the colours of the syntax are kept.

    ``everything`` shows the lines far from any difference as well.
    """
    before, after = old.lines[:MOST_LINES], new.lines[:MOST_LINES]
    matcher = _Matcher(before, after)
    page: _Unified | _Beside = _Beside(old, new, columns) if columns else _Unified(old, new)
    around = max(len(before), len(after)) if everything else _AROUND
    for group in matcher.get_grouped_opcodes(around):
        if not everything:
            head, last = group[0], group[-1]
            page.heading(f"@@ lines {head[1] + 1}–{last[2]} → {head[3] + 1}–{last[4]} @@")
        for tag, a, b, c, d in group:
            if tag == "equal":
                page.equal(a, b, c)
            else:
                page.changed(range(a, b), range(c, d))
    notes = []
    if matcher.is_coarse:
        notes.append("Too many lines are alike to be matched: all between the first and the last difference are shown.")
    if len(old.lines) > MOST_LINES or len(new.lines) > MOST_LINES:
        notes.append(f"The first {count(MOST_LINES)} lines of either are compared.")
    if isinstance(page, _Beside) and page.was_cut:
        notes.append("Lines that are too long to stand beside each other are cut; v shows them whole.")
    body = TextBody(tuple(page.lines), tuple(page.spans), numbered=False) if page.lines else None
    return TextChange(body, tuple(page.starts), tuple(notes))


class _Matcher(difflib.SequenceMatcher[str]):
    """Matches lines within bounds of time: where it would take long, from the first difference to the last is one."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self._held, self._counts = (before, after), Counter(after)
        # What difflib takes for junk, it does not try: the lines that are more than a hundredth of many.
        popular = len(after) // 100 + 1 if len(after) >= 200 else len(after)
        candidates = sum(self._counts[line] for line in before if self._counts[line] <= popular)
        self.is_coarse = candidates > MOST_CANDIDATES
        super().__init__(None, () if self.is_coarse else before, () if self.is_coarse else after)

    def get_opcodes(self) -> list[tuple[Tag, int, int, int, int]]:
        if not self.is_coarse:
            return super().get_opcodes()
        before, after = self._held
        shorter = min(len(before), len(after))
        start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
        end = next((at for at in range(shorter - start) if before[-1 - at] != after[-1 - at]), shorter - start)
        a, b = len(before) - end, len(after) - end
        codes: list[tuple[Tag, int, int, int, int]] = [
            ("equal", 0, start, 0, start),
            ("replace", start, a, start, b),
            ("equal", a, len(before), b, len(after)),
        ]
        return [code for code in codes if code[1] < code[2] or code[3] < code[4]]


class _Page:
    """Lines with their spans, as they are added."""

    def __init__(self, old: TextBody, new: TextBody) -> None:
        self.old, self.new = old, new
        self.lines: list[str] = []
        self.spans: list[tuple[Span, ...]] = []
        self.starts: list[int] = []

    def heading(self, text: str) -> None:
        self.lines.append(text)
        self.spans.append(((0, len(text), "heading"),))


class _Unified(_Page):
    """One text below the other: what goes with a minus, what comes with a plus."""

    def equal(self, a: int, b: int, c: int) -> None:
        for at in range(a, b):
            self._add(" ", self.old, at, "", ())

    def changed(self, gone: range, come: range) -> None:
        self.starts.append(len(self.lines))
        words = [_changed_words(self.old.lines[a], self.new.lines[b]) for a, b in zip(gone, come, strict=False)]
        for number, at in enumerate(gone):
            self._add("-", self.old, at, "bad", words[number][0] if number < len(words) else None)
        for number, at in enumerate(come):
            self._add("+", self.new, at, "good", words[number][1] if number < len(words) else None)

    def _add(self, sign: str, body: TextBody, at: int, tone: Tone, words: Sequence[Range] | None) -> None:
        line = body.lines[at]
        self.lines.append(f"{sign} {line}")
        moved = [(start + 2, end + 2, held) for start, end, held in _painted(body, at, tone, words)]
        self.spans.append(tuple([(0, 1, tone), *moved] if tone else moved))


class _Beside(_Page):
    """Both texts beside each other, the lines of one difference in pairs."""

    def __init__(self, old: TextBody, new: TextBody, columns: int) -> None:
        super().__init__(old, new)
        self._half = max(10, (columns - len(_BETWEEN)) // 2)
        self.was_cut = False

    def equal(self, a: int, b: int, c: int) -> None:
        for at in range(b - a):
            self._add(("  ", self.old, a + at, "", ()), ("  ", self.new, c + at, "", ()))

    def changed(self, gone: range, come: range) -> None:
        self.starts.append(len(self.lines))
        for number in range(max(len(gone), len(come))):
            a = gone[number] if number < len(gone) else None
            b = come[number] if number < len(come) else None
            words: tuple[Sequence[Range] | None, Sequence[Range] | None] = (None, None)
            if a is not None and b is not None:
                words = _changed_words(self.old.lines[a], self.new.lines[b])
            self._add(("- ", self.old, a, "bad", words[0]), ("+ ", self.new, b, "good", words[1]))

    def _add(self, left: _Half, right: _Half) -> None:
        first, spans = self._side(left)
        second, more = self._side(right)
        shift = len(first) + len(_BETWEEN)
        rule: Span = (len(first), shift, "muted")
        self.lines.append(f"{first}{_BETWEEN}{second}".rstrip())
        self.spans.append((*spans, rule, *((start + shift, end + shift, tone) for start, end, tone in more)))

    def _side(self, half: _Half) -> tuple[str, list[Span]]:
        sign, body, at, tone, words = half
        if at is None:
            return fit("", self._half), []
        line = body.lines[at]
        if width(line) > self._half - 2:
            self.was_cut = True
        shown = f"{sign}{fit(line, self._half - 2)}"
        painted = [(start + 2, end + 2, held) for start, end, held in _painted(body, at, tone, words)]
        spans = [(start, min(end, len(shown)), held) for start, end, held in painted if start < len(shown)]
        return shown, [(0, 1, tone), *spans] if tone else spans


_Half = tuple[str, TextBody, int | None, Tone, Sequence[Range] | None]
"""The sign, the text and the line of it that one side shows, its tone, and which of its words changed (None: all)."""


def _painted(body: TextBody, at: int, tone: Tone, words: Sequence[Range] | None) -> list[Span]:
    """The spans of a line: its syntax, and over that what changed in it; a line that is new as a whole is all of it."""
    own = list(body.spans[at]) if at < len(body.spans) else []
    line = body.lines[at]
    if not tone:
        return own
    if words is None:
        return own or ([(0, len(line), tone)] if line else [])
    spans: list[Span] = []
    marks = list(words)
    for start, end, held in own:
        for low, high in marks:
            if low >= end or high <= start:
                continue
            if start < low:
                spans.append((start, low, held))
            start = max(start, high)
        if start < end:
            spans.append((start, end, held))
    return sorted([*spans, *((low, high, tone) for low, high in marks)])


def _changed_words(old: str, new: str) -> tuple[Sequence[Range] | None, Sequence[Range] | None]:
    """The places of either line at which words differ; None for both where they are hardly one line's two states."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if not before or not after or len(before) > _MOST_WORDS or len(after) > _MOST_WORDS:
        return None, None
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return None, None
    found: tuple[list[Range], list[Range]] = ([], [])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        for side, pieces, low, high in ((found[0], before, a, b), (found[1], after, c, d)):
            start = sum(map(len, pieces[:low]))
            end = start + sum(map(len, pieces[low:high]))
            if end > start:
                side.append((start, end))
    return found


# What differs between two texts word by word, in one text or beside each other; and texts folded to a width.
#
# Marks say what goes and what comes without colours: ``[-gone-]`` and ``{+come+}``, as wdiff writes them.


MOST_WORDS = 3_000
"""Words of either side of one change that are held against each other; longer ones are told as a whole."""
_WORD_OR_VARIABLE = re.compile(r"\{\{[^{}\n]*\}\}|\w+|\s+|[^\w\s]")  # a variable of a template is one word
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
    before, after = _WORD_OR_VARIABLE.findall(gone), _WORD_OR_VARIABLE.findall(come)
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
        first = folded(*_marked(left), half) if left else []
        second = folded(*_marked(right), half) if right else []
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
    return [_marked(line) for line in lines]


def _marked(line: Sequence[Piece]) -> Painted:
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
