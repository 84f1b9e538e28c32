"""Figures with intervals, and paired tests, by the measure they are of."""

from dataclasses import replace

import numpy as np
import pytest

from earwitness.bench.decisions import Decision, decided
from earwitness.bench.figures import compared, figure, looks_normal
from earwitness.bench.measurements import Measurement
from earwitness.errors import UsageError
from earwitness.metrics.correlation import ktau, lcc, mse, srcc

rng = np.random.default_rng(0)
TRUTHS = rng.normal(size=60)
SCORES = TRUTHS + rng.normal(size=60)
IDS = tuple(map(str, range(60)))


def measured(measure, scores=SCORES, truths=TRUTHS, **more):
    return Measurement("all", "REL", measure, IDS, np.asarray(scores), np.asarray(truths), 61, **more)


@pytest.mark.parametrize(("name", "function"), [("LCC", lcc), ("SRCC", srcc), ("KTAU", ktau), ("MSE", mse)])
def test_correlations_and_errors_are_those_of_metrics(name, function):
    found = figure(measured(name))
    assert found.value == function(SCORES, TRUTHS).value
    assert found.low < found.value < found.high
    assert (found.n, found.n_total, found.n_independent) == (60, 61, 60)


def test_auc_by_hand():
    # Matches score .9, .4; others .5, .4, .1: of 6 pairs 4 lie right, one ties, one is wrong: 4.5 / 6.
    one = Measurement(
        "all", "label", "AUC", tuple("abcde"), np.array([0.9, 0.4, 0.5, 0.4, 0.1]), np.array([1, 1, 0, 0, 0.0]), 5
    )
    assert figure(one).value == pytest.approx(4.5 / 6)


def test_f1_by_hand():
    # Said yes 3 times, 2 of them right, of 4 that are true: precision 2/3, recall 1/2, F1 = 4/7.
    said, true = np.array([1, 1, 1, 0, 0, 0.0]), np.array([1, 1, 0, 1, 1, 0.0])
    assert figure(Measurement("all", "x", "F1", tuple("abcdef"), said, true, 6)).value == pytest.approx(4 / 7)


def test_clusters_are_what_an_interval_rests_on():
    clusters = tuple(str(place // 3) for place in range(60))
    whole = figure(measured("SRCC", clusters=clusters))
    assert whole.n_independent == 20
    systems = figure(measured("SRCC", clusters=clusters, level="system"))
    assert systems.value != whole.value
    assert systems.n_independent == 20


def test_nothing_scored_is_no_number_but_a_count():
    for measure in ("LCC", "SRCC", "KTAU", "MSE", "AUC", "accuracy", "F1"):
        none = Measurement("all", "REL", measure, (), np.empty(0), np.empty(0), 7)
        found = figure(none)
        assert (found.value, found.low, found.n, found.n_total) == (None, None, 0, 7)
        assert found.reason


def test_which_test_answers():
    worse = measured("LCC", np.roll(SCORES, 7))
    assert compared(measured("LCC"), worse).method == "williams"
    skewed = np.exp(3 * TRUTHS)
    assert compared(measured("LCC", truths=skewed), replace(worse, truths=skewed)).method == "paired_permutation"
    for measure in ("SRCC", "KTAU", "MSE"):
        found = compared(measured(measure), measured(measure, np.roll(SCORES, 7)))
        assert found.method == "paired_permutation"
        assert found.low is not None
    right = [Decision(str(n), float(n % 4 > 0), str(n)) for n in range(60)]
    wrong = [Decision(str(n), float(n % 4 > 1), str(n)) for n in range(60)]
    found = compared(decided("all", "pair", right), decided("all", "pair", wrong))
    assert found.method == "mcnemar"
    # 45 of 60 against 30 of 60; the 15 on which they differ all favour the first: p far below .001.
    assert found.difference == pytest.approx(0.25)
    assert found.p < 0.001


def test_only_units_that_both_scored_are_compared():
    fewer = measured("SRCC", np.roll(SCORES, 7))
    fewer = replace(fewer, ids=fewer.ids[:30], scores=fewer.scores[:30], truths=fewer.truths[:30])
    found = compared(measured("SRCC"), fewer)
    assert found.n == 30
    assert found.difference == pytest.approx(
        srcc(SCORES[:30], TRUTHS[:30]).value - srcc(np.roll(SCORES, 7)[:30], TRUTHS[:30]).value
    )


def test_other_truths_and_other_measurements_are_refused():
    with pytest.raises(UsageError, match="wanted runs on the same data"):
        compared(measured("SRCC"), measured("SRCC", truths=TRUTHS + 1))
    with pytest.raises(UsageError, match="wanted the same measurement"):
        compared(measured("SRCC"), measured("LCC"))


def test_equal_judges_do_not_differ():
    found = compared(measured("SRCC"), measured("SRCC"))
    assert (found.difference, found.p) == (0.0, 1.0)


def test_normality_is_told_from_its_lack():
    assert looks_normal(rng.normal(size=300))
    assert not looks_normal(rng.random(300) > 0.5)
    assert not looks_normal(np.ones(30))
