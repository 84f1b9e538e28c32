"""Is one predictor better than another on the same ratings? Paired bootstrap, paired permutation, Holm's correction.

``scores_a``, ``scores_b`` and ``ratings`` are ``[clip]``; the difference is the measure of a less that of b, so above
0 favours a, but b for MSE. Both predictors always see the same resample: their errors are alike, and two separate
intervals would hide most true differences.

* ``paired_permutation`` asks whether the two predictors could be exchanged unit by unit, and keeps its promise for
  SRCC, KTAU and MSE at any n, and for LCC unless tails are heavy (then 8 of 100, instead of 5): take its p. For AUC
  it is careful where few clips stand wrong (AUC 0.95 of 40 clips: 2-4 of 100).
  Exchangeable is more than equally good: predictors of different kinds may agree with people equally well and still
  not be exchangeable.
* ``paired_bootstrap`` gives the difference its interval. Its p is rough where units are few: of 100 pairs of equal
  predictors, 36 clips each, it calls 2-4 different by SRCC or KTAU and 6-8 by LCC or MSE, instead of 5; by AUC 2-8 of
  40 clips or 40 clusters.

``tests/test_paired.py`` keeps the figures.

For LCC of normal data there are closed forms in ``dependent``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from earwitness.errors import UsageError
from earwitness.metrics.arguments import FEWEST_RESAMPLES, Names, check_count
from earwitness.metrics.bootstrap import TAILS, quantile_ends
from earwitness.metrics.correlation import MEASURES, Level, MeasureName, Values, measured_values, mid_ranks
from earwitness.metrics.design import Design, Unit, resampled_values
from earwitness.metrics.draws import batches
from earwitness.metrics.resampled import measure_rows


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two predictors on the same ratings.

    Attributes:
        difference: the measure of a less that of b; None where one does not exist.
        low: lower end of the difference's 95 % interval; None where the method has none.
        high: upper end.
        p: two-sided, that of a difference at least so large between equal predictors; None where it cannot be told.
        n: how many independent units: clips, or systems where systems were drawn.
        method: ``paired_bootstrap``, ``paired_permutation``, ``williams``, ``steiger`` or ``mcnemar``.
        reason: why something is None: a reason of ``correlation.Measure``, or of ``bootstrap.Interval``.
    """

    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int
    method: str
    reason: str | None = None


def paired_bootstrap(
    measure: MeasureName,
    scores_a: ArrayLike,
    scores_b: ArrayLike,
    ratings: ArrayLike,
    *,
    systems: Names | None = None,
    level: Level = "clip",
    unit: Unit | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Difference of a measure with its interval and p, from resamples that both predictors share.

    The interval is the resamples' percentiles; p is twice the smaller share of resamples on one side of 0, so that it
    is below 0.05 just where the interval leaves 0 out.

    Args:
        measure: ``mse``, ``lcc``, ``srcc``, ``ktau`` or ``auc``.
        scores_a: shape ``[clip]``.
        scores_b: shape ``[clip]``.
        ratings: shape ``[clip]``.
        systems: what made each clip, shape ``[clip]``; needed for system level and for units but clips.
        level: whether the measure is taken over clips or over systems' means.
        unit: what is drawn anew, see ``design``; systems at system level and clips at clip level when not given, and
            where clips cluster in systems, to be given as systems.
        resamples: how many, at least 40; p cannot be below 2 / (resamples + 1).
        seed: of the resamples.

    Raises:
        UsageError: if lengths differ, a value is not finite, or a name is unknown or missing.

    Example:
        >>> ratings = np.arange(20.0)
        >>> found = paired_bootstrap("srcc", ratings, np.roll(ratings, 5), ratings, resamples=500)
        >>> found.difference > 0, found.low > 0, found.p < 0.05
        (True, True, True)
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    task = _Task.of(measure, scores_a, scores_b, ratings, systems, level, unit)
    if task.reason:
        return task.without_test("paired_bootstrap")
    values = resampled_values(measure, [task.a, task.b], task.ratings, task.design, resamples, seed)
    return from_resamples(task.difference, values[0] - values[1], task.design.units)


def from_resamples(difference: float | None, resampled: Values, units: int) -> Comparison:
    """Interval and p of a difference from what it was in resamples ``[resample]``; NaN where it did not exist."""
    ends = quantile_ends(resampled, TAILS)
    if isinstance(ends, str):
        return Comparison(difference, None, None, None, units, "paired_bootstrap", ends)
    resampled = resampled[np.isfinite(resampled)]
    # The observed sample counts as one more resample on either side: p is never 0.
    side = min(np.sum(resampled <= 0), np.sum(resampled >= 0))
    p = min(1.0, 2 * (float(side) + 1) / (len(resampled) + 1))
    return Comparison(difference, *ends, p, units, "paired_bootstrap")


def paired_permutation(
    measure: MeasureName,
    scores_a: ArrayLike,
    scores_b: ArrayLike,
    ratings: ArrayLike,
    *,
    systems: Names | None = None,
    level: Level = "clip",
    unit: Unit | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Difference of a measure with p, from exchanging the two predictors' scores at random, unit by unit.

    Scores are first put on one scale, without which an exchange would mean nothing: ranks for SRCC, KTAU and AUC
    (Bandos, Rockette and Gur, Statist. Med. 24, 2005), standard scores for LCC; for MSE they are taken as they are.
    Exchanged are clips, or whole systems where the unit is systems.
    Arguments are those of ``paired_bootstrap``; p cannot be below 1 / (resamples + 1), and ``unit`` not be ``nested``.

    Raises:
        UsageError: as ``paired_bootstrap``, and where the unit cannot be exchanged.

    Example:
        >>> ratings = np.arange(20.0)
        >>> paired_permutation("srcc", ratings, np.roll(ratings, 5), ratings, resamples=500).p < 0.05
        True
    """
    check_count("resamples", resamples, FEWEST_RESAMPLES)
    task = _Task.of(measure, scores_a, scores_b, ratings, systems, level, unit)
    if task.design.unit == "nested" or (task.design.level == "system" and task.design.unit == "clips"):
        raise UsageError(
            "a permutation exchanges clips at clip level or whole systems; got level "
            f"{task.design.level!r} with unit {task.design.unit!r}. Use unit 'systems', or paired_bootstrap."
        )
    if task.reason:
        return task.without_test("paired_permutation")
    permuted = np.concatenate(list(_exchanged(task, resamples, np.random.default_rng(seed))))
    observed = abs(task.difference or 0.0)
    # Equal up to rounding counts as equal; the observed order is one of the permutations.
    reached = np.sum(np.abs(permuted) >= observed - 1e-12 * max(1.0, observed))
    p = (float(reached) + 1) / (resamples + 1)
    return Comparison(task.difference, None, None, p, task.design.units, "paired_permutation")


@dataclass(frozen=True, slots=True)
class _Task:
    """Checked scores and ratings, what is drawn, and the difference as it is."""

    measure: MeasureName
    a: Values
    b: Values
    ratings: Values
    design: Design
    difference: float | None
    reason: str | None

    @classmethod
    def of(
        cls,
        measure: MeasureName,
        scores_a: ArrayLike,
        scores_b: ArrayLike,
        ratings: ArrayLike,
        systems: Names | None,
        level: Level,
        unit: Unit | None,
    ) -> _Task:
        (a, y), (b, _) = (measured_values(measure, scores, ratings) for scores in (scores_a, scores_b))
        design = Design.of(len(y), systems, level, unit)
        found_a, found_b = (MEASURES[measure](design.taken_over(x), design.taken_over(y)) for x in (a, b))
        if found_a.value is None or found_b.value is None:
            return cls(measure, a, b, y, design, None, found_a.reason or found_b.reason)
        return cls(measure, a, b, y, design, found_a.value - found_b.value, design.why_untold)

    def without_test(self, method: str) -> Comparison:
        return Comparison(self.difference, None, None, None, self.design.units, method, self.reason)


def _exchanged(task: _Task, resamples: int, rng: np.random.Generator) -> Iterator[Values]:
    """Differences after each unit's two scores were exchanged or not, at even odds, in batches."""
    design, ratings = task.design, task.design.taken_over(task.ratings)
    a, b = (_on_one_scale(task.measure, design.taken_over(scores)) for scores in (task.a, task.b))
    # A system's clips are exchanged together; systems' means are units themselves.
    unit_of = design.index if design.level == "clip" and design.unit == "systems" else np.arange(len(ratings))
    for rows in batches(resamples, len(ratings)):
        exchange = rng.random((rows, design.units))[:, unit_of] < 0.5
        y = np.broadcast_to(ratings, exchange.shape)
        first = measure_rows(task.measure, np.where(exchange, b, a), y)
        yield first - measure_rows(task.measure, np.where(exchange, a, b), y)


def _on_one_scale(measure: MeasureName, scores: Values) -> Values:
    if measure == "mse":
        return scores
    if measure == "auc":
        # Not to unit variance, which scores that are all equal do not have.
        return mid_ranks(scores)
    scale = scores if measure == "lcc" else mid_ranks(scores)
    standard: Values = (scale - scale.mean()) / scale.std()
    return standard


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction: p of each of several tests, such that 5 % is the chance of any false finding among them.

    Scand. J. Statist. 6 (1979). None stays None and does not count as a test.

    Raises:
        UsageError: if a p lies outside 0 to 1.

    Example:
        >>> holm([0.01, 0.04, None, 0.03])
        [0.03, 0.06, None, 0.06]
    """
    for at, p in enumerate(p_values):
        if p is not None and not 0 <= p <= 1:
            raise UsageError(f"p_values[{at}] is {p}; wanted 0 to 1, or None where there was no test.")
    tested = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, at) in enumerate(tested):
        largest = max(largest, min(1.0, (len(tested) - rank) * p))
        corrected[at] = largest
    return corrected
