"""Ratios of sums over clusters, such as right decisions over all decisions, and how far they can be trusted.

``parts`` and ``wholes`` are ``[decision]``: what a decision adds above and below the line. Decisions of one cluster may
be alike; clusters are independent. The variance of a ratio is that of a cluster sample (Cochran, Sampling Techniques,
3rd ed., section 9A.1: ratio estimate), as in ``uncertainty.mean_estimate``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from earwitness.metrics.bootstrap import TAILS
from earwitness.metrics.correlation import Values
from earwitness.metrics.pairs import Counts, Places


@dataclass(frozen=True, eq=False)
class Ratio:
    """A ratio of sums.

    Attributes:
        parts: sum of each cluster's parts, ``[cluster]``.
        wholes: sum of each cluster's wholes, ``[cluster]``.
        units: clusters that hold any decision.
        binomial: whether every cluster is one decision, wholly right or wholly wrong.
    """

    parts: Values
    wholes: Values
    units: int
    binomial: bool

    @classmethod
    def of(cls, parts: Values, wholes: Values, cluster: Places, clusters: int | None = None) -> Ratio:
        """From decisions and the cluster of each, numbered from 0; ``clusters`` in all, where some hold none."""
        count = int(cluster.max(initial=-1)) + 1 if clusters is None else clusters
        above, below = (np.bincount(cluster, values, count).astype(np.float64) for values in (parts, wholes))
        units = len(np.unique(cluster))
        binomial = units == len(cluster) and bool((wholes == 1).all() and np.isin(parts, (0, 1)).all())
        return cls(above, below, units, binomial)

    @property
    def why_none(self) -> str | None:
        """The reason for which there is no such ratio, if there is one."""
        if not self.units:
            return "too_few"
        return None if self.wholes.any() else "undefined"

    @cached_property
    def value(self) -> float:
        """The ratio; needs a whole that is not 0."""
        return float(self.parts.sum() / self.wholes.sum())

    @cached_property
    def errors(self) -> Values:
        """What each cluster adds to the error of the ratio, ``[cluster]``."""
        errors: Values = (self.parts - self.value * self.wholes) / self.wholes.sum()
        # What rounding leaves of clusters that are all alike is no spread.
        return np.where(np.abs(errors) > 1e-12 * self.wholes / self.wholes.sum(), errors, 0.0)

    @cached_property
    def variance(self) -> float:
        """Of the ratio, over samples of clusters; needs two."""
        return float(self.errors @ self.errors) * self.units / (self.units - 1)

    def wilson_ends(self) -> tuple[float, float]:
        """Wilson's interval of a ratio that lies in [0, 1]."""
        if self.binomial or not self.variance:
            return wilson_ends(self.value, int(np.count_nonzero(self.wholes)), _normal_reach())
        return wilson_ends(self.value, self.value * (1 - self.value) / self.variance, _t_reach(self.units))

    def t_ends(self) -> tuple[float, float]:
        """Student's interval of a ratio that lies in [-1, 1], such as a gain; of clusters all alike, that of decisions.

        Clusters that all gain alike show no spread, which does not mean that there is none: each then counts as one
        decision, of which so large a share was won.
        """
        if not self.variance:
            return bonett_price_ends(max(0.0, self.value) * self.units, max(0.0, -self.value) * self.units, self.units)
        reach = _t_reach(self.units) * math.sqrt(self.variance)
        return max(-1.0, self.value - reach), min(1.0, self.value + reach)

    def resampled(self, counts: Counts) -> Values:
        """The ratio in resamples of clusters, ``[resample]`` from ``[resample, cluster]``; NaN without a whole."""
        wholes = counts @ self.wholes
        ratios: Values = np.full(len(counts), np.nan)
        return np.divide(counts @ self.parts, wholes, out=ratios, where=wholes > 0)


def ends_of_difference(first: Ratio, second: Ratio) -> tuple[float, float]:
    """Ends of first less second, two ratios in [0, 1] of the same clusters, from their Wilson intervals.

    Newcombe, Statist. Med. 17 (1998), method 10, with how far the errors of the two go together in the clusters that
    both have (Zou and Donner, Statist. Med. 27, 2008).
    """
    spread = math.sqrt(float(first.errors @ first.errors) * float(second.errors @ second.errors))
    shared = 2 * float(first.errors @ second.errors) / spread if spread else 0.0
    (low_1, high_1), (low_2, high_2) = first.wilson_ends(), second.wilson_ends()
    down, up = (first.value - low_1, high_2 - second.value), (high_1 - first.value, second.value - low_2)
    reach_down, reach_up = (math.sqrt(max(0.0, a * a + b * b - shared * a * b)) for a, b in (down, up))
    difference = first.value - second.value
    return difference - reach_down, difference + reach_up


def wilson_ends(share: float, n: float, reach: float) -> tuple[float, float]:
    """Wilson's interval (J. Amer. Statist. Assoc. 22, 1927) of a share of n decisions, by a quantile of its error.

    Example:
        >>> [round(end, 4) for end in wilson_ends(0.5, 20, 1.96)]
        [0.2993, 0.7007]
    """
    centre = (share + reach * reach / (2 * n)) / (1 + reach * reach / n)
    half = reach * math.sqrt(share * (1 - share) / n + reach * reach / (4 * n * n)) / (1 + reach * reach / n)
    # Rounding would leave a share of none above 0, and one of all below 1.
    return max(0.0, centre - half) if share else 0.0, min(1.0, centre + half) if share < 1 else 1.0


def bonett_price_ends(only_first: float, only_second: float, n: int) -> tuple[float, float]:
    """Ends of the difference of two shares of the same n decisions, from those that only one got right.

    Bonett and Price, J. Educ. Behav. Stat. 37 (2012): as if one decision more had gone to either side, so that it also
    has a width where the two never differ.

    Example:
        >>> [round(end, 4) for end in bonett_price_ends(6, 0, 10)]
        [0.1348, 0.8652]
    """
    first, second = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    reach = _normal_reach() * math.sqrt((first + second - (first - second) ** 2) / (n + 2))
    return max(-1.0, first - second - reach), min(1.0, first - second + reach)


def _normal_reach() -> float:
    from scipy.special import ndtri

    return float(ndtri(TAILS[1]))


def _t_reach(units: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(units - 1, TAILS[1]))
