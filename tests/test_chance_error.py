"""What chance makes of a calibration error, against closed forms."""

import numpy as np
import pytest

from earwitness.metrics.chance_error import binned_error, chance_errors, error_ends


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
