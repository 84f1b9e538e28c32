"""When sounds begin and end, and how often they come, from their power.

``samples [time]`` are float32 mono; times are in seconds. A sound is there where its power is at most 25 dB below its
loudest moment, as in ``sounding.sounding_spans``, and stands out of the noise under it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.analysis.levels import BELOW_LOUDEST, frame_powers
from earwitness.scenes.bands import Range
from earwitness.scenes.synthesis import Samples

FRAME = 0.005
# Seconds over which power is averaged, so that a low tone is not cut up by its own wave.
SMOOTH = 0.02
# A sound stands out by so much, dB: of noise, and of what still rings of the sound before it.
CLEAR, RISE = 6.0, 9.0


def beginning(samples: Samples, sample_rate: int, noise: float = 0.0) -> float | None:
    """When a sound begins, be it while another dies away; None where there is none.

    Args:
        samples: something softer, or silence, and then the sound.
        sample_rate: Hz.
        noise: power that what lies under the sound does not often exceed.

    Example:
        >>> beginning(np.concatenate([np.zeros(8000), np.ones(8000)]).astype(np.float32), 16000)
        0.495
    """
    power = envelope(samples, sample_rate)
    softest_before = np.minimum.accumulate(power)
    rises = power > softest_before * 10 ** (RISE / 10)
    there = np.flatnonzero(rises & (power > _least(power, noise, BELOW_LOUDEST)))
    return round(float(there[0] * FRAME), 3) if len(there) else None


def stretches(
    samples: Samples, sample_rate: int, noise: float = 0.0, *, gap: float = 0.1, below: float = BELOW_LOUDEST
) -> list[Range]:
    """Where something sounds.

    Args:
        samples: sounds and what lies between.
        sample_rate: Hz.
        noise: power that what lies under them does not often exceed.
        gap: pauses up to so many seconds belong to a sound.
        below: how far below the loudest moment of all something sounds, dB.

    Returns:
        Onset and offset of each sound, in order.

    Example:
        >>> burst, pause = np.ones(1600, np.float32), np.zeros(8000, np.float32)
        >>> stretches(np.concatenate([pause, burst, pause, burst, pause]), 16000)
        [(0.495, 0.61), (1.095, 1.21)]
    """
    power = envelope(samples, sample_rate)
    there = np.flatnonzero(power > _least(power, noise, below))
    if not len(there):
        return []
    breaks = np.flatnonzero(np.diff(there) * FRAME > gap)
    firsts, lasts = there[np.append(0, breaks + 1)], there[np.append(breaks, len(there) - 1)]
    return [
        (round(float(first * FRAME), 3), round(float((last + 1) * FRAME), 3))
        for first, last in zip(firsts, lasts, strict=True)
    ]


def envelope(samples: Samples, sample_rate: int) -> NDArray[np.float64]:
    """Power from 5 ms to 5 ms, averaged over 20 ms around, ``[frame]``."""
    frames = frame_powers(samples, sample_rate, FRAME)
    width = int(SMOOTH / FRAME)
    return np.convolve(frames, np.ones(width) / width, mode="same") if len(frames) >= width else frames


def _least(power: NDArray[np.float64], noise: float, below: float) -> float:
    return max(float(power.max(initial=0.0)) * 10 ** (-below / 10), noise * 10 ** (CLEAR / 10), 1e-12)


def hides(noise: float, samples: Samples, sample_rate: int) -> bool:
    """Whether noise is so loud that a sound is lost in it before it has sunk by 25 dB."""
    power = envelope(samples, sample_rate)
    return _least(power, noise, BELOW_LOUDEST) > _least(power, 0.0, BELOW_LOUDEST)
