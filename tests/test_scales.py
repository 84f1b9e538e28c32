"""Scales of measures: there and back, and their ends."""

import math

import numpy as np
import pytest

from earwitness.metrics.scales import from_scale, scale_of, to_scale

THERE = [("own", [-0.9, 0.3]), ("fisher", [-0.9, 0.3]), ("logarithm", [0.1, 7.0])]


@pytest.mark.parametrize(("scale", "values"), THERE)
def test_there_and_back(scale, values):
    assert from_scale(scale, to_scale(scale, np.array(values))) == pytest.approx(values, rel=1e-12)


def test_fishers_z_by_hand():
    # atanh(0.5) = ln(3) / 2.
    assert to_scale("fisher", np.array([0.5])) == pytest.approx([math.log(3) / 2])


@pytest.mark.parametrize(("scale", "end"), [("own", 1.0), ("fisher", 1.0), ("logarithm", 0.0)])
def test_the_end_of_a_range_is_infinite(scale, end):
    assert np.isinf(to_scale(scale, np.array([end]))).all()


def test_nothing_comes_back_beyond_the_range():
    assert from_scale("own", np.array([-1.4, 1.2])).tolist() == [-1, 1]


def test_only_ktau_of_single_values_keeps_its_own():
    assert [scale_of(name, clustered=False) for name in ("mse", "lcc", "ktau")] == ["logarithm", "fisher", "own"]
    assert [scale_of(name, clustered=True) for name in ("mse", "srcc", "ktau")] == ["logarithm", "fisher", "fisher"]
