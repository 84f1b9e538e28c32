r"""The quality-aware margin ranking loss of QAMRO (arXiv 2508.08957), over all pairs of clips.

With ``z = margin * rating - score``, a pair with ``rating_i > rating_j`` has the hinge ``max(0, z_i - z_j)``, and its
weight belongs to its higher-rated clip alone. That is a dominance sum, hence O(n log n); see ``dominance``.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import Tensor

from earwitness.mos.losses.dominance import dominance_sum
from earwitness.mos.losses.inputs import mean_over, narrowed, not_negative, rounding, widen, within

Method: TypeAlias = Literal["auto", "pairs", "sorted"]
METHODS: tuple[Method, ...] = ("auto", "pairs", "sorted")

# Where sorting overtakes all pairs at once on a CPU; there an array of pairs takes 2 MB.
PAIRS_UP_TO = 512


def quality_margin_ranking_loss(
    scores: Tensor,
    ratings: Tensor,
    *,
    margin: float = 0.2,
    emphasis: float = 7.0,
    method: Method = "auto",
    bounds: tuple[float, float] | None = None,
    tolerance: float = 0.0,
) -> Tensor:
    r"""Weighted hinge on every pair of clips that the raters did not tie.

    A pair must lie ``margin`` times its rating gap apart, in the raters' order; pairs that hold a highly rated clip
    weigh up to ``emphasis`` times more. Equation and defaults: QAMRO, https://arxiv.org/abs/2508.08957.

    Args:
        scores: predicted ratings, shape ``[clip]``. Sums are taken in float64, or float32 on devices without it.
        ratings: mean opinion scores on any scale, shape ``[clip]``, finite; no gradient flows to them.
        margin: share of the rating gap that the scores must keep; the paper's alpha.
        emphasis: weight of a pair whose better clip has the best rating, against 1 at the worst; the paper's beta.
        method: ``pairs`` compares all at once in O(n^2) memory, ``sorted`` finds the same in O(n log n) time and O(n)
            memory; ``auto`` takes pairs up to 512 clips.
        bounds: lowest and highest rating of the data set, which make a clip weigh the same in every batch. The paper's
            code takes the batch's own (None). A rating that rounding to its type carried over an end counts as the end.
        tolerance: ratings no further apart than this count as tied (up to four rounding steps of the ratings' type,
            so that 3.6 and 3.4 tie at 0.2).

    Returns:
        Mean weighted hinge over the ranked pairs, shape ``[]``; 0 (with a gradient) if all ratings tie or there are
        fewer than two clips. In float32 for half-precision scores, else in the scores' type. At a kink, where a pair
        keeps its margin exactly, the subgradient is 0.

    Raises:
        ValueError: if the two are not both of shape ``[clip]``, a rating is not finite or outside the bounds, or an
            option has no such value.

    Example:
        >>> ratings = torch.tensor([1.0, 3.0, 5.0])
        >>> quality_margin_ranking_loss(ratings, ratings)
        tensor(0.)
        >>> quality_margin_ranking_loss(-ratings, ratings)
        tensor(20.)
    """
    not_negative(margin=margin, emphasis=emphasis, tolerance=tolerance)
    wide, data = widen(scores, ratings)
    shortfall = margin * data - wide
    weights = 1 + (emphasis - 1) * _quality(data, bounds, ratings.dtype)
    reached = data - _reach(data, tolerance, ratings.dtype)
    if chosen_method(method, len(data)) == "pairs":
        total = _sum_over_pairs(shortfall, weights, reached, data)
    else:
        total = _sum_by_sorting(shortfall, weights, reached, data)
    return narrowed(mean_over(total, count_below(reached, data)), scores)


def chosen_method(method: Method, clips: int) -> Method:
    """``pairs`` or ``sorted``: what ``auto`` stands for at this size.

    Raises:
        ValueError: if there is no such method.
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(METHODS)}.")
    if method != "auto":
        return method
    return "pairs" if clips <= PAIRS_UP_TO else "sorted"


def count_below(reached: Tensor, ratings: Tensor) -> int:
    """How many ordered pairs have ``reached_i > ratings_j``."""
    return int(torch.searchsorted(ratings.sort().values, reached).sum())


def _quality(ratings: Tensor, bounds: tuple[float, float] | None, given_as: torch.dtype) -> Tensor:
    """Ratings as 0 (worst) to 1 (best)."""
    if not len(ratings):
        return ratings
    if bounds is None:
        low, high = float(ratings.min()), float(ratings.max())
        return (ratings - low) / ((high - low) or 1)
    low, high = bounds
    return (within(bounds, ratings, given_as) - low) / (high - low)


def _reach(ratings: Tensor, tolerance: float, given_as: torch.dtype) -> float:
    if not tolerance or not len(ratings):
        return tolerance
    return tolerance + rounding(float(ratings.abs().max()), given_as)


def _sum_over_pairs(shortfall: Tensor, weights: Tensor, reached: Tensor, ratings: Tensor) -> Tensor:
    ranked = reached[:, None] > ratings
    return ((shortfall[:, None] - shortfall).relu() * (ranked * weights[:, None])).sum()


def _sum_by_sorting(shortfall: Tensor, weights: Tensor, reached: Tensor, ratings: Tensor) -> Tensor:
    ones = torch.ones_like(weights)
    if torch.equal(reached, ratings):
        return dominance_sum(shortfall, ratings, weights, ones)
    # With a tolerance, a clip is better from one rating on and worse below another: two items for each clip.
    zeros = torch.zeros_like(weights)
    return dominance_sum(
        torch.cat([shortfall, shortfall]),
        torch.cat([reached, ratings]),
        torch.cat([weights, zeros]),
        torch.cat([zeros, ones]),
    )
