"""How well scores agree with ratings, or with labels: MSE, LCC, SRCC, KTAU and AUC, over clips and over systems.

``scores [clip]`` are the machine's, ``ratings [clip]`` are people's, both finite and in one order; ``systems [clip]``
names what made each clip, and a system's value is the mean of its clips. MSE is in squared units of the scale;
the three correlations lie in [-1, 1], need no common scale, and are 1 for perfect agreement. AUC lies in [0, 1], needs
no common scale either, and is 0.5 by chance; in place of ratings it takes labels, 1 for a match and 0 for none.

A value that does not exist is None with a reason: ``too_few`` (none for MSE, fewer than two for the others),
``constant_scores`` (for a correlation), ``constant_ratings``, ``overflow`` (errors whose squares leave float64). It is
never NaN and never 0.

Every function here raises ``UsageError`` if lengths differ, a value is not finite, or a system has no name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.errors import UsageError
from earwitness.metrics.arguments import Names, as_numbers, check_one_of, index_of, refuse_where
from earwitness.metrics.means import group_means
from earwitness.metrics.pairs import PairCounts, pair_counter

MeasureName = Literal["mse", "lcc", "srcc", "ktau", "auc"]
Level = Literal["clip", "system"]
Values: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, how many clips (or systems, or groups) it rests on, and why it is None where it is."""

    value: float | None
    n: int
    reason: str | None = None


def mse(scores: ArrayLike, ratings: ArrayLike) -> Measure:
    """Mean squared error, in squared units of the scale; 0 is perfect.

    Example:
        >>> mse([3.0, 4.0], [2.0, 4.0])
        Measure(value=0.5, n=2, reason=None)
    """
    x, y = paired_values(scores, ratings)
    if not len(x):
        return Measure(None, 0, "too_few")
    with np.errstate(over="ignore"):
        value = float(np.mean((x - y) ** 2))
    return Measure(value, len(x)) if np.isfinite(value) else Measure(None, len(x), "overflow")


def lcc(scores: ArrayLike, ratings: ArrayLike) -> Measure:
    """Pearson's linear correlation.

    Example:
        >>> lcc([1.0, 2.0, 3.0], [10.0, 20.0, 30.0])
        Measure(value=1.0, n=3, reason=None)
        >>> lcc([1.0, 1.0], [1.0, 2.0])
        Measure(value=None, n=2, reason='constant_scores')
    """
    return _correlation(scores, ratings, _pearson)


def srcc(scores: ArrayLike, ratings: ArrayLike) -> Measure:
    """Spearman's rank correlation: Pearson's of the ranks, tied values sharing the mean of their ranks.

    Example:
        >>> srcc([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0])
        Measure(value=0.8, n=4, reason=None)
    """
    return _correlation(scores, ratings, lambda x, y: _pearson(mid_ranks(x), mid_ranks(y)))


def ktau(scores: ArrayLike, ratings: ArrayLike) -> Measure:
    """Kendall's tau-b: concordant less discordant pairs, over the geometric mean of the pairs that each side orders.

    Example:
        >>> ktau([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0]).value
        0.6666666666666666
    """
    return _correlation(scores, ratings, _tau_b)


def auc(scores: ArrayLike, ratings: ArrayLike) -> Measure:
    """Area under the ROC curve: how often a clip that matches has the higher score of two, one of which matches.

    Hanley and McNeil, Radiology 143 (1982). A tied score counts one half. With ratings in place of labels it is the
    share of the pairs that these order which the scores order alike. Time is O(n log n), however many pairs there are.

    Args:
        scores: shape ``[clip]``.
        ratings: shape ``[clip]``, labels 1 for a match and 0 for none, or ratings.

    Returns:
        The measure, in [0, 1]; 0.5 for scores that are all equal, None with ``constant_ratings`` for such labels.

    Raises:
        UsageError: if lengths differ or a value is not finite.

    Example:
        >>> auc([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0])
        Measure(value=0.875, n=4, reason=None)
    """
    x, y = paired_values(scores, ratings)
    reason = _why_unordered(y)
    return Measure(None if reason else float(_pairs_once(x, y).share_alike[0]), len(x), reason)


MEASURES: dict[MeasureName, Callable[[ArrayLike, ArrayLike], Measure]] = {
    "mse": mse,
    "lcc": lcc,
    "srcc": srcc,
    "ktau": ktau,
    "auc": auc,
}
# Those by which scores are held against people's mean ratings.
OF_RATINGS: tuple[MeasureName, ...] = ("mse", "lcc", "srcc", "ktau")


@dataclass(frozen=True, slots=True)
class SystemMeans:
    """Mean score and mean rating of each system, ``[system]``, systems in sorted order of their names."""

    systems: tuple[str, ...]
    scores: Values
    ratings: Values


def system_means(scores: ArrayLike, ratings: ArrayLike, systems: Names) -> SystemMeans:
    """Average each system's clips; means that only rounding tells apart are equal.

    Example:
        >>> found = system_means([1, 3, 5], [2, 2, 4], ["b", "b", "a"])
        >>> found.systems, found.scores.tolist(), found.ratings.tolist()
        (('a', 'b'), [5.0, 2.0], [4.0, 2.0])
    """
    x, y = paired_values(scores, ratings)
    names, index = index_of(systems, len(x))
    return SystemMeans(names, group_means(x, index), group_means(y, index))


def measures_by_level(
    scores: ArrayLike, ratings: ArrayLike, systems: Names | None = None
) -> dict[Level, dict[MeasureName, Measure]]:
    """The four measures of ratings over clips, and over systems where these are given.

    Returns:
        ``{"clip": {"mse": ..., "lcc": ..., "srcc": ..., "ktau": ...}, "system": {...}}``.

    Raises:
        UsageError: if lengths differ or a value is not finite.

    Example:
        >>> found = measures_by_level([1, 2, 3, 4], [1, 2, 4, 3], ["a", "a", "b", "b"])
        >>> found["clip"]["srcc"].value, found["system"]["srcc"].value
        (0.8, 1.0)
    """
    found: dict[Level, dict[MeasureName, Measure]] = {"clip": _all_measures(scores, ratings)}
    if systems is not None:
        means = system_means(scores, ratings, systems)
        found["system"] = _all_measures(means.scores, means.ratings)
    return found


def _all_measures(scores: ArrayLike, ratings: ArrayLike) -> dict[MeasureName, Measure]:
    return {name: MEASURES[name](scores, ratings) for name in OF_RATINGS}


def paired_values(scores: ArrayLike, ratings: ArrayLike) -> tuple[Values, Values]:
    """Both as float64 ``[clip]``, checked: one length, all finite."""
    x, y = as_numbers("scores", scores, "one a clip"), as_numbers("ratings", ratings, "one a clip")
    if x.ndim != 1 or x.shape != y.shape:
        raise UsageError(f"scores have shape {x.shape} and ratings {y.shape}; wanted one of each a clip.")
    for name, values in (("scores", x), ("ratings", y)):
        wanted = f"finite numbers. Leave out what has no {name[:-1]}, and report how many"
        refuse_where(~np.isfinite(values), name, values, wanted)
    return x, y


def measured_values(measure: MeasureName, scores: ArrayLike, ratings: ArrayLike) -> tuple[Values, Values]:
    """``paired_values`` for one of ``MEASURES``; for LCC, which no scale changes, near one, where squares hold."""
    check_one_of("measure", measure, MEASURES)
    x, y = paired_values(scores, ratings)
    return (near_one(x), near_one(y)) if measure == "lcc" else (x, y)


def mid_ranks(values: Values) -> Values:
    """Ranks from 1, tied values sharing the mean of their ranks; ``[clip]`` or, row by row, ``[row, clip]``."""
    order = np.argsort(values, axis=-1, kind="stable")
    ascending = np.take_along_axis(values, order, axis=-1)
    # Runs of equal values, numbered through all rows; the first value of a row always opens one.
    opens = np.diff(ascending, axis=-1, prepend=np.nan) != 0
    run = np.cumsum(opens).reshape(values.shape) - 1
    sizes = np.bincount(run.reshape(-1))
    middle = np.cumsum(sizes) - (sizes - 1) / 2
    row_starts = np.arange(values.size).reshape(values.shape)[..., :1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, middle[run] - row_starts, axis=-1)
    return ranks


def _correlation(scores: ArrayLike, ratings: ArrayLike, statistic: Callable[[Values, Values], float]) -> Measure:
    x, y = paired_values(scores, ratings)
    reason = why_undefined(x, y)
    return Measure(None if reason else min(1.0, max(-1.0, statistic(x, y))), len(x), reason)


def why_undefined(x: Values, y: Values) -> str | None:
    """The reason for which scores and ratings have no correlation, if there is one."""
    if len(x) > 1 and x.min() == x.max():
        return "constant_scores"
    return _why_unordered(y)


def _why_unordered(y: Values) -> str | None:
    """The reason for which ratings or labels order no two clips, if there is one."""
    if len(y) < 2:
        return "too_few"
    return "constant_ratings" if y.min() == y.max() else None


def _pearson(x: Values, y: Values) -> float:
    x, y = near_one(x), near_one(y)
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def near_one(values: Values) -> Values:
    """Scaled by a power of two, which rounds nothing and keeps squares of tiny and huge values within float64."""
    scaled: Values = np.ldexp(values, -np.frexp(np.abs(values).max(initial=0.0))[1])
    return scaled


def _tau_b(x: Values, y: Values) -> float:
    pairs = _pairs_once(x, y)
    return float((pairs.excess / np.sqrt(pairs.ordered_x * pairs.ordered_y))[0])


def _pairs_once(x: Values, y: Values) -> PairCounts:
    return pair_counter(x, y)(np.ones((1, len(x)), np.int32))
