"""Small clips for tests, made of numbers."""

import numpy as np

from earwitness.audio import from_array
from earwitness.types import Audio

RATE = 16000


def tone(seconds: float, frequency: float = 440.0, level: float = 0.5, rate: int = RATE) -> np.ndarray:
    """A sine, float32 ``[time]``."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def clip(seconds: float, frequency: float = 440.0, level: float = 0.5) -> Audio:
    """A sine as ``Audio`` at 16 kHz."""
    return from_array(tone(seconds, frequency, level), sample_rate=RATE)


def clip_with_beep_at(seconds: float, onset: float, length: float = 1.0) -> Audio:
    """A quiet 200 Hz hum with a loud 3 kHz beep."""
    samples = tone(seconds, 200.0, 0.01)
    first = round(onset * RATE)
    beep = tone(length, 3000.0)[: len(samples) - first]
    samples[first : first + len(beep)] += beep
    return from_array(samples, sample_rate=RATE)
