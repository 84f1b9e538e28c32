"""Scales on which the spread of a measure hardly depends on its value: Fisher's z, the logit and the logarithm."""

from __future__ import annotations

from typing import Literal

import numpy as np

from earwitness.metrics.correlation import MeasureName, Values

Scale = Literal["own", "fisher", "logarithm", "logit"]


def scale_of(measure: MeasureName, *, clustered: bool) -> Scale:
    """The measure's scale; ``clustered`` says that a unit holds many of the values that the measure is taken over.

    KTAU of single values keeps its own: there its leave-one-out error is near the true one, on Fisher's z too large.
    """
    if measure == "mse":
        return "logarithm"
    if measure == "auc":
        return "logit"
    return "own" if measure == "ktau" and not clustered else "fisher"


def to_scale(scale: Scale, values: Values) -> Values:
    """What lies within rounding of the end of a measure's range comes out infinite."""
    with np.errstate(divide="ignore"):
        if scale == "logarithm":
            return np.log(values)
        if scale == "logit":
            return np.where(np.abs(values - 0.5) > 0.5 - 1e-12, np.inf, np.log(values / (1 - values)))
        ended = np.abs(values) > 1 - 1e-12
        return np.where(ended, np.inf, values) if scale == "own" else np.arctanh(np.where(ended, 1.0, values))


def beside(scale: Scale, values: Values, centre: float) -> Values:
    """``to_scale`` of values that lie beside a centre.

    By the slope there on the logit: a share without the only clip that stands wrong is 1, which has no logit.
    """
    if scale != "logit":
        return to_scale(scale, values)
    return to_scale(scale, np.array(centre)) + (values - centre) / (centre * (1 - centre))


def from_scale(scale: Scale, values: Values) -> Values:
    """Back from ``to_scale``, within the measure's range."""
    if scale == "own":
        return np.clip(values, -1, 1)
    if scale == "logit":
        return (1 + np.tanh(values / 2)) / 2
    return np.exp(values) if scale == "logarithm" else np.tanh(values)
