"""Clips that a backbone cannot hear at once: overlapping windows, and how their answers become one.

How depends on what was asked. An event or words may be anywhere: the highest window. A forbidden event must be
nowhere: the lowest. A style holds throughout: the mean over time. An attribute holds where its parent is heard: the
mean weighted by the parent. A relation, a count and a whole caption can span several windows and cannot be put
together from them: the best window speaks for itself alone, which is said by a flag and by its coverage.

The highest of many windows is high by chance. It is therefore read against what single windows without the event
score: see ``correct_maximum``.

Conventions: ``p_yes [window]`` in [0, 1], NaN for a window without an answer; ``start``, ``end`` and ``duration`` are
in seconds; ``null [quantile]`` are the quantiles of ``window_null``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.backbones.window_null import correct_maximum
from earwitness.types import Kind

MIN_OVERLAP = 1.0  # seconds; a border cuts few events in two that are not whole on one of its sides

_Rule = Literal["maximum", "minimum", "mean", "parent", "best"]
_RULES: Mapping[Kind, _Rule] = {
    "event": "maximum",
    "speech": "maximum",
    "negation": "minimum",
    "style": "mean",
    "attribute": "parent",
    "relation": "best",
    "count": "best",
    "caption": "best",
}
_EXTREMES = ("maximum", "minimum", "best")
# Part of every recipe: another rule gives other numbers.
WINDOW_RULE: Mapping[str, str | float] = {
    **{str(kind): rule for kind, rule in _RULES.items()},
    "overlap": MIN_OVERLAP,
    "correction": "null to the power of windows, exponential tails",
}


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a clip, in seconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Combined:
    """One answer from many windows.

    Attributes:
        p_yes: probability of yes, corrected for the number of windows; None if no window has an answer.
        coverage: seconds that the answer rests on / duration, in [0, 1].
        flags: of ``window_limited`` (the answer is that of one window), ``windows_uncorrected`` (there is no null),
            ``parent_unheard`` (an attribute without a parent that is heard anywhere) and ``windows_missing`` (some
            windows have no answer).
        weights: each window's share in the answer, summing to 1; all 0 if no window has an answer.
    """

    p_yes: float | None
    coverage: float
    flags: tuple[str, ...]
    weights: tuple[float, ...]


def plan_windows(duration: float, window: float, overlap: float = MIN_OVERLAP) -> tuple[Window, ...]:
    """The fewest windows that cover a clip, evenly spread, the last one flush with its end.

    Args:
        duration: of the clip, seconds.
        window: the longest that is heard at once, seconds; every window is that long.
        overlap: the least overlap of neighbours, seconds; at least ``MIN_OVERLAP``.

    Returns:
        The windows in order; one, the whole clip, if it fits.

    Raises:
        ValueError: if the overlap is too short, or not shorter than the window.

    Example:
        >>> plan_windows(31.0, 30.0)
        (Window(start=0.0, end=30.0), Window(start=1.0, end=31.0))
    """
    if duration <= window:
        return (Window(0.0, duration),)
    if not MIN_OVERLAP <= overlap < window:
        raise ValueError(
            f"an overlap of {overlap:g} s; wanted at least {MIN_OVERLAP:g} s, under a window of {window:g} s"
        )
    # The smallest fraction keeps 19 s in windows of 10 s at two, whatever the rounding.
    steps = math.ceil((duration - window) / (window - overlap) - 1e-9)
    starts = np.linspace(0.0, duration - window, steps + 1)
    return (
        *(Window(float(start), float(start) + window) for start in starts[:-1]),
        Window(duration - window, duration),
    )


def combine(
    kind: Kind,
    p_yes: ArrayLike,
    windows: Sequence[Window],
    *,
    duration: float,
    parent: ArrayLike | None = None,
    null: NDArray[np.float64] | None = None,
) -> Combined:
    """One answer from the windows' answers to one question of this kind.

    Args:
        kind: what the question asks about.
        p_yes: shape ``[window]``, NaN where there is no answer.
        windows: where each answer was heard.
        duration: of the clip, seconds.
        parent: ``p_yes [window]`` of the item that an attribute belongs to.
        null: quantiles from ``window_null``, of windows in which the event asked for is absent.

    Returns:
        The answer with its coverage and flags.

    Raises:
        ValueError: if the number of answers is not that of the windows.

    Example:
        >>> windows = plan_windows(15.0, 8.0)
        >>> combine("style", [0.5, 0.75], windows, duration=15.0).p_yes
        0.625
        >>> combine("caption", [0.1, 0.9], windows, duration=15.0).flags
        ('window_limited', 'windows_uncorrected')
    """
    answers = np.array(p_yes, np.float64)
    if answers.shape != (len(windows),):
        raise ValueError(f"answers of shape {list(answers.shape)} for {len(windows)} windows; wanted one each")
    heard = np.isfinite(answers)
    if not heard.any():
        return Combined(None, 0.0, ("windows_missing",), (0.0,) * len(windows))
    answers[~heard] = 0.0
    seconds = _seconds_alone(windows, heard)
    rule = _RULES[kind]
    weights, flags = _weights(rule, answers, heard, seconds, parent)
    value = float(weights @ answers)
    if rule in _EXTREMES:
        value, flags = _corrected(rule, value, float(seconds.sum()) / windows[0].duration, null)
    if not heard.all():
        flags.add("windows_missing")
    covered = float(seconds.sum())
    if rule == "best" and len(windows) > 1:
        flags.add("window_limited")
        covered = windows[int(weights.argmax())].duration
    return Combined(value, min(covered / duration, 1.0), tuple(sorted(flags)), tuple(weights.tolist()))


def _seconds_alone(windows: Sequence[Window], heard: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each heard window's seconds ``[window]``, those that it shares with others divided among them.

    They sum to the seconds heard at all.
    """
    starts = np.array([window.start for window in windows])
    ends = np.array([window.end for window in windows])
    edges = np.unique(np.concatenate([starts, ends]))
    inside = (starts[:, None] <= edges[:-1]) & (ends[:, None] >= edges[1:]) & heard[:, None]
    return np.asarray((inside / np.maximum(inside.sum(axis=0), 1)) @ np.diff(edges))


def _weights(
    rule: _Rule,
    answers: NDArray[np.float64],
    heard: NDArray[np.bool_],
    seconds: NDArray[np.float64],
    parent: ArrayLike | None,
) -> tuple[NDArray[np.float64], set[str]]:
    """Each window's share in the answer, summing to 1, and the doubts about it."""
    if rule == "minimum":
        return _only(np.where(heard, answers, np.inf).argmin(), len(answers)), set()
    if rule in _EXTREMES:
        return _only(np.where(heard, answers, -np.inf).argmax(), len(answers)), set()
    if rule == "parent":
        shares = seconds * np.nan_to_num(np.zeros(len(answers)) if parent is None else np.asarray(parent, np.float64))
        if shares.sum() > 0:
            return shares / shares.sum(), set()
        return seconds / seconds.sum(), {"parent_unheard"}
    return seconds / seconds.sum(), set()


def _only(index: np.intp, count: int) -> NDArray[np.float64]:
    return np.asarray(np.arange(count) == index, np.float64)


def _corrected(rule: _Rule, value: float, count: float, null: NDArray[np.float64] | None) -> tuple[float, set[str]]:
    """The extreme of ``count`` windows' worth of sound on the scale of a single window."""
    if count <= 1.0:
        return value, set()
    if null is None:
        return value, {"windows_uncorrected"}
    if rule == "minimum":
        # "There is no dog" is answered by how little a dog is heard: the lowest yes is the highest no.
        return 1.0 - correct_maximum(1.0 - value, count, null), set()
    return correct_maximum(value, count, null), set()
