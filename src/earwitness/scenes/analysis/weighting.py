"""How much of a sound's power the ear hears: A-weighting, as in IEC 61672-1."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.synthesis import Samples

# Hz: the corners of the curve.
_CORNERS = (20.6, 107.7, 737.9, 12194.0)
# Longest stretch that is transformed at once, samples: enough to tell rumble from the rest.
_STRETCH = 1 << 15


def a_weight(samples: Samples, sample_rate: int) -> float:
    """A-weighted level of a sound above its unweighted one, dB: about 0 around 1 kHz, -19 at 100 Hz.

    Example:
        >>> tone = np.sin(2 * np.pi * 100 * np.arange(16_000) / 16_000).astype(np.float32)
        >>> round(a_weight(tone, 16_000))
        -19
    """
    size = min(_STRETCH, 1 << (len(samples) - 1).bit_length())
    parts = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    power = np.square(np.abs(np.fft.rfft(parts)), dtype=np.float64).sum(axis=0)
    return float(10 * np.log10((power @ _gains(size, sample_rate) + 1e-12) / (power.sum() + 1e-12)))


@cache
def _gains(size: int, sample_rate: int) -> NDArray[np.float64]:
    """What the weighting does to the power of a transform of this size, 1 at 1 kHz."""
    first, second, third, last = np.square(_CORNERS)
    curve = np.square(np.fft.rfftfreq(size, 1 / sample_rate))
    response = last * curve**2 / ((curve + first) * np.sqrt((curve + second) * (curve + third)) * (curve + last))
    gains: NDArray[np.float64] = np.square(response) * 10**0.2
    return gains
