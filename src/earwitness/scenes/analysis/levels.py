"""How loud a sound is, in dB full scale: the RMS of what sounds, whatever lies under it taken away by its power.

``samples [time]`` are float32 mono; powers are mean squares, 1 at full scale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.synthesis import Samples

FRAME = 0.02
# What sounds: the frames at most this much quieter than the loudest, dB, as in ``synthesis.at_unit_level``.
BELOW_LOUDEST = 25.0
# What digital silence is taken for, dB full scale, and its power.
SILENCE = -200.0
LEAST = 1e-20


def frame_powers(samples: Samples, sample_rate: int, seconds: float = FRAME) -> NDArray[np.float64]:
    """Power of whole frames, one behind the other, ``[frame]``."""
    size = int(seconds * sample_rate)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    return np.asarray(np.square(frames, dtype=np.float64).mean(axis=1))


def sounding_level(samples: Samples, sample_rate: int, noise: float = 0.0) -> float:
    """Level of a sound while it sounds, in dB full scale; that of silence where nothing rises above the noise.

    Args:
        samples: the sound, and silence or noise around it.
        sample_rate: Hz.
        noise: power of what lies under it.

    Example:
        >>> time = np.arange(16000) / 16000
        >>> tone = 0.1 * np.sin(2 * np.pi * 440 * time)
        >>> quiet = np.zeros(8000)
        >>> round(sounding_level(np.concatenate([quiet, tone, quiet]).astype(np.float32), 16000), 1)
        -23.0
    """
    return level_of_sounding(frame_powers(samples, sample_rate), noise)


def level_of_sounding(powers: NDArray[np.float64], noise: float = 0.0) -> float:
    """The same from the powers of frames."""
    own = powers - noise
    # Noise is not the same in each frame: what is much softer than the noise may be the noise's own.
    sounding = own[own >= max(own.max(initial=0.0) * 10 ** (-BELOW_LOUDEST / 10), noise / 2, LEAST)]
    return power_db(float(sounding.mean())) if len(sounding) else SILENCE


def power_db(power: float) -> float:
    """A power in dB full scale."""
    return float(10 * np.log10(power + LEAST))
