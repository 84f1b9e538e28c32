"""Judges whose calibration or share of right decisions is known, and how often an interval may miss it."""

import math

import numpy as np
from scipy import stats


def drawn(n, seed, slope=1.0):
    """Answers of a judge whose logit must be multiplied by ``slope`` to be true; without ties."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.6, 0.6, n).clip(1e-6, 1 - 1e-6)
    odds = (p / (1 - p)) ** slope
    return p, (rng.random(n) < odds / (1 + odds)).astype(float)


def correlated(rng, share, clusters, alike, same=0.0, judges=1):
    """Right or wrong by normal variables, ``alike`` of whose variance is their cluster's and ``same`` both judges'."""
    count = clusters.max() + 1

    def noise():
        of_clusters, own = rng.normal(size=count)[clusters], rng.normal(size=len(clusters))
        return math.sqrt(alike) * of_clusters + math.sqrt(1 - alike) * own

    both = noise()
    below = stats.norm.ppf(share)
    return [(math.sqrt(same) * both + math.sqrt(1 - same) * noise() < below).astype(float) for _ in range(judges)]


def uneven(rng, count):
    """Clusters of 1-10 decisions."""
    return np.repeat(np.arange(count), rng.integers(1, 11, count))


def holds(found, truth) -> bool:
    return found.low <= truth <= found.high


def check(share, simulations, low, high):
    """Within the bounds, and as much more as chance may add to so few simulations (once in 30,000)."""
    slack = 0.0 if simulations >= 2000 else 4 * math.sqrt(0.05 * 0.95 / simulations)
    assert low - slack <= share <= high + slack
