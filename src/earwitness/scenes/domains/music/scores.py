"""What is played: the notes of a piece, composed from what is known of it.

Times are in seconds; pitches are MIDI's, 60 is middle C; velocities go from 1 to 127. A piece goes round I, IV, V, I as
those of ``scenes.music`` do; on each beat the chord is struck, with a note of it as the melody, so that neither tempo
nor mode can be heard otherwise: chords held for two beats are heard as half the tempo. All notes lie within one octave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from earwitness.scenes.music import MIDDLE_C, Mode, triad

Drum = Literal["kick", "snare", "hi-hat"]
DRUMS: tuple[Drum, ...] = get_args(Drum)
# How long a note sounds, of the time until the next; and how hard chords are struck beside the melody.
HELD, ACCOMPANYING = 0.9, 0.75


@dataclass(frozen=True, slots=True)
class Note:
    """One note of an instrument."""

    onset: float
    seconds: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One stroke of a drum kit."""

    onset: float
    drum: Drum
    velocity: int


@dataclass(frozen=True, slots=True)
class Score:
    """What is to be played.

    Attributes:
        instrument: one of the player's; None if it has only its own.
        seconds: how long the clip is; what still sounds then is cut off.
        melody: by onset.
        chords: by onset; they may strike a pitch that the melody holds.
        hits: of a drum kit, by onset; none if there is none.
    """

    instrument: str | None
    seconds: float
    melody: tuple[Note, ...] = ()
    chords: tuple[Note, ...] = ()
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """What is known of a piece.

    Attributes:
        instrument: that plays it; None for the player's own.
        tempo: beats a minute.
        mode: of the key.
        root: of the key, in semitones above C.
        lowest: pitch of the octave's lowest note.
        velocity: of the melody and the drums.
        beats: how many there are.
        drums: whether a drum kit plays along.
    """

    instrument: str | None
    tempo: float
    mode: Mode
    root: int
    lowest: int
    velocity: int
    beats: int
    drums: bool = False


def compose(piece: Composition, rng: np.random.Generator) -> Score:
    """Write the notes of a piece.

    Args:
        piece: what is known of it.
        rng: draws the melody, note by note, so that of one seed a longer piece begins as a shorter one.

    Example:
        >>> piece = Composition(None, tempo=120, mode="major", root=0, lowest=60, velocity=80, beats=3)
        >>> score = compose(piece, np.random.default_rng(0))
        >>> score.seconds, [note.onset for note in score.melody], [note.pitch for note in score.chords]
        (1.5, [0.0, 0.5, 1.0], [60, 64, 67, 60, 64, 67, 65, 69, 60])
    """
    length = 60 / piece.tempo
    melody: list[Note] = []
    chords: list[Note] = []
    for beat in range(piece.beats):
        pitches = [piece.lowest + (pitch - piece.lowest) % 12 for pitch in triad(beat, piece.root, piece.mode)]
        chosen, softer = pitches[rng.integers(len(pitches))], round(ACCOMPANYING * piece.velocity)
        melody.append(Note(beat * length, HELD * length, chosen, piece.velocity))
        chords += (Note(beat * length, HELD * length, pitch, softer) for pitch in pitches)
    return Score(
        piece.instrument, piece.beats * length, tuple(melody), tuple(chords), _beat(piece) if piece.drums else ()
    )


def _beat(piece: Composition) -> tuple[Hit, ...]:
    """Kick and snare by turns, and the hi-hat with either: nothing between beats, or a slow piece might seem fast."""
    struck: tuple[Drum, Drum] = "kick", "snare"
    return tuple(
        Hit(beat * 60 / piece.tempo, drum, piece.velocity)
        for beat in range(piece.beats)
        for drum in (struck[beat % 2], DRUMS[-1])
    )


def hertz_of(pitch: float) -> float:
    """The frequency of a pitch.

    Example:
        >>> round(hertz_of(69))
        440
    """
    return float(MIDDLE_C * 2 ** ((pitch - 60) / 12))
