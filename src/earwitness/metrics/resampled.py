"""The measures of many resamples at once, from how often each resample holds each clip.

``counts [resample, clip]`` are whole numbers; a measure of a resample is what ``correlation`` would give for the clips
repeated so often. Sorting is done once: in a resample, ranks are cumulative sums of counts. A resample without such a
measure, because all its ratings are equal, or for a correlation all its scores, gives NaN, which does not leave this
room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from earwitness.metrics.correlation import MeasureName, Values, mid_ranks
from earwitness.metrics.pairs import Counts, pair_counter, share_alike, tied_totals

Resampled: TypeAlias = Callable[[Counts], Values]


def resampled_measure(measure: MeasureName, scores: Values, ratings: Values) -> Resampled:
    """What turns counts ``[resample, clip]`` into the measure of each resample, ``[resample]``.

    Example:
        >>> srcc = resampled_measure("srcc", np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))
        >>> srcc(np.array([[1, 1, 1], [1, 0, 2]], np.int32)).tolist()
        [0.5, 1.0]
    """
    return _RESAMPLED[measure](scores, ratings)


def _mse(scores: Values, ratings: Values) -> Resampled:
    squares: Values = (scores - ratings) ** 2

    def measure(counts: Counts) -> Values:
        means: Values = counts @ squares / counts.sum(axis=1)
        return means

    return measure


def _lcc(scores: Values, ratings: Values) -> Resampled:
    # Centred on all clips, a resample's own mean is near 0 and little is lost by the one-pass formula.
    x, y = scores - scores.mean(), ratings - ratings.mean()
    moments = np.stack([x, y, x * x, y * y, x * y], axis=1)

    def measure(counts: Counts) -> Values:
        mean_x, mean_y, xx, yy, xy = (counts.astype(np.float64) @ moments / counts.sum(axis=1)[:, None]).T
        return _ratio(xy - mean_x * mean_y, _spread(xx, mean_x), _spread(yy, mean_y))

    return measure


def _spread(square: Values, mean: Values) -> Values:
    """Variance; what is left of rounding where all values are equal counts as none."""
    variance = square - mean**2
    return np.where(variance > 1e-13 * square, variance, 0.0)


def _srcc(scores: Values, ratings: Values) -> Resampled:
    score_totals, rating_totals = tied_totals(scores), tied_totals(ratings)
    # Clips in ascending order of ratings, so that of the two sides only one is gathered clip by clip.
    by_rating = np.argsort(ratings, kind="stable")
    score_place = np.unique(scores, return_inverse=True)[1][by_rating]
    rating_place = np.unique(ratings, return_inverse=True)[1][by_rating]
    untied = bool((np.diff(rating_place) > 0).all())

    def measure(counts: Counts) -> Values:
        drawn = counts.sum(axis=1, keepdims=True, dtype=np.int32)
        tied_x, tied_y = score_totals(counts), rating_totals(counts)
        x = np.take(_doubled_ranks(tied_x, drawn), score_place, axis=1)
        x *= tied_y if untied else np.take(counts, by_rating, axis=1)
        y = _doubled_ranks(tied_y, drawn)
        product = np.vecdot(x, y if untied else np.take(y, rating_place, axis=1))
        return _ratio(product, _rank_squares(tied_x, drawn), _rank_squares(tied_y, drawn))

    return measure


def _doubled_ranks(tied: Counts, drawn: Counts) -> Values:
    """Twice the distance of each distinct value's rank from the mean rank, which is whole also where values tie."""
    ranks = np.cumsum(tied, axis=1, dtype=np.int32)
    ranks *= 2
    ranks -= tied
    ranks -= drawn
    return ranks.astype(np.float64)


def _rank_squares(tied: Counts, drawn: Counts) -> Values:
    """Sum of squared doubled ranks: (N^3 - sum of t^3) / 3 over groups of t equal values (Kendall, 1945)."""
    sizes = tied.astype(np.float64)
    cubes = np.vecdot(sizes * sizes, sizes)
    squares: Values = (drawn[:, 0].astype(np.float64) ** 3 - cubes) / 3
    return squares


def _ktau(scores: Values, ratings: Values) -> Resampled:
    count = pair_counter(scores, ratings)

    def measure(counts: Counts) -> Values:
        pairs = count(counts)
        return _ratio(pairs.excess, pairs.ordered_x, pairs.ordered_y)

    return measure


def _auc(scores: Values, ratings: Values) -> Resampled:
    count = pair_counter(scores, ratings)
    return lambda counts: count(counts).share_alike


def _ratio(product: Values, spread_x: Values, spread_y: Values) -> Values:
    defined = (spread_x > 0) & (spread_y > 0)
    scale = np.sqrt(spread_x * spread_y)
    ratios: Values = np.divide(product, scale, out=np.full(len(product), np.nan), where=defined)
    return np.clip(ratios, -1, 1)


_RESAMPLED: dict[MeasureName, Callable[[Values, Values], Resampled]] = {
    "mse": _mse,
    "lcc": _lcc,
    "srcc": _srcc,
    "ktau": _ktau,
    "auc": _auc,
}


def measure_rows(measure: MeasureName, scores: Values, ratings: Values) -> Values:
    """The measure of each row of scores ``[row, unit]`` and ratings ``[row, unit]``; NaN where it does not exist."""
    if measure == "mse":
        means: Values = np.mean((scores - ratings) ** 2, axis=1)
        return means
    if measure == "ktau":
        return _ktau_rows(scores, ratings)
    if measure == "auc":
        return _auc_rows(scores, ratings)
    if measure == "srcc":
        scores, ratings = mid_ranks(scores), mid_ranks(ratings)
    return _lcc_rows(scores, ratings)


def _lcc_rows(scores: Values, ratings: Values) -> Values:
    x, y = (values - values.mean(axis=1, keepdims=True) for values in (scores, ratings))
    xx, yy, xy = (np.vecdot(a, b) for a, b in ((x, x), (y, y), (x, y)))
    return _ratio(xy, np.where(np.ptp(scores, axis=1) > 0, xx, 0), np.where(np.ptp(ratings, axis=1) > 0, yy, 0))


# Up to so many units it is quicker to look at each pair of a row than to sort each row.
_FEW = 150
_PAIRS_AT_ONCE = 100_000


def _ktau_rows(scores: Values, ratings: Values) -> Values:
    return _ratio(*_pair_rows(scores, ratings))


def _auc_rows(scores: Values, ratings: Values) -> Values:
    matches = ratings == ratings.max(axis=1, keepdims=True)
    if not (matches | (ratings == ratings.min(axis=1, keepdims=True))).all():
        excess, _, ordered = _pair_rows(scores, ratings)
        return share_alike(excess, ordered)
    # Of two classes the rank sum tells it (Mann and Whitney, 1947), and rows are ranked together.
    positives = matches.sum(axis=1, dtype=np.float64)
    ordered = positives * (ratings.shape[1] - positives)
    above = np.vecdot(mid_ranks(scores), matches.astype(np.float64)) - positives * (positives + 1) / 2
    return share_alike(2 * above - ordered, ordered)


def _pair_rows(scores: Values, ratings: Values) -> Values:
    """Pairs of each row: ordered alike less otherwise, ordered by scores, ordered by ratings; ``[3, row]``."""
    if scores.shape[1] > _FEW:
        once = np.ones((1, scores.shape[1]), np.int32)
        counted = [pair_counter(x, y)(once) for x, y in zip(scores, ratings, strict=True)]
        return np.concatenate([[pairs.excess, pairs.ordered_x, pairs.ordered_y] for pairs in counted], axis=1)
    i, j = np.triu_indices(scores.shape[1], 1)
    found = []
    for part in np.array_split(np.arange(len(scores)), max(1, len(scores) * len(i) // _PAIRS_AT_ONCE)):
        x, y = (np.sign(values[part][:, i] - values[part][:, j]) for values in (scores, ratings))
        found.append([np.vecdot(a, b) for a, b in ((x, y), (x, x), (y, y))])
    return np.concatenate(found, axis=1)
