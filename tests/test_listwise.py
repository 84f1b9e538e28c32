"""ListNet and soft ranks against brute force, SciPy and hand-worked numbers."""

import itertools

import numpy as np
import pytest
import torch
from scipy import optimize, special, stats

from earwitness.mos.losses import listnet_loss, soft_rank_loss
from earwitness.mos.losses.listwise import soft_ranks


def slopes(loss, scores, ratings, **options):
    leaf = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    loss(leaf, torch.tensor(ratings, dtype=torch.float64), **options).backward()
    return leaf.grad.numpy()


class TestListNet:
    def test_is_the_divergence_of_two_choices(self):
        scores, ratings = np.random.default_rng(0).normal(3, 1, (2, 20))
        wanted = stats.entropy(special.softmax(ratings / 0.5), special.softmax(scores / 0.5))
        found = listnet_loss(torch.tensor(scores), torch.tensor(ratings), temperature=0.5).item()
        assert found == pytest.approx(wanted, rel=1e-12)

    def test_its_slope_is_the_difference_of_the_choices(self):
        scores, ratings = np.random.default_rng(0).normal(3, 1, (2, 20))
        wanted = special.softmax(scores) - special.softmax(ratings)
        assert slopes(listnet_loss, scores, ratings) == pytest.approx(wanted, rel=1e-9, abs=1e-12)

    def test_ratings_far_apart_make_no_infinity(self):
        assert np.isfinite(slopes(listnet_loss, [0.0, 5000.0], [5000.0, 0.0])).all()

    @pytest.mark.parametrize("n", [0, 1])
    def test_nothing_to_choose_is_zero_with_a_gradient(self, n):
        assert slopes(listnet_loss, [2.0] * n, [1.0] * n).tolist() == [0.0] * n

    def test_refusals(self):
        with pytest.raises(ValueError, match="temperature is 0"):
            listnet_loss(torch.ones(2), torch.ones(2), temperature=0)


def projected(points):
    """The closest point of the permutahedron of 1/n ... 1 by a general solver, from its definition.

    A point is in the hull if its sum is that of the ranks and no k of its entries sum to more than the k top ranks.
    """
    n = len(points)
    ranks = np.arange(1, n + 1) / n
    subsets = [list(subset) for k in range(1, n) for subset in itertools.combinations(range(n), k)]
    inside = {
        "type": "ineq",
        "fun": lambda at: np.array([ranks[-len(subset) :].sum() - at[subset].sum() for subset in subsets]),
    }
    whole = {"type": "eq", "fun": lambda at: at.sum() - ranks.sum()}
    start = np.full(n, ranks.mean())
    options = {"ftol": 1e-14, "maxiter": 500}
    return optimize.minimize(
        lambda at: ((at - points) ** 2).sum(), start, constraints=[whole, inside], method="SLSQP", options=options
    ).x


class TestSoftRanks:
    @pytest.mark.parametrize("softness", [0.3, 1.0, 4.0])
    @pytest.mark.parametrize("seed", range(4))
    def test_are_the_projection_by_brute_force(self, seed, softness):
        values = np.random.default_rng(seed).normal(3, 1, 5)
        found = soft_ranks(torch.tensor(values), softness).numpy()
        assert found == pytest.approx(projected(values / softness), abs=1e-6)

    def test_by_hand(self):
        # Over a span of 1, 0.1 and 0 are closer than the 1/4 between ranks: they pool, half their gap on either side.
        found = soft_ranks(torch.tensor([0.0, 2.0, 0.1, 1.0], dtype=torch.float64), 1.0)
        assert found.tolist() == pytest.approx([0.375 - 0.05, 1.0, 0.375 + 0.05, 0.75])

    def test_hard_ranks_in_the_limit_even_far_from_zero(self):
        values = np.random.default_rng(0).integers(0, 30, 200) / 10
        wanted = stats.rankdata(values) / 200
        for shift in (0, 1e6):
            assert soft_ranks(torch.tensor(values + shift), 1e-9).numpy() == pytest.approx(wanted, rel=1e-12)

    def test_scores_themselves_in_the_other_limit(self):
        values = torch.tensor(np.random.default_rng(0).normal(3, 1, 50))
        found = soft_ranks(values, 1000.0)
        assert (1000 * (found - found.mean())).numpy() == pytest.approx((values - values.mean()).numpy(), rel=1e-9)

    def test_their_number_does_not_change_how_soft_they_are(self):
        values = np.random.default_rng(0).normal(3, 1, 50)
        once, often = (soft_ranks(torch.tensor(np.repeat(values, times)), 3.0).numpy() for times in (1, 20))
        # A rank is a place among n: 20 copies of a clip lie half a place of 50 below it at most.
        assert often[::20] == pytest.approx(once, abs=1 / 50)

    @pytest.mark.parametrize("softness", [0.3, 3.0])
    def test_gradcheck(self, softness):
        values = torch.tensor(np.random.default_rng(0).normal(3, 1, 12), requires_grad=True)
        assert torch.autograd.gradcheck(lambda leaf: soft_ranks(leaf, softness), (values,))


class TestSoftRankLoss:
    @pytest.mark.parametrize("n", [3, 5, 200])
    def test_is_one_minus_spearman_in_the_limit(self, n):
        scores, ratings = np.random.default_rng(n).normal(3, 1, n), np.arange(n) // 2
        wanted = 1 - stats.spearmanr(scores, ratings).statistic
        found = soft_rank_loss(torch.tensor(scores), torch.tensor(ratings), softness=1e-9)
        assert found.item() == pytest.approx(wanted, abs=1e-12)

    def test_is_spearman_with_tied_scores_too(self):
        scores, ratings = np.random.default_rng(0).integers(0, 5, (2, 60)).astype(float)
        wanted = 1 - stats.spearmanr(scores, ratings).statistic
        assert soft_rank_loss(torch.tensor(scores), torch.tensor(ratings), softness=1e-9).item() == pytest.approx(
            wanted
        )

    def test_correlates_the_scores_themselves_in_the_other_limit(self):
        scores, ratings = np.random.default_rng(0).normal(3, 1, (2, 60))
        wanted = 1 - np.corrcoef(scores, stats.rankdata(ratings))[0, 1]
        found = soft_rank_loss(torch.tensor(scores), torch.tensor(ratings), softness=1e4).item()
        assert found == pytest.approx(wanted, rel=1e-9)

    @pytest.mark.parametrize("softness", [0.2, 1.0, 5.0])
    def test_gradcheck(self, softness):
        scores, ratings = (
            torch.tensor(np.random.default_rng(0).normal(3, 1, 12), requires_grad=True),
            torch.arange(12) // 2,
        )
        assert torch.autograd.gradcheck(lambda leaf: soft_rank_loss(leaf, ratings, softness=softness), (scores,))

    def test_perfect_and_reversed(self):
        ratings = torch.linspace(1, 5, 9, dtype=torch.float64)
        assert soft_rank_loss(ratings, ratings).item() == pytest.approx(0, abs=1e-14)
        assert soft_rank_loss(-ratings, ratings).item() == pytest.approx(2)

    def test_descending_it_orders_the_clips(self):
        scores = torch.tensor(np.random.default_rng(0).normal(3, 1, 30), requires_grad=True)
        ratings = torch.linspace(1, 5, 30)
        for _ in range(200):
            (slope,) = torch.autograd.grad(soft_rank_loss(scores, ratings, softness=2.0), scores)
            scores = (scores - 5 * slope).detach().requires_grad_()
        assert stats.spearmanr(scores.detach(), ratings).statistic > 0.99

    @pytest.mark.parametrize(
        ("scores", "ratings", "wanted"),
        [([], [], 0), ([1.0], [2.0], 0), ([1.0, 2.0], [3.0, 3.0], 0), ([0.1] * 7, list(range(7)), 1)],
    )
    def test_what_cannot_be_ranked_has_no_slope(self, scores, ratings, wanted):
        leaf = torch.tensor(scores, requires_grad=True)
        loss = soft_rank_loss(leaf, torch.tensor(ratings))
        loss.backward()
        assert loss.item() == wanted
        assert leaf.grad.tolist() == [0.0] * len(scores)

    def test_half_precision(self):
        ratings = torch.linspace(1, 5, 300)
        scores = ratings.flip(0).to(torch.bfloat16).requires_grad_()
        loss = soft_rank_loss(scores, ratings, softness=0.01)
        loss.backward()
        assert loss.dtype == torch.float32
        # bfloat16 keeps three digits: neighbours tie, little more.
        assert loss.item() == pytest.approx(2, abs=1e-2)
        assert scores.grad.isfinite().all()

    def test_refusals(self):
        with pytest.raises(ValueError, match="softness is 0"):
            soft_rank_loss(torch.ones(2), torch.ones(2), softness=0)
