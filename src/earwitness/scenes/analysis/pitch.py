"""The fundamental frequency of a voice or a tone, by autocorrelation.

``samples [time]`` are float32 mono; frequencies are in Hz. The period of a sound is the shortest shift by which it
looks like itself; so a fundamental is found that is missing from the spectrum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.analysis.levels import BELOW_LOUDEST
from earwitness.scenes.bands import Range
from earwitness.scenes.effects import low_pass
from earwitness.scenes.synthesis import Samples

# Between which frequencies voices are looked for.
VOICES: Range = (60.0, 500.0)
# Seconds that are compared, and between two looks.
WINDOW, HOP = 0.03, 0.01
# Above the fundamentals lie a voice's formants, whose ripples are near to periods of their own.
CUTOFF = 1500.0
# How alike two periods are at least, as a correlation; noise reaches 0.4.
ALIKE = 0.6
# Twice the period is a period too: the first shift that is nearly as good as the best is taken.
NEARLY = 0.9
# Of the frames that are looked at, how many have to have a pitch.
PITCHED = 0.1


def median_pitch(samples: Samples, sample_rate: int) -> float | None:
    """The median over time of the fundamental frequency; None where hardly anything has one.

    Args:
        samples: one voice or tone.
        sample_rate: Hz.

    Example:
        >>> time = np.arange(16000) / 16000
        >>> without_fundamental = sum(np.sin(2 * np.pi * 110 * number * time) for number in (3, 4, 5))
        >>> round(median_pitch(without_fundamental.astype(np.float32), 16000))
        110
    """
    track = _pitch_track(samples, sample_rate)
    pitched = track[~np.isnan(track)]
    return float(np.median(pitched)) if len(pitched) and len(pitched) >= PITCHED * len(track) else None


def _pitch_track(samples: Samples, sample_rate: int) -> NDArray[np.float64]:
    """The frequency of each frame that is not much quieter than the loudest, ``[frame]``; NaN where there is none."""
    longest, window = int(sample_rate / VOICES[0]) + 1, int(WINDOW * sample_rate)
    if len(samples) < longest + window:
        return np.empty(0)
    heard = low_pass(samples, sample_rate, CUTOFF).astype(np.float64)
    frames = np.lib.stride_tricks.sliding_window_view(heard, longest + window)[:: int(HOP * sample_rate)]
    power = np.square(frames).mean(axis=1)
    frames = frames[power > power.max() * 10 ** (-BELOW_LOUDEST / 10)]
    if not len(frames):
        return np.empty(0)
    alike = _likeness(frames, window, longest)
    return np.array([_frequency(one, sample_rate) for one in alike])


def _likeness(frames: NDArray[np.float64], window: int, longest: int) -> NDArray[np.float64]:
    """Correlation of each frame's beginning with what follows it by each shift, ``[frame, shift]``."""
    size = 1 << (frames.shape[1] + window - 1).bit_length()
    first = np.fft.rfft(frames[:, :window], size)
    products = np.fft.irfft(np.conj(first) * np.fft.rfft(frames, size), size)[:, : longest + 1]
    sums = np.concatenate([np.zeros((len(frames), 1)), np.cumsum(np.square(frames), axis=1)], axis=1)
    energy = sums[:, window:] - sums[:, : longest + 1]
    correlation: NDArray[np.float64] = products / np.sqrt(energy[:, :1] * energy + 1e-20)
    return correlation


def _frequency(alike: NDArray[np.float64], sample_rate: int) -> float:
    shortest = int(sample_rate / VOICES[1])
    inner = alike[shortest:-1]
    peaks = shortest + np.flatnonzero((inner >= alike[shortest - 1 : -2]) & (inner > alike[shortest + 1 :]))
    if not len(peaks) or alike[peaks].max() < ALIKE:
        return float("nan")
    period = peaks[alike[peaks] >= NEARLY * alike[peaks].max()][0]
    return sample_rate / float(period + summit(alike[period - 1 : period + 2]))


def summit(three: NDArray[np.float64]) -> float:
    """Where between three values, the middle one the highest, the parabola through them is highest: -0.5 to 0.5.

    Example:
        >>> summit(np.array([1.0, 3.0, 3.0]))
        0.5
    """
    before, at, after = three
    return float((after - before) / (2 * (2 * at - before - after)))
