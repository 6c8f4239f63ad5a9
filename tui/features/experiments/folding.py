"""How the list of experiments is arranged by keys: as a tree whose folders fold, or as a list, by time or by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from tui.domain.experiments.rows import FOLDER, ExperimentRows
from tui.features.experiments.memory import ExperimentsView
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.features.experiments.loader import ExperimentsLoader


class ExperimentsFolding(Widget):
    """The part of the experiments pane that arranges it."""

    grid: Grid
    loader: ExperimentsLoader
    arrangement: ExperimentsView
    rows: ExperimentRows | None

    def fill(self) -> None:
        """Show the experiments anew."""
        raise NotImplementedError  # pragma: no cover

    def remember_view(self) -> None:
        """Keep how the list is arranged."""
        raise NotImplementedError  # pragma: no cover

    def action_fold(self) -> None:
        path = self._folder_here()
        if path is None:
            return
        folded = self.arrangement.folded
        self._rearrange(folded=folded - {path} if path in folded else folded | {path}, stay_at=path)

    def action_fold_all(self) -> None:
        if self.rows is None:
            return
        here, path = self.grid.cursor_key, self._folder_here()
        self._rearrange(folded=frozenset() if self.arrangement.folded else frozenset(self.rows.folders))
        if here is not None and path and self.rows.table.row_of(here) is None:
            self._stay_at(path)

    def action_tree(self) -> None:
        self._rearrange(as_tree=not self.arrangement.as_tree)

    def action_sort(self) -> None:
        self._rearrange(by_name=not self.arrangement.by_name)

    def _rearrange(self, *, stay_at: str | None = None, **changes: Any) -> None:
        self.arrangement = replace(self.arrangement, **changes)
        self.fill()
        if stay_at is not None:
            self._stay_at(stay_at)
        self.remember_view()

    def _folder_here(self) -> str | None:
        """The folder under the cursor, or the one that what is under it is in."""
        key = self.grid.cursor_key
        return self.rows.folder_of(key) if self.rows is not None and key is not None else None

    def _stay_at(self, path: str) -> None:
        """Put the cursor on a folder, or on the nearest one above it that is shown."""
        steps = path.split("/")
        for depth in range(len(steps), 0, -1):
            above = "/".join(steps[:depth])
            if self.grid.move_to(f"{FOLDER}{above}"):
                return
            named = next((e.id for e in self.loader.experiments.values() if tree_path(e.name) == above), None)
            if named is not None and self.grid.move_to(named):
                return


def tree_path(name: str) -> str:
    """A name as the path of its line in the tree."""
    return "/".join(part for part in name.split("/") if part)
