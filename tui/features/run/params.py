"""The keys of a run's params: as a tree or as a list, and what is folded."""

from __future__ import annotations

from textual.widget import Widget

from tui.features.run.folding import ParamsFolding
from tui.widgets.plain_grid import PlainGrid


class RunParams(Widget):
    """The part of a run's pane that folds params."""

    folding: ParamsFolding
    grid: PlainGrid

    def show_tab(self) -> None:
        """Show what the current tab holds."""

    def action_tree(self) -> None:
        self.folding.as_tree = not self.folding.as_tree
        self._show_params_at(self.grid.cursor_key)
        self.screen.refresh_bindings()

    def action_fold(self) -> None:
        path = self.folding.fold(self.grid.cursor_key)
        if path is not None:
            self._show_params_at(path)

    def action_fold_all(self) -> None:
        here = self.grid.cursor_key
        self.folding.fold_all()
        self._show_params_at(here)

    def _show_params_at(self, row_key: str | None) -> None:
        """Show the params anew, the cursor on that row or on the folder that it is in."""
        self.show_tab()
        at = self.folding.row_for(row_key) if self.folding.as_tree else row_key
        if at is not None:
            self.grid.move_to(at)
