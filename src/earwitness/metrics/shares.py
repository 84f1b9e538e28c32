"""Shares of decisions: accuracy, F1 and Youden's J with 95 % intervals, and paired tests of two judges.

``right [decision]`` is 1 where a decision was right, 0 where it was wrong and 1/2 where a tie is settled by lot;
``said`` and ``truths [decision]`` are 1 or 0. ``clusters [decision]`` names what may be alike, such as the decisions on
one clip: clusters are what is independent, and ``n`` counts them; every decision stands alone when they are not given.

Intervals of shares are Wilson's (J. Amer. Statist. Assoc. 22, 1927). Where decisions cluster, or ties count halves, it
is taken at the number of independent decisions that would leave as much doubt, share * (1 - share) over the variance of
a cluster sample, and with Student's t (Dean and Pagano, J. Surv. Stat. Methodol. 3, 2015). Where all clusters are
alike, their spread tells nothing and each counts as one decision.

Methods were chosen by simulation (``tests/test_shares.py``). Of 40 and of 200 clusters of 1-10 decisions, with shares
of 0.5, 0.8 and 0.95, this interval holds the truth 93-96 times of 100; Student's t and a bootstrap of clusters
82-96 times. It falls short, 89 of 100, for 40 clusters, a share of 0.95, and decisions so alike within a cluster
(correlation 0.6) that few clusters hold any error. Of F1 it holds 94-97 times, a bootstrap 58-97 times. Of Youden's J
the interval holds 93-96 times, and that of a difference by cluster 94-96 times; its p calls 4-6 of 100 pairs of equal
judges different, fewer where the two seldom differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import FEWEST_RESAMPLES, Names, as_numbers, check_count, index_of, refuse_where
from earwitness.metrics.bootstrap import Interval, with_width
from earwitness.metrics.correlation import Values
from earwitness.metrics.draws import batches, draw_counts
from earwitness.metrics.paired import Comparison, from_resamples
from earwitness.metrics.pairs import Places
from earwitness.metrics.ratios import Ratio, bonett_price_ends, ends_of_difference
from earwitness.metrics.uncertainty import MIN_CLUSTERS

# Sums of gains nearer than this are told apart by rounding only.
_LEVEL = 1e-9


def share_interval(right: ArrayLike, *, clusters: Names | None = None) -> Interval:
    """Share of decisions that are right, with Wilson's interval.

    Args:
        right: shape ``[decision]``, in [0, 1].
        clusters: shape ``[decision]``.

    Returns:
        The interval, in [0, 1]; None with reason ``too_few`` if there is no decision.

    Raises:
        UsageError: if lengths differ, a value lies outside 0 to 1, or a cluster has no name.

    Example:
        >>> found = share_interval([1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
        >>> found.value, round(found.low, 3), round(found.high, 3), found.n
        (0.8, 0.49, 0.943, 10)
        >>> share_interval([1, 1, 1, 0, 1, 0, 1, 1, 0, 0], clusters=list("aabbccddee")).n
        5
    """
    values = _within("right", right)
    return _interval(Ratio.of(values, np.ones(len(values)), _cluster_of(clusters, len(values))))


def f1_interval(said: ArrayLike, truths: ArrayLike, *, clusters: Names | None = None) -> Interval:
    """F1 of the class 1, the harmonic mean of precision and recall, with its interval.

    F1 is the share 2 * hits / (said + true) of all ones, said and true, that meet each other; its interval is that of
    such a share. Decisions that are 0 and were called so do not bear on it.

    Args:
        said: shape ``[decision]``, 1 or 0.
        truths: shape ``[decision]``, 1 or 0.
        clusters: shape ``[decision]``.

    Returns:
        The interval, in [0, 1]; None with reason ``too_few`` if there is no decision, ``undefined`` if nothing is 1.

    Raises:
        UsageError: if lengths differ, a value is neither 1 nor 0, or a cluster has no name.

    Example:
        >>> found = f1_interval([1, 1, 0, 1, 0, 1], [1, 0, 0, 1, 1, 1])
        >>> found.value, found.n
        (0.75, 6)
    """
    calls, true = _calls(said, truths)
    return _interval(Ratio.of(2 * calls * true, calls + true, _cluster_of(clusters, len(true))))


def youden_j(
    yes_on_matches: ArrayLike,
    yes_on_others: ArrayLike,
    *,
    clusters_of_matches: Names | None = None,
    clusters_of_others: Names | None = None,
) -> Interval:
    """Youden's J, sensitivity + specificity - 1: share of yes on matches less share of yes on others.

    Youden, Cancer 3 (1950). 0 says that yes comes as often where nothing matches. The interval joins those of the two
    shares: Newcombe, Statist. Med. 17 (1998), method 10; and where the same cluster, such as a clip, is in both, with
    the correlation of the two shares that the clusters show (Zou and Donner, Statist. Med. 27, 2008).

    Args:
        yes_on_matches: shape ``[match]``, 1 for yes and 0 for no, or a share of both.
        yes_on_others: shape ``[other]``.
        clusters_of_matches: shape ``[match]``.
        clusters_of_others: shape ``[other]``; a name that matches have too is the same cluster.

    Returns:
        The interval, in [-1, 1]; ``n`` counts clusters of either kind. None with reason ``too_few`` if there is no
        match or no other; no ends below five clusters of either.

    Raises:
        UsageError: if lengths differ, a value lies outside 0 to 1, or a cluster has no name.

    Example:
        >>> found = youden_j([1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 1, 0])
        >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.n
        (0.657, 0.094, 0.859, 12)
    """
    matches, others = _within("yes_on_matches", yes_on_matches), _within("yes_on_others", yes_on_others)
    of_matches, of_others = _clusters_of_both(clusters_of_matches, len(matches), clusters_of_others, len(others))
    units = len(np.union1d(of_matches, of_others))
    first = Ratio.of(matches, np.ones(len(matches)), of_matches, units)
    second = Ratio.of(others, np.ones(len(others)), of_others, units)
    if not len(matches) or not len(others):
        return Interval(None, None, None, units, "wilson", "too_few")
    value = first.value - second.value
    if min(first.units, second.units) < MIN_CLUSTERS:
        return Interval(value, None, None, units, "wilson", "too_few_units")
    return Interval(value, *ends_of_difference(first, second), units, "wilson")


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
    interval is Student's t with the variance of a cluster sample.

    Args:
        right_a: shape ``[decision]``, in [0, 1].
        right_b: shape ``[decision]``, in the same order.
        clusters: shape ``[decision]``.
        resamples: permutations, at least 40; McNemar's test draws none.
        seed: of the permutations.

    Raises:
        UsageError: if lengths differ, a value lies outside 0 to 1, a cluster has no name, or resamples are fewer.

    Example:
        >>> found = paired_shares([1] * 9 + [0], [1] * 3 + [0] * 7)
        >>> round(found.difference, 2), round(found.low, 2), round(found.high, 2), round(found.p, 4), found.method
        (0.6, 0.13, 0.87, 0.0156, 'mcnemar')
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    a, b = _within("right_a", right_a), _within("right_b", right_b)
    _check_alike("right_a", a, "right_b", b)
    cluster = _cluster_of(clusters, len(a))
    gain = Ratio.of(a - b, np.ones(len(a)), cluster)
    alone = gain.units == len(a) and bool(np.isin([a, b], (0, 1)).all())
    method = "mcnemar" if alone else "paired_permutation"
    if gain.why_none:
        return Comparison(None, None, None, None, gain.units, method, gain.why_none)
    if gain.units < MIN_CLUSTERS:
        return Comparison(gain.value, None, None, None, gain.units, method, "too_few_units")
    if alone:
        only_a, only_b = int((a > b).sum()), int((a < b).sum())
        ends, p = bonett_price_ends(only_a, only_b, len(a)), mcnemar(only_a, only_b)
        return Comparison(gain.value, *ends, p, gain.units, method)
    p = _exchanged_p(gain, resamples, seed)
    t_ends = with_width(gain.t_ends(), 1.0)
    if isinstance(t_ends, str):
        return Comparison(gain.value, None, None, p, gain.units, method, t_ends)
    return Comparison(gain.value, *t_ends, p, gain.units, method)


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
    of_both = [_calls(said, truths) for said in (said_a, said_b)]
    index = _cluster_of(clusters, len(of_both[0][1]))
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


def _interval(ratio: Ratio) -> Interval:
    if ratio.why_none:
        return Interval(None, None, None, ratio.units, "wilson", ratio.why_none)
    if ratio.units < MIN_CLUSTERS:
        return Interval(ratio.value, None, None, ratio.units, "wilson", "too_few_units")
    return Interval(ratio.value, *ratio.wilson_ends(), ratio.units, "wilson")


def _within(argument: str, values: ArrayLike) -> Values:
    numbers = as_numbers(argument, values, "one a decision", 1)
    refuse_where(~((numbers >= 0) & (numbers <= 1)), argument, numbers, "0 to 1")
    return numbers


def _calls(said: ArrayLike, truths: ArrayLike) -> tuple[Values, Values]:
    calls, true = as_numbers("said", said, "one a decision", 1), as_numbers("truths", truths, "one a decision", 1)
    _check_alike("said", calls, "truths", true)
    for name, values in (("said", calls), ("truths", true)):
        refuse_where((values != 0) & (values != 1), name, values, "1 or 0")
    return calls, true


def _check_alike(name: str, values: Values, other: str, others: Values) -> None:
    if len(values) != len(others):
        raise UsageError(f"got {len(values)} {name} and {len(others)} {other}; wanted one of each a decision.")


def _cluster_of(clusters: Names | None, decisions: int) -> Places:
    return np.arange(decisions) if clusters is None else index_of(clusters, decisions, "clusters")[1]


def _clusters_of_both(
    of_matches: Names | None, matches: int, of_others: Names | None, others: int
) -> tuple[Places, Places]:
    """The cluster of each match and of each other, numbered together."""
    first = _labels(of_matches, matches, "clusters_of_matches")
    second = _labels(of_others, others, "clusters_of_others")
    number = {label: place for place, label in enumerate(dict.fromkeys([*first, *second]))}
    of_first, of_second = (np.array([number[label] for label in labels], np.intp) for labels in (first, second))
    return of_first, of_second


def _labels(clusters: Names | None, count: int, kind: str) -> list[tuple[str, str]]:
    """The name of each one's cluster; without names each has one that no other can have."""
    if clusters is None:
        return [(kind, str(place)) for place in range(count)]
    distinct, index = index_of(clusters, count, kind)
    return [("named", distinct[place]) for place in index]


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
