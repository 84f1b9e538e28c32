"""Shares of decisions: accuracy, F1 and Youden's J with 95 % intervals. Two judges are compared in ``paired_shares``.

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
the interval holds 93-96 times.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import Names, as_numbers, clusters_of, index_of, refuse_where
from earwitness.metrics.bootstrap import Interval
from earwitness.metrics.correlation import Values
from earwitness.metrics.pairs import Places
from earwitness.metrics.ratios import Ratio, ends_of_difference
from earwitness.metrics.uncertainty import MIN_CLUSTERS


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
    values = within("right", right)
    return _interval(Ratio.of(values, np.ones(len(values)), clusters_of(clusters, len(values))))


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
    calls, true = calls_and_truths(said, truths)
    return _interval(Ratio.of(2 * calls * true, calls + true, clusters_of(clusters, len(true))))


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
    matches, others = within("yes_on_matches", yes_on_matches), within("yes_on_others", yes_on_others)
    of_matches, of_others = _clusters_of_both(clusters_of_matches, len(matches), clusters_of_others, len(others))
    units = len(np.union1d(of_matches, of_others))
    first = Ratio.of(matches, np.ones(len(matches)), of_matches, units)
    second = Ratio.of(others, np.ones(len(others)), of_others, units)
    if not len(matches) or not len(others):
        return Interval(None, None, None, units, "wilson", "too_few")
    value = first.value - second.value
    few = min(first.units, second.units) < MIN_CLUSTERS
    return Interval.of(value, "too_few_units" if few else ends_of_difference(first, second), units, "wilson")


def _interval(ratio: Ratio) -> Interval:
    if ratio.why_none:
        return Interval(None, None, None, ratio.units, "wilson", ratio.why_none)
    ends = "too_few_units" if ratio.units < MIN_CLUSTERS else ratio.wilson_ends()
    return Interval.of(ratio.value, ends, ratio.units, "wilson")


def within(argument: str, values: ArrayLike) -> Values:
    """As float64 ``[decision]``, each in [0, 1].

    Example:
        >>> within("right", [1, 0, 2])
        Traceback (most recent call last):
        earwitness.errors.UsageError: right[2] is 2.0; wanted 0 to 1.
    """
    numbers = as_numbers(argument, values, "one a decision", 1)
    refuse_where(~((numbers >= 0) & (numbers <= 1)), argument, numbers, "0 to 1")
    return numbers


def calls_and_truths(said: ArrayLike, truths: ArrayLike) -> tuple[Values, Values]:
    """Both as float64 ``[decision]``, one of each a decision, each 1 or 0."""
    calls, true = as_numbers("said", said, "one a decision", 1), as_numbers("truths", truths, "one a decision", 1)
    check_alike("said", calls, "truths", true)
    for name, values in (("said", calls), ("truths", true)):
        refuse_where((values != 0) & (values != 1), name, values, "1 or 0")
    return calls, true


def check_alike(name: str, values: Values, other: str, others: Values) -> None:
    """Refuse two that are not of one length."""
    if len(values) != len(others):
        raise UsageError(f"got {len(values)} {name} and {len(others)} {other}; wanted one of each a decision.")


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
