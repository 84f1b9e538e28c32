"""Means of groups of values, equal where only rounding tells them apart.

The mean of 0.1, 0.2 and 0.3 is not that of 0.2 and 0.2 in binary floating point, and eleven times 0.1 is not 1.1. Left
so, ranks would order systems that are tied and a constant score would correlate with something.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def group_means(values: Floats, group: Places) -> Floats:
    """Mean of each group's values, ``[group]``, from values ``[value]`` and the group of each, numbered from 0.

    Example:
        >>> means = group_means(np.array([0.1, 0.2, 0.3, 0.2, 0.2]), np.array([0, 0, 0, 1, 1]))
        >>> bool(means[0] == means[1])
        True
    """
    sizes = np.bincount(group)
    return means_of(np.asarray(np.bincount(group, values), np.float64), sizes, values)


def means_of(sums: Floats, sizes: Places, values: Floats) -> Floats:
    """Sums ``[..., group]`` over sizes ``[group]`` or ``[..., group]``; ``values`` are what was added up.

    Adding n values and dividing errs by up to (n + 1) / 2 units in the last place of the largest, so that means of one
    true value lie within n + 1; those take the value of the lowest.
    """
    means: Floats = sums / sizes
    within = np.finfo(np.float64).eps * (sizes.max(initial=0) + 1) * np.abs(values).max(initial=0.0)
    order = np.argsort(means, axis=None)
    ascending = means.reshape(-1)[order]
    opens = np.diff(ascending, prepend=-np.inf) > within
    level = np.empty(means.size)
    level[order] = ascending[opens][np.cumsum(opens) - 1]
    return level.reshape(means.shape)
