"""Shares, F1 and Youden's J: hand-worked, against scipy and scikit-learn, and simulated (R4)."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from earwitness.errors import UsageError
from earwitness.metrics.shares import f1_interval, share_interval, youden_j
from simulated_judges import check, correlated, holds, uneven


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


@pytest.mark.parametrize("n", range(5, 60))
def test_a_share_of_none_begins_at_0_and_one_of_all_ends_at_1(n):
    """Not 1e-17 beside it."""
    assert (share_interval(np.zeros(n)).low, share_interval(np.ones(n)).high) == (0.0, 1.0)


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
    with pytest.raises(UsageError, match="got 2 values and 1 clusters; wanted one a value"):
        share_interval([1, 0], clusters=["a"])
    with pytest.raises(UsageError, match="got 2 values and 1 clusters_of_others; wanted one a value"):
        youden_j([1], [0, 0], clusters_of_others=["a"])


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
