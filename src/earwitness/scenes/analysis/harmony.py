"""What music is made of: how high its notes lie, the third of its key, whether a kick drum sounds.

``samples [time]`` are float32 mono; frequencies are in Hz, pitches are MIDI's, 60 is middle C.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.analysis.levels import power_db
from earwitness.scenes.analysis.spectra import power_frames
from earwitness.scenes.synthesis import Samples

Spectrum: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]

# Seconds: long enough to tell semitones apart, and as many frames as a drum's stroke never fills half of.
WINDOW, HOP, FRAMES = 0.25, 0.03, 9
# Below this nothing of an instrument sounds but the thump of its keys.
LOWEST = 70.0
# The share of the power that lies below the lowest notes' own: hum and thump.
BELOW = 0.1
# Where a kick drum has its power and no note has any.
KICK = (35.0, 70.0)
# A tone belongs to a pitch that it is so near to, in semitones.
NEAR = 0.4
# Steps above the root of a key's three chords' thirds, of I, IV and V, where they are minor.
MINOR_THIRDS = (3, 8, 10)


def steady_spectrum(samples: Samples, sample_rate: int) -> Spectrum:
    """Power of what sounds on, without what is struck and gone, ``[bin]``, and the frequencies of the bins."""
    power = power_frames(samples, sample_rate, WINDOW, HOP, finer=2)
    around = np.pad(power, ((FRAMES // 2, FRAMES // 2), (0, 0)), mode="edge")
    steady = np.median(np.lib.stride_tricks.sliding_window_view(around, FRAMES, axis=0), axis=-1)
    return steady.mean(axis=0), np.linspace(0, sample_rate / 2, power.shape[1])


def low_pitch(samples: Samples, sample_rate: int) -> float:
    """The pitch below which a tenth of the power of steady tones lies: that of low notes, but for drums."""
    power, hertz = steady_spectrum(samples, sample_rate)
    summed = np.cumsum(np.where(hertz > LOWEST, power, 0))
    return float(pitch_of(hertz[np.searchsorted(summed, BELOW * summed[-1])]))


def third(samples: Samples, sample_rate: int, root: int, middle: float) -> int:
    """The third of a key, 3 or 4 semitones: whichever the chords on I, IV and V have more of.

    Args:
        samples: music that keeps to these three chords.
        sample_rate: Hz.
        root: of the key, in semitones above C.
        middle: a pitch in the middle of its notes; farther than an octave from it lie overtones alone.
    """
    power, hertz = steady_spectrum(samples, sample_rate)
    pitches = pitch_of(np.maximum(hertz, 1.0))
    near = np.abs(pitches - middle) < 11.5
    strengths = [
        sum(_strength(power[near], pitches[near], root + step + larger) for step in MINOR_THIRDS) for larger in (0, 1)
    ]
    return 3 + int(np.argmax(strengths))


def _strength(power: NDArray[np.float64], pitches: NDArray[np.float64], pitch: int) -> float:
    """Power of the strongest tone of a pitch, whatever the octave."""
    off = np.abs((pitches - pitch + 6) % 12 - 6)
    return float(power[off < NEAR].max(initial=0.0))


def kick_level(samples: Samples, sample_rate: int) -> float:
    """Power where only a kick drum has any, beside that of all, in dB."""
    power, hertz = np.square(np.abs(np.fft.rfft(samples))), np.fft.rfftfreq(len(samples), 1 / sample_rate)
    return power_db(float(power[(hertz > KICK[0]) & (hertz < KICK[1])].sum() / (power.sum() + 1e-20)))


def pitch_of(hertz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """The pitch of a frequency.

    Example:
        >>> float(pitch_of(440.0))
        69.0
    """
    return np.asarray(69 + 12 * np.log2(np.asarray(hertz, np.float64) / 440))
