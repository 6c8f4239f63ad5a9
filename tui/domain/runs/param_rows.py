"""Params of a run as a tree by the ``.`` and ``/`` in their names, with folders that fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain import quantities
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.quantities import count, extent, sparkline
from tui.domain.runs.path_tree import path_tree
from tui.domain.runs.tables import VALUE_CELLS, Facts, name_width
from tui.domain.series.history import MetricHistory
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, natural, width
from tui.domain.values import MetricValue, RunDetail

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


# The metrics of one run as a table: last value, shape, extremes, step, age; the shapes come later, row by row.


SYSTEM = "system/"  # what MLflow's own monitor records begins so
SHAPE_CELLS = 14
_NAME_CELLS = (12, 40)


@dataclass(frozen=True)
class Shape:
    """What a row shows of a history: a sparkline, the extremes (None without a finite value), what is not finite.

    ``exact`` is False where the extremes are those of a sample that may have lost some.
    """

    spark: str
    low: float | None
    high: float | None
    exact: bool
    points: int | None
    odd: int


def shape_of(history: MetricHistory, glyphs: Glyphs) -> Shape:
    """The shape of a history."""
    found = extent(history.values)
    return Shape(
        sparkline(history.values, SHAPE_CELLS, ascii_only=glyphs == ASCII),
        found[0] if found else None,
        found[1] if found else None,
        history.keeps_extremes,
        history.total,
        history.nans + history.highs + history.lows,
    )


def of_tab(metrics: Sequence[MetricValue], *, system: bool) -> list[MetricValue]:
    """The metrics of the tab of system metrics, or of the other one, by name."""
    return sorted((m for m in metrics if m.key.startswith(SYSTEM) is system), key=lambda m: natural(m.key))


def matching(metrics: Sequence[MetricValue], query: str) -> list[MetricValue]:
    """Those whose names hold every word of ``query``."""
    words = query.lower().split()
    return [m for m in metrics if all(word in m.key.lower() for word in words)]


def metric_table(metrics: Sequence[MetricValue], shapes: Mapping[str, Shape], now_ms: int, glyphs: Glyphs) -> RowsTable:
    """A row for each metric; shapes that have not come are dots."""
    waiting = glyphs.ellipsis
    found = [shapes.get(m.key) for m in metrics]
    names = [named(m.key) for m in metrics]
    last = [quantities.number(m.value) for m in metrics]
    steps = [quantities.count(m.step) for m in metrics]

    def extremes(values: Sequence[float | None]) -> list[str]:
        texts = []
        for shape, value in zip(found, values, strict=True):
            if shape is None:
                texts.append(waiting)
            elif value is None:
                texts.append(glyphs.absent)
            else:
                texts.append(("" if shape.exact else "~") + quantities.number(value))
        return texts

    cells = {
        "name": names,
        "value": last,
        "shape": [waiting if shape is None else shape.spark for shape in found],
        "min": extremes([shape.low if shape else None for shape in found]),
        "max": extremes([shape.high if shape else None for shape in found]),
        "step": steps,
        "age": [quantities.ago(m.timestamp_ms, now_ms) for m in metrics],
    }

    def wide(key: str, least: int) -> int:
        return max([least, *(width(text) for text in cells[key][:2000])])

    columns = (
        Column("name", "metric", max(_NAME_CELLS[0], min(_NAME_CELLS[1], wide("name", 0))), frozen=True),
        Column("value", "last", wide("value", 9), "right"),
        Column("shape", "shape", SHAPE_CELLS),
        Column("min", "min", wide("min", 9), "right"),
        Column("max", "max", wide("max", 9), "right"),
        Column("step", "step", wide("step", 6), "right"),
        Column("age", "recorded", 9, "right"),
    )
    odd: list[Tone] = ["warn" if m.value != m.value else "" for m in metrics]
    shaded: list[Tone] = ["muted" if shape is None else "warn" if shape.odd else "accent" for shape in found]
    muted: list[Tone] = ["muted" if shape is None else "" for shape in found]
    ages: list[Tone] = ["muted"] * len(names)
    tones = {"value": odd, "shape": shaded, "min": muted, "max": muted, "age": ages}
    values: dict[str, Sequence[Any]] = {
        "value": [m.value for m in metrics],
        "min": [shape.low if shape else None for shape in found],
        "max": [shape.high if shape else None for shape in found],
        "step": [m.step for m in metrics],
        "age": [m.timestamp_ms for m in metrics],
    }
    return RowsTable(columns, [m.key for m in metrics], cells, tones, values=values)
