"""How well any predictor could agree with these ratings, given how well the raters agree with themselves.

``values [rating]`` are single ratings, ``clips [rating]`` names the clip of each. Two halves of the ratings are two
noisy readings of one truth: from the correlation r of their means follows the reliability of the mean of all ratings
(Spearman-Brown: 2r / (1 + r)), which is the squared correlation of that mean with the truth. Its square root is the
ceiling: a predictor that knew the truth would reach it, and one that lies above it on new clips fits these raters'
noise. So r, reliability and ceiling are three columns, and r alone is never the ceiling. For SRCC the two steps hold
approximately: in the simulations of ``tests/test_ceiling.py`` the ceiling is up to 0.01 too high.

At system level a system's value is the mean of its clips' means; the ceiling there speaks of the raters' noise on
these clips, not of which clips were chosen.

A strict rater is no noise where all that is compared meets the same raters, and noise where panels differ: clips rated
by a strict panel then really have lower means than the truth. Split by rater, both come out: a rater falls on the same
side for all clips, so that strictness cancels wherever it cancels in the means themselves, as between the systems of a
sentence that one panel rated (MUSHRA), and counts between clips of different panels. So name the raters: unnamed,
their strictness counts as noise everywhere, and at system level the ceiling of such a design is too low.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.errors import UsageError
from earwitness.metrics.arguments import Names, check_count, check_one_of
from earwitness.metrics.correlation import Level, Values, near_one
from earwitness.metrics.draws import batches
from earwitness.metrics.means import means_of
from earwitness.metrics.pairs import Places
from earwitness.metrics.rating_grid import RatingGrid
from earwitness.metrics.resampled import measure_rows
from earwitness.metrics.uncertainty import MIN_CLUSTERS

CeilingMethod = Literal["splits", "anova"]
CeilingMeasure = Literal["lcc", "srcc"]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the raters' agreement with themselves allows.

    Attributes:
        split_half: correlation between the means of two halves of the ratings, averaged over splits; lower than that of
            even halves where keeping raters on one side makes halves uneven, which ``reliability`` allows for.
        reliability: of the mean of all ratings, in [0, 1].
        ceiling: its square root, the highest correlation to expect of a perfect predictor.
        n: clips with two ratings or more, or systems of such clips.
        ratings: single ratings on those clips.
        splits: how many splits; 0 for the closed form.
        method: ``random_splits``, ``all_splits`` or ``anova``.
        reason: why the three are None: ``too_few_units`` (fewer than five clips or systems with two ratings a clip),
            ``constant_ratings``, or ``no_agreement`` (halves do not correlate above 0; then ``split_half`` remains).
    """

    split_half: float | None
    reliability: float | None
    ceiling: float | None
    n: int
    ratings: int
    splits: int
    method: str
    reason: str | None = None


def noise_ceiling(
    values: ArrayLike,
    clips: Names,
    *,
    raters: Names | None = None,
    systems: Names | None = None,
    level: Level = "clip",
    measure: CeilingMeasure = "srcc",
    method: CeilingMethod = "splits",
    splits: int = 1000,
    seed: int = 0,
) -> Ceiling:
    """Split-half correlation, reliability and ceiling.

    Where raters are known they are split, the same way for all clips; some of a clip's raters change sides only where
    one side would otherwise have less than a quarter of its ratings. Where every rater rated every clip once (crossed),
    all splits in even halves are taken if they are no more than ``splits``. Where raters are not known each clip's
    ratings are split at random on their own. Clips may have different numbers of ratings, and those with one are left
    out. Where halves are unequal, Spearman-Brown is solved for the sizes that they have.

    Method ``anova`` needs no splits and is exact for covariances: in a crossed design the reliability is Cronbach's
    alpha, which is the mean of all split-half coefficients; where raters are not known, or each rated one clip, it is
    1 - (noise of the means) / (their variance), which with equal numbers of ratings is the one-way ICC(1,k). It speaks
    of LCC only, and not of designs in between.

    Args:
        values: single ratings, shape ``[rating]``.
        clips: the clip of each rating, shape ``[rating]``.
        raters: who gave it, shape ``[rating]``; None where that is not known, which one name throughout also says.
        systems: what made its clip, shape ``[rating]``; needed at system level.
        level: ceiling of correlations over clips or over systems' means.
        measure: ``srcc`` or ``lcc``.
        method: ``splits`` or ``anova``.
        splits: how many at random, at least 1: their mean is taken, and no spread.
        seed: of the splits.

    Raises:
        UsageError: if lengths differ, a value is not finite, a name is unknown or missing, a clip has two systems, or
            ``anova`` is asked of a design that it does not fit.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> truth = np.repeat(rng.normal(size=500), 4)
        >>> found = noise_ceiling(truth + rng.normal(size=2000), np.repeat(np.arange(500), 4), measure="lcc")
        >>> round(found.split_half, 1), round(found.reliability, 1), round(found.ceiling, 1)
        (0.7, 0.8, 0.9)
    """
    for name, got, known in (
        ("level", level, Level),
        ("measure", measure, CeilingMeasure),
        ("method", method, CeilingMethod),
    ):
        check_one_of(name, got, get_args(known))
    check_count("splits", splits, 1)
    if method == "anova" and measure != "lcc":
        raise UsageError(f"method 'anova' speaks of 'lcc'; got measure {measure!r}. Use method 'splits'.")
    grid = RatingGrid.of(values, clips, raters, systems if level == "system" else None)
    if level == "system" and systems is None:
        raise UsageError("level 'system' needs systems; got none. Pass the system of each rating's clip.")
    if grid.units < MIN_CLUSTERS:
        return Ceiling(None, None, None, grid.units, grid.ratings, 0, method, "too_few_units")
    if np.ptp(grid.unit_means(grid.clip_means())) == 0:
        return Ceiling(None, None, None, grid.units, grid.ratings, 0, method, "constant_ratings")
    grid = replace(grid, values=near_one(grid.values))
    return _anova(grid) if method == "anova" else _by_splits(grid, measure, splits, seed)


def _by_splits(grid: RatingGrid, measure: CeilingMeasure, splits: int, seed: int) -> Ceiling:
    rng = np.random.default_rng(seed)
    halves = _rater_splits(grid, splits, rng) if grid.crossed else _clip_splits(grid, splits, rng)
    found, sides, whole = [], [], grid.noise(1 / grid.sizes)
    for half in halves:
        first, others = (grid.unit_means(means) for means in half.means(grid))
        found.append(measure_rows(measure, first, others))
        sides += [(grid.noise(1 / sizes), grid.noise(1 / (grid.sizes - sizes))) for sizes in half.sizes]
    correlations = np.concatenate(found)
    exact = grid.crossed and len(correlations) == _all_splits(grid.values.shape[1])
    method = "all_splits" if exact else "random_splits"
    r = float(np.mean(correlations[np.isfinite(correlations)])) if np.isfinite(correlations).any() else 0.0
    if r <= 0:
        return Ceiling(r, None, None, grid.units, grid.ratings, len(correlations), method, "no_agreement")
    noise = np.mean(sides, axis=0)
    reliability = stepped_up(r, float(noise[0]), float(noise[1]), whole)
    return Ceiling(r, reliability, math.sqrt(reliability), grid.units, grid.ratings, len(correlations), method)


def stepped_up(split_half: float, first: float, second: float, whole: float) -> float:
    """Reliability of the whole from the correlation of two parts, by the noise that each is expected to have.

    With truth of variance 1 and one rating's noise of variance L, parts correlate by
    ``1 / sqrt((1 + L * first) * (1 + L * second))``; solved for L, the whole's reliability is ``1 / (1 + L * whole)``.
    For halves of n ratings, 2/n, 2/n and 1/n, this is Spearman-Brown; for unequal parts it is Horst's formula.

    Args:
        split_half: correlation of the parts, in (0, 1].
        first: mean over units of 1 / ratings in the first part.
        second: in the second part.
        whole: in both together.

    Example:
        >>> round(stepped_up(0.775, 1 / 5, 1 / 5, 1 / 10), 3)
        0.873
    """
    half_sum, product = (first + second) / 2, first * second
    noise = (math.sqrt(half_sum**2 + product * (1 / split_half**2 - 1)) - half_sum) / product
    return 1 / (1 + noise * whole)


def _all_splits(raters: int) -> int:
    """In how many ways raters come apart in two halves; halves of one size have no order."""
    ways = math.comb(raters, raters // 2)
    return ways // 2 if raters % 2 == 0 else ways


@dataclass(frozen=True, slots=True)
class _Halves:
    """Several splits: sums of the two halves' ratings and the first half's sizes, each ``[split, clip]``."""

    first: Values
    others: Values
    sizes: Places

    def means(self, grid: RatingGrid) -> tuple[Values, Values]:
        """Mean ratings of the two halves, ``[split, clip]``."""
        return means_of(self.first, self.sizes, grid.values), means_of(
            self.others, grid.sizes - self.sizes, grid.values
        )


def _rater_splits(grid: RatingGrid, splits: int, rng: np.random.Generator) -> Iterator[_Halves]:
    clips, raters = grid.values.shape
    sizes = np.full((1, clips), raters // 2)
    for half in _halves_of(raters, splits, rng):
        chosen = np.isin(np.arange(raters), half)
        yield _Halves(grid.values[None, :, chosen].sum(axis=-1), grid.values[None, :, ~chosen].sum(axis=-1), sizes)


def _halves_of(raters: int, splits: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    if _all_splits(raters) > splits:
        return (rng.permutation(raters)[: raters // 2] for _ in range(splits))
    halves = itertools.islice(itertools.combinations(range(raters), raters // 2), _all_splits(raters))
    return (np.array(half) for half in halves)


def _clip_splits(grid: RatingGrid, splits: int, rng: np.random.Generator) -> Iterator[_Halves]:
    clips, places = grid.values.shape
    filled = np.arange(places) < grid.sizes[:, None]
    for rows in batches(splits, clips * places):
        keys = rng.random((rows, clips, places))
        if grid.raters is None:
            sizes = (grid.sizes + rng.integers(0, 2, (rows, clips))) // 2
        else:
            raters = int(grid.raters.max()) + 1
            # The fraction parts several ratings of one clip by one rater.
            keys += np.argsort(rng.random((rows, raters)), axis=-1)[:, grid.raters]
            # A rater changes sides only where a clip's smaller half would be less than a quarter.
            least = np.maximum(1, grid.sizes // 4)
            sizes = np.clip(np.sum((keys < raters / 2) & filled, axis=-1), least, grid.sizes - least)
        yield _cut(grid, np.where(filled, keys, np.inf), sizes)


def _cut(grid: RatingGrid, keys: Values, sizes: Places) -> _Halves:
    """Each clip's ratings of lowest key, so many, in the first half."""
    order = np.argsort(keys, axis=-1)
    shuffled = np.take_along_axis(np.broadcast_to(grid.values, order.shape), order, axis=-1)
    in_first = np.arange(keys.shape[-1]) < sizes[..., None]
    return _Halves(np.where(in_first, shuffled, 0).sum(axis=-1), np.where(in_first, 0, shuffled).sum(axis=-1), sizes)


def _anova(grid: RatingGrid) -> Ceiling:
    if grid.partly_crossed:
        raise UsageError(
            "method 'anova' wants every rater on every clip, each on one clip only, or raters not told; here some "
            "raters rated several clips and not all. Use method 'splits'."
        )
    if grid.crossed:
        by_rater = grid.unit_means(grid.values.T).T
        effects = by_rater.mean(axis=1, keepdims=True) + by_rater.mean(axis=0) - by_rater.mean()
        freedom = (by_rater.shape[0] - 1) * (by_rater.shape[1] - 1)
        noise = float(np.sum((by_rater - effects) ** 2)) / freedom / by_rater.shape[1]
    else:
        within = np.where(
            np.arange(grid.values.shape[1]) < grid.sizes[:, None], grid.values - grid.clip_means()[:, None], 0
        )
        one_rating = float(np.sum(within**2)) / (grid.ratings - len(grid.sizes))
        noise = grid.noise(one_rating / grid.sizes)
    reliability = 1 - noise / float(np.var(grid.unit_means(grid.clip_means()), ddof=1))
    if reliability <= 0:
        return Ceiling(
            reliability / (2 - reliability), None, None, grid.units, grid.ratings, 0, "anova", "no_agreement"
        )
    half = reliability / (2 - reliability)
    return Ceiling(half, reliability, math.sqrt(reliability), grid.units, grid.ratings, 0, "anova")
