"""Shares of pairs that a ranking loss sees, against counting them one by one."""

from itertools import combinations

import numpy as np
import pytest

from earwitness.train.coverage import covered_pairs, untied_pairs


def by_counting(ratings, batches):
    seen = every = 0
    for column in ratings.T:
        for one, other in combinations(range(len(column)), 2):
            if np.isnan(column[[one, other]]).any() or column[one] == column[other]:
                continue
            every += 1
            seen += any(one in batch and other in batch for batch in batches)
    return seen / every


@pytest.mark.parametrize("seed", range(5))
def test_against_counting(seed):
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 6, (23, 2)).astype(float)
    ratings[rng.random(ratings.shape) < 0.2] = np.nan
    batches = np.split(rng.permutation(23), [7, 14])
    assert covered_pairs(ratings, batches) == pytest.approx(by_counting(ratings, batches))


def test_one_batch_covers_all():
    assert covered_pairs(np.arange(6.0)[:, None], [np.arange(6)]) == 1.0


def test_nothing_to_rank_is_all_seen():
    assert covered_pairs(np.full((4, 1), 3.0), [np.array([0]), np.array([1])]) == 1.0
    assert untied_pairs(np.full(3, np.nan)) == 0
