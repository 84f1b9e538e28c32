"""QAMRO's second loss (track 2 of its challenge): pairs weighted by how common their ratings are.

The authors' code gives each of the nine rating intervals [1, 2), [2, 3) ... [9, 10] of a 1-10 scale a weight set by
hand for each axis, in effect the interval's frequency; a pair weighs by the larger of its two. The paper has only the
weight by quality.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import torch
from torch import Tensor

from earwitness.mos.losses.dominance import dominance_sum
from earwitness.mos.losses.inputs import mean_over, narrowed, not_negative, widen
from earwitness.mos.losses.quality_margin import Method, chosen_method, count_below

LOWEST, HIGHEST = 1.0, 10.0
INTERVALS = 9
NORM = 9.5

# Production quality, production complexity, content enjoyment, content usefulness.
INTERVAL_WEIGHTS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "PQ": (0.0, 0.0, 4.5, 6.5, 7.5, 9.5, 8.5, 5.5, 0.0),
        "PC": (8.5, 6.5, 9.5, 7.5, 4.5, 5.5, 3.5, 0.0, 0.0),
        "CE": (0.0, 4.5, 7.5, 6.5, 8.5, 9.5, 5.5, 0.0, 0.0),
        "CU": (0.0, 0.0, 5.5, 6.5, 7.5, 9.5, 8.5, 4.5, 0.0),
    }
)


def interval_weight_ranking_loss(
    scores: Tensor,
    ratings: Tensor,
    *,
    weights: Sequence[float],
    margin: float = 0.2,
    emphasis: float = 7.0,
    method: Method = "auto",
    weight_dtype: torch.dtype = torch.float64,
) -> Tensor:
    """Hinge on every pair of clips, weighted by the more common of its two ratings.

    A pair must lie ``margin`` times its rating gap apart, in the raters' order; its weight is
    ``1 + (emphasis - 1) * max(w_i, w_j) / 9.5``. Source: the public code of QAMRO, https://arxiv.org/abs/2508.08957.

    Args:
        scores: predicted ratings, shape ``[clip]``.
        ratings: mean opinion scores on the 1-10 scale, shape ``[clip]``, finite; those below 1 leave the pairs.
        weights: nine numbers from 0 to 9.5, one an interval, such as ``INTERVAL_WEIGHTS["PQ"]``.
        margin: share of the rating gap that the scores must keep.
        emphasis: weight of a pair with a rating from an interval of weight 9.5, against 1 at weight 0.
        method: ``pairs``, ``sorted`` or ``auto``, as in ``quality_margin_ranking_loss``.
        weight_dtype: what a pair's weight is rounded to. The authors' code has float32, which moves the loss by up to
            3e-8 of itself; take it to repeat their figures.

    Returns:
        Mean weighted hinge over the ranked pairs, shape ``[]``; 0 (with a gradient) if there are none.

    Raises:
        ValueError: if the two are not both of shape ``[clip]``, a rating is not finite or above 10, there are not nine
            weights from 0 to 9.5, or an option has no such value.

    Example:
        >>> ratings = torch.tensor([2.0, 5.5, 7.5])
        >>> interval_weight_ranking_loss(ratings, ratings, weights=INTERVAL_WEIGHTS["PQ"])
        tensor(0.)
        >>> interval_weight_ranking_loss(-ratings, ratings, weights=INTERVAL_WEIGHTS["PQ"])
        tensor(27.1368)
    """
    not_negative(margin=margin, emphasis=emphasis)
    wide, data = widen(scores, ratings)
    if len(data) and float(data.max()) > HIGHEST:
        raise ValueError(f"the highest rating is {float(data.max()):g}; interval weights are of ratings from 1 to 10.")
    table = _pair_weights(weights, emphasis, weight_dtype).to(data)
    on_scale = data >= LOWEST
    wide, data = wide[on_scale], data[on_scale]
    each = table[data.floor().long().clamp(max=INTERVALS) - 1]
    by_method = _sum_over_pairs if chosen_method(method, len(data)) == "pairs" else _sum_by_sorting
    total = by_method(margin * data - wide, data, each)
    return narrowed(mean_over(total, count_below(data, data)), scores)


def _pair_weights(weights: Sequence[float], emphasis: float, dtype: torch.dtype) -> Tensor:
    """What a pair weighs whose larger interval weight is this one."""
    if len(weights) != INTERVALS or not all(0 <= weight <= NORM for weight in weights):
        raise ValueError(f"weights are {list(weights)}; wanted nine numbers from 0 to 9.5, one an interval.")
    return 1 + (emphasis - 1) * (torch.tensor(weights, dtype=dtype) / NORM)


def _sum_over_pairs(shortfall: Tensor, ratings: Tensor, weights: Tensor) -> Tensor:
    ranked = ratings[:, None] > ratings
    return ((shortfall[:, None] - shortfall).relu() * (ranked * torch.maximum(weights[:, None], weights))).sum()


def _sum_by_sorting(shortfall: Tensor, ratings: Tensor, weights: Tensor) -> Tensor:
    """A few dominance sums.

    A larger of two weights belongs to no one clip, but it is the largest weight of all, less each step between two
    neighbouring weights for the pairs that lie wholly below the step.
    """
    levels = sorted(set(weights.tolist()))
    steps = [(low - high, weights < high) for low, high in pairwise(levels)]
    steps += [(level, weights <= level) for level in levels[-1:]]
    total = shortfall.sum() * 0
    for step, members in steps:
        ones = torch.ones_like(weights[members])
        total = total + step * dominance_sum(shortfall[members], ratings[members], ones, ones)
    return total
