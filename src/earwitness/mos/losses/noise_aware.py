"""Ranking by as much as the raters' disagreement allows.

A clip's rating is the mean of a few raters' and has a standard error. That pair (i, j) truly lies in the order of its
means has the probability ``Phi(d)``, ``d = (rating_i - rating_j) / sqrt(s_i^2 / n_i + s_j^2 / n_j)``. A pair that the
ratings do not settle should not be fought over.

The evidence belongs to both clips of a pair and does not separate, so every pair is visited: O(n^2) time, in blocks of
rows, O(block * n) memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import logsigmoid
from torch.special import log_ndtr, ndtr, xlogy

from earwitness.mos.losses.inputs import (
    check_clips,
    finite,
    mean_over,
    narrowed,
    not_negative,
    positive,
    sum_dtype,
    widen,
)
from earwitness.mos.losses.quality_margin import count_below

Target: TypeAlias = Literal["soft", "weight"]
Link: TypeAlias = Literal["logistic", "probit"]

_LOG_CHANCE: dict[Link, Callable[[Tensor], Tensor]] = {"logistic": logsigmoid, "probit": log_ndtr}
# Of an 8192-clip list, 512 rows are 32 MB in float64.
BLOCK = 512


def noise_aware_ranking_loss(
    scores: Tensor,
    ratings: Tensor,
    spreads: Tensor,
    counts: Tensor,
    *,
    target: Target = "soft",
    link: Link = "logistic",
    temperature: float = 1.0,
    margin: float = 0.2,
    pooled_spread: float | None = None,
    pooling: float = 4.0,
    block: int = BLOCK,
) -> Tensor:
    """Ranking loss in which a pair counts by the evidence for its order.

    ``soft``: cross-entropy between ``Phi(d)`` and the chance ``link((score_i - score_j) / temperature)``, less its
    least value, mean over all pairs; two clips that the raters cannot tell apart are drawn together. ``weight``: the
    hinge ``max(0, margin * gap - (score_i - score_j))`` of the better-rated clip i, times ``2 Phi(d) - 1``, mean over
    the pairs that the raters did not tie; a pair without evidence costs nothing.

    A spread from few raters is itself uncertain, and 0 if they happened to agree. It is therefore shrunk: the variance
    used is ``((n - 1) s^2 + pooling * pooled^2) / (n - 1 + pooling)``.

    Args:
        scores: predicted ratings, shape ``[clip]``.
        ratings: mean opinion scores, shape ``[clip]``, finite.
        spreads: sample standard deviation (n - 1 below) of each clip's ratings, shape ``[clip]``; not read for clips
            with one rater, where it may be NaN.
        counts: raters of each clip, shape ``[clip]``, at least 1.
        target: ``soft`` or ``weight``.
        link: of ``soft``: ``logistic`` (as RankNet) or ``probit``, which grows with the square for pairs far out.
        temperature: of ``soft``: score gap that is one unit of the link, in points of the scale.
        margin: of ``weight``: share of the rating gap that the scores must keep.
        pooled_spread: the data set's spread within a clip; None takes that of these clips.
        pooling: how many ratings the pooled spread counts for, above 0.
        block: rows compared at once. About 12 arrays of ``block * clip`` numbers are held; time grows with the square
            of the clips: half a minute for 16,384 on two CPU cores.

    Returns:
        The mean, shape ``[]``; 0 (with a gradient) if there are no pairs. Not differentiable twice.

    Raises:
        ValueError: if shapes differ, a number is missing or out of range, no clip has two raters and there is no
            ``pooled_spread``, or an option has no such value.

    Example:
        A gap of one point, told by four raters and by four hundred:

        >>> scores, ratings, spreads = torch.tensor([3.0, 2.0]), torch.tensor([2.0, 3.0]), torch.ones(2)
        >>> for raters in (4, 400):
        ...     print(noise_aware_ranking_loss(scores, ratings, spreads, torch.tensor([raters] * 2), target="weight"))
        tensor(1.0112)
        tensor(1.2000)
    """
    _check_options(target, link, block)
    positive(temperature=temperature, pooling=pooling)
    not_negative(margin=margin)
    wide, data = widen(scores, ratings)
    check_clips(scores, spreads=spreads, counts=counts)
    variances = shrunk_variances(spreads, counts, pooled_spread, pooling).to(data) / counts.to(data)
    if target == "soft":
        terms = _soft_terms(data, variances, lambda gaps: _LOG_CHANCE[link](gaps / temperature))
        pairs = len(data) * (len(data) - 1) // 2
    else:
        terms = _weighted_hinges(data, variances, margin)
        pairs = count_below(data, data)
    total: Tensor = _PairSum.apply(wide, terms, block)  # type: ignore[no-untyped-call]  # untyped in torch
    return narrowed(mean_over(total, pairs), scores)


def shrunk_variances(spreads: Tensor, counts: Tensor, pooled_spread: float | None, pooling: float) -> Tensor:
    """Variance within each clip, drawn towards the pooled one the more, the fewer its raters; shape ``[clip]``.

    Example:
        >>> shrunk_variances(torch.tensor([0.0, 1.0]), torch.tensor([5, 5]), 1.0, 4.0).tolist()
        [0.5, 1.0]
    """
    freedom = finite("counts", counts) - 1
    if len(freedom) and float(freedom.min()) < 0:
        raise ValueError(f"the smallest count is {float(counts.min()):g}; every clip needs at least one rater.")
    spreads = finite("spreads", torch.where(freedom > 0, spreads.detach(), 0.0)).to(sum_dtype(spreads.device))
    if len(spreads) and float(spreads.min()) < 0:
        raise ValueError(f"the smallest spread is {float(spreads.min()):g}; a standard deviation is at least 0.")
    squares = freedom * spreads.square()
    if pooled_spread is not None:
        not_negative(pooled_spread=pooled_spread)
        pooled = pooled_spread**2
    elif len(freedom) and not float(freedom.sum()):
        raise ValueError("no clip has two raters, so their spread is unknown. Give pooled_spread.")
    else:
        pooled = float(squares.sum()) / max(float(freedom.sum()), 1.0)
    return (squares + pooling * pooled) / (freedom + pooling)


# Sum over the pairs of these rows with all later clips, from the scores of the block: of those from its first row on.
Terms: TypeAlias = Callable[[Tensor, slice], Tensor]


def _soft_terms(ratings: Tensor, variances: Tensor, log_chance: Callable[[Tensor], Tensor]) -> Terms:
    def terms(scores: Tensor, rows: slice) -> Tensor:
        agreed = _order_probability(ratings, variances, rows)
        gaps = _gaps(scores, rows)
        cross = agreed * log_chance(gaps) + (1 - agreed) * log_chance(-gaps)
        least: Tensor = xlogy(agreed, agreed) + xlogy(1 - agreed, 1 - agreed)
        return (least - cross).triu(1).sum()

    return terms


def _weighted_hinges(ratings: Tensor, variances: Tensor, margin: float) -> Terms:
    def terms(scores: Tensor, rows: slice) -> Tensor:
        better = _gaps(ratings, rows).sign()
        evidence = (2 * _order_probability(ratings, variances, rows) - 1).abs()
        shortfall = better * _gaps(margin * ratings - scores, rows)
        return (evidence * shortfall.relu()).triu(1).sum()

    return terms


def _order_probability(ratings: Tensor, variances: Tensor, rows: slice) -> Tensor:
    errors = (variances[rows, None] + variances[rows.start :]).sqrt()
    # Without any spread a gap is certain; none at all is no evidence for either order.
    evidence = (_gaps(ratings, rows) / errors).nan_to_num(nan=0.0, posinf=torch.inf, neginf=-torch.inf)
    probability: Tensor = ndtr(evidence)
    return probability


def _gaps(values: Tensor, rows: slice) -> Tensor:
    """Each of these rows less each value from the first row on: the pairs are above the diagonal."""
    return values[rows, None] - values[rows.start :]


class _PairSum(torch.autograd.Function):
    """Sums terms block by block and keeps only their gradient, so that memory does not grow with the pairs."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, terms: Terms, block: int) -> Tensor:
        leaf = scores.detach().requires_grad_()
        total, slopes = scores.new_zeros(()), torch.zeros_like(scores)
        for start in range(0, len(scores), block):
            with torch.enable_grad():
                part = terms(leaf, slice(start, start + block))
            slopes += torch.autograd.grad(part, leaf)[0]
            total += part.detach()
        ctx.save_for_backward(slopes)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (slopes,) = ctx.saved_tensors
        return grad * slopes, None, None


def _check_options(target: Target, link: Link, block: int) -> None:
    if target not in ("soft", "weight"):
        raise ValueError(f"target is {target!r}; it must be soft or weight.")
    if link not in _LOG_CHANCE:
        raise ValueError(f"link is {link!r}; it must be logistic or probit.")
    if block < 1:
        raise ValueError(f"block is {block}; it must be at least 1 row.")
