"""Mapped error: exact cases, the constraint, and a brute-force search."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from earwitness.errors import UsageError
from earwitness.metrics.p1401 import mapped_error


def drawn(n=60, seed=0):
    rng = np.random.default_rng(seed)
    ratings = rng.uniform(1, 5, n)
    return ratings + rng.normal(0, 0.5, n), ratings


def test_without_mapping_by_hand():
    # Errors 1, 0, 1: sum of squares 2 over 3 - 1.
    found = mapped_error([1, 2, 3], [2, 2, 2], order=0)
    assert (found.rmse, found.rmse_star, found.mapped) == (1.0, None, (1.0, 2.0, 3.0))


def test_first_order_is_the_regression_line():
    scores, ratings = drawn()
    residuals = ratings - np.polyval(np.polyfit(scores, ratings, 1), scores)
    assert mapped_error(scores, ratings, order=1).rmse == pytest.approx(math.sqrt(residuals @ residuals / 58), rel=1e-9)


@pytest.mark.parametrize("order", [1, 3])
def test_scale_and_offset_of_scores_do_not_matter(order):
    scores, ratings = drawn()
    found = mapped_error(scores, ratings, order=order).rmse
    assert mapped_error(1000 * scores - 7, ratings, order=order).rmse == pytest.approx(found, rel=1e-6)


def test_third_order_finds_a_rising_cubic():
    scores = np.linspace(-1, 1, 30)
    assert mapped_error(scores, 3 + scores + 0.5 * scores**3).rmse == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_third_order_rises_where_the_free_cubic_does_not_and_nothing_rising_fits_better(seed):
    rng = np.random.default_rng(seed)
    scores = np.linspace(0, 10, 40)
    # Saturates, then falls: a free cubic falls too.
    ratings = np.minimum(scores, 5) - 0.6 * np.maximum(scores - 7, 0) + rng.normal(0, 0.2, 40)
    found = mapped_error(scores, ratings)
    assert (np.diff(found.mapped) >= -1e-9).all()
    assert np.diff(np.polyval(np.polyfit(scores, ratings, 3), scores)).min() < 0
    t = scores / 5 - 1
    slopes = np.linspace(-1, 1, 400)
    search = minimize(
        lambda c: np.sum((np.polyval(c, t) - ratings) ** 2),
        [0.0, 0.0, 2.0, 3.0],
        constraints={"type": "ineq", "fun": lambda c: np.polyval(np.polyder(c), slopes)},
        method="SLSQP",
        options={"maxiter": 500},
    )
    assert found.rmse == pytest.approx(math.sqrt(search.fun / 36), rel=1e-3)


def test_errors_within_the_ratings_own_interval_do_not_count():
    found = mapped_error([1, 2, 3], [2, 2, 2], order=0, half_widths=[0.25, 0.25, 2])
    assert found.rmse_star == pytest.approx(math.sqrt(0.75**2 / 2))
    assert mapped_error([1, 2, 3], [2, 2, 2], order=0, half_widths=[0, 0, 0]).rmse_star == found.rmse


@pytest.mark.parametrize(
    ("scores", "ratings", "order", "reason"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], 3, "too_few"),
        ([2, 2, 2], [1, 2, 3], 1, "constant_scores"),
        ([3, 2, 1], [1, 2, 3], 1, "not_increasing"),
        ([1, 2, 3], [2, 2, 2], 1, "not_increasing"),
        ([1, 2, 1e200], [1, 2, 3], 0, "overflow"),
    ],
)
def test_what_does_not_exist_is_none_with_its_reason(scores, ratings, order, reason):
    found = mapped_error(scores, ratings, order=order)
    assert (found.rmse, found.mapped, found.reason) == (None, None, reason)


def test_half_widths_are_checked():
    with pytest.raises(UsageError, match=r"half_widths have shape \(2,\)"):
        mapped_error([1, 2, 3], [1, 2, 3], half_widths=[1, 1])
    with pytest.raises(
        UsageError, match=r"half_widths\[2\] is -1.0; wanted one a clip, \(3,\), each finite and at least 0"
    ):
        mapped_error([1, 2, 3], [1, 2, 3], half_widths=[1, 1, -1])


@pytest.mark.parametrize("order", [2, 5, -1])
def test_an_unknown_order_is_refused(order):
    with pytest.raises(UsageError, match=f"order is {order}; wanted one of 0, 1, 3"):
        mapped_error(*drawn(), order=order)
