"""Picking the right one: a look at each pair, hand-worked groups, chance, and intervals."""

import itertools

import numpy as np
import pytest
from scipy import stats

from earwitness.errors import UsageError
from earwitness.metrics.ranking import best_system, pairwise_accuracy, top1_accuracy


def by_looking(scores, ratings, groups=None) -> float:
    right = pairs = 0.0
    for i, j in itertools.combinations(range(len(scores)), 2):
        if ratings[i] != ratings[j] and (groups is None or groups[i] == groups[j]):
            pairs += 1
            order = np.sign(scores[i] - scores[j]) * np.sign(ratings[i] - ratings[j])
            right += (order + 1) / 2
    return right / pairs


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("levels", [3, 1000])
def test_pairwise_accuracy_is_that_of_a_look_at_each_pair(grouped, levels):
    rng = np.random.default_rng(levels)
    scores, ratings = rng.integers(0, levels, (2, 60)).astype(float)
    groups = rng.integers(0, 9, 60) if grouped else None
    found = pairwise_accuracy(scores, ratings, groups=groups, resamples=50)
    assert found.value == pytest.approx(by_looking(scores, ratings, groups), rel=1e-12)
    assert found.low < found.value < found.high


def test_pairwise_accuracy_invariants():
    ratings = np.random.default_rng(1).normal(size=40)
    right, wrong = pairwise_accuracy(ratings, ratings), pairwise_accuracy(-ratings, ratings)
    assert (right.value, right.low, right.reason) == (1.0, None, "perfect")
    assert wrong.value == 0.0
    tied = pairwise_accuracy(np.zeros(40), ratings)
    assert (tied.value, tied.low, tied.high, tied.reason) == (0.5, None, None, "constant_resamples")
    assert pairwise_accuracy([1, 2], [3, 3]).reason == "no_pairs"
    assert pairwise_accuracy([1, 2], [3, 3], groups=["a", "b"]).reason == "no_pairs"
    assert pairwise_accuracy([1, 2, 3], [2, 1, 3]).reason == "too_few_units"


def test_top1_by_hand():
    # a: right; b: wrong; c: two tied scores, one of them best: half; d: raters tied, left out; e: alone, left out.
    scores = [1, 2, 9, 1, 4, 4, 0, 5, 6, 7]
    ratings = [1, 2, 1, 2, 3, 4, 1, 2, 2, 9]
    found = top1_accuracy(scores, ratings, list("aabbcccdde"))
    assert (found.value, found.n, found.reason) == (0.5, 3, "too_few_units")
    assert top1_accuracy([1], [1], ["a"]).reason == "no_pairs"


def test_of_no_clips_nothing_is_known():
    assert top1_accuracy([], [], []).reason == "no_pairs"
    assert pairwise_accuracy([], []).reason == pairwise_accuracy([], [], groups=[]).reason == "no_pairs"
    assert best_system([], [], []).reason == "too_few"


def test_too_few_resamples_are_refused():
    for asked in (pairwise_accuracy, lambda *clips, **options: best_system(*clips, list("aabb"), **options)):
        with pytest.raises(UsageError, match="resamples is 0; wanted a whole number of at least 40"):
            asked([1, 2, 3, 4], [1, 2, 4, 3], resamples=0)


@pytest.mark.parametrize("right", [0, 7, 20])
def test_top1_has_wilsons_interval(right):
    # Groups of two; in the first ``right`` of 20 the better clip has the higher score.
    ratings = np.tile([0.0, 1.0], 20)
    scores = np.where(np.repeat(np.arange(20) < right, 2), ratings, -ratings)
    found = top1_accuracy(scores, ratings, np.repeat(np.arange(20), 2))
    wanted = stats.binomtest(right, 20).proportion_ci(0.95, method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((right / 20, wanted.low, wanted.high), abs=1e-9)


def test_chance_finds_one_in_the_groups_size():
    rng = np.random.default_rng(2)
    found = top1_accuracy(rng.random(8000), rng.random(8000), np.repeat(np.arange(2000), 4))
    assert found.low < 0.25 < found.high


def test_the_best_system():
    systems = ["x", "x", "x", "y", "y", "y"]
    firm = best_system([1, 2, 1, 8, 9, 8], [1, 1, 2, 4, 5, 4], systems)
    assert (firm.found, firm.share, firm.loss, firm.n) == (1.0, 1.0, 0.0, 2)
    missed = best_system([8, 9, 8, 1, 2, 1], [1, 1, 1, 4, 4, 4], systems)
    assert (missed.found, missed.share, missed.loss) == (0.0, 0.0, 3.0)
    shaky = best_system([1, 9, 1, 5, 1, 6], [1, 1, 2, 4, 5, 4], systems)
    assert 0.2 < shaky.share < 0.9
    tied = best_system([1, 1, 1, 1], [1, 2, 3, 4], ["x", "x", "y", "y"])
    assert (tied.found, tied.loss) == (0.5, 1.0)


def test_where_there_is_no_best_system():
    assert best_system([1, 2], [1, 2], ["x", "x"]).reason == "too_few"
    assert best_system([1, 2], [2, 2], ["x", "y"]).reason == "constant_ratings"
    alone = best_system([1, 2], [1, 2], ["x", "y"])
    assert (alone.found, alone.share, alone.reason) == (1.0, None, "single_clips")


def test_best_systems_that_only_rounding_tells_apart_are_both_best():
    """a and b have equal mean scores; b has the better ratings: half of the choice."""
    scores, systems = [0.1, 0.2, 0.3, 0.2, 0.2, 0.1, 0.1], list("aaabbcc")
    assert best_system(scores, [3, 3, 3, 4, 4, 1, 1], systems).found == 0.5
