"""Williams and Steiger: published values, a second route to the same number, and where they hold and do not (R4)."""

import math

import numpy as np
import pytest
from scipy import stats

from earwitness.metrics.correlation import mid_ranks
from earwitness.metrics.dependent import steiger, steiger_p, williams, williams_p


def test_the_p_of_three_correlations():
    # r.test(n=103, r12=.4, r13=.5, r23=.1) of R's psych prints t = -0.89, p = .37.
    assert williams_p(0.4, 0.5, 0.1, 103) == pytest.approx(0.375, abs=0.001)
    assert williams_p(0.5, 0.4, 0.1, 103) == williams_p(0.4, 0.5, 0.1, 103)
    assert steiger_p(0.4, 0.5, 0.1, 103) == pytest.approx(0.374, abs=0.001)


def test_williams_by_matrices():
    """Hotelling-Williams with the determinant taken by numpy."""
    a, b, between, n = 0.8, 0.65, 0.7, 36
    matrix = np.array([[1, a, b], [a, 1, between], [b, between, 1]])
    mean = (a + b) / 2
    spread = 2 * (n - 1) / (n - 3) * np.linalg.det(matrix) + mean**2 * (1 - between) ** 3
    t = (a - b) * math.sqrt((n - 1) * (1 + between) / spread)
    assert williams_p(a, b, between, n) == pytest.approx(2 * stats.t.sf(t, n - 3), rel=1e-9)


def test_steigers_z_by_its_equations():
    """Steiger (1980), equations 3 and 14 with the pooled mean, term by term."""
    a, b, between, n = 0.8, 0.65, 0.7, 36
    mean = (a + b) / 2
    joint = between * (1 - 2 * mean**2) - mean**2 * (1 - 2 * mean**2 - between**2) / 2
    z = (math.atanh(a) - math.atanh(b)) * math.sqrt((n - 3) / (2 - 2 * joint / (1 - mean**2) ** 2))
    assert steiger_p(a, b, between, n) == pytest.approx(2 * stats.norm.sf(z), rel=1e-12)


@pytest.mark.parametrize("p", [williams_p, steiger_p])
def test_nearly_equal_predictors_have_a_p(p):
    near = 0.99999969
    assert p(near, near, 1 - 2e-11, 36) == 1
    for other in (near + 1e-9, near - 1e-8):
        assert 0 <= p(near, other, 1 - 2e-11, 36) == p(other, near, 1 - 2e-11, 36) <= 1


@pytest.mark.parametrize("test", [williams, steiger])
@pytest.mark.parametrize("size", [1e-3, 1e-5, 1e-6, 1e-7])
def test_nearly_equal_predictors_can_be_compared(test, size):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        ratings = rng.normal(size=36)
        first = ratings + 1e-3 * rng.normal(size=36)
        found = test(first, first + size * rng.normal(size=36), ratings)
        if found.reason is None:
            assert 0 <= found.p <= 1
            assert found.low <= found.difference <= found.high
        else:
            assert found.reason == "perfect"


def two_predictors(seed, n=36, shape="normal"):
    """Two predictors that correlate by 0.8 with the ratings and by 0.7 with each other."""
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_normal([0, 0, 0], [[1, 0.7, 0.8], [0.7, 1, 0.8], [0.8, 0.8, 1]], n)
    if shape == "t(3)":
        # Jointly t with three degrees of freedom: now and then a clip is far out in all three.
        drawn /= np.sqrt(rng.chisquare(3, n) / 3)[:, None]
    return (mid_ranks(values) for values in drawn.T) if shape == "ranks" else drawn.T


@pytest.mark.parametrize("test", [williams, steiger])
def test_invariants(test):
    first, second, ratings = two_predictors(1)
    found, swapped = test(first, second, ratings), test(second, first, ratings)
    assert found.p == pytest.approx(swapped.p, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((-swapped.high, -swapped.low), rel=1e-9)
    scaled = test(3 * first - 1, second, 2 * ratings)
    assert (scaled.difference, scaled.p) == pytest.approx((found.difference, found.p), rel=1e-9)
    assert found.low < found.difference < found.high


@pytest.mark.parametrize("test", [williams, steiger])
def test_what_cannot_be_tested_says_why(test):
    assert test([1, 1, 1], [1, 2, 3], [1, 2, 3]).reason == "constant_scores"
    assert test([1, 2, 3], [1, 3, 2], [1, 2, 3]).reason == "too_few_units"
    ratings = np.arange(9.0)
    right = test(ratings, ratings[::-1] ** 2, ratings)
    assert (right.p, right.reason) == (None, "perfect")


@pytest.mark.parametrize("test", [williams, steiger])
def test_a_predictor_is_no_better_than_itself(test):
    first, _, ratings = two_predictors(2)
    for a, b, y in ((first, first, ratings), (first, 3 * first + 0.1, ratings), (ratings, ratings, ratings)):
        found = test(a, b, y)
        assert (found.difference, found.low, found.high, found.p, found.reason) == (0.0, 0.0, 0.0, 1.0, None)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("shape", "low", "high"), [("normal", 0.04, 0.06), ("ranks", 0.062, 0.11), ("t(3)", 0.12, 0.3)]
)
def test_williams_holds_for_normal_data_only(heavy, shape, low, high):
    """R4, 36 clips."""
    simulations = heavy.size(20_000)
    share = sum(williams(*two_predictors(seed, shape=shape)).p < 0.05 for seed in range(simulations)) / simulations
    heavy.record(f"R4 type I, Williams, n = 36, {shape}", simulations=simulations, share=share)
    slack = 0.0 if heavy.full else 4 * math.sqrt(share * (1 - share) / simulations)
    assert low - slack <= share <= high + slack


@pytest.mark.heavy
def test_zous_interval_holds_the_difference_95_times_of_100(heavy):
    """R4: LCC of 0.9 and 0.8 with the ratings, 0.7 between the predictors, 36 clips."""
    simulations, covered = heavy.size(4000), 0
    for seed in range(simulations):
        rng = np.random.default_rng(seed)
        drawn = rng.multivariate_normal([0, 0, 0], [[1, 0.7, 0.9], [0.7, 1, 0.8], [0.9, 0.8, 1]], 36)
        found = williams(*drawn.T)
        covered += found.low <= 0.1 <= found.high
    share = covered / simulations
    heavy.record("R4 coverage, Zou's interval, n = 36", simulations=simulations, share=share)
    assert abs(share - 0.95) <= max(0.02, 4 * math.sqrt(0.95 * 0.05 / simulations))
