"""Losses on a batch as one list: ListNet, and one minus a soft Spearman correlation.

Soft ranks are the projection of the scores onto the permutahedron, the hull of all orders of the ranks (Blondel et al.
2020, Fast Differentiable Sorting and Ranking, https://arxiv.org/abs/2002.08871). After sorting, that is an isotonic
regression, whose pooling of neighbours is sequential by nature: it runs in SciPy's compiled code on the CPU, in O(n).
It only decides which clips pool. The ranks themselves are then affine in the scores of each pool, which PyTorch
computes on the scores' device and differentiates exactly; nothing is unrolled or approximated.
"""

from __future__ import annotations

import torch
from scipy.optimize import isotonic_regression
from torch import Tensor
from torch.nn.functional import kl_div

from earwitness.mos.losses.inputs import narrowed, positive, widen


def listnet_loss(scores: Tensor, ratings: Tensor, *, temperature: float = 1.0) -> Tensor:
    """How far the scores' choice of the best clip is from the ratings' choice: ListNet with top-one probabilities.

    The divergence KL(softmax(ratings / temperature) || softmax(scores / temperature)). ListNet's cross-entropy (Cao et
    al. 2007, Learning to Rank) is this plus a constant, with the same gradient; here perfect scores cost 0.

    Args:
        scores: predicted ratings, shape ``[clip]``.
        ratings: mean opinion scores, shape ``[clip]``, finite.
        temperature: rating gap at which the better clip is e times as likely chosen.

    Returns:
        The divergence in nats, shape ``[]``, at least 0; 0 (with a gradient) for fewer than two clips. Tied ratings
        are no reason for 0: they ask for tied scores.

    Raises:
        ValueError: if the two are not both of shape ``[clip]``, a rating is not finite, or the temperature is not
            above 0.

    Example:
        >>> ratings = torch.tensor([1.0, 3.0, 5.0])
        >>> listnet_loss(ratings + 2, ratings), listnet_loss(-ratings, ratings)
        (tensor(0.), tensor(3.4037))
    """
    positive(temperature=temperature)
    wide, data = widen(scores, ratings)
    chosen, wanted = ((values / temperature).log_softmax(0) for values in (wide, data))
    return narrowed(kl_div(chosen, wanted, reduction="sum", log_target=True), scores)


def soft_rank_loss(scores: Tensor, ratings: Tensor, *, softness: float = 1.0) -> Tensor:
    """One minus the correlation between soft ranks of the scores and ranks of the ratings, in O(n log n).

    As ``softness`` goes to 0 this is one minus Spearman's correlation (which has no slope); as it grows, soft ranks
    become the scores themselves. In between, clips that the scores crowd together are compared by score, and others by
    rank: no gradient moves a clip further than its rank needs.

    Args:
        scores: predicted ratings, shape ``[clip]``.
        ratings: mean opinion scores, shape ``[clip]``, finite; equal ones share their mean rank.
        softness: span over which the ranks are spread, in multiples of the span of the ratings; clips closer than
            their share of it pool. It depends neither on the number of clips nor on the scale.

    Returns:
        The loss in [0, 2], shape ``[]``; 0 (with a gradient) if all ratings tie or there are fewer than two clips, 1
        without slope if all scores tie.

    Raises:
        ValueError: if the two are not both of shape ``[clip]``, a rating is not finite, or the softness is not above 0.

    Example:
        >>> ratings = torch.tensor([1.0, 3.0, 5.0])
        >>> soft_rank_loss(ratings, ratings), soft_rank_loss(-ratings, ratings)
        (tensor(0.), tensor(2.))
    """
    positive(softness=softness)
    wide, data = widen(scores, ratings)
    span = float(data.max() - data.min()) if len(data) else 0.0
    if not span:
        return narrowed(wide.sum() * 0, scores)
    return narrowed(1 - _correlation(soft_ranks(wide, softness * span), _mean_ranks(data)), scores)


def soft_ranks(values: Tensor, softness: float) -> Tensor:
    """Ranks from 1/n (lowest) to 1 (highest) that values share as far as they lie close together.

    Args:
        values: shape ``[clip]``, floating point.
        softness: span over which n values at equal distances would just keep their own ranks.

    Returns:
        Shape ``[clip]``, differentiable; they sum to what the hard ranks sum to.

    Example:
        >>> values = torch.tensor([3.0, 1.0, 1.1, 2.0])
        >>> soft_ranks(values, 0.001), soft_ranks(values, 2.0)
        (tensor([1.0000, 0.2500, 0.5000, 0.7500]), tensor([1.0000, 0.3500, 0.4000, 0.7500]))
    """
    falling, order = values.sort(descending=True, stable=True)
    if not len(values):
        return values
    hard = torch.arange(len(values), 0, -1, device=values.device, dtype=values.dtype) / len(values)
    data = falling.detach()
    starts, pool = _pools((data - data[0]) / softness - hard)
    # Only distances within a pool matter: from its highest value they keep their digits, however far from 0 it lies.
    points = (falling - data[starts][pool]) / softness
    ranks = points - _pool_means(points, pool) + _pool_means(hard, pool)
    return torch.empty_like(ranks).index_copy(0, order, ranks)


def _pools(points: Tensor) -> tuple[Tensor, Tensor]:
    """Where the pools of the closest non-increasing sequence start, and the pool that each point belongs to."""
    fit = isotonic_regression(points.cpu().double().numpy(), increasing=False)
    limits = torch.from_numpy(fit.blocks).long().to(points.device)
    sizes = limits.diff()
    return limits[:-1], torch.arange(len(sizes), device=points.device).repeat_interleave(sizes)


def _pool_means(values: Tensor, pool: Tensor) -> Tensor:
    pools = int(pool[-1]) + 1
    totals = values.new_zeros(pools).index_add(0, pool, values)
    return (totals / pool.bincount(minlength=pools))[pool]


def _mean_ranks(values: Tensor) -> Tensor:
    """Hard ranks from 1/n to 1; equal values share the mean of theirs."""
    rising = values.sort().values
    upto, below = (torch.searchsorted(rising, values, right=right) for right in (True, False))
    return (upto + below + 1) / (2 * values.new_tensor(len(values)))


def _correlation(first: Tensor, second: Tensor) -> Tensor:
    first, second = first - first.mean(), second - second.mean()
    spread = first.square().sum() * second.square().sum()
    # Below what rounding makes of equal ranks there is nothing to correlate.
    least = (4 * len(first) * torch.finfo(first.dtype).eps) ** 2
    return torch.where(spread > least, (first * second).sum() / spread.clamp(min=least).sqrt(), 0.0)
