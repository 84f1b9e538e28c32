"""Who plays a score: the package itself, and anybody who has instruments (``soundfont``).

``samples [time]`` are float32 mono at 16 kHz. How loud they are hangs on player and instrument: whoever asks for a clip
sets its level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.domains.music.scores import Drum, Score, hertz_of
from earwitness.scenes.effects import fade
from earwitness.scenes.music import MELLOW, Timbre, add, note, strike
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples

# Seconds in which the last notes are let go.
ENDING = 0.03


class Player(Protocol):
    """Somebody who plays scores."""

    @property
    def instruments(self) -> tuple[str, ...]:
        """Which it has, by name; none if it has only its own."""

    def play(self, score: Score, seed: int) -> Samples:
        """The score as sound, as long as it says; the same arguments give the same samples."""


def label_of(instrument: str | None) -> str:
    """The label of music as a sound.

    Example:
        >>> label_of("harp"), label_of(None)
        ('harp music', 'music')
    """
    return f"{instrument} music" if instrument else "music"


def _kick(rng: np.random.Generator) -> NDArray[np.float64]:
    """A tone that falls from 120 to 50 Hz."""
    time = np.arange(int(0.25 * SAMPLE_RATE)) / SAMPLE_RATE
    # The integral of 50 + 70 exp(-30 t).
    cycles = 50 * time + 70 / 30 * (1 - np.exp(-30 * time))
    fallen: NDArray[np.float64] = 3 * np.sin(2 * np.pi * cycles) * np.exp(-18 * time)
    return fallen


def _hi_hat(rng: np.random.Generator) -> NDArray[np.float64]:
    """What is high in a burst of noise."""
    return 0.25 * np.diff(strike(rng), n=2)


_STRUCK: Mapping[Drum, Callable[[np.random.Generator], NDArray[np.float64]]] = {
    "kick": _kick,
    "snare": strike,
    "hi-hat": _hi_hat,
}


class BuiltIn:
    """The player that needs nothing: tones that die away, of another timbre with each seed.

    Example:
        >>> from earwitness.scenes.domains.music.scores import Note
        >>> score = Score(None, 2.0, melody=(Note(0.0, 1.0, 69, 100),))
        >>> len(BuiltIn().play(score, seed=0)) / SAMPLE_RATE
        2.0
    """

    instruments: tuple[str, ...] = ()

    def play(self, score: Score, seed: int) -> Samples:
        """The score as sound; the timbre and the noise of the drums hang on the seed."""
        timbre, noise = Timbre.draw(np.random.default_rng((seed, 0)), MELLOW), np.random.default_rng((seed, 1))
        played = np.zeros(round(score.seconds * SAMPLE_RATE))
        for played_note in score.melody + score.chords:
            tone = note(hertz_of(played_note.pitch), played_note.seconds, timbre)
            add(played, played_note.onset, played_note.velocity / 127 * tone)
        for hit in score.hits:
            add(played, hit.onset, hit.velocity / 127 * _STRUCK[hit.drum](noise))
        return fade(played.astype(np.float32), SAMPLE_RATE, ENDING)
