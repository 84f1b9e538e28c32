"""Arguments that are no numbers, no names, or too long for float64: refused with what was got, and where."""

import math

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.metrics.agreement import cohen_kappa, krippendorff_alpha
from earwitness.metrics.any_statistic import bootstrap_interval
from earwitness.metrics.arguments import FEWEST_RESAMPLES, check_count, clusters_of
from earwitness.metrics.ceiling import noise_ceiling
from earwitness.metrics.correlation import MEASURES, system_means
from earwitness.metrics.icc import icc
from earwitness.metrics.p1401 import mapped_error
from earwitness.metrics.ranking import best_system, pairwise_accuracy, top1_accuracy

NO_NUMBERS = [
    (["1", "good"], r"\[1\] cannot be read \(could not convert string to float: 'good'\)"),
    ([1, 10**400], r"\[1\] cannot be read \(int too large to convert to float\)"),
    ([[1, 2], [3]], r" cannot be read \(.*inhomogeneous"),
    ("good", " cannot be read .*'good'"),
]


@pytest.mark.parametrize(("values", "message"), NO_NUMBERS)
@pytest.mark.parametrize("measure", MEASURES.values())
def test_scores_that_are_no_numbers_are_refused(measure, values, message):
    with pytest.raises(UsageError, match=f"^scores{message}"):
        measure(values, [1, 2])
    with pytest.raises(UsageError, match=f"^ratings{message}"):
        measure([1, 2], values)


@pytest.mark.parametrize(("values", "message"), NO_NUMBERS)
def test_ratings_that_are_no_numbers_are_refused(values, message):
    for asked in (lambda: icc(values, form=1), lambda: krippendorff_alpha(values), lambda: noise_ceiling(values, "ab")):
        with pytest.raises(UsageError, match=f"^ratings{message}"):
            asked()
    with pytest.raises(UsageError, match=f"^half_widths{message}"):
        mapped_error([1, 2], [1, 2], half_widths=values)


def test_categories_that_make_no_row_are_refused():
    with pytest.raises(UsageError, match=r"^ratings cannot be read"):
        cohen_kappa([1, [2, 3]], [1, 2])


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_missing_name_is_no_system(missing):
    names = ["a", "b", missing, "a", "b", missing]
    x = np.arange(6.0)
    for kind, asked in {
        "systems": lambda: system_means(x, x, names),
        "groups": lambda: pairwise_accuracy(x, x, groups=names),
        "clusters": lambda: bootstrap_interval(np.mean, x, clusters=names),
        "clips": lambda: noise_ceiling(x, names),
        "raters": lambda: noise_ceiling(x, list("aabbcc"), raters=names),
    }.items():
        with pytest.raises(UsageError, match=rf"^{kind}\[2\] is {missing!s}; wanted a name"):
            asked()


@pytest.mark.parametrize("names", [None, "ab", 3, np.array(3)])
def test_what_is_no_row_of_names_is_refused(names):
    with pytest.raises(UsageError, match=r"^systems is .*; wanted a sequence of names"):
        best_system([1, 2], [1, 2], names)
    with pytest.raises(UsageError, match=r"^groups is .*; wanted a sequence of names"):
        top1_accuracy([1, 2], [1, 2], names)


def test_names_may_be_numbers_and_repeat():
    found = system_means([1, 2, 3], [1, 2, 3], np.array([7, 0, 7]))
    assert (found.systems, found.scores.tolist()) == (("0", "7"), [2, 2])


def test_clusters_go_by_their_names_and_without_names_each_is_its_own():
    assert clusters_of(["b", "a", "b"], 3).tolist() == clusters_of([2, 1, 2], 3).tolist() == [1, 0, 1]
    assert clusters_of(None, 3).tolist() == [0, 1, 2]
    with pytest.raises(UsageError, match="got 3 values and 1 clusters"):
        clusters_of(["a"], 3)


def test_forty_resamples_hold_one_beyond_either_end():
    assert FEWEST_RESAMPLES * 0.025 == 1
    check_count("resamples", np.int64(40), FEWEST_RESAMPLES)
