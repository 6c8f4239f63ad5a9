"""A picture as half blocks: each cell is two pixels, one in its foreground and one in its background.

Where the terminal draws pictures itself it is given this one, and the cells only say which part of it each shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.preview.values import FinePicture, PictureBody, PictureLevel, best_level, cells_of
from tui.terminal.textual_compat import CalmApp, ExactStyle
from tui.widgets.preview import kitty

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
        room = min(self.size.width, kitty.MOST_CELLS), min(self.size.height, kitty.MOST_CELLS)
        cells = cells_of(picture.width, picture.height, *room)
        # Not before it is drawn: what is sent now comes ahead of the cells, and only where they are to be seen.
        if self._given is None:
            self._given, self._placed = kitty.new_id(), (0, 0)
            app.send(kitty.transmit(self._given, picture.png))
        if cells != self._placed:
            self._placed = cells
            app.send(kitty.place(self._given, *cells))
        columns, rows = cells
        if y >= rows:
            return Strip([Segment(" " * self.size.width, self.rich_style)], self.size.width)
        number = Color.from_rgb(*self._given.to_bytes(3, "big"))
        style = ExactStyle(color=number, bgcolor=self.rich_style.bgcolor)
        segments = [Segment(cell, style) for cell in kitty.cells(y, columns)]
        return Strip(segments, columns).adjust_cell_length(self.size.width, self.rich_style)

    def _take_back(self) -> None:
        """Have the terminal forget the picture."""
        if self._given is not None and isinstance(self.app, CalmApp):
            self.app.send(kitty.delete(self._given))
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
