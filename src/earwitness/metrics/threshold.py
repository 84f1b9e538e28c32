"""From which score a clip is called a match: the threshold that calls most clips of labelled development data right.

``scores`` and ``labels`` are ``[clip]``; a label is true where people say that the clip matches. A clip is called a
match if its score is at least the threshold. A threshold is a choice made on data: it comes with the interval in which
it would lie on other clips (percentiles of resamples, rough where few clips lie near it), and its accuracy on the clips
that chose it flatters; say on which data it was fitted.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.errors import UsageError
from earwitness.metrics.arguments import FEWEST_RESAMPLES, as_numbers, check_count, index_of, refuse_where
from earwitness.metrics.draws import draw_counts
from earwitness.metrics.uncertainty import CONFIDENCE, MIN_CLUSTERS


@dataclass(frozen=True, slots=True)
class Threshold:
    """A fitted threshold.

    Attributes:
        value: in the middle of the gap between two scores, to few digits; or at the lowest score, or just above the
            highest, where all clips or none had best be called matches.
        low: lower end of its 95 % interval; None where there are too few clips to tell.
        high: upper end.
        accuracy: share of the fitting clips called right.
        n: how many clips it was fitted on.
        matches: how many of them are matches.
    """

    value: float
    low: float | None
    high: float | None
    accuracy: float
    n: int
    matches: int


def fit_threshold(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Threshold:
    """The threshold of highest accuracy, with a bootstrap interval.

    Args:
        scores: shape ``[clip]``, finite.
        labels: shape ``[clip]``, true or 1 where the clip matches, false or 0 where not; both must occur.
        clusters: what may be alike, such as the caption, shape ``[clip]``; drawn anew as wholes.
        resamples: of the interval, at least 40.
        seed: of the resamples.

    Returns:
        The threshold; of several that are equally good the middle one.

    Raises:
        UsageError: if lengths differ, a score is not finite, a label is neither true nor false, or all are alike.

    Example:
        >>> fitted = fit_threshold([0.1, 0.2, 0.35, 0.6, 0.7, 0.9], [0, 0, 0, 1, 1, 1])
        >>> round(fitted.value, 3), fitted.accuracy, fitted.n
        (0.5, 1.0, 6)
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    values, matches = _checked(scores, labels)
    names = range(len(values)) if clusters is None else clusters
    units, unit = index_of(list(map(str, names)), len(values), "clusters")
    order, gains, grid, last = _ranked(values, matches)
    right = _called_right(gains[None, :], last)
    low = high = None
    if len(units) >= MIN_CLUSTERS:
        drawn = draw_counts(np.random.default_rng(seed), resamples, len(units))
        weighted = (_called_right(counts[:, unit[order]] * gains, last) for counts in drawn)
        resampled = [_best(grid, row) for rows in weighted for row in rows]
        low, high = (float(end) for end in np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]))
    accuracy = float(right.max() + matches.sum()) / len(values)
    return Threshold(_best(grid, right[0]), low, high, accuracy, len(values), int(matches.sum()))


def best_threshold(scores: ArrayLike, labels: ArrayLike) -> float:
    """The value of ``fit_threshold`` alone, for which nothing is drawn; arguments and errors are the same.

    Example:
        >>> best_threshold([0.1, 0.2, 0.35, 0.6, 0.7, 0.9], [0, 0, 0, 1, 1, 1])
        0.5
    """
    _, gains, grid, last = _ranked(*_checked(scores, labels))
    return _best(grid, _called_right(gains[None, :], last)[0])


def _ranked(
    values: NDArray[np.float64], matches: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Clips by rising score, what each adds, the distinct scores, and the place of the last clip of each."""
    order = np.argsort(values, kind="stable")
    # What calling a clip no match instead of a match adds to the number called right.
    gains = np.where(matches, -1.0, 1.0)[order]
    return order, gains, *_steps(values[order])


def _checked(scores: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = as_numbers("scores", scores, "one a clip", 1)
    told = as_numbers("labels", labels, "one a clip", 1)
    if len(values) != len(told):
        raise UsageError(f"got {len(values)} scores and {len(told)} labels; wanted one of each a clip.")
    refuse_where(~np.isfinite(values), "scores", values, "finite numbers; leave out what has none, and say how many")
    refuse_where((told != 0) & (told != 1), "labels", told, "1 for a match and 0 for none")
    if not 0 < told.sum() < len(told):
        raise UsageError(f"all {len(told)} labels are alike; wanted clips that match and clips that do not.")
    return values, told.astype(bool)


def _steps(rising: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The distinct scores, and the place of the last clip of each."""
    last = np.flatnonzero(np.append(np.diff(rising) > 0, True))
    return rising[last], last


def _called_right(gains: NDArray[Any], last: NDArray[np.intp]) -> NDArray[np.float64]:
    """Clips called right beyond the matches, by row and by how many of the distinct scores are called no match."""
    return np.concatenate([np.zeros((len(gains), 1)), np.cumsum(gains, axis=1)[:, last]], axis=1)


def _best(grid: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """The threshold that calls most right; the middle one where several do."""
    (best,) = np.nonzero(right == right.max())
    below = int(best[len(best) // 2])
    if below == 0:
        return float(grid[0])
    if below == len(grid):
        return float(np.nextafter(grid[-1], np.inf))
    return _between(float(grid[below - 1]), float(grid[below]))


def _between(low: float, high: float) -> float:
    """The middle of two scores, written in as few digits as keep it above the one and not above the other.

    Example:
        >>> _between(0.35, 0.6), _between(0.98762, 0.98763)
        (0.5, 0.987625)
    """
    middle = low + (high - low) / 2
    rounded = (round(middle, digits) for digits in range(1, 17))
    return next((value for value in rounded if low < value <= high), high)
