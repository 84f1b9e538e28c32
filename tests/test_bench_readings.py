"""Every number of some answers by hand, with its interval, its count, or the reason why there is none."""

import numpy as np
import pytest

from answered import answered
from earwitness.bench.studies.readings import BY_LABEL, reliability_of
from earwitness.metrics.recalibration import Recalibration

# Eight answers, of which the judge is right in six: wrong about the third and the sixth.
P = np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.3, 1.0, 0.0])
LABELS = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0])


def test_readings_by_hand():
    found = reliability_of(answered(P, LABELS, masses=np.linspace(0.8, 1.0, 8), unscored=2), "base")
    values = {name: reading.value for name, reading in found.readings.items()}
    assert values["mass"] == pytest.approx(0.9)
    # Mean confidence (.9 + .8 + .7 + .9 + .8 + .7 + 1 + 1) / 8 = .85, and 6 of 8 are right.
    assert values["over-confidence"] == pytest.approx(0.10)
    # Mean p is .5, and half of the labels are 1.
    assert values["yes-bias"] == pytest.approx(0.0)
    assert (found.p_yes, found.calibration.true) == (pytest.approx(0.5), 0.5)
    # Squares: .01 + .04 + .49 + .01 + .04 + .49 + 0 + 0, over 8.
    assert values["Brier"] == found.calibration.brier.value == pytest.approx(1.08 / 8)
    # Of 16 pairs of a match and another, only (.3, .7) is the wrong way round.
    assert values["AUC"] == pytest.approx(15 / 16)
    assert values["LCC"] == pytest.approx(np.corrcoef(P, LABELS)[0, 1])
    assert values["ECE"] == found.calibration.error.value
    assert (found.of, found.n, found.n_total, found.certain, found.recalibrated) == ("base", 8, 10, 2, None)
    assert values["item entropy"] == values["entropy"]
    for name in ("mass", "entropy", "over-confidence", "yes-bias", "Brier", "AUC", "LCC"):
        reading = found.readings[name]
        assert reading.low < reading.value < reading.high
        assert reading.n == 8


def test_mass_is_the_mean_over_verdicts_that_have_one_by_clip():
    masses = [(0.8,), (0.6, 1.0), (), (0.5,), (0.7,), (0.9,), (0.9,), (1.0,)]
    mass = reliability_of(answered(P, LABELS, masses=masses)).readings["mass"]
    # .8 + .6 + 1 + .5 + .7 + .9 + .9 + 1 over eight verdicts of seven clips.
    assert (mass.value, mass.n) == (pytest.approx(6.4 / 8), 8)
    assert mass.low is not None
    # Four clips tell no spread, however many verdicts they have.
    few = reliability_of(answered(P[:4], LABELS[:4], masses=[(0.5, 0.6, 0.7)] * 4)).readings["mass"]
    assert (few.value, few.n, few.reason) == (pytest.approx(0.6), 12, "too_few_units")
    assert reliability_of(answered(P, LABELS)).readings["mass"].reason == "no_verdicts"


def test_ratings_alone_tell_no_calibration_and_say_why():
    ratings = np.linspace(1, 5, 8)
    found = reliability_of(answered(P, ratings, matches=False))
    for name in BY_LABEL:
        reading = found.readings[name]
        assert (reading.value, reading.low, reading.reason, reading.n) == (None, None, "no_labels", 8)
    assert found.calibration is None
    assert found.readings["LCC"].value == pytest.approx(np.corrcoef(P, ratings)[0, 1])


def test_captions_of_one_clip_count_as_one():
    p, labels = np.tile(P, 4), np.tile(LABELS, 4)
    alone = reliability_of(answered(p, labels)).readings
    together = reliability_of(answered(p, labels, clips=[str(n % 8) for n in range(32)])).readings
    for name in ("entropy", "item entropy", "AUC", "LCC", "Brier"):
        assert together[name].value == pytest.approx(alone[name].value)
        assert together[name].high - together[name].low > alone[name].high - alone[name].low


def test_answers_are_put_through_a_recalibration_and_verdicts_are_not():
    halved = Recalibration("temperature", {"temperature": 2.0})
    raw, mended = (reliability_of(answered(P, LABELS, masses=[0.9] * 8), by=by) for by in (None, halved))
    # Halving its logit brings .9 (odds of 9) to odds of 3: (.75 - 1)^2 for the first, and so on.
    q = halved.apply(P)
    assert mended.readings["Brier"].value == pytest.approx(np.mean((q - LABELS) ** 2))
    assert mended.recalibrated == "temperature"
    # Certainty has moved as well.
    assert (raw.certain, mended.certain) == (2, 0)
    assert mended.readings["AUC"] == raw.readings["AUC"]
    for name in ("mass", "item entropy"):
        assert (mended.readings[name].value, mended.readings[name].reason) == (None, "recalibrated")


def test_all_labels_alike_leave_no_agreement():
    found = reliability_of(answered(P, np.ones(8))).readings
    assert (found["AUC"].value, found["AUC"].reason) == (None, "constant_ratings")
    assert found["ECE"].value is not None


def test_a_few_pairs_have_no_interval():
    found = reliability_of(answered(P[:4], LABELS[:4])).readings
    for name in ("entropy", "Brier", "yes-bias", "ECE"):
        assert (found[name].low, found[name].reason) == (None, "too_few_units")
