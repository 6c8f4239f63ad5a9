"""A history made ready to be drawn: in numpy, in the order of its axis, what is not finite set apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tui.domain.series.history import MetricHistory, as_numpy

Numbers = NDArray[np.float64]
_serials = itertools.count()


class Axis(str, Enum):
    """What a curve goes along."""

    STEP = "step"
    RELATIVE = "time since the start"  # milliseconds since the first point
    CLOCK = "wall clock"  # milliseconds since the epoch

    def following(self) -> Axis:
        """The next kind of axis, round and round."""
        kinds = list(Axis)
        return kinds[(kinds.index(self) + 1) % len(kinds)]


@dataclass(frozen=True)
class CurvePoint:
    """What a curve says at one place: the nearest point, NaN and ±∞ included."""

    x: float
    value: float
    smooth: float | None  # None where nothing is smoothed, or the point is not finite
    step: float  # whole numbers are ints
    timestamp_ms: float


class Curve:
    """One history along one axis. ``x`` and ``y`` hold the finite points, ``odd_x`` and ``odd_y`` the others.

    ``gaps[i]`` counts the points that are not finite before finite point ``i``: where it grows, the line is broken.
    """

    def __init__(self, history: MetricHistory, axis: Axis = Axis.STEP) -> None:
        self.history = history
        self.serial = next(_serials)  # tells curves apart also when one has taken the memory of another
        self.axis = axis
        steps, times, values = (as_numpy(column) for column in (history.steps, history.timestamps_ms, history.values))
        along = steps if axis is Axis.STEP else times
        if axis is Axis.RELATIVE and len(times):
            along = times - times.min()
        if len(along) > 1 and bool((along[1:] < along[:-1]).any()):
            order = np.argsort(along, kind="stable")
            steps, times, values, along = steps[order], times[order], values[order], along[order]
        self._all_x: Numbers = along.astype(np.float64)
        self._all_y: Numbers = values
        self._steps, self._times = steps, times
        finite = np.isfinite(values)
        self._finite = finite
        self.x: Numbers = self._all_x[finite]
        self.y: Numbers = values[finite]
        self.odd_x: Numbers = self._all_x[~finite]
        self.odd_y: Numbers = values[~finite]
        self.gaps: NDArray[np.int64] = np.cumsum(~finite)[finite].astype(np.int64)
        self._smooth: dict[float, Numbers] = {}

    def __len__(self) -> int:
        return len(self._all_x)

    @cached_property
    def extent(self) -> tuple[float, float] | None:
        """Where it begins and ends along its axis; None if there is no point."""
        return (float(self._all_x[0]), float(self._all_x[-1])) if len(self) else None

    def values(self, weight: float = 0.0) -> Numbers:
        """The finite values, smoothed by that weight."""
        if weight <= 0:
            return self.y
        kept = self._smooth.get(weight)
        if kept is None:
            self._smooth.clear()  # one weight at a time is looked at
            kept = self._smooth[weight] = smoothed(self.y, weight)
        return kept

    def within(self, low: float, high: float) -> slice:
        """The finite points from ``low`` to ``high``."""
        return slice(int(np.searchsorted(self.x, low, "left")), int(np.searchsorted(self.x, high, "right")))

    def steps_within(self, low: float, high: float) -> tuple[float, float] | None:
        """The least and the greatest step from ``low`` to ``high``, with the next point at each side; None if none."""
        if not len(self):
            return None
        start = max(0, int(np.searchsorted(self._all_x, low, "left")) - 1)
        stop = min(len(self), int(np.searchsorted(self._all_x, high, "right")) + 1)
        steps = self._steps[start:stop]
        return steps.min().item(), steps.max().item()

    def beside(self, x: float, by: int) -> float | None:
        """The place of the nearest point after (``by`` 1) or before (-1) ``x``; None at the end."""
        at = int(np.searchsorted(self._all_x, x, "right" if by > 0 else "left")) - (by < 0)
        return float(self._all_x[at]) if 0 <= at < len(self) else None

    def at(self, x: float, weight: float = 0.0) -> CurvePoint | None:
        """The point nearest to ``x``, the last of those at one place; None where the curve has no point."""
        if not len(self):
            return None
        after = int(np.searchsorted(self._all_x, x, "right"))
        if after == 0:
            at = int(np.searchsorted(self._all_x, self._all_x[0], "right")) - 1
        elif after == len(self) or x - self._all_x[after - 1] <= self._all_x[after] - x:
            at = after - 1
        else:
            at = int(np.searchsorted(self._all_x, self._all_x[after], "right")) - 1
        value = float(self._all_y[at])
        smooth = None
        if weight > 0 and np.isfinite(value):
            smooth = float(self.values(weight)[int(np.count_nonzero(self._finite[: at + 1])) - 1])
        return CurvePoint(float(self._all_x[at]), value, smooth, self._steps[at].item(), self._times[at].item())

    def rows(self) -> Iterator[tuple[float, float, float, float]]:
        """All points in the order of the axis: place, step, time in milliseconds, value."""
        columns = (self._all_x, self._steps, self._times, self._all_y)
        return zip(*(column.tolist() for column in columns), strict=True)


WEIGHTS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
_NOTHING = 1e-18  # a weight that no longer changes a double


def smoothed(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """The debiased exponential moving average of finite values, ``0 <= weight < 1``; 0 leaves them as they are.

    ``s[i] = weight * s[i-1] + (1 - weight) * y[i]`` from ``s[-1] = 0``, divided by ``1 - weight ** (i + 1)``, so that
    the first values are not drawn towards zero. Each point counts alike, however far apart their steps are.
    """
    count = len(values)
    if weight <= 0 or count < 2:
        return values
    sums = values * (1 - weight)
    # By doubling: after each round a sum reaches twice as far back, so that a few rounds over the array are enough.
    reach, factor = 1, weight
    while reach < count and factor > _NOTHING:
        sums[reach:] += factor * sums[:-reach].copy()
        reach *= 2
        factor *= factor
    bias = -np.expm1(np.log(weight) * np.arange(1, count + 1))
    with np.errstate(over="ignore"):
        averages = sums / bias
    # An average lies among what it is of; a rounding error beyond the largest double would be infinite.
    return np.asarray(np.clip(averages, values.min(), values.max()), dtype=np.float64)


def stepped(weight: float, by: int) -> float:
    """The next stronger (``by`` 1) or weaker (-1) weight of ``WEIGHTS``."""
    nearest = min(range(len(WEIGHTS)), key=lambda at: abs(WEIGHTS[at] - weight))
    return WEIGHTS[max(0, min(len(WEIGHTS) - 1, nearest + by))]


# Fewer points that look the same: of each column of the screen the first, the lowest, the highest and the last.


Indices = NDArray[np.intp]
_A_COLUMN = 4  # points that are kept of one


def decimate(x: Numbers, y: Numbers, most: int, window: tuple[float, float] | None = None) -> Indices:
    """The numbers of at most ``most`` points that show the same line, rising.

    ``x`` must not fall and ``y`` must be finite. The stretch between the ends of ``window`` (by default of ``x``) is
    cut into ``most // 4`` columns of one width; what is outside it is left out. Of each column the first and last point
    and the lowest and highest are kept, so that the ends are too. A column is told by ``column_of``.
    """
    low, high = window if window is not None else (float(x[0]), float(x[-1])) if len(x) else (0.0, 0.0)
    first, last = int(np.searchsorted(x, low, "left")), int(np.searchsorted(x, high, "right"))
    count = last - first
    if count <= 0 or most <= 0:
        return np.empty(0, dtype=np.intp)
    if count <= most:
        return np.arange(first, last, dtype=np.intp)
    if most < _A_COLUMN:
        return np.unique(np.array([first, last - 1], dtype=np.intp))[:most]
    columns = column_of(x[first:last], low, high, most // _A_COLUMN)
    starts = np.flatnonzero(np.concatenate(([True], columns[1:] != columns[:-1])))
    return _kept(y[first:last], starts) + first


def column_of(x: Numbers, low: float, high: float, columns: int) -> NDArray[np.int64]:
    """Which of ``columns`` columns each of ``x``, all between ``low`` and ``high``, falls into."""
    # Halves, so that the width of a window from the lowest to the highest number is finite.
    width = high / 2 - low / 2
    if width <= 0:
        return np.zeros(len(x), dtype=np.int64)
    fractions = (x / 2 - low / 2) / width
    return np.asarray(np.clip((fractions * columns).astype(np.int64), 0, columns - 1), dtype=np.int64)


def _kept(y: Numbers, starts: Indices) -> Indices:
    """The first, lowest, highest and last of each group of neighbours; ``starts`` are the groups' first points."""
    ends = np.append(starts[1:], len(y)) - 1
    sizes = ends - starts + 1
    kept = [starts, ends]
    for extremes in (np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)):
        reached = np.flatnonzero(y == np.repeat(extremes, sizes))
        kept.append(reached[np.searchsorted(reached, starts)])
    return np.asarray(np.unique(np.concatenate(kept)), dtype=np.intp)


def thin(values: Numbers, most: int) -> Indices:
    """The numbers of at most ``most`` values that keep the ends, every stretch's extremes, and where it is not finite.

    Unlike ``decimate`` this takes any values and goes by their order alone.
    """
    count = len(values)
    if count <= most:
        return np.arange(count, dtype=np.intp)
    if most < _A_COLUMN + 1:
        return np.unique(np.array([0, count - 1], dtype=np.intp))[:most]
    groups = max(1, most // (_A_COLUMN + 1))
    starts = np.unique(np.linspace(0, count, groups, endpoint=False).astype(np.intp))
    finite = np.isfinite(values)
    if finite.all():
        return _kept(values, starts)
    # What is not finite is taken for the first value of its stretch, so that it is never an extreme by itself.
    sizes = np.diff(np.append(starts, count))
    first_finite = np.flatnonzero(finite)
    odd = np.flatnonzero(~finite)
    kept = [starts, starts + sizes - 1]
    nearest = np.searchsorted(odd, starts)
    some = nearest < len(odd)
    candidates = odd[nearest[some]]
    kept.append(candidates[candidates < (starts + sizes)[some]])
    if len(first_finite):
        group = np.searchsorted(starts, first_finite, "right") - 1
        begins = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
        kept.append(first_finite[_extremes(values[first_finite], begins)])
    return np.asarray(np.unique(np.concatenate(kept)), dtype=np.intp)


def _extremes(y: Numbers, starts: Indices) -> Indices:
    """The lowest and highest of each group of neighbours."""
    sizes = np.diff(np.append(starts, len(y)))
    kept = []
    for extremes in (np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)):
        reached = np.flatnonzero(y == np.repeat(extremes, sizes))
        kept.append(reached[np.searchsorted(reached, starts)])
    return np.asarray(np.concatenate(kept), dtype=np.intp)
