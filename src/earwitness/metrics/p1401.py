"""Prediction error after calibration to a test's scale, as ITU-T P.1401 (01/2020) reports it.

Listening tests differ in how their scale is used, so P.1401 lets a predictor be mapped to the ratings of one test by a
monotone polynomial of first or third order before its error is taken (clauses 7.3.2 and 7.5.1), and divides by the
clips less the mapping's parameters. The error forgives scale and offset: give it beside MSE, not instead.
``scores [clip]``, ``ratings [clip]`` as in ``correlation``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import as_numbers, check_one_of, refuse_where
from earwitness.metrics.correlation import Values, paired_values

Order = Literal[0, 1, 3]
# Of larger errors a sum of squares may leave float64.
_LARGEST = 1e150


@dataclass(frozen=True, slots=True)
class MappedError:
    """Error after mapping.

    Attributes:
        rmse: in units of the scale; None where it does not exist.
        rmse_star: counting only what lies outside each rating's own interval; None where no intervals are given.
        mapped: scores after the mapping, ``[clip]``; None where it does not exist.
        n: clips.
        order: of the mapping.
        reason: ``too_few`` (no more clips than parameters), ``constant_scores``, ``not_increasing`` (the best monotone
            mapping is flat or falls: scores do not rise with ratings), or ``overflow`` (values whose squares leave
            float64).
    """

    rmse: float | None
    rmse_star: float | None
    mapped: tuple[float, ...] | None
    n: int
    order: Order
    reason: str | None = None


def mapped_error(
    scores: ArrayLike, ratings: ArrayLike, *, order: Order = 3, half_widths: ArrayLike | None = None
) -> MappedError:
    """RMSE after a monotone mapping of scores to ratings, and its epsilon-insensitive form.

    ``sqrt(sum(error^2) / (n - d))`` with d = 1 for no mapping, 2 for first order and 4 for third. For ``rmse_star``
    the error is ``max(0, |error| - half_width)`` (clause 7.7).

    Args:
        scores: shape ``[clip]``.
        ratings: shape ``[clip]``.
        order: 0 (none), 1 or 3; the third-order mapping is held to rise everywhere between the lowest and the highest
            score.
        half_widths: half of the 95 % interval of each clip's mean rating, shape ``[clip]``, none negative.

    Raises:
        UsageError: if lengths differ, a value is not finite, a half width is negative, or the order is unknown.

    Example:
        >>> found = mapped_error([1, 2, 3, 4], [3.0, 5.0, 7.0, 9.0], order=1)
        >>> round(found.rmse, 6), found.rmse_star
        (0.0, None)
    """
    check_one_of("order", order, get_args(Order))
    x, y = paired_values(scores, ratings)
    slack = None if half_widths is None else _checked_slack(half_widths, y)
    freedom = len(x) - max(1, order + 1)
    if freedom < 1:
        return MappedError(None, None, None, len(x), order, "too_few")
    if max(np.abs(x).max(), np.abs(y).max()) > _LARGEST:
        return MappedError(None, None, None, len(x), order, "overflow")
    if order and np.ptp(x) == 0:
        return MappedError(None, None, None, len(x), order, "constant_scores")
    mapped = _mapped(x, y, order)
    if mapped is None:
        return MappedError(None, None, None, len(x), order, "not_increasing")
    errors = np.abs(y - mapped)
    star = None if slack is None else _root(np.maximum(0.0, errors - slack), freedom)
    return MappedError(_root(errors, freedom), star, tuple(mapped.tolist()), len(x), order)


def _checked_slack(half_widths: ArrayLike, ratings: Values) -> Values:
    wanted = f"one a clip, {ratings.shape}, each finite and at least 0"
    slack = as_numbers("half_widths", half_widths, wanted)
    if slack.shape != ratings.shape:
        raise UsageError(f"half_widths have shape {slack.shape}; wanted {wanted}.")
    refuse_where(~(np.isfinite(slack) & (slack >= 0)), "half_widths", slack, wanted)
    return slack


def _root(errors: Values, freedom: int) -> float:
    return math.sqrt(float(errors @ errors) / freedom)


def _mapped(x: Values, y: Values, order: Order) -> Values | None:
    if order == 0:
        return x
    # On [-1, 1] powers stay apart and the fit does not depend on the scale of the scores.
    t: Values = 2 * (x - x.min()) / np.ptp(x) - 1
    line = np.asarray(np.polyval(np.polyfit(t, y, 1), t), np.float64)
    if float(t @ (y - y.mean())) <= 1e-12 * np.ptp(y):
        return None
    return line if order == 1 else _monotone_cubic(t, y)


def _monotone_cubic(t: Values, y: Values) -> Values:
    """Least-squares cubic whose slope is nowhere below 0 on [-1, 1].

    A quadratic is nowhere negative on [-1, 1] just if it is ``(a + b t)^2 + c^2 (1 - t^2)`` (Lukacs), which turns the
    constraint into three free numbers.
    """
    from scipy.optimize import least_squares

    cubic = np.polyfit(t, y, 3)
    if np.polyval(np.polyder(cubic), _extremes(cubic)).min() >= 0:
        free: Values = np.asarray(np.polyval(cubic, t), np.float64)
        return free

    def shape(abc: Values) -> Values:
        a, b, c = abc
        rise: Values = (a * a + c * c) * t + a * b * t**2 + (b * b - c * c) * t**3 / 3
        return rise

    def residuals(parameters: Values) -> Values:
        gaps: Values = parameters[0] + shape(parameters[1:]) - y
        return gaps

    slope = math.sqrt(max(np.polyfit(t, y, 1)[0], 1e-6))
    starts = [(y.mean(), slope, tilt, bend) for tilt in (-slope, 0.0, slope) for bend in (0.1 * slope, slope)]
    best = min((least_squares(residuals, start) for start in starts), key=lambda found: float(found.cost))
    return residuals(best.x) + y


def _extremes(cubic: Values) -> Values:
    """Where the slope of a cubic on [-1, 1] can be lowest: both ends, and its vertex if it lies between."""
    vertex = -cubic[1] / (3 * cubic[0]) if cubic[0] else 0.0
    return np.array([-1.0, 1.0, min(1.0, max(-1.0, vertex))])
