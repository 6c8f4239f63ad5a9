"""Where the cursor of the runs table goes while runs come in: to the end that is asked for, or to the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from tui.features.runs.filter import RunsFilter
from tui.features.runs.loader import RunsLoader
from tui.features.runs.memory import Arrangement
from tui.widgets.grid import Grid, messages

if TYPE_CHECKING:
    from tui.domain.runs.table import RunsTable


class RunsFollowing(Widget):
    """The part of the runs pane that loads more at the end, and keeps the cursor where it is wanted."""

    grid: Grid
    loader: RunsLoader
    filter: RunsFilter
    arrangement: Arrangement
    view: RunsTable | None
    _view_wanted: bool
    _to_top = False  # whether the cursor goes to the first row when the table has been laid out anew
    _on_top_from: str | None = None  # where it waits for the parents of orphans to be loaded
    _to_end_from: str | None = None  # where it waits for the last run to be loaded

    @on(Grid.NearEnd)
    def _near_end(self, event: messages.NearEnd) -> None:
        event.stop()
        # A filter may leave so little that the end is always near, and in another order than the server's the end is
        # not where the next runs will be: then more is loaded only when asked for.
        in_order = self.arrangement.sort in ((), (("start", True),))
        if in_order and not self.filter.said and self.view is not None and self.grid.table is self.view:
            self.loader.more()

    @on(Grid.EndWanted)
    def _end_wanted(self, event: messages.EndWanted) -> None:
        event.stop()
        self._to_end_from = None if self.loader.complete else self.grid.cursor_key
        self.loader.load_all()

    def _go_to_top(self) -> None:
        """Keep the cursor that nobody has moved at the beginning of another order, and above parents that have come."""
        if self._on_top_from is not None and not self.loader.loading:
            self._to_top = self._to_top or self.grid.cursor_key == self._on_top_from
            self._on_top_from = None
        if self._to_top:
            self._to_top = False
            self.grid.move_to_row(0)

    def _go_to_end(self) -> None:
        """Once all runs are loaded, take the cursor to the last one, if it has waited for that."""
        if self._to_end_from is None or self.loader.loading_all or self._view_wanted:
            return
        waited, self._to_end_from = self.grid.cursor_key == self._to_end_from, None
        if waited and self.loader.complete:
            self.grid.move_to_row(self.grid.row_count - 1)
