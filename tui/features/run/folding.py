"""How a pane shows params: as one list, or as a tree whose folders are open or closed."""

from __future__ import annotations

from tui.domain.glyphs import Glyphs
from tui.domain.runs.param_rows import ParamTree, param_tree
from tui.domain.runs.tables import Facts
from tui.domain.values import RunDetail


class ParamsFolding:
    """What is open and closed stays from run to run, so that the same params are looked at in each."""

    def __init__(self, glyphs: Glyphs) -> None:
        self.as_tree = False
        self.folded: frozenset[str] = frozenset()
        self._glyphs = glyphs
        self._tree: ParamTree | None = None

    def facts(self, detail: RunDetail, query: str) -> Facts:
        """The tree of these params."""
        self._tree = param_tree(detail.params, query, self.folded, self._glyphs)
        return self._tree.facts

    def is_folder(self, row_key: str) -> bool:
        """Whether a row is a folder and nothing else."""
        return self._tree is not None and row_key in self._tree.folder_of and row_key not in self._tree.facts.values

    def fold(self, row_key: str | None) -> str | None:
        """Fold or unfold the folder of a row; the folder's path, None where there is none."""
        path = self._tree.folder_of.get(row_key) if self._tree is not None and row_key is not None else None
        if path is not None:
            self.folded ^= {path}
        return path

    def fold_all(self) -> None:
        """Close every folder; where some are closed, open them all."""
        if self._tree is not None:
            self.folded = frozenset() if self.folded else frozenset(self._tree.folders)

    def row_for(self, row_key: str | None) -> str | None:
        """Where the cursor belongs that was on a row: there, or on the nearest folder above it that is shown."""
        if self._tree is None or row_key is None or self._tree.facts.table.row_of(row_key) is not None:
            return row_key
        path = row_key.rpartition("\0")[2]
        above = [at for at, letter in enumerate(path) if letter in "./"]
        found = (self._tree.row_of_folder(path[:at]) for at in [len(path), *reversed(above)])
        return next((key for key in found if key is not None), None)
