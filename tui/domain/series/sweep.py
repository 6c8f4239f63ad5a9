"""The trials of a sweep: ranked at a step that all of them have reached, judged by the median, and the Pareto front."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from tui.domain.diff.directions import verdict
from tui.domain.series.history import MetricHistory

RUNNING = ("RUNNING", "SCHEDULED")
TOTALS = ("n_trials", "max_evals", "num_trials", "n_iter", "max_trials", "num_samples", "trials")
"""Params and tags of a parent that tell how many trials there will be."""


@dataclass(frozen=True)
class Trial:
    """One trial; ``metrics`` are its last values, ``history`` is that of the metric it is ranked by."""

    run_id: str
    name: str
    status: str
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: MetricHistory | None = None

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def step(self) -> int | None:
        """The last step of its history."""
        return int(self.history.steps[-1]) if self.history is not None and len(self.history) else None


def best_until(trial: Trial, step: int, better: str) -> float | None:
    """The best value up to a step; None where it has none there."""
    history = trial.history
    if history is None:
        return None
    values = [v for at, v in zip(history.steps, history.values, strict=True) if at <= step and not math.isnan(v)]
    return None if not values else min(values) if better == "lower" else max(values)


def equal_step(trials: Sequence[Trial]) -> int | None:
    """The last step that every running trial with a history has reached; of none that run, the last of all."""
    steps = [trial.step for trial in trials if trial.status == "RUNNING" and trial.step is not None]
    every = [trial.step for trial in trials if trial.step is not None]
    return min(steps) if steps else max(every, default=None)


def would_end(trial: Trial, trials: Sequence[Trial], better: str) -> bool:
    """Whether the median of the finished would have ended it: its best so far is worse than theirs at that step."""
    step = trial.step
    if not trial.is_running or step is None or not better:
        return False
    finished = [t for t in trials if t.status == "FINISHED" and t.run_id != trial.run_id]
    theirs = [value for one in finished if (value := best_until(one, step, better)) is not None]
    own = best_until(trial, step, better)
    return bool(theirs) and own is not None and verdict(better, own, median(theirs)) == "worse"


def front(trials: Sequence[Trial], better: Mapping[str, str]) -> frozenset[str]:
    """The runs that no other is at least as good as in every metric and better than in one; by metric which way."""

    def point(trial: Trial) -> tuple[float, ...] | None:
        values = [trial.metrics.get(key, math.nan) for key in better]
        if any(math.isnan(value) for value in values):
            return None
        return tuple(-value if way == "lower" else value for value, way in zip(values, better.values(), strict=True))

    points = {trial.run_id: found for trial in trials if (found := point(trial)) is not None}
    return frozenset(
        run_id
        for run_id, own in points.items()
        if not any(other != own and all(a >= b for a, b in zip(other, own, strict=True)) for other in points.values())
    )


def left_to_run(trials: Sequence[Trial], told: Mapping[str, str]) -> int | None:
    """How many trials have not begun, by what the parent tells of their number; None where it does not."""
    for key in TOTALS:
        if told.get(key, "").isdecimal():
            return max(0, int(told[key]) - sum(1 for trial in trials if trial.status != "SCHEDULED"))
    return None
