"""Shares, F1, Youden's J and their paired tests: hand-worked, against scipy and scikit-learn, and simulated (R4)."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from earwitness.errors import UsageError
from earwitness.metrics.shares import f1_interval, mcnemar, paired_f1, paired_shares, share_interval, youden_j


def test_decisions_alone_have_scipys_wilson_interval():
    wanted = stats.binomtest(30, 40).proportion_ci(0.95, method="wilson")
    found = share_interval([1] * 30 + [0] * 10)
    assert (found.value, found.low, found.high) == pytest.approx((0.75, wanted.low, wanted.high))
    assert (found.n, found.method, found.reason) == (40, "wilson", None)
    assert share_interval([1] * 30 + [0] * 10, clusters=range(40)) == found


def test_all_right_is_not_certain():
    wanted = stats.binomtest(40, 40).proportion_ci(0.95, method="wilson")
    alone = share_interval(np.ones(40))
    assert (alone.low, alone.high) == pytest.approx((wanted.low, 1))
    # Ten decisions on each of four times as many: clusters are what counts.
    assert share_interval(np.ones(400), clusters=np.repeat(range(40), 10)).low == pytest.approx(wanted.low)


def test_a_tie_is_half_right_and_leaves_less_doubt_than_a_wrong_one():
    tied, lost = share_interval([1] * 20 + [0.5] * 20), share_interval([1] * 30 + [0] * 10)
    assert tied.value == lost.value == 0.75
    assert tied.high - tied.low < lost.high - lost.low


def test_order_and_names_of_clusters_do_not_matter():
    rng = np.random.default_rng(0)
    right, clusters, order = rng.random(60) < 0.7, rng.integers(0, 9, 60), rng.permutation(60)
    found = share_interval(right, clusters=clusters)
    shuffled = share_interval(right[order], clusters=[f"clip {name}" for name in clusters[order]])
    assert (shuffled.low, shuffled.high, shuffled.n) == (pytest.approx(found.low), pytest.approx(found.high), 9)


def test_f1_is_scikit_learns():
    rng = np.random.default_rng(1)
    truths, said = (rng.random((2, 200)) < 0.3).astype(int)
    found = f1_interval(said, truths)
    assert found.value == pytest.approx(f1_score(truths, said))
    assert found.low < found.value < found.high
    assert f1_interval(said, truths, clusters=np.arange(200) // 10).n == 20


def test_f1_does_not_feel_what_is_0_and_was_called_so():
    said, truths = [1, 1, 0, 1, 0, 1, 1] * 5, [1, 0, 1, 1, 1, 1, 1] * 5
    found, padded = f1_interval(said, truths), f1_interval(said + [0] * 900, truths + [0] * 900)
    assert padded.value == found.value
    assert (padded.low, padded.high) == pytest.approx((found.low, found.high), abs=0.01)
    # Perfect: as many right decisions as there are ones.
    perfect = f1_interval([1] * 20 + [0] * 900, [1] * 20 + [0] * 900)
    wanted = stats.binomtest(20, 20).proportion_ci(0.95, method="wilson")
    assert (perfect.value, perfect.low) == pytest.approx((1.0, wanted.low))


def test_what_does_not_exist_is_none_with_its_reason():
    assert (share_interval([]).value, share_interval([]).reason) == (None, "too_few")
    few = share_interval([1, 1, 0, 1] * 3, clusters=[1, 2, 3, 4] * 3)
    assert (few.value, few.low, few.n, few.reason) == (0.75, None, 4, "too_few_units")
    nothing = f1_interval(np.zeros(9), np.zeros(9))
    assert (nothing.value, nothing.reason) == (None, "undefined")
    assert f1_interval([], []).reason == youden_j([], [1]).reason == youden_j([1], []).reason == "too_few"
    few = youden_j([1, 1, 0, 1], [0] * 9)
    assert (few.value, few.low, few.n, few.reason) == (0.75, None, 13, "too_few_units")


def test_what_is_no_decision_is_refused():
    with pytest.raises(UsageError, match=r"right\[1\] is 1.5; wanted 0 to 1"):
        share_interval([1, 1.5])
    with pytest.raises(UsageError, match=r"right\[0\] is nan; wanted 0 to 1"):
        share_interval([math.nan])
    with pytest.raises(UsageError, match=r"said\[1\] is 0.5; wanted 1 or 0"):
        f1_interval([1, 0.5], [1, 0])
    with pytest.raises(UsageError, match="got 2 said and 3 truths; wanted one of each a decision"):
        f1_interval([1, 0], [1, 0, 1])
    with pytest.raises(UsageError, match="got 1 right_a and 2 right_b; wanted one of each a decision"):
        paired_shares([1], [1, 0])
    with pytest.raises(UsageError, match="got 2 values and 1 clusters; wanted one a value"):
        share_interval([1, 0], clusters=["a"])
    with pytest.raises(UsageError, match="got 2 values and 1 clusters_of_others; wanted one a value"):
        youden_j([1], [0, 0], clusters_of_others=["a"])
    with pytest.raises(UsageError, match="only_b is -1; wanted a whole number of at least 0"):
        mcnemar(3, -1)
    for asked in (paired_shares, lambda a, b, **options: paired_f1(a, b, b, **options)):
        with pytest.raises(UsageError, match="resamples is 3; wanted a whole number of at least 40"):
            asked([1, 0], [1, 1], resamples=3)


def test_youdens_j_by_hand():
    # Yes on 9 of 10 matches and on 2 of 10 others: .9 + .8 - 1.
    found = youden_j([1] * 9 + [0], [1] * 2 + [0] * 8)
    assert (found.value, found.n, found.method) == (pytest.approx(0.7), 20, "wilson")
    # Who always says yes listens to nothing.
    always = youden_j(np.ones(50), np.ones(50))
    assert (always.value, always.low < 0 < always.high) == (0.0, True)


def test_youdens_j_on_the_same_clips():
    """One decision of either kind on each clip, of a judge that says yes to some clips whatever is asked."""
    rng = np.random.default_rng(3)
    loud = rng.random(100) < 0.5
    matches, others = loud | (rng.random(100) < 0.3), loud & (rng.random(100) < 0.9)
    clips = np.arange(100)
    paired = youden_j(matches, others, clusters_of_matches=clips, clusters_of_others=clips)
    apart = youden_j(matches, others, clusters_of_matches=clips, clusters_of_others=clips + 100)
    assert apart == youden_j(matches, others)
    assert (paired.value, paired.n, apart.n) == (apart.value, 100, 200)
    assert paired.high - paired.low < 0.8 * (apart.high - apart.low)


def test_a_cluster_without_a_name_is_no_other_ones():
    found = youden_j(np.ones(9), np.zeros(9), clusters_of_others=np.arange(9))
    assert found.n == 18


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
    assert (by_clip.difference, by_clip.p, by_clip.low, by_clip.reason) == (0.0, 1.0, None, "constant_resamples")
    f1 = paired_f1(right, right, np.ones(60))
    assert (f1.difference, f1.p) == (0.0, 1.0)


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


def correlated(rng, share, clusters, alike, same=0.0, judges=1):
    """Right or wrong by normal variables, ``alike`` of whose variance is their cluster's and ``same`` both judges'."""
    count = clusters.max() + 1

    def noise():
        of_clusters, own = rng.normal(size=count)[clusters], rng.normal(size=len(clusters))
        return math.sqrt(alike) * of_clusters + math.sqrt(1 - alike) * own

    both = noise()
    below = stats.norm.ppf(share)
    return [(math.sqrt(same) * both + math.sqrt(1 - same) * noise() < below).astype(float) for _ in range(judges)]


def uneven(rng, count):
    """Clusters of 1-10 decisions."""
    return np.repeat(np.arange(count), rng.integers(1, 11, count))


def holds(found, truth) -> bool:
    return found.low <= truth <= found.high


def check(share, simulations, low, high):
    """Within the bounds, and as much more as chance may add to so few simulations (once in 30,000)."""
    slack = 0.0 if simulations >= 2000 else 4 * math.sqrt(0.05 * 0.95 / simulations)
    assert low - slack <= share <= high + slack


@pytest.mark.heavy
@pytest.mark.parametrize("count", [40, 200])
@pytest.mark.parametrize("right", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_the_interval_of_a_share_by_cluster_holds_the_truth_95_times_of_100(heavy, count, right, alike):
    """R4: clusters of 1-10 decisions."""
    simulations, covered, alone = heavy.size(2000), 0, 0
    for seed in range(simulations):
        rng = np.random.default_rng(seed)
        clusters = uneven(rng, count)
        (decisions,) = correlated(rng, right, clusters, alike)
        covered += holds(share_interval(decisions, clusters=clusters), right)
        alone += holds(share_interval(decisions), right)
    share = covered / simulations
    case = f"R4 coverage, share {right}, {count} clusters of 1-10, {alike} alike"
    heavy.record(case, simulations=simulations, share=share, share_by_decision=alone / simulations)
    check(share, simulations, 0.93, 0.97)


@pytest.mark.heavy
@pytest.mark.parametrize("n", [40, 400])
@pytest.mark.parametrize(("hit", "false"), [(0.5, 0.5), (0.8, 0.2), (0.95, 0.05)])
def test_the_interval_of_f1_holds_the_truth_95_times_of_100(heavy, n, hit, false):
    """R4: half of the decisions are on matches."""
    simulations, covered = heavy.size(2000), 0
    truth = hit / (0.5 + 0.5 * (hit + false))
    for seed in range(simulations):
        rng = np.random.default_rng(seed)
        truths = (rng.random(n) < 0.5).astype(float)
        said = (rng.random(n) < np.where(truths == 1, hit, false)).astype(float)
        covered += holds(f1_interval(said, truths), truth)
    share = covered / simulations
    heavy.record(f"R4 coverage, F1 {truth:.2f}, n = {n}", simulations=simulations, share=share)
    check(share, simulations, 0.93, 0.97)


@pytest.mark.heavy
@pytest.mark.parametrize("n", [40, 400])
@pytest.mark.parametrize(("hit", "false"), [(0.5, 0.5), (0.9, 0.1), (0.95, 0.5)])
def test_the_interval_of_youdens_j_holds_the_truth_95_times_of_100(heavy, n, hit, false):
    """R4: n matches and n others."""
    simulations, covered = heavy.size(2000), 0
    for seed in range(simulations):
        rng = np.random.default_rng(seed)
        covered += holds(youden_j(rng.random(n) < hit, rng.random(n) < false), hit - false)
    share = covered / simulations
    heavy.record(f"R4 coverage, J {hit - false:.2f}, n = {n} and {n}", simulations=simulations, share=share)
    check(share, simulations, 0.93, 0.97)


@pytest.mark.heavy
@pytest.mark.parametrize("clips", [40, 200])
@pytest.mark.parametrize(("hit", "false"), [(0.5, 0.5), (0.9, 0.1), (0.95, 0.5)])
def test_the_interval_of_youdens_j_holds_on_shared_clips_too(heavy, clips, hit, false):
    """R4: four matches and four others on each clip, half of whose variance is the clip's."""
    simulations, covered, alone = heavy.size(2000), 0, 0
    index = np.repeat(np.arange(clips), 4)
    for seed in range(simulations):
        rng = np.random.default_rng(seed)
        clip = math.sqrt(0.5) * rng.normal(size=clips)[index]
        matches, others = (
            clip + math.sqrt(0.5) * rng.normal(size=len(index)) < stats.norm.ppf(share) for share in (hit, false)
        )
        found = youden_j(matches, others, clusters_of_matches=index, clusters_of_others=index)
        covered += holds(found, hit - false)
        alone += holds(youden_j(matches, others), hit - false)
    share = covered / simulations
    case = f"R4 coverage, J {hit - false:.2f}, {clips} clips of 4 and 4"
    heavy.record(case, simulations=simulations, share=share, share_by_decision=alone / simulations)
    check(share, simulations, 0.93, 0.97)


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
