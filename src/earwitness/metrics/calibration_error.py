"""How far does what a judge says lie from what is true? Expected calibration error (ECE), and what chance adds to it.

Conventions and refusals are those of ``calibration``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from earwitness.metrics.arguments import FEWEST_RESAMPLES, Names, check_count, clusters_of
from earwitness.metrics.bootstrap import TAILS
from earwitness.metrics.calibration import BINS, answers, equal_mass
from earwitness.metrics.chance_error import binned_error, chance_errors, design_effect, error_ends
from earwitness.metrics.uncertainty import MIN_CLUSTERS


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """An ECE, and what chance alone would make of it.

    Attributes:
        value: in [0, 1]; 0 is perfect, and out of reach.
        low: lower end of the 95 % interval of the error without chance; 0 where a calibrated judge is not ruled out.
        high: upper end.
        n: independent clusters.
        bins: how many there were; errors of other bins are other errors.
        chance: the ECE that a perfectly calibrated judge of the same p would have on average.
        chance_high: what only one of 40 such judges exceeds.
        reason: why there are no ends: ``too_few_units``, ``perfect``, ``constant_resamples``.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    bins: int
    chance: float
    chance_high: float
    reason: str | None = None


def calibration_error(
    p_yes: ArrayLike,
    truths: ArrayLike,
    *,
    bins: int = BINS,
    clusters: Names | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> CalibrationError:
    """Expected calibration error: how far the share of true lies from p, over bins of equal mass, by their answers.

    ECE counts every chance deviation of a bin as error, so that it lies above the truth, the more the fewer answers: a
    perfectly calibrated judge has about .1 on 100 answers and .03 on 1000. Read it beside ``chance``, for which truths
    are drawn anew from the p as they are.

    Where clusters hold several answers, what chance adds is that of answers drawn each for itself times the square root
    of the design effect that the clusters show, as told in ``chance_error``. Below five clusters, which cannot show it,
    ``chance`` is that of answers alone: too low where answers of a cluster are alike.

    Resamples of clusters would add the same bias once more. The interval therefore holds the errors at which the value
    found would not be unusual: those of judges that err in each bin as this one does, but by another factor, with the
    deviations that resampled clusters show; its low end is 0 as long as ``chance_high`` is not exceeded.

    By simulation (``tests/test_calibration_error.py``) the interval holds the error without chance for 91-99 of 100
    sets: of 100 and 1000 answers alone, and of 24 to 100 clusters of 4-10 answers of one p, all or three in ten of
    which share one luck. Of calibrated judges 1-3 of 100 exceed ``chance_high``, and ``chance`` lies 0-9 % above their
    mean ECE.

    Args:
        p_yes: shape ``[answer]``.
        truths: shape ``[answer]``.
        bins: at most so many, fewer by cluster as ``calibration`` tells.
        clusters: shape ``[answer]``.
        resamples: of clusters, and of truths; at least 40.
        seed: of both.

    Example:
        >>> found = calibration_error([0.9] * 60 + [0.1] * 60, [1, 0] * 30 + [0] * 60, bins=2)
        >>> round(found.value, 3), found.value > found.chance_high, round(found.low, 2), round(found.high, 2)
        (0.25, True, 0.19, 0.32)
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    p, truth = answers(p_yes, truths)
    cluster = clusters_of(clusters, len(p))
    index, units = equal_mass(p, bins, cluster), int(cluster.max()) + 1
    gaps, few = p - truth, units < MIN_CLUSTERS
    effect = 1.0 if few else design_effect(gaps, index, cluster)
    by_chance = chance_errors(p, index, resamples, seed) * math.sqrt(effect)
    chance, chance_high = float(by_chance.mean()), float(np.quantile(by_chance, TAILS[1]))
    ends = "too_few_units" if few else error_ends(gaps, index, cluster, chance_high, resamples, seed)
    low, high, reason = (None, None, ends) if isinstance(ends, str) else (*ends, None)
    value, used = binned_error(gaps, index), int(index.max()) + 1
    return CalibrationError(value, low, high, units, used, chance, chance_high, reason)


def error_alone(p_yes: ArrayLike, truths: ArrayLike, *, clusters: Names | None = None) -> float:
    """The value of ``calibration_error`` alone, for which nothing is drawn; arguments and errors are the same.

    Example:
        >>> error_alone([0.25, 0.25, 0.75, 0.75], [0, 1, 1, 1])
        0.25
    """
    p, truth = answers(p_yes, truths)
    return binned_error(p - truth, equal_mass(p, BINS, clusters_of(clusters, len(p))))
