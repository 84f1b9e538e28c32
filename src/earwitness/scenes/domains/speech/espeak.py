"""Voices of the program espeak-ng, which is found when it is wanted: gender, language, pace, pitch and words as asked.

The program is under the GPL, so it is run and never linked. ``pitch`` is its setting ``-p`` (0-99), ``speed`` its
setting ``-s`` in words a minute. What is low and high is so for a man or for a woman, and is told of English alone: the
tones of Mandarin move the F0 of a sentence, and no man's variant speaks it as high as a high-pitched man would.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np

from earwitness.audio import read_audio, resample
from earwitness.errors import AudioError
from earwitness.scenes.bands import Band, level_of, other_of
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.domains.speech.sentences import LINES, Line, are_alike, line_of
from earwitness.scenes.domains.speech.utterances import (
    GROWN_UP,
    VALUES,
    Kind,
    Manner,
    Take,
    Utterance,
    voiced_part,
)
from earwitness.scenes.draws import one_of
from earwitness.scenes.synthesis import SAMPLE_RATE
from earwitness.types import Audio, Language

PROGRAM = "espeak-ng"
_PATIENCE = 30.0  # seconds

# Text, voice, pitch, speed.
Reader: TypeAlias = Callable[[str, str, int, int], Audio]

PACE = Band("words a minute", (90, 110), (280, 330), whole=True, middle=(150, 180))
# Median F0: as measured of every variant, sentence and speed. Of 25 men and 39 women who were recorded reading English,
# men have 107 to 166 Hz, half of them under 133, women 192 to 266, half under 215: a low man is lower than all of them,
# a high one about as high as the highest; a low woman is lower than nearly all, a high one higher.
PITCH: Mapping[str, Band] = {
    "man": Band("Hz", (64, 86), (163, 185), middle=(114, 139)),
    "woman": Band("Hz", (169, 201), (268, 304), middle=(210, 247)),
}
# What is aimed at, in Hz: low, in the middle, high. A variant comes out higher in more sentences than lower.
_AIMS: Mapping[str, Mapping[str | None, float]] = {
    "man": {"low": 74, None: 124, "high": 173},
    "woman": {"low": 180, None: 224, "high": 284},
}
# Median F0 of each variant at pitch 50, Hz; those that are left out are hoarse, or cannot reach both ends in English.
# The formants of the women lie 10 to 25 % above those of the men, so that a low woman is a woman.
VARIANTS: Mapping[str, Mapping[str, Mapping[Language, float]]] = {
    "man": {
        "m2": {"en": 99, "zh": 92},
        "m5": {"en": 101, "zh": 89},
        "m6": {"en": 100, "zh": 89},
    },
    "woman": {
        "f1": {"en": 176, "zh": 159},
        "f2": {"en": 192, "zh": 170},
        "f4": {"en": 178, "zh": 162},
        "f5": {"en": 203, "zh": 182},
    },
}
# By how much a pitch setting multiplies F0, the same for all variants.
_SETTINGS = (10, 20, 30, 40, 50, 60, 70, 80, 90, 99)
_FACTORS = (0.72, 0.77, 0.82, 0.90, 1.00, 1.11, 1.24, 1.38, 1.56, 1.73)
# Mandarin is given as pinyin: the program's voice for characters reads them as English where they are pinyin.
_VOICES: Mapping[Language, str] = {"en": "en-us", "zh": "cmn-latn-pinyin"}
_LANGUAGES: tuple[Language, ...] = tuple(LINES)
_SPEED_DRAW = 11  # names the generator of the speed
# Of changed words, how many are one word of the sentence; the others are another sentence.
_ONE_WORD = 0.5


def pitch_setting(variant: str, language: Language, hertz: float) -> int:
    """The pitch at which a variant speaks so high.

    Example:
        >>> pitch_setting("m2", "en", 99), pitch_setting("f1", "zh", 275)
        (50, 99)
    """
    middle = next(known[variant][language] for known in VARIANTS.values() if variant in known)
    return round(float(np.interp(hertz / middle, _FACTORS, _SETTINGS)))


def read_aloud(program: str, text: str, voice: str, *options: str) -> Audio:
    """A text as the program speaks it.

    Args:
        program: its path.
        text: to be spoken; it is handed over by standard input, so one that begins with a dash is no option.
        voice: its name, with a variant after ``+``.
        options: others of the program.

    Raises:
        AudioError: with code ``unspeakable`` if the program fails or what it writes cannot be read.
    """
    command = [program, "-v", voice, *options, "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=_PATIENCE)
        audio = read_audio(done.stdout)
    except (OSError, subprocess.SubprocessError, AudioError) as error:
        raise AudioError(f"{PROGRAM} could not read {text[:60]!r}: {error}", code="unspeakable") from error
    # Its header gives no length, as it is written as it is spoken; all of it is here.
    return replace(audio, flags=tuple(flag for flag in audio.flags if flag != "streamed_size"))


class SpokenVoices:
    """Men and women who say whatever sentence is asked for, in the manner asked for.

    Args:
        reader: reads a text aloud.
    """

    kinds: tuple[Kind, ...] = GROWN_UP
    # What others take along comes before them, so that both can be edited.
    facts: tuple[Fact, ...] = ("words", "pitch", "gender", "language", "pace")
    bands: Mapping[str, Band] = {"pace": PACE, **{f"pitch of a {gender}": band for gender, band in PITCH.items()}}
    # High for a man is low for a woman.
    takes_along: Mapping[Fact, frozenset[Fact]] = {"language": frozenset({"words"}), "gender": frozenset({"pitch"})}

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @classmethod
    def found(cls) -> SpokenVoices | None:
        """The voices of the program on PATH; None where there is none."""
        program = shutil.which(PROGRAM)
        return None if program is None else cls(partial(_by_program, program))

    def draw(self, kind: Kind, manner: Manner, rng: np.random.Generator) -> Utterance:
        """A sentence, in any language where none is told; in English where pitch is."""
        free: Language = "en" if manner.pitch else one_of(_LANGUAGES, rng)
        language = manner.language or free
        line = one_of(LINES[language], rng)
        return Utterance(kind, _variant(kind, rng), line.words, language, manner.pace, manner.pitch)

    def change(self, said: Utterance, fact: Fact, unlike: str, rng: np.random.Generator) -> Utterance | None:
        """The other of two values; for ``words`` one word of the sentence or, as often, another sentence."""
        if fact == "gender":
            kind: Kind = "woman" if said.kind == "man" else "man"
            return replace(said, kind=kind, voice=_variant(kind, rng))
        if fact == "language":
            language: Language = "zh" if said.language == "en" else "en"
            return replace(said, language=language, words=one_of(LINES[language], rng).words)
        if fact == "words":
            return replace(said, words=_other_line(line_of(said.words), unlike, rng).words)
        told = said.pace if fact == "pace" else said.pitch
        assert told is not None
        other = other_of(VALUES[fact], told)
        return replace(said, pace=other) if fact == "pace" else replace(said, pitch=other)

    def speak(self, said: Utterance, seed: int) -> Take:
        """The utterance read aloud; the seed decides how fast exactly.

        Raises:
            AudioError: if it cannot be read aloud.
        """
        speed = round(PACE.draw(level_of(VALUES["pace"], said.pace), np.random.default_rng((seed, _SPEED_DRAW))))
        pitch = pitch_setting(said.voice, said.language, _AIMS[said.kind][said.pitch])
        audio = self._reader(line_of(said.words).aloud + ".", f"{_VOICES[said.language]}+{said.voice}", pitch, speed)
        samples = voiced_part(resample(audio, SAMPLE_RATE).samples)
        if samples is None:
            raise AudioError(f"nothing sounds where {said.words!r} is read aloud.", code="unspeakable")
        band = PITCH[said.kind].range_of(level_of(VALUES["pitch"], said.pitch))
        script = {"variant": said.voice, "pitch_setting": pitch, "words_per_minute": speed, "f0_band": list(band)}
        return Take(samples, script)


def _by_program(program: str, text: str, voice: str, pitch: int, speed: int) -> Audio:
    return read_aloud(program, text, voice, "-p", str(pitch), "-s", str(speed))


def _variant(kind: Kind, rng: np.random.Generator) -> str:
    return one_of(tuple(VARIANTS[kind]), rng)


def _other_line(line: Line, unlike: str, rng: np.random.Generator) -> Line:
    """One that differs in a word alone, or in nearly all of them."""
    same_sentence = rng.random() < _ONE_WORD
    lines = tuple(
        other
        for other in LINES[line.language]
        if other.words not in (line.words, unlike)
        and (other.pattern == line.pattern if same_sentence else not are_alike(other.words, line.words))
    )
    return one_of(lines, rng)
