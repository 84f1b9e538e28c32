"""Recalibration: a rising function that turns a judge's P(yes) into the share of such answers that are true.

``p_yes [answer]`` are probabilities. Three functions, which ``fitting`` fits on development answers:

* ``temperature``: ``sigmoid(logit(p) / T)``, T > 0; above 1 it takes confidence back. .5 stays .5;
* ``platt``: ``sigmoid(slope * logit(p) + intercept)``, slope > 0 (Platt, 1999), which also mends a bias to yes or no;
* ``isotonic``: any function that never falls, straight between points, and level before the first and after the last.

The first two never change the order of two answers: they cannot move SRCC, KTAU or AUC, but for ties by rounding. The
third can tie answers, and moves these as far as ties do. None can make a judge hear more.

A p nearer to 0 or 1 than 2^-53, float64's last step below 1, counts as so near: certainty has no logit, and may err.
An answer of exactly 0 or 1 is therefore moved like any other, and tied with those that are nearer to it than that.
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
from earwitness.metrics.calibration import probabilities
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
    """A rising function of P(yes).

    Attributes:
        method: which of the three.
        parameters: ``temperature``; ``slope`` and ``intercept``; or ``p_yes`` and ``shares``, the points of a line.
        n: answers that it was fitted on; None where it was not fitted.

    Raises:
        UsageError: if the parameters are not those of the method, or make no rising function.
    """

    method: RecalibrationMethod
    parameters: Mapping[str, Any]
    n: int | None = None

    def __post_init__(self) -> None:
        check_one_of("method", self.method, METHODS)
        if self.n is not None:
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
        from scipy.special import expit

        p = probabilities(p_yes)
        moved: Values = self._shares(p) if self.method == "isotonic" else expit(self._line(p))
        return moved

    def logits(self, p_yes: ArrayLike) -> Values:
        """Logits of what ``apply`` gives, ``[answer]``, finite: in the same order, but they do not run together near 1.

        Raises:
            UsageError: if a p lies outside 0 to 1.

        Example:
            >>> Recalibration("platt", {"slope": 2.0, "intercept": 1.0}).logits([0.5, 1.0]).round(2).tolist()
            [1.0, 74.47]
        """
        p = probabilities(p_yes)
        return logits_of(self._shares(p)) if self.method == "isotonic" else self._line(p)

    def _line(self, p: Values) -> Values:
        cooled = self.method == "temperature"
        line = {"slope": 1 / self.parameters["temperature"], "intercept": 0.0} if cooled else self.parameters
        moved: Values = line["slope"] * logits_of(p) + line["intercept"]
        return moved

    def _shares(self, p: Values) -> Values:
        shares: Values = np.interp(p, self.parameters["p_yes"], self.parameters["shares"])
        return shares

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


def logits_of(p: Values) -> Values:
    """Finite logits of probabilities; those of 0 and 1 as the module says.

    Example:
        >>> logits_of(np.array([0.5, 1.0])).round(2).tolist()
        [0.0, 36.74]
    """
    from scipy.special import logit

    logits: Values = logit(np.clip(p, NEAREST, 1 - NEAREST))
    return logits


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


_RISES: Mapping[RecalibrationMethod, Callable[..., bool]] = {
    "temperature": _is_positive,
    "platt": _is_rising_line,
    "isotonic": _is_rising_path,
}
