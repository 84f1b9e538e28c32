"""Pairs weighed by their evidence, against a double loop with SciPy's normal distribution."""

import itertools

import numpy as np
import pytest
import torch
from scipy import special, stats

from earwitness.mos.losses import noise_aware_ranking_loss, quality_margin_ranking_loss
from earwitness.mos.losses.noise_aware import shrunk_variances

KINDS = [("soft", "logistic"), ("soft", "probit"), ("weight", "logistic")]


def data(n, seed=0):
    random = np.random.default_rng(seed)
    ratings = random.integers(5, 26, n) / 5
    return random.normal(3, 1, n), ratings, random.uniform(0, 1.5, n), random.integers(1, 9, n)


def found(scores, ratings, spreads, counts, **options):
    leaf = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    loss = noise_aware_ranking_loss(leaf, *map(torch.tensor, (ratings, spreads, counts)), **options)
    loss.backward()
    return loss.item(), leaf.grad.numpy()


def by_loop(scores, ratings, spreads, counts, target, link, temperature=1.0, margin=0.2):
    freedom = counts - 1
    pooled = (freedom * spreads**2).sum() / freedom.sum()
    errors = (freedom * spreads**2 + 4 * pooled) / (freedom + 4) / counts
    log_chance = {"logistic": stats.logistic.logcdf, "probit": stats.norm.logcdf}[link]
    total, pairs = 0.0, 0
    for i, j in itertools.combinations(range(len(scores)), 2):
        gap, apart = ratings[i] - ratings[j], scores[i] - scores[j]
        chance = stats.norm.cdf(gap / np.sqrt(errors[i] + errors[j]))
        if target == "soft":
            pairs += 1
            chances = np.array([chance, 1 - chance])
            total -= chances @ [log_chance(apart / temperature), log_chance(-apart / temperature)]
            total -= stats.entropy(chances)
        elif gap:
            pairs += 1
            total += abs(2 * chance - 1) * max(0, margin * abs(gap) - np.sign(gap) * apart)
    return total / pairs


@pytest.mark.parametrize(("target", "link"), KINDS)
@pytest.mark.parametrize("options", [{}, {"temperature": 0.5, "margin": 0.4}])
def test_is_the_double_loop(target, link, options):
    case = data(24)
    wanted = by_loop(*case, target, link, **options)
    assert found(*case, target=target, link=link, **options)[0] == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize(("target", "link"), KINDS)
@pytest.mark.parametrize("block", [1, 7, 50, 64])
def test_blocks_change_nothing(target, link, block):
    case = data(50, seed=1)
    whole, parts = (found(*case, target=target, link=link, block=size) for size in (1000, block))
    assert parts[0] == pytest.approx(whole[0], rel=1e-12)
    assert parts[1] == pytest.approx(whole[1], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("target", "link"), KINDS)
def test_gradcheck(target, link):
    scores, *others = map(torch.tensor, data(10, seed=2))
    assert torch.autograd.gradcheck(
        lambda leaf: noise_aware_ranking_loss(leaf, *others, target=target, link=link, block=4),
        (scores.requires_grad_(),),
    )


def test_endless_raters_leave_the_hinge_alone():
    """With no doubt left, the weighted hinge is the plain one: QAMRO's without emphasis."""
    scores, ratings, spreads, _ = data(40, seed=3)
    certain = found(scores, ratings, spreads, np.full(40, 10**9), target="weight")
    leaf = torch.tensor(scores, requires_grad=True)
    plain = quality_margin_ranking_loss(leaf, torch.tensor(ratings), emphasis=1.0)
    plain.backward()
    assert certain[0] == pytest.approx(plain.item(), rel=1e-9)
    assert certain[1] == pytest.approx(leaf.grad.numpy(), rel=1e-9)


def test_no_evidence_costs_nothing():
    scores, ratings, _, counts = data(40, seed=4)
    wild = np.full(40, 1e9)
    loss, slopes = found(scores, ratings, wild, np.maximum(counts, 2), target="weight")
    assert loss == pytest.approx(0, abs=1e-8)
    assert slopes == pytest.approx(0, abs=1e-8)
    # The soft target then asks for equal scores.
    assert found(np.full(40, 3.0), ratings, wild, np.maximum(counts, 2))[0] == pytest.approx(0, abs=1e-12)


def test_a_soft_target_is_met_by_the_gap_that_says_it():
    """Two clips one point apart, of two raters each with spread 1: d = 1, so the best score gap is logit(Phi(1))."""
    gap = special.logit(stats.norm.cdf(1.0))
    two = ([3.0, 2.0], [1.0, 1.0], [2, 2])
    loss, slopes = found([gap, 0.0], *two)
    assert loss == pytest.approx(0, abs=1e-12)
    assert slopes == pytest.approx(0, abs=1e-9)
    assert found([2 * gap, 0.0], *two, temperature=2.0)[0] == pytest.approx(0, abs=1e-12)
    assert found([1.0, 0.0], *two, link="probit")[0] == pytest.approx(0, abs=1e-12)


class TestSpreads:
    def test_few_raters_are_shrunk_and_many_are_not(self):
        # Pooled: 1. Two raters who agreed: 4/5 of it is left; 401 of them: 4/404.
        found = shrunk_variances(torch.tensor([0.0, 0.0, 2.0]), torch.tensor([2, 401, 401]), 1.0, 4.0)
        assert found.tolist() == pytest.approx([0.8, 4 / 404, (1600 + 4) / 404])

    def test_pooled_by_hand(self):
        # (1 * 1 + 3 * 4) / 4 = 3.25 for the clip that has one rater only; its own spread is not read.
        spreads = torch.tensor([1.0, 2.0, torch.nan], dtype=torch.float64)
        found = shrunk_variances(spreads, torch.tensor([2, 4, 1]), None, 4.0)
        assert found.tolist() == pytest.approx([(1 + 13) / 5, (12 + 13) / 7, 3.25])

    def test_one_rater_each_needs_the_data_sets_spread(self):
        case = ([1.0, 2.0], [3.0, 2.0], [np.nan, np.nan], [1, 1])
        with pytest.raises(ValueError, match="no clip has two raters"):
            found(*case)
        assert found(*case, pooled_spread=1.0)[0] > 0

    def test_raters_who_never_differ_leave_no_doubt_and_no_nan(self):
        for target in ("soft", "weight"):
            loss, slopes = found([1.0, 2.0, 3.0], [3.0, 2.0, 2.0], [0.0] * 3, [2] * 3, target=target)
            assert loss > 0
            assert np.isfinite(slopes).all()
        # Two that they tied are asked to tie.
        assert found([2.0, 2.0], [3.0, 3.0], [0.0] * 2, [2] * 2) == (0.0, pytest.approx([0, 0], abs=1e-15))


@pytest.mark.parametrize("target", ["soft", "weight"])
@pytest.mark.parametrize("n", [0, 1])
def test_no_pair_is_zero_with_a_gradient(target, n):
    loss, slopes = found([2.0] * n, [1.0] * n, [1.0] * n, [3] * n, target=target)
    assert (loss, slopes.tolist()) == (0.0, [0.0] * n)


def test_ties_rank_nothing_when_weighted():
    loss, slopes = found([1.0, 2.0], [3.0, 3.0], [1.0, 1.0], [3, 3], target="weight")
    assert (loss, slopes.tolist()) == (0.0, [0.0, 0.0])


def test_half_precision_is_summed_wide():
    scores, *others = map(torch.tensor, data(30, seed=5))
    loss = noise_aware_ranking_loss(scores.half().requires_grad_(), *others)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(noise_aware_ranking_loss(scores.half().double(), *others).item(), rel=1e-6)


REFUSED = {
    "target": ({"target": "hard"}, "target is 'hard'; it must be soft or weight"),
    "link": ({"link": "linear"}, "link is 'linear'"),
    "block": ({"block": 0}, "block is 0"),
    "temperature": ({"temperature": 0}, "temperature is 0"),
    "pooling": ({"pooling": 0}, "pooling is 0"),
    "margin": ({"margin": -1}, "margin is -1"),
    "pooled": ({"pooled_spread": -1.0}, "pooled_spread is -1.0"),
}


@pytest.mark.parametrize(("options", "text"), REFUSED.values(), ids=REFUSED)
def test_refused_options(options, text):
    with pytest.raises(ValueError, match=text):
        found([1.0, 2.0], [1.0, 2.0], [1.0, 1.0], [2, 2], **options)


@pytest.mark.parametrize(
    ("spreads", "counts", "text"),
    [
        ([1.0], [2, 2], r"spreads \[1\]"),
        ([1.0, 1.0], [2], r"counts \[1\]"),
        ([1.0, -1.0], [2, 2], "the smallest spread is -1"),
        ([1.0, np.nan], [2, 2], "1 of 2 spreads are not finite"),
        ([1.0, 1.0], [2, 0], "the smallest count is 0"),
    ],
)
def test_refused_data(spreads, counts, text):
    with pytest.raises(ValueError, match=text):
        found([1.0, 2.0], [1.0, 2.0], spreads, counts)
