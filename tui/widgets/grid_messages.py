"""What a grid tells its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.widgets.grid import Grid


class GridMessage(Message):
    """A message of a grid; ``control`` is that grid, so that ``@on(Grid.Opened, "#runs")`` works."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid

    @property
    def control(self) -> Grid:
        return self.grid


class CursorMoved(GridMessage, namespace="grid"):
    """Another row or column is under the cursor; no row (None, -1) where there is none."""

    def __init__(self, grid: Grid, row_key: str | None, row: int, column_key: str | None) -> None:
        super().__init__(grid)
        self.row_key = row_key
        self.row = row
        self.column_key = column_key


class Counting(GridMessage, namespace="grid"):
    """A number before a movement is being typed; so far these digits."""

    def __init__(self, grid: Grid, digits: str) -> None:
        super().__init__(grid)
        self.digits = digits


class Opened(GridMessage, namespace="grid"):
    """Enter, or a double click, on a row."""

    def __init__(self, grid: Grid, row_key: str) -> None:
        super().__init__(grid)
        self.row_key = row_key


class MarksChanged(GridMessage, namespace="grid"):
    """A person changed the marks; ``marks`` are the keys of all marked rows, in the order of marking."""

    def __init__(self, grid: Grid, marks: tuple[str, ...]) -> None:
        super().__init__(grid)
        self.marks = marks


class RangeBegun(GridMessage, namespace="grid"):
    """A range of marks begins at the cursor."""


class NearEnd(GridMessage, namespace="grid"):
    """The last row is within a page of the cursor or the view: told once for each number of rows, and at each move."""

    def __init__(self, grid: Grid, row_count: int) -> None:
        super().__init__(grid)
        self.row_count = row_count


class EndWanted(GridMessage, namespace="grid"):
    """A person asked for the very last row; the cursor is on the last one that is here."""


class ColumnResized(GridMessage, namespace="grid"):
    """A person wants a column that wide; the owner of the table decides."""

    def __init__(self, grid: Grid, key: str, width: int) -> None:
        super().__init__(grid)
        self.key = key
        self.width = width


class ColumnMoved(GridMessage, namespace="grid"):
    """A person wants a column moved by so many places to the right (negative: left); the owner of the table decides."""

    def __init__(self, grid: Grid, key: str, by: int) -> None:
        super().__init__(grid)
        self.key = key
        self.by = by


class HeadingPressed(GridMessage, namespace="grid"):
    """A click on a heading."""

    def __init__(self, grid: Grid, key: str) -> None:
        super().__init__(grid)
        self.key = key
