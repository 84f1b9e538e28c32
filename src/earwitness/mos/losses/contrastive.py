"""UTMOS's contrastive loss: the gap between two clips' scores must be the gap between their ratings.

A pair costs what its two errors ``e = score - rating`` differ by beyond a margin, whatever its order.
"""

from __future__ import annotations

import torch
from torch import Tensor

from earwitness.mos.losses.inputs import mean_over, narrowed, not_negative, widen
from earwitness.mos.losses.quality_margin import Method, chosen_method


def contrastive_loss(scores: Tensor, ratings: Tensor, *, margin: float = 0.2, method: Method = "auto") -> Tensor:
    """How far the score gaps of pairs are from their rating gaps, beyond a margin.

    Mean over all pairs of ``max(0, |(score_i - score_j) - (rating_i - rating_j)| - margin)``. Source: UTMOS,
    https://arxiv.org/abs/2204.02152.

    Args:
        scores: predicted ratings, shape ``[clip]``.
        ratings: mean opinion scores, shape ``[clip]``, finite.
        margin: gap error that costs nothing, in points of the scale; the smaller, the stricter.
        method: ``pairs`` in O(n^2) memory, ``sorted`` in O(n log n) time and O(n) memory, the same numbers; ``auto``
            as in ``quality_margin_ranking_loss``.

    Returns:
        The mean, shape ``[]``; 0 (with a gradient) for fewer than two clips. A constant error on all clips costs
        nothing: add a regression loss.

    Raises:
        ValueError: if the two are not both of shape ``[clip]``, a rating is not finite, or an option has no such value.

    Example:
        The errors are 0, 1 and 0.1: pairs cost 0.8, 0 and 0.7.

        >>> contrastive_loss(torch.tensor([1.0, 3.0, 4.1]), torch.tensor([1.0, 2.0, 4.0]))
        tensor(0.5000)
    """
    not_negative(margin=margin)
    wide, data = widen(scores, ratings)
    by_method = _sum_over_pairs if chosen_method(method, len(data)) == "pairs" else _sum_by_sorting
    pairs = len(data) * (len(data) - 1) // 2
    return narrowed(mean_over(by_method(wide - data, margin), pairs), scores)


def _sum_over_pairs(errors: Tensor, margin: float) -> Tensor:
    # Each pair in both orders: with a margin of at least 0 only one of them can cost.
    return ((errors - margin)[:, None] - errors).relu().sum()


def _sum_by_sorting(errors: Tensor, margin: float) -> Tensor:
    """An integral: at each point of the line, pairs with one error below it and one, less the margin, above it.

    The two counts change only at errors and at errors less the margin. At a kink the second is sorted first, so that
    a pair that reaches the margin exactly is not counted: its subgradient is 0, as in the other form.
    """
    points, order = torch.cat([errors - margin, errors]).sort(stable=True)
    passed = order < len(errors)
    below = (~passed).cumsum(0)
    above = len(errors) - passed.cumsum(0)
    return (points.diff() * (below * above)[:-1]).sum()
