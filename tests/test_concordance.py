"""Concordance against its definition in NumPy and hand-worked numbers."""

import numpy as np
import pytest
import torch

from earwitness.mos.losses import ccc_loss


def by_definition(scores, ratings):
    covariance = np.cov(scores, ratings, bias=True)
    apart = np.mean(scores) - np.mean(ratings)
    return 1 - 2 * covariance[0, 1] / (covariance[0, 0] + covariance[1, 1] + apart**2)


@pytest.mark.parametrize("n", [2, 3, 5, 100])
def test_is_its_definition(n):
    random = np.random.default_rng(n)
    scores, ratings = random.normal(3, 1, n), random.uniform(1, 5, n)
    loss = ccc_loss(torch.tensor(scores), torch.tensor(ratings)).item()
    assert loss == pytest.approx(by_definition(scores, ratings), rel=1e-12)


@pytest.mark.parametrize("n", [2, 3, 10])
def test_perfect_scores_reach_zero(n):
    """A biased covariance over unbiased variances would leave 1 / n."""
    ratings = torch.linspace(1, 5, n)
    assert ccc_loss(ratings, ratings) == 0
    assert ccc_loss(6 - ratings, ratings).item() == pytest.approx(2)


def test_by_hand():
    # Means 2 and 3, variances 2/3 and 2/3, covariance 2/3, offset 1: 1 - (4/3) / (4/3 + 1) = 3/7.
    ratings = torch.tensor([2.0, 3.0, 4.0])
    assert ccc_loss(ratings - 1, ratings).item() == pytest.approx(3 / 7)


def test_offset_and_scale_count():
    ratings = torch.tensor([1.0, 2.0, 4.0, 5.0])
    assert ccc_loss(ratings + 1, ratings) > 0.1
    assert ccc_loss(2 * ratings, ratings) > 0.1


def test_gradcheck():
    random = np.random.default_rng(0)
    scores, ratings = torch.tensor(random.normal(3, 1, 9), requires_grad=True), torch.tensor(random.uniform(1, 5, 9))
    assert torch.autograd.gradcheck(ccc_loss, (scores, ratings))


@pytest.mark.parametrize(
    ("scores", "ratings", "wanted"),
    [([], [], 0), ([2.0], [2.0], 0), ([2.0] * 3, [2.0] * 3, 0), ([2.0], [3.0], 1), ([1.0, 2.0], [3.0, 3.0], 1)],
)
def test_what_cannot_be_correlated_has_no_slope(scores, ratings, wanted):
    leaf = torch.tensor(scores, requires_grad=True)
    loss = ccc_loss(leaf, torch.tensor(ratings))
    loss.backward()
    assert loss.item() == pytest.approx(wanted)
    assert leaf.grad.tolist() == pytest.approx([0.0] * len(scores), abs=1e-7)


def test_half_precision_keeps_its_digits():
    ratings = torch.linspace(100, 104, 500)
    loss = ccc_loss(ratings.to(torch.float16).requires_grad_(), ratings.to(torch.float16))
    assert (loss.dtype, loss.item()) == (torch.float32, 0.0)
