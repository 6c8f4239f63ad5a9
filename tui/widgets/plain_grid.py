"""A grid in which nothing can be marked: facts, choices, what a plan would do."""

from __future__ import annotations

from tui.widgets.grid import Grid


class PlainGrid(Grid):
    """The big table without marks, and without asking for columns to be moved or resized."""

    off = frozenset({"mark", "mark_range", "narrower", "wider", "move_left", "move_right"})
