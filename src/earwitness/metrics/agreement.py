"""How far raters agree beyond chance: Krippendorff's alpha, Cohen's and Fleiss' kappa.

``ratings [clip, rater]`` holds one rater's ratings in each column, NaN where there is none. All three are 1 for perfect
agreement, 0 for what chance would give, and below 0 for less. They speak of single ratings; for the mean of several,
and for the highest correlation that a predictor can reach, see ``icc`` and ``ceiling``. Intervals:
``bootstrap.bootstrap_interval`` over clips, with any of these as the statistic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import Names, as_array, as_numbers, check_one_of, refuse_where
from earwitness.metrics.correlation import Measure, Values, near_one

Scale = Literal["nominal", "ordinal", "interval"]
Weights = Literal["linear", "quadratic"]


def krippendorff_alpha(ratings: ArrayLike, *, scale: Scale = "interval") -> Measure:
    """Krippendorff's alpha: 1 less the disagreement seen over that expected of ratings dealt out at random.

    Any number of raters, any ratings missing; clips with fewer than two ratings say nothing and are left out.
    Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).

    Args:
        ratings: shape ``[clip, rater]``, NaN where missing.
        scale: whether ratings differ in name, in order, or by so much.

    Returns:
        The measure; ``n`` counts clips with two ratings or more. ``too_few`` without any, ``constant_ratings`` where
        all ratings are equal, so that nothing could disagree.

    Raises:
        UsageError: if ratings are no table of numbers, one is infinite, or the scale is unknown.

    Example:
        >>> round(krippendorff_alpha([[1, 1], [2, 2], [3, 4], [5, 5]]).value, 4)
        0.9536
    """
    check_one_of("scale", scale, _DISAGREEMENT)
    table = _table(ratings)
    present = np.isfinite(table)
    paired = present.sum(axis=1) >= 2
    table, present = table[paired], present[paired]
    if not len(table):
        return Measure(None, 0, "too_few")
    if np.ptp(table[present]) == 0:
        return Measure(None, len(table), "constant_ratings")
    seen, expected = _DISAGREEMENT[scale](table, present)
    return Measure(1 - seen / expected, len(table))


def _table(ratings: ArrayLike) -> Values:
    table = as_numbers("ratings", ratings, "[clip, rater], NaN where missing", ndim=2)
    refuse_where(np.isinf(table), "ratings", table, "finite numbers, or NaN where missing")
    return table


def _by_distance(table: Values, present: Values) -> tuple[float, float]:
    """Mean squared differences within clips and among all ratings, from moments: no pair is looked at."""
    table = near_one(np.where(present, table, 0.0))
    centred = np.where(present, table - table[present].mean(), 0.0)
    counts, total = present.sum(axis=1), present.sum()
    sums, squares = centred.sum(axis=1), (centred**2).sum(axis=1)
    seen = np.sum((counts * squares - sums**2) / (counts - 1)) / total
    expected = (total * squares.sum() - sums.sum() ** 2) / (total * (total - 1))
    return float(seen), float(expected)


def _by_order(table: Values, present: Values) -> tuple[float, float]:
    return _by_value(table, present, _ordinal_distance)


def _by_name(table: Values, present: Values) -> tuple[float, float]:
    return _by_value(table, present, lambda totals: 1.0 - np.eye(len(totals)))


def _by_value(table: Values, present: Values, distances: Callable[[Values], Values]) -> tuple[float, float]:
    values, place = np.unique(table[present], return_inverse=True)
    per_clip = np.zeros((len(table), len(values)))
    np.add.at(per_clip, (np.nonzero(present)[0], place), 1)
    totals = per_clip.sum(axis=0)
    distance = distances(totals)
    # A clip's n ratings make n (n - 1) ordered pairs, which weigh n together.
    weights = 1 / (per_clip.sum(axis=1) - 1)
    seen = np.einsum("u,uc,ck,uk->", weights, per_clip, distance, per_clip, optimize=True)
    expected = totals @ distance @ totals / (totals.sum() - 1)
    return float(seen), float(expected)


def _ordinal_distance(totals: Values) -> Values:
    """Squared count of ratings from one value to the other, half of each end's own."""
    middle = np.cumsum(totals) - totals / 2
    distance: Values = (middle[:, None] - middle) ** 2
    return distance


_DISAGREEMENT: dict[Scale, Callable[[Values, Values], tuple[float, float]]] = {
    "interval": _by_distance,
    "ordinal": _by_order,
    "nominal": _by_name,
}


def cohen_kappa(first: Names, second: Names, *, weights: Weights | None = None) -> Measure:
    """Cohen's kappa of two raters, plain or weighted by how far apart two categories are.

    Cohen, Educ. Psychol. Meas. 20 (1960) and Psychol. Bull. 70 (1968). Categories are the distinct values of both
    raters together, in ascending order; weights count steps between them, not their difference.

    Args:
        first: one rater's categories, shape ``[clip]``.
        second: the other's, shape ``[clip]``.
        weights: ``linear`` or ``quadratic``; None counts all disagreements alike.

    Returns:
        The measure; ``constant_ratings`` where both used one and the same category throughout.

    Raises:
        UsageError: if lengths differ, a rating is missing, or the weights are unknown.

    Example:
        >>> cohen_kappa([1, 1, 2, 2], [1, 2, 2, 2]).value
        0.5
    """
    check_one_of("weights", weights, (None, *get_args(Weights)))
    a, b = (as_array("ratings", rater, "one of each rater a clip") for rater in (first, second))
    if a.ndim != 1 or a.shape != b.shape:
        raise UsageError(f"ratings have shapes {a.shape} and {b.shape}; wanted one of each rater a clip.")
    if any(value is None or value != value for rater in (first, second) for value in rater):
        raise UsageError(
            "Cohen's kappa wants a rating of both raters of each clip; some are missing (NaN or None). Leave out those "
            "clips, and report how many, or use krippendorff_alpha."
        )
    if not len(a):
        return Measure(None, 0, "too_few")
    values, place = np.unique(np.concatenate([a, b]), return_inverse=True)
    if len(values) < 2:
        return Measure(None, len(a), "constant_ratings")
    table = np.zeros((len(values), len(values)))
    np.add.at(table, (place[: len(a)], place[len(a) :]), 1 / len(a))
    steps = np.abs(np.subtract.outer(np.arange(len(values)), np.arange(len(values)))).astype(np.float64)
    distance = {None: np.minimum(steps, 1), "linear": steps, "quadratic": steps**2}[weights]
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    return Measure(float(1 - np.sum(distance * table) / np.sum(distance * expected)), len(a))


def fleiss_kappa(ratings: ArrayLike) -> Measure:
    """Fleiss' kappa of several raters in unordered categories, the same number a clip.

    Fleiss, Psychol. Bull. 76 (1971). The raters of different clips may be different people.

    Args:
        ratings: shape ``[clip, rater]``; with ratings missing use ``krippendorff_alpha``.

    Raises:
        UsageError: if ratings are no table of numbers, or one is missing or infinite.

    Example:
        >>> round(fleiss_kappa([[1, 1, 2], [2, 2, 2], [1, 1, 1]]).value, 4)
        0.55
    """
    table = _table(ratings)
    wanted = "as many ratings of each clip, none missing. With ratings missing use krippendorff_alpha"
    refuse_where(np.isnan(table), "ratings", table, wanted)
    clips, raters = table.shape
    if not clips or raters < 2:
        return Measure(None, clips, "too_few")
    values, place = np.unique(table, return_inverse=True)
    if len(values) < 2:
        return Measure(None, clips, "constant_ratings")
    counts = np.zeros((clips, len(values)))
    np.add.at(counts, (np.repeat(np.arange(clips), raters), place.reshape(-1)), 1)
    seen = np.mean(np.sum(counts * (counts - 1), axis=1)) / (raters * (raters - 1))
    expected = np.sum((counts.sum(axis=0) / table.size) ** 2)
    return Measure(float((seen - expected) / (1 - expected)), clips)
