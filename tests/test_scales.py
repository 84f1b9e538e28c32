"""Scales of measures: there and back, and their ends."""

import math

import numpy as np
import pytest

from earwitness.metrics.scales import beside, from_scale, scale_of, to_scale

THERE = [("own", [-0.9, 0.3]), ("fisher", [-0.9, 0.3]), ("logarithm", [0.1, 7.0]), ("logit", [0.1, 0.7])]


@pytest.mark.parametrize(("scale", "values"), THERE)
def test_there_and_back(scale, values):
    assert from_scale(scale, to_scale(scale, np.array(values))) == pytest.approx(values, rel=1e-12)


def test_fishers_z_by_hand():
    # atanh(0.5) = ln(3) / 2.
    assert to_scale("fisher", np.array([0.5])) == pytest.approx([math.log(3) / 2])


@pytest.mark.parametrize(
    ("scale", "end"), [("own", 1.0), ("fisher", 1.0), ("logarithm", 0.0), ("logit", 1.0), ("logit", 0.0)]
)
def test_the_end_of_a_range_is_infinite(scale, end):
    assert np.isinf(to_scale(scale, np.array([end]))).all()


def test_nothing_comes_back_beyond_the_range():
    assert from_scale("own", np.array([-1.4, 1.2])).tolist() == [-1, 1]


def test_nothing_overflows_on_the_way_back():
    assert from_scale("logit", np.array([-1e4, 1e4])).tolist() == [0, 1]


def test_a_share_beside_another_is_put_by_the_slope_there():
    # The logit of p has slope 1 / (p * (1 - p)): 6.25 at 0.8, where it is ln 4; so a step of 0.2 is one of 1.25.
    assert beside("logit", np.array([0.8, 1.0]), 0.8) == pytest.approx([math.log(4), math.log(4) + 1.25])
    assert beside("fisher", np.array([0.5]), 0.1) == pytest.approx([math.log(3) / 2])


def test_only_ktau_of_single_values_keeps_its_own():
    assert [scale_of(name, clustered=False) for name in ("mse", "lcc", "ktau")] == ["logarithm", "fisher", "own"]
    assert [scale_of(name, clustered=True) for name in ("mse", "srcc", "ktau")] == ["logarithm", "fisher", "fisher"]
    assert {scale_of("auc", clustered=clustered) for clustered in (False, True)} == {"logit"}
