"""The statistics, beside SciPy's."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from tui.domain.runs.groups import chi_square_above, kruskal, ranks, spearman, summary, t_quantile, t_two_sided, welch

values = st.lists(st.one_of(st.floats(-1e3, 1e3), st.integers(-3, 3).map(float)), min_size=2, max_size=12)


@given(st.floats(-60, 60), st.floats(1, 400))
def test_t(t: float, degrees: float) -> None:
    assert t_two_sided(t, degrees) == pytest.approx(2 * stats.t.sf(abs(t), degrees), rel=1e-8, abs=1e-14)


@given(st.floats(0.001, 0.999), st.floats(1, 400))
def test_quantiles_of_t(probability: float, degrees: float) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-8, abs=1e-9)


@given(st.floats(0, 300), st.integers(1, 60))
def test_chi_square(x: float, degrees: int) -> None:
    assert chi_square_above(x, degrees) == pytest.approx(stats.chi2.sf(x, degrees), rel=1e-8, abs=1e-14)


@given(values)
def test_summaries(sample: list[float]) -> None:
    found = summary([*sample, math.nan, math.inf])
    assert (found.n, found.left_out) == (len(sample), 2)
    assert found.mean == pytest.approx(np.mean(sample), rel=1e-9, abs=1e-9)
    assert found.sd == pytest.approx(np.std(sample, ddof=1), rel=1e-9, abs=1e-9)
    assert (found.low, found.high) == (min(sample), max(sample))
    assert found.median == pytest.approx(np.median(sample), rel=1e-9, abs=1e-9)


def test_small_samples() -> None:
    assert math.isnan(summary([]).mean)
    assert (summary([2.0]).mean, summary([2.0]).n) == (2.0, 1)
    assert math.isnan(summary([2.0]).sd)
    assert summary([1.7e308, 1.7e308]).mean == pytest.approx(1.7e308)


@given(values, values)
def test_welch(a: list[float], b: list[float]) -> None:
    assume(np.std(a) > 1e-6 or np.std(b) > 1e-6)
    found = welch(summary(a), summary(b))
    assert found is not None
    wanted = stats.ttest_ind(b, a, equal_var=False)
    assert found.t == pytest.approx(wanted.statistic, rel=1e-7, abs=1e-9)
    assert found.degrees == pytest.approx(wanted.df, rel=1e-7)
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-6, abs=1e-12)
    interval = wanted.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0, 2.0]), ([], []), ([1.0, 1.0], [2.0, 2.0])])
def test_welch_where_n_or_spread_does_not_allow_it(a: list[float], b: list[float]) -> None:
    assert welch(summary(a), summary(b)) is None


@given(values)
def test_ranks(sample: list[float]) -> None:
    assert ranks(sample) == pytest.approx(stats.rankdata(sample))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.floats(-10, 10)), min_size=3, max_size=30))
def test_spearman(pairs: list[tuple[int, float]]) -> None:
    x, y = [float(one) for one, _ in pairs], [other for _, other in pairs]
    found = spearman(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found is None
        return
    wanted = stats.spearmanr(x, y)
    assert found is not None
    assert found.strength == pytest.approx(wanted.statistic, abs=1e-9)
    assume(abs(found.strength) < 1 - 1e-9)  # there SciPy's p is of rounding alone
    if len(pairs) <= 6:
        orders = [abs(stats.spearmanr(x, order).statistic) for order in permutations(y)] if len(pairs) < 6 else []
        reached = [one >= abs(found.strength) - 1e-9 for one in orders]
        assert not reached or found.p == pytest.approx(sum(reached) / len(reached))
        return
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("n", "p"), [(3, 1 / 3), (4, 1 / 12), (5, 1 / 60), (6, 1 / 360), (7, 2 / 5040)])
def test_few_pairs_in_order_are_no_certainty(n: int, p: float) -> None:
    found = spearman([float(at) for at in range(n)], [float(-at) for at in range(n)])
    assert found is not None
    assert found.strength == -1.0
    assert found.p == pytest.approx(p)


def test_spearman_needs_three() -> None:
    assert spearman([1.0, 2.0], [1.0, 2.0]) is None
    assert spearman([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) is not None


@given(st.lists(st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=8), min_size=2, max_size=5))
def test_kruskal(groups: list[list[float]]) -> None:
    found = kruskal(groups)
    every = [value for group in groups for value in group]
    if len(set(every)) == 1 or len(every) < 3:
        assert found is None
        return
    wanted = stats.kruskal(*groups)
    assert found is not None
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-6, abs=1e-12)
    assert found.strength == pytest.approx(min(1, max(0, wanted.statistic) / (len(every) - 1)), rel=1e-6, abs=1e-12)
