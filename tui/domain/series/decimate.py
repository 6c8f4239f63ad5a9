"""Fewer points that look the same: of each column of the screen the first, the lowest, the highest and the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
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
