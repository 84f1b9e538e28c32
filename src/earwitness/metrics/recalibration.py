"""Recalibration: a rising function that turns a judge's P(yes) into the share of such answers that are true.

``p_yes [answer]`` are probabilities, ``truths [answer]`` are 1 or 0, as in ``calibration``. Three functions, each
fitted on development answers by log loss:

* ``temperature``: ``sigmoid(logit(p) / T)``, T > 0; above 1 it takes confidence back. .5 stays .5;
* ``platt``: ``sigmoid(slope * logit(p) + intercept)``, slope > 0 (Platt, 1999), which also mends a bias to yes or no;
* ``isotonic``: any function that never falls (Zadrozny and Elkan, KDD 2002), straight between the means of its blocks,
  and level before the first and after the last.

The first two never change the order of two answers: they cannot move SRCC, KTAU or AUC, but for ties by rounding. The
third can tie answers, and moves these as far as ties do. None can make a judge hear more.

A p nearer to 0 or 1 than 2^-53, float64's last step below 1, counts as so near: certainty has no logit, and may err.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import check_count, check_one_of
from earwitness.metrics.calibration import answers, probabilities
from earwitness.metrics.correlation import Values

RecalibrationMethod = Literal["temperature", "platt", "isotonic"]
METHODS: tuple[RecalibrationMethod, ...] = get_args(RecalibrationMethod)
NEAREST = 2.0**-53

_PARAMETERS: Mapping[RecalibrationMethod, set[str]] = {
    "temperature": {"temperature"},
    "platt": {"slope", "intercept"},
    "isotonic": {"p_yes", "shares"},
}


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A fitted function of P(yes).

    Attributes:
        method: which of the three.
        parameters: ``temperature``; ``slope`` and ``intercept``; or ``p_yes`` and ``shares``, the points of a line.
        n: answers that it was fitted on.

    Raises:
        UsageError: if the parameters are not those of the method, or make no rising function.
    """

    method: RecalibrationMethod
    parameters: Mapping[str, Any]
    n: int

    def __post_init__(self) -> None:
        check_one_of("method", self.method, METHODS)
        check_count("n", self.n, 2)
        if set(self.parameters) != _PARAMETERS[self.method] or not _RISES[self.method](**self.parameters):
            raise UsageError(
                f"a recalibration by {self.method} has the parameters {self.parameters!r}; wanted "
                f"{' and '.join(sorted(_PARAMETERS[self.method]))} of a function that rises."
            )

    @property
    def keeps_order(self) -> bool:
        """Whether two answers that differ always keep their order, so that SRCC, KTAU and AUC cannot move."""
        return self.method != "isotonic"

    def apply(self, p_yes: ArrayLike) -> Values:
        """Recalibrated probabilities, ``[answer]`` in [0, 1].

        Raises:
            UsageError: if a p lies outside 0 to 1.

        Example:
            >>> Recalibration("temperature", {"temperature": 2.0}, 100).apply([0.1, 0.5, 0.9]).round(2).tolist()
            [0.25, 0.5, 0.75]
        """
        return _APPLIED[self.method](probabilities(p_yes), **self.parameters)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, fit to be a part of a recipe."""
        return {"method": self.method, "parameters": dict(self.parameters), "n": self.n}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Recalibration:
        """What ``to_dict`` wrote.

        Raises:
            UsageError: if it is no such thing.

        Example:
            >>> platt = Recalibration("platt", {"slope": 0.5, "intercept": -1.0}, 100)
            >>> Recalibration.from_dict(platt.to_dict()) == platt
            True
        """
        try:
            return cls(record["method"], record["parameters"], record["n"])
        except (KeyError, TypeError) as error:
            raise UsageError(f"a recalibration has method, parameters and n; got {record!r} ({error}).") from error


def fit_recalibration(method: RecalibrationMethod, p_yes: ArrayLike, truths: ArrayLike) -> Recalibration:
    """The recalibration of least log loss on development answers.

    Truths count as (n + 1) / (n + 2) and 1 / (m + 2), with n of them 1 and m of them 0 (Platt, 1999): where all answers
    are on the right side, no finite temperature would be best.

    Args:
        method: ``temperature``, ``platt`` or ``isotonic``.
        p_yes: shape ``[answer]``; at least two must differ.
        truths: shape ``[answer]``; both 1 and 0 must occur.

    Raises:
        UsageError: if lengths differ, a p lies outside 0 to 1, a truth is neither 1 nor 0, all p or all truths are
            alike, or p falls where the truth rises, which no rising function mends.

    Example:
        >>> fitted = fit_recalibration("temperature", [0.99] * 40 + [0.01] * 40, [1] * 30 + [0] * 40 + [1] * 10)
        >>> round(fitted.parameters["temperature"], 2), fitted.apply([0.99]).round(2).tolist()
        (4.44, [0.74])
    """
    check_one_of("method", method, METHODS)
    p, truth = answers(p_yes, truths)
    for name, values, apart in (("p_yes", p, _logits(p)), ("truths", truth, truth)):
        if not np.ptp(apart):
            raise UsageError(f"all {len(p)} {name} are {values[0]:g}; nothing can be fitted on answers that are alike.")
    return Recalibration(method, _FITTED[method](p, truth), len(p))


def _logits(p: Values) -> Values:
    from scipy.special import logit

    logits: Values = logit(np.clip(p, NEAREST, 1 - NEAREST))
    return logits


def _smoothed(truth: Values) -> Values:
    true = truth.sum()
    smoothed: Values = np.where(truth == 1, (true + 1) / (true + 2), 1 / (len(truth) - true + 2))
    return smoothed


def _fit_temperature(p: Values, truth: Values) -> dict[str, Any]:
    from scipy.optimize import brentq
    from scipy.special import expit

    x, wanted = _logits(p), _smoothed(truth)

    def rise(slope: float) -> float:
        return float(np.mean(x * (expit(slope * x) - wanted)))

    if rise(0.0) >= 0:
        raise _falls(p, "temperature")
    # Log loss is convex in 1 / T, so that its rise crosses 0 once.
    steepest = 1.0
    while rise(steepest) < 0:
        steepest *= 2
    return {"temperature": 1 / float(brentq(rise, 0.0, steepest, xtol=1e-12 * steepest, rtol=1e-12))}


def _fit_platt(p: Values, truth: Values) -> dict[str, Any]:
    from scipy.optimize import minimize
    from scipy.special import expit

    x, wanted = _logits(p), _smoothed(truth)
    # On a standard scale both directions are about as steep.
    centre, spread = float(x.mean()), float(x.std())
    terms = np.stack([(x - centre) / spread, np.ones_like(x)])

    def loss(weights: Values) -> float:
        z = weights @ terms
        return float(np.mean(np.logaddexp(0, z) - wanted * z))

    def slopes(weights: Values) -> Values:
        errors: Values = terms @ (expit(weights @ terms) - wanted)
        return errors / len(x)

    def bends(weights: Values) -> Values:
        q = expit(weights @ terms)
        bent: Values = (terms * q * (1 - q)) @ terms.T
        return bent / len(x)

    found = minimize(loss, np.zeros(2), jac=slopes, hess=bends, method="trust-exact", options={"gtol": 1e-10})
    slope, intercept = (float(weight) for weight in found.x)
    if slope <= 0:
        raise _falls(p, "platt")
    return {"slope": slope / spread, "intercept": intercept - slope * centre / spread}


def _fit_isotonic(p: Values, truth: Values) -> dict[str, Any]:
    from scipy.optimize import isotonic_regression

    distinct, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    shares = isotonic_regression(np.bincount(place, truth) / counts, weights=counts).x
    if not np.ptp(shares):
        raise _falls(p, "isotonic")
    # Neighbours of one share are one block, told by its mean p.
    levels, block = np.unique(shares, return_inverse=True)
    means = np.bincount(block, counts * distinct) / np.bincount(block, counts)
    # A share of 0 or 1 among so many does not prove the next answer; the shares between are further from the ends.
    nearest = 1 / (len(p) + 2)
    return {"p_yes": means.tolist(), "shares": np.clip(levels, nearest, 1 - nearest).tolist()}


def _falls(p: Values, method: RecalibrationMethod) -> UsageError:
    return UsageError(
        f"on these {len(p)} answers P(yes) does not rise with the truth: the scores say the opposite of the labels, or "
        f"nothing. No {method} can mend that; see whether the labels are turned round."
    )


def _apply_temperature(p: Values, temperature: float) -> Values:
    return _apply_platt(p, 1 / temperature, 0.0)


def _apply_platt(p: Values, slope: float, intercept: float) -> Values:
    from scipy.special import expit

    moved: Values = expit(slope * _logits(p) + intercept)
    return moved


def _apply_isotonic(p: Values, p_yes: list[float], shares: list[float]) -> Values:
    return np.interp(p, p_yes, shares)


def _is_positive(temperature: Any) -> bool:
    return _are_finite(temperature) and temperature > 0


def _is_rising_line(slope: Any, intercept: Any) -> bool:
    return _are_finite(slope, intercept) and slope > 0


def _is_rising_path(p_yes: Any, shares: Any) -> bool:
    if not isinstance(p_yes, list) or not isinstance(shares, list) or not _are_finite(*p_yes, *shares):
        return False
    inside = all(0 <= number <= 1 for number in (*p_yes, *shares))
    return inside and len(p_yes) == len(shares) > 1 and all((np.diff(path) > 0).all() for path in (p_yes, shares))


def _are_finite(*numbers: Any) -> bool:
    return all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)


_FITTED: Mapping[RecalibrationMethod, Callable[[Values, Values], dict[str, Any]]] = {
    "temperature": _fit_temperature,
    "platt": _fit_platt,
    "isotonic": _fit_isotonic,
}
_APPLIED: Mapping[RecalibrationMethod, Callable[..., Values]] = {
    "temperature": _apply_temperature,
    "platt": _apply_platt,
    "isotonic": _apply_isotonic,
}
_RISES: Mapping[RecalibrationMethod, Callable[..., bool]] = {
    "temperature": _is_positive,
    "platt": _is_rising_line,
    "isotonic": _is_rising_path,
}
