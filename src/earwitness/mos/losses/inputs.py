"""What every loss does with its inputs: check them, and widen them for sums.

A sum over pairs has up to n^2 / 2 terms, so sums are taken in float64; float32 where a device has none (Apple's). The
loss itself comes back in float32 for half-precision scores, as PyTorch's own losses do under autocast, and in the
scores' type otherwise.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

_NO_FLOAT64 = ("mps",)


def widen(scores: Tensor, ratings: Tensor) -> tuple[Tensor, Tensor]:
    """Both in the type that sums are taken in; ratings are data and pass no gradient.

    Raises:
        TypeError: if one is no tensor.
        ValueError: if they are not both of shape ``[clip]`` and on one device, scores are not floating point, or a
            rating is not finite.
    """
    check_clips(scores, ratings=ratings)
    if not scores.is_floating_point():
        raise ValueError(f"scores are {scores.dtype}; a loss needs floating-point scores. Call scores.float().")
    dtype = sum_dtype(scores.device)
    return scores.to(dtype), finite("ratings", ratings).to(dtype)


def check_clips(scores: Tensor, **others: Tensor) -> None:
    """Refuse what has no number for each score; shapes are never broadcast, which would pair every clip with all."""
    for name, values in {"scores": scores, **others}.items():
        if not isinstance(values, Tensor):
            raise TypeError(f"{name} are of type {type(values).__name__}; wanted a tensor. Call torch.as_tensor first.")
        if values.ndim != 1 or len(values) != len(scores):
            got = f"scores {list(scores.shape)} and {name} {list(values.shape)}"
            raise ValueError(f"got {got if name != 'scores' else got.partition(' and ')[0]}; wanted one number a clip.")
        if values.device != scores.device:
            raise ValueError(f"scores are on {scores.device}, {name} on {values.device}. Move one with .to(device).")


def finite(name: str, values: Tensor) -> Tensor:
    """The values without gradient, refused if one is NaN or infinite."""
    values = values.detach()
    if not bool(values.isfinite().all()):
        count = int((~values.isfinite()).sum())
        raise ValueError(f"{count} of {values.numel()} {name} are not finite. Leave those clips out of the loss.")
    return values


def within(bounds: tuple[float, float], ratings: Tensor, given_as: torch.dtype) -> Tensor:
    """Ratings cut to their bounds, which rounding to the type they were given in may have carried them over.

    Raises:
        ValueError: if the bounds are not in order, or a rating lies further outside.
    """
    check_bounds(bounds)
    low, high = bounds
    slack = rounding(max(abs(low), abs(high)), given_as)
    if not bool(((ratings >= low - slack) & (ratings <= high + slack)).all()):
        raise ValueError(
            f"ratings run from {ratings.min():g} to {ratings.max():g}, outside the bounds {low:g} to {high:g}."
        )
    return ratings.clamp(low, high)


def check_bounds(bounds: tuple[float, float]) -> None:
    """Refuse ends of a scale that are not two numbers in order."""
    low, high = bounds
    if not (math.isfinite(high - low) and low < high):
        raise ValueError(
            f"bounds are ({low:g}, {high:g}); wanted the scale's lowest and highest rating, in that order."
        )


def rounding(largest: float, given_as: torch.dtype) -> float:
    """Four rounding steps of a type at its largest value: by so much can two ratings of one value differ."""
    return 4 * torch.finfo(given_as).eps * largest if given_as.is_floating_point else 0.0


def sum_dtype(device: torch.device) -> torch.dtype:
    """The widest floating type of a device."""
    return torch.float32 if device.type in _NO_FLOAT64 else torch.float64


def narrowed(loss: Tensor, scores: Tensor) -> Tensor:
    """The loss in the type it is given back in."""
    return loss.to(scores.dtype if scores.dtype in (torch.float32, torch.float64) else torch.float32)


def not_negative(**options: float) -> None:
    """Refuse options that are negative or no number."""
    for name, value in options.items():
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name} is {value}; it must be a finite number of at least 0.")


def positive(**options: float) -> None:
    """Refuse options that are zero, negative or no number."""
    for name, value in options.items():
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}; it must be a finite number above 0.")


def mean_over(total: Tensor, count: Tensor | int) -> Tensor:
    """The mean of ``count`` terms with this total; 0, still with a gradient, if there are none."""
    return total / max(int(count), 1)
