"""Intervals of MSE, LCC, SRCC, KTAU and AUC: how far the number would move with other clips.

``scores`` and ``ratings`` are ``[clip]`` as in ``correlation``; what is drawn anew, clips or systems or both, is told
in ``design``; for any other statistic see ``any_statistic``. Methods of a 95 % interval:

* ``percentile`` and ``bca`` (Efron, J. Amer. Statist. Assoc. 82, 1987) of the resamples;
* ``jackknife``: Student's t with the leave-one-unit-out standard error, on Fisher's z for correlations, on the
  logarithm for MSE and on the logit for AUC (in effect DeLong's, Biometrics 44, 1988), but on its own scale for KTAU
  whose units are single values; draws nothing;
* ``fisher``: closed form for LCC over independent clips whose scores and ratings are jointly normal, and only there.

The default was chosen by simulated coverage: ``jackknife``, because where units are few the percentiles fall short for
LCC, MSE and AUC (MSE of 36 clips: 92 %; AUC 0.95 of 40 clips: 89 %) and for all measures of clips by system (92 % of
36 systems), and reach too far for KTAU (98 %); but ``percentile`` for SRCC whose units are single values, where it
holds. Beyond 2000 units, where they agree, and where no unit can be left out, the default is ``percentile``.
``tests/test_bootstrap.py`` keeps the figures.
Three cases fall short with every method here: MSE of clips by system (92 % of 36 systems), and of 36-100 clips with
heavy tails (Student's t of 3 degrees of freedom) MSE (87-90 %) and LCC: 92-94 % where ratings and errors both have such
tails, 86-88 % where only the errors do. AUC of labels holds at 40, 100 and 400 clips with one match in two or in six
(94-98 %; the most at 40 clips) and by cluster (92-97 % of 40 clusters of five; the least where 8 clusters match); that
of ratings reaches a little far where clips are few (97 % of 36).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import FEWEST_RESAMPLES, Names, check_count, check_one_of
from earwitness.metrics.correlation import MEASURES, Level, MeasureName, Values, measured_values
from earwitness.metrics.design import Design, Unit, left_out_values, resampled_values
from earwitness.metrics.scales import beside, from_scale, scale_of, to_scale
from earwitness.metrics.uncertainty import CONFIDENCE

Method = Literal["percentile", "bca", "jackknife", "fisher"]
# Both ends, or why there are none.
Ends: TypeAlias = tuple[float, float] | str

# A resample in which a measure does not exist is left out; beyond this share the others tell another story.
MOST_UNDEFINED = 0.05
# Leaving out each of n takes time of order n^2.
MOST_LEFT_OUT = 2000
TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its 95 % interval.

    Attributes:
        value: of the clips as they are; None where it does not exist.
        low: lower end; None where there is no interval.
        high: upper end.
        n: how many independent units it rests on: clips, or systems where systems were drawn.
        method: how the interval was made.
        reason: why something is None: a reason of ``correlation.Measure``, ``too_few_units`` (fewer than five),
            ``single_clips`` (clips are drawn within systems and some system has one), ``undefined_resamples`` (no such
            measure in more than 5 % of resamples), ``perfect`` (the value is at the end of its scale, where its spread
            cannot be told), ``constant_errors`` (of MSE: all clips err by the same), ``constant_resamples`` (every
            resample gives the same value, which tells no spread), or ``undefined`` (a statistic of one's own does not
            exist).
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    reason: str | None = None

    @classmethod
    def of(cls, value: float, ends: Ends, n: int, method: str) -> Interval:
        """Of a value that exists, with its ends or the reason why there are none."""
        if isinstance(ends, str):
            return cls(value, None, None, n, method, ends)
        return cls(value, *ends, n, method)


def measure_interval(
    measure: MeasureName,
    scores: ArrayLike,
    ratings: ArrayLike,
    *,
    systems: Names | None = None,
    level: Level = "clip",
    unit: Unit | None = None,
    method: Method | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """A measure at clip or system level with its 95 % interval.

    Args:
        measure: ``mse``, ``lcc``, ``srcc``, ``ktau`` or ``auc``.
        scores: shape ``[clip]``.
        ratings: shape ``[clip]``.
        systems: what made each clip, shape ``[clip]``; needed for system level and for units but clips.
        level: whether the measure is taken over clips or over systems' means.
        unit: what is drawn anew; systems at system level and clips at clip level when not given.
        method: see the module; by measure and unit when not given.
        resamples: how many, at least 40; ``jackknife`` and ``fisher`` draw none.
        seed: of the resamples.

    Raises:
        UsageError: if lengths differ, a value is not finite, a name is unknown or missing, or the method cannot do what
            is asked.

    Example:
        >>> found = measure_interval("lcc", [1, 2, 3, 4, 5, 6], [1, 3, 2, 4, 6, 5], method="fisher")
        >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.n
        (0.886, 0.264, 0.987, 6)
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    x, y = measured_values(measure, scores, ratings)
    design = Design.of(len(x), systems, level, unit)
    chosen = _default_method(measure, design) if method is None else method
    _check_method(chosen, measure, design)
    found = MEASURES[measure](design.taken_over(x), design.taken_over(y))
    if found.value is None or design.why_untold:
        return Interval(found.value, None, None, design.units, chosen, found.reason or design.why_untold)
    ends = _ENDS[chosen](measure, x, y, design, resamples, seed)
    wide = with_width(ends, found.value, _why_constant(measure, found.value))
    return Interval.of(found.value, wide, design.units, chosen)


def with_width(ends: Ends, value: float, reason: str = "constant_resamples") -> Ends:
    """Ends that only rounding tells apart are no interval: nothing varies, so that no spread can be told."""
    if isinstance(ends, str) or ends[1] - ends[0] > 1e-12 * abs(value):
        return ends
    return reason


def _why_constant(measure: MeasureName, value: float) -> str:
    if measure == "mse":
        return "constant_errors" if value else "perfect"
    nearness = abs(2 * value - 1) if measure == "auc" else abs(value)
    return "perfect" if nearness > 1 - 1e-12 else "constant_resamples"


def _default_method(measure: MeasureName, design: Design) -> Method:
    if not _leaves_one_out(design) or design.units > MOST_LEFT_OUT:
        return "percentile"
    return "percentile" if measure == "srcc" and not _clustered(design) else "jackknife"


def _clustered(design: Design) -> bool:
    """Whether a unit holds many of the values that the measure is taken over."""
    return design.level == "clip" and design.unit == "systems"


def _leaves_one_out(design: Design) -> bool:
    return design.by_counts and design.unit != "nested"


def _check_method(method: Method, measure: MeasureName, design: Design) -> None:
    check_one_of("method", method, _ENDS)
    if method in ("bca", "jackknife") and not _leaves_one_out(design):
        raise UsageError(
            f"method {method!r} leaves out one unit at a time; at level {design.level!r} with unit {design.unit!r} "
            "there is none to leave out. Use method 'percentile'."
        )
    if method == "fisher" and (measure != "lcc" or design.unit != ("systems" if design.level == "system" else "clips")):
        raise UsageError(
            f"method 'fisher' holds for 'lcc' over independent units; got {measure!r} at level {design.level!r} with "
            f"unit {design.unit!r}. Use another method, or leave it to the default."
        )


def _percentile(measure: MeasureName, x: Values, y: Values, design: Design, resamples: int, seed: int) -> Ends:
    return quantile_ends(resampled_values(measure, [x], y, design, resamples, seed)[0], TAILS)


def quantile_ends(resampled: Values, tails: Sequence[float]) -> Ends:
    """Two quantiles of what resamples gave, or why there are none; NaN stands for a resample without a value."""
    defined = resampled[np.isfinite(resampled)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(resampled):
        return "undefined_resamples"
    low, high = np.quantile(defined, tails)
    return float(low), float(high)


def _bca(measure: MeasureName, x: Values, y: Values, design: Design, resamples: int, seed: int) -> Ends:
    from scipy.special import ndtr, ndtri

    left_out = left_out_values(measure, [x], y, design)[0]
    drawn = resampled_values(measure, [x], y, design, resamples, seed)[0]
    value = MEASURES[measure](design.taken_over(x), design.taken_over(y)).value
    gaps = left_out.mean() - left_out
    if not np.isfinite(gaps).all():
        return "undefined_resamples"
    if not gaps.any():
        return float(left_out[0]), float(left_out[0])
    acceleration = np.sum(gaps**3) / (6 * np.sum(gaps**2) ** 1.5)
    # Half of those equal: few units give the same value often.
    below = (np.mean(drawn < value) + np.mean(drawn <= value)) / 2
    bias = ndtri(np.clip(below, 0.5 / resamples, 1 - 0.5 / resamples))
    shifted = bias + ndtri(TAILS)
    return quantile_ends(drawn, ndtr(bias + shifted / (1 - acceleration * shifted)))


def _jackknife(measure: MeasureName, x: Values, y: Values, design: Design, _resamples: int, _seed: int) -> Ends:
    from scipy.special import stdtrit

    left_out = left_out_values(measure, [x], y, design)[0]
    value = MEASURES[measure](design.taken_over(x), design.taken_over(y)).value or 0.0
    if np.isnan(left_out).any():
        return "undefined_resamples"
    scale = scale_of(measure, clustered=_clustered(design))
    centre = to_scale(scale, np.array(value))
    if not np.isfinite(centre):
        return "perfect"
    scaled = beside(scale, left_out, value)
    if not np.isfinite(scaled).all():
        return "perfect"
    units = len(left_out)
    error = math.sqrt((units - 1) * float(np.var(scaled)))
    reach = float(stdtrit(units - 1, TAILS[1])) * error
    low, high = from_scale(scale, np.array([centre - reach, centre + reach]))
    return float(low), float(high)


def _fisher(_measure: MeasureName, x: Values, y: Values, design: Design, _resamples: int, _seed: int) -> Ends:
    value = MEASURES["lcc"](design.taken_over(x), design.taken_over(y)).value or 0.0
    return "perfect" if abs(value) > 1 - 1e-12 else fisher_ends(value, design.units)


def fisher_ends(correlation: float, n: int) -> tuple[float, float]:
    """Ends of LCC's 95 % interval by Fisher's z, whose variance is 1 / (n - 3) for normal data.

    Example:
        >>> [round(end, 4) for end in fisher_ends(0.9, 36)]
        [0.8114, 0.9482]
    """
    from scipy.special import ndtri

    reach = float(ndtri(TAILS[1])) / math.sqrt(n - 3)
    return math.tanh(math.atanh(correlation) - reach), math.tanh(math.atanh(correlation) + reach)


_ENDS: dict[Method, Callable[[MeasureName, Values, Values, Design, int, int], Ends]] = {
    "percentile": _percentile,
    "bca": _bca,
    "jackknife": _jackknife,
    "fisher": _fisher,
}
