"""A rating as a distribution over bins of its scale, softened by a Gaussian (20 bins, 0.25 MOS).

The head gives one logit a bin; training pulls its distribution towards a bump around the rating, and the rating is read
back as the distribution's mean. The bins' values run evenly from the scale's lowest to its highest rating.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import kl_div

from earwitness.mos.losses.inputs import check_bounds, finite, mean_over, narrowed, positive, sum_dtype, within

BINS = 20


def softened_bins_loss(
    logits: Tensor, ratings: Tensor, *, bounds: tuple[float, float], deviation: float = 0.25
) -> Tensor:
    """Divergence of the predicted distribution over bins from a Gaussian bump around the rating.

    Mean over clips of KL(bump || softmax(logits)), the bump being the Gaussian's density at the bins, made to sum to 1.
    The form of the winner of AudioMOS 2025, track 1.

    Args:
        logits: shape ``[clip, bin]``, floating point.
        ratings: mean opinion scores, shape ``[clip]``, finite and within the bounds.
        bounds: lowest and highest rating of the scale; a rating that rounding to its type carried over an end counts as
            the end.
        deviation: the bump's standard deviation, in points of the scale.

    Returns:
        The mean divergence in nats, shape ``[]``; 0 (with a gradient) for no clips. At the ends of the scale the bump
        is cut off, so that a perfect fit of 20 bins reads about 0.6 deviations inside.

    Raises:
        ValueError: if the shapes do not match, a rating is not finite or outside the bounds, or an option has no such
            value.

    Example:
        >>> softened_bins_loss(torch.zeros(1, 20), torch.tensor([3.0]), bounds=(1, 5))  # knows nothing
        tensor(1.4049)
    """
    positive(deviation=deviation)
    _check(logits, ratings)
    data = within(bounds, finite("ratings", ratings).to(sum_dtype(logits.device)), ratings.dtype)
    values = bin_values(bounds, logits.shape[1]).to(data)
    wanted = (-((values - data[:, None]) / deviation).square() / 2).log_softmax(1)
    total = kl_div(logits.to(data.dtype).log_softmax(1), wanted, reduction="sum", log_target=True)
    return narrowed(mean_over(total, len(data)), logits)


def expected_ratings(logits: Tensor, *, bounds: tuple[float, float]) -> Tensor:
    """Ratings that distributions over bins stand for: their means, shape ``[clip]``, from logits ``[clip, bin]``.

    Example:
        Three bins stand for 1, 3 and 5; half of the mass is in each of the upper two.

        >>> expected_ratings(torch.tensor([[-100.0, 0.0, 0.0]]), bounds=(1, 5))
        tensor([4.])
    """
    # Not a matrix product: autocast would round it to three digits.
    return (logits.softmax(-1) * bin_values(bounds, logits.shape[-1]).to(logits)).sum(-1)


def bin_values(bounds: tuple[float, float], bins: int = BINS) -> Tensor:
    """The rating that each bin stands for, shape ``[bin]``, float64, from one end of the scale to the other.

    Example:
        >>> bin_values((1, 5), 5)
        tensor([1., 2., 3., 4., 5.], dtype=torch.float64)
    """
    check_bounds(bounds)
    if bins < 2:
        raise ValueError(f"bins is {bins}; a distribution needs at least 2.")
    return torch.linspace(*bounds, bins, dtype=torch.float64)


def _check(logits: Tensor, ratings: Tensor) -> None:
    if logits.ndim != 2 or ratings.ndim != 1 or len(logits) != len(ratings):
        got = f"logits {list(logits.shape)} and ratings {list(ratings.shape)}"
        raise ValueError(f"got {got}; wanted [clip, bin] and [clip].")
    if not logits.is_floating_point():
        raise ValueError(f"logits are {logits.dtype}; a loss needs floating-point logits. Call logits.float().")
