"""Which pairs of clips a ranking loss gets to see: those that share a batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def untied_pairs(ratings: NDArray[np.float64]) -> int:
    """Pairs of rated clips that the raters did not tie; ``ratings [clip]`` may hold NaN.

    Example:
        >>> untied_pairs(np.array([1.0, 2.0, 2.0, np.nan]))
        2
    """
    known = ratings[~np.isnan(ratings)]
    _, ties = np.unique(known, return_counts=True)
    return (len(known) * (len(known) - 1) - int((ties * (ties - 1)).sum())) // 2


def covered_pairs(ratings: NDArray[np.float64], batches: Sequence[NDArray[np.int64]]) -> float:
    """Share of the untied pairs of ``ratings [clip, axis]`` that share a batch, over all axes together.

    It is 1 if none is untied; a training refuses ratings that are all alike before it begins.

    Example:
        >>> covered_pairs(np.array([[1.0], [2.0], [3.0], [4.0]]), [np.array([0, 1]), np.array([2, 3])])
        0.3333333333333333
    """
    every = sum(untied_pairs(column) for column in ratings.T)
    shared = sum(untied_pairs(column[batch]) for column in ratings.T for batch in batches)
    return shared / every if every else 1.0
