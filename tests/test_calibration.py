"""Calibration against hand-worked numbers and scikit-learn, perfect judges, mirrored answers, and what is refused."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from earwitness.errors import UsageError
from earwitness.metrics.calibration import (
    answer_entropy,
    brier,
    overconfidence,
    reliability,
    yes_bias,
)
from earwitness.metrics.calibration_error import calibration_error
from simulated_judges import drawn

# Without ties, four in a bin of two.
P = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9]
TRUTHS = [0, 0, 1, 0, 1, 0, 1, 1]


def test_bins_hold_equally_many_and_say_how_many_are_true():
    # Mean p of four is .25 and .75; 1 and 3 of 4 are true. Wilson's interval of 1 in 4 needs five clusters.
    assert [(b.p_yes, b.share, b.n, b.low) for b in reliability(P, TRUTHS, bins=2)] == [
        (pytest.approx(0.25), 0.25, 4, None),
        (pytest.approx(0.75), 0.75, 4, None),
    ]
    (whole,) = reliability(P, TRUTHS, bins=1)
    # Wilson's of 4 in 8: .5 +- 1.96 / sqrt(8 + 1.96^2) / 2 = .5 +- .2848.
    assert (whole.low, whole.high) == (pytest.approx(0.2152, abs=1e-4), pytest.approx(0.7848, abs=1e-4))


def test_answers_of_one_p_are_never_parted():
    bins = reliability([0.5] * 7 + [0.9], [1, 0, 1, 0, 1, 0, 1, 1], bins=4)
    assert [(b.p_yes, b.n) for b in bins] == [(0.5, 7), (0.9, 1)]
    assert len(reliability([0.5] * 20, [0, 1] * 10, bins=15)) == 1


def test_bins_are_those_of_scikit_learn_where_nothing_ties():
    p, truths = drawn(600, 0)
    shares, means = calibration_curve(truths, p, n_bins=15, strategy="quantile")
    ours = reliability(p, truths, bins=15)
    assert [b.p_yes for b in ours] == pytest.approx(means.tolist())
    assert [b.share for b in ours] == pytest.approx(shares.tolist())


def test_few_clusters_have_few_bins():
    p, truths = drawn(120, 2)
    for clusters, most in ((np.arange(120) // 4, 6), (np.arange(120) // 15, 2), (np.arange(120), 15), (None, 15)):
        assert len(reliability(p, truths, clusters=clusters)) == most
    assert len(reliability(p, truths, bins=1, clusters=np.arange(120) // 15)) == 1


def test_brier_is_scikit_learns_and_its_parts_sum_to_it():
    p, truths = drawn(500, 4, 0.5)
    p = np.round(p, 2)  # with ties
    for bins in (None, 1, 5, 15):
        found = brier(p, truths, bins=bins)
        assert found.value == pytest.approx(brier_score_loss(truths, p))
        parts = found.reliability - found.resolution + found.uncertainty + found.within
        assert parts == pytest.approx(found.value, abs=1e-12)
    assert brier(p, truths, bins=None).within == pytest.approx(0, abs=1e-12)


def test_brier_parts_by_hand():
    # One bin: means .5 and .5, so nothing is unreliable or resolved; uncertainty .25. Variance of p is .16, its
    # covariance with the truth .4 * .3 = .12: within is .16 - .24, and the mean of .01, .01, .81, .01, ... is .17.
    found = brier([0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9], [0, 0, 0, 1, 1, 1, 1, 0], bins=1)
    assert (found.reliability, found.resolution, found.uncertainty) == (0.0, 0.0, 0.25)
    # Three of four on each side are right: covariance .4 * .25 = .1, within .16 - .2 = -.04, value .21.
    assert found.within == pytest.approx(-0.04)
    assert found.value == pytest.approx(0.21)


def test_confidence_and_bias_by_hand():
    # Confidence .9, .8, .6, .5, .7: mean .7. Right: yes, no, yes, half, yes: 3.5 of 5.
    p, truths = [0.9, 0.2, 0.4, 0.5, 0.7], [1, 1, 0, 0, 1]
    assert overconfidence(p, truths).value == pytest.approx(0.0)
    assert overconfidence([0.9] * 10, [1, 0] * 5).value == pytest.approx(0.4)
    assert overconfidence([0.6] * 10, [1] * 10).value == pytest.approx(-0.4)
    # Mean p .54, share of true .6.
    assert yes_bias(p, truths).value == pytest.approx(-0.06)
    # Entropy of .25 is .25 * 2 + .75 * log2(4 / 3) = .8113 bits.
    assert answer_entropy([0.25, 0.75]).value == pytest.approx(0.8113, abs=1e-4)
    assert answer_entropy([0.0, 1.0]).value == 0


def test_yes_and_no_exchanged_changes_nothing_but_the_sign_of_the_bias():
    p, truths = drawn(90, 5, 0.5)
    for measure in (overconfidence, brier, lambda p, t: calibration_error(p, t, resamples=40)):
        assert measure(1 - p, 1 - truths).value == pytest.approx(measure(p, truths).value)
    assert yes_bias(1 - p, 1 - truths).value == pytest.approx(-yes_bias(p, truths).value)
    assert answer_entropy(1 - p).value == pytest.approx(answer_entropy(p).value)


def test_answers_said_twice_are_no_more_certain_by_cluster():
    p, truths = drawn(100, 6, 0.5)
    twice, clips = (np.repeat(p, 2), np.repeat(truths, 2)), np.repeat(np.arange(100), 2)
    for measure in (brier, overconfidence, yes_bias):
        once, apart, together = measure(p, truths), measure(*twice), measure(*twice, clusters=clips)
        assert (together.low, together.high) == pytest.approx((once.low, once.high))
        assert apart.high - apart.low < 0.8 * (once.high - once.low)
    error = [calibration_error(*twice, clusters=names, resamples=400) for names in (None, clips)]
    assert error[1].n == 100
    assert error[1].high > error[0].high


@pytest.mark.parametrize(
    ("p", "truths", "why"),
    [
        ([], [], "got no answers"),
        ([0.5], [1, 0], "1 p_yes and 2 truths"),
        ([0.5, 1.5], [1, 0], r"p_yes\[1\] is 1.5"),
        ([0.5, np.nan], [1, 0], r"p_yes\[1\] is nan"),
        ([0.5, 0.5], [1, 0.5], r"truths\[1\] is 0.5"),
        ([[0.5]], [1], "shape"),
    ],
)
def test_what_is_no_answer_is_refused(p, truths, why):
    for measure in (reliability, calibration_error, brier, overconfidence, yes_bias):
        with pytest.raises(UsageError, match=why):
            measure(p, truths)


def test_too_few_bins_or_resamples_are_refused():
    with pytest.raises(UsageError, match="bins is 0"):
        reliability(P, TRUTHS, bins=0)
    with pytest.raises(UsageError, match="resamples is 39"):
        calibration_error(P, TRUTHS, resamples=39)
