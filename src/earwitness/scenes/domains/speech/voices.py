"""Voices of people: recordings from a folder, each a sentence of somebody whose age and gender are known.

``samples [time]`` are float32 mono at 16 kHz.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from earwitness.audio import read_audio, resample
from earwitness.errors import AudioError, UsageError
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.bands import Band, Range
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.domains.speech.sentences import are_alike
from earwitness.scenes.domains.speech.table import AGE, Recorded, read_table
from earwitness.scenes.domains.speech.utterances import (
    GROWN_UP,
    KINDS,
    LONGEST,
    Kind,
    Manner,
    Take,
    Utterance,
    voiced_part,
)
from earwitness.scenes.draws import one_of
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples

# Lists of speakers have mistakes. A speaker whose median F0 lies out of these, in Hz, is not used.
PLAUSIBLE_F0: Mapping[Kind, Range] = {"man": (70.0, 170.0), "woman": (180.0, 330.0), "child": (195.0, 420.0)}
_CLIPS_HEARD = 3  # of a speaker, to tell
# By how much one clip may lie out of that: two semitones. Of 400 clips of such speakers none lies farther.
_STRAY = 2 ** (2 / 12)


class RecordedVoices:
    """People who read sentences; a clip is decoded when it is needed, not before.

    Args:
        recordings: all sentences of all speakers.
    """

    bands: Mapping[str, Band] = {"age": AGE}
    takes_along: Mapping[Fact, frozenset[Fact]] = {
        "gender": frozenset({"words"}),
        "age": frozenset({"words", "gender"}),
    }

    def __init__(self, recordings: Sequence[Recorded]) -> None:
        self._by_name = {recorded.name: recorded for recorded in recordings}
        self._of_speaker: dict[str, list[Recorded]] = {}
        for recorded in recordings:
            self._of_speaker.setdefault(recorded.speaker, []).append(recorded)
        self._are_plausible: dict[str, bool] = {}

    @classmethod
    def read(cls, folder: str | Path) -> RecordedVoices:
        """The voices of a folder; see ``read_table``.

        Raises:
            ManifestError: if its table cannot be read.
        """
        return cls(read_table(Path(folder)))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Who was recorded."""
        recorded = {said[0].kind for said in self._of_speaker.values()}
        return tuple(kind for kind in KINDS if kind in recorded)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Words, and what tells its speakers apart."""
        kinds = set(self.kinds)
        gender: tuple[Fact, ...] = ("gender",) if kinds.issuperset(GROWN_UP) else ()
        age: tuple[Fact, ...] = ("age",) if "child" in kinds and len(kinds) > 1 else ()
        return ("words", *gender, *age)

    def draw(self, kind: Kind, manner: Manner, rng: np.random.Generator) -> Utterance:
        """A sentence of a speaker of this kind; people speak as they do, so of the manner nothing is told.

        Raises:
            UsageError: if no speaker of this kind sounds like one.
        """
        said = next(self._said_by(kind, rng), None)
        if said is not None:
            return said
        low, high = PLAUSIBLE_F0[kind]
        raise UsageError(
            f"no {kind} of these recordings can be used: wanted a median F0 of {low:.0f} to {high:.0f} Hz in clips of "
            f"at most {LONGEST:.0f} s. Give a folder that has one."
        )

    def change(self, said: Utterance, fact: Fact, unlike: str, rng: np.random.Generator) -> Utterance | None:
        """Another sentence of the same speaker for ``words``, another speaker for ``gender`` and ``age``."""
        candidates: Iterator[Utterance]
        if fact == "words":
            candidates = map(_utterance, self._short(self._by_name[said.voice].speaker, rng))
        else:
            kinds = [kind for kind in self.kinds if kind in _others(said.kind, fact)]
            candidates = self._said_by(one_of(kinds, rng), rng)
        return next((other for other in candidates if not _is_like(other.words, (said.words, unlike))), None)

    def speak(self, said: Utterance, seed: int) -> Take:
        """The recording without the silence around it, whatever the seed.

        Raises:
            AudioError: if it cannot be read, or nothing sounds in it.
        """
        recorded = self._by_name[said.voice]
        samples = voiced_part(_decoded(recorded))
        if samples is None:
            raise AudioError(f"{recorded.path}: nothing sounds; wanted a voice.", code="audio_silent")
        low, high = PLAUSIBLE_F0[said.kind]
        band = [round(low / _STRAY), round(high * _STRAY)]
        return Take(samples, {"file": recorded.name, "speaker": recorded.speaker, "f0_band": band})

    def _said_by(self, kind: Kind, rng: np.random.Generator) -> Iterator[Utterance]:
        """What speakers of a kind say, speaker by speaker, in any order."""
        speakers = sorted(self._of_speaker)
        for place in rng.permutation(len(speakers)):
            speaker = speakers[place]
            if self._of_speaker[speaker][0].kind == kind and self._is_plausible(speaker):
                yield from map(_utterance, self._short(speaker, rng))

    def _short(self, speaker: str, rng: np.random.Generator) -> Iterator[Recorded]:
        """The recordings of a speaker that are not too long, in any order."""
        said = self._of_speaker[speaker]
        return (said[place] for place in rng.permutation(len(said)) if _is_short(said[place]))

    def _is_plausible(self, speaker: str) -> bool:
        """Whether a speaker sounds like what the list says; heard once, the same whoever asks."""
        if speaker not in self._are_plausible:
            heard = islice(self._short(speaker, np.random.default_rng(0)), _CLIPS_HEARD)
            low, high = PLAUSIBLE_F0[self._of_speaker[speaker][0].kind]
            known = [frequency for frequency in map(_pitch, heard) if frequency is not None]
            self._are_plausible[speaker] = bool(known) and low <= float(np.median(known)) <= high
        return self._are_plausible[speaker]


def _others(kind: Kind, fact: Fact) -> tuple[Kind, ...]:
    """The kinds that differ from this one in gender or in age."""
    if fact == "gender":
        return tuple(other for other in GROWN_UP if other != kind)
    return GROWN_UP if kind == "child" else ("child",)


def _is_like(words: str, others: Sequence[str]) -> bool:
    return any(are_alike(words, other) for other in others)


def _utterance(recorded: Recorded) -> Utterance:
    return Utterance(recorded.kind, recorded.name, recorded.words)


def _decoded(recorded: Recorded) -> Samples:
    try:
        return resample(read_audio(recorded.path), SAMPLE_RATE).samples
    except AudioError as error:
        raise AudioError(f"{recorded.path}: {error}", code=error.code) from error


def _is_short(recorded: Recorded) -> bool:
    """By its header, as decoding would take fifty times as long; one that cannot be read is never chosen."""
    import soundfile

    try:
        return float(soundfile.info(str(recorded.path)).duration) <= LONGEST
    except soundfile.LibsndfileError:
        return False


def _pitch(recorded: Recorded) -> float | None:
    """Its median F0; None where nothing in it is voiced, or its header promises what is not there."""
    try:
        return median_pitch(_decoded(recorded), SAMPLE_RATE)
    except AudioError:
        return None
