"""Single ratings laid out by clip, with each clip's system and whether the same raters rated every clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from earwitness.metrics.arguments import Names, as_numbers, index_of, refuse_where
from earwitness.metrics.correlation import Values
from earwitness.metrics.means import means_of
from earwitness.metrics.pairs import Places


@dataclass(frozen=True, slots=True)
class RatingGrid:
    """Single ratings as ``[clip, place]``, clips of one system together; 0 where a clip has fewer ratings.

    In a crossed design a place is a rater, otherwise places mean nothing; ``raters [clip, place]`` numbers the rater of
    each rating from 0, None where they are not known.
    """

    values: Values
    sizes: Places
    raters: Places | None
    system_starts: Places | None
    crossed: bool

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        clips: Names,
        raters: Names | None,
        systems: Names | None,
    ) -> RatingGrid:
        """Checked and sorted; clips with a single rating are left out."""
        wanted = "[rating], all finite. Leave out missing ones"
        flat = as_numbers("ratings", values, wanted, ndim=1)
        refuse_where(~np.isfinite(flat), "ratings", flat, wanted)
        clip = index_of(clips, len(flat), "clips")[1]
        rater = np.zeros_like(clip) if raters is None else index_of(raters, len(flat), "raters")[1]
        system = _systems_of_clips(clip, systems)
        keep = (np.bincount(clip) >= 2)[clip] if len(clip) else np.zeros(0, bool)
        flat, clip, rater = flat[keep], clip[keep], rater[keep]
        # One name throughout, such as that of unnamed raters, tells nobody apart.
        known = len(np.unique(rater)) > 1
        # Clips by system, ratings by rater within each.
        order = np.lexsort((rater, clip, system[clip]))
        flat, clip, rater = flat[order], clip[order], rater[order]
        starts = np.flatnonzero(np.diff(clip, prepend=-1))
        sizes = np.diff(starts, append=len(clip))
        filled = np.arange(sizes.max(initial=0)) < sizes[:, None]
        grid, rater_grid = np.zeros(filled.shape), np.zeros(filled.shape, np.intp)
        grid[filled], rater_grid[filled] = flat, rater
        system_starts = np.flatnonzero(np.diff(system[clip[starts]], prepend=-1)) if systems is not None else None
        return cls(grid, sizes, rater_grid if known else None, system_starts, known and _is_crossed(clip, rater))

    @property
    def units(self) -> int:
        """How many clips, or systems where these are told."""
        return len(self.sizes) if self.system_starts is None else len(self.system_starts)

    @property
    def ratings(self) -> int:
        """How many single ratings."""
        return int(self.sizes.sum())

    @property
    def partly_crossed(self) -> bool:
        """Whether some rater is known to have rated several clips, but not every rater every clip once."""
        return self.raters is not None and not self.crossed and _recurs(self.raters, self.sizes)

    def clip_means(self) -> Values:
        """Mean rating of each clip, ``[clip]``."""
        return means_of(self.values.sum(axis=1), self.sizes, self.values)

    def unit_means(self, by_clip: Values) -> Values:
        """Clips' values ``[..., clip]`` as they are, or their means by system, ``[..., system]``."""
        if self.system_starts is None:
            return by_clip
        counts = np.diff(self.system_starts, append=by_clip.shape[-1])
        return means_of(np.add.reduceat(by_clip, self.system_starts, axis=-1), counts, by_clip)

    def noise(self, of_clips: Values) -> float:
        """Variance of the raters' noise in units' means, averaged over units, from that in clips' means."""
        if self.system_starts is None:
            return float(of_clips.mean())
        counts = np.diff(self.system_starts, append=len(of_clips))
        return float(np.mean(np.add.reduceat(of_clips, self.system_starts) / counts**2))


def _systems_of_clips(clip: Places, systems: Names | None) -> Places:
    clips = int(clip.max(initial=-1)) + 1
    if systems is None:
        return np.zeros(clips, np.intp)
    names, system = index_of(systems, len(clip))
    of_clip = np.zeros(clips, np.intp)
    of_clip[clip] = system
    odd, by_rating = of_clip[clip] != system, np.array(names)[system]
    refuse_where(odd, "systems", by_rating, "one system a clip; another rating of this clip has another")
    return of_clip


def _recurs(raters: Places, sizes: Places) -> bool:
    clip, place = np.nonzero(np.arange(raters.shape[1]) < sizes[:, None])
    rater = raters[clip, place]
    return len(np.unique(rater)) < len(np.unique(clip * (rater.max(initial=0) + 1) + rater))


def _is_crossed(clip: Places, rater: Places) -> bool:
    cells = len(np.unique(clip)) * len(np.unique(rater))
    # Counting first: of a sparse design the pairs need not be looked at.
    return len(clip) == cells > 0 and len(np.unique(clip * (rater.max() + 1) + rater)) == cells
