"""What a measure is taken over and what is drawn anew: clips, systems, or clips within systems.

What is drawn decides what an interval or a test speaks of:

* ``clips``: other clips like these; at system level, other clips of these same systems;
* ``systems``: other systems like these, each with all its clips. Clips of one system are alike, so where the claim is
  about systems to come this is the honest one, at clip level too;
* ``nested``: systems, then clips within each. Systems' means already differ by the clips they happen to have, and this
  adds that difference once more: wide where systems have few clips, the same as ``systems`` where they have many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from earwitness.errors import UsageError
from earwitness.metrics.arguments import Names, check_one_of, index_of
from earwitness.metrics.correlation import Level, MeasureName, Values
from earwitness.metrics.draws import Nesting, batches, draw_counts, draw_nested
from earwitness.metrics.means import group_means
from earwitness.metrics.pairs import Counts, Places
from earwitness.metrics.resampled import measure_rows, resampled_measure
from earwitness.metrics.uncertainty import MIN_CLUSTERS

Unit = Literal["clips", "systems", "nested"]


@dataclass(frozen=True, slots=True)
class Design:
    """How many clips there are, the system of each, the level of the measure and the unit drawn anew."""

    clips: int
    index: Places | None
    level: Level
    unit: Unit

    @classmethod
    def of(cls, clips: int, systems: Names | None, level: Level = "clip", unit: Unit | None = None) -> Design:
        """Checked; the unit is systems at system level and clips at clip level when not given."""
        check_one_of("level", level, get_args(Level))
        unit = ("systems" if level == "system" else "clips") if unit is None else unit
        check_one_of("unit", unit, get_args(Unit))
        if systems is None and (level, unit) != ("clip", "clips"):
            raise UsageError(
                f"level {level!r} with unit {unit!r} needs systems; got none. Pass the system of each clip."
            )
        return cls(clips, None if systems is None else index_of(systems, clips)[1], level, unit)

    @property
    def by_counts(self) -> bool:
        """Whether a resample only repeats or leaves out what the measure is taken over, so that ranks carry over."""
        return self.level == "clip" or self.unit == "systems"

    @property
    def units(self) -> int:
        """How many independent units there are to draw from."""
        return self.clips if self.index is None or self.unit == "clips" else int(self.index.max(initial=-1)) + 1

    @property
    def why_untold(self) -> str | None:
        """The reason for which resamples cannot tell the spread, if there is one."""
        if self.units < MIN_CLUSTERS:
            return "too_few_units"
        if self.index is None or self.level == "clip" or self.unit != "clips":
            return None
        # A system's only clip is drawn again and again, as if its mean were known.
        return "single_clips" if np.bincount(self.index).min() < 2 else None

    def taken_over(self, values: Values) -> Values:
        """What the measure is taken over: the clips' values, or the systems' means."""
        if self.level == "clip" or self.index is None:
            return values
        return group_means(values, self.index)

    def draw(self, rng: np.random.Generator, resamples: int) -> Iterator[Counts]:
        """Batches of counts over what the measure is taken over."""
        if self.unit == "nested" and self.index is not None:
            return (drawn.counts(self.clips) for drawn in draw_nested(rng, resamples, Nesting.of(self.index)))
        return self._spread(draw_counts(rng, resamples, self.units))

    def leave_one_out(self) -> Iterator[Counts]:
        """Batches of counts that leave out each unit in turn."""
        return self._spread(_all_but_one(self.units))

    def _spread(self, counts: Iterator[Counts]) -> Iterator[Counts]:
        """From units to what the measure is taken over: all clips of a system share its count."""
        if self.level == "system" or self.unit == "clips" or self.index is None:
            return counts
        index = self.index
        # Systems' counts come in larger batches than clips' can be worked on in cache.
        return (rows[:, index] for part in counts for rows in np.array_split(part, _parts(part, len(index))))


def _parts(counts: Counts, width: int) -> int:
    return len(list(batches(len(counts), width)))


def _all_but_one(units: int) -> Iterator[Counts]:
    start = 0
    for rows in batches(units, units):
        counts = np.ones((rows, units), np.int32)
        counts[np.arange(rows), start + np.arange(rows)] = 0
        start += rows
        yield counts


def resampled_values(
    measure: MeasureName, predictors: Sequence[Values], ratings: Values, design: Design, resamples: int, seed: int
) -> Values:
    """The measure of each predictor's scores in each resample, ``[predictor, resample]``; all see the same resamples.

    NaN where a resample has no such measure.
    """
    rng = np.random.default_rng(seed)
    if design.by_counts:
        return _by_counts(measure, predictors, ratings, design, design.draw(rng, resamples))
    nesting = Nesting.of(design.index) if design.index is not None else Nesting.of(np.arange(design.clips))
    parts = [
        [measure_rows(measure, drawn.means(scores), drawn.means(ratings)) for scores in predictors]
        for drawn in draw_nested(rng, resamples, nesting, systems=design.unit == "nested")
    ]
    return np.concatenate(parts, axis=1)


def left_out_values(measure: MeasureName, predictors: Sequence[Values], ratings: Values, design: Design) -> Values:
    """The measure of each predictor's scores without each unit in turn, ``[predictor, unit]``."""
    return _by_counts(measure, predictors, ratings, design, design.leave_one_out())


def _by_counts(
    measure: MeasureName, predictors: Sequence[Values], ratings: Values, design: Design, draws: Iterator[Counts]
) -> Values:
    over = design.taken_over(ratings)
    resampled = [resampled_measure(measure, design.taken_over(scores), over) for scores in predictors]
    return np.concatenate([[of_counts(counts) for of_counts in resampled] for counts in draws], axis=1)
