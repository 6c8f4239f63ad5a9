"""Exponential smoothing as TensorBoard and W&B do it: each value weighed with those before it, and debiased."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
