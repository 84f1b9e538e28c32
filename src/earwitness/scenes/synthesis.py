"""Events that the package makes itself: nothing to install, nothing to license.

``samples [time]`` are float32 mono at 16 kHz. Pitch, length and timbre of an event are drawn anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import UsageError

Samples: TypeAlias = NDArray[np.float32]

SAMPLE_RATE = 16_000


def at_unit_level(samples: Samples) -> Samples:
    """The same sound with an RMS of 1 over the frames within 25 dB of its loudest."""
    frame = min(len(samples), 320)
    power = np.square(samples[: len(samples) // frame * frame].reshape(-1, frame)).mean(axis=1)
    loud = power[power >= power.max() * 10**-2.5]
    scaled: Samples = (samples / np.sqrt(loud.mean() + 1e-12)).astype(np.float32)
    return scaled


def unknown_label(label: str, known: Iterable[str]) -> UsageError:
    """The error of a source that is asked for what it does not have.

    Example:
        >>> str(unknown_label("rane", ["wind", "rain"]))
        "no sounds are labelled 'rane'. Known labels: 'rain', 'wind'."
    """
    return UsageError(f"no sounds are labelled {label!r}. Known labels: {', '.join(map(repr, sorted(known)))}.")


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(max(1, int(seconds * SAMPLE_RATE))) / SAMPLE_RATE


def _faded(wave: NDArray[np.float64], seconds: float = 0.01) -> NDArray[np.float64]:
    """The wave with raised-cosine ends, so that switching on and off does not click."""
    length = min(len(wave) // 2, int(seconds * SAMPLE_RATE))
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(1, length))
    wave[:length] *= ramp
    wave[len(wave) - length :] *= ramp[::-1]
    return wave


def _harmonics(phase: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """A sine, or one with a few weaker overtones that stay under half the rate."""
    overtones = rng.uniform(0, 0.4, rng.integers(0, 3))
    wave = np.sin(phase)
    for number, weight in enumerate(overtones, start=2):
        wave += weight * np.sin(number * phase)
    return wave


def _tone(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    frequency = np.exp(rng.uniform(np.log(180), np.log(2000)))
    return _faded(_harmonics(2 * np.pi * frequency * _time(seconds * rng.uniform(0.6, 1.0)), rng), 0.05)


def _beep(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    frequency = np.exp(rng.uniform(np.log(600), np.log(2400)))
    return _faded(_harmonics(2 * np.pi * frequency * _time(rng.uniform(0.08, 0.3)), rng))


def _siren(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    time = _time(seconds)
    low = rng.uniform(400, 900)
    swing = rng.uniform(0.3, 0.8) * low
    cycle = np.sin(2 * np.pi * rng.uniform(0.25, 1.5) * time + rng.uniform(0, 2 * np.pi))
    frequency = low + swing * (np.sign(cycle) if rng.random() < 0.3 else cycle)
    return _faded(_harmonics(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE, rng), 0.1)


def _noise_burst(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    return _faded(rng.standard_normal(len(_time(rng.uniform(0.15, 0.6)))))


def _chirp(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    time = _time(rng.uniform(0.15, 0.5))
    low, high = np.sort(np.exp(rng.uniform(np.log(300), np.log(3500), 2)))
    start, stop = (low, high * 1.5) if rng.random() < 0.5 else (high * 1.5, low)
    frequency = start * (stop / start) ** (time / time[-1])
    return _faded(np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE))


def _thump(rng: np.random.Generator, frequency: float) -> NDArray[np.float64]:
    time = _time(0.12)
    ring = sum(np.sin(2 * np.pi * frequency * ratio * time) / ratio for ratio in (1.0, 1.9, 3.1))
    return ring * np.exp(-time * rng.uniform(40, 60)) + 0.5 * rng.standard_normal(len(time)) * np.exp(-time * 300)


def _knock(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    frequency, spacing = rng.uniform(120, 350), rng.uniform(0.14, 0.3)
    knocks = min(int(rng.integers(2, 6)), max(1, int((seconds - 0.12) / spacing) + 1))
    wave = np.zeros(int(((knocks - 1) * spacing + 0.13) * SAMPLE_RATE))
    for number in range(knocks):
        thump = _thump(rng, frequency * rng.uniform(0.95, 1.05)) * rng.uniform(0.7, 1.0)
        start = int(number * spacing * SAMPLE_RATE)
        wave[start : start + len(thump)] += thump
    return wave


def _bell(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    time = _time(min(seconds, rng.uniform(0.8, 2.0)))
    frequency = np.exp(rng.uniform(np.log(350), np.log(1100)))
    # Hum, prime, tierce, quint, nominal and two upper partials of a struck bell, higher ones dying sooner.
    partials = np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.7, 4.1])
    weights = rng.uniform(0.3, 1.0, len(partials)) / np.sqrt(partials)
    decay = rng.uniform(1.5, 3.5) * np.sqrt(partials)
    wave = weights @ (np.sin(2 * np.pi * frequency * np.outer(partials, time)) * np.exp(-np.outer(decay, time)))
    return _faded(wave, 0.003)


SYNTHESISED: Mapping[str, Callable[[np.random.Generator, float], NDArray[np.float64]]] = {
    "beep": _beep,
    "bell": _bell,
    "chirp": _chirp,
    "knock": _knock,
    "noise burst": _noise_burst,
    "siren": _siren,
    "tone": _tone,
}


class Synthesis:
    """Events that the package makes itself: nothing to install, nothing to license.

    Example:
        >>> synthesis = Synthesis()
        >>> synthesis.labels
        ('beep', 'bell', 'chirp', 'knock', 'noise burst', 'siren', 'tone')
        >>> beep = synthesis.draw("beep", np.random.default_rng(7), seconds=2.0)
        >>> 0.08 < len(beep) / synthesis.sample_rate < 0.3
        True
    """

    sample_rate = SAMPLE_RATE
    labels = tuple(sorted(SYNTHESISED))
    countable = frozenset({"beep", "bell", "chirp", "noise burst"})

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        """An event of this label; its pitch, length and timbre are drawn anew each time.

        Raises:
            UsageError: if there is no such label.
        """
        if label not in SYNTHESISED:
            raise unknown_label(label, SYNTHESISED)
        return at_unit_level(SYNTHESISED[label](rng, max(seconds, 0.3)).astype(np.float32))
