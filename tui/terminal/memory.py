"""What the terminal shows, cell by cell, so that only what looks otherwise is sent to it.

A change of focus repaints two panes whole and a dialogue the whole screen, of which a few cells differ. Over a slow
line that is seconds, so each update is held against what was sent before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

BRIDGE = 4  # cells: unchanged ones between two changed are sent again where that is shorter than to jump over them

Piece = tuple[int, int, Sequence[Segment]]  # line, column, and what stands there from that column on


class TerminalMemory:
    """The cells of a terminal as they were last sent; it answers an update with the shortest text that brings it about.

    A cell is the character in it (empty in the right half of a wide one) and a number for its look. A cell is unknown
    until it has been sent, and after ``forget``.
    """

    def __init__(self) -> None:
        self._glyphs: list[list[str | None]] = []
        self._looks: list[list[int]] = []
        self._pens = _Pens(ColorSystem.TRUECOLOR)
        self._size = (0, 0)

    def forget(self) -> None:
        """Know nothing of the terminal any more: the next updates are sent whole."""
        self._size = (0, 0)

    def update(self, pieces: Iterable[Piece], size: tuple[int, int], colors: ColorSystem) -> str:
        """The escape sequences and text that turn what is shown into ``pieces``; ``size`` is in columns and lines."""
        self._fit(size, colors)
        out = _Output(self._pens, size[0])
        for y, x, segments in pieces:
            if 0 <= y < size[1]:
                self._piece(out, y, x, segments)
        return out.finished()

    def _fit(self, size: tuple[int, int], colors: ColorSystem) -> None:
        if colors is not self._pens.colors:
            self._pens = _Pens(colors)
            self.forget()
        if size != self._size:
            self._size = size
            self._glyphs = [[None] * size[0] for _ in range(size[1])]
            self._looks = [[-1] * size[0] for _ in range(size[1])]

    def _piece(self, out: _Output, y: int, x: int, segments: Sequence[Segment]) -> None:
        glyphs: list[str] = []
        looks: list[int] = []
        odd = False
        for text, style, control in segments:
            cells, plain = _cells(text)
            if control or (text and not cells):
                self._unmeasured(out, y, x, segments)
                return
            odd = odd or not plain
            glyphs.extend(cells)
            looks.extend([self._pens.number(style)] * len(cells))
        end = min(x + len(glyphs), self._size[0])
        room = end - x
        del glyphs[room:], looks[room:]
        shown, shown_looks = self._glyphs[y], self._looks[y]
        before, before_looks = shown[x:end], shown_looks[x:end]
        if before == glyphs and before_looks == looks:
            return
        shown[x:end], shown_looks[x:end] = glyphs, looks
        # Terminals disagree about how wide clusters are, so nothing on such a line is taken to be where it should be.
        if odd or any(glyph is not None and len(glyph) > 1 for glyph in before):
            out.run(y, x, glyphs, looks, sure=False)
            return
        for first, last in _runs(before, before_looks, glyphs, looks):
            out.run(y, x + first, glyphs[first:last], looks[first:last])

    def _unmeasured(self, out: _Output, y: int, x: int, segments: Sequence[Segment]) -> None:
        """Send as it is what holds control sequences, and know nothing of the rest of that line."""
        out.raw(y, x, segments)
        self._glyphs[y][x:] = [None] * (self._size[0] - x)


def _runs(
    before: Sequence[str | None], before_looks: Sequence[int], glyphs: Sequence[str], looks: Sequence[int]
) -> list[tuple[int, int]]:
    """The ranges of cells to be sent: what differs, bridged where that is shorter, wide characters whole."""
    runs: list[tuple[int, int]] = []
    for at, (old, old_look, new, look) in enumerate(zip(before, before_looks, glyphs, looks, strict=True)):
        if old == new and old_look == look:
            continue
        first = at - 1 if not new and at else at
        last = at + 1
        while last < len(glyphs) and not glyphs[last]:
            last += 1
        if runs and first - runs[-1][1] <= BRIDGE:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


@lru_cache(maxsize=8192)
def _cells(text: str) -> tuple[tuple[str, ...], bool]:
    """The text cell by cell, and whether each of its characters takes one or two cells for sure."""
    if text.isascii():
        return tuple(text), True
    widths = [get_character_cell_size(character) for character in text]
    whole = cell_len(text)
    if 0 in widths or sum(widths) != whole:
        # A cluster of several characters: one cell has all of it, so that it is sent whole or not at all.
        return (text, *[""] * (whole - 1))[:whole], False
    cells: list[str] = []
    for character, width in zip(text, widths, strict=True):
        cells += (character,) if width == 1 else (character, "")
    return tuple(cells), True


class _Look(NamedTuple):
    """What a cell looks like, as parameters of the terminal's SGR sequence, and where it links to."""

    ink: str = "39"
    paper: str = "49"
    attributes: str = ""
    link: str = ""


_PLAIN = _Look()


class _Pens:
    """Numbers for looks, and how to change from one to another."""

    def __init__(self, colors: ColorSystem) -> None:
        self.colors = colors
        self._numbers: dict[Style | None, int] = {}
        self._by_look: dict[_Look, int] = {}
        self._looks: list[_Look] = []
        self.plain = self._numbered(_PLAIN)
        self._changes: dict[tuple[int, int], str] = {}

    def number(self, style: Style | None) -> int:
        """The number of a style's look; styles that look alike have one."""
        number = self._numbers.get(style)
        if number is None:
            number = self._numbers[style] = self._numbered(self._look(style) if style else _PLAIN)
        return number

    def change(self, before: int, after: int) -> str:
        """What turns one look into another, no longer than need be."""
        if before == after:
            return ""
        change = self._changes.get((before, after))
        if change is None:
            change = self._changes[before, after] = self._change(self._looks[before], self._looks[after])
        return change

    def _numbered(self, look: _Look) -> int:
        number = self._by_look.setdefault(look, len(self._looks))
        if number == len(self._looks):
            self._looks.append(look)
        return number

    def _look(self, style: Style) -> _Look:
        ink = style.color.downgrade(self.colors).get_ansi_codes() if style.color else ()
        paper = style.bgcolor.downgrade(self.colors).get_ansi_codes(foreground=False) if style.bgcolor else ()
        return _Look(
            ";".join(ink) or _PLAIN.ink,
            ";".join(paper) or _PLAIN.paper,
            Strip.render_ansi(style.without_color, self.colors),
            style.link or "",
        )

    def _change(self, before: _Look, after: _Look) -> str:
        parameters: list[str] = []
        if before.attributes != after.attributes:
            if before.attributes:
                parameters.append("0")
                before = before._replace(ink=_PLAIN.ink, paper=_PLAIN.paper)
            if after.attributes:
                parameters.append(after.attributes)
        if before.ink != after.ink:
            parameters.append(after.ink)
        if before.paper != after.paper:
            parameters.append(after.paper)
        change = f"\x1b[{';'.join(parameters)}m" if parameters else ""
        return change + (f"\x1b]8;;{after.link}\x1b\\" if before.link != after.link else "")


class _Output:
    """What is to be sent: it knows where the terminal's cursor is and what it writes with."""

    def __init__(self, pens: _Pens, columns: int) -> None:
        self._pens = pens
        self._columns = columns
        self._parts: list[str] = []
        self._pen = pens.plain
        self._at = (-1, -1)  # line and column of the cursor, where that is known

    def run(self, y: int, x: int, glyphs: Sequence[str], looks: Sequence[int], *, sure: bool = True) -> None:
        """Write cells from a place on; ``sure`` says that the terminal takes them to be as wide as held here."""
        self._go(y, x)
        start, end = 0, len(glyphs)
        while start < end:
            look = looks[start]
            stop = start + 1
            while stop < end and looks[stop] == look:
                stop += 1
            self._parts.append(self._pens.change(self._pen, look) + "".join(glyphs[start:stop]))
            self._pen = look
            start = stop
        self._at = (y, x + end) if sure and x + end < self._columns else (-1, -1)

    def raw(self, y: int, x: int, segments: Iterable[Segment]) -> None:
        """Write segments as they are."""
        self._go(y, x)
        self._parts += (self._pens.change(self._pen, self._pens.plain), "".join(map(self._raw, segments)))
        self._pen = self._pens.plain
        self._at = (-1, -1)

    def _raw(self, segment: Segment) -> str:
        text, style, control = segment
        return Strip.render_style(style, text, self._pens.colors) if style and not control else text

    def finished(self) -> str:
        """All of it, the pen laid down."""
        self._parts.append(self._pens.change(self._pen, self._pens.plain))
        return "".join(self._parts)

    def _go(self, y: int, x: int) -> None:
        if self._at == (y, x):
            return
        line, column = self._at
        self._parts.append(f"\x1b[{x - column}C" if line == y and column < x else f"\x1b[{y + 1};{x + 1}H")
