"""The interval of any statistic against scipy, and what is refused."""

import math

import numpy as np
import pytest
from scipy import stats

from earwitness.errors import UsageError
from earwitness.metrics.any_statistic import bootstrap_interval


def test_any_statistic():
    values = np.random.default_rng(3).normal(size=150)
    found = bootstrap_interval(lambda drawn: float(np.median(drawn)), values)
    wanted = stats.bootstrap(
        (values,), np.median, n_resamples=2000, method="percentile", rng=np.random.default_rng(4)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.05)
    by_copy = bootstrap_interval(
        lambda drawn: drawn.mean(), np.repeat(values, 3), clusters=np.repeat(np.arange(150), 3)
    )
    once = bootstrap_interval(lambda drawn: drawn.mean(), values)
    assert (by_copy.low, by_copy.high, by_copy.n) == (
        pytest.approx(once.low, abs=0.03),
        pytest.approx(once.high, abs=0.03),
        150,
    )
    assert bootstrap_interval(lambda drawn: None, values).reason == "undefined"
    assert bootstrap_interval(np.mean, [1.0, 2.0]).reason == "too_few_units"
    assert bootstrap_interval(np.max, []).reason == "undefined"


def test_a_statistic_that_never_changes_tells_no_spread():
    found = bootstrap_interval(lambda drawn: 3.0, np.arange(9))
    assert (found.value, found.low, found.reason) == (3.0, None, "constant_resamples")


def test_an_infinite_statistic_does_not_exist():
    found = bootstrap_interval(lambda drawn: math.inf, np.arange(9))
    assert (found.value, found.low, found.reason) == (None, None, "undefined")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([], "got no column"),
        ([3.0], r"got columns of shapes \(\)"),
        ([[1, 2, 3], [1, 2]], r"got columns of shapes \(3,\), \(2,\)"),
        ([[1, 2], [1, [2, 3]]], "column 1 cannot be read"),
    ],
)
def test_columns_that_do_not_fit_are_refused(columns, message):
    with pytest.raises(UsageError, match=message):
        bootstrap_interval(lambda *drawn: 1.0, *columns)


@pytest.mark.parametrize("resamples", [0, 1, 39, 100.0])
def test_too_few_resamples_are_refused(resamples):
    with pytest.raises(UsageError, match=f"resamples is {resamples}; wanted a whole number of at least 40"):
        bootstrap_interval(np.mean, np.arange(9), resamples=resamples)
