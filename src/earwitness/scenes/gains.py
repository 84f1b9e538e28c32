"""Levels in dB and the gains that make them: ``samples [time]`` are float32 mono."""

from __future__ import annotations

import numpy as np

from earwitness.scenes.synthesis import Samples


def gain_of(level_db: float) -> float:
    """The factor that a level in dB stands for."""
    return float(10 ** (level_db / 20))


def decibels(gain: float) -> float:
    """The level in dB that a factor stands for."""
    return float(20 * np.log10(gain))


def full_scale_gain(samples: Samples) -> float:
    """What keeps the loudest sample at 0.98; 1 where it is softer."""
    peak = float(np.abs(samples).max(initial=0.0))
    return 0.98 / peak if peak > 0.98 else 1.0


def rms(samples: Samples) -> float:
    """Root of the mean square.

    Example:
        >>> rms(np.array([3.0, -3.0], np.float32))
        3.0
    """
    return float(np.sqrt(np.square(samples, dtype=np.float64).mean()))
