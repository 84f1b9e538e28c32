"""Voices of the program espeak-ng, which is found when it is wanted: gender, language, pace, pitch and words as asked.

The program is under the GPL, so it is run and never linked. ``pitch`` is its setting ``-p`` (0-99), ``speed`` its
setting ``-s`` in words a minute. What is low and high is so for a man or for a woman; no man is as high as any woman.
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
from earwitness.scenes.bands import Band, Range
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.domains.speech.sentences import LINES, Line, are_alike, line_of
from earwitness.scenes.domains.speech.utterances import (
    GROWN_UP,
    Heard,
    Kind,
    Utterance,
    level_of,
    other_value,
    voiced_part,
)
from earwitness.scenes.synthesis import SAMPLE_RATE
from earwitness.types import Audio, Language

PROGRAM = "espeak-ng"
_PATIENCE = 30.0  # seconds

# Text, voice, pitch, speed.
Reader: TypeAlias = Callable[[str, str, int, int], Audio]

PACE = Band("words a minute", (90, 110), (280, 330), whole=True)
MIDDLE_PACE: Range = (150, 180)
# Median F0 by what an utterance says of its pitch: as measured of every variant, sentence and speed.
PITCH: Mapping[str, Band] = {
    "man": Band("Hz", (62, 88), (120, 150)),
    "woman": Band("Hz", (152, 198), (248, 306)),
}
MIDDLE_PITCH: Mapping[str, Range] = {"man": (89, 119), "woman": (192, 238)}
# What is aimed at, in Hz: low, in the middle, high.
_AIMS: Mapping[str, Mapping[str | None, float]] = {
    "man": {"low": 73, None: 101, "high": 132},
    "woman": {"low": 170, None: 211, "high": 272},
}
# Median F0 of each variant at pitch 50, Hz; those that are left out are hoarse, or cannot reach both ends.
VARIANTS: Mapping[str, Mapping[str, Mapping[Language, float]]] = {
    "man": {
        "m1": {"en": 92, "zh": 82},
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
_SPEED_DRAW = 11  # names the generator of the speed


def pitch_setting(variant: str, language: Language, hertz: float) -> int:
    """The pitch at which a variant speaks so high.

    Example:
        >>> pitch_setting("m1", "en", 92), pitch_setting("f1", "zh", 275)
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


class Spoken:
    """Men and women who say whatever sentence is asked for, in the manner asked for.

    Args:
        reader: reads a text aloud.
    """

    kinds: tuple[Kind, ...] = GROWN_UP
    # Words come first: after them a language, which takes other words with it, can be edited too.
    facts: tuple[Fact, ...] = ("words", "gender", "language", "pace", "pitch")
    bands: Mapping[str, Band] = {"pace": PACE, **{f"pitch of a {gender}": band for gender, band in PITCH.items()}}
    takes_along: Mapping[Fact, frozenset[Fact]] = {"language": frozenset({"words"})}
    sample_rate = SAMPLE_RATE

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @classmethod
    def found(cls) -> Spoken | None:
        """The voices of the program on PATH; None where there is none."""
        program = shutil.which(PROGRAM)
        return None if program is None else cls(partial(_by_program, program))

    def draw(self, kind: Kind, manner: Mapping[Fact, str], rng: np.random.Generator) -> Utterance:
        """A sentence in any language that ``manner`` does not give; pace and pitch are in the middle unless given."""
        languages = tuple(LINES)
        drawn = languages[rng.integers(len(languages))]
        language = next((known for known in languages if known == manner.get("language")), drawn)
        lines = LINES[language]
        return Utterance(
            kind,
            _variant(kind, rng),
            lines[rng.integers(len(lines))].words,
            language,
            manner.get("pace"),
            manner.get("pitch"),
        )

    def change(self, said: Utterance, fact: Fact, unlike: str, rng: np.random.Generator) -> Utterance | None:
        """The other of two values; for ``words`` one word of the sentence or, as often, another sentence."""
        if fact == "gender":
            kind: Kind = "woman" if said.kind == "man" else "man"
            return replace(said, kind=kind, voice=_variant(kind, rng))
        if fact == "language":
            language: Language = "zh" if said.language == "en" else "en"
            return replace(said, language=language, words=_pick(LINES[language], rng).words)
        if fact == "words":
            return replace(said, words=_other_line(line_of(said.words), unlike, rng).words)
        if fact == "pace":
            return replace(said, pace=other_value(fact, said.pace))
        return replace(said, pitch=other_value(fact, said.pitch))

    def speak(self, said: Utterance, seed: int) -> Heard:
        """The utterance read aloud; the seed decides how fast exactly.

        Raises:
            AudioError: if it cannot be read aloud.
        """
        rng = np.random.default_rng((seed, _SPEED_DRAW))
        speed = round(PACE.draw(level_of("pace", said.pace), rng) if said.pace else rng.uniform(*MIDDLE_PACE))
        pitch = pitch_setting(said.voice, said.language, _AIMS[said.kind][said.pitch])
        audio = self._reader(line_of(said.words).aloud + ".", f"{_VOICES[said.language]}+{said.voice}", pitch, speed)
        samples = voiced_part(resample(audio, self.sample_rate).samples, self.sample_rate)
        if samples is None:
            raise AudioError(f"nothing sounds where {said.words!r} is read aloud.", code="unspeakable")
        script = {"variant": said.voice, "pitch_setting": pitch, "words_per_minute": speed, "f0_band": f0_band(said)}
        return Heard(samples, script)


def f0_band(said: Utterance) -> list[float]:
    """Where the median F0 of an utterance lies, in Hz."""
    if said.pitch is None:
        return list(MIDDLE_PITCH[said.kind])
    return list(PITCH[said.kind].range_of(level_of("pitch", said.pitch)))


def _by_program(program: str, text: str, voice: str, pitch: int, speed: int) -> Audio:
    return read_aloud(program, text, voice, "-p", str(pitch), "-s", str(speed))


def _variant(kind: Kind, rng: np.random.Generator) -> str:
    variants = tuple(VARIANTS[kind])
    return variants[rng.integers(len(variants))]


def _pick(lines: tuple[Line, ...], rng: np.random.Generator) -> Line:
    return lines[rng.integers(len(lines))]


def _other_line(line: Line, unlike: str, rng: np.random.Generator) -> Line:
    """One that differs in a word alone, or in nearly all of them."""
    same_sentence = rng.random() < 0.5
    lines = tuple(
        other
        for other in LINES[line.language]
        if other.words not in (line.words, unlike)
        and (other.pattern == line.pattern if same_sentence else not are_alike(other.words, line.words))
    )
    return _pick(lines, rng)
