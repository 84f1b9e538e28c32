"""The interval of any statistic, by resamples of rows or of clusters of rows: slower than those of ``bootstrap``."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.errors import UsageError
from earwitness.metrics.arguments import FEWEST_RESAMPLES, Names, as_array, check_count, clusters_of
from earwitness.metrics.bootstrap import TAILS, Interval, quantile_ends, with_width
from earwitness.metrics.draws import Nesting
from earwitness.metrics.uncertainty import MIN_CLUSTERS


def bootstrap_interval(
    statistic: Callable[..., float | None],
    *columns: ArrayLike,
    clusters: Names | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Percentile interval of any statistic of columns whose rows belong together.

    Args:
        statistic: called with the drawn rows of each column; None or not finite where it does not exist.
        *columns: one or more, each ``[unit, ...]``.
        clusters: rows of one cluster are drawn together, shape ``[unit]``; each row alone when None.
        resamples: how often ``statistic`` is called, at least 40.
        seed: of the resamples.

    Raises:
        UsageError: if there is no column, columns differ in length, or a cluster has no name.

    Example:
        >>> bootstrap_interval(np.median, np.arange(101)).value
        50.0
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    arrays = _columns(columns)
    rows = len(arrays[0])
    nesting = Nesting.of(clusters_of(clusters, rows))
    rng, units = np.random.default_rng(seed), len(nesting.sizes)
    value = _number(statistic(*arrays)) if rows else math.nan
    if math.isnan(value):
        return Interval(None, None, None, units, "percentile", "undefined")
    if units < MIN_CLUSTERS:
        return Interval.of(value, "too_few_units", units, "percentile")
    draws = (nesting.members(rng.integers(0, units, units)) for _ in range(resamples))
    values = np.array([_number(statistic(*(array[drawn] for array in arrays))) for drawn in draws])
    return Interval.of(value, with_width(quantile_ends(values, TAILS), value), units, "percentile")


def _columns(columns: Sequence[ArrayLike]) -> list[NDArray[Any]]:
    arrays = [as_array(f"column {place}", column, "one row a unit") for place, column in enumerate(columns)]
    shapes = [array.shape for array in arrays]
    if len({shape[:1] for shape in shapes}) != 1 or not shapes[0]:
        got = f"columns of shapes {', '.join(map(str, shapes))}" if shapes else "no column"
        raise UsageError(f"bootstrap_interval got {got}; wanted one or more [unit, ...], all of one length.")
    return arrays


def _number(value: float | None) -> float:
    return float(value) if value is not None and math.isfinite(value) else math.nan
