"""Differences of shares and of F1: hand-worked, against scipy and scikit-learn, and simulated (R4)."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from earwitness.errors import UsageError
from earwitness.metrics.paired_shares import mcnemar, paired_f1, paired_shares
from simulated_judges import check, correlated, holds, uneven


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 6), (2, 9), (14, 30), (500, 530)])
def test_mcnemars_mid_p_is_the_exact_p_less_the_chance_of_what_was_seen(only_a, only_b):
    wanted = stats.binomtest(only_a, only_a + only_b).pvalue - stats.binom.pmf(only_a, only_a + only_b, 0.5)
    assert mcnemar(only_a, only_b) == pytest.approx(wanted)
    assert mcnemar(only_b, only_a) == mcnemar(only_a, only_b)


@pytest.mark.parametrize("each", [0, 1, 7])
def test_judges_that_differ_evenly_are_equal(each):
    assert mcnemar(each, each) == pytest.approx(1.0)


def test_paired_shares_of_decisions_alone_are_mcnemars():
    rng = np.random.default_rng(4)
    a, b = rng.random((2, 80)) < [[0.9], [0.6]]
    found, swapped = paired_shares(a, b), paired_shares(b, a)
    assert found.p == mcnemar(int((a & ~b).sum()), int((b & ~a).sum()))
    assert (found.method, found.n, found.difference) == ("mcnemar", 80, pytest.approx(a.mean() - b.mean()))
    assert (swapped.low, swapped.high, swapped.p) == (-found.high, -found.low, found.p)


def test_the_permutation_p_is_that_of_all_exchanges():
    """Eight clusters: 256 ways to exchange, those level with what was seen counted half, against 20,000 drawn."""
    rng = np.random.default_rng(5)
    cluster, a, b = np.arange(24) // 3, rng.random(24) < 0.8, rng.random(24) < 0.4
    gains = np.bincount(cluster, a.astype(float) - b)
    sums = np.abs([np.dot(signs, gains) for signs in itertools.product([-1, 1], repeat=8)])
    wanted = np.mean(sums > abs(gains.sum())) + np.mean(sums == abs(gains.sum())) / 2
    found = paired_shares(a, b, clusters=cluster, resamples=20_000)
    assert (found.method, found.n) == ("paired_permutation", 8)
    assert found.p == pytest.approx(wanted, abs=0.01)


def test_exchanged_one_by_one_p_is_mcnemars_up_to_the_draw():
    """One decision more, a tie of both, keeps the test from being McNemar's and changes nothing else."""
    a, b = np.array([1] * 14 + [0] * 26), np.array([0] * 10 + [1] * 4 + [1] * 3 + [0] * 23)
    found = paired_shares([*a, 0.5], [*b, 0.5], resamples=20_000)
    assert (found.method, found.p) == ("paired_permutation", pytest.approx(mcnemar(10, 3), abs=0.01))


def test_copies_of_decisions_are_no_evidence():
    rng = np.random.default_rng(6)
    a, b = (rng.random(30) < share for share in (0.8, 0.6))
    once = paired_shares(a, b)
    copied = paired_shares(np.repeat(a, 10), np.repeat(b, 10), clusters=np.repeat(np.arange(30), 10))
    assert copied.p == pytest.approx(once.p, abs=0.05)
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high), abs=0.05)
    assert paired_shares(np.repeat(a, 10), np.repeat(b, 10)).p < copied.p / 3


def test_a_judge_is_no_better_than_itself():
    right = np.random.default_rng(7).random(60) < 0.7
    alone = paired_shares(right, right)
    assert (alone.difference, alone.p, alone.low < 0 < alone.high) == (0.0, 1.0, True)
    by_clip = paired_shares(right, right, clusters=np.arange(60) // 4)
    # Fifteen clips that never differ are no more certain than fifteen such decisions: 1.96 * sqrt(2 / 17 / 17).
    assert (by_clip.difference, by_clip.p, by_clip.reason) == (0.0, 1.0, None)
    assert (by_clip.low, by_clip.high) == (pytest.approx(-0.16305, abs=1e-5), pytest.approx(0.16305, abs=1e-5))
    f1 = paired_f1(right, right, np.ones(60))
    assert (f1.difference, f1.p) == (0.0, 1.0)


def test_clusters_that_all_differ_alike_count_as_one_decision_each():
    a, b, clips = np.ones(60), np.zeros(60), np.arange(60) // 4
    found, alone = paired_shares(a, b, clusters=clips), paired_shares(a[:15], b[:15])
    assert (found.low, found.high) == (alone.low, alone.high)
    assert found.p < 0.001
    # One of four decisions of each clip: (15 / 4 + 1) / 17 less 1 / 17, as of 15 decisions.
    quarter = paired_shares(np.tile([1, 0, 0, 0], 15), b, clusters=clips)
    assert (quarter.low + quarter.high) / 2 == pytest.approx(3.75 / 17)
    assert quarter.low < 0.25 < quarter.high
    swapped = paired_shares(b, np.tile([1, 0, 0, 0], 15), clusters=clips)
    assert (swapped.low, swapped.high) == (-quarter.high, -quarter.low)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(UsageError, match="got 1 right_a and 2 right_b; wanted one of each a decision"):
        paired_shares([1], [1, 0])
    with pytest.raises(UsageError, match="only_b is -1; wanted a whole number of at least 0"):
        mcnemar(3, -1)
    for asked in (paired_shares, lambda a, b, **options: paired_f1(a, b, b, **options)):
        with pytest.raises(UsageError, match="resamples is 3; wanted a whole number of at least 40"):
            asked([1, 0], [1, 1], resamples=3)


def test_what_cannot_be_compared_says_why():
    assert paired_shares([], []).reason == paired_f1([], [], []).reason == "too_few"
    few = paired_shares([1, 1, 1, 1], [0, 0, 0, 1])
    assert (few.difference, few.p, few.reason) == (0.75, None, "too_few_units")
    few = paired_f1([1, 1, 1, 1], [0, 0, 0, 1], [1, 1, 1, 1])
    # F1 1 against 2 * 1 / (1 + 4).
    assert (few.difference, few.p, few.reason) == (pytest.approx(0.6), None, "too_few_units")
    none = paired_f1([1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])
    assert (none.difference, none.reason) == (None, "undefined")


def test_paired_f1_is_the_difference_of_two_and_finds_the_better():
    rng = np.random.default_rng(8)
    truths = rng.random(300) < 0.4
    a, b = (np.where(rng.random(300) < wrong, ~truths, truths) for wrong in (0.05, 0.3))
    found, swapped = paired_f1(a, b, truths), paired_f1(b, a, truths)
    assert found.difference == pytest.approx(f1_score(truths, a) - f1_score(truths, b))
    assert (found.low > 0, found.p < 0.01, found.n) == (True, True, 300)
    assert (swapped.difference, swapped.p) == (-found.difference, found.p)
    assert paired_f1(a, b, truths, clusters=np.arange(300) // 30).n == 10


def size(p_of, n, differing):
    """Type-I error at 5 %, worked out: over how many of n decisions differ, and how these fall to equal judges."""
    chances = stats.binom.pmf(np.arange(n + 1), n, differing / n)
    likely = [(count, chance) for count, chance in enumerate(chances) if chance > 1e-6]
    return sum(
        chance * sum(stats.binom.pmf(a, count, 0.5) for a in range(count + 1) if p_of(a, count - a) <= 0.05)
        for count, chance in likely
    )


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("n", "differing", "low"), [(40, 2, 0.0), (40, 8, 0.03), (40, 20, 0.04), (100, 10, 0.04), (400, 80, 0.04)]
)
def test_mcnemar_calls_equal_judges_different_5_times_of_100(heavy, n, differing, low):
    """R4, exactly: where few decisions differ p is careful, without mid-p everywhere."""
    share, exact = (
        size(p_of, n, differing) for p_of in (mcnemar, lambda a, b: stats.binomtest(a, a + b).pvalue if a + b else 1.0)
    )
    case = f"R4 type I, McNemar, {differing} of {n} decisions differ on average"
    heavy.record(case, share=share, share_without_mid_p=exact)
    assert low <= share <= 0.06
    assert exact < share - 0.001


@pytest.mark.heavy
@pytest.mark.parametrize("n", [40, 400])
@pytest.mark.parametrize(("first", "second"), [(0.5, 0.5), (0.8, 0.8), (0.9, 0.7)])
def test_the_interval_of_a_difference_holds_the_truth_95_times_of_100(heavy, n, first, second):
    """R4: decisions alone, half of whose variance is both judges'."""
    simulations, covered = heavy.size(2000), 0
    for seed in range(simulations):
        both, *own = np.random.default_rng(seed).normal(size=(3, n))
        a, b = (
            math.sqrt(0.5) * (both + alone) < stats.norm.ppf(share)
            for alone, share in zip(own, (first, second), strict=True)
        )
        covered += holds(paired_shares(a, b), first - second)
    share = covered / simulations
    heavy.record(f"R4 coverage, shares {first} less {second}, n = {n}", simulations=simulations, share=share)
    check(share, simulations, 0.93, 0.97)


@pytest.mark.heavy
@pytest.mark.parametrize("count", [40, 200])
@pytest.mark.parametrize("right", [0.5, 0.8, 0.95])
def test_paired_shares_by_cluster_call_equal_judges_different_5_times_of_100(heavy, count, right):
    """R4: clusters of 1-10 decisions, half of the variance theirs, half both judges'."""
    simulations, called, covered, alone = heavy.size(2000), 0, 0, 0
    for seed in range(simulations):
        rng = np.random.default_rng(seed)
        clusters = uneven(rng, count)
        a, b = correlated(rng, right, clusters, 0.5, same=0.5, judges=2)
        found = paired_shares(a, b, clusters=clusters, resamples=199, seed=seed)
        called += found.p <= 0.05
        covered += holds(found, 0.0)
        alone += paired_shares(a, b).p <= 0.05
    share, held, by_decision = (total / simulations for total in (called, covered, alone))
    case = f"R4 type I, paired shares, {count} clusters of 1-10, share {right}"
    heavy.record(case, simulations=simulations, share=share, interval_holds=held, share_by_decision=by_decision)
    # Of 40 clusters with a share of 0.95 few differ at all.
    check(share, simulations, 0.03 if (count, right) == (40, 0.95) else 0.04, 0.06)
    check(held, simulations, 0.93, 0.97)
    assert by_decision > 0.09


@pytest.mark.heavy
@pytest.mark.parametrize(("n", "wrong"), [(100, 0.2), (400, 0.05)])
def test_how_the_bootstrap_of_f1_errs(heavy, n, wrong):
    """R4."""
    simulations, called = heavy.size(2000), 0
    for seed in range(simulations):
        rng = np.random.default_rng(seed)
        truths = rng.random(n) < 0.5
        a, b = (truths ^ (rng.random(n) < wrong) for _ in range(2))
        called += paired_f1(a, b, truths, resamples=199, seed=seed).p <= 0.05
    share = called / simulations
    heavy.record(f"R4 type I, paired F1, n = {n}, {wrong} wrong", simulations=simulations, share=share)
    check(share, simulations, 0.035, 0.065)
