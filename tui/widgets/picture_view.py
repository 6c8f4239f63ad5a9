"""A picture as half blocks, or by the Kitty graphics protocol where the terminal has it."""

from __future__ import annotations

import itertools
import os
from base64 import standard_b64encode
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.preview.values import FinePicture, PictureBody, PictureLevel, best_level, cells_of
from tui.terminal.textual_compat import CalmApp, ExactStyle

# Pictures by the Kitty graphics protocol, placed by characters of their own (U+10EEEE), which move like any text.
#
# https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders


PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096  # the most letters of a picture that one escape sequence may hold
# The signs that number lines and columns, in the protocol's order (its table is rowcolumn-diacritics.txt).
_NUMBERS_IN_RANGES = (
    "305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9 "
    "5AB-5AC 5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D "
    "73F-741 743 745 747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87 135D-135F "
    "17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE "
    "20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 "
    "AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26 10A0F 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244 "
)


def _numbers() -> tuple[str, ...]:
    ranges = [part.partition("-") for part in _NUMBERS_IN_RANGES.split()]
    return tuple(chr(sign) for low, _, high in ranges for sign in range(int(low, 16), int(high or low, 16) + 1))


NUMBERS = _numbers()
MOST_CELLS = len(NUMBERS)
"""More columns or lines cannot be numbered."""
_serial = itertools.count()


def new_id() -> int:
    """A number for a picture, of 24 bits, as a colour can say it; other programs' are not likely to be the same."""
    return (os.getpid() & 0xFFFF) << 8 | (next(_serial) % 255 + 1)


def transmit(picture: int, png: bytes) -> str:
    """Give a picture to the terminal, which shows nothing of it yet and answers nothing."""
    data = standard_b64encode(png).decode("ascii")
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    last = len(chunks) - 1
    heads = [
        f"a=t,f=100,t=d,i={picture},q=2,m={int(last > 0)}",
        *(f"q=2,m={int(at < last)}" for at in range(1, last + 1)),
    ]
    return "".join(f"\x1b_G{head};{chunk}\x1b\\" for head, chunk in zip(heads, chunks, strict=True))


def place(picture: int, columns: int, rows: int) -> str:
    """Say how many cells the picture fills, wherever its placeholders stand; said again, it is another size."""
    return f"\x1b_Ga=p,U=1,i={picture},p=1,c={columns},r={rows},q=2\x1b\\"


def delete(picture: int) -> str:
    """Have the terminal forget a picture."""
    return f"\x1b_Ga=d,d=I,i={picture},q=2\x1b\\"


@lru_cache(maxsize=256)
def line(row: int, columns: int) -> str:
    """One line of placeholders; each tells its own place, so that any of them may be covered or sent alone."""
    return "".join(kitty_cells(row, columns))


@lru_cache(maxsize=256)
def kitty_cells(row: int, columns: int) -> tuple[str, ...]:
    """The same cell by cell: a text of them would be cut between a placeholder and its signs."""
    return tuple(PLACEHOLDER + NUMBERS[row] + NUMBERS[column] for column in range(columns))


_UPPER = "▀"
_RAMP = " .:-=+*#%@"  # from dark to light, where blocks may not be drawn


class PictureView(Widget, can_focus=True):
    """Draws the largest kept size of a picture that fits; ``plain`` draws with letters instead of blocks."""

    ALLOW_SELECT = False

    def __init__(self, *, plain: bool = False, id: str | None = None) -> None:  # noqa: A002  Textual's own name for it
        super().__init__(id=id)
        self._plain = plain
        self._body: PictureBody | None = None
        self._known: dict[tuple[bytes, bytes | None], Style] = {}
        self._given: int | None = None  # the picture's number, while the terminal has it
        self._placed = (0, 0)  # the columns and rows that the terminal has been told

    def on_mount(self) -> None:
        if isinstance(self.app, CalmApp):
            # At once: what is drawn next, for the same reason, must not name what is lost.
            self.app.terminal_lost.subscribe(self, self._given_is_lost, immediate=True)

    def show(self, body: PictureBody) -> None:
        """Show another picture."""
        self._take_back()
        self._body = body
        self._known.clear()
        self.refresh()

    @property
    def level(self) -> PictureLevel | None:
        """The size that is drawn now."""
        return best_level(self._body.levels, self.size.width, self.size.height) if self._body else None

    def on_resize(self) -> None:
        self.refresh()

    def on_show(self) -> None:
        self.refresh()

    def on_hide(self) -> None:
        self._take_back()

    def on_unmount(self) -> None:
        self._take_back()

    def render_line(self, y: int) -> Strip:
        """One line of cells; the picture stands at the upper left."""
        if isinstance(self.app, CalmApp) and self.app.draws_pictures and self._body and self._body.fine:
            return self._part(y, self._body.fine, self.app)
        cells = self.size.width
        ground = Segment(" " * cells, self.rich_style)
        level = self.level
        if level is None or 2 * y >= level.height:
            return Strip([ground], cells)
        row = 3 * level.width
        upper = level.pixels[2 * y * row : (2 * y + 1) * row]
        lower = level.pixels[(2 * y + 1) * row : (2 * y + 2) * row]
        segments = list(self._letters(upper) if self._plain else self._blocks(upper, lower))
        return Strip(segments, level.width).adjust_cell_length(cells, self.rich_style)

    def _part(self, y: int, picture: FinePicture, app: CalmApp[object]) -> Strip:
        """One line of placeholders, once the terminal has been given the picture and told its size."""
        room = min(self.size.width, MOST_CELLS), min(self.size.height, MOST_CELLS)
        cells = cells_of(picture.width, picture.height, *room)
        # Not before it is drawn: what is sent now comes ahead of the cells, and only where they are to be seen.
        if self._given is None:
            self._given, self._placed = new_id(), (0, 0)
            app.send(transmit(self._given, picture.png))
        if cells != self._placed:
            self._placed = cells
            app.send(place(self._given, *cells))
        columns, rows = cells
        if y >= rows:
            return Strip([Segment(" " * self.size.width, self.rich_style)], self.size.width)
        number = Color.from_rgb(*self._given.to_bytes(3, "big"))
        style = ExactStyle(color=number, bgcolor=self.rich_style.bgcolor)
        segments = [Segment(cell, style) for cell in kitty_cells(y, columns)]
        return Strip(segments, columns).adjust_cell_length(self.size.width, self.rich_style)

    def _take_back(self) -> None:
        """Have the terminal forget the picture."""
        if self._given is not None and isinstance(self.app, CalmApp):
            self.app.send(delete(self._given))
        self._given = None

    def _given_is_lost(self, _nothing: None) -> None:
        """Give the picture again, in case the terminal has forgotten it."""
        self._take_back()
        self.refresh()

    def _blocks(self, upper: bytes, lower: bytes) -> Iterator[Segment]:
        pairs = [(upper[at : at + 3], lower[at : at + 3] or None) for at in range(0, len(upper), 3)]
        for pair, same in groupby(pairs):
            number = sum(1 for _ in same)
            # Where both pixels are alike a blank is: nothing of the foreground need be said.
            sign = " " if pair[0] == pair[1] else _UPPER
            yield Segment(sign * number, self._style(*pair))

    def _style(self, upper: bytes, lower: bytes | None) -> Style:
        style = self._known.get((upper, lower))
        if style is None:
            below = Color.from_rgb(*lower) if lower is not None else self.rich_style.bgcolor
            style = self._known[upper, lower] = Style(color=Color.from_rgb(*upper), bgcolor=below)
        return style

    def _letters(self, row: bytes) -> Iterator[Segment]:
        light = [(299 * row[at] + 587 * row[at + 1] + 114 * row[at + 2]) // 1000 for at in range(0, len(row), 3)]
        yield Segment("".join(_RAMP[value * len(_RAMP) // 256] for value in light), self.rich_style)
