"""Where a sound sounds, and whether it happens once: functions of ``samples [time]``, float32 mono."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.synthesis import Samples

Span: TypeAlias = tuple[int, int]

# A second peak within so many dB of the first, behind a dip of at least so many, is a second happening.
SECOND_PEAK_DB, DIP_DB = 10.0, 6.0


def sounding_spans(samples: Samples, sample_rate: int, *, below_peak: float = 25.0, gap: float = 0.2) -> list[Span]:
    """Where a recording sounds, as ``(start, stop)`` in samples.

    A 20 ms frame sounds if it is at most ``below_peak`` dB under the loudest one and above -70 dBFS, so digital
    silence never does; spans closer than ``gap`` seconds are one.

    Example:
        >>> clip = np.concatenate([np.zeros(800), np.ones(1600), np.zeros(8000), np.ones(800)]).astype(np.float32)
        >>> sounding_spans(clip, 8000)
        [(800, 2400), (10400, 11200)]
    """
    frame = max(1, sample_rate // 50)
    count = len(samples) // frame
    if not count:
        return []
    power = np.square(samples[: count * frame].reshape(count, frame), dtype=np.float64).mean(axis=1)
    sounding = np.flatnonzero(power > max(power.max() * 10 ** (-below_peak / 10), 1e-7))
    if not len(sounding):
        return []
    breaks = np.flatnonzero(np.diff(sounding) * frame > gap * sample_rate)
    starts = sounding[np.concatenate([[0], breaks + 1])]
    stops = sounding[np.concatenate([breaks, [len(sounding) - 1]])] + 1
    return [(int(start) * frame, int(stop) * frame) for start, stop in zip(starts, stops, strict=True)]


def is_single(samples: Samples, sample_rate: int) -> bool:
    """Whether a sound has one peak, so that nobody can count two happenings in it.

    Example:
        >>> burst, pause = np.ones(1600, np.float32), np.zeros(1600, np.float32)
        >>> is_single(burst, 8000), is_single(np.concatenate([burst, pause, burst]), 8000)
        (True, False)
    """
    levels = envelope(samples, sample_rate)
    top = int(levels.argmax())
    return not any(_rises_again(falling) for falling in (levels[top:], levels[top::-1]))


def envelope(samples: Samples, sample_rate: int) -> NDArray[np.float64]:
    """Level in dB every 10 ms, over 50 ms each."""
    width = sample_rate // 20
    power = np.convolve(np.square(samples, dtype=np.float64), np.full(width, 1 / width), "same")
    levels: NDArray[np.float64] = 10 * np.log10(power[:: sample_rate // 100] + 1e-12)
    return levels


def _rises_again(levels: NDArray[np.float64]) -> bool:
    """Whether levels that begin with the highest come near it again after a dip."""
    dips = np.minimum.accumulate(levels)
    return bool(((levels >= levels[0] - SECOND_PEAK_DB) & (levels >= dips + DIP_DB)).any())
