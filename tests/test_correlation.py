"""Agreement with ratings against scipy, another toolkit's saved output, hand-worked numbers and invariants."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from earwitness.errors import UsageError
from earwitness.metrics.correlation import (
    MEASURES,
    OF_RATINGS,
    Measure,
    auc,
    ktau,
    lcc,
    measures_by_level,
    mid_ranks,
    mse,
    srcc,
    system_means,
)

SHEET = Path(__file__).parents[2] / "shared" / "data" / "oracles" / "sheet_example_results.csv"
CORRELATIONS = {
    "lcc": (lcc, stats.pearsonr),
    "srcc": (srcc, stats.spearmanr),
    "ktau": (ktau, stats.kendalltau),
}


def drawn(n: int, ties: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    ratings = rng.normal(3, 1, n)
    scores = ratings + rng.normal(0, 1, n)
    return (np.round(scores), np.round(ratings)) if ties else (scores, ratings)


@pytest.mark.skipif(not SHEET.exists(), reason="another toolkit's saved output is not on this machine")
def test_another_toolkits_published_line_to_the_printed_digit():
    with SHEET.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answers = [float(row["answer"]) for row in rows]
    found = measures_by_level(answers, [float(row["avg_score"]) for row in rows], [row["system_id"] for row in rows])
    clip, system = ({name: measure.value for name, measure in found[level].items()} for level in ("clip", "system"))
    assert [f"{clip[name]:.3f}" for name in OF_RATINGS] == ["0.271", "0.867", "0.870", "0.693"]
    assert (f"{system['mse']:.3f}", f"{system['ktau']:.3f}") == ("0.123", "0.777")
    assert (f"{system['lcc']:.4f}", f"{system['srcc']:.4f}") == ("0.9299", "0.9302")


@pytest.mark.parametrize("name", CORRELATIONS)
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n", [2, 3, 10, 77, 1000])
def test_the_correlation_is_scipys(name, ties, n):
    ours, scipys = CORRELATIONS[name]
    scores, ratings = drawn(n, ties, seed=n)
    assert ours(scores, ratings).value == pytest.approx(scipys(scores, ratings).statistic, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n", [10, 77, 1000])
def test_auc_of_labels_is_scikit_learns(n, ties):
    scores, ratings = drawn(n, ties, seed=n)
    labels = ratings > np.quantile(ratings, 0.8)
    assert auc(scores, labels).value == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_auc_of_ratings_is_half_of_one_and_scipys_somers_d(ties):
    scores, ratings = drawn(60, ties, seed=8)
    assert auc(scores, ratings).value == pytest.approx((1 + stats.somersd(ratings, scores).statistic) / 2, abs=1e-12)


def test_auc_by_hand_and_at_its_ends():
    # Matches 3 and 2 against others 2 and 1: three pairs right, one tied.
    assert auc([3, 2, 2, 1], [1, 1, 0, 0]) == Measure(3.5 / 4, 4)
    # Ratings order five of six pairs; scores order three alike, one otherwise, and tie one.
    assert auc([1, 3, 2, 3], [1, 2, 3, 3]) == Measure(3.5 / 5, 4)
    assert auc([1, 2, 3], [0, 0, 1]) == Measure(1.0, 3)
    assert auc([1, 2, 3], [1, 1, 0]) == Measure(0.0, 3)
    assert auc([2, 2, 2], [1, 0, 1]) == Measure(0.5, 3)


def test_auc_does_not_exist_without_two_classes():
    assert auc([1, 2], [1, 1]) == Measure(None, 2, "constant_ratings")
    assert auc([2, 2], [0, 0]) == Measure(None, 2, "constant_ratings")
    assert auc([1], [1]) == Measure(None, 1, "too_few")


def test_auc_of_more_pairs_than_can_be_looked_at():
    """10^10 pairs of a match and another, each pair right: the scores rise with the place."""
    labels = np.repeat([0.0, 1.0], 100_000)
    assert auc(np.arange(200_000), labels).value == 1.0
    assert auc(-np.arange(200_000), labels).value == 0.0


def test_by_hand():
    # Errors 1, 0, 2: squares 1, 0, 4.
    assert mse([1, 2, 5], [2, 2, 3]) == Measure(5 / 3, 3)
    # Ranks 1 2.5 2.5 4 and 1 2 3 4: deviations -1.5 0 0 1.5 and -1.5 -.5 .5 1.5; 4.5 / sqrt(4.5 * 5).
    assert srcc([1, 2, 2, 4], [1, 2, 3, 4]).value == pytest.approx(4.5 / math.sqrt(22.5))
    # Five pairs concordant, none discordant, one tied among the scores: 5 / sqrt(5 * 6).
    assert ktau([1, 2, 2, 4], [1, 2, 3, 4]).value == pytest.approx(5 / math.sqrt(30))


@pytest.mark.parametrize("name", CORRELATIONS)
def test_invariants(name):
    measure = CORRELATIONS[name][0]
    scores, ratings = drawn(50, False, seed=1)
    order = np.random.default_rng(2).permutation(50)
    assert measure(ratings, ratings).value == 1
    assert measure(3 * ratings + 1, ratings).value == pytest.approx(1, rel=1e-15)
    assert measure(-ratings, ratings).value == -1
    assert measure(scores[order], ratings[order]).value == pytest.approx(measure(scores, ratings).value, rel=1e-12)
    assert measure(ratings, scores).value == pytest.approx(measure(scores, ratings).value, rel=1e-12)


@pytest.mark.parametrize("name", ["srcc", "ktau"])
def test_ranks_do_not_feel_a_monotone_change(name):
    scores, ratings = drawn(50, False, seed=3)
    measure = CORRELATIONS[name][0]
    assert measure(np.exp(scores), ratings**3).value == pytest.approx(measure(scores, ratings).value, rel=1e-12)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e160])
def test_lcc_at_sizes_whose_squares_leave_float64(size):
    scores, ratings = drawn(20, False, seed=4)
    assert lcc(size * scores, ratings).value == pytest.approx(lcc(scores, ratings).value, rel=1e-12)


@pytest.mark.parametrize("name", CORRELATIONS)
@pytest.mark.parametrize(
    ("scores", "ratings", "reason"),
    [
        ([], [], "too_few"),
        ([1], [1], "too_few"),
        ([2, 2], [1, 2], "constant_scores"),
        ([1, 2], [3, 3], "constant_ratings"),
    ],
)
def test_what_does_not_exist_is_none_with_its_reason(name, scores, ratings, reason):
    assert CORRELATIONS[name][0](scores, ratings) == Measure(None, len(scores), reason)


def test_mse_of_one_clip_exists_and_of_none_does_not():
    assert mse([1], [3]) == Measure(4.0, 1)
    assert mse([], []) == Measure(None, 0, "too_few")


def test_errors_whose_squares_leave_float64_have_no_mean():
    assert mse([1e200, 0], [0, 1]) == Measure(None, 2, "overflow")
    assert lcc([1e308, -1e308, 1.5e308], [2, 1, 3]).value == pytest.approx(lcc([1, -1, 1.5], [2, 1, 3]).value)


def test_a_systems_value_is_the_mean_of_its_clips():
    found = system_means([1, 2, 6], [3, 3, 1], ["y", "x", "x"])
    assert (found.systems, found.scores.tolist(), found.ratings.tolist()) == (("x", "y"), [4, 1], [2, 3])
    by_level = measures_by_level([1, 2, 6], [3, 3, 1], ["y", "x", "x"])
    assert by_level["system"]["mse"] == Measure(4.0, 2)
    assert by_level["clip"]["mse"].n == 3
    assert set(measures_by_level([1, 2], [1, 2])) == {"clip"}
    assert tuple(by_level["system"]) == ("mse", "lcc", "srcc", "ktau")


@pytest.mark.parametrize(
    "values", [np.array([3.0, 1.0, 3.0, 2.0]), np.round(np.random.default_rng(5).random((7, 30)) * 9)]
)
def test_mid_ranks_are_scipys(values):
    assert np.array_equal(mid_ranks(values), stats.rankdata(values, axis=-1))


@pytest.mark.parametrize("measure", MEASURES.values())
def test_what_cannot_be_compared_is_refused(measure):
    with pytest.raises(UsageError, match=r"scores have shape \(2,\) and ratings \(3,\)"):
        measure([1, 2], [1, 2, 3])
    with pytest.raises(UsageError, match=r"ratings\[1\] is nan; wanted finite numbers"):
        measure([1, 2], [1, math.nan])


def test_every_clip_needs_a_system():
    with pytest.raises(UsageError, match="got 2 values and 1 systems; wanted one a value"):
        system_means([1, 2], [1, 2], ["a"])


def test_a_constant_score_is_constant_over_systems_too():
    systems = np.repeat(np.arange(7), [3, 4, 5, 6, 7, 9, 11])
    ratings = np.random.default_rng(7).normal(size=len(systems))
    found = measures_by_level(np.full(len(systems), 0.1), ratings, systems)["system"]
    assert {found[name].reason for name in CORRELATIONS} == {"constant_scores"}


def test_systems_with_equal_ratings_are_tied():
    """Each system's ratings add up to its number of clips times 0.2."""
    ratings, systems = [0.1, 0.2, 0.3, 0.2, 0.2, 0.3, 0.3, 0.0], list("aaabbccc")
    found = measures_by_level([1, 2, 3, 1, 2, 1, 1, 1], ratings, systems)["system"]
    assert found["srcc"] == Measure(None, 3, "constant_ratings")
