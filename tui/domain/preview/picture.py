"""At which sizes a picture is kept, so that a widget of any size finds one that fits it and scales nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.preview.values import PictureLevel

MOST_PIXELS = 50_000_000
"""Larger pictures are not decoded: their facts are all that is shown."""
_WIDTHS = (240, 208, 184, 164, 148, 134, 122, 112, 103, 95, 88, 81, 75, 69, 63, 57, 51, 45, 39, 33, 27, 21, 15)
_HIGHEST = 160
CELL_PIXELS = (10, 20)
"""What a cell is taken to be, where the terminal draws pictures itself."""


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Widths and heights in pixels, largest first; never larger than the picture itself, never without a pixel."""
    sizes: list[tuple[int, int]] = []
    for wide in _WIDTHS:
        scale = min(wide / width, _HIGHEST / height, 1.0)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        if not sizes or (size[0] * size[1] < sizes[-1][0] * sizes[-1][1]):
            sizes.append(size)
    # A tall picture meets the limit of height at every width: it needs steps by height as well.
    while sizes[-1][1] > 16:
        wide, high = sizes[-1]
        sizes.append((max(1, round(wide * 0.9)), max(1, round(high * 0.9))))
    return sizes


def cells_of(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """How many columns and rows a picture of so many pixels fills; never more than its own pixels want."""
    wide, high = CELL_PIXELS
    scale = min(columns * wide / width, rows * high / height, 1.0)
    return min(columns, max(1, round(width * scale / wide))), min(rows, max(1, round(height * scale / high)))


def best_level(levels: Sequence[PictureLevel], columns: int, rows: int) -> PictureLevel:
    """The largest level that fits into so many cells; a cell is one pixel wide and two high."""
    return next((one for one in levels if one.width <= columns and one.height <= 2 * rows), levels[-1])
