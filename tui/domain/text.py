"""Text from outside made safe to show, and measured and cut in terminal cells.

``clean`` is the one door between what a server or a file says and any screen. What passes it has a width on which
wcwidth, Textual and every common terminal agree; that is why it also spells out the few printable characters on
which they do not (flags, skin tones, joined emoji).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from tui.domain.table import Align

_SPELLED = {9: "\\t", 10: "\\n", 13: "\\r"}

# Printable by the letter of Unicode, yet invisible, or drawn with a different width from one terminal to the next.
_UNSETTLED = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x1160),  # hangul fillers
    (0x17B4, 0x17B5),  # khmer vowels without a shape
    (0x180B, 0x180F),  # mongolian selectors
    (0x3164, 0x3164),  # hangul filler
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),  # halfwidth hangul filler
    (0x1F1E6, 0x1F1FF),  # regional indicators: a flag is two or four cells
    (0x1F3FB, 0x1F3FF),  # skin tones
    (0xE0100, 0xE01EF),  # variation selectors
)
# Wide since Unicode 16, which the running Python may not know.
_WIDE = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D356), (0x1D360, 0x1D376))
# Conjoining vowels and finals are drawn inside the syllable before them.
_JOINING = ((0x1161, 0x11FF), (0xD7B0, 0xD7FF))

# The selector after a symbol only asks for its coloured or plain picture: nothing is hidden by leaving it out, and
# terminals disagree about the width that it gives.
_PICTURE_SELECTOR = re.compile(
    "(?<=[\u00a9\u00ae\u2010-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]"
    "|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
_UNSEEN_SPACES = re.compile("^[ \u3000]+|[ \u3000]+$|(?<= ) +|[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_MOST_MARKS = 8
_STRAY_MARKS = re.compile(f"^0+|(?<=0{{{_MOST_MARKS}}})0+")
_MEMO = 8192

_TREE_LINES = re.compile(r"^(?:[ │├└─▸▾|`+>v-]* )?")


def _within(point: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(low <= point <= high for low, high in ranges)


def _escape(point: int) -> str:
    if point in _SPELLED:
        return _SPELLED[point]
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


class _Shown(dict[int, str]):
    """For ``str.translate``: how a character is shown, learnt as characters come by."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        settled = (character.isprintable() or unicodedata.category(character) == "Zs") and not _within(
            point, _UNSETTLED
        )
        shown = character if settled else _escape(point)
        if len(self) < _MEMO:
            self[point] = shown
        return shown


class _Widths(dict[int, str]):
    """For ``str.translate``: the cells that a cleaned character takes, as the digit 0, 1 or 2."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        if unicodedata.category(character)[0] == "M" or _within(point, _JOINING):
            cells = "0"
        elif unicodedata.east_asian_width(character) in "WF" or _within(point, _WIDE):
            cells = "2"
        else:
            cells = "1"
        if len(self) < _MEMO:
            self[point] = cells
        return cells


_SHOWN = _Shown()
_WIDTHS = _Widths()


def clean(text: str) -> str:
    r"""Text as one line that may be shown: whatever is invisible or acts on a terminal becomes a visible escape.

    That is control characters (``\x1b``, ``\n``), bidi overrides, zero-width characters, private, unassigned and
    lone surrogate code points, combining marks without a letter before them or heaped on one, and the printable
    characters on whose width terminals disagree. Plain text comes back as it is; doing it twice changes nothing.
    """
    if text.isprintable() and text.isascii():
        return text
    shown = _PICTURE_SELECTOR.sub("", text).translate(_SHOWN)
    cells = shown.translate(_WIDTHS)
    if "0" not in cells:
        return shown
    parts: list[str] = []
    done = 0
    for stray in _STRAY_MARKS.finditer(cells):
        parts.append(shown[done : stray.start()])
        parts.extend(_escape(ord(mark)) for mark in shown[stray.start() : stray.end()])
        done = stray.end()
    parts.append(shown[done:])
    return "".join(parts)


def named(name: str) -> str:
    r"""A name as ``clean`` shows it, with the spaces spelled out that nobody sees or tells from one: ``loss\x20``.

    Those are spaces at its ends, doubled ones, and all that are no plain space.
    """
    shown = clean(name)
    if shown.isascii() and "  " not in shown and shown.strip(" ") == shown:
        return shown
    return _UNSEEN_SPACES.sub(lambda found: "".join(_escape(ord(space)) for space in found[0]), shown)


def clean_block(text: str, tab: int = 4) -> str:
    """The same for a text of several lines: line feeds (also CR LF) stay, tabs become spaces."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(clean(part) for part in line.split("\t")).expandtabs(tab) for line in lines)


def width(text: str) -> int:
    """How many terminal cells a cleaned text takes; characters that ``clean`` would have spelled out count as one."""
    if text.isascii():
        return len(text)
    cells = text.translate(_WIDTHS)
    return cells.count("1") + 2 * cells.count("2")


def fit(text: str, cells: int, align: Align = "left", ellipsis: str = "…") -> str:
    """Text padded with spaces or cut with the ellipsis to exactly that many cells, whatever the text holds.

    A wide character or a letter with its marks is never split: the cell that is left over is filled with a space.
    """
    if cells <= 0:
        return ""
    if not (text.isascii() and text.isprintable()):
        text = clean(text)
    room = cells - width(text)
    if room < 0:
        text = _cut(text, cells, ellipsis)
        room = cells - width(text)
    if room == 0:
        return text
    return " " * room + text if align == "right" else text + " " * room


def shared_start(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return len(os.path.commonprefix((one, other)))  # noqa: RUF071  letter by letter is what is meant


def keeping(text: str, apart: int, cells: int, ellipsis: str = "…") -> str:
    """A cleaned text that is too long for so many cells, cut so that what comes at character ``apart`` is seen.

    The beginning is cut away, as far as that takes; as much as there is room for stays before ``apart``.
    """
    if width(text) <= cells or apart < cells - 2 * width(ellipsis) - 1:
        return text
    tail = text[apart:]
    room = cells - width(ellipsis)
    if width(tail) > room:
        start = max(0, apart - max(0, min(room // 4, room - 8)))
    else:
        start = apart
        room -= width(tail)
        while start > 0 and (room := room - width(text[start - 1])) >= 0:
            start -= 1
    return f"{ellipsis}{text[start:]}"


def telling_apart(texts: Sequence[str], cells: int, ellipsis: str = "…") -> Sequence[str]:
    """The texts of a column, those that are too long cut at their beginning where the end alone tells them apart.

    The lines of a tree before a name stay.
    """
    if not any(len(text) > cells or not (text.isascii() or width(text) <= cells) for text in texts):
        return texts
    leads = [len(text) - len(_TREE_LINES.sub("", text)) for text in texts]
    names = [clean(text[lead:]) for text, lead in zip(texts, leads, strict=True)]
    different = sorted(set(names))
    shared = [0, *(shared_start(one, other) for one, other in pairwise(different)), 0]
    apart = {name: max(around) for name, around in zip(different, pairwise(shared), strict=True)}
    return [
        text[:lead] + keeping(name, apart[name], cells - width(text[:lead]), ellipsis)
        for text, lead, name in zip(texts, leads, names, strict=True)
    ]


def wrap(text: str, cells: int) -> list[str]:
    """Lines of at most ``cells``, broken between words; a word that is longer than that has a line of its own."""
    if width(text) <= cells:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line.strip() and width(line) + 1 + width(word) > cells:
            lines.append(line.rstrip())
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line.rstrip()] if line.strip() else lines


def fit_all(texts: Sequence[str], cells: int, align: Align = "left", ellipsis: str = "…") -> list[str]:
    """``fit`` for the texts of a column, several times faster where they are plain ASCII."""
    joined = "".join(texts)
    if cells <= 0 or not (joined.isascii() and joined.isprintable()) or width(ellipsis) > cells:
        return [fit(text, cells, align, ellipsis) for text in texts]
    keep = cells - width(ellipsis)
    if align == "right":
        return [text.rjust(cells) if len(text) <= cells else text[:keep] + ellipsis for text in texts]
    return [text.ljust(cells) if len(text) <= cells else text[:keep] + ellipsis for text in texts]


def _cut(text: str, cells: int, ellipsis: str) -> str:
    """The longest beginning of a too long text that, with the ellipsis, takes no more than so many cells."""
    end = ellipsis if width(ellipsis) <= cells else ""
    room = cells - width(end)
    kept = 0
    for digit in text.translate(_WIDTHS):
        room -= int(digit)
        if room < 0:
            break
        kept += 1
    return text[:kept] + end


# The order of names as people count: ``loss/2`` before ``loss/10``, whatever the case.


_DIGITS = re.compile("[0-9]+")
_LENGTH = 20  # digits up to which numbers in names are compared as such


@lru_cache(maxsize=1 << 15)  # the same columns are sorted anew with each page of runs
def natural(name: str) -> str:
    """What a name is sorted by; no two names have the same.

    A text, not a list of parts: it is made and compared in C, which counts where thousands of columns are sorted.
    """
    return f"{_DIGITS.sub(_padded, name.lower())}\0{name}"


def _padded(digits: re.Match[str]) -> str:
    return digits[0].zfill(_LENGTH)
