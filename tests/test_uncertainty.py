"""Intervals against scipy, hand-worked numbers and simulations of what they promise."""

import math

import numpy as np
import pytest
from scipy import stats

from earwitness.metrics.uncertainty import mean_estimate


@pytest.mark.parametrize("n", [5, 6, 30, 1000])
def test_the_interval_is_scipys(n):
    values = np.random.default_rng(n).normal(0.6, 0.2, n)
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = mean_estimate(list(values))
    assert found.value == pytest.approx(values.mean(), rel=1e-12)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=1e-9)
    assert found.n == n


def test_by_hand():
    # Mean 3, variance 10/4, standard error sqrt(1/2); t(.975, 4) = 2.776445.
    found = mean_estimate([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (found.low, found.high) == pytest.approx((3 - 2.776445 / math.sqrt(2), 3 + 2.776445 / math.sqrt(2)))


def test_the_interval_is_cut_to_the_scale():
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    whole, cut = mean_estimate(values), mean_estimate(values, bounds=(2.0, 4.5))
    assert (cut.value, cut.low, cut.high, cut.n) == (whole.value, 2.0, 4.5, 5)
    assert mean_estimate(values, bounds=(-100.0, 100.0)) == whole
    assert mean_estimate(values, bounds=(0.0, 100.0)).low == whole.low


def test_clusters_by_hand():
    # Mean 4; clusters {1, 3}, {5, 7}, {4}, {4}, {4}: deviations sum to -4, 4, 0, 0, 0; variance 32 * 5/4 / 49;
    # t(.975, 4) = 2.776445.
    found = mean_estimate([1.0, 3.0, 5.0, 7.0, 4.0, 4.0, 4.0], clusters=list("aabbcde"))
    reach = 2.776445 * math.sqrt(40) / 7
    assert (found.value, found.low, found.high) == pytest.approx((4, 4 - reach, 4 + reach))
    assert found.n == 7


def test_clusters_of_one_clip_are_no_clusters():
    values = [0.1, 0.4, 0.35, 0.8, 0.6]
    assert mean_estimate(values, clusters=range(5)) == mean_estimate(values)


def test_clips_that_are_copies_of_each_other_count_once():
    values = [0.1, 0.4, 0.35, 0.8, 0.6]
    copies = mean_estimate(values * 10, clusters=list(range(5)) * 10)
    once = mean_estimate(values)
    assert (copies.low, copies.high) == pytest.approx((once.low, once.high))


def test_order_does_not_matter_to_the_last_bit():
    values = list(np.random.default_rng(0).random(999))
    assert mean_estimate(values) == mean_estimate(values[::-1])


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_fewer_than_five_tell_no_spread(n):
    values = [0.7, 0.2, 0.9, 0.4][:n]
    found = mean_estimate(values)
    assert (found.value, found.low, found.high, found.n) == (pytest.approx(sum(values) / n), None, None, n)
    assert mean_estimate(values * 10, clusters=list(range(n)) * 10).low is None


def test_equal_values_leave_no_doubt():
    assert mean_estimate([0.5] * 5).low == mean_estimate([0.5] * 5).high == 0.5


@pytest.mark.parametrize("values", [[], [0.5, math.nan], [math.inf]])
def test_what_is_no_number_is_refused(values):
    with pytest.raises(ValueError, match="wanted at least one, all finite"):
        mean_estimate(values)


def test_clusters_must_match():
    with pytest.raises(ValueError, match="got 2 values and 1 clusters"):
        mean_estimate([0.1, 0.2], clusters=["a"])


DRAWS = {
    "normal": (0.0, lambda rng, n: rng.normal(size=n)),
    "uniform": (0.5, lambda rng, n: rng.random(n)),
    # P(yes) is mostly near 0 or near 1.
    "U-shaped": (0.5, lambda rng, n: rng.beta(0.3, 0.3, n)),
}


def share_that_covers(simulations: int, mean: float, estimate) -> float:
    covered = 0
    for _ in range(simulations):
        found = estimate()
        covered += found.low <= mean <= found.high
    return covered / simulations


def check_coverage(share: float, simulations: int) -> None:
    """93-97 %, and as much more as chance may add to so few simulations (once in 30,000)."""
    slack = 4 * math.sqrt(0.95 * 0.05 / simulations)
    assert abs(share - 0.95) <= max(0.02, slack)


@pytest.mark.heavy
@pytest.mark.parametrize("shape", DRAWS)
@pytest.mark.parametrize("n", [30, 100])
def test_the_interval_holds_the_mean_95_times_of_100(heavy, shape, n):
    """R4."""
    simulations, rng = heavy.size(2000), np.random.default_rng(4)
    mean, draw = DRAWS[shape]
    share = share_that_covers(simulations, mean, lambda: mean_estimate(list(draw(rng, n))))
    heavy.record(f"R4 coverage, {shape}, n = {n}", simulations=simulations, share=share)
    check_coverage(share, simulations)


@pytest.mark.heavy
def test_the_interval_by_cluster_holds_where_that_by_clip_does_not(heavy):
    """R4: 36 systems of 10 clips whose means differ between systems as much as clips do within one."""
    simulations, rng = heavy.size(2000), np.random.default_rng(5)
    clusters = np.repeat(np.arange(36), 10)

    def clips():
        return list(rng.normal(size=36)[clusters] + rng.normal(size=360))

    share = share_that_covers(simulations, 0.0, lambda: mean_estimate(clips(), clusters=list(clusters)))
    naive = share_that_covers(simulations, 0.0, lambda: mean_estimate(clips()))
    heavy.record("R4 coverage, 36 systems of 10", simulations=simulations, share=share, share_by_clip=naive)
    check_coverage(share, simulations)
    assert naive < 0.8
