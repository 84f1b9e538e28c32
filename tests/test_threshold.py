"""Thresholds against trying every one of them, hand-worked cases, and what is refused."""

import tracemalloc

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.metrics.threshold import best_threshold, fit_threshold


def accuracy(scores, labels, threshold):
    return float(((np.asarray(scores) >= threshold) == np.asarray(labels, bool)).mean())


def test_separable_scores_are_cut_near_the_middle_of_their_gap():
    # .55 to one digit.
    fitted = fit_threshold([0.9, 0.1, 0.8, 0.3], [1, 0, 1, 0])
    assert (fitted.value, fitted.accuracy, fitted.n, fitted.matches) == (0.6, 1.0, 4, 2)
    # Four clips tell nothing about the spread.
    assert (fitted.low, fitted.high) == (None, None)


@pytest.mark.parametrize("seed", range(20))
def test_no_other_threshold_calls_more_right(seed):
    rng = np.random.default_rng(seed)
    labels = rng.random(60) < 0.4
    labels[:2] = True, False
    scores = np.round(rng.normal(labels * 0.3, 0.3), 1)  # with ties
    fitted = fit_threshold(scores, labels, resamples=40)
    best = max(accuracy(scores, labels, value) for value in [*np.unique(scores), np.inf])
    assert fitted.accuracy == pytest.approx(best)
    assert accuracy(scores, labels, fitted.value) == pytest.approx(best)


def test_the_interval_holds_the_threshold_of_the_population_and_narrows():
    # Scores of matches and others are normal around 1 and 0: the best cut is at .5.
    def drawn(count, seed):
        labels = np.arange(count) % 2
        return fit_threshold(np.random.default_rng(seed).normal(labels, 0.5), labels, resamples=200, seed=1)

    fits = [drawn(200, seed) for seed in range(40)]
    held = [fit.low <= 0.5 <= fit.high for fit in fits]
    assert sum(held) >= 34
    many = drawn(5000, 0)
    assert many.high - many.low < 0.7 * np.mean([fit.high - fit.low for fit in fits])


def test_clusters_are_drawn_as_wholes():
    rng = np.random.default_rng(0)
    caption = np.repeat(np.arange(10), 20)
    labels = np.tile([0, 1], 100)
    scores = rng.normal(labels * 0.5, 0.2) + rng.normal(0, 0.4, 10)[caption]
    alone = fit_threshold(scores, labels, seed=3)
    grouped = fit_threshold(scores, labels, clusters=caption.tolist(), seed=3)
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > alone.high - alone.low


@pytest.mark.parametrize(("low", "high"), [(0.98762, 0.98763), (0.1234555, 0.1234565), (0.5, np.nextafter(0.5, 1))])
def test_a_threshold_written_in_few_digits_still_parts_the_scores(low, high):
    fitted = fit_threshold([low, high], [0, 1])
    assert accuracy([low, high], [0, 1], float(str(fitted.value))) == fitted.accuracy == 1.0


def test_many_clips_take_memory_in_proportion():
    labels = np.arange(20_000) % 2
    scores = np.random.default_rng(0).normal(labels, 1.0)
    tracemalloc.start()
    fit_threshold(scores, labels, resamples=40)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A table of clips by scores would take 3.2 GB.
    assert peak < 50e6


def test_one_seed_gives_one_interval():
    rng = np.random.default_rng(0)
    labels = np.arange(50) % 2
    scores = rng.normal(labels, 1.0)
    fits = [fit_threshold(scores, labels, resamples=40, seed=seed) for seed in (5, 5, 6, 7, 8)]
    assert fits[0] == fits[1]
    assert len({(fit.low, fit.high) for fit in fits}) > 1


@pytest.mark.parametrize(
    ("scores", "labels", "text"),
    [
        ([0.1, 0.2], [1, 1], "all 2 labels are alike"),
        ([0.1, 0.2], [0, 2], r"labels\[1\] is 2.0"),
        ([0.1, float("nan")], [0, 1], r"scores\[1\] is nan"),
        ([0.1], [0, 1], "got 1 scores and 2 labels"),
    ],
)
def test_what_cannot_be_fitted_is_refused(scores, labels, text):
    with pytest.raises(UsageError, match=text):
        fit_threshold(scores, labels)


def test_the_threshold_alone_is_that_of_the_fit():
    rng = np.random.default_rng(5)
    for _ in range(20):
        scores, labels = rng.integers(0, 9, 30) / 8, rng.random(30) < 0.5
        labels[:2] = True, False
        assert best_threshold(scores, labels) == fit_threshold(scores, labels, resamples=40).value
