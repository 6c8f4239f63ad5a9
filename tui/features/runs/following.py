"""Where the cursor of the runs table goes while runs come in: to the end that is asked for, or to the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.features.runs.words import AS_SERVED

if TYPE_CHECKING:
    from tui.features.runs.pane import RunsPane


class Following:
    """What the cursor waits for; loads what it waits for."""

    def __init__(self, pane: RunsPane) -> None:
        self._pane = pane
        self.to_top = False  # whether it goes to the first row when the table has been laid out anew
        self._on_top_from: str | None = None  # where it waits for the parents of orphans to be loaded
        self._best: str | None = None  # the row at the top of a part, where better ones may still come above it
        self._to_end_from: str | None = None  # where it waits for the last run to be loaded

    def forget(self) -> None:
        """Other runs are to be shown."""
        self.to_top, self._on_top_from, self._best, self._to_end_from = False, None, None, None

    def keep_top(self) -> None:
        """Rows last seen are shown: the cursor that nobody moves is on the newest run once runs have come."""
        self._best = self._pane.grid.cursor_key

    def near_end(self) -> None:
        """Load more, where the next runs will be at this end."""
        pane = self._pane
        # A filter may leave so little that the end is always near, and in another order than the server's the end is
        # not where the next runs will be: then more is loaded only when asked for.
        in_order = pane.arrangement.sort in AS_SERVED
        if in_order and not pane.filter.said and pane.view is not None and pane.grid.table is pane.view:
            pane.loader.more()

    def end_wanted(self) -> None:
        """Load all, and go to the last one then."""
        self._to_end_from = None if self._pane.loader.complete else self._pane.grid.cursor_key
        self._pane.loader.load_all(by_hand=True)

    def load_parents(self) -> None:
        """Parents begin before their children, so the next page is where those of orphans are."""
        self._on_top_from = self._pane.grid.cursor_key if self._pane.grid.cursor_row == 0 else None
        self._pane.loader.more()

    def shown(self) -> None:
        """The table has been laid out anew."""
        self._go_to_end()
        self._go_to_top()

    def _go_to_top(self) -> None:
        """Keep the cursor that nobody has moved at the beginning of another order, and above parents that have come."""
        grid = self._pane.grid
        if self._on_top_from is not None and not self._pane.loader.loading:
            self.to_top = self.to_top or grid.cursor_key == self._on_top_from
            self._on_top_from = None
        self.to_top = self.to_top or (self._best is not None and grid.cursor_key == self._best)
        self._best = None
        if self.to_top:
            self.to_top = False
            grid.move_to_row(0)
            pane = self._pane
            if pane.arrangement.sort and (pane.loader.loading_all or pane.is_behind or not pane.loader.complete):
                self._best = grid.cursor_key

    def _go_to_end(self) -> None:
        """Once all runs are loaded, take the cursor to the last one, if it has waited for that."""
        pane = self._pane
        if self._to_end_from is None or pane.loader.loading_all or pane.is_behind:
            return
        waited, self._to_end_from = pane.grid.cursor_key == self._to_end_from, None
        if waited and pane.loader.complete:
            pane.grid.move_to_row(pane.grid.row_count - 1)
