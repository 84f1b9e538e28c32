"""Intraclass correlations: how much of the variance of ratings is the clips' own.

``ratings [clip, rater]``, complete. Six forms (Shrout & Fleiss, Psychol. Bull. 86, 1979), told by design and by what is
used: ``1`` each clip has raters of its own; ``2`` the same raters rate all clips and stand for raters like them, so
that a rater who is strict throughout counts as disagreement; ``3`` the same raters, and only these matter, so that it
does not. ``single`` speaks of one rating, ``mean`` of the mean of all raters of a clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from earwitness.metrics.arguments import as_numbers, check_one_of, refuse_where
from earwitness.metrics.bootstrap import Interval
from earwitness.metrics.correlation import Values, near_one
from earwitness.metrics.uncertainty import CONFIDENCE

Form = Literal[1, 2, 3]
Of = Literal["single", "mean"]
_UPPER = 0.5 + CONFIDENCE / 2


def icc(ratings: ArrayLike, *, form: Form, of: Of = "single") -> Interval:
    """An intraclass correlation with its 95 % interval by the F distribution.

    Intervals: exact for forms 1 and 3 with normal ratings, Satterthwaite's approximation for form 2 (McGraw & Wong,
    Psychol. Methods 1, 1996, table 7), which falls short where raters are few and differ much (91 % of 8 raters).

    Args:
        ratings: shape ``[clip, rater]``, all finite.
        form: 1, 2 or 3, see above.
        of: whether one rating or the mean of all is meant.

    Returns:
        The interval; ``n`` counts clips; None with ``too_few`` below two clips or two raters, ``constant_ratings``
        where clips' means do not differ, ``perfect`` for the ends where raters never differ, both but for rounding.

    Raises:
        UsageError: if ratings are no table of finite numbers, or the form or ``of`` is unknown.

    Example:
        >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
        >>> [round(icc(ratings, form=form).value, 2) for form in (1, 2, 3)]
        [0.17, 0.29, 0.71]
    """
    check_one_of("form", form, get_args(Form))
    check_one_of("of", of, get_args(Of))
    table = _complete(ratings)
    clips, raters = table.shape
    name = f"icc({form},{'1' if of == 'single' else 'k'})"
    if min(clips, raters) < 2:
        return Interval(None, None, None, clips, name, "too_few")
    squares = _MeanSquares.of(near_one(table))
    # Means of values below 1 err by less than this, so that mean squares below its square are rounding's own.
    rounding = (np.finfo(np.float64).eps * (clips + raters)) ** 2
    if squares.clips <= raters * rounding:
        return Interval(None, None, None, clips, name, "constant_ratings")
    single = _single(squares, form)
    noise = squares.within if form == 1 else squares.residual
    value = _of_mean(single, raters) if of == "mean" else single
    if noise <= rounding:
        return Interval(value, None, None, clips, name, "perfect")
    low, high = _ends(squares, form, single)
    if of == "mean":
        low, high = _of_mean(low, raters), _of_mean(high, raters)
    return Interval(value, low, high, clips, name)


def _complete(ratings: ArrayLike) -> Values:
    wanted = "[clip, rater] with none missing. With ratings missing use krippendorff_alpha or noise_ceiling"
    table = as_numbers("ratings", ratings, wanted, ndim=2)
    refuse_where(~np.isfinite(table), "ratings", table, wanted)
    return table


@dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Mean squares between clips, between raters, within clips, and of the residual of clips and raters."""

    clips: float
    raters: float
    within: float
    residual: float
    n: int
    k: int

    @classmethod
    def of(cls, table: Values) -> _MeanSquares:
        n, k = table.shape
        mean, by_clip, by_rater = table.mean(), table.mean(axis=1), table.mean(axis=0)
        between = k * float(np.sum((by_clip - mean) ** 2))
        columns = n * float(np.sum((by_rater - mean) ** 2))
        within = float(np.sum((table - by_clip[:, None]) ** 2))
        residual = float(np.sum((table - by_clip[:, None] - by_rater + mean) ** 2))
        return cls(between / (n - 1), columns / (k - 1), within / (n * (k - 1)), residual / ((n - 1) * (k - 1)), n, k)


def _single(squares: _MeanSquares, form: Form) -> float:
    k, between = squares.k, squares.clips
    if form == 1:
        return (between - squares.within) / (between + (k - 1) * squares.within)
    strictness = k / squares.n * (squares.raters - squares.residual) if form == 2 else 0.0
    return (between - squares.residual) / (between + (k - 1) * squares.residual + strictness)


def _of_mean(single: float, raters: int) -> float:
    """Spearman-Brown, which carries each form of one rating to that of the mean."""
    return raters * single / (1 + (raters - 1) * single)


def _ends(squares: _MeanSquares, form: Form, single: float) -> tuple[float, float]:
    from scipy.special import fdtri

    n, k = squares.n, squares.k
    if form == 2:
        return _agreement_ends(squares, single)
    noise, freedom = (squares.within, n * (k - 1)) if form == 1 else (squares.residual, (n - 1) * (k - 1))
    ratio = squares.clips / noise
    low, high = ratio / fdtri(n - 1, freedom, _UPPER), ratio * fdtri(freedom, n - 1, _UPPER)
    return float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))


def _agreement_ends(squares: _MeanSquares, single: float) -> tuple[float, float]:
    from scipy.special import fdtri

    n, k, between = squares.n, squares.k, squares.clips
    a = k * single / (n * (1 - single))
    b = 1 + k * single * (n - 1) / (n * (1 - single))
    mixed = a * squares.raters + b * squares.residual
    freedom = mixed**2 / ((a * squares.raters) ** 2 / (k - 1) + (b * squares.residual) ** 2 / ((n - 1) * (k - 1)))
    above, below = fdtri(n - 1, freedom, _UPPER), fdtri(freedom, n - 1, _UPPER)
    others = k * squares.raters + (k * n - k - n) * squares.residual
    low = n * (between - above * squares.residual) / (above * others + n * between)
    high = n * (below * between - squares.residual) / (others + n * below * between)
    return float(low), float(high)
