"""Cells to draw charts on: dots of Braille (or of plain ASCII), and text over them, made into strips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.domain.text import width

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
