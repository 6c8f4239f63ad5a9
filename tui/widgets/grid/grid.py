"""The grid widget: its keys, and the mouse."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from tui.widgets.grid.keys import GRID_BINDINGS
from tui.widgets.grid.view import HEADING, GridView

_LEAST_WIDTH = 3
_WIDTH_STEP = 2


class Grid(GridView):
    """A table of any size with a cursor, marks, frozen columns and one line of headings.

    Give it a table (``grid.table = …``), and call ``refresh_table`` in the same step in which that table changes.
    The cursor and the marks belong to row keys and stay with them; ``placeholder`` is what an empty grid says; the
    class ``stale`` dims it. Widths and order of columns are the owner's: their keys only post messages.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*GRID_BINDINGS]
    off: frozenset[str] = frozenset()  # keys that mean nothing in this grid, or belong to what is around it

    def action_up(self) -> None:
        self.move_to_row(self._row - 1)

    def action_down(self) -> None:
        self.move_to_row(self._row + 1)

    def action_left(self) -> None:
        self._move_to_column(self._column - 1)

    def action_right(self) -> None:
        self._move_to_column(self._column + 1)

    def action_page_up(self) -> None:
        self._page_by(-self._page)

    def action_page_down(self) -> None:
        self._page_by(self._page)

    def action_half_up(self) -> None:
        self._page_by(-max(1, self._page // 2))

    def action_half_down(self) -> None:
        self._page_by(max(1, self._page // 2))

    def _page_by(self, rows: int) -> None:
        """Move view and cursor together, so that the cursor stays on its line."""
        top = self._top + rows
        self.move_to_row(self._row + rows)
        self._scroll_rows(top)

    def action_first_row(self) -> None:
        self.move_to_row(0)

    def action_last_row(self) -> None:
        self.move_to_row(self._rows - 1)
        self.post_message(self.EndWanted(self))

    def action_first_column(self) -> None:
        self._move_to_column(0)

    def action_last_column(self) -> None:
        self._move_to_column(len(self._columns) - 1)

    def action_open(self) -> None:
        key = self.cursor_key
        if key is not None:
            self.post_message(self.Opened(self, key))

    def may_mark(self, key: str) -> bool:
        """Whether the row of this key can be marked; its owner's grid may say no."""
        return True

    def action_mark(self) -> None:
        key = self.cursor_key
        if key is None or not self.may_mark(key):
            return
        self._marks.toggle(key)
        self._refresh_rows(self._row, self._row)
        self._marks_changed()
        self.move_to_row(self._row + 1)

    def action_mark_range(self) -> None:
        key, table = self.cursor_key, self._table
        if key is None or table is None:
            return
        if self._marks.range_from is None or table.row_of(self._marks.range_from) is None:
            self._marks.range_from = key
            self._refresh_rows(self._row, self._row)
            return
        self._marks.add(key for row in self._range() if self.may_mark(key := table.row_key(row)))
        self._marks.range_from = None
        self._marks_changed()

    def action_leave_range(self) -> None:
        self._marks.range_from = None
        self._refresh_body()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaving a range is only there while one is open, so that its key means other things otherwise."""
        if action in self.off:
            return False
        return action != "leave_range" or self._marks.range_from is not None

    def action_narrower(self) -> None:
        self._resize_column(-_WIDTH_STEP)

    def action_wider(self) -> None:
        self._resize_column(_WIDTH_STEP)

    def _resize_column(self, by: int) -> None:
        if self._column < len(self._columns):
            column = self._columns[self._column]
            width = max(_LEAST_WIDTH, column.width + by)
            if width != column.width:
                self.post_message(self.ColumnResized(self, column.key, width))

    def action_move_left(self) -> None:
        self._ask_to_move_column(-1)

    def action_move_right(self) -> None:
        self._ask_to_move_column(1)

    def _ask_to_move_column(self, by: int) -> None:
        if 0 <= self._column + by < len(self._columns):
            self.post_message(self.ColumnMoved(self, self._columns[self._column].key, by))

    # the mouse

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens; on a heading it is told, at the right edge it scrolls."""
        slot = self.layout_shown.at(event.x)
        if event.y < HEADING:
            if slot is not None:
                self.post_message(self.HeadingPressed(self, slot.column.key))
            return
        line = event.y - HEADING
        if event.x == self.size.width - 1 and self._rows > self._page:
            self.scroll_to(
                y=round((self._rows - self._page) * line / max(1, self._page - 1)), animate=False, force=True
            )
            return
        row = self._top + line
        if row >= self._rows:
            return
        self.move_to_row(row)
        if slot is not None:
            self._move_to_column(slot.index)
        if event.chain == 2:
            self.action_open()
