"""What happens to a sound on its way into a scene: cuts, speed, colour, rooms, and the noise under it.

``samples [time]`` are float32 mono; every function returns a new array of the same kind.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.synthesis import Samples


def fade(samples: Samples, sample_rate: int, seconds: float = 0.01) -> Samples:
    """A copy with linear ends, so that a cut does not click."""
    faded = samples.copy()
    ramp = np.linspace(0, 1, min(len(samples) // 2, int(seconds * sample_rate)), dtype=np.float32)
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded


def prolonged(samples: Samples, length: int, seam: int) -> Samples:
    """A sound that is at least so long: repeated, each time fading into the next.

    Example:
        >>> prolonged(np.ones(10, np.float32), 25, seam=2).shape
        (25,)
    """
    if len(samples) >= length:
        return samples
    seam = min(seam, len(samples) // 3)
    ramp = np.sqrt(np.linspace(0, 1, seam, dtype=np.float32))
    entering, leaving = samples.copy(), samples.copy()
    for piece in (entering, leaving):
        piece[len(piece) - seam :] *= ramp[::-1]
    entering[:seam] *= ramp
    long = np.zeros(length, np.float32)
    for start in range(0, length, len(samples) - seam):
        part = long[start : start + len(samples)]
        part += (entering if start else leaving)[: len(part)]
    return long


def change_speed(samples: Samples, speed: float) -> Samples:
    """Faster and higher, or slower and lower, by this factor; linear interpolation."""
    positions = np.arange(0, len(samples) - 1, speed)
    changed: Samples = np.interp(positions, np.arange(len(samples)), samples).astype(np.float32)
    return changed


def tilt(samples: Samples, gains_db: NDArray[np.float64]) -> Samples:
    """Filter with gains given at frequencies spread evenly in octaves, smooth in between; the RMS is kept."""
    size = 1 << (len(samples) - 1).bit_length()
    spectrum = np.fft.rfft(samples, size)
    octaves = np.log2(np.linspace(1 / 64, 1, len(spectrum)))
    knots = np.linspace(-6, 0, len(gains_db))
    filtered = np.fft.irfft(spectrum * _gains(np.interp(octaves, knots, gains_db)), size)[: len(samples)]
    change = np.sqrt((np.square(samples).mean() + 1e-12) / (np.square(filtered).mean() + 1e-12))
    changed: Samples = (filtered * change).astype(np.float32)
    return changed


def _gains(levels_db: NDArray[np.float64]) -> NDArray[np.float32]:
    changed: NDArray[np.float32] = np.exp(levels_db * (np.log(10) / 20)).astype(np.float32)
    return changed


def reverberate(samples: Samples, sample_rate: int, rng: np.random.Generator) -> Samples:
    """A simple room: direct sound plus a tail of exponentially dying noise, 0.1 to 0.8 s to -60 dB."""
    seconds = rng.uniform(0.1, 0.8)
    tail = rng.standard_normal(int(seconds * sample_rate), np.float32)
    tail *= np.exp(np.linspace(0, -6.9, len(tail), dtype=np.float32))
    tail *= np.float32(rng.uniform(0.1, 0.6) / np.sqrt(np.square(tail).sum()))
    tail[0] = 1.0
    return _ringing(samples, tail)


def in_room(samples: Samples, sample_rate: int, decay: float, share: float, rng: np.random.Generator) -> Samples:
    """A room of known size: direct sound plus a tail of dying noise.

    Args:
        samples: the dry sound.
        sample_rate: Hz.
        decay: seconds until the tail has fallen by 60 dB.
        share: energy of the tail / energy of the direct sound.
        rng: draws the tail.
    """
    # To -80 dB, so that where the tail is cut off is not heard.
    tail = rng.standard_normal(int(decay * sample_rate * 80 / 60))
    tail *= 10 ** (-3 * np.arange(len(tail)) / (decay * sample_rate))
    tail *= np.sqrt(share / np.square(tail[1:]).sum())
    tail[0] = 1.0
    return _ringing(samples, tail.astype(np.float32))


def _ringing(samples: Samples, tail: Samples) -> Samples:
    """A sound with this response, as long as it was."""
    size = 1 << (len(samples) + len(tail) - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)
    return wet[: len(samples)].astype(np.float32)


def low_pass(samples: Samples, sample_rate: int, cutoff: float) -> Samples:
    """Without what lies above a frequency in Hz: 3 dB down there, 48 dB an octave beyond."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / sample_rate)
    passed: Samples = np.fft.irfft(spectrum / np.sqrt(1 + (frequencies / cutoff) ** 16), len(samples)).astype(
        np.float32
    )
    return passed


def high_pass(samples: Samples, sample_rate: int, cutoff: float) -> Samples:
    """Without what lies below a frequency in Hz: 3 dB down there, 24 dB an octave below."""
    # Padded: a transform of a length with large prime factors is slow.
    size = 1 << (len(samples) - 1).bit_length()
    frequencies = np.maximum(np.fft.rfftfreq(size, 1 / sample_rate), 1e-3)
    gains = (1 / np.sqrt(1 + (cutoff / frequencies) ** 8)).astype(np.float32)
    passed: Samples = np.fft.irfft(np.fft.rfft(samples, size) * gains, size)[: len(samples)].astype(np.float32)
    return passed


def clip_hard(samples: Samples, distortion: float) -> Samples:
    """Cut off at the level at which so much of what is left is distortion.

    Args:
        samples: the clean sound.
        distortion: amplitude of what the clean sound does not explain / amplitude of what it does, as THD is.
    """
    low, high = 0.0, float(np.abs(samples).max())
    for _ in range(20):
        level = (low + high) / 2
        low, high = (
            (level, high) if distortion_of(samples, np.clip(samples, -level, level)) > distortion else (low, level)
        )
    return np.clip(samples, -high, high)


def distortion_of(clean: Samples, heard: Samples) -> float:
    """Amplitude of what a clean sound does not explain in the one heard / amplitude of what it does.

    Example:
        >>> tone = np.sin(np.arange(8000) * 2 * np.pi / 80).astype(np.float32)
        >>> round(distortion_of(tone, np.sign(tone)), 2)  # a square wave has 48 %
        0.48
    """
    explained = float(heard @ clean) ** 2 / float(clean @ clean)
    return float(np.sqrt(max(0.0, float(heard @ heard) / explained - 1)))


def coloured_noise(length: int, slope: float, rng: np.random.Generator) -> Samples:
    """Noise whose power falls with frequency to this power (0 white, 1 pink, 2 brown), RMS 1."""
    # One block is shaped and repeated: its seams are inaudible in noise and a scene needs one short transform.
    block = min(length, 1 << 15)
    size = block // 2 + 1
    spectrum = (rng.standard_normal(2 * size, np.float32)).view(np.complex64)
    spectrum *= np.maximum(np.arange(size), 8).astype(np.float32) ** np.float32(-slope / 2)
    noise = np.fft.irfft(spectrum, block).astype(np.float32)
    noise /= np.sqrt(np.square(noise).mean()) + 1e-12
    return np.resize(noise, length)
