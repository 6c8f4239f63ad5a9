"""Params of a run as a tree by the ``.`` and ``/`` in their names, with folders that fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain.glyphs import Glyphs
from tui.domain.natural import natural
from tui.domain.quantities import count
from tui.domain.runs.path_tree import path_tree
from tui.domain.runs.tables import VALUE_CELLS, Facts, name_width
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.domain.values import RunDetail

SEPARATORS = "./"
_FOLDER = "folder\0"  # how the row keys of folders begin; a param's is its name, which holds no NUL
_MOST_INDENTED = 12


@dataclass(frozen=True)
class ParamTree:
    """The rows with the params' values, the paths of all folders, and which folder each row is in or stands for."""

    facts: Facts
    folders: tuple[str, ...]
    folder_of: Mapping[str, str]

    def row_of_folder(self, path: str) -> str | None:
        """The key of the row that stands for a folder, which may be a param of that name too."""
        table = self.facts.table
        return next((key for key in (f"{_FOLDER}{path}", path) if table.row_of(key) is not None), None)


def param_tree(params: Mapping[str, str], query: str, folded: frozenset[str], glyphs: Glyphs) -> ParamTree:
    """Params that hold every word of ``query`` in name or value, under their folders; ``folded`` are closed ones.

    While there is a query every folder is open, so that no match is hidden.
    """
    ordered = sorted(params.items(), key=lambda pair: natural(pair[0]))
    words = query.lower().split()

    def matches(place: int) -> bool:
        name, value = ordered[place]
        return all(word in f"{name} {value}".lower() for word in words)

    lines = path_tree(
        [name for name, _ in ordered],
        folded=folded,
        matches=matches if words else None,
        by_name=True,
        separators=SEPARATORS,
    )
    keys: list[str] = []
    names: list[str] = []
    values: list[str] = []
    tones: list[Tone] = []
    whole: dict[str, str] = {}
    folders: list[str] = []
    folder_of: dict[str, str] = {}
    above: list[str] = []  # paths of the open folders that a line is in
    for line in lines:
        del above[line.depth :]
        if line.is_folder:
            folders.append(line.path)
        sign = (glyphs.folded if line.folded else glyphs.unfolded) if line.is_folder else " "
        names.append(f"{'  ' * min(line.depth, _MOST_INDENTED)}{sign} {named(line.label)}")
        below = f"{count(line.below)} param{'s' if line.below != 1 else ''}" if line.folded else ""
        if line.item is None or line.context:  # a param that does not match is there as a folder only
            key, shown = f"{_FOLDER}{line.path}", below
        else:
            key, value = ordered[line.item]
            whole[key] = value
            shown = clean(value[:VALUE_CELLS]) + (f"  ({below})" if below else "")
        keys.append(key)
        values.append(shown)
        tones.append("" if key in whole else "muted")
        if line.is_folder or above:
            folder_of[key] = line.path if line.is_folder else above[-1]
        above.append(line.path)
    cells = max((width(value) for value in values[:2000]), default=0)
    columns = (
        Column("name", "param", name_width(names), frozen=True),
        Column("value", "value", max(20, min(VALUE_CELLS, cells))),
    )
    behind: dict[str, Sequence[Any]] = {
        "name": [key.removeprefix(_FOLDER) for key in keys],
        "value": [whole.get(key) for key in keys],
    }
    table = RowsTable(
        columns,
        keys,
        {"name": names, "value": values},
        {"value": tones, "name": tones},
        values=behind,
        levels=[line.depth for line in lines],
    )
    return ParamTree(Facts(table, whole), tuple(folders), folder_of)


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
