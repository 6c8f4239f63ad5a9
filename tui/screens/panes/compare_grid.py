"""The grid of a comparison: sideways it goes from run to run, not from column to column."""

from __future__ import annotations

from tui.domain.diff.table import subject_of
from tui.widgets.grid import Grid


class CompareGrid(Grid):
    """A value and its change belong together: the cursor rests on values, and both are brought into view."""

    _ABSENT = frozenset(
        {"grid_mark", "grid_mark_range", "grid_move_left", "grid_move_right", "grid_first_row"}
    )  # the key of the last one is that of the sets of runs here

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action in self._ABSENT else super().check_action(action, parameters)

    def action_grid_left(self) -> None:
        self._step(-1)

    def action_grid_right(self) -> None:
        self._step(1)

    def action_grid_last_column(self) -> None:
        super().action_grid_last_column()
        self._step(-1) if self._is_change(self._column) else None

    def _is_change(self, index: int) -> bool:
        key = self._columns[index].key if 0 <= index < len(self._columns) else ""
        return subject_of(key) is not None and key[0] == "d"

    def _step(self, by: int) -> None:
        index = self._column + by
        while self._is_change(index):
            index += by
        if not 0 <= index < len(self._columns):
            return
        if self._is_change(index + 1):
            self._move_to_column(index + 1)  # into view first, so that the value does not stand alone at the edge
        self._move_to_column(index)
