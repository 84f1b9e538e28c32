"""Resamples of clips, of systems, and of clips within systems.

A resample of clips or of systems is a row of ``counts [resample, unit]``: how often it holds each. Resamples come
in small batches, so that what is computed from one stays in the processor's cache. One seed gives one sequence of
resamples on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earwitness.metrics.means import means_of
from earwitness.metrics.pairs import Counts, Places

# Numbers in a batch: the usual allocators give 128 KiB and more back to the system after each use, and fetching the
# pages anew costs more than the arithmetic (SRCC takes twice as long in batches of 16,000).
BATCH = 12_000


def batches(resamples: int, width: int) -> Iterator[int]:
    """Sizes of batches of rows ``width`` wide that make up so many resamples."""
    rows = max(1, BATCH // max(1, width))
    for start in range(0, resamples, rows):
        yield min(rows, resamples - start)


def draw_counts(rng: np.random.Generator, resamples: int, units: int) -> Iterator[Counts]:
    """Batches of counts ``[resample, unit]``: as many draws as there are units, with replacement.

    Example:
        >>> [counts.sum(axis=1).tolist() for counts in draw_counts(np.random.default_rng(0), 3, 10)]
        [[10, 10, 10]]
    """
    for rows in batches(resamples, units):
        # The same draws as with 64 bits, in less time.
        drawn = rng.integers(0, units, (rows, units), np.int32) + np.arange(rows)[:, None] * units
        yield np.bincount(drawn.reshape(-1), minlength=rows * units).reshape(rows, units).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Nesting:
    """Which clips belong to which system: clips sorted by system, each system's first place and size."""

    clips: Places
    starts: Places
    sizes: Places

    @classmethod
    def of(cls, systems: Places) -> Nesting:
        """From each clip's system, numbered from 0, ``[clip]``."""
        sizes = np.bincount(systems)
        return cls(np.argsort(systems, kind="stable"), np.cumsum(sizes) - sizes, sizes)

    def members(self, systems: Places) -> Places:
        """All clips of the given systems, a system given twice with its clips twice."""
        sizes = self.sizes[systems]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        members: Places = self.clips[np.repeat(self.starts[systems], sizes) + within]
        return members


@dataclass(frozen=True, slots=True)
class NestedDraw:
    """Resampled systems and, for each, its resampled clips.

    Attributes:
        clips: the clip drawn at each place, ``[place]``; the places of one drawn system stand together.
        starts: the first place of each drawn system, ``[resample * system]``.
        sizes: how many places it has, ``[resample * system]``.
        resamples: how many resamples.
    """

    clips: Places
    starts: Places
    sizes: Places
    resamples: int

    def counts(self, clips: int) -> Counts:
        """How often each resample holds each clip, ``[resample, clip]``."""
        places = self.sizes.reshape(self.resamples, -1).sum(axis=1)
        row = np.repeat(np.arange(self.resamples), places)
        flat = np.bincount(row * clips + self.clips, minlength=self.resamples * clips)
        return flat.reshape(self.resamples, clips).astype(np.int32)

    def means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of each drawn system's drawn clips, ``[resample, system]``."""
        sums = np.add.reduceat(values[self.clips], self.starts)
        return means_of(sums, self.sizes, values).reshape(self.resamples, -1)


def draw_nested(
    rng: np.random.Generator, resamples: int, nesting: Nesting, *, systems: bool = True
) -> Iterator[NestedDraw]:
    """Batches of resamples in two stages: systems, then as many clips of each drawn system as it has.

    With ``systems`` off every system is kept once and only its clips are drawn.
    """
    count = len(nesting.sizes)
    for rows in batches(resamples, len(nesting.clips)):
        drawn = rng.integers(0, count, rows * count) if systems else np.tile(np.arange(count), rows)
        sizes = nesting.sizes[drawn]
        places = np.repeat(nesting.starts[drawn], sizes)
        places += (rng.random(len(places)) * np.repeat(sizes, sizes)).astype(np.intp)
        yield NestedDraw(nesting.clips[places], np.cumsum(sizes) - sizes, sizes, rows)
