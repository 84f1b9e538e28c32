"""Losses on each clip's own error, averaged over clips; 0 (with a gradient) for no clips.

All take ``scores [clip]`` and finite ``ratings [clip]``, return shape ``[]``, and raise ``ValueError`` for anything
else. Errors are in points of the raters' scale.
"""

from __future__ import annotations

from torch import Tensor

from earwitness.mos.losses.inputs import mean_over, narrowed, not_negative, positive, widen


def mse_loss(scores: Tensor, ratings: Tensor) -> Tensor:
    """Mean squared error.

    Example:
        >>> import torch
        >>> mse_loss(torch.tensor([1.0, 4.0]), torch.tensor([2.0, 2.0]))
        tensor(2.5000)
    """
    return _mean(_errors(scores, ratings).square(), scores)


def l1_loss(scores: Tensor, ratings: Tensor) -> Tensor:
    """Mean absolute error.

    Example:
        >>> import torch
        >>> l1_loss(torch.tensor([1.0, 4.0]), torch.tensor([2.0, 2.0]))
        tensor(1.5000)
    """
    return _mean(_errors(scores, ratings).abs(), scores)


def huber_loss(scores: Tensor, ratings: Tensor, *, delta: float = 1.0) -> Tensor:
    """Half the squared error up to ``delta``, linear beyond: one absurd rating cannot pull the fit.

    Example:
        >>> import torch
        >>> huber_loss(torch.tensor([1.0, 4.0]), torch.tensor([2.0, 2.0]))  # 0.5 and 1.5
        tensor(1.)
    """
    positive(delta=delta)
    gaps = _errors(scores, ratings).abs()
    inside = gaps.clamp(max=delta)
    return _mean(inside * (gaps - inside / 2), scores)


def clipped_l1_loss(scores: Tensor, ratings: Tensor, *, tolerance: float = 0.5) -> Tensor:
    """Mean absolute error in which an error of up to ``tolerance`` costs nothing.

    Beyond it the whole error counts, so the loss steps up at the tolerance: within it, raters disagree as much among
    themselves. The absolute form of ``clipped_l2_loss``.

    Example:
        >>> import torch
        >>> clipped_l1_loss(torch.tensor([2.5, 4.0]), torch.tensor([2.0, 2.0]))
        tensor(1.)
    """
    return _mean(_beyond(_errors(scores, ratings).abs(), tolerance), scores)


def clipped_l2_loss(scores: Tensor, ratings: Tensor, *, tolerance: float = 0.5) -> Tensor:
    """Mean squared error in which an error of up to ``tolerance`` costs nothing.

    Beyond it the whole square counts. Source: MBNet, https://arxiv.org/abs/2103.00110, "clipped MSE"; also in UTMOS,
    https://arxiv.org/abs/2204.02152.

    Example:
        >>> import torch
        >>> clipped_l2_loss(torch.tensor([2.5, 4.0]), torch.tensor([2.0, 2.0]))
        tensor(2.)
    """
    gaps = _errors(scores, ratings).abs()
    return _mean(_beyond(gaps, tolerance) * gaps, scores)


def _errors(scores: Tensor, ratings: Tensor) -> Tensor:
    wide, data = widen(scores, ratings)
    return wide - data


def _beyond(gaps: Tensor, tolerance: float) -> Tensor:
    not_negative(tolerance=tolerance)
    return gaps * (gaps > tolerance)


def _mean(terms: Tensor, scores: Tensor) -> Tensor:
    return narrowed(mean_over(terms.sum(), len(terms)), scores)
