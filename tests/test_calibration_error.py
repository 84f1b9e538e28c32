"""ECE against hand-worked numbers, perfect judges, and simulations of what its interval promises (R4)."""

import numpy as np
import pytest

from earwitness.metrics.calibration_error import calibration_error, error_alone
from simulated_judges import check, drawn, holds

# Without ties, four in a bin of two.
P = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9]
TRUTHS = [0, 0, 1, 0, 1, 0, 1, 1]


def test_the_error_is_the_mean_gap_of_the_bins():
    # Bins of two: means .15, .35, .65, .85 and shares 0, .5, .5, 1: every gap is .15.
    assert calibration_error(P, TRUTHS, bins=4).value == pytest.approx(0.15)
    # Three answers of .9 of which one is true, one of .2 that is not: (3 * (.9 - 1/3) + 1 * .2) / 4 = .475.
    assert calibration_error([0.9, 0.9, 0.9, 0.2], [1, 0, 0, 0], bins=2).value == pytest.approx(0.475)


def test_a_calibrated_judge_has_an_error_by_chance_that_shrinks_with_its_answers():
    found = [calibration_error(*drawn(200, seed), resamples=200) for seed in range(100)]
    assert np.mean([one.value for one in found]) == pytest.approx(np.mean([one.chance for one in found]), rel=0.05)
    # One in 40 is expected beyond; of 100 more than 7 come with a chance of less than 1 in 200.
    beyond = [one.value > one.chance_high for one in found]
    assert sum(beyond) <= 7
    assert not any(one.low > 0 for one, over in zip(found, beyond, strict=True) if not over)
    assert calibration_error(*drawn(5000, 0), resamples=200).chance < found[0].chance / 3


def share_of(p, slope):
    """Share of true among answers of p, by a judge whose logit must be multiplied by ``slope`` to be true."""
    odds = (p / (1 - p)) ** slope
    return odds / (1 + odds)


def clustered(count, each, alike, slope, seed):
    """Answers, truths and clusters of one p each, of which the share ``alike`` has one truth as well."""
    rng = np.random.default_rng(seed)
    p, cluster = rng.beta(0.6, 0.6, count).clip(1e-6, 1 - 1e-6), np.repeat(np.arange(count), each)
    luck = np.where((rng.random(count) < alike)[cluster], rng.random(count)[cluster], rng.random(len(cluster)))
    return p[cluster], (luck < share_of(p, slope)[cluster]).astype(float), cluster


@pytest.mark.parametrize("each", [1, 3])
def test_the_interval_holds_the_error_without_chance(each):
    """Also where answers come in clusters of three that share their truth's luck."""

    many = np.sort(drawn(150_000, 1)[0])
    true = np.abs((many - share_of(many, 0.5)).reshape(15, -1).mean(axis=1)).mean()
    held = 0
    for seed in range(60):
        p, luck = drawn(300, seed)[0], np.repeat(np.random.default_rng(seed + 60).random(300 // each), each)
        clusters = None if each == 1 else np.repeat(np.arange(100), 3)
        found = calibration_error(p, luck < share_of(p, 0.5), clusters=clusters, resamples=200, seed=seed)
        held += found.low <= true <= found.high
    assert held >= 50


def test_an_error_without_spread_has_no_interval():
    right = calibration_error([0.0, 1.0] * 5, [0, 1] * 5)
    assert (right.value, right.chance, right.low, right.reason) == (0.0, 0.0, None, "perfect")
    wrong = calibration_error([0.25] * 10, [1] * 10)
    assert (wrong.value, wrong.high, wrong.reason) == (0.75, None, "constant_resamples")
    few = calibration_error(P, TRUTHS, clusters=list("aabbccdd"))
    assert (few.n, few.low, few.reason) == (4, None, "too_few_units")


def test_gaps_that_only_rounding_tells_apart_have_no_interval():
    # Ten times .7 sums to 7 less 1e-15; and .3 less 0 with .3 less 1 lies beside -.4 in each of ten clusters alike.
    wrong = calibration_error([0.3] * 10, [1] * 10)
    assert (wrong.value, wrong.reason) == (pytest.approx(0.7), "constant_resamples")
    even = calibration_error([0.3] * 20, [0, 1] * 10, clusters=np.arange(20) // 2)
    assert (even.value, even.chance, even.reason) == (pytest.approx(0.2), 0.0, "constant_resamples")


def test_clusters_of_one_answer_are_answers():
    p, truths = drawn(60, 7)
    alone, named = (calibration_error(p, truths, clusters=names, resamples=200) for names in (None, range(60)))
    assert (named.value, named.n, named.bins) == (alone.value, 60, 15)
    assert named.chance_high == pytest.approx(alone.chance_high)
    assert (named.low, named.high) == pytest.approx((alone.low, alone.high), abs=0.03)


def test_copies_of_answers_are_no_evidence():
    p, truths = drawn(60, 7, 0.5)
    once, copied = (
        calibration_error(np.repeat(p, each), np.repeat(truths, each), clusters=np.arange(60 * each) // each, bins=5)
        for each in (1, 8)
    )
    assert (copied.value, copied.bins, copied.n) == (pytest.approx(once.value), once.bins, 60)
    # Each copy has its own luck in a draw, but eight times the variance of answers alone.
    assert (copied.chance, copied.chance_high) == pytest.approx((once.chance, once.chance_high), rel=0.15)
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high), abs=0.03)


def test_one_seed_gives_one_interval():
    p, truths = drawn(100, 3, 0.5)
    a, b, other = (calibration_error(p, truths, resamples=200, seed=seed) for seed in (1, 1, 2))
    assert a == b
    assert a.value == other.value
    assert (a.low, a.high) != (other.low, other.high)


@pytest.mark.heavy
@pytest.mark.parametrize("slope", [1.0, 0.5])
@pytest.mark.parametrize(
    ("count", "each", "alike"),
    [(24, 4, 1.0), (50, 4, 0.3), (50, 4, 1.0), (100, 5, 0.3), (100, 10, 1.0), (100, 1, 0.0), (1000, 1, 0.0)],
)
def test_the_interval_holds_the_error_91_times_of_100_and_more(heavy, count, each, alike, slope):
    """R4: answers of one p by cluster, a share of whose clusters has one luck; of slope 1 the judge is calibrated."""
    simulations, found = heavy.size(1000), []
    for seed in range(simulations):
        p, truths, clusters = clustered(count, each, alike, slope, seed)
        found.append(calibration_error(p, truths, clusters=clusters, resamples=200, seed=seed))
    p, truths, _ = clustered(400_000, 1, 0.0, slope, 0)
    true = float(np.abs(p - share_of(p, slope)).mean())
    share = np.mean([holds(one, true) for one in found])
    beyond = np.mean([one.value > one.chance_high for one in found])
    heavy.record(
        f"R4 coverage, ECE {true:.2f}, {count} clusters of {each}, {alike} with one luck",
        simulations=simulations,
        share=float(share),
        beyond_chance=float(beyond),
        value=float(np.mean([one.value for one in found])),
        chance=float(np.mean([one.chance for one in found])),
        bins=found[0].bins,
    )
    check(share, simulations, 0.91, 1.0)
    if slope == 1:
        check(beyond, simulations, 0.0, 0.05)


@pytest.mark.parametrize("clusters", [None, np.arange(300) // 5])
def test_the_error_alone_is_that_of_the_interval(clusters):
    rng = np.random.default_rng(2)
    p = rng.random(300)
    truths = rng.random(300) < p**2
    assert error_alone(p, truths, clusters=clusters) == calibration_error(p, truths, clusters=clusters).value
