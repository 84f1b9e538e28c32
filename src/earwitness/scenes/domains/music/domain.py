"""Music of known instrument, tempo, mode, register and dynamics, with or without drums: the subset ``music_gen``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from earwitness.scenes.bands import Band, Level, Range, level_of, other_of
from earwitness.scenes.domains.base import Claim, Clip, Described, Fact, Subset, event
from earwitness.scenes.domains.music.players import Player, label_of
from earwitness.scenes.domains.music.scores import Composition, Score, compose, hertz_of
from earwitness.scenes.domains.music.sketch import BANDS, FACTS, VALUES, MusicSketch
from earwitness.scenes.domains.music.wording import describe
from earwitness.scenes.draws import one_of
from earwitness.scenes.gains import decibels, gain_of, rms
from earwitness.scenes.music import BEATS_A_CHORD
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples, at_unit_level
from earwitness.types import Language

# How hard keys are struck, from soft to loud, MIDI velocity.
VELOCITIES = Band("velocity", (35, 50), (105, 120), whole=True, middle=(70, 85))
# The fewest facts that a caption tells.
FEWEST = 3
# Seconds that a clip lasts, but for half a chord.
SECONDS: Range = (6.0, 8.0)
# Level of the drums beside the instrument's, dB.
DRUMS_DB = -3.0
# Peaks that would go beyond this are let down, within so many seconds on either side.
CEILING, SMOOTH = 0.97, 0.01
# After so many the level is right to a hundredth of a dB.
ROUNDS = 12


class MusicDomain:
    """Pieces of four chords and a melody, by whoever plays them.

    Args:
        player: where it has no instruments to choose from, ``instrument`` is no fact.

    Example:
        >>> from earwitness.scenes.domains.music.players import BuiltIn
        >>> music = MusicDomain(BuiltIn())
        >>> sketch = MusicSketch(None, "fast", "major", "high", None, drums=True, told=("tempo", "register", "drums"))
        >>> round(music.render(sketch, seed=1).script["tempo"])
        160
        >>> music.describe(sketch, "en", np.random.default_rng(4)).caption
        'High-pitched, fast-paced music. There are drums as well.'
    """

    subset: Subset = "music_gen"
    # Without drums their absence is told.
    takes_along: Mapping[Fact, frozenset[Fact]] = {"drums": frozenset({"absence"})}
    bands = BANDS

    def __init__(self, player: Player) -> None:
        self.player = player
        self.facts: tuple[Fact, ...] = FACTS if player.instruments else FACTS[1:]

    def draw(self, fact: Fact, rng: np.random.Generator) -> MusicSketch:
        """A sketch that tells this fact and at least two more."""
        others = [other for other in self.facts if other != fact]
        more = rng.permutation(len(others))[: rng.integers(FEWEST - 1, len(others) + 1)]
        told = {fact, *(others[place] for place in more)}
        drawn: dict[str, Any] = {name: one_of(values, rng) for name, values in VALUES.items()}
        return MusicSketch(
            **drawn | {name: None for name in BANDS if name not in told},
            instrument=one_of(self.player.instruments, rng) if self.player.instruments else None,
            drums=bool(rng.random() < 0.5),
            told=tuple(each for each in self.facts if each in told),
        )

    def edit(self, sketch: MusicSketch, facts: Sequence[Fact], rng: np.random.Generator) -> MusicSketch | None:
        """The sketch with other values of these facts; None where one of them is not told."""
        if not set(facts) <= set(sketch.told):
            return None
        changed: dict[str, Any] = {fact: self._other(sketch, fact, rng) for fact in facts}
        return replace(sketch, **changed)

    def _other(self, sketch: MusicSketch, fact: Fact, rng: np.random.Generator) -> str | bool:
        """Another value of a fact; another instrument is one that does not sound like the first."""
        if fact == "drums":
            return not sketch.drums
        if fact == "instrument":
            claims = {name: Claim(fact, (name,)) for name in self.player.instruments}
            return one_of(
                [name for name, one in claims.items() if not (sketch.holds(one) or sketch.doubtful(one))], rng
            )
        return other_of(VALUES[fact], getattr(sketch, fact))

    def render(self, sketch: MusicSketch, seed: int) -> Clip:
        """The clip of a sketch; of one seed, the melody goes the same way whatever else is changed."""
        piece = _composition(sketch, seed)
        score = compose(piece, _rng(seed, "melody"))
        samples = _at_level(_mixed(self.player, score, seed), _value("dynamics", sketch, seed))
        return Clip(samples, SAMPLE_RATE, _script(piece, score, samples))

    def describe(self, sketch: MusicSketch, language: Language, rng: np.random.Generator) -> Described:
        """A caption that makes the sketch's claims, one item for each; only its wording is drawn."""
        return describe(sketch.claims, language, rng)


# --- from a sketch to a clip ---------------------------------------------------------------------------------------

# Each has draws of its own, so that a fact that changes one leaves the others as they are.
_NUISANCES = ("tempo", "register", "dynamics", "velocity", "root", "seconds", "melody")


def _rng(seed: int, nuisance: str) -> np.random.Generator:
    return np.random.default_rng((seed, _NUISANCES.index(nuisance)))


def _value(fact: Fact, sketch: MusicSketch, seed: int) -> float:
    return BANDS[fact].draw(_level(fact, sketch), _rng(seed, fact))


def _level(fact: Fact, sketch: MusicSketch) -> Level | None:
    return level_of(VALUES[fact], getattr(sketch, fact))


def _composition(sketch: MusicSketch, seed: int) -> Composition:
    tempo = _value("tempo", sketch, seed)
    return Composition(
        sketch.instrument,
        tempo,
        sketch.mode,
        root=int(_rng(seed, "root").integers(12)),
        lowest=round(_value("register", sketch, seed)),
        velocity=round(VELOCITIES.draw(_level("dynamics", sketch), _rng(seed, "velocity"))),
        # Whole chords, so that a clip does not end on a half one.
        beats=BEATS_A_CHORD * round(_rng(seed, "seconds").uniform(*SECONDS) * tempo / 60 / BEATS_A_CHORD),
        drums=sketch.drums,
    )


def _mixed(player: Player, score: Score, seed: int) -> Samples:
    """Instrument and drums at levels of which neither hides the other, whatever the instrument."""
    played = player.play(replace(score, hits=()), seed)
    if not score.hits:
        return played
    struck = player.play(replace(score, melody=(), chords=()), seed)
    return played + struck * np.float32(gain_of(DRUMS_DB) * rms(played) / rms(struck))


def _at_level(samples: Samples, level: float) -> Samples:
    """With this RMS; where peaks would be too high, the moment around them is softer, so that nothing is clipped.

    Single plucked notes have peaks 25 dB above their RMS, and would not be loud at all if they were only scaled.
    """
    width = 2 * int(SMOOTH * SAMPLE_RATE) + 1
    # A mean of maxima over as long is smooth and nowhere below what it is the envelope of.
    envelope = uniform_filter1d(maximum_filter1d(np.abs(samples), width), width)
    most = CEILING / np.maximum(envelope, 1e-9)
    wanted, gain, scaled = gain_of(level), 1.0, samples
    for _ in range(ROUNDS):
        gain *= wanted / rms(scaled)
        scaled = samples * np.minimum(np.float32(gain), most)
    return scaled.astype(np.float32)


def _script(piece: Composition, score: Score, samples: Samples) -> Mapping[str, Any]:
    """What can be measured again."""
    sounding = rms(samples) / rms(at_unit_level(samples))
    return {
        "events": [event(label_of(piece.instrument), "foreground", 0.0, score.seconds, decibels(sounding))],
        "instrument": piece.instrument,
        "tempo": piece.tempo,
        "mode": piece.mode,
        "root": piece.root,
        "lowest": piece.lowest,
        "median_hz": hertz_of(float(np.median([note.pitch for note in score.melody]))),
        "rms_db": decibels(rms(samples)),
        "drums": piece.drums,
        "onsets": [note.onset for note in score.melody],
    }
