"""Closed-form tests of two LCCs that share their ratings: Williams' t and Steiger's Z.

Valid for LCC over independent clips (or over systems) whose scores and ratings are jointly normal. Not valid for SRCC
or KTAU, for ratings with heavy tails, and for clips that cluster in systems: of 100 pairs of equal predictors, 36 clips
each, Williams' test calls 7 or 8 different on ranks and 12 or more with heavy tails, where it promises 5. There, take
the p of ``paired.paired_permutation`` and the interval of ``paired.paired_bootstrap``, by system where clips cluster;
with heavy tails compare by SRCC, because by LCC the permutation too calls 8 different.
"""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from earwitness.metrics.bootstrap import fisher_ends
from earwitness.metrics.correlation import lcc
from earwitness.metrics.paired import Comparison
from earwitness.metrics.uncertainty import MIN_CLUSTERS

# A correlation beyond this is told from 1 by rounding only.
_ONE = 1 - 1e-12


def williams(scores_a: ArrayLike, scores_b: ArrayLike, ratings: ArrayLike) -> Comparison:
    """Williams' t with n - 3 degrees of freedom for the difference of two LCCs with the same ratings.

    Williams, J. Roy. Statist. Soc. B 21 (1959), in the form of Steiger, Psychol. Bull. 87 (1980), equation 7. The
    interval is Zou's, Psychol. Methods 12 (2007), section for overlapping correlations, so that it can touch 0 where p
    is near 0.05. Predictors that only scale, offset and rounding tell apart differ by 0 in every sample: p is 1.

    Args:
        scores_a: shape ``[clip]``.
        scores_b: shape ``[clip]``.
        ratings: shape ``[clip]``.

    Raises:
        UsageError: if lengths differ or a value is not finite.

    Example:
        >>> found = williams([1, 2, 3, 4, 6, 5, 8, 7], [2, 1, 4, 3, 8, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7, 8])
        >>> round(found.difference, 3), round(found.p, 2)
        (0.143, 0.11)
    """
    return _compare("williams", scores_a, scores_b, ratings)


def steiger(scores_a: ArrayLike, scores_b: ArrayLike, ratings: ArrayLike) -> Comparison:
    """Steiger's Z for the difference of two LCCs with the same ratings, on Fisher's z with their pooled mean.

    Steiger, Psychol. Bull. 87 (1980), equations 3 and 14. Interval, arguments and errors as in ``williams``.

    Example:
        >>> found = steiger([1, 2, 3, 4, 6, 5, 8, 7], [2, 1, 4, 3, 8, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7, 8])
        >>> round(found.p, 2)
        0.1
    """
    return _compare("steiger", scores_a, scores_b, ratings)


def _compare(method: str, scores_a: ArrayLike, scores_b: ArrayLike, ratings: ArrayLike) -> Comparison:
    a, b, between = lcc(scores_a, ratings), lcc(scores_b, ratings), lcc(scores_a, scores_b)
    n = a.n
    if a.value is None or b.value is None or between.value is None:
        return Comparison(None, None, None, None, n, method, a.reason or b.reason)
    difference = a.value - b.value
    if n < MIN_CLUSTERS:
        return Comparison(difference, None, None, None, n, method, "too_few_units")
    if between.value > _ONE and abs(difference) <= 1 - _ONE:
        return Comparison(0.0, 0.0, 0.0, 1.0, n, method)
    if max(abs(a.value), abs(b.value), abs(between.value)) > _ONE:
        return Comparison(difference, None, None, None, n, method, "perfect")
    of_correlations = williams_p if method == "williams" else steiger_p
    p = of_correlations(a.value, b.value, between.value, n)
    return Comparison(difference, *_zou_ends(a.value, b.value, between.value, n), p, n, method)


def williams_p(a: float, b: float, between: float, n: int) -> float:
    """Two-sided p from the two LCCs with the ratings, the LCC between the two predictors, and the number of clips.

    Example:
        >>> round(williams_p(0.5, 0.4, 0.1, 103), 4)
        0.3749
    """
    from scipy.special import stdtr

    if a == b:
        return 1.0
    apart, mean = 1 - between, (a + b) / 2
    # 1 - a^2 - b^2 - between^2 + 2 * a * b * between, without its cancellation where the two predictors are near equal.
    determinant = max(0.0, apart * (2 * (1 - a * b) - apart) - (a - b) ** 2)
    spread = 2 * (n - 1) / (n - 3) * determinant + mean**2 * apart**3
    t = (a - b) * math.sqrt((n - 1) * (1 + between) / spread)
    return float(2 * stdtr(n - 3, -abs(t)))


def steiger_p(a: float, b: float, between: float, n: int) -> float:
    """Two-sided p; arguments as in ``williams_p``.

    Example:
        >>> round(steiger_p(0.5, 0.4, 0.1, 103), 4)
        0.3742
    """
    from scipy.special import ndtr

    if a == b:
        return 1.0
    apart, square = 1 - between, ((a + b) / 2) ** 2
    # 1 - _covariance(mean, mean, between), without its cancellation where the two predictors are near equal.
    spread = apart * (1 - square - square * apart / 2) / (1 - square) ** 2
    z = (math.atanh(a) - math.atanh(b)) * math.sqrt((n - 3) / (2 * spread))
    return float(2 * ndtr(-abs(z)))


def _covariance(a: float, b: float, between: float) -> float:
    """Large-sample correlation of two LCCs that share a variable (Pearson and Filon; Steiger, equation 3)."""
    joint = between * (1 - a**2 - b**2) - a * b * (1 - a**2 - b**2 - between**2) / 2
    # Near 1 rounding may carry it beyond.
    return min(1.0, max(-1.0, joint / ((1 - a**2) * (1 - b**2))))


def _zou_ends(a: float, b: float, between: float, n: int) -> tuple[float, float]:
    (low_a, high_a), (low_b, high_b) = fisher_ends(a, n), fisher_ends(b, n)
    shared = 2 * _covariance(a, b, between)
    low = (a - low_a) ** 2 + (high_b - b) ** 2 - shared * (a - low_a) * (high_b - b)
    high = (high_a - a) ** 2 + (b - low_b) ** 2 - shared * (high_a - a) * (b - low_b)
    return a - b - math.sqrt(max(0.0, low)), a - b + math.sqrt(max(0.0, high))
