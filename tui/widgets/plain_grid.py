"""A grid in which nothing can be marked: facts, choices, a log."""

from __future__ import annotations

from tui.widgets.grid import Grid


class PlainGrid(Grid):
    """The big table without marks, and without asking for columns to be moved or resized."""

    _ABSENT = frozenset({"mark", "mark_range", "narrower", "wider", "move_left", "move_right"})

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action in self._ABSENT else super().check_action(action, parameters)
