"""The three failure signatures, on results made to show each of them and none."""

import pytest

from earwitness.metrics.correlation import Measure
from earwitness.train.evaluation import AxisResult, Quarter
from earwitness.train.signatures import Signatures, failure_signatures, mean_over_seeds, spread_over_seeds


def result(srcc, mse, low=0.5, high=0.5):
    clip = {"srcc": Measure(srcc, 9, None if srcc is not None else "constant_scores"), "mse": Measure(mse, 9)}
    return AxisResult({"clip": clip}, Quarter(low, 0.1, 3), Quarter(high, -0.1, 3))


ALONE = [result(0.70, 0.50), result(0.72, 0.50)]


def shown(*ours):
    return failure_signatures(list(ours), ALONE).shown()


def test_a_clean_gain_shows_none():
    assert shown(result(0.80, 0.45), result(0.82, 0.45)) == ()


def test_ordered_better_and_rated_worse():
    assert shown(result(0.80, 0.60), result(0.82, 0.60)) == ("better_order_worse_values",)


def test_rated_worse_without_a_gain_in_order_is_another_matter():
    assert failure_signatures([result(0.60, 0.6), result(0.60, 0.6)], ALONE).better_order_worse_values is False


@pytest.mark.parametrize(("first", "second", "there"), [(0.65, 0.85, True), (0.62, 0.78, True), (0.74, 0.75, False)])
def test_a_difference_smaller_than_the_spread_over_seeds(first, second, there):
    found = failure_signatures([result(first, 0.5), result(second, 0.5)], ALONE)
    assert found.gain_within_seeds is there


def test_no_difference_and_no_spread_is_no_gain():
    same = [result(0.7, 0.5), result(0.7, 0.5)]
    assert failure_signatures(same, same).gain_within_seeds is True


def test_the_spread_of_huber_counts_too():
    wide = [result(0.50, 0.5), result(0.90, 0.5)]
    assert failure_signatures([result(0.79, 0.5), result(0.80, 0.5)], wide).gain_within_seeds is True


def test_a_poor_low_range():
    assert shown(result(0.80, 0.45, low=0.9, high=0.2), result(0.82, 0.45, low=0.9, high=0.2)) == ("poor_low_range",)


def test_a_low_range_that_huber_does_no_better_at_is_not_the_ranking_losses_doing():
    poor = [result(0.70, 0.5, low=1.2), result(0.72, 0.5, low=1.2)]
    found = failure_signatures([result(0.80, 0.4, low=0.9, high=0.2), result(0.82, 0.4, low=0.9, high=0.2)], poor)
    assert found.poor_low_range is False


def test_what_cannot_be_decided_is_none():
    one = failure_signatures([result(0.80, 0.45)], [result(0.70, 0.50)])
    assert one == Signatures(False, None, False)
    flat = failure_signatures([result(None, 0.45)] * 2, ALONE)
    assert (flat.better_order_worse_values, flat.gain_within_seeds) == (None, None)
    assert failure_signatures([result(0.8, 0.4)] * 2, []) == Signatures(None, None, None)


def test_mean_and_spread_over_seeds():
    assert mean_over_seeds(ALONE, "srcc", "clip") == pytest.approx(0.71)
    assert spread_over_seeds(ALONE, "srcc", "clip") == pytest.approx(0.02 / 2**0.5)
    assert mean_over_seeds([*ALONE, result(None, 0.5)], "srcc", "clip") is None
    assert spread_over_seeds(ALONE[:1], "srcc", "clip") is None
