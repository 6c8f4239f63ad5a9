"""Sets of runs: grouped by params, tags or the parent run, summed up, and compared with a baseline set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tui.domain.diff.comparison import Comparison, Section, system_rows
from tui.domain.diff.directions import Direction, is_seed
from tui.domain.diff.sheet import METRICS
from tui.domain.diff.sources import PARENT_ROW
from tui.domain.natural import natural
from tui.domain.runs.statistics import Association, MeanDifference, SampleSummary, kruskal, spearman, summary, welch

MOST_TEXTS = 0.5  # texts of which more than this share are different sort no runs into groups
_NOTHING = "–"


@dataclass(frozen=True)
class Grouping:
    """Rows whose values say which set a run belongs to: pairs of group and name. ``title`` names it for people."""

    rows: tuple[tuple[str, str], ...]
    title: str


@dataclass(frozen=True)
class RunSet:
    """Some of the runs compared: what they have in common, and their columns."""

    values: tuple[str, ...]
    columns: tuple[int, ...]

    @property
    def title(self) -> str:
        if len(self.values) > 1 and set(self.values) == {_NOTHING}:
            return "without any of these"
        return ", ".join(value or '""' for value in self.values) or "all runs"

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True)
class Varying:
    """A param that is not the same throughout a set: the most values that it takes inside of one."""

    name: str
    values: int
    seed: bool  # by its name, one that is meant to vary


def groupings(comparison: Comparison) -> tuple[Grouping, ...]:
    """The ways to group these runs that make sets: by all params at once, by the parent, by each param or tag.

    All params at once are without the seeds, and without those that no two runs have the same of.
    """
    found: list[Grouping] = []
    names: dict[str, list[str]] = {"params": [], "tags": []}
    runs = len(comparison.subjects)
    unique: set[str] = set()
    for section in comparison.sections:
        if section.group in names:
            own = section.differs & (section.parents < 0) & ~system_rows(section)
            rows = np.flatnonzero(own).tolist()
            names[section.group] += [section.keys[row] for row in rows]
            if section.group == "params":
                unique |= {section.keys[row] for row in rows if len(set(section.meanings_of(row))) == runs}
    seeds = [name for name in names["params"] if is_seed(name) or (name in unique and runs > 2)]
    others = [name for name in names["params"] if name not in seeds]
    without = f" but {', '.join(seeds[:3])}" if seeds else ""
    offered = [Grouping(tuple(("params", name) for name in others), f"every param that differs{without}")]
    offered.append(Grouping((("overview", PARENT_ROW),), PARENT_ROW))
    offered += [Grouping(((group, name),), f"{_ONE[group]} {name}") for group in names for name in names[group]]
    for grouping in offered:
        if 1 < len(RunSets(comparison, grouping).sets) < runs:
            found.append(grouping)
    return tuple(found)


_ONE = {"params": "param", "tags": "tag"}


class RunSets:
    """The sets that a grouping makes of the runs compared, largest first, and what is known of each."""

    def __init__(self, comparison: Comparison, grouping: Grouping) -> None:
        self.comparison = comparison
        self.grouping = grouping
        self.sets = _grouped(comparison, grouping)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        return self.comparison.metrics

    @cached_property
    def _rows(self) -> dict[str, tuple[Section, int]]:
        return {key: (s, row) for s in self.comparison.sections if s.group in METRICS for row, key in enumerate(s.keys)}

    def direction(self, metric: str) -> Direction:
        return self.comparison.direction(*self._rows[metric])

    def values(self, metric: str, one: RunSet) -> list[float]:
        """A metric's values in a set; runs without it are left out."""
        (section, row), columns = self._rows[metric], list(one.columns)
        return [
            value
            for value, there in zip(
                section.numbers[row, columns].tolist(), section.present[row, columns].tolist(), strict=True
            )
            if there
        ]

    @cached_property
    def leaves_out(self) -> bool:
        """Whether any value is not finite, and so stands in no figure."""
        sections = {id(section): section for section, _ in self._rows.values()}
        return any(bool((one.present & ~np.isfinite(one.numbers)).any()) for one in sections.values())

    def summary(self, metric: str, one: RunSet) -> SampleSummary:
        return summary(self.values(metric, one))

    def difference(
        self, metric: str, baseline: RunSet, other: RunSet, confidence: float = 0.95
    ) -> MeanDifference | None:
        """How the mean of a metric in a set differs from that in the baseline set, where n allows."""
        return welch(self.summary(metric, baseline), self.summary(metric, other), confidence)

    @cached_property
    def varying(self) -> tuple[Varying, ...]:
        """Params that vary inside of sets, those meant to first: what the spread of a set stems from."""
        grouped = {name for group, name in self.grouping.rows if group == "params"}
        found = []
        for section in self.comparison.sections:
            if section.group != "params":
                continue
            for row in np.flatnonzero(section.differs & (section.parents < 0)).tolist():
                name = section.keys[row]
                codes = section.meanings_of(row)
                inside = [{codes[column] for column in one.columns} for one in self.sets]
                if name not in grouped and any(len(values) > 1 for values in inside):
                    found.append(Varying(name, max(len(values - {-1}) for values in inside), is_seed(name)))
        return tuple(sorted(found, key=lambda varying: (not varying.seed, natural(varying.name))))


def _grouped(comparison: Comparison, grouping: Grouping) -> tuple[RunSet, ...]:
    wanted: list[tuple[Section, int] | None] = []
    for group, name in grouping.rows:
        place = next(
            (
                (section, section.keys.index(name))
                for section in comparison.sections
                if section.group == group and name in section.keys
            ),
            None,
        )
        wanted.append(place)
    rows = [place for place in wanted if place is not None]
    codes = [section.meanings_of(row) for section, row in rows]
    members: dict[tuple[int, ...], list[int]] = {}
    for column in range(len(comparison.subjects)):
        members.setdefault(tuple(of_row[column] for of_row in codes), []).append(column)
    sets = [
        RunSet(tuple(_said(section, row, columns[0]) for section, row in rows), tuple(columns))
        for columns in members.values()
    ]
    return tuple(sorted(sets, key=lambda one: (-len(one), tuple(natural(value) for value in one.values))))


def _said(section: Section, row: int, column: int) -> str:
    text = section.text(row, column)
    if text is not None:
        return text
    return f"{section.numbers[row, column]:g}" if section.present[row, column] else _NOTHING


@dataclass(frozen=True)
class Importance:
    """A param, and how it goes with a metric over the runs compared."""

    param: str
    found: Association
    values: int  # different ones


def importances(comparison: Comparison, metric: str) -> tuple[Importance, ...]:
    """The params that vary, by how strongly they go with a metric: by rank, over runs that have both.

    Numbers by Spearman's rho; texts that sort runs into groups by Kruskal and Wallis; others are left out.
    """
    there = comparison.measured(metric)
    if there is None:
        return ()
    measured = there[0].numbers[there[1]]
    finite = np.isfinite(measured)
    found = []
    for params in comparison.sections:
        if params.group != "params":
            continue
        for row in np.flatnonzero(params.differs & (params.parents < 0)).tolist():
            association = _association(params, row, measured, finite)
            if association is not None:
                values = len(set(params.meanings_of(row)) - {-1})
                found.append(Importance(params.keys[row], association, values))
    return tuple(sorted(found, key=lambda one: (-abs(one.found.strength), natural(one.param))))


def _association(
    params: Section,
    row: int,
    measured: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    finite: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> Association | None:
    present = params.present[row]
    numeric = params.numeric[row] & np.isfinite(params.numbers[row])
    both = numeric & finite
    if (numeric == present)[finite].all() and both.any():
        return spearman(params.numbers[row][both].tolist(), measured[both].tolist())
    groups: dict[int, list[float]] = {}
    for code, value, kept in zip(params.meanings_of(row), measured.tolist(), (present & finite).tolist(), strict=True):
        if kept:
            groups.setdefault(code, []).append(value)
    count = sum(map(len, groups.values()))
    if len(groups) > max(2, MOST_TEXTS * count):
        return None
    return kruskal(list(groups.values()))


def best_metric(comparison: Comparison, metrics: Sequence[str]) -> str | None:
    """The metric to begin with: one that most runs have and that has a direction, validation before training."""
    rows = {metric: found for metric in metrics if (found := comparison.measured(metric)) is not None}

    def rank(metric: str) -> tuple[bool, int, bool, bool, str]:
        section, row = rows[metric]
        held_out = any(word in metric.lower() for word in ("val", "test", "eval"))
        direction = comparison.direction(section, row).better
        have = int(section.present[row].sum())
        return section.group != "metrics", -have, not direction, not held_out, natural(metric)

    return min(rows, key=rank, default=None)
