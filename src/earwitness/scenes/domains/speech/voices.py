"""Voices of people: recordings from a folder, each a sentence of somebody whose age and gender are known.

``samples [time]`` are float32 mono. Ages between a child's and an adult's are not used.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earwitness.audio import read_audio, resample
from earwitness.errors import AudioError, ManifestError, UsageError
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.bands import Band, Range
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.domains.speech.sentences import are_alike
from earwitness.scenes.domains.speech.utterances import GROWN_UP, KINDS, LONGEST, Heard, Kind, Utterance, voiced_part
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples

COLUMNS = ("file_name", "text", "speaker", "age", "gender")
AGE = Band("years", (0, 10), (18, 120), whole=True)
FEWEST_WORDS = 3
_GENDERS: Mapping[str, Kind] = {"m": "man", "male": "man", "f": "woman", "female": "woman"}
# Lists of speakers have mistakes. A speaker whose median F0 lies out of these, in Hz, is not used.
PLAUSIBLE_F0: Mapping[Kind, Range] = {"man": (70.0, 170.0), "woman": (180.0, 330.0), "child": (195.0, 420.0)}
_CLIPS_HEARD = 3  # of a speaker, to tell


@dataclass(frozen=True, slots=True)
class Recorded:
    """One sentence of one speaker."""

    name: str
    path: Path
    speaker: str
    kind: Kind
    words: str


class RecordedVoices:
    """People who read sentences; a clip is decoded when it is needed, not before.

    Args:
        recordings: all sentences of all speakers.
        sample_rate: clips are resampled to this, Hz.
    """

    bands: Mapping[str, Band] = {"age": AGE}
    takes_along: Mapping[Fact, frozenset[Fact]] = {
        "gender": frozenset({"words"}),
        "age": frozenset({"words", "gender"}),
    }

    def __init__(self, recordings: Sequence[Recorded], sample_rate: int = SAMPLE_RATE) -> None:
        self.sample_rate = sample_rate
        self._by_name = {recorded.name: recorded for recorded in recordings}
        self._of_speaker: dict[str, list[Recorded]] = {}
        for recorded in recordings:
            self._of_speaker.setdefault(recorded.speaker, []).append(recorded)
        self._are_plausible: dict[str, bool] = {}

    @classmethod
    def read(cls, folder: str | Path, sample_rate: int = SAMPLE_RATE) -> RecordedVoices:
        """The voices of a folder, by its ``metadata.csv``; texts of fewer than three words are left out.

        Args:
            folder: with clips and a table of the columns ``file_name``, ``text``, ``speaker``, ``age`` (years) and
                ``gender`` (m or male, f or female); others are not read.
            sample_rate: clips are resampled to this, Hz.

        Raises:
            ManifestError: if there is no such table or nothing in it can be used, a column is missing, or a row tells
                of a clip that is not there, an age that is no number, another gender, or a speaker who is somebody
                else in a row before; it names file and line.
        """
        table = Path(folder) / "metadata.csv"
        recordings = [recorded for recorded in _rows(table) if len(recorded.words.split()) >= FEWEST_WORDS]
        if not recordings:
            raise ManifestError(
                f"{table}: no recording can be used; wanted speakers of {AGE.low[1]:.0f} years at most or "
                f"{AGE.high[0]:.0f} at least, who say {FEWEST_WORDS} words or more."
            )
        return cls(recordings, sample_rate)

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

    def draw(self, kind: Kind, manner: Mapping[Fact, str], rng: np.random.Generator) -> Utterance:
        """A sentence of a speaker of this kind; people speak as they do, so ``manner`` is empty.

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
            candidates = self._said_by(kinds[rng.integers(len(kinds))], rng)
        return next((other for other in candidates if not _is_like(other.words, (said.words, unlike))), None)

    def speak(self, said: Utterance, seed: int) -> Heard:
        """The recording without the silence around it, whatever the seed.

        Raises:
            AudioError: if it cannot be read, or nothing sounds in it.
        """
        recorded = self._by_name[said.voice]
        samples = voiced_part(self._decoded(recorded), self.sample_rate)
        if samples is None:
            raise AudioError(f"{recorded.path}: nothing sounds; wanted a voice.", code="audio_silent")
        return Heard(samples, {"file": recorded.name, "speaker": recorded.speaker})

    def _said_by(self, kind: Kind, rng: np.random.Generator) -> Iterator[Utterance]:
        """What speakers of a kind say, speaker by speaker, in any order."""
        speakers = sorted(self._of_speaker)
        for place in rng.permutation(len(speakers)):
            speaker = speakers[place]
            if self._of_speaker[speaker][0].kind == kind and self._is_plausible(speaker):
                yield from map(_utterance, self._short(speaker, rng))

    def _decoded(self, recorded: Recorded) -> Samples:
        try:
            return resample(read_audio(recorded.path), self.sample_rate).samples
        except AudioError as error:
            raise AudioError(f"{recorded.path}: {error}", code=error.code) from error

    def _short(self, speaker: str, rng: np.random.Generator) -> Iterator[Recorded]:
        """The recordings of a speaker that are not too long, in any order."""
        said = self._of_speaker[speaker]
        return (said[place] for place in rng.permutation(len(said)) if _seconds(said[place].path) <= LONGEST)

    def _is_plausible(self, speaker: str) -> bool:
        """Whether a speaker sounds like what the list says; heard once, the same whoever asks."""
        if speaker not in self._are_plausible:
            short = self._short(speaker, np.random.default_rng(0))
            heard = [recorded for recorded, _ in zip(short, range(_CLIPS_HEARD), strict=False)]
            f0 = [median_pitch(self._decoded(recorded), self.sample_rate) for recorded in heard]
            low, high = PLAUSIBLE_F0[self._of_speaker[speaker][0].kind]
            known = [frequency for frequency in f0 if frequency is not None]
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


def _seconds(path: Path) -> float:
    """How long a clip is by its header; decoding it would take fifty times as long."""
    import soundfile

    try:
        return float(soundfile.info(str(path)).duration)
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{path}: {error}; wanted a clip.", code="audio_undecodable") from error


def _rows(table: Path) -> Iterator[Recorded]:
    """The rows of speakers whose age is told apart, each checked."""
    if not table.is_file():
        raise ManifestError(f"{table} is not there; wanted a table with the columns {', '.join(COLUMNS)}.")
    kinds: dict[str, Kind] = {}
    with table.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise ManifestError(f"{table}: no column {', '.join(missing)}; got {reader.fieldnames}.")
        for row in reader:
            where = f"{table}, line {reader.line_num}"
            kind = _kind(row, where)
            if kind is None:
                continue
            if kinds.setdefault(row["speaker"], kind) != kind:
                raise ManifestError(
                    f"{where}: speaker '{row['speaker']}' is a {kind} here and a {kinds[row['speaker']]} before; "
                    "wanted one age and gender a speaker."
                )
            yield _recorded(table.parent, row, kind, where)


def _kind(row: Mapping[str, str], where: str) -> Kind | None:
    """Who speaks; None of an age between."""
    gender = _GENDERS.get(row["gender"])
    if gender is None:
        raise ManifestError(f"{where}: gender is {row['gender']!r}; wanted one of {', '.join(_GENDERS)}.")
    try:
        level = AGE.level_of(float(row["age"]))
    except ValueError as error:
        raise ManifestError(f"{where}: age is {row['age']!r}; wanted years, such as 27.") from error
    return None if level is None else "child" if level == "low" else gender


def _recorded(root: Path, row: Mapping[str, str], kind: Kind, where: str) -> Recorded:
    path = root / row["file_name"]
    if not path.is_file():
        raise ManifestError(f"{where}: {path} is not there; wanted a clip.")
    return Recorded(row["file_name"], path, row["speaker"], kind, _as_quoted(row["text"]))


def _as_quoted(text: str) -> str:
    """A text of small letters as a sentence is written: a capital first, and I."""
    spelled = " ".join(
        "I" if word == "i" else "I'" + word[2:] if word.startswith("i'") else word for word in text.split()
    )
    return spelled[:1].upper() + spelled[1:]
