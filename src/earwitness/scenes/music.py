"""Music that the package makes itself, of known tempo, mode and register: chords, a melody, a beat.

``samples [time]`` are float32 mono at 16 kHz. Octaves are numbered as on a piano: octave 4 begins at middle C, 262 Hz.
A piece goes round I, IV, V, I, two beats a chord, all three of them major or all minor; each beat has one note of the
melody, which belongs to its chord, so that neither tempo nor mode can be heard otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.effects import fade
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples

Mode = Literal["minor", "major"]

MIDDLE_C = 261.63
BEATS_A_CHORD = 2
# Semitones above the key's root, chord by chord; and of the third above a chord's own.
PROGRESSION = (0, 5, 7, 0)
THIRD = {"minor": 3, "major": 4}
# Rolloffs of tones that are near to a sine, and of tones that fill the band.
MELLOW, RICH = (-2.2, -1.6), (-1.4, -0.8)
# Partials above this are left out, well below half the rate.
HIGHEST = 7500.0
# Seconds in which a note that still sounds is let go.
RELEASE = 0.02


@dataclass(frozen=True, slots=True)
class Timbre:
    """How the tones of one instrument sound.

    Attributes:
        rolloff: the amplitude of partial k is k to this power, negative.
        attack: seconds until a note is at its loudest.
        decay: how fast it dies away, 1 / seconds.
    """

    rolloff: float
    attack: float
    decay: float

    @classmethod
    def draw(cls, rng: np.random.Generator, rolloff: tuple[float, float]) -> Timbre:
        """One of many instruments, with partials that fall off between these two powers."""
        return cls(rng.uniform(*rolloff), rng.uniform(0.004, 0.03), rng.uniform(1.5, 4.0))


@dataclass(frozen=True, slots=True)
class Piece:
    """What is played.

    Attributes:
        tempo: beats a minute.
        mode: of the key.
        octave: of the melody; chords are as high.
        root: the key's, in semitones above C.
        chords: whether chords sound under the melody.
        beat: whether each beat is struck.
    """

    tempo: float
    mode: Mode
    octave: int
    root: int
    chords: bool = True
    beat: bool = False


def play(piece: Piece, seconds: float, timbre: Timbre, rng: np.random.Generator) -> Samples:
    """Play a piece from its beginning for so long; the last beat is not begun if it would be cut off.

    Example:
        >>> piece = Piece(tempo=120, mode="minor", octave=4, root=9)
        >>> samples = play(piece, 2.0, Timbre(-1.0, 0.01, 3.0), np.random.default_rng(0))
        >>> len(samples) / SAMPLE_RATE
        2.0
    """
    played = np.zeros(int(seconds * SAMPLE_RATE))
    length = 60 / piece.tempo
    for number in range(max(1, int(seconds / length))):
        start = number * length
        pitches = triad(number, piece.root, piece.mode)
        add(played, start, 0.8 * note(_hertz(pitches[rng.integers(3)], piece.octave), length, timbre))
        if piece.chords and number % BEATS_A_CHORD == 0:
            for pitch in pitches:
                add(played, start, 0.5 * note(_hertz(pitch, piece.octave), BEATS_A_CHORD * length, timbre))
        if piece.beat:
            add(played, start, strike(rng))
    return fade(played.astype(np.float32), SAMPLE_RATE)


def triad(beat: int, root: int, mode: Mode) -> tuple[int, int, int]:
    """The chord of a beat, in semitones above C of the octave in which the key's root lies.

    Example:
        >>> triad(0, root=0, mode="major"), triad(2, root=0, mode="minor")
        ((0, 4, 7), (5, 8, 12))
    """
    chord = root + PROGRESSION[beat // BEATS_A_CHORD % len(PROGRESSION)]
    return chord, chord + THIRD[mode], chord + 7


def _hertz(pitch: int, octave: int) -> float:
    """The frequency of a pitch in semitones above the C of an octave, within that octave."""
    return float(MIDDLE_C * 2.0 ** (octave - 4 + pitch % 12 / 12))


def note(frequency: float, seconds: float, timbre: Timbre) -> NDArray[np.float64]:
    """A harmonic tone that sets in and dies away, ``[time]``."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    weights = np.arange(1, max(2, int(HIGHEST / frequency) + 1)) ** timbre.rolloff
    # Of equal power, high notes with few partials and low ones with many.
    wave = _partials(2 * np.pi * frequency * time, weights / np.sqrt(np.square(weights).sum()))
    wave *= np.minimum(1, time / timbre.attack) * np.exp(-timbre.decay * time)
    wave *= np.minimum(1, (seconds - time) / RELEASE)
    return wave


def _partials(phase: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weighted sum of sin(k phase) over k = 1, 2, ..."""
    # sin(k x) = 2 cos(x) sin((k - 1) x) - sin((k - 2) x): one sine for all partials.
    before, partial, twice_cosine = np.zeros_like(phase), np.sin(phase), 2 * np.cos(phase)
    wave = np.zeros_like(phase)
    for weight in weights:
        wave += weight * partial
        before, partial = partial, twice_cosine * partial - before
    return wave


def strike(rng: np.random.Generator) -> NDArray[np.float64]:
    """A drum: a burst of noise that is gone in a tenth of a second, ``[time]``."""
    time = np.arange(int(0.1 * SAMPLE_RATE)) / SAMPLE_RATE
    struck: NDArray[np.float64] = rng.standard_normal(len(time)) * np.exp(-50 * time)
    return struck


def add(played: NDArray[np.float64], start: float, wave: NDArray[np.float64]) -> None:
    """Add a sound from so many seconds on; what lies beyond the end is left out."""
    first = int(start * SAMPLE_RATE)
    part = played[first : first + len(wave)]
    part += wave[: len(part)]
