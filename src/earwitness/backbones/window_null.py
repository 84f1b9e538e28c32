"""What a single window scores when the event is not there, and the highest of many read against it.

Let F be the distribution of one window's logit without the event. A window's score is about the score of the
strongest thing in it, so the highest score over a clip that holds n window-lengths of sound is distributed as F^n.
Reading the highest score x as F^-1(F(x)^n) - Sidak's correction, kept on the scale of scores - gives it the
distribution of a single window again: at any threshold, an absent event is called present as often in ten minutes as
in ten seconds.

F is kept as quantiles. Beyond the outermost ones it falls exponentially, at a rate fitted to the outer twentieth: in
the far tail the correction takes off ``scale * log(n)`` and no more, so that what is heard clearly in one of many
windows stays clearly heard. A null whose tail falls faster than that is corrected by too much, one with a heavier
tail by too little.

Conventions: ``logits`` are log(p_yes / (1 - p_yes)); ``null [quantile]`` are the quantiles at ``NULL_LEVELS``.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.errors import BackboneError

NULL_LEVELS = np.arange(1, 200) / 200
NULL_FILE = "window_null.json"

# The 9 quantiles beyond the one at 95 % tell how fast a tail falls.
_TAIL = 9
_UNIT_EXCESS = -np.log(np.arange(_TAIL, 0, -1) / (_TAIL + 1))
# Tails whose quantiles are all equal still fall, if steeply.
_SMALLEST_SCALE = 1e-6


def window_null(logits: ArrayLike) -> NDArray[np.float64]:
    """Quantiles of what a judge scores on windows in which the event asked for is absent.

    Args:
        logits: shape ``[window]``, at least 200 of them, all finite; for a negated question, minus its logits.

    Returns:
        Quantiles at 1/200 ... 199/200, shape ``[199]``.

    Raises:
        ValueError: if there are too few, or one is not finite.

    Example:
        >>> window_null(np.arange(1001))[[0, 99, 198]]
        array([  5., 500., 995.])
    """
    values = np.asarray(logits, np.float64)
    if values.ndim != 1 or len(values) <= len(NULL_LEVELS) or not np.isfinite(values).all():
        wanted = f"wanted [window] with at least {len(NULL_LEVELS) + 1} finite logits"
        raise ValueError(f"logits of shape {list(values.shape)}; {wanted}")
    return np.quantile(values, NULL_LEVELS)


def correct_maximum(p_yes: float, count: float, null: NDArray[np.float64]) -> float:
    """The highest of ``count`` windows' ``p_yes``, put on the scale of a single window's.

    Args:
        p_yes: the highest, in [0, 1].
        count: how many windows' worth of sound it is the highest of; 1 changes nothing.
        null: from ``window_null``.

    Returns:
        The corrected probability, in [0, 1]; increasing with ``p_yes``.

    Example:
        >>> null = window_null(np.linspace(-6, 0, 2001))
        >>> round(correct_maximum(0.3, 1, null), 6), round(correct_maximum(0.3, 10, null), 3)
        (0.3, 0.009)
    """
    if count == 1 or p_yes in (0.0, 1.0):
        return p_yes
    logit = math.log(p_yes) - math.log1p(-p_yes)
    log_below, log_above = _log_parts(logit, null)
    log_below *= count
    # log(1 - F^n); deep in the tail F is 1 to the last digit, and the survival is n times what it was.
    log_above = log_above + math.log(count) if log_below > -1e-9 else math.log(-math.expm1(log_below))
    corrected = _logit_at(log_below, log_above, null)
    return 1.0 / (1.0 + math.exp(-corrected)) if corrected > 0 else math.exp(corrected) / (1.0 + math.exp(corrected))


def save_window_null(folder: Path, null: NDArray[np.float64], *, n: int, seed: int) -> None:
    """Write a backbone's null beside its weights: the quantiles, and how many windows of which seed they are from."""
    record = {"quantiles": [round(float(value), 6) for value in _valid(null)], "n": n, "seed": seed}
    (folder / NULL_FILE).write_text(json.dumps(record, allow_nan=False) + "\n", encoding="utf-8")


def load_window_null(folder: Path) -> NDArray[np.float64] | None:
    """A backbone's null, None if it has none.

    Raises:
        BackboneError: if the file is there but is not what ``save_window_null`` writes.
    """
    path = folder / NULL_FILE
    try:
        return _valid(json.loads(path.read_text(encoding="utf-8"))["quantiles"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        text = f"{path.name} of backbone '{folder.name}' cannot be used: {error}. Measure it again, or remove the file."
        raise BackboneError(text) from error


def _valid(null: ArrayLike) -> NDArray[np.float64]:
    quantiles = np.asarray(null, np.float64)
    if quantiles.shape != NULL_LEVELS.shape or not np.isfinite(quantiles).all() or (np.diff(quantiles) < 0).any():
        raise ValueError(f"wanted {len(NULL_LEVELS)} finite quantiles in rising order")
    return quantiles


def _log_parts(logit: float, null: NDArray[np.float64]) -> tuple[float, float]:
    """Log of F and of 1 - F at a logit."""
    edge = math.log(NULL_LEVELS[0])  # both outermost quantiles cut off as much
    if logit > null[-1]:
        above = edge - (logit - null[-1]) / _upper_scale(null)
        return math.log1p(-math.exp(above)), above
    if logit < null[0]:
        below = edge - (null[0] - logit) / _upper_scale(-null[::-1])
        return below, math.log1p(-math.exp(below))
    level = float(np.interp(logit, null, NULL_LEVELS))
    return math.log(level), math.log1p(-level)


def _logit_at(log_below: float, log_above: float, null: NDArray[np.float64]) -> float:
    """The logit at which F has these two logs."""
    edge = math.log(NULL_LEVELS[0])
    if log_above < edge:
        return float(null[-1] + (edge - log_above) * _upper_scale(null))
    if log_below < edge:
        return float(null[0] - (edge - log_below) * _upper_scale(-null[::-1]))
    return float(np.interp(math.exp(log_below), NULL_LEVELS, null))


def _upper_scale(null: NDArray[np.float64]) -> float:
    """Scale of the upper tail: its mean excess over that which an exponential of scale 1 has at the same levels."""
    excess = null[-_TAIL:] - null[-_TAIL - 1]
    return max(float(excess.mean() / _UNIT_EXCESS.mean()), _SMALLEST_SCALE)
