"""How far a mean can be trusted: 95 % intervals in closed form.

``values`` are ``[value]`` on any scale, finite. An interval says: over many runs like this one, 95 of 100 such
intervals hold the mean that endless clips would give.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence

from earwitness.types import Estimate

CONFIDENCE = 0.95
# Fewer tell nothing about the spread: Student's t of one degree of freedom reaches over 12.7 standard errors.
MIN_CLUSTERS = 5


def mean_estimate(
    values: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    bounds: tuple[float, float] | None = None,
) -> Estimate:
    """Mean with its 95 % interval by Student's t.

    With ``clusters``, values of one cluster (a clip, a system) may be alike and clusters are taken as independent:
    the variance is that of a cluster sample, ``G / (G - 1) * sum_g (sum_{i in g} (x_i - mean))^2 / n^2`` over G
    clusters with G - 1 degrees of freedom (Cochran, Sampling Techniques, 3rd ed., section 9A.1: ratio estimate). Few
    clusters of very unequal size make it too narrow.

    Args:
        values: shape ``[value]``, at least one.
        clusters: the cluster of each value, shape ``[value]``; every value its own when None.
        bounds: the scale's lowest and highest value; the interval is cut to them, as the mean cannot lie beyond.

    Returns:
        The estimate; ``low`` and ``high`` are None below five clusters, which are too few to tell the spread.

    Raises:
        ValueError: if there are no values, one is not finite, or the lengths differ.

    Example:
        >>> mean_estimate([0.2, 0.4, 0.6, 0.8, 1.0])
        Estimate(0.6, low=0.2074, high=0.9926, n=5)
        >>> mean_estimate([0.2, 0.9, 0.9, 0.9, 1.0], bounds=(0, 1))
        Estimate(0.78, low=0.3738, high=1, n=5)
    """
    if not len(values) or not all(map(math.isfinite, values)):
        raise ValueError(f"mean_estimate got {len(values)} values; wanted at least one, all finite.")
    if clusters is not None and len(clusters) != len(values):
        raise ValueError(f"mean_estimate got {len(values)} values and {len(clusters)} clusters; wanted one a value.")
    # fsum is exact, so the mean does not depend on the order of clips.
    mean = math.fsum(values) / len(values)
    deviations = _cluster_sums([value - mean for value in values], clusters)
    count = len(deviations)
    if count < MIN_CLUSTERS:
        return Estimate(mean, None, None, len(values))
    from scipy.special import stdtrit

    variance = math.fsum(total * total for total in deviations) * count / (count - 1) / len(values) ** 2
    reach = float(stdtrit(count - 1, 0.5 + CONFIDENCE / 2)) * math.sqrt(variance)
    lowest, highest = bounds or (-math.inf, math.inf)
    return Estimate(mean, max(mean - reach, lowest), min(mean + reach, highest), len(values))


def _cluster_sums(deviations: Sequence[float], clusters: Sequence[Hashable] | None) -> Sequence[float]:
    if clusters is None:
        return deviations
    members: defaultdict[Hashable, list[float]] = defaultdict(list)
    for cluster, deviation in zip(clusters, deviations, strict=True):
        members[cluster].append(deviation)
    return [math.fsum(group) for group in members.values()]
