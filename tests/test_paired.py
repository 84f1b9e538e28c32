"""Tests of two predictors: exact cases, and simulations of their type-I error (R4)."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from earwitness.errors import UsageError
from earwitness.metrics.correlation import MEASURES
from earwitness.metrics.paired import holm, paired_bootstrap, paired_permutation

TESTS = [paired_bootstrap, paired_permutation]


def two_predictors(n=36, seed=0, noise=(0.5, 0.5), shared=0.5, heavy_tails=False):
    """Ratings, and two predictors whose errors are partly the same."""
    rng = np.random.default_rng(seed)
    draw = (lambda: rng.standard_t(3, n)) if heavy_tails else (lambda: rng.normal(size=n))
    ratings, both = draw(), draw()
    first, second = (ratings + shared * both + size * draw() for size in noise)
    return first, second, ratings


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("measure", MEASURES)
def test_a_predictor_is_no_better_than_itself(test, measure):
    first, _, ratings = two_predictors()
    found = test(measure, first, first, ratings, resamples=200)
    assert (found.difference, found.p, found.n) == (0.0, 1.0, 36)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("measure", MEASURES)
def test_a_much_better_predictor_is_found_and_changing_sides_changes_the_sign(test, measure):
    first, second, ratings = two_predictors(n=80, noise=(0.1, 2.0))
    found, swapped = (test(measure, a, b, ratings, resamples=400) for a, b in [(first, second), (second, first)])
    assert found.p == swapped.p < 0.01
    assert found.difference == -swapped.difference
    assert (found.difference > 0) == (measure != "mse")


@pytest.mark.parametrize("measure", MEASURES)
def test_p_of_the_bootstrap_is_below_5_percent_where_its_interval_leaves_out_0(measure):
    for seed in range(30):
        found = paired_bootstrap(measure, *two_predictors(noise=(0.5, 0.8), seed=seed), resamples=1999)
        # At an end of the interval itself p may fall on either side.
        if abs(found.p - 0.05) > 0.002:
            assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_the_permutation_p_is_that_of_all_exchanges():
    """Eight clips: 256 ways to exchange, all of them looked at, against 20,000 drawn."""
    first, second, ratings = two_predictors(n=8, seed=4)
    observed = abs(np.mean((first - ratings) ** 2) - np.mean((second - ratings) ** 2))
    reached = 0
    for exchange in itertools.product([False, True], repeat=8):
        a, b = np.where(exchange, second, first), np.where(exchange, first, second)
        reached += abs(np.mean((a - ratings) ** 2) - np.mean((b - ratings) ** 2)) >= observed - 1e-12
    found = paired_permutation("mse", first, second, ratings, resamples=20_000)
    assert found.p == pytest.approx(reached / 256, abs=0.015)


@pytest.mark.parametrize("measure", ["lcc", "srcc", "ktau", "auc"])
def test_scales_do_not_matter_to_a_permutation(measure):
    first, second, ratings = two_predictors(seed=5)
    found = paired_permutation(measure, first, second, ratings, resamples=300)
    scaled = paired_permutation(measure, 10 * first + 4, second, ratings, resamples=300)
    assert scaled.p == found.p


@pytest.mark.parametrize("test", TESTS)
def test_whole_systems_are_drawn(test):
    """Copies of clips are no evidence: p by system stays where it was, p by clip does not."""
    first, second, ratings = (np.repeat(values, 20) for values in two_predictors(n=12, noise=(0.4, 0.9), seed=6))
    systems = np.repeat(np.arange(12), 20)
    once = test("srcc", first[::20], second[::20], ratings[::20])
    by_system = test("srcc", first, second, ratings, systems=systems, unit="systems")
    by_clip = test("srcc", first, second, ratings)
    assert by_system.p == pytest.approx(once.p, abs=0.04)
    assert (by_system.n, by_clip.n) == (12, 240)
    assert by_clip.p < by_system.p / 3
    at_system_level = test("srcc", first, second, ratings, systems=systems, level="system")
    assert at_system_level.p == pytest.approx(once.p, abs=0.04)


@pytest.mark.parametrize("test", TESTS)
def test_what_cannot_be_tested_says_why(test):
    found = test("srcc", [1, 1, 1, 1, 1], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert (found.difference, found.p, found.reason) == (None, None, "constant_scores")
    few = test("srcc", [1, 2, 3], [1, 3, 2], [1, 2, 3])
    assert (few.difference, few.p, few.reason) == (0.5, None, "too_few_units")


def test_a_permutation_exchanges_clips_or_systems():
    first, second, ratings = two_predictors(n=12)
    for level, unit in (("clip", "nested"), ("system", "clips"), ("system", "nested")):
        with pytest.raises(UsageError, match="exchanges clips at clip level or whole systems"):
            paired_permutation("srcc", first, second, ratings, systems=list("abcdef") * 2, level=level, unit=unit)


@pytest.mark.parametrize("test", TESTS)
def test_unknown_names_and_too_few_resamples_are_refused(test):
    first, second, ratings = two_predictors(n=12)
    systems = list("abcdef") * 2
    with pytest.raises(UsageError, match="level is 'systems'; wanted one of clip, system"):
        test("srcc", first, second, ratings, systems=systems, level="systems")
    with pytest.raises(UsageError, match="measure is 'spearman'; wanted one of"):
        test("spearman", first, second, ratings)
    with pytest.raises(UsageError, match="resamples is 1; wanted a whole number of at least 40"):
        test("srcc", first, second, ratings, resamples=1)
    with pytest.raises(TypeError, match=rf"{test.__name__}\(\) got an unexpected keyword argument 'sytems'"):
        test("srcc", first, second, ratings, sytems=systems)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("level", ["clip", "system"])
def test_the_size_of_scores_does_not_matter_to_lcc(test, level):
    first, second, ratings = two_predictors(n=24)
    over = {"systems": np.arange(24) // 2, "level": level, "resamples": 100}
    found = test("lcc", first, second, ratings, **over)
    sized = test("lcc", 1e200 * first, 1e200 * second, 1e-200 * ratings, **over)
    assert (sized.difference, sized.p) == pytest.approx((found.difference, found.p), rel=1e-9)


def labelled_predictors(seed, n=100, auc=0.75, others=1, clusters=None):
    """Labels, and two predictors of the same AUC whose errors are half the same; alike within a cluster, if any."""
    rng = np.random.default_rng(seed)
    if clusters is None:
        index, labels = None, (np.arange(n) < round(n / (1 + others))).astype(float)
        both, one, other = rng.normal(size=(3, n))
    else:
        index, labels = np.repeat(np.arange(clusters), n // clusters), (rng.random(n) < 1 / (1 + others)).astype(float)
        both, one, other = math.sqrt(0.5) * (rng.normal(size=(3, clusters))[:, index] + rng.normal(size=(3, n)))
    raised = math.sqrt(2) * stats.norm.ppf(auc) * labels
    first, second = (raised + math.sqrt(0.5) * (both + alone) for alone in (one, other))
    return first, second, labels, index


@pytest.mark.parametrize("test", TESTS)
def test_a_judge_that_cannot_tell_two_classes_apart_is_found(test):
    first, _, labels, _ = labelled_predictors(1, auc=0.9)
    found = test("auc", first, np.zeros(100), labels, resamples=400)
    assert (found.difference, found.p < 0.01) == (pytest.approx(roc_auc_score(labels, first) - 0.5), True)
    constant = test("auc", np.zeros(100), np.ones(100), labels, resamples=100)
    assert (constant.difference, constant.p) == (0.0, 1.0)


@pytest.mark.parametrize("test", TESTS)
def test_of_one_class_there_is_no_auc_to_compare(test):
    first, second, _, _ = labelled_predictors(2)
    found = test("auc", first, second, np.ones(100))
    assert (found.difference, found.p, found.reason) == (None, None, "constant_ratings")


def test_the_permutation_of_auc_is_that_of_all_exchanges_of_ranks():
    """Eight clips: 256 ways to exchange, all of them looked at, against 20,000 drawn."""
    first, second, labels, _ = labelled_predictors(3, n=8)
    ranks = [stats.rankdata(scores) for scores in (first, second)]
    differences = []
    for exchange in itertools.product([False, True], repeat=8):
        a, b = np.where(exchange, ranks[1], ranks[0]), np.where(exchange, ranks[0], ranks[1])
        differences.append(roc_auc_score(labels, a) - roc_auc_score(labels, b))
    # The first exchanges nothing: the difference as it is.
    reached = np.mean(np.abs(differences) >= abs(differences[0]) - 1e-12)
    found = paired_permutation("auc", first, second, labels, resamples=20_000)
    assert found.difference == pytest.approx(differences[0])
    assert found.p == pytest.approx(reached, abs=0.015)


def test_errors_whose_squares_leave_float64_cannot_be_compared():
    first, second, ratings = two_predictors(n=12)
    found = paired_bootstrap("mse", 1e200 * first, second, ratings)
    assert (found.difference, found.p, found.reason) == (None, None, "overflow")


@pytest.mark.parametrize("p", [math.nan, 2, -0.1])
def test_holm_refuses_what_is_no_probability(p):
    with pytest.raises(UsageError, match=rf"p_values\[1\] is {p}; wanted 0 to 1"):
        holm([0.1, p])


def test_holm_by_hand():
    # In order .01 * 4, .02 * 3, .03 * 2 raised to .06, .5.
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm([None, 0.9, 0.9]) == [None, 1.0, 1.0]
    assert holm([]) == []


def type_one(test, measure, simulations, *, resamples=199, systems=None, **predictors) -> float:
    found = 0
    for seed in range(simulations):
        first, second, ratings = (
            two_predictors(seed=seed, **predictors) if systems is None else clustered_predictors(seed, systems)
        )
        unit = {} if systems is None else {"systems": systems, "unit": "systems"}
        found += test(measure, first, second, ratings, resamples=resamples, seed=seed, **unit).p <= 0.05
    return found / simulations


def clustered_predictors(seed, systems):
    """Ratings and errors alike within a system."""
    rng = np.random.default_rng(seed)
    count = systems.max() + 1
    ratings, both, one, other = (rng.normal(size=count)[systems] + rng.normal(size=len(systems)) for _ in range(4))
    return ratings + 0.5 * both + 0.5 * one, ratings + 0.5 * both + 0.5 * other, ratings


def check_type_one(share, simulations, low=0.04, high=0.06):
    slack = 0.0 if simulations >= 2000 else 4 * math.sqrt(0.05 * 0.95 / simulations)
    assert low - slack <= share <= high + slack


@pytest.mark.heavy
@pytest.mark.parametrize("heavy_tails", [False, True])
@pytest.mark.parametrize("measure", ["mse", "srcc", "ktau"])
def test_the_permutation_calls_equal_predictors_different_5_times_of_100(heavy, measure, heavy_tails):
    """R4, 36 clips."""
    simulations = heavy.size(2000)
    share = type_one(paired_permutation, measure, simulations, heavy_tails=heavy_tails)
    case = f"R4 type I, permutation, {measure}, n = 36, {'t(3)' if heavy_tails else 'normal'}"
    heavy.record(case, simulations=simulations, share=share)
    check_type_one(share, simulations)


@pytest.mark.heavy
@pytest.mark.parametrize(("heavy_tails", "low", "high"), [(False, 0.04, 0.065), (True, 0.06, 0.10)])
def test_the_permutation_of_lcc_errs_with_heavy_tails_as_the_module_says(heavy, heavy_tails, low, high):
    """R4, 36 clips."""
    simulations = heavy.size(2000)
    share = type_one(paired_permutation, "lcc", simulations, heavy_tails=heavy_tails)
    case = f"R4 type I, permutation, lcc, n = 36, {'t(3)' if heavy_tails else 'normal'}"
    heavy.record(case, simulations=simulations, share=share)
    check_type_one(share, simulations, low, high)


AUC_CASES = [
    *((100, auc, others, None) for auc in (0.5, 0.75, 0.95) for others in (1, 5)),
    *((200, auc, 1, 40) for auc in (0.5, 0.75, 0.95)),
    # So few clips stand wrong that the difference takes few values: p is careful.
    *((40, 0.95, others, None) for others in (1, 5)),
]


@pytest.mark.heavy
@pytest.mark.parametrize(("n", "auc", "others", "clusters"), AUC_CASES)
def test_the_permutation_of_auc_calls_equal_judges_different_5_times_of_100(heavy, n, auc, others, clusters):
    """R4."""
    simulations, found = heavy.size(2000), 0
    for seed in range(simulations):
        *data, index = labelled_predictors(seed, n, auc, others, clusters)
        unit = {} if index is None else {"systems": index, "unit": "systems"}
        found += paired_permutation("auc", *data, resamples=199, seed=seed, **unit).p <= 0.05
    share = found / simulations
    case = f"{clusters} clusters of {n // clusters}" if clusters else f"n = {n}"
    name = f"R4 type I, permutation, auc = {auc}, {case}, {others} others a match"
    heavy.record(name, simulations=simulations, share=share)
    check_type_one(share, simulations, low=0.01 if n == 40 else 0.04)


@pytest.mark.heavy
@pytest.mark.parametrize("measure", ["srcc", "mse"])
def test_the_permutation_by_system_holds_where_that_by_clip_does_not(heavy, measure):
    """R4, 36 systems of 10 clips."""
    simulations, systems = heavy.size(2000), np.repeat(np.arange(36), 10)
    share = type_one(paired_permutation, measure, simulations, systems=systems)
    by_clip = 0
    for seed in range(simulations // 4):
        drawn = clustered_predictors(seed, systems)
        by_clip += paired_permutation(measure, *drawn, resamples=199, seed=seed).p <= 0.05
    by_clip /= simulations // 4
    case = f"R4 type I, permutation, {measure}, 36 systems of 10"
    heavy.record(case, simulations=simulations, share=share, share_by_clip=by_clip)
    check_type_one(share, simulations)
    assert by_clip > 0.1


@pytest.mark.heavy
@pytest.mark.parametrize("heavy_tails", [False, True])
@pytest.mark.parametrize("measure", MEASURES)
def test_how_the_bootstrap_errs(heavy, measure, heavy_tails):
    """R4, 36 clips: too careful for ranks, too bold for LCC and MSE; the figures that the module tells."""
    simulations = heavy.size(2000)
    share = type_one(paired_bootstrap, measure, simulations, heavy_tails=heavy_tails)
    case = f"R4 type I, paired bootstrap, {measure}, n = 36, {'t(3)' if heavy_tails else 'normal'}"
    heavy.record(case, simulations=simulations, share=share)
    bounds = (0.01, 0.06) if measure in ("srcc", "ktau", "auc") else (0.04, 0.11)
    check_type_one(share, simulations, *bounds)


def test_a_systems_only_clip_tells_no_difference():
    first, second, ratings = two_predictors(n=12, noise=(0.1, 2.0))
    found = paired_bootstrap("srcc", first, second, ratings, systems=np.arange(12), level="system", unit="clips")
    assert (found.low, found.high, found.p, found.reason) == (None, None, None, "single_clips")
    assert found.difference > 0
