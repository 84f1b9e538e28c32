"""Does a judge that says .8 turn out right 8 times in 10? Reliability, Brier score, confidence and bias.

``p_yes [answer]`` are probabilities that a clip matches, in [0, 1]; ``truths [answer]`` are 1 where it does, 0 where
not; ``clusters [answer]`` names what may be alike, such as the clip of several captions: clusters are what is
independent, and every answer is one of its own when not given. Bins hold about equally many answers each, in the order
of p; answers of one p are never parted, so that some bins may be larger, or missing. Where clusters hold several
answers there is at most one bin for every five clusters, but two if asked for: fewer do not tell how far a bin is off.
The expected calibration error of these bins is in ``calibration_error``.

Every function here raises ``UsageError`` if there is no answer, lengths differ, a p lies outside 0 to 1, a truth is
neither 1 nor 0, or a cluster has no name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import Names, as_numbers, check_count, clusters_of, refuse_where
from earwitness.metrics.correlation import Values
from earwitness.metrics.pairs import Places
from earwitness.metrics.shares import share_interval
from earwitness.metrics.uncertainty import MIN_CLUSTERS, mean_estimate
from earwitness.types import Estimate

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one p.

    Attributes:
        p_yes: their mean.
        share: of them that are true.
        low: lower end of its 95 % interval (Wilson's); None below five clusters.
        high: upper end.
        n: how many answers.
    """

    p_yes: float
    share: float
    low: float | None
    high: float | None
    n: int


def reliability(
    p_yes: ArrayLike, truths: ArrayLike, *, bins: int = BINS, clusters: Names | None = None
) -> tuple[Bin, ...]:
    """What is true of answers of each p: the points of a reliability curve, by rising p.

    Example:
        >>> [(bin.p_yes, bin.share, bin.n) for bin in reliability([0.25, 0.25, 0.5, 0.75], [0, 1, 1, 1], bins=2)]
        [(0.25, 0.5, 2), (0.625, 1.0, 2)]
    """
    p, truth = answers(p_yes, truths)
    cluster = clusters_of(clusters, len(p))
    index = equal_mass(p, bins, cluster)
    return tuple(_bin(p[index == at], truth[index == at], cluster[index == at]) for at in range(index.max() + 1))


def _bin(p: Values, truth: Values, cluster: Places) -> Bin:
    share = share_interval(truth, clusters=cluster)
    return Bin(float(p.mean()), float(truth.mean()), share.low, share.high, len(p))


@dataclass(frozen=True, slots=True)
class Brier:
    """A Brier score and its parts: ``value = reliability - resolution + uncertainty + within``.

    Attributes:
        value: mean squared distance of p and truth, in [0, 1]; 0 is perfect, .25 is always saying .5.
        low: lower end of its 95 % interval; None below five clusters.
        high: upper end.
        n: answers.
        reliability: mean squared distance of a bin's p and its share of true; 0 is perfectly calibrated.
        resolution: mean squared distance of a bin's share and the share of all; the more, the better p tells apart.
        uncertainty: share of true times share of not true; no judge can help it.
        within: what the spread of p inside bins adds, less what it tells of the truth; 0 where each bin has one p.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier(p_yes: ArrayLike, truths: ArrayLike, *, bins: int | None = BINS, clusters: Names | None = None) -> Brier:
    """Brier score with Murphy's decomposition (J. Appl. Meteorol. 12, 1973).

    Murphy's three parts are exact where all answers of a bin have one p: with ``bins`` None every p is a bin of its
    own. Otherwise the variance of p within bins, less twice its covariance with the truth, makes up the rest
    (Stephenson, Coelho and Jolliffe, Weather Forecast. 23, 2008).

    Example:
        >>> found = brier([0.25, 0.25, 0.75, 0.75], [0, 1, 1, 1], bins=None)
        >>> found.value, found.reliability, found.resolution, found.uncertainty, found.within
        (0.1875, 0.0625, 0.0625, 0.1875, 0.0)
    """
    p, truth = answers(p_yes, truths)
    cluster = clusters_of(clusters, len(p))
    index = np.unique(p, return_inverse=True)[1] if bins is None else equal_mass(p, bins, cluster)
    sizes = np.bincount(index)
    means, shares = np.bincount(index, p) / sizes, np.bincount(index, truth) / sizes
    weights, share = sizes / len(p), truth.mean()
    apart, told = p - means[index], truth - shares[index]
    score = _mean((p - truth) ** 2, cluster, (0.0, 1.0))
    return Brier(
        score.value,
        score.low,
        score.high,
        len(p),
        reliability=float(weights @ (means - shares) ** 2),
        resolution=float(weights @ (shares - share) ** 2),
        uncertainty=float(share * (1 - share)),
        within=float(np.mean(apart * (apart - 2 * told))),
    )


def overconfidence(p_yes: ArrayLike, truths: ArrayLike, *, clusters: Names | None = None) -> Estimate:
    """Mean confidence, max(p, 1 - p), less the share of answers that are right, yes from .5 on.

    Above 0 the judge is surer than it is right, below 0 it is righter than it is sure. An answer of exactly .5 counts
    as half right.

    Returns:
        The estimate, in [-.5, 1].

    Example:
        >>> overconfidence([0.9, 0.9, 0.1, 0.1, 0.9], [1, 0, 0, 1, 1])
        Estimate(0.3, low=-0.3801, high=0.9801, n=5)
    """
    p, truth = answers(p_yes, truths)
    right = np.where(p == 0.5, 0.5, (p > 0.5) == truth)
    return _mean(np.maximum(p, 1 - p) - right, clusters, (-0.5, 1.0))


def yes_bias(p_yes: ArrayLike, truths: ArrayLike, *, clusters: Names | None = None) -> Estimate:
    """Mean p less the share that is true: above 0 the judge says yes too readily.

    Returns:
        The estimate, in [-1, 1].

    Example:
        >>> round(yes_bias([0.75, 0.75, 0.5, 0.5], [1, 0, 0, 1]).value, 3)
        0.125
    """
    p, truth = answers(p_yes, truths)
    return _mean(p - truth, clusters, (-1.0, 1.0))


def answer_entropy(p_yes: ArrayLike, *, clusters: Names | None = None) -> Estimate:
    """Mean entropy of the answers, in bits: 1 where a judge cannot tell, 0 where it is certain, rightly or not.

    Example:
        >>> answer_entropy([0.5, 0.5, 0.0, 1.0]).value
        0.5
    """
    from scipy.special import entr

    p = probabilities(p_yes)
    return _mean((entr(p) + entr(1 - p)) / np.log(2), clusters, (0.0, 1.0))


def answers(p_yes: ArrayLike, truths: ArrayLike) -> tuple[Values, Values]:
    """Both as float64 ``[answer]``, checked as the module says.

    Example:
        >>> answers([0.2, 1.2], [0, 1])
        Traceback (most recent call last):
        earwitness.errors.UsageError: p_yes[1] is 1.2; wanted probabilities, 0 to 1.
    """
    p, truth = probabilities(p_yes), as_numbers("truths", truths, "one an answer", 1)
    if len(p) != len(truth):
        raise UsageError(f"got {len(p)} p_yes and {len(truth)} truths; wanted one of each an answer.")
    refuse_where((truth != 0) & (truth != 1), "truths", truth, "1 for what is true and 0 for what is not")
    return p, truth


def probabilities(p_yes: ArrayLike) -> Values:
    """As float64 ``[answer]``, each in [0, 1], at least one."""
    p = as_numbers("p_yes", p_yes, "one an answer", 1)
    # Not within rather than outside: NaN is neither.
    refuse_where(~((p >= 0) & (p <= 1)), "p_yes", p, "probabilities, 0 to 1")
    if not len(p):
        raise UsageError("got no answers; wanted at least one.")
    return p


def equal_mass(p: Values, bins: int, cluster: Places) -> Places:
    """The bin of each answer, numbered from 0 by rising p: where the middle of all answers of its p falls."""
    check_count("bins", bins, 1)
    units = int(cluster.max()) + 1
    if units < len(p):
        bins = min(bins, max(2, units // MIN_CLUSTERS))
    _, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    twice_middle = 2 * np.cumsum(counts) - counts
    index: Places = np.unique(twice_middle * bins // (2 * len(p)), return_inverse=True)[1]
    return index[place]


def _mean(values: Values, clusters: Names | None, bounds: tuple[float, float]) -> Estimate:
    return mean_estimate(values.tolist(), clusters=clusters_of(clusters, len(values)).tolist(), bounds=bounds)
