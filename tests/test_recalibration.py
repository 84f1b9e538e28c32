"""Recalibrations by hand, through JSON, and where float64 ends."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run_with
from hypothesis import strategies as st
from scipy.special import expit, logit

from earwitness.errors import UsageError
from earwitness.metrics.recalibration import METHODS, NEAREST, Recalibration

MADE = {
    "temperature": Recalibration("temperature", {"temperature": 2.0}, 9),
    "platt": Recalibration("platt", {"slope": 1.0, "intercept": float(np.log(9))}),
    "isotonic": Recalibration("isotonic", {"p_yes": [0.2, 0.8], "shares": [0.1, 0.7]}, 9),
}


def test_by_hand():
    # logit(.1) = -log 9: halved it is -log 3, and so p = 1/4; with log 9 added it is 0, and so p = 1/2.
    assert MADE["temperature"].apply([0.1]) == pytest.approx([0.25])
    assert MADE["platt"].apply([0.1]) == pytest.approx([0.5])
    assert MADE["isotonic"].apply([0.0, 0.5, 1.0]) == pytest.approx([0.1, 0.4, 0.7])


@pytest.mark.parametrize("method", METHODS)
def test_logits_are_those_of_what_is_applied(method):
    p = np.linspace(0, 1, 21)
    assert expit(MADE[method].logits(p)) == pytest.approx(MADE[method].apply(p))


def test_logits_stay_apart_and_finite_where_probabilities_run_together():
    sharper = Recalibration("temperature", {"temperature": 0.25})
    p = np.array([0.0, 1 - 1e-9, 1 - 1e-10, 1.0])
    assert len(np.unique(sharper.apply(p))) == 2
    assert np.isfinite(sharper.logits(p)).all()
    assert (np.diff(sharper.logits(p)) > 0).all()


@pytest.mark.parametrize("method", ["temperature", "platt"])
def test_certainty_counts_as_the_nearest_that_is_not_certain(method):
    moved = MADE[method].apply([0.0, 1e-300, NEAREST, 1 - NEAREST, 1.0])
    assert moved[0] == moved[1] == moved[2] > 0
    assert moved[3] == moved[4]


@run_with(max_examples=60, deadline=None)
@given(st.lists(st.floats(1e-12, 1 - 1e-12), min_size=3, max_size=20, unique=True), st.floats(0.1, 8), st.floats(-4, 4))
def test_no_line_ever_turns_an_order_round(values, slope, intercept):
    p = np.sort(np.array(values))
    line = Recalibration("platt", {"slope": slope, "intercept": intercept})
    # Neighbours in float64 may run together or change places by a unit of rounding; nothing that is further apart may.
    apart = np.diff(logit(p)) > 1e-12
    assert (np.diff(line.logits(p))[apart] > 0).all()
    assert (np.diff(line.apply(p))[apart] >= 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_json_brings_back_the_same_function(method):
    again = Recalibration.from_dict(json.loads(json.dumps(MADE[method].to_dict(), allow_nan=False)))
    assert again == MADE[method]
    p = np.linspace(0, 1, 101)
    assert again.apply(p).tolist() == MADE[method].apply(p).tolist()


@pytest.mark.parametrize(
    "record",
    [
        {},
        [],
        {"method": "platt", "parameters": {"slope": 1.0, "intercept": 0.0}},
        {"method": "beta", "parameters": {}, "n": 9},
        {"method": "temperature", "parameters": {"temperature": 0.0}, "n": 9},
        {"method": "temperature", "parameters": {"temperature": "2"}, "n": 9},
        {"method": "temperature", "parameters": ["temperature"], "n": 9},
        {"method": "temperature", "parameters": {"temperature": 2.0}, "n": "many"},
        {"method": "platt", "parameters": {"slope": -1.0, "intercept": 0.0}, "n": 9},
        {"method": "platt", "parameters": {"slope": 1.0, "intercept": float("nan")}, "n": 9},
        {"method": "platt", "parameters": {"slope": 1.0}, "n": 9},
        {"method": "isotonic", "parameters": {"p_yes": [0.2, 0.1], "shares": [0.1, 0.2]}, "n": 9},
        {"method": "isotonic", "parameters": {"p_yes": [0.1, 0.2], "shares": [0.1]}, "n": 9},
        {"method": "isotonic", "parameters": {"p_yes": [0.1, 0.2], "shares": [0.1, 1.2]}, "n": 9},
        {"method": "isotonic", "parameters": {"p_yes": 0.1, "shares": 0.2}, "n": 9},
    ],
)
def test_what_is_no_recalibration_is_refused(record):
    with pytest.raises(UsageError):
        Recalibration.from_dict(record)
