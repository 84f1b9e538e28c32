"""How many pairs of clips two orders agree and disagree on, without looking at each pair.

``x [clip]`` and ``y [clip]`` are two numbers for each clip; ``counts [resample, clip]`` says how often a resample
holds each clip, and copies of one clip are tied with each other. All counts of pairs are ``[resample]`` and exact up
to 2^53. Time is O(n log n) a resample and the sorting is done once for all resamples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int32]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Pairs by how x and y order them, each ``[resample]``; ``tied_x`` and ``tied_y`` include those tied in both."""

    discordant: Floats
    tied_x: Floats
    tied_y: Floats
    tied_both: Floats
    total: Floats

    @property
    def concordant(self) -> Floats:
        """Pairs that both order, alike."""
        return self.total - self.tied_x - self.tied_y + self.tied_both - self.discordant

    @property
    def share_alike(self) -> Floats:
        """Of the pairs that y orders, the share that x orders alike; a pair that x ties counts one half."""
        return share_alike(self.excess, self.ordered_y)

    @property
    def excess(self) -> Floats:
        """Pairs that both order alike, less those that they order otherwise."""
        return self.concordant - self.discordant

    @property
    def ordered_x(self) -> Floats:
        """Pairs that x does not tie."""
        return self.total - self.tied_x

    @property
    def ordered_y(self) -> Floats:
        """Pairs that y does not tie."""
        return self.total - self.tied_y


def pair_counter(x: NDArray[np.float64], y: NDArray[np.float64]) -> Callable[[Counts], PairCounts]:
    """Sort once, then count pairs for any resamples of the same clips.

    Knight, J. Amer. Statist. Assoc. 61 (1966), counts discordant pairs while merging; here they are met from the
    highest bit of y's rank to the lowest: two clips part at exactly one bit, so each pair is counted once.

    Example:
        >>> count = pair_counter(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))
        >>> found = count(np.array([[1, 1, 1], [0, 2, 1]], np.int32))
        >>> found.concordant.tolist(), found.discordant.tolist(), found.tied_both.tolist()
        ([2.0, 0.0], [1.0, 2.0], [0.0, 1.0])
    """
    # Where x ties, y ascends, so that no pair tied in x ever looks discordant.
    by_x = np.lexsort((y, x))
    ranks = np.unique(y, return_inverse=True)[1][by_x]
    levels = list(_levels(ranks))
    tied_x, tied_y = tied_pairs(x), tied_pairs(y)
    tied_both = tied_pairs(np.unique(np.stack([x, y]), axis=1, return_inverse=True)[1].reshape(-1))

    def count(counts: Counts) -> PairCounts:
        drawn = counts.sum(axis=1, dtype=np.float64)
        return PairCounts(
            discordant=_discordant(np.take(counts, by_x, axis=1), levels),
            tied_x=tied_x(counts),
            tied_y=tied_y(counts),
            tied_both=tied_both(counts),
            total=drawn * (drawn - 1) / 2,
        )

    return count


@dataclass(frozen=True, slots=True)
class _Level:
    """One bit: clips with it set, clips with it clear, and how many set ones stand before each clear one.

    ``before`` counts set clips before the clear one among all, ``outside`` those of them whose higher bits differ.
    """

    ones: Places
    zeros: Places
    before: Places
    outside: Places


def _levels(ranks: Places) -> Iterator[_Level]:
    # At each bit the clips stand sorted by their higher bits, and in the order of x among equals.
    standing = np.arange(len(ranks))
    for bit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        higher, is_one = ranks[standing] >> (bit + 1), (ranks[standing] >> bit) & 1 == 1
        ones_before = np.cumsum(is_one) - is_one
        group_starts = np.flatnonzero(np.diff(higher, prepend=-1))
        outside = np.repeat(ones_before[group_starts], np.diff(group_starts, append=len(ranks)))
        meets = ~is_one & (ones_before > outside)
        yield _Level(standing[is_one], standing[meets], ones_before[meets], outside[meets])
        standing = standing[np.argsort(ranks[standing] >> bit, kind="stable")]


def _discordant(counts: Counts, levels: list[_Level]) -> Floats:
    found = np.zeros(len(counts))
    for level in levels:
        ones = np.zeros((len(counts), len(level.ones) + 1), np.int32)
        np.cumsum(np.take(counts, level.ones, axis=1), axis=1, out=ones[:, 1:])
        larger = np.take(ones, level.before, axis=1) - np.take(ones, level.outside, axis=1)
        # As floats: the linear algebra library, several times faster, takes no products of whole numbers.
        zeros = np.take(counts, level.zeros, axis=1).astype(np.float64)
        found += np.vecdot(zeros, larger.astype(np.float64))
    return found


def share_alike(excess: Floats, ordered: Floats) -> Floats:
    """The share ordered alike, from pairs ordered alike less those ordered otherwise; NaN where no pair is ordered.

    One half, and half of Somers' D (Amer. Sociol. Rev. 27, 1962).

    Example:
        >>> share_alike(np.array([3.0, 0.0]), np.array([6.0, 0.0])).tolist()
        [0.75, nan]
    """
    share: Floats = np.full(len(excess), np.nan)
    return np.divide(ordered + excess, 2 * ordered, out=share, where=ordered > 0)


def tied_pairs(values: NDArray[np.float64] | Places) -> Callable[[Counts], Floats]:
    """Counts, for any resamples, the pairs whose values are equal."""
    totals = tied_totals(values)

    def count(counts: Counts) -> Floats:
        tied = totals(counts).astype(np.float64)
        pairs: Floats = (np.vecdot(tied, tied) - counts.sum(axis=1)) / 2
        return pairs

    return count


def tied_totals(values: NDArray[np.float64] | Places) -> Callable[[Counts], Counts]:
    """Adds up the counts of clips whose values are equal: ``[resample, clip]`` to ``[resample, distinct value]``.

    Distinct values come in ascending order.
    """
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.diff(values[order], prepend=np.nan))
    if len(starts) == len(values):
        return lambda counts: np.take(counts, order, axis=1)
    return lambda counts: np.add.reduceat(np.take(counts, order, axis=1), starts, axis=1, dtype=np.int32)
