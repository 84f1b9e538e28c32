"""Fits against judges whose distortion is known, scikit-learn, and what no rising function can mend."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from earwitness.errors import UsageError
from earwitness.metrics.calibration_error import calibration_error
from earwitness.metrics.correlation import auc, ktau, srcc
from earwitness.metrics.fitting import fit_recalibration
from earwitness.metrics.recalibration import METHODS, NEAREST


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


def logit(p):
    return np.log(p) - np.log1p(-p)


def judged(n, seed, slope=1.0, shift=0.0):
    """Answers whose logit is ``slope`` times the true one and ``shift``, and truths."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, 1.5, n)
    return sigmoid(slope * true + shift), (rng.random(n) < sigmoid(true)).astype(float)


def test_a_temperature_takes_back_what_was_put_on():
    fitted = fit_recalibration("temperature", *judged(20_000, 0, slope=3))
    assert fitted.parameters["temperature"] == pytest.approx(3, rel=0.05)
    assert fitted.apply([0.5]).tolist() == [0.5]
    assert fitted.n == 20_000


def test_platt_takes_back_slope_and_shift():
    fitted = fit_recalibration("platt", *judged(20_000, 0, slope=3, shift=2))
    assert fitted.parameters["slope"] == pytest.approx(1 / 3, rel=0.05)
    assert fitted.parameters["intercept"] == pytest.approx(-2 / 3, abs=0.05)


def test_platt_is_logistic_regression_on_the_smoothed_truths():
    p, truths = judged(200, 1, slope=2, shift=1)
    ones = truths.sum()
    wanted = np.where(truths == 1, (ones + 1) / (ones + 2), 1 / (200 - ones + 2))
    x, weights = np.tile(logit(p), 2)[:, None], np.concatenate([wanted, 1 - wanted])
    known = LogisticRegression(C=1e9, tol=1e-9, max_iter=1000).fit(x, np.repeat([1, 0], 200), sample_weight=weights)
    ours = fit_recalibration("platt", p, truths).parameters
    assert ours["slope"] == pytest.approx(known.coef_[0, 0], rel=1e-4)
    assert ours["intercept"] == pytest.approx(known.intercept_[0], rel=1e-3)


def test_no_temperature_nearby_loses_less():
    p, truths = judged(300, 2, slope=2)
    ones = truths.sum()
    wanted = np.where(truths == 1, (ones + 1) / (ones + 2), 1 / (300 - ones + 2))

    def loss(temperature):
        q = sigmoid(logit(p) / temperature)
        return -np.mean(wanted * np.log(q) + (1 - wanted) * np.log(1 - q))

    best = fit_recalibration("temperature", p, truths).parameters["temperature"]
    assert loss(best) < min(loss(best * 1.01), loss(best / 1.01))


def test_isotonic_by_hand():
    # Truths 0, 1, 0, 1 by rising p: the middle two fall, and so share 1/2 at their mean p. Of four answers no share is
    # nearer to an end than 1 / 6.
    fitted = fit_recalibration("isotonic", [0.4, 0.1, 0.2, 0.3], [1, 0, 1, 0])
    assert fitted.parameters["p_yes"] == pytest.approx([0.1, 0.25, 0.4])
    assert fitted.parameters["shares"] == pytest.approx([1 / 6, 1 / 2, 5 / 6])
    # Straight between, level outside.
    assert fitted.apply([0.0, 0.175, 0.25, 1.0]) == pytest.approx([1 / 6, 1 / 3, 1 / 2, 5 / 6])


def test_isotonic_blocks_are_those_of_scikit_learn():
    p, truths = judged(400, 3)
    p = np.round(p, 2)  # with ties
    known = IsotonicRegression().fit(p, truths).predict(p)
    fitted = fit_recalibration("isotonic", p, truths)
    assert fitted.parameters["shares"] == pytest.approx(np.clip(np.unique(known.round(12)), 1 / 402, 401 / 402))
    means = [p[np.isclose(known, level)].mean() for level in np.unique(known.round(12))]
    assert fitted.parameters["p_yes"] == pytest.approx(means)


def log_loss(q, truths):
    return -np.mean(truths * np.log(q) + (1 - truths) * np.log(1 - q))


def with_both_ends(p, truths, others):
    """What scikit-learn makes of others, kept from the ends as ours is."""
    known = IsotonicRegression(out_of_bounds="clip").fit(p, truths).predict(others)
    return np.clip(known, 1 / (len(p) + 2), 1 - 1 / (len(p) + 2))


@pytest.mark.parametrize(("share", "worse"), [(lambda p: p, -1), (lambda p: np.where(p < 0.5, 0.1, 0.9), 1)])
def test_isotonic_between_means_serves_smooth_truths_and_not_steps(share, worse):
    differences = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        p, others = rng.random(200), rng.random(4000)
        truths, theirs = rng.random(200) < share(p), rng.random(4000) < share(others)
        ours = fit_recalibration("isotonic", p, truths).apply(others)
        differences.append(log_loss(ours, theirs) - log_loss(with_both_ends(p, truths, others), theirs))
    assert worse * np.mean(differences) > 0.005


@pytest.mark.parametrize("method", METHODS)
def test_the_error_on_other_answers_falls(method):
    fitted = fit_recalibration(method, *judged(1000, 4, slope=4))
    p, truths = judged(1000, 5, slope=4)
    before, after = (calibration_error(q, truths, resamples=200) for q in (p, fitted.apply(p)))
    assert before.low > after.high
    assert after.low < 0.02


@pytest.mark.parametrize("method", METHODS)
def test_what_is_strictly_rising_moves_no_rank(method):
    fitted = fit_recalibration(method, *judged(300, 6, slope=3, shift=1))
    p, truths = judged(500, 7, slope=3, shift=1)
    p[:4] = 0.0, 1.0, 0.0, 1.0
    moved = fitted.apply(p)
    same = [measure(p, truths) == measure(moved, truths) for measure in (srcc, ktau, auc)]
    assert all(same) == fitted.keeps_order
    assert (np.diff(moved[np.argsort(p)]) >= 0).all()
    assert ((moved > 0) & (moved < 1)).all()


@pytest.mark.parametrize("method", METHODS)
def test_certainty_can_be_fitted_and_moved(method):
    # Half the answers are certain, one in ten of them wrong.
    p = np.concatenate([np.repeat([0.0, 1.0], 50), np.linspace(0.2, 0.8, 50)])
    truths = np.concatenate([np.arange(50) < 5, np.arange(50) >= 5, p[100:] > 0.5])
    moved = fit_recalibration(method, p, truths).apply([0.0, 1e-300, NEAREST, 1.0])
    assert np.isfinite(moved).all()
    assert (moved[0], moved[1]) == (moved[2], moved[2])
    assert 0 < moved[0] < 0.3
    assert 0.7 < moved[3] < 1


def test_answers_that_are_all_on_the_right_side_have_a_finite_temperature():
    fitted = fit_recalibration("temperature", [0.6] * 20 + [0.4] * 20, [1] * 20 + [0] * 20)
    # 21 / 22 is wanted of .6: log(21) / log(1.5) times its logit.
    assert fitted.parameters["temperature"] == pytest.approx(np.log(1.5) / np.log(21))


@pytest.mark.parametrize("method", METHODS)
def test_scores_that_say_the_opposite_are_refused(method):
    p, truths = judged(500, 8)
    with pytest.raises(UsageError, match="the scores say the opposite of the labels"):
        fit_recalibration(method, np.where(p > 0.5, 0.9, 0.1), 1 - (p > 0.5))
    if method != "isotonic":
        with pytest.raises(UsageError, match="on these 500 answers"):
            fit_recalibration(method, p, 1 - truths)


@pytest.mark.parametrize(
    ("p", "truths", "why"),
    [
        ([0.5, np.nan], [0, 1], r"p_yes\[1\] is nan"),
        ([0.5, np.inf], [0, 1], r"p_yes\[1\] is inf"),
        ([0.5, 0.5], [0, 1], "all 2 p_yes are 0.5"),
        ([0.0, 1e-20], [0, 1], "all 2 p_yes are 0"),
        ([0.5, 0.7], [1, 1], "all 2 truths are 1"),
        ([0.5, 0.7], [1, 2], r"truths\[1\] is 2"),
    ],
)
def test_what_cannot_be_fitted_is_refused(p, truths, why):
    for method in METHODS:
        with pytest.raises(UsageError, match=why):
            fit_recalibration(method, p, truths)


def test_an_unknown_method_is_refused():
    with pytest.raises(UsageError, match="method is 'beta'; wanted one of temperature, platt, isotonic"):
        fit_recalibration("beta", [0.1, 0.9], [0, 1])
