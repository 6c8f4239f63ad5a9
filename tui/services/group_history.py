"""Histories of groups of runs: what is read of their runs, as the mean of each group and its spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.domain.series.history import SAMPLE_POINTS, Figures, HistoryPage, MetricHistory, figures_of, spread
from tui.gateway.ports import MetricHistoryPort

MOST_RUNS = 100  # of a group: as many as one request may name


def band(group: str) -> tuple[str, str, str]:
    """The ids of a group's mean, and of it less and plus one standard deviation."""
    return group, f"{group} -", f"{group} +"


def histories(history: MetricHistoryPort, groups: Mapping[str, Sequence[str]]) -> MetricHistoryPort:
    """Where histories are read: of groups where there are any, else of runs."""
    return GroupHistory(history, groups) if groups else history


class GroupHistory:
    """MetricHistoryPort over groups of runs by id; the other ids of ``band`` are those of its edges."""

    def __init__(self, history: MetricHistoryPort, groups: Mapping[str, Sequence[str]]) -> None:
        self._history = history
        self._groups = groups

    def sampled(
        self,
        run_ids: Sequence[str],
        key: str,
        *,
        points: int = SAMPLE_POINTS,
        steps: tuple[float, float] | None = None,
    ) -> dict[str, MetricHistory]:
        found: dict[str, MetricHistory] = {}
        for group, members in self._groups.items():
            names = band(group)
            if any(name in run_ids for name in names):
                read = self._history.sampled(members[:MOST_RUNS], key, points=points, steps=steps)
                made = spread(list(read.values()), names, key, points)
                found.update((name, made[name]) for name in names if name in run_ids)
        return found

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        made = {run_id: figures_of(one) for run_id, one in self.sampled(run_ids, key).items()}
        return {run_id: figures for run_id, figures in made.items() if figures is not None}

    def count_points(self, run_ids: Sequence[str]) -> dict[str, int]:
        return {}

    def page(self, run_id: str, key: str, *, token: str | None = None) -> HistoryPage:
        return HistoryPage(self.sampled([run_id], key)[run_id])
