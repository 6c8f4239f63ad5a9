"""Experiments as rows: a tree by the ``/`` in their names, or a list; filtered, sorted, folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from tui.domain import quantities
from tui.domain.experiments.views import Experiment
from tui.domain.glyphs import Glyphs
from tui.domain.runs.path_tree import PathRow, path_tree
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width

_LEAST_NAME = 12
_GAP = 2  # cells between two columns
FOLDER = "folder:"  # how the row keys of folders begin; experiments' are their ids, which hold no colon


@dataclass(frozen=True)
class ExperimentsSpec:
    """How to show them. ``folded`` holds paths of folders; ``zone`` is set where dates are wanted instead of ages."""

    query: str = ""
    as_tree: bool = True
    by_name: bool = False
    folded: frozenset[str] = frozenset()
    now_ms: int = 0
    zone: tzinfo | None = None
    width: int = 30  # cells for all columns
    with_lifecycle: bool = False


@dataclass(frozen=True)
class ExperimentRows:
    """The table, how many experiments match the query, and the paths of the folders that there are."""

    table: RowsTable
    matching: int
    folders: tuple[str, ...]
    _folder_of: Mapping[str, str]

    def folder_of(self, row_key: str) -> str | None:
        """The path that folding on this row folds: the folder's own, or that of the experiment's folder."""
        return self._folder_of.get(row_key)


class _Writer:
    """Collects the cells of the rows."""

    def __init__(self, counts: Mapping[str, int], spec: ExperimentsSpec, glyphs: Glyphs) -> None:
        self.counts, self.spec, self.glyphs = counts, spec, glyphs
        self.keys: list[str] = []
        self.names: list[str] = []
        self.runs: list[str] = []
        self.updated: list[str] = []
        self.states: list[str] = []
        self.tones: list[Tone] = []
        self.folder_of: dict[str, str] = {}

    def row(self, key: str, name: str, runs: int | None, updated_ms: int | None, state: str, tone: Tone) -> None:
        self.keys.append(key)
        self.names.append(name)
        self.runs.append(quantities.count(runs) if runs is not None else "")
        self.updated.append(self.when(updated_ms))
        self.states.append(state)
        self.tones.append(tone)

    def when(self, time_ms: int | None) -> str:
        if time_ms is None or time_ms < 0:
            return ""
        if self.spec.zone is not None:
            return self.date(time_ms, self.spec.zone)
        return quantities.ago(time_ms, self.spec.now_ms)

    def date(self, time_ms: int, zone: tzinfo) -> str:
        """The time of day for today, else the day: there is little room."""
        today = quantities.stamp(self.spec.now_ms, zone)[:10]
        said = quantities.stamp(time_ms, zone)
        return said[11:16] if said[:10] == today else said[:10]

    def experiment(self, experiment: Experiment, name: str) -> None:
        deleted = experiment.lifecycle == "deleted"
        shown = f"{name} {self.glyphs.deleted}" if deleted else name
        state = "deleted" if deleted else "active"
        self.row(
            experiment.id,
            shown,
            self.counts.get(experiment.id),
            experiment.updated_ms,
            state,
            "muted" if deleted else "",
        )

    def table(self) -> RowsTable:
        cells = {"name": self.names, "runs": self.runs, "updated": self.updated, "lifecycle": self.states}
        updated = max([4, *map(len, self.updated)])
        lifecycle = 7 if self.spec.with_lifecycle else 0
        runs = max([4, *map(len, self.runs)]) if any(self.runs) else 0
        room = self.spec.width - sum(cells + _GAP for cells in (updated, runs, lifecycle) if cells)
        if runs and room < _LEAST_NAME:
            room, runs = room + runs + _GAP, 0  # where there is no room for all, the counts are the first to go
        wanted = max([_LEAST_NAME, *(width(name) for name in self.names[:2000])])
        columns = [Column("name", "experiment", max(_LEAST_NAME, min(wanted, room)))]
        if runs:
            columns.append(Column("runs", "runs", runs, "right"))
        columns.append(Column("updated", "last", updated, "right"))
        if lifecycle:
            columns.append(Column("lifecycle", "state", lifecycle))
        muted: list[Tone] = ["muted"] * len(self.keys)
        tones = {"name": self.tones, "runs": muted, "updated": muted, "lifecycle": muted}
        return RowsTable(columns, self.keys, cells, tones)


def experiment_rows(
    experiments: Sequence[Experiment], counts: Mapping[str, int], spec: ExperimentsSpec, glyphs: Glyphs
) -> ExperimentRows:
    """The rows for these experiments; ``counts`` is the number of runs by experiment id, where it is known.

    Every word of the query must be in the name, whatever the case; in the tree the folders above a match stay.
    """
    words = spec.query.lower().split()

    def matches(experiment: Experiment) -> bool:
        name = experiment.name.lower()
        return all(word in name for word in words)

    ordered = sorted(experiments, key=_by_name if spec.by_name else _by_update)
    writer = _Writer(counts, spec, glyphs)
    folders: list[str] = []
    if spec.as_tree:
        lines = path_tree(
            [experiment.name for experiment in ordered],
            folded=spec.folded,
            matches=(lambda place: matches(ordered[place])) if words else None,
            by_name=spec.by_name,
        )
        _write_lines(lines, ordered, writer, folders)
    else:
        for experiment in filter(matches, ordered):
            writer.experiment(experiment, clean(experiment.name))
    matching = sum(map(matches, experiments)) if words else len(experiments)
    return ExperimentRows(writer.table(), matching, tuple(folders), writer.folder_of)


def _by_name(experiment: Experiment) -> tuple[str, str]:
    return experiment.name.lower(), experiment.name


def _by_update(experiment: Experiment) -> tuple[int, str]:
    return -(experiment.updated_ms or 0), experiment.name


def _write_lines(lines: Sequence[PathRow], ordered: Sequence[Experiment], writer: _Writer, folders: list[str]) -> None:
    glyphs = writer.glyphs
    above: list[str] = []  # paths of the open folders that a line is in
    for line in lines:
        del above[line.depth :]
        if line.is_folder:
            folders.append(line.path)
            sign = glyphs.folded if line.folded else glyphs.unfolded
        else:
            sign = " "
        # Names can hold thousands of slashes: what is deeper than this is not drawn further to the right.
        name = f"{'  ' * min(line.depth, 12)}{sign} {clean(line.label)}"
        inside = line.path if line.is_folder else (above[-1] if above else "")
        if line.item is not None:
            experiment = ordered[line.item]
            writer.experiment(experiment, name)
            writer.folder_of[experiment.id] = inside
        else:
            key = f"{FOLDER}{line.path}"
            hidden = f"  {quantities.count(line.below)}" if line.folded else ""
            writer.row(key, f"{name}/{hidden}", None, None, "", "muted")
            writer.folder_of[key] = inside
        above.append(line.path)
