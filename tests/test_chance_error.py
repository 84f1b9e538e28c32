"""What chance makes of a calibration error, against closed forms."""

import numpy as np
import pytest

from earwitness.metrics.chance_error import binned_error, chance_errors, design_effect, error_ends


def test_a_bins_gap_counts_by_its_answers():
    # (|.5 + .5| + |-.1|) / 3
    assert binned_error(np.array([0.5, 0.5, -0.1]), np.array([0, 0, 1])) == pytest.approx(1.1 / 3)


def test_the_error_by_chance_of_one_bin_is_the_mean_deviation_of_a_binomial():
    # k of 4 answers of .5 are true: |k - 2| / 4 is on average (2 * 1/16 * 2 + 2 * 4/16 * 1) / 4 = .1875.
    errors = chance_errors(np.full(4, 0.5), np.zeros(4, int), 40_000, 0)
    assert errors.mean() == pytest.approx(0.1875, abs=0.003)
    assert set(errors) == {0.0, 0.25, 0.5}


def test_who_is_certain_is_never_off_by_chance():
    assert chance_errors(np.array([0.0, 1.0, 1.0]), np.array([0, 1, 1]), 40, 0).max() == 0


def test_the_order_of_answers_does_not_matter():
    rng = np.random.default_rng(0)
    gaps, index, moved = rng.normal(0.1, 0.4, 60), np.repeat([0, 1, 2], 20), rng.permutation(60)
    one = error_ends(gaps, index, np.arange(60), 0.05, 200, 0)
    other = error_ends(gaps[moved], index[moved], np.arange(60)[moved], 0.05, 200, 0)
    assert one == pytest.approx(other)


def test_ends_lie_around_the_error_and_the_low_one_waits_for_chance():
    gaps, index, cluster = np.tile([0.5, 0.1], 50), np.zeros(100, int), np.arange(100)
    # One bin: its mean gap .3 has a standard error of .02.
    low, high = error_ends(gaps, index, cluster, 0.1, 2000, 0)
    assert (low, high) == (pytest.approx(0.26, abs=0.01), pytest.approx(0.34, abs=0.01))
    assert error_ends(gaps, index, cluster, 0.31, 2000, 0) == (0.0, pytest.approx(high))


def test_the_design_effect_counts_copies_and_not_answers_alone():
    rng = np.random.default_rng(1)
    gaps, index = rng.normal(size=200), np.repeat([0, 1], 100)
    assert design_effect(gaps, index, rng.permutation(200)) == pytest.approx(1.0)
    copies = design_effect(np.repeat(gaps, 6), np.repeat(index, 6), np.arange(1200) // 6)
    # m (k / (k - 1)) over n / (n - 1), of m = 6 copies, k = 100 clusters and n = 600 answers in a bin.
    assert copies == pytest.approx(6 * (100 / 99) / (600 / 599))
    assert design_effect(rng.normal(size=4000), np.zeros(4000, int), np.arange(4000) // 4) == pytest.approx(
        1.0, abs=0.1
    )


def test_clusters_whose_answers_make_up_for_each_other_have_no_deviation():
    gaps, index = np.tile([0.4, -0.2], 20), np.zeros(40, int)
    assert design_effect(gaps, index, np.arange(40) // 2) == 0
    assert design_effect(np.full(40, 0.3), index, np.arange(40) // 2) == 1


def test_the_low_end_is_0_where_the_error_is_not_unusual_of_a_perfect_judge():
    rng = np.random.default_rng(2)
    gaps, index = rng.choice([0.5, -0.5], 40), np.arange(40) // 10
    low, high = error_ends(gaps, index, np.arange(40), 0.0, 200, 0)
    assert low == 0.0
    assert high > binned_error(gaps, index)


def test_the_spread_of_a_bin_is_that_of_its_clusters():
    """Three clusters of 100 answers alike: a third of the variance of their mean is lost to it, and given back."""
    gaps, cluster = np.repeat([0.4, 0.5, 0.9], 100), np.repeat([0, 1, 2], 100)
    low, high = error_ends(gaps, np.zeros(300, int), cluster, 0.0, 20_000, 0)
    # The mean gap is .6; three draws of what the clusters lie beside it, widened by the square root of 3 / 2.
    means = np.random.default_rng(0).choice([-0.2, -0.1, 0.3], (50_000, 3)).mean(axis=1) * np.sqrt(1.5)
    below, above = np.quantile(means, [0.025, 0.975])
    assert (low, high) == (pytest.approx(0.6 - above, abs=0.02), pytest.approx(0.6 - below, abs=0.02))
