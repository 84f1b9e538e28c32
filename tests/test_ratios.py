"""Ratios of sums over clusters against hand-worked numbers, mean_estimate and scipy."""

import numpy as np
import pytest
from scipy import stats

from earwitness.metrics.ratios import Ratio, bonett_price_ends, ends_of_difference, wilson_ends
from earwitness.metrics.uncertainty import mean_estimate


def ratio(parts, wholes=None, cluster=None):
    parts = np.array(parts, float)
    wholes = np.ones(len(parts)) if wholes is None else np.array(wholes, float)
    return Ratio.of(parts, wholes, np.arange(len(parts)) if cluster is None else np.array(cluster))


def test_by_hand():
    # Clusters (1 of 2), (2 of 2), (0 of 1): 3/5; errors (1 - 1.2)/5, (2 - 1.2)/5, -.6/5; squares .0016, .0256, .0144.
    found = ratio([1, 0, 1, 1, 0], cluster=[0, 0, 1, 1, 2])
    assert (found.value, found.units, found.binomial) == (0.6, 3, False)
    assert found.errors == pytest.approx([-0.04, 0.16, -0.12])
    assert found.variance == pytest.approx(0.0416 * 3 / 2)


def test_the_variance_of_a_mean_is_that_of_mean_estimate():
    rng = np.random.default_rng(0)
    values, cluster = rng.random(80), rng.integers(0, 12, 80)
    wanted = mean_estimate(list(values), clusters=list(cluster))
    assert ratio(values, cluster=cluster).t_ends() == pytest.approx((wanted.low, wanted.high), rel=1e-9)


def test_single_right_and_wrong_decisions_have_scipys_wilson_interval():
    for right in (0, 7, 20):
        wanted = stats.binomtest(right, 20).proportion_ci(0.95, method="wilson")
        found = ratio([1] * right + [0] * (20 - right)).wilson_ends()
        assert found == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_clusters_that_are_all_alike_count_as_one_decision_each():
    n, reach = 8, stats.norm.ppf(0.975)
    for parts in (np.ones(24), np.zeros(24), np.tile([1, 0, 1], 8), np.tile([0.1, 0.2, 0.3], 8)):
        found = ratio(parts, cluster=np.repeat(np.arange(8), 3))
        assert found.wilson_ends() == pytest.approx(wilson_ends(parts.mean(), n, reach))


def test_clusters_that_all_gain_alike_count_as_one_decision_each():
    for gain in (1.0, 0.25, 0.0, -0.5):
        found = ratio(np.full(24, gain), cluster=np.repeat(np.arange(8), 3))
        assert found.t_ends() == bonett_price_ends(max(gain, 0) * 8, max(-gain, 0) * 8, 8)


def test_copies_of_decisions_within_a_cluster_are_no_evidence():
    parts = np.random.default_rng(1).random(30) < 0.7
    # Of decisions alone the interval is the binomial one, with n for n - 1 and the normal for t.
    once, copied = ratio(parts), ratio(np.repeat(parts, 9), cluster=np.repeat(np.arange(30), 9))
    assert copied.wilson_ends() == pytest.approx(once.wilson_ends(), abs=0.012)


def test_resamples_are_ratios_of_what_was_drawn():
    found = ratio([2, 0, 1], wholes=[2, 0, 4])
    drawn = found.resampled(np.array([[1, 1, 1], [0, 3, 0], [0, 1, 2]], np.int32))
    assert np.array_equal(drawn, [0.5, np.nan, 0.25], equal_nan=True)


def test_what_does_not_exist():
    assert ratio([]).why_none == "too_few"
    assert ratio([0, 0], wholes=[0, 0]).why_none == "undefined"
    assert ratio([0, 0], wholes=[0, 1]).why_none is None


def test_newcombes_interval_of_two_shares():
    """56 of 70 against 48 of 80 (Newcombe, Statist. Med. 17, 1998, table II, example a): 0.0524 to 0.3339."""
    index = np.arange(150)
    first = Ratio.of(np.r_[np.ones(56), np.zeros(14)], np.ones(70), index[:70], 150)
    second = Ratio.of(np.r_[np.ones(48), np.zeros(32)], np.ones(80), index[70:], 150)
    assert ends_of_difference(first, second) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_errors_that_go_together_leave_the_difference():
    parts = np.random.default_rng(2).random(40) < 0.6
    same, apart = ratio(parts), ratio(1 - parts)
    # The same share of the same clusters: no doubt left but that of the ends' own asymmetry.
    assert ends_of_difference(same, same) == pytest.approx((0, 0), abs=0.06)
    low, high = ends_of_difference(same, apart)
    one_low, one_high = same.wilson_ends()
    assert high - low == pytest.approx(2 * (one_high - one_low), rel=0.01)


def test_a_difference_that_was_never_seen_has_a_width():
    # (0 + 1) / 22 on either side: 1.96 * sqrt(2 / 22 / 22).
    assert bonett_price_ends(0, 0, 20) == pytest.approx((-0.12599, 0.12599), abs=1e-5)
    assert bonett_price_ends(3, 9, 50) == tuple(-end for end in reversed(bonett_price_ends(9, 3, 50)))
