"""Does the score pick the right one? Pairwise accuracy, top-1 accuracy, and the best system found.

``scores [clip]``, ``ratings [clip]`` as in ``correlation``; ``groups [clip]`` names clips to be compared with each
other, such as one prompt's. Higher is better on both sides. Pairs that raters tied say nothing and are left out; where
the scores tie, the choice counts as made by lot: half a pair, or the share of the tied that is right. Chance is 0.5 for
pairs and one in the group's size for the best.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from earwitness.metrics.arguments import FEWEST_RESAMPLES, Names, check_count, index_of
from earwitness.metrics.bootstrap import TAILS, Interval, quantile_ends, with_width
from earwitness.metrics.correlation import Values, paired_values
from earwitness.metrics.draws import Nesting, draw_counts, draw_nested
from earwitness.metrics.means import group_means
from earwitness.metrics.pairs import Places, pair_counter
from earwitness.metrics.resampled import resampled_measure
from earwitness.metrics.shares import share_interval
from earwitness.metrics.uncertainty import MIN_CLUSTERS


def pairwise_accuracy(
    scores: ArrayLike,
    ratings: ArrayLike,
    *,
    groups: Names | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Share of the pairs that raters did not tie which the scores order alike, with its bootstrap interval.

    With groups, pairs lie within groups, every pair counts once and whole groups are drawn anew; without, all pairs of
    clips count and clips are drawn. Time is O(n log n).

    Returns:
        The interval; ``n`` counts what is drawn, groups with at least one untied pair or clips. None with reason
        ``no_pairs`` where raters tied all; no ends with ``constant_resamples`` where every resample gives the same,
        as where scores tie all.

    Raises:
        UsageError: if lengths differ, a value is not finite, a group has no name, or resamples are fewer than 40.

    Example:
        >>> pairwise_accuracy([1, 2, 3, 4, 5], [1, 2, 3, 5, 4]).value
        0.9
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    x, y = paired_values(scores, ratings)
    rng = np.random.default_rng(seed)
    if groups is None:
        shares = resampled_measure("auc", x, y)
        value = float(shares(np.ones((1, len(x)), np.int32))[0])
        return _interval(value, len(x), lambda: [shares(part) for part in draw_counts(rng, resamples, len(x))])
    right, pairs = _by_group(x, y, groups)
    value = float(right.sum() / pairs.sum()) if len(pairs) else math.nan

    return _interval(
        value, len(pairs), lambda: [part @ right / (part @ pairs) for part in draw_counts(rng, resamples, len(pairs))]
    )


def top1_accuracy(scores: ArrayLike, ratings: ArrayLike, groups: Names) -> Interval:
    """Share of groups whose highest-scored clip is one that raters rate best, with Wilson's interval.

    Groups of one clip, and groups whose clips all have one rating, leave nothing to find and are left out.

    Returns:
        The interval; ``n`` counts groups. Wilson's (J. Amer. Statist. Assoc. 22, 1927) holds also where all are found.

    Raises:
        UsageError: if lengths differ, a value is not finite, or a group has no name.

    Example:
        >>> found = top1_accuracy([1, 2, 5, 4], [1, 3, 2, 4], ["a", "a", "b", "b"])
        >>> found.value, found.n, found.reason
        (0.5, 2, 'too_few_units')
    """
    x, y = paired_values(scores, ratings)
    members = _members(groups, len(x))
    found = [float(_share_of_best(x[clips], y[clips])) for clips in members if np.ptp(y[clips]) > 0]
    if not found:
        return Interval(None, None, None, 0, "wilson", "no_pairs")
    return share_interval(found)


@dataclass(frozen=True, slots=True)
class BestSystem:
    """Whether the scores find the system that raters rate best.

    Attributes:
        found: 1 if they do, 0 if not, a share where scores tie at the top; None with fewer than two systems.
        share: of resamples of clips within systems in which they do: how firm the answer is; None if a system has
            one clip only, whose spread cannot be told.
        loss: best system's mean rating less that of the system chosen, in units of the scale; 0 if found.
        n: systems.
        reason: why something is None: ``too_few``, ``constant_ratings``, ``single_clips``.
    """

    found: float | None
    share: float | None
    loss: float | None
    n: int
    reason: str | None = None


def best_system(
    scores: ArrayLike, ratings: ArrayLike, systems: Names, *, resamples: int = 2000, seed: int = 0
) -> BestSystem:
    """Whether the system with the highest mean score is the one with the highest mean rating, and how firmly.

    Raises:
        UsageError: if lengths differ, a value is not finite, a system has no name, or resamples are fewer than 40.

    Example:
        >>> best_system([1, 2, 6, 7], [2, 2, 4, 3], ["a", "a", "b", "b"]).found
        1.0
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    x, y = paired_values(scores, ratings)
    index = index_of(systems, len(x))[1]
    nesting, means_x, means_y = Nesting.of(index), group_means(x, index), group_means(y, index)
    n = len(means_x)
    if n < 2 or np.ptp(means_y) == 0:
        return BestSystem(None, None, None, n, "too_few" if n < 2 else "constant_ratings")
    loss = float(means_y.max() - means_y[means_x == means_x.max()].mean())
    found = float(_share_of_best(means_x, means_y))
    if nesting.sizes.min() < 2:
        return BestSystem(found, None, loss, n, "single_clips")
    draws = draw_nested(np.random.default_rng(seed), resamples, nesting, systems=False)
    shares = np.concatenate([_share_of_best(drawn.means(x), drawn.means(y)) for drawn in draws])
    return BestSystem(found, float(shares.mean()), loss, n)


def _by_group(x: Values, y: Values, groups: Names) -> tuple[Values, Values]:
    """Pairs ordered alike and untied pairs of each group that has any, ``[group]``."""
    tables = []
    for clips in _members(groups, len(x)):
        pairs = pair_counter(x[clips], y[clips])(np.ones((1, len(clips)), np.int32))
        untied = float(pairs.ordered_y[0])
        if untied:
            tables.append((float(pairs.share_alike[0]) * untied, untied))
    right, untied_pairs = np.array(tables, np.float64).reshape(-1, 2).T
    return right, untied_pairs


def _members(groups: Names, clips: int) -> list[Places]:
    nesting = Nesting.of(index_of(groups, clips, "groups")[1])
    return np.split(nesting.clips, nesting.starts[1:]) if clips else []


def _share_of_best(scores: Values, ratings: Values) -> Values:
    """Of the units with the highest score, the share that has the highest rating; over the last axis."""
    chosen = scores == scores.max(axis=-1, keepdims=True)
    best = ratings == ratings.max(axis=-1, keepdims=True)
    share: Values = (chosen & best).sum(axis=-1) / chosen.sum(axis=-1)
    return share


def _interval(value: float, units: int, resampled: Callable[[], list[Values]]) -> Interval:
    if math.isnan(value):
        return Interval(None, None, None, units, "percentile", "no_pairs")
    if units < MIN_CLUSTERS or value in (0.0, 1.0):
        # Resamples of what is always right are always right: no sign that the next one is not wrong.
        return Interval.of(value, "too_few_units" if units < MIN_CLUSTERS else "perfect", units, "percentile")
    return Interval.of(value, with_width(quantile_ends(np.concatenate(resampled()), TAILS), value), units, "percentile")
