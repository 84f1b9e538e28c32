"""Intraclass correlations: Shrout and Fleiss' table, and a simulation of what the intervals promise."""

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.metrics.icc import icc

# Shrout & Fleiss (1979), table 2: six targets, four judges.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


# Values of their table 4; intervals as R's psych 2.x prints them for the same table.
@pytest.mark.parametrize(
    ("form", "of", "value", "low", "high"),
    [
        (1, "single", 0.17, -0.133, 0.72),
        (2, "single", 0.29, 0.019, 0.76),
        (3, "single", 0.71, 0.342, 0.95),
        (1, "mean", 0.44, -0.884, 0.91),
        (2, "mean", 0.62, 0.071, 0.93),
        (3, "mean", 0.91, 0.676, 0.99),
    ],
)
def test_shrout_and_fleiss(form, of, value, low, high):
    found = icc(JUDGES, form=form, of=of)
    assert (found.value, found.high) == pytest.approx((value, high), abs=0.0051)
    assert found.low == pytest.approx(low, abs=0.00051)
    assert found.n == 6


def test_a_strict_rater_is_disagreement_for_form_2_only():
    rng = np.random.default_rng(0)
    ratings = rng.normal(size=(50, 1)) + 0.3 * rng.normal(size=(50, 3))
    strict = ratings - np.array([0, 0, 2.0])
    assert icc(strict, form=3).value == pytest.approx(icc(ratings, form=3).value, rel=1e-9)
    assert icc(strict, form=2).value < icc(ratings, form=2).value - 0.2


def test_edges():
    assert icc([[1, 2]], form=1).reason == "too_few"
    assert icc([[1, 2], [2, 1]], form=1).reason == "constant_ratings"
    same = icc([[1, 1], [2, 2], [4, 4]], form=3, of="mean")
    assert (same.value, same.low, same.reason) == (1.0, None, "perfect")
    with pytest.raises(UsageError, match=r"ratings\[0, 1\] is nan; wanted \[clip, rater\] with none missing"):
        icc([[1, np.nan], [1, 2]], form=1)
    with pytest.raises(UsageError, match=r"ratings have shape \(2,\)"):
        icc([1, 2], form=1)
    with pytest.raises(UsageError, match=r"form is 4; wanted one of 1, 2, 3"):
        icc(JUDGES, form=4)
    with pytest.raises(UsageError, match=r"of is 'average'; wanted one of single, mean"):
        icc(JUDGES, form=1, of="average")


@pytest.mark.parametrize("form", [1, 2, 3])
def test_what_only_rounding_tells_apart_is_equal(form):
    """Means of 0.2 in other binary digits; raters who differ by 0.1 throughout, or not at all."""
    assert icc([[0.1, 0.2, 0.3], [0.2, 0.2, 0.2], [0.3, 0.2, 0.1]], form=form).reason == "constant_ratings"
    assert icc([[0.1, 0.1, 0.1], [0.2, 0.2, 0.2], [0.7, 0.7, 0.7]], form=form).reason == "perfect"
    if form == 3:
        assert icc([[0.1, 0.2], [0.2, 0.3], [0.3, 0.4]], form=form).reason == "perfect"


@pytest.mark.parametrize("form", [1, 2, 3])
@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_the_size_of_ratings_does_not_matter(form, size):
    found, sized = icc(JUDGES, form=form), icc(size * np.array(JUDGES), form=form)
    assert (sized.value, sized.low, sized.high) == pytest.approx((found.value, found.low, found.high), rel=1e-9)


@pytest.mark.heavy
@pytest.mark.parametrize("form", [1, 2, 3])
def test_the_interval_holds_the_truth_95_times_of_100(heavy, form):
    """Truth: variance 2 of clips, 1 of noise, and of raters' strictness 1 (form 2) or 0."""
    simulations, rng = heavy.size(2000), np.random.default_rng(form)
    truth, covered = (0.5 if form == 2 else 2 / 3), 0
    for _run in range(simulations):
        ratings = np.sqrt(2) * rng.normal(size=(40, 1)) + rng.normal(size=(40, 8))
        found = icc(ratings + (rng.normal(size=8) if form == 2 else 0), form=form)
        covered += found.low <= truth <= found.high
    share = covered / simulations
    heavy.record(f"R4 coverage, ICC({form},1), 40 clips, 8 raters", simulations=simulations, share=share)
    slack = 0.0 if heavy.full else 4 * np.sqrt(0.95 * 0.05 / simulations)
    # The approximation for form 2 falls short with so few raters, and the docstring says so.
    assert (0.89 if form == 2 else 0.93) - slack <= share <= 0.97 + slack
