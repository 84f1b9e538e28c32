"""One figure of an audit, with its 95 % interval and n of n total, and the ways in which it is estimated.

``values [pair]`` are of what is measured, ``clips [pair]`` names the clip of each pair. Clips are what is independent:
the pairs made of one clip, under whatever caption, stand and fall together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earwitness.metrics.bootstrap import Interval, with_width
from earwitness.metrics.correlation import Values
from earwitness.metrics.shares import share_interval
from earwitness.metrics.uncertainty import mean_estimate

# Fewer clips than this, all alike, tell nothing of the others.
FEWEST_ALIKE = 20
# Why a value has no ends though nothing is missing: all clips are alike.
_ALIKE = ("perfect", "constant_resamples")


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure.

    Attributes:
        of: a condition, or what else it speaks of.
        measure: see ``findings``.
        value: None where there is none.
        low: lower end of its 95 % interval; None where there is none.
        high: upper end.
        n: pairs that it rests on.
        n_total: pairs that there are.
        clips: how many different clips it rests on.
        reason: why something is None.
    """

    of: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_total: int
    clips: int
    reason: str | None = None

    @classmethod
    def within(cls, of: str, measure: str, interval: Interval, n: int, n_total: int) -> Finding:
        """One whose interval, over clips, is known."""
        return cls(of, measure, interval.value, interval.low, interval.high, n, n_total, interval.n, interval.reason)

    @classmethod
    def share(cls, of: str, measure: str, right: Values, clips: NDArray[np.str_], n_total: int) -> Finding:
        """The share of pairs of which something holds."""
        return cls.within(of, measure, share_interval(right, clusters=clips), len(right), n_total)

    @classmethod
    def mean(
        cls, of: str, measure: str, values: Values, clips: NDArray[np.str_], n_total: int, bounds: tuple[float, float]
    ) -> Finding:
        """The mean of values that lie within bounds."""
        if not len(values):
            return cls(of, measure, None, None, None, 0, n_total, 0, "too_few")
        told, units = mean_estimate(values.tolist(), clusters=clips.tolist(), bounds=bounds), len(set(clips))
        if told.low is None or told.high is None:
            return cls(of, measure, told.value, None, None, told.n, n_total, units, "too_few_units")
        ends = with_width((told.low, told.high), told.value)
        if isinstance(ends, str):
            return cls(of, measure, told.value, None, None, told.n, n_total, units, ends)
        return cls(of, measure, told.value, *ends, told.n, n_total, units)

    @classmethod
    def exact(cls, of: str, measure: str, value: float | None, clips: NDArray[np.str_], n_total: int) -> Finding:
        """One that is what it is, and estimates nothing."""
        reason = "too_few" if value is None else None
        return cls(of, measure, value, None, None, len(clips), n_total, len(set(clips)), reason)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The interval; where ``FEWEST_ALIKE`` clips and more are all alike, the value itself; None if untold."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        alike = self.reason in _ALIKE and self.clips >= FEWEST_ALIKE
        return (self.value, self.value) if alike and self.value is not None else None
