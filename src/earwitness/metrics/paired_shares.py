"""Is one judge right more often than another on the same decisions? Differences of shares and of F1, with their p.

Conventions and refusals are those of ``shares``; the difference is the share of a less that of b, above 0 where a is
better.

Methods were chosen by simulation (``tests/test_paired_shares.py``). The interval of a difference by cluster holds the
truth 94-96 times of 100; its p calls 4-6 of 100 pairs of equal judges different, fewer where the two seldom differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from earwitness.metrics.arguments import FEWEST_RESAMPLES, Names, check_count, clusters_of
from earwitness.metrics.draws import batches, draw_counts
from earwitness.metrics.paired import Comparison, from_resamples
from earwitness.metrics.ratios import Ratio, bonett_price_ends
from earwitness.metrics.shares import calls_and_truths, check_alike, within
from earwitness.metrics.uncertainty import MIN_CLUSTERS

# Sums of gains nearer than this are told apart by rounding only.
_LEVEL = 1e-9


def paired_shares(
    right_a: ArrayLike,
    right_b: ArrayLike,
    *,
    clusters: Names | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Share of decisions that a got right less that of b, on the same decisions, with interval and p.

    Decisions that are right or wrong and stand alone: McNemar's test, and the interval of Bonett and Price (J. Educ.
    Behav. Stat. 37, 2012). Others, method ``paired_permutation``: whole clusters change sides at random, and the
    interval is Student's t with the variance of a cluster sample. Where all clusters differ alike, or not at all, their
    spread tells nothing, and the interval is Bonett and Price's of as many decisions.

    Args:
        right_a: shape ``[decision]``, in [0, 1].
        right_b: shape ``[decision]``, in the same order.
        clusters: shape ``[decision]``.
        resamples: permutations, at least 40; McNemar's test draws none.
        seed: of the permutations.

    Returns:
        The comparison; None with reason ``too_few`` if there is no decision; no ends and no p below five clusters.

    Raises:
        UsageError: if lengths differ, a value lies outside 0 to 1, a cluster has no name, or resamples are fewer.

    Example:
        >>> found = paired_shares([1] * 9 + [0], [1] * 3 + [0] * 7)
        >>> round(found.difference, 2), round(found.low, 2), round(found.high, 2), round(found.p, 4), found.method
        (0.6, 0.13, 0.87, 0.0156, 'mcnemar')
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    a, b = within("right_a", right_a), within("right_b", right_b)
    check_alike("right_a", a, "right_b", b)
    gain = Ratio.of(a - b, np.ones(len(a)), clusters_of(clusters, len(a)))
    alone = gain.units == len(a) and bool(np.isin([a, b], (0, 1)).all())
    method = "mcnemar" if alone else "paired_permutation"
    if gain.why_none:
        return Comparison(None, None, None, None, gain.units, method, gain.why_none)
    if gain.units < MIN_CLUSTERS:
        return Comparison(gain.value, None, None, None, gain.units, method, "too_few_units")
    if alone:
        only_a, only_b = int((a > b).sum()), int((a < b).sum())
        ends, p = bonett_price_ends(only_a, only_b, len(a)), mcnemar(only_a, only_b)
    else:
        ends, p = gain.t_ends(), _exchanged_p(gain, resamples, seed)
    return Comparison(gain.value, *ends, p, gain.units, method)


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided p of McNemar's test: is it by chance that one of two judges was right where the other was wrong?

    McNemar, Psychometrika 12 (1947), as a binomial test with mid-p (Fagerland, Lydersen and Laake, BMC Med. Res.
    Methodol. 13, 2013). Of 100 pairs of equal judges it calls 4-5 different where they differ on ten decisions or more,
    and fewer where they differ on fewer; without mid-p that would be 2-4.

    Args:
        only_a: decisions that only a got right.
        only_b: decisions that only b got right.

    Returns:
        p, in (0, 1]; 1 where they never differ.

    Raises:
        UsageError: if a count is no whole number of at least 0.

    Example:
        >>> mcnemar(6, 0), mcnemar(3, 3)
        (0.015625, 1.0)
    """
    from scipy.special import bdtr

    check_count("only_a", only_a, 0)
    check_count("only_b", only_b, 0)
    fewer, differing = min(only_a, only_b), only_a + only_b
    at_most = float(bdtr(fewer, differing, 0.5))
    below = float(bdtr(fewer - 1, differing, 0.5)) if fewer else 0.0
    # Twice the tail, of which the observed count itself is half in.
    return min(1.0, at_most + below)


def paired_f1(
    said_a: ArrayLike,
    said_b: ArrayLike,
    truths: ArrayLike,
    *,
    clusters: Names | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """F1 of a less that of b on the same decisions, with interval and p from resamples of clusters that both share.

    Args:
        said_a: shape ``[decision]``, 1 or 0.
        said_b: shape ``[decision]``.
        truths: shape ``[decision]``.
        clusters: shape ``[decision]``.
        resamples: at least 40.
        seed: of the resamples.

    Returns:
        The comparison; None with reason ``too_few`` if there is no decision, ``undefined`` if one has no F1.

    Raises:
        UsageError: if lengths differ, a value is neither 1 nor 0, a cluster has no name, or resamples are fewer.

    Example:
        >>> found = paired_f1([1, 1, 0, 1, 0, 1], [1, 0, 1, 1, 1, 0], [1, 1, 0, 1, 1, 1], resamples=200)
        >>> round(found.difference, 3), found.method
        (0.222, 'paired_bootstrap')
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    of_both = [calls_and_truths(said, truths) for said in (said_a, said_b)]
    index = clusters_of(clusters, len(of_both[0][1]))
    first, second = (Ratio.of(2 * calls * true, calls + true, index) for calls, true in of_both)
    for reason in (first.why_none, second.why_none):
        if reason:
            return Comparison(None, None, None, None, first.units, "paired_bootstrap", reason)
    difference = first.value - second.value
    if first.units < MIN_CLUSTERS:
        return Comparison(difference, None, None, None, first.units, "paired_bootstrap", "too_few_units")
    drawn = list(draw_counts(np.random.default_rng(seed), resamples, first.units))
    resampled = np.concatenate([first.resampled(counts) - second.resampled(counts) for counts in drawn])
    return from_resamples(difference, resampled, first.units)


def _exchanged_p(gain: Ratio, resamples: int, seed: int) -> float:
    """Two-sided p of a gain, from clusters that change sides at even odds; mid-p, as in ``mcnemar``."""
    # Clusters where the two are level stay so.
    gains = gain.parts[gain.parts != 0]
    observed, rng = abs(float(gains.sum())), np.random.default_rng(seed)
    if observed < _LEVEL:
        return 1.0
    drawn = [(2 * rng.integers(0, 2, (rows, len(gains))) - 1) @ gains for rows in batches(resamples, len(gains))]
    beyond = np.abs(np.concatenate(drawn)) - observed
    reached = np.where(np.abs(beyond) < _LEVEL, 0.5, beyond > 0).sum()
    # The observed order is one of the permutations.
    return (float(reached) + 1) / (resamples + 1)
