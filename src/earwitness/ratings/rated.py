"""Rated clips: pairs with people's means by axis, and the single ratings behind the means where they are known.

Arrays of ratings are ``[clip]`` in the order of the pairs, on the raters' own scale, with NaN where a clip was not
rated on an axis; no NaN leaves this room in a record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import UsageError
from earwitness.types import Pair

Scale = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class SingleRatings:
    """The ratings of single people on one axis, one entry each.

    Attributes:
        clip: index of the pair, shape ``[rating]``.
        rater: index into ``raters``, or -1 for a rater who is not named, shape ``[rating]``.
        value: on the raters' scale, shape ``[rating]``.
        raters: the raters' names.
    """

    clip: NDArray[np.int64]
    rater: NDArray[np.int64]
    value: NDArray[np.float64]
    raters: tuple[str, ...] = ()

    def counts(self, clips: int) -> NDArray[np.int64]:
        """How many people rated each of so many clips, shape ``[clip]``."""
        return np.bincount(self.clip, minlength=clips)

    def means(self, clips: int) -> NDArray[np.float64]:
        """Mean rating of each clip, shape ``[clip]``, from its lowest to its highest; NaN where nobody rated it."""
        means = _divided(np.bincount(self.clip, weights=self.value, minlength=clips), self.counts(clips))
        lowest, highest = np.full((2, clips), [[np.inf], [-np.inf]])
        np.minimum.at(lowest, self.clip, self.value)
        np.maximum.at(highest, self.clip, self.value)
        # Rounding may carry a mean past them, and past the end of the scale: six ratings of 3.3 sum to more than 19.8.
        return np.where(np.isnan(means), means, np.clip(means, lowest, highest))

    def spreads(self, clips: int) -> NDArray[np.float64]:
        """Standard deviation of each clip's ratings (n - 1), shape ``[clip]``; NaN below two raters."""
        squares = (self.value - self.means(clips)[self.clip]) ** 2
        sums = np.bincount(self.clip, weights=squares, minlength=clips)
        return np.sqrt(_divided(sums, self.counts(clips) - 1))

    def of_clips(self, wanted: Sequence[int]) -> SingleRatings:
        """The ratings of some clips, each named once, which are counted anew in the order given."""
        place = np.full(max([*wanted, *self.clip], default=-1) + 1, -1)
        place[list(wanted)] = np.arange(len(wanted))
        kept = place[self.clip] >= 0
        return replace(self, clip=place[self.clip[kept]], rater=self.rater[kept], value=self.value[kept])


def _divided(sums: NDArray[Any], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The quotients, NaN where a count is not positive."""
    quotients = np.full(len(sums), np.nan)
    np.divide(sums, counts, out=quotients, where=counts > 0)
    return quotients


@dataclass(frozen=True, slots=True, eq=False)
class RatedPairs:
    """Clips that people rated.

    Attributes:
        name: what the set is called in records, such as the name of its file.
        pairs: with their mean ratings by axis in ``ratings``.
        scales: lowest and highest rating that the raters could give, by axis.
        singles: the single ratings by axis, for the axes on which they are known.
        observed: axes whose scale nobody told: it is the lowest and the highest rating that was seen.

    Example:
        >>> rated = RatedPairs("two", (Pair("a.wav", "", ratings={"mos": 4.0}), Pair("b.wav", "")), {"mos": (1, 5)})
        >>> rated.axes, rated.ratings("mos"), len(rated)
        (('mos',), array([ 4., nan]), 2)
    """

    name: str
    pairs: tuple[Pair, ...]
    scales: Mapping[str, Scale]
    singles: Mapping[str, SingleRatings] = field(default_factory=dict)
    observed: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def axes(self) -> tuple[str, ...]:
        """What was rated."""
        return tuple(self.scales)

    def ratings(self, axis: str) -> NDArray[np.float64]:
        """Mean rating of each clip, shape ``[clip]``; NaN where it was not rated.

        Raises:
            UsageError: if the set has no such axis.
        """
        if axis not in self.scales:
            raise UsageError(f"{self.name} has no ratings of {axis!r}; it has {', '.join(self.axes) or 'none'}.")
        return np.array([pair.ratings.get(axis, np.nan) for pair in self.pairs])

    def of_clips(self, wanted: Sequence[int]) -> RatedPairs:
        """Some of the clips, in the order given.

        Raises:
            UsageError: if one is named twice, as ids and single ratings are those of one clip, or is not there.
        """
        outside = [index for index in wanted if not 0 <= index < len(self)]
        if outside:
            raise UsageError(f"{self.name} has {len(self):,} clips, counted from 0; clip {outside[0]} was wanted.")
        if len(set(wanted)) < len(wanted):
            raise UsageError(f"of {len(wanted):,} clips wanted of {self.name} one is named twice; wanted each once.")
        pairs = tuple(self.pairs[index] for index in wanted)
        singles = {axis: single.of_clips(wanted) for axis, single in self.singles.items()}
        return replace(self, pairs=pairs, singles=singles)
