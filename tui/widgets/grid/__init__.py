"""The big table: rows and columns virtual, a line built from ready-made text in a few segments."""

from tui.widgets.grid.grid import Grid

__all__ = ["Grid"]
