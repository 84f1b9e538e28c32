"""Measures of the whole development set, by axis and level, and errors at both ends of the scale."""

from typing import get_args

import numpy as np
import pytest
import torch
from scipy import stats

from earwitness.errors import UsageError
from earwitness.mos.heads import Axis
from earwitness.train.config import Select
from earwitness.train.evaluation import (
    CHOICES,
    AxisResult,
    check_selectable,
    evaluate,
    quarters,
    selected,
    systems_rated,
)
from earwitness.train.examples import Examples
from earwitness.types import Pair

RNG = np.random.default_rng(3)
RATINGS = np.stack([RNG.uniform(1, 5, 30), RNG.uniform(1, 5, 30)], axis=1)
RATINGS[:7, 1] = np.nan
PREDICTED = np.clip(np.nan_to_num(RATINGS, nan=3.0) + RNG.normal(0, 0.7, RATINGS.shape), 1, 5)


def dev(systems=5, ratings=RATINGS):
    pairs = tuple(Pair(f"{n}.wav", "", system=f"s{n % systems}" if systems else None) for n in range(30))
    nothing = torch.zeros(30, 2)
    axes = (Axis("a", 1, 5), Axis("b", 1, 5))
    ratings = torch.from_numpy(ratings)
    return Examples("dev", "h", axes, pairs, 30, torch.zeros(30, 1, 1), None, ratings, nothing, nothing, {})


def test_measures_are_those_of_scipy():
    found = evaluate(PREDICTED, dev())
    known = slice(7, 30)
    assert found["b"].value("srcc", "clip") == pytest.approx(
        stats.spearmanr(PREDICTED[known, 1], RATINGS[known, 1]).statistic
    )
    assert found["a"].value("mse", "clip") == pytest.approx(np.mean((PREDICTED - RATINGS)[:, 0] ** 2))
    means = [[values[n::5, 0].mean() for n in range(5)] for values in (PREDICTED, RATINGS)]
    assert found["a"].value("lcc", "system") == pytest.approx(stats.pearsonr(*means).statistic)


def test_without_systems_there_is_no_system_level():
    found = evaluate(PREDICTED, dev(systems=False))["a"]
    assert "system" not in found.measures
    assert found.value("srcc", "system") is None


def test_selected_is_the_mean_over_axes():
    found = evaluate(PREDICTED, dev())
    for measure, level, sign in (("srcc", "clip", 1), ("lcc", "system", 1), ("mse", "clip", -1)):
        mean = np.mean([found[axis].value(measure, level) for axis in "ab"])
        assert selected(f"{measure}-{level}", PREDICTED, dev()) == pytest.approx(sign * mean)


def test_every_choice_is_known():
    assert set(CHOICES) == set(get_args(Select))
    assert all(f"{measure}-{level}" == select for select, (measure, level) in CHOICES.items())


def test_a_constant_prediction_is_never_selected():
    flat = PREDICTED.copy()
    flat[:, 1] = 3.0
    assert selected("srcc-clip", flat, dev()) is None
    assert selected("mse-clip", flat, dev()) is not None


def test_quarters_by_hand():
    ratings = np.array([1.0, 1.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0])
    low, high = quarters(ratings + np.array([1, 0, 0, 0, 0, 0, 0, -2]), ratings)
    # The quartiles are 1.75 and 4.25: two clips at each end.
    assert (low.n, low.mse, low.bias) == (2, 0.5, 0.5)
    assert (high.n, high.mse, high.bias) == (2, 2.0, -1.0)


def test_results_survive_json():
    found = evaluate(PREDICTED, dev())["a"]
    assert AxisResult.from_dict(found.to_dict()) == found


def test_a_measure_that_nothing_could_have_is_refused():
    flat = RATINGS.copy()
    flat[:, 1] = np.where(np.isnan(flat[:, 1]), np.nan, 3.7)
    for select in ("srcc-clip", "lcc-clip", "srcc-system"):
        check_selectable(select, dev())
        with pytest.raises(UsageError, match=r"fewer than two .* of 'b'.*Use --select mse-clip"):
            check_selectable(select, dev(ratings=flat))
    check_selectable("mse-clip", dev(ratings=flat))
    check_selectable("mse-system", dev(ratings=flat))


def test_a_correlation_of_two_systems_chooses_nothing():
    check_selectable("srcc-system", dev(systems=3))
    for select in ("srcc-system", "lcc-system"):
        with pytest.raises(UsageError, match="fewer than three systems with ratings of 'a'"):
            check_selectable(select, dev(systems=2))
    check_selectable("mse-system", dev(systems=2))
    check_selectable("srcc-clip", dev(systems=2))
    assert systems_rated(dev(systems=2)) == {"a": 2, "b": 2}
    assert systems_rated(dev(systems=False)) == {"a": 0, "b": 0}


def test_systems_whose_means_are_alike_leave_nothing_to_order():
    # Each of the five systems has the same six ratings.
    alike = np.repeat(np.arange(1.0, 4.0, 0.5), 5)[:, None].repeat(2, axis=1)
    check_selectable("srcc-clip", dev(ratings=alike))
    with pytest.raises(UsageError, match="fewer than two systems with different mean ratings of 'a'"):
        check_selectable("srcc-system", dev(ratings=alike))
