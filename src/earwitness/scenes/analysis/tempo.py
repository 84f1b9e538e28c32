"""The tempo of music: how many beats a minute, from where it sets in anew.

``samples [time]`` are float32 mono. What sets in is like itself after a bar or a chord most of all, and after a beat
less. So the shift after which it is most alike is taken apart: if it is alike to some degree after a quarter, a third
or a half of it, that is the beat. Between slow beats nothing sets in, and where no note falls nothing is alike; a piece
with even notes between its beats would be read at their tempo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.analysis.pitch import summit
from earwitness.scenes.analysis.spectra import power_frames
from earwitness.scenes.synthesis import Samples

# Beats a minute between which a tempo is looked for.
SLOWEST, FASTEST = 40.0, 220.0
WINDOW, HOP = 0.032, 0.005
BANDS, LOWEST = 32, 60.0
# What is so far below a clip's loudest band is silence, dB; frames between which a level rises.
FLOOR, APART = 50.0, 3
# How alike onsets are at least after a beat: as a correlation, and beside the shift at which they are most alike. In
# 200 pieces of eleven instruments with a note on each beat the least was 0.7; after half or a third of a beat the most
# was 0.2, but for strings that swell between the beats.
ALIKE, TO_SOME_DEGREE = 0.15, 0.4
PARTS = (4, 3, 2)


def tempo(samples: Samples, sample_rate: int) -> float | None:
    """Beats a minute; None where nothing comes back evenly.

    Args:
        samples: music, or anything with a pulse.
        sample_rate: Hz.

    Example:
        >>> clicks = np.zeros(16000 * 6, np.float32)
        >>> clicks[::8000] = 1.0
        >>> round(tempo(clicks, 16000))
        120
    """
    alike = _self_likeness(onset_strength(samples, sample_rate))
    shortest, longest = (round(60 / beats / HOP) for beats in (FASTEST, SLOWEST))
    # Beyond two thirds of a clip too little is left to compare.
    best = _peak(alike, shortest, min(longest, 2 * len(alike) // 3))
    if best is None or alike[best] < ALIKE:
        return None
    least = TO_SOME_DEGREE * alike[best]
    parts = (_peak(alike, *_around(best / part)) for part in PARTS if best / part >= shortest)
    beat = next((part for part in parts if part is not None and alike[part] >= least), best)
    return 60 / (HOP * _refined(alike, beat))


def onset_strength(samples: Samples, sample_rate: int) -> NDArray[np.float64]:
    """How much sets in, from 5 ms to 5 ms: the rises of all bands' levels, in dB, ``[frame]``."""
    power = power_frames(samples, sample_rate, WINDOW, HOP)
    borders = np.geomspace(LOWEST, sample_rate / 2, BANDS + 1) * WINDOW
    in_band = np.add.reduceat(power, np.unique(borders.astype(int)), axis=1)
    level = 10 * np.log10(np.maximum(in_band, in_band.max() * 10 ** (-FLOOR / 10)) + 1e-12)
    strength: NDArray[np.float64] = np.maximum(0, level[APART:] - level[:-APART]).sum(axis=1)
    return strength


def _self_likeness(strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation of onsets with themselves by each shift, over what overlaps, ``[shift]``."""
    even = strength - strength.mean()
    size = 1 << (2 * len(even) - 1).bit_length()
    products = np.fft.irfft(np.square(np.abs(np.fft.rfft(even, size))), size)[: len(even)]
    alike: NDArray[np.float64] = products / np.arange(len(even), 0, -1) / (products[0] / len(even) + 1e-20)
    return alike


def _around(shift: float) -> tuple[int, int]:
    """From where to where the peak of a shift may lie, of which only a multiple is known, to a frame."""
    return round(shift) - 2, round(shift) + 3


def _peak(alike: NDArray[np.float64], start: int, stop: int) -> int | None:
    """The shift from ``start`` to before ``stop`` at which onsets are most alike; None if it is no peak there."""
    if stop - start < 1 or stop >= len(alike):
        return None
    place = start + int(alike[start:stop].argmax())
    return place if alike[place - 1] < alike[place] >= alike[place + 1] else None


def _refined(alike: NDArray[np.float64], beat: int) -> float:
    """The beat in frames, read off its multiples too, which tell it more finely."""
    found = beat + summit(alike[beat - 1 : beat + 2])
    for multiple in range(2, 2 * len(alike) // 3 // beat + 1):
        place = _peak(alike, *_around(multiple * found))
        if place is not None:
            found = (place + summit(alike[place - 1 : place + 2])) / multiple
    return found
