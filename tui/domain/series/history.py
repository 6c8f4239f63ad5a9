"""What was recorded of one metric of one run, as plain arrays; numpy is loaded when some are made, not before."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_RUNS = 100  # that MLflow takes in one request for samples
SAMPLE_POINTS = 2500  # the most that MLflow's servers give of one run in one sample
PAGE_POINTS = 25_000  # the most that they give in one page of a whole history
MOST_POINTS = 1_000_000  # of one history that are held in memory: 24 MB

Places: TypeAlias = "array[int] | array[float]"
"""Steps or times: whole numbers (typecode "q"), or floats where some are fractional, as SQLite takes and keeps them."""


def extended(column: Places, values: Sequence[float]) -> Places:
    """The column with these values after its own: fractional ones make it one of floats."""
    try:
        part: Places = array("q", values)  # what is fractional is refused
    except TypeError:
        part = array("d", values)
    if part.typecode != column.typecode and len(column):
        return array("d", [*column, *part])
    return column + part if len(column) else part  # type: ignore[operator]  # of one typecode


def as_numpy(column: array[Any]) -> NDArray[Any]:
    """The same numbers for numpy, not copied."""
    import numpy as np

    return np.frombuffer(column, dtype=column.typecode) if len(column) else np.empty(0, dtype=column.typecode)


@dataclass(frozen=True)
class MetricHistory:
    """Points of one metric of one run: three arrays of one length, by step and then by time.

    ``total`` is how many points were recorded in all, None where the server gave a sample without saying of how many.
    ``nans``, ``highs`` and ``lows`` count NaN, +∞ and -∞ among all points where ``total`` is known, else among these.
    ``keeps_extremes`` says whether the sample was taken so that no spike is lost.
    """

    run_id: str
    key: str
    steps: Places = field(default_factory=lambda: array("q"))
    timestamps_ms: Places = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    total: int | None = 0
    nans: int = 0
    highs: int = 0
    lows: int = 0
    keeps_extremes: bool = True

    def __len__(self) -> int:
        return len(self.values)

    def same_as(self, other: MetricHistory) -> bool:
        """Whether the points are the same; unlike ``==`` also where some are NaN."""
        return (
            self.total == other.total
            and self.steps == other.steps
            and self.timestamps_ms == other.timestamps_ms
            and self.values.tobytes() == other.values.tobytes()
        )

    @property
    def is_whole(self) -> bool:
        """Whether these are all the points that there are."""
        return self.total is not None and self.total == len(self.values)


@dataclass(frozen=True)
class Figures:
    """What the life of one metric of one run comes to: its extremes without NaN, its first value, where its last is.

    ``is_whole`` is False where they were taken from a sample, which may miss an extreme.
    """

    low: float
    high: float
    first: float
    step: float
    time_ms: float
    is_whole: bool = True


def figures_of(history: MetricHistory) -> Figures | None:
    """The figures of the points that have come; None where there are none."""
    if not history.values:
        return None
    known = [value for value in history.values if value == value]
    return Figures(
        min(known, default=math.nan),
        max(known, default=math.nan),
        history.values[0],
        float(history.steps[-1]),
        float(history.timestamps_ms[-1]),
        history.is_whole,
    )


@dataclass(frozen=True)
class HistoryPage:
    """Some consecutive points of a whole history; ``next_token`` asks for those after them, None at the end."""

    history: MetricHistory
    next_token: str | None = None


def recorded(
    run_id: str,
    key: str,
    steps: Sequence[float],
    timestamps_ms: Sequence[float],
    values: Sequence[float],
    *,
    whole: bool = True,
    keeps_extremes: bool = True,
) -> MetricHistory:
    """A history of these points, put in order of step and time, what is not finite counted."""
    import numpy as np

    step, time = (as_numpy(extended(array("q"), column)) for column in (steps, timestamps_ms))
    value = np.asarray(values, dtype=np.float64)
    later = step[1:] > step[:-1]
    if not bool((later | ((step[1:] == step[:-1]) & (time[1:] >= time[:-1]))).all()):
        order = np.lexsort((time, step))
        step, time, value = step[order], time[order], value[order]
    return MetricHistory(
        run_id,
        key,
        array(step.dtype.char.replace("l", "q"), step.tobytes()),
        array(time.dtype.char.replace("l", "q"), time.tobytes()),
        array("d", value.tobytes()),
        total=len(value) if whole else None,
        nans=int(np.isnan(value).sum()),
        highs=int(np.isposinf(value).sum()),
        lows=int(np.isneginf(value).sum()),
        keeps_extremes=keeps_extremes or whole,
    )


def joined(pages: Sequence[MetricHistory], *, whole: bool = True) -> MetricHistory:
    """The pages of a history as one; at least one page. ``whole`` says whether there is nothing after them."""
    first = pages[0]
    if len(pages) == 1 and whole:
        return first
    steps: Places = array("q")
    times: Places = array("q")
    values = array("d")
    for page in pages:
        steps, times = extended(steps, page.steps), extended(times, page.timestamps_ms)
        values.extend(page.values)
    return recorded(first.run_id, first.key, steps, times, values, whole=whole)


def refined(sample: MetricHistory, finer: MetricHistory, low: float, high: float) -> MetricHistory:
    """A sample with finer points in place of its own from step ``low`` to ``high``; what is counted stays."""
    steps = as_numpy(sample.steps)
    outside = (steps < low) | (steps > high)

    def both(mine: array[Any], other: array[Any]) -> list[Any]:
        kept: list[Any] = as_numpy(mine)[outside].tolist()
        return kept + other.tolist()

    made = recorded(
        sample.run_id,
        sample.key,
        both(sample.steps, finer.steps),
        both(sample.timestamps_ms, finer.timestamps_ms),
        both(sample.values, finer.values),
        whole=False,
        keeps_extremes=sample.keeps_extremes,
    )
    return replace(made, total=sample.total, nans=sample.nans, highs=sample.highs, lows=sample.lows)


def spread(
    histories: Sequence[MetricHistory], names: tuple[str, str, str], key: str, points: int = SAMPLE_POINTS
) -> dict[str, MetricHistory]:
    """The mean of several histories, and it less and plus one standard deviation, under three names.

    At each step of any of them, the runs count that began before it and ended after it, their values between their own
    points as on a straight line; what is not finite is left out. Where fewer than two runs count there is no spread.
    """
    import numpy as np

    parts = []
    for history in histories:
        step, value = as_numpy(history.steps).astype(np.float64), as_numpy(history.values)
        kept = np.isfinite(value)
        if kept.any():
            # Of several points at one step the last counts.
            last = np.append(step[kept][1:] != step[kept][:-1], True)
            parts.append((step[kept][last], as_numpy(history.timestamps_ms)[kept][last], value[kept][last]))
    if not parts:
        return {name: MetricHistory(name, key) for name in names}
    steps = np.unique(np.concatenate([step for step, _, _ in parts]))
    if len(steps) > points:
        steps = steps[np.linspace(0, len(steps) - 1, points).round().astype(np.int64)]
    none = {"left": np.nan, "right": np.nan}
    values = np.vstack([np.interp(steps, step, value, **none) for step, _, value in parts])
    times = np.vstack([np.interp(steps, step, time, **none) for step, time, _ in parts])
    counted = np.isfinite(values).sum(axis=0)
    mean, time = np.nanmean(values, axis=0), np.nanmean(times, axis=0)
    squares = np.nansum((values - mean) ** 2, axis=0)
    deviation = np.sqrt(squares / np.maximum(counted - 1, 1))
    whole = bool((steps == steps.round()).all())
    places = steps.astype(np.int64).tolist() if whole else steps.tolist()
    moments = time.round().astype(np.int64).tolist()
    return {
        name: recorded(name, key, places, moments, (mean + sign * deviation).tolist())
        for name, sign in zip(names, (0, -1, 1), strict=True)
    }
