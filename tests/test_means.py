"""Means that only rounding tells apart."""

import math
from fractions import Fraction

import numpy as np
import pytest

from earwitness.metrics.means import group_means, means_of


def test_the_mean_of_one_value_many_times_is_one_value():
    group = np.repeat(np.arange(7), [3, 4, 5, 6, 7, 11, 1000])
    assert np.ptp(group_means(np.full(len(group), 0.1), group)) == 0


def test_means_of_equal_decimals_are_equal():
    """Tenths drawn at random; what is equal is decided in whole numbers."""
    rng = np.random.default_rng(0)
    tenths, group = rng.integers(10, 51, 900), rng.permutation(np.repeat(np.arange(200), np.arange(200) % 8 + 1)[:900])
    means = group_means(tenths / 10, group)
    exact = [Fraction(int(tenths[group == g].sum()), int((group == g).sum())) for g in range(group.max() + 1)]
    assert len(set(means.tolist())) == len(set(exact)) < len(exact)
    assert np.array_equal(np.argsort(means, kind="stable"), np.argsort([float(e) * 1e6 for e in exact], kind="stable"))
    assert means == pytest.approx([float(e) / 10 for e in exact], rel=1e-13)


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e9, -1e200])
def test_what_differs_by_more_than_rounding_stays_apart(size):
    values = size * (1 + 1e-13 * np.arange(6))
    assert len(set(group_means(values, np.arange(6)).tolist())) == 6


def test_rows_are_leveled_together():
    sums = np.array([[0.1 + 0.2 + 0.3, 0.4], [0.6, math.fsum([0.1, 0.3])]])
    assert len(set(means_of(sums, np.array([3, 2]), np.array([0.3])).reshape(-1).tolist())) == 1
    assert means_of(np.zeros((0, 2)), np.array([1, 1]), np.zeros(0)).shape == (0, 2)
