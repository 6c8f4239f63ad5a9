"""The few statistics that sets of runs are compared by; small enough to be owned, checked against SciPy in the tests.

Formulas: Welch (1947) for means of unequal variance; Numerical Recipes, 3rd edition, 6.2 and 6.4, for the incomplete
gamma and beta functions; Kruskal and Wallis (1952) for groups of ranks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, permutations
from operator import mul

_TINY = 1e-300
_CLOSE = 1e-15
_MOST_STEPS = 500
_EXACT = 6  # pairs whose orders (720) are all looked at
_FEW = 20  # pairs up to which the least p there can be is worth telling from 0
_NEAR = 1e-9  # of sums of products of ranks


@dataclass(frozen=True)
class SampleSummary:
    """A sample in figures; ``sd`` is that of a sample (n - 1), NaN below two values; ``left_out`` were not finite."""

    n: int
    mean: float
    sd: float
    low: float
    high: float
    median: float
    left_out: int = 0


def summary(values: Sequence[float]) -> SampleSummary:
    """The figures of a sample; NaN and infinite values are left out and counted."""
    finite = sorted(value for value in values if math.isfinite(value))
    n = len(finite)
    left_out = len(values) - n
    if not n:
        return SampleSummary(0, math.nan, math.nan, math.nan, math.nan, math.nan, left_out)
    mean = math.fsum(value / n for value in finite)
    median = finite[n // 2] if n % 2 else finite[n // 2 - 1] / 2 + finite[n // 2] / 2
    return SampleSummary(
        n, mean, math.sqrt(_variance(finite, mean)) if n > 1 else math.nan, finite[0], finite[-1], median, left_out
    )


@dataclass(frozen=True)
class MeanDifference:
    """mean(b) - mean(a) with a confidence interval, and Welch's test that there is none (two-sided ``p``)."""

    delta: float
    low: float
    high: float
    t: float
    degrees: float
    p: float


def welch(a: SampleSummary, b: SampleSummary, confidence: float = 0.95) -> MeanDifference | None:
    """Compare two means; None where either set has fewer than two values, or neither varies at all."""
    if a.n < 2 or b.n < 2:
        return None
    part_a, part_b = a.sd**2 / a.n, b.sd**2 / b.n
    error = math.sqrt(part_a + part_b)
    if not 0 < error < math.inf:
        return None
    share = part_a / (part_a + part_b)
    degrees = 1 / (share**2 / (a.n - 1) + (1 - share) ** 2 / (b.n - 1))
    delta = b.mean - a.mean
    t = delta / error
    half = t_quantile((1 + confidence) / 2, degrees) * error
    return MeanDifference(delta, delta - half, delta + half, t, degrees, t_two_sided(t, degrees))


@dataclass(frozen=True)
class Association:
    """How a param goes with a metric over ``n`` runs.

    ``strength`` is Spearman's rho (-1 to 1) for numbers; for texts it is epsilon squared (0 to 1), the share of the
    ranks' variance that lies between the texts. ``p`` is two-sided for rho, Kruskal and Wallis' for texts.
    """

    strength: float
    p: float
    n: int
    kind: str  # "rho" or "groups"


def spearman(x: Sequence[float], y: Sequence[float]) -> Association | None:
    """Rank correlation; None below three pairs or where either does not vary.

    ``p`` is by every order of the ranks up to ``_EXACT`` pairs, and by the t distribution beyond: with few pairs that
    would call chance certain (three in order are so one time in three).
    """
    n = len(x)
    if n < 3:
        return None
    ranks_x, ranks_y = ranks(x), ranks(y)
    rho = _pearson(ranks_x, ranks_y)
    if rho is None:
        return None
    if n <= _EXACT:
        return Association(rho, _exact(ranks_x, ranks_y), n, "rho")
    if abs(rho) >= 1:
        return Association(math.copysign(1, rho), 2 / float(math.factorial(n)) if n < _FEW else 0.0, n, "rho")
    t = rho * math.sqrt((n - 2) / (1 - rho * rho))
    return Association(rho, t_two_sided(t, n - 2), n, "rho")


def _exact(x: Sequence[float], y: Sequence[float]) -> float:
    """The share of the orders of ``y`` in which it goes with ``x`` at least as strongly, either way."""
    middle = math.fsum(x) * math.fsum(y) / len(x)
    # Ranks are halves at the smallest, so their products are exact.
    least = abs(math.fsum(a * b for a, b in zip(x, y, strict=True)) - middle)
    orders = [abs(math.fsum(map(mul, x, order)) - middle) for order in permutations(y)]
    reached = sum(1 for one in orders if one >= least - _NEAR)
    return reached / len(orders)


def kruskal(groups: Sequence[Sequence[float]]) -> Association | None:
    """Whether groups differ in rank; None below two groups that are not empty, three values, or where all are equal."""
    filled = [group for group in groups if len(group)]
    values = [value for group in filled for value in group]
    n = len(values)
    if len(filled) < 2 or n < 3:
        return None
    ranked = ranks(values)
    ties = math.fsum(len(same) ** 3 - len(same) for _, run in groupby(sorted(values)) if (same := list(run)))
    correction = 1 - ties / (n**3 - n)
    if correction <= 0:
        return None
    at, between = 0, 0.0
    for group in filled:
        between += math.fsum(ranked[at : at + len(group)]) ** 2 / len(group)
        at += len(group)
    h = max(0.0, (12 / (n * (n + 1)) * between - 3 * (n + 1)) / correction)
    return Association(min(1.0, h / (n - 1)), chi_square_above(h, len(filled) - 1), n, "groups")


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and values[order[stop]] == values[order[start]]:
            stop += 1
        for place in order[start:stop]:
            found[place] = (start + stop + 1) / 2
        start = stop
    return found


def t_two_sided(t: float, degrees: float) -> float:
    """The probability of a t at least as far from zero."""
    if math.isinf(t):
        return 0.0
    if t * t < degrees:
        # Near zero the other tail's beta keeps what the sum below would round away.
        return 1.0 - _beta(0.5, degrees / 2, t * t / (degrees + t * t))
    return _beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def t_quantile(probability: float, degrees: float) -> float:
    """The t below which that share of the distribution lies; ``probability`` within (0, 1)."""
    if probability < 0.5:
        return -t_quantile(1 - probability, degrees)
    tail = 2 * (1 - probability)
    low, high = 0.0, 1.0
    while t_two_sided(high, degrees) > tail and high < 1e300:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if t_two_sided(middle, degrees) > tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def chi_square_above(x: float, degrees: float) -> float:
    """The probability of a chi square at least that large."""
    return _gamma_above(degrees / 2, x / 2) if x / 2 > 0 else 1.0


def _variance(values: Sequence[float], mean: float) -> float:
    return math.fsum((value - mean) ** 2 / (len(values) - 1) for value in values)


def _pearson(x: Sequence[float], y: Sequence[float]) -> float | None:
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    dx, dy = [value - mean_x for value in x], [value - mean_y for value in y]
    scale = math.sqrt(math.fsum(d * d for d in dx) * math.fsum(d * d for d in dy))
    if scale == 0:
        return None
    return max(-1.0, min(1.0, math.fsum(a * b for a, b in zip(dx, dy, strict=True)) / scale))


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _kept_off_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _kept_off_zero(1 + term * d)
            c = _kept_off_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def _gamma_above(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function."""
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, _MOST_STEPS):
            term *= x / (a + step)
            total += term
            if term < total * _CLOSE:
                break
        return 1 - front * total
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value = d
    for step in range(1, _MOST_STEPS):
        b += 2
        term = -step * (step - a)
        d = 1 / _kept_off_zero(term * d + b)
        c = _kept_off_zero(b + term / c)
        value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return front * value


def _kept_off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
