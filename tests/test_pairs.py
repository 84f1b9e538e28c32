"""Pairs in and out of order against a look at each pair."""

import itertools

import numpy as np
import pytest

from earwitness.metrics.pairs import pair_counter, share_alike, tied_totals


def by_looking(x, y, counts) -> dict[str, int]:
    """Every pair of the clips that a resample holds, copies included."""
    found = dict.fromkeys(("concordant", "discordant", "tied_x", "tied_y", "tied_both", "total"), 0)
    clips = np.repeat(np.arange(len(x)), counts)
    for i, j in itertools.combinations(clips, 2):
        order = np.sign(x[i] - x[j]) * np.sign(y[i] - y[j])
        found["total"] += 1
        found["concordant"] += order > 0
        found["discordant"] += order < 0
        found["tied_x"] += x[i] == x[j]
        found["tied_y"] += y[i] == y[j]
        found["tied_both"] += x[i] == x[j] and y[i] == y[j]
    return found


@pytest.mark.parametrize("levels", [2, 5, 1000])
@pytest.mark.parametrize("n", [1, 2, 3, 8, 9, 33])
def test_counts_are_those_of_a_look_at_each_pair(n, levels):
    rng = np.random.default_rng(n * levels)
    x, y = rng.integers(0, levels, (2, n)).astype(float)
    counts = np.concatenate([np.ones((1, n), int), rng.integers(0, 4, (5, n))]).astype(np.int32)
    found = pair_counter(x, y)(counts)
    for row, resample in enumerate(counts):
        wanted = by_looking(x, y, resample)
        assert {name: getattr(found, name)[row] for name in wanted} == wanted


def test_shares_and_sums_of_pairs_by_hand():
    # y orders all but the last two; of those five pairs x orders three alike, one otherwise, and ties one.
    found = pair_counter(np.array([1.0, 3.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0, 3.0]))(np.ones((1, 4), np.int32))
    assert [found.excess[0], found.ordered_x[0], found.ordered_y[0]] == [2, 5, 5]
    assert found.share_alike.tolist() == [3.5 / 5]
    assert np.isnan(share_alike(np.array([0.0]), np.array([0.0]))).all()


def test_large_counts_stay_exact():
    # 100,000 copies of each of two clips in opposite order: 10^10 discordant pairs.
    found = pair_counter(np.array([0.0, 1.0]), np.array([1.0, 0.0]))(np.full((1, 2), 100_000, np.int32))
    assert found.discordant.tolist() == [1e10]
    assert found.tied_both.tolist() == [2 * 100_000 * 99_999 / 2]


def test_equal_values_share_their_total_in_ascending_order():
    totals = tied_totals(np.array([5.0, 1.0, 5.0, 3.0]))
    assert totals(np.array([[1, 2, 4, 8]], np.int32)).tolist() == [[2, 8, 5]]
