"""Scales on which the spread of a measure hardly depends on its value: Fisher's z and the logarithm."""

from __future__ import annotations

from typing import Literal

import numpy as np

from earwitness.metrics.correlation import MeasureName, Values

Scale = Literal["own", "fisher", "logarithm"]


def scale_of(measure: MeasureName, *, clustered: bool) -> Scale:
    """The measure's scale; ``clustered`` says that a unit holds many of the values that the measure is taken over.

    KTAU of single values keeps its own: there its leave-one-out error is near the true one, on Fisher's z too large.
    """
    if measure == "mse":
        return "logarithm"
    return "own" if measure == "ktau" and not clustered else "fisher"


def to_scale(scale: Scale, values: Values) -> Values:
    """What lies within rounding of the end of a measure's range comes out infinite."""
    with np.errstate(divide="ignore"):
        if scale == "logarithm":
            return np.log(values)
        ended = np.abs(values) > 1 - 1e-12
        return np.where(ended, np.inf, values) if scale == "own" else np.arctanh(np.where(ended, 1.0, values))


def from_scale(scale: Scale, values: Values) -> Values:
    """Back from ``to_scale``, within the measure's range."""
    if scale == "own":
        return np.clip(values, -1, 1)
    return np.exp(values) if scale == "logarithm" else np.tanh(values)
