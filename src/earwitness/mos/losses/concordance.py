"""The concordance correlation coefficient as a loss."""

from __future__ import annotations

import torch
from torch import Tensor

from earwitness.mos.losses.inputs import mean_over, narrowed, widen


def ccc_loss(scores: Tensor, ratings: Tensor) -> Tensor:
    """One minus the concordance correlation: 0 if scores are the ratings, 1 if unrelated, 2 if mirrored.

    ``1 - 2 cov / (var_scores + var_ratings + (mean_scores - mean_ratings)^2)`` (Lin 1989), with biased moments
    throughout; a biased covariance over unbiased variances, as often seen, would not reach 0. It is the mean squared
    error over that denominator, which is how it is computed: no difference of large numbers.

    Args:
        scores: predicted ratings, shape ``[clip]``.
        ratings: mean opinion scores, shape ``[clip]``, finite.

    Returns:
        The loss in [0, 2], shape ``[]``; 0 (with a gradient) for no clips, and where all scores and ratings are one
        number. If all ratings tie and the scores do not match them it is 1 without slope: it ranks nothing.

    Raises:
        ValueError: if the two are not both of shape ``[clip]``, or a rating is not finite.

    Example:
        >>> ratings = torch.tensor([1.0, 2.0, 3.0])
        >>> ccc_loss(ratings, ratings), ccc_loss(-ratings + 4, ratings)
        (tensor(0.), tensor(2.))
    """
    wide, data = widen(scores, ratings)
    offset = _mean(wide) - _mean(data)
    spread = _mean((wide - _mean(wide)).square()) + _mean((data - _mean(data)).square()) + offset.square()
    loss = _mean((wide - data).square()) / spread.clamp(min=torch.finfo(spread.dtype).tiny)
    return narrowed(loss, scores)


def _mean(values: Tensor) -> Tensor:
    return mean_over(values.sum(), len(values))
