"""What every chart shares: cells to draw on, lines made once and kept, only those drawn again that have changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.glyphs import ASCII, UNICODE, Glyphs
from tui.domain.series.scales import AxisRange, Tick
from tui.domain.text import fit, width

# Cells to draw charts on: dots of Braille (or of plain ASCII), and text over them, made into strips.


Dots = NDArray[np.bool_]
Numbers = NDArray[np.float64]
_BLANK = ord(" ")
_SECOND_HALF = 0  # of a wide character: no character of its own

TONES = ("blank", "grid", "axis", "label", "line", "raw", "odd", "good", "title", "highlight")
"""How a cell is meant, the later over the earlier where lines meet; each is a component class ``chart--…``."""


@dataclass(frozen=True)
class Grain:
    """How a cell is cut into dots: so many across and down, and the character for each set of them."""

    across: int
    down: int
    weights: NDArray[np.uint16]  # by row and column of a cell's dots
    chars: NDArray[np.uint32]


BRAILLE = Grain(
    2,
    4,
    np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint16),
    np.array([_BLANK, *range(0x2801, 0x2900)], dtype=np.uint32),
)
PLAIN = Grain(
    1,
    3,
    np.array([[1], [2], [4]], dtype=np.uint16),
    np.array([ord(sign) for sign in " '-'.:,|"], dtype=np.uint32),
)


class Canvas:
    """``columns`` times ``rows`` cells; text and dots are put on it, then it is made into strips."""

    def __init__(self, columns: int, rows: int, grain: Grain) -> None:
        self.columns, self.rows, self.grain = columns, rows, grain
        self._chars = np.full((rows, columns), _BLANK, dtype=np.uint32)
        self._tones = np.zeros((rows, columns), dtype=np.uint8)

    def put(self, column: int, row: int, text: str, tone: str, *, over: bool = True) -> None:
        """Write a text that may run off the edges; with ``over`` false only where nothing is yet."""
        if not 0 <= row < self.rows:
            return
        number = TONES.index(tone)
        for letter in text:
            cells = width(letter)
            fits = cells and column >= 0 and column + cells <= self.columns
            if fits and (over or self._chars[row, column] == _BLANK):
                self._chars[row, column] = ord(letter)
                self._chars[row, column + 1 : column + cells] = _SECOND_HALF
                self._tones[row, column : column + cells] = number
            column += cells

    def is_free(self, column: int, row: int) -> bool:
        """Whether a cell is on the canvas and has nothing on it."""
        return 0 <= row < self.rows and 0 <= column < self.columns and bool(self._chars[row, column] == _BLANK)

    def put_layers(self, column: int, row: int, layers: Sequence[tuple[Dots, str]]) -> None:
        """Lay dots over each other, their upper left cell at that place; a cell shows its strongest dots only.

        A cell has one colour: weaker dots in it would read as part of the stronger line.
        """
        if not layers:
            return
        high, wide = layers[0][0].shape
        rows, columns = high // self.grain.down, wide // self.grain.across
        bits = np.zeros((rows, columns), dtype=np.uint16)
        tones = np.zeros((rows, columns), dtype=np.uint8)
        for dots, tone in layers:
            cells, number = self.bits(dots), np.uint8(TONES.index(tone))
            mine = cells > 0
            bits = np.where(mine & (tones < number), cells, np.where(mine & (tones == number), bits | cells, bits))
            tones = np.where(mine, np.maximum(tones, number), tones)
        drawn = bits > 0
        area = np.s_[row : row + rows, column : column + columns]
        self._chars[area] = np.where(drawn, self.grain.chars[bits], self._chars[area])
        self._tones[area] = np.where(drawn, tones, self._tones[area])

    def bits(self, dots: Dots) -> NDArray[np.uint16]:
        """The dots of each cell as one number."""
        down, across = self.grain.down, self.grain.across
        high, wide = dots.shape
        cut = dots.reshape(high // down, down, wide // across, across).astype(np.uint16)
        return np.asarray(np.einsum("adbc,dc->ab", cut, self.grain.weights), dtype=np.uint16)

    def strips(self, styles: Sequence[Style]) -> list[Strip]:
        """The lines; ``styles`` by the numbers of ``TONES``."""
        return [self._strip(row, styles) for row in range(self.rows)]

    def _strip(self, row: int, styles: Sequence[Style]) -> Strip:
        tones, chars = self._tones[row], self._chars[row]
        # A blank shows no colour, so that it goes with whatever is before it: fewer segments, fewer bytes.
        shown = np.flatnonzero(chars != _BLANK)
        if not len(shown):
            return Strip([Segment(" " * self.columns, styles[0])], self.columns)
        changes = shown[np.flatnonzero(np.concatenate(([True], tones[shown][1:] != tones[shown][:-1])))]
        edges = [0, *changes[1:].tolist(), self.columns]
        segments = []
        for change, start, stop in zip(changes.tolist(), edges, edges[1:], strict=False):
            text = chars[start:stop]
            letters = text[text != _SECOND_HALF].astype("<u4").tobytes().decode("utf-32-le")
            segments.append(Segment(letters, styles[tones[change]]))
        return Strip(segments, self.columns)


def line_dots(x: Numbers, y: Numbers, joined: NDArray[np.bool_], wide: int, high: int) -> Dots:
    """A line through points given in dots from the upper left: a table of ``high`` rows and ``wide`` columns.

    ``x`` must not fall; ``joined[i]`` says whether point ``i`` is joined to the one after it.
    """
    columns = np.clip(np.floor(x), 0, wide - 1).astype(np.int64)
    first, last = columns, columns
    low, high_ = y, y
    if len(x) > 1:
        begin = np.flatnonzero(joined[: len(x) - 1])
        counts = columns[begin + 1] - columns[begin] + 1
        owner = np.repeat(begin, counts)
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        column = columns[owner] + offset
        x0, x1, y0, y1 = x[owner], x[owner + 1], y[owner], y[owner + 1]
        run = x1 - x0
        slope = np.divide(y1 - y0, run, out=np.zeros_like(run), where=run > 0)
        enter = np.where(offset == 0, y0, y0 + slope * (column - x0))
        leave = np.where(column == columns[owner + 1], y1, y0 + slope * (column + 1 - x0))
        first = np.concatenate((columns, column))
        low = np.concatenate((y, np.minimum(enter, leave)))
        high_ = np.concatenate((y, np.maximum(enter, leave)))
        last = first
    bottom, top = np.floor(high_), np.floor(low)
    seen = (bottom >= 0) & (top < high)
    top = np.clip(top[seen], 0, high - 1).astype(np.int64)
    bottom = np.clip(bottom[seen], 0, high - 1).astype(np.int64)
    edges = np.zeros((high + 1, wide), dtype=np.int32)
    np.add.at(edges, (top, last[seen]), 1)
    np.add.at(edges, (bottom + 1, last[seen]), -1)
    return np.asarray(np.cumsum(edges, axis=0)[:high] > 0)


class Chart(Widget, can_focus=True):
    """A widget that draws itself on a canvas. Subclasses draw in ``draw_on`` and call ``changed`` when that differs."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"chart--{tone}" for tone in (*TONES, "cursor")}

    def __init__(
        self,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002  Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self.canvases_drawn = 0  # what work has been done, for tests that assert work and not time
        self._words = ""
        self._strips: list[Strip] | None = None
        self._styles: list[Style] | None = None
        self._cursor_style: Style | None = None

    @property
    def plain(self) -> bool:
        """Whether only ASCII may be drawn."""
        return self.glyphs == ASCII

    @property
    def grain(self) -> Grain:
        return PLAIN if self.plain else BRAILLE

    @property
    def words(self) -> str:
        """What stands in the chart while it shows nothing: a sentence, and hints in the lines after it."""
        return self._words

    @words.setter
    def words(self, text: str) -> None:
        if text != self._words:
            self._words = text
            self.changed()

    @abstractmethod
    def draw_on(self, canvas: Canvas) -> None:
        """Draw the chart on a canvas of the widget's size."""

    def cursor_cell(self) -> int | None:
        """The column of cells over which the cursor stands; None where there is none."""
        return None

    def changed(self) -> None:
        """The chart looks otherwise now: draw the lines again that differ."""
        before, self._strips = self._strips, None
        if not self.is_attached or not self.size.width:
            return
        if before is None or len(before) != self.size.height:
            self.refresh()
            return
        now = self._lines()
        wide = self.size.width
        regions = [Region(0, y, wide, 1) for y, line in enumerate(now) if line != before[y]]
        if regions:
            self.refresh(*regions)

    def cursor_moved(self, before: int | None) -> None:
        """The cursor has left the column of cells ``before``: draw that and the new one again."""
        high = self.size.height
        for cell in {before, self.cursor_cell()} - {None}:
            assert cell is not None
            self.refresh(Region(cell, 0, 1, high))

    def on_resize(self) -> None:
        self._strips = None

    def notify_style_update(self) -> None:
        """The theme, the focus or a class has changed what the component classes mean."""
        super().notify_style_update()
        self._styles = self._strips = self._cursor_style = None

    def _lines(self) -> list[Strip]:
        wide, high = self.size
        if self._strips is None or len(self._strips) != high or (high and self._strips[0].cell_length != wide):
            if self._styles is None:
                self._styles = [self.get_component_rich_style(f"chart--{tone}") for tone in TONES]
            if self._words:
                self._strips = self._placeholder(wide, high)
            else:
                canvas = Canvas(wide, high, self.grain)
                self.draw_on(canvas)
                self.canvases_drawn += 1
                self._strips = canvas.strips(self._styles)
        return self._strips

    def _placeholder(self, wide: int, high: int) -> list[Strip]:
        assert self._styles is not None
        lines = self._words.split("\n")
        top = max(0, (high - len(lines)) // 3)
        strips = []
        for y in range(high):
            said = lines[y - top] if top <= y < top + len(lines) else ""
            style = self._styles[TONES.index("title" if y == top else "label")]
            strips.append(Strip([Segment(fit(f"   {said}", wide, ellipsis=self.glyphs.ellipsis), style)], wide))
        return strips

    def render_line(self, y: int) -> Strip:
        """One line, the cursor laid over it."""
        lines = self._lines()
        if y >= len(lines):
            return Strip.blank(self.size.width)
        line = lines[y]
        cell = self.cursor_cell() if not self._words else None
        if cell is None or not self.cursor_on(y):
            return line
        if self._cursor_style is None:
            self._cursor_style = self.get_component_rich_style("chart--cursor")
        under, after = line.crop(cell, cell + 1).text, line.crop(cell + 1)
        drawn = Strip([Segment(under if under.strip() else self.glyphs.stem, self._cursor_style)], 1)
        return Strip.join([line.crop(0, cell), drawn, after])

    def cursor_on(self, y: int) -> bool:
        """Whether the cursor's line crosses a line of the widget."""
        return True


# The frame of a chart: the labels at the left and below, and the rectangle between them.


_BELOW = 2  # lines: the axis and its labels
_LEAST = (8, 2)  # cells across and down without which no axis is drawn


@dataclass(frozen=True)
class Frame:
    """A rectangle of cells inside a canvas (``left``, ``top``, ``columns``, ``rows``), and the spans that it shows."""

    left: int
    top: int
    columns: int
    rows: int
    x: AxisRange
    y: AxisRange

    def column(self, value: float) -> int:
        """The column of cells, counted from the canvas's left edge, where a value of x lies."""
        return self.left + round(self.x.fraction(value) * (self.columns - 1))

    def row(self, value: float) -> int:
        """The row of cells where a value of y lies."""
        return self.top + round((1 - self.y.fraction(value)) * (self.rows - 1))

    def holds(self, column: int, row: int) -> bool:
        return self.left <= column < self.left + self.columns and self.top <= row < self.top + self.rows


def ticks_down(rows: int) -> int:
    """How many ticks suit an axis so high."""
    return max(2, min(9, rows // 3))


def ticks_across(columns: int) -> int:
    """How many ticks suit an axis so wide."""
    return max(2, min(12, columns // 11))


def framed(canvas: Canvas, x: AxisRange, y: AxisRange, y_ticks: Sequence[Tick], *, right: int = 2) -> Frame:
    """The frame that leaves room for these labels, and ``right`` cells for what stands beside the chart."""
    gutter = max((width(tick.text) for tick in y_ticks), default=0) + 1
    if canvas.columns - gutter - right < _LEAST[0]:
        gutter, right = 0, 0
    below = _BELOW if canvas.rows - _BELOW >= _LEAST[1] else 0
    left = gutter + 1 if gutter else 0
    return Frame(left, 0, max(2, canvas.columns - left - right), max(1, canvas.rows - below), x, y)


def draw_axes(
    canvas: Canvas, frame: Frame, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick], *, plain: bool, grid: bool = True
) -> None:
    """Axes with their ticks, labels, and a faint grid at the heights of the y ticks."""
    down, corner, across, tick_down, tick_across, dot = "|+-+|." if plain else "│└─┬┤·"
    if plain:
        tick_across = "+"
    bottom = frame.top + frame.rows
    if frame.left:
        for row in range(frame.top, bottom):
            canvas.put(frame.left - 1, row, down, "axis")
        free = -1
        for tick in sorted(y_ticks, key=lambda tick: -tick.at):
            row = frame.row(tick.at)
            if not frame.holds(frame.left, row) or row <= free:
                continue
            free = row
            canvas.put(frame.left - 1 - width(tick.text), row, tick.text, "label")
            canvas.put(frame.left - 1, row, tick_across, "axis")
            if grid:
                for column in range(frame.left + 3, frame.left + frame.columns, 4):
                    canvas.put(column, row, dot, "grid", over=False)
    if bottom + 1 >= canvas.rows:
        return
    canvas.put(frame.left - 1, bottom, corner + across * frame.columns, "axis")
    end = before = frame.left - 2
    for tick in sorted(x_ticks, key=lambda tick: tick.at):
        column = frame.column(tick.at)
        if not frame.left <= column < frame.left + frame.columns:
            continue
        start = max(0, min(column - width(tick.text) // 2, canvas.columns - width(tick.text)))
        if end == before and start <= end + 1 and frame.left + width(tick.text) <= canvas.columns:
            start = frame.left  # the first may be what the others are told from
        if start <= end + 1:
            continue
        canvas.put(column, bottom, tick_down, "axis")
        canvas.put(start, bottom + 1, tick.text, "label")
        end = start + width(tick.text)
