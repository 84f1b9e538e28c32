import numpy as np
import pytest

from earwitness.bench.studies.beside import BY_LABEL, standing
from earwitness.bench.studies.truths import Said

# Eight answers, of which the judge is right in six: wrong about the third and the sixth.
P = np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.3, 1.0, 0.0])
LABELS = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0])


def said(p=P, truths=LABELS, labels=LABELS, **options):
    return Said("base", "4b1d", tuple(map(str, range(len(p)))), p, truths, labels, 10, **options)


def test_readings_by_hand():
    found = standing(said(masses=np.linspace(0.8, 1.0, 8)))
    values = {name: reading.value for name, reading in found.readings.items()}
    assert values["mass"] == pytest.approx(0.9)
    # Mean confidence (.9 + .8 + .7 + .9 + .8 + .7 + 1 + 1) / 8 = .85, and 6 of 8 are right.
    assert values["over-confidence"] == pytest.approx(0.10)
    # Mean p is .5, and half of the labels are 1.
    assert values["yes-bias"] == pytest.approx(0.0)
    # Squares: .01 + .04 + .49 + .01 + .04 + .49 + 0 + 0, over 8.
    assert values["Brier"] == pytest.approx(1.08 / 8)
    # Of 16 pairs of a match and another, only (.3, .7) is the wrong way round.
    assert values["AUC"] == pytest.approx(15 / 16)
    assert (found.n, found.n_total, found.certain, found.recipe) == (8, 10, 2, "4b1d")
    assert list(found.readings)[:2] == ["mass", "entropy"]
    assert 0 < found.chance < values["ECE"] + 1
    for name in ("mass", "entropy", "over-confidence", "yes-bias", "Brier", "AUC", "LCC"):
        reading = found.readings[name]
        assert reading.low < reading.value < reading.high


def test_ratings_alone_tell_no_calibration_and_say_why():
    found = standing(said(truths=np.linspace(1, 5, 8), labels=None))
    for name in BY_LABEL:
        reading = found.readings[name]
        assert (reading.value, reading.low, reading.reason, reading.n) == (None, None, "no_labels", 8)
    assert found.chance is None
    assert found.readings["LCC"].value == pytest.approx(np.corrcoef(P, np.linspace(1, 5, 8))[0, 1])
    assert found.readings["mass"].reason == "no_mass"


def test_captions_of_one_clip_count_as_one():
    p, labels = np.tile(P, 4), np.tile(LABELS, 4)
    alone = standing(said(p, labels, labels)).readings
    together = standing(said(p, labels, labels, clips=tuple(str(n % 8) for n in range(32)))).readings
    for name in ("entropy", "AUC", "LCC", "Brier"):
        assert together[name].value == pytest.approx(alone[name].value)
        assert together[name].high - together[name].low > alone[name].high - alone[name].low


def test_all_labels_alike_leave_no_agreement():
    found = standing(said(labels=np.ones(8), truths=np.ones(8)))
    assert (found.readings["AUC"].value, found.readings["AUC"].reason) == (None, "constant_ratings")
    assert found.readings["ECE"].value is not None


def test_a_few_pairs_have_no_interval():
    found = standing(said(P[:4], LABELS[:4], LABELS[:4]))
    assert (found.readings["entropy"].low, found.readings["entropy"].reason) == (None, "too_few_units")
