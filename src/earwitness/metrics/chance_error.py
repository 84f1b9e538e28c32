"""What chance makes of a calibration error: that of a perfect judge, and the errors that fit the one found.

How alike the answers of a cluster are can only be told from how far they lie off together. That is the design effect;
a perfect judge is taken to have answers as alike, so that its error grows with the effect's square root.

``gaps [answer]`` are p less truth, in [-1, 1]; ``index [answer]`` is the bin of each and ``cluster [answer]`` what it
depends on, both numbered from 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from earwitness.metrics.bootstrap import TAILS, Ends
from earwitness.metrics.correlation import Values
from earwitness.metrics.draws import batches, draw_counts
from earwitness.metrics.pairs import Places


def binned_error(gaps: Values, index: Places) -> float:
    """The error as it is: over bins, by their answers, how far mean p and share of true lie apart.

    Example:
        >>> binned_error(np.array([0.5, 0.5, -0.5, -0.5]), np.array([0, 0, 1, 1]))
        0.5
    """
    return float(np.abs(np.bincount(index, gaps)).sum()) / len(gaps)


def chance_errors(p: Values, index: Places, resamples: int, seed: int) -> Values:
    """The error by resample, ``[resample]``, where each truth is drawn by its own p ``[answer]``."""
    rng, sizes = np.random.default_rng(seed), np.bincount(index)
    rising, starts = p[np.argsort(index, kind="stable")], np.cumsum(sizes) - sizes
    drawn = (rising - (rng.random((rows, len(p))) < rising) for rows in batches(resamples, len(p)))
    errors: Values = np.concatenate([np.abs(np.add.reduceat(gaps, starts, axis=1)).sum(axis=1) for gaps in drawn])
    return errors / len(p)


def design_effect(gaps: Values, index: Places, cluster: Places) -> float:
    """How many times the variance of answers that stand alone the bins' gaps have, as the clusters show it.

    Kish, Survey Sampling (1965), over all bins together. Above 1 where the answers of a cluster share their luck, below
    where they make up for each other; 1 where no gap deviates from its bin's.

    Example:
        >>> bins, pairs = np.zeros(40, int), np.arange(40) // 2
        >>> round(design_effect(np.array([0.5, 0.5, -0.5, -0.5] * 10), bins, pairs), 2)
        2.05
        >>> design_effect(np.array([0.5, -0.5] * 20), bins, pairs)
        0.0
    """
    alone = float(np.square(_centred_sums(gaps, index, np.arange(len(gaps)))).sum())
    return float(np.square(_centred_sums(gaps, index, cluster)).sum()) / alone if alone else 1.0


def error_ends(gaps: Values, index: Places, cluster: Places, chance_high: float, resamples: int, seed: int) -> Ends:
    """Between which errors without chance the error found is not unusual.

    The judges that are tried err in each bin as this one does, by a factor of their own. The low end is 0 unless the
    error exceeds ``chance_high``; no end leaves out the error found.
    """
    parts = np.bincount(index, gaps) / len(gaps)
    deviations = _deviations(gaps, index, cluster, resamples, seed)
    value = float(np.abs(parts).sum())
    if not value or not deviations.any():
        return "constant_resamples" if value else "perfect"

    def seen(factor: float, tail: float) -> float:
        return float(np.quantile(np.abs(factor * parts + deviations).sum(axis=1), tail))

    low = 0.0 if value <= chance_high else _reaching(value, lambda factor: seen(factor, TAILS[1]))
    high = _reaching(value, lambda factor: seen(factor, TAILS[0]))
    return min(low, 1.0) * value, min(1.0, max(high, 1.0) * value)


def _deviations(gaps: Values, index: Places, cluster: Places, resamples: int, seed: int) -> Values:
    """What chance adds to each bin's part of the error, ``[resample, bin]``, by resamples of clusters."""
    sums = _centred_sums(gaps, index, cluster)
    drawn = draw_counts(np.random.default_rng(seed), resamples, len(sums))
    return np.concatenate([counts @ sums for counts in drawn]) / len(gaps)


def _centred_sums(gaps: Values, index: Places, cluster: Places) -> Values:
    """What each cluster adds to how far a bin's gaps lie from their mean, ``[cluster, bin]``."""
    sizes = np.bincount(index)
    held = np.zeros((int(cluster.max()) + 1, len(sizes)))
    sums = np.zeros_like(held)
    np.add.at(held, (cluster, index), 1.0)
    np.add.at(sums, (cluster, index), gaps - (np.bincount(index, gaps) / sizes)[index])
    # A bin's mean comes from these clusters, by size as good as m equal ones (Kish, Survey Sampling, 1965), and so
    # takes one part in m of their variance away.
    equal = sizes**2 / np.square(held).sum(axis=0)
    centred: Values = sums * np.sqrt(equal / np.maximum(equal - 1, 1))
    # What rounding leaves of gaps that are all alike is no deviation.
    return np.where(np.abs(centred) > 1e-12 * held, centred, 0.0)


def _reaching(value: float, seen: Callable[[float], float]) -> float:
    """The least factor from 0 on at which ``seen``, which rises with it, reaches the value."""
    if seen(0.0) >= value:
        return 0.0
    low, high = 0.0, 1.0
    while seen(high) < value:
        low, high = high, 2 * high
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if seen(middle) < value else (low, middle)
    return high
