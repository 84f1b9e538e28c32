"""Voices that are tones: a reader that needs no program, and a folder of recordings that a test makes."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

from earwitness.audio import from_array
from earwitness.scenes.domains.speech.espeak import VARIANTS, SpokenVoices, pitch_setting
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples
from earwitness.types import Audio, Language

TEXTS = (
    "the cat sat down",
    "my uncle likes green tea",
    "zero three five one",
    "we call it bear",
    "they found an old map",
    "she never answers letters",
)
# Speaker: age, gender, F0 in Hz.
SPEAKERS: Mapping[str, tuple[int, str, float]] = {
    "ann": (30, "f", 210),
    "eve": (19, "female", 230),
    "bob": (44, "m", 110),
    "joe": (18, "male", 130),
    "kid": (7, "m", 260),
    "sue": (10, "f", 300),
    # In between; and one who does not sound like what the list says.
    "tom": (14, "m", 150),
    "max": (25, "m", 240),
}


def buzz(hertz: float, words: int, seconds: float) -> Samples:
    """A harmonic tone for each word, with pauses of 80 ms between."""
    time = np.arange(int(seconds / words * SAMPLE_RATE)) / SAMPLE_RATE
    word = sum(np.sin(2 * np.pi * hertz * partial * time) / partial for partial in range(1, 9))
    word = np.where(time < time[-1] - 0.08, word, 0)
    return np.tile(0.1 * word, words).astype(np.float32)


def read_as_tones(text: str, voice: str, pitch: int, speed: int) -> Audio:
    """A tone as high as the variant speaks at this pitch, at one beat a word or syllable."""
    language: Language = "en" if voice.startswith("en") else "zh"
    variant = voice.split("+")[1]
    hertz = next(f for f in range(40, 400) if pitch_setting(variant, language, f) >= pitch)
    words = len(text.split())
    silence = np.zeros(SAMPLE_RATE // 4, np.float32)
    sound = buzz(hertz, words, words * 60 / speed)
    return from_array(np.concatenate([silence, sound, silence]), SAMPLE_RATE)


def spoken_by_tones() -> SpokenVoices:
    """The voices of the program, read by tones."""
    return SpokenVoices(read_as_tones)


def variants() -> list[tuple[str, str]]:
    """Each gender and variant."""
    return [(gender, variant) for gender, known in VARIANTS.items() for variant in known]


def row(name: str, text: str, speaker: str, age: object, gender: str) -> dict[str, str]:
    return {"file_name": name, "text": text, "speaker": speaker, "age": str(age), "gender": gender, "extra": "1"}


def write_table(root: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] | None = None) -> Path:
    with (root / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
    return root


def write_voices(root: Path) -> Path:
    """A folder of everybody's sentences, with half a second of silence around each."""
    rows = []
    silence = np.zeros(SAMPLE_RATE // 2, np.float32)
    for speaker, (age, gender, hertz) in SPEAKERS.items():
        for number, text in enumerate(TEXTS):
            name = f"{speaker}-{number}.wav"
            words = len(text.split())
            soundfile.write(
                root / name, np.concatenate([silence, buzz(hertz, words, 0.4 * words), silence]), SAMPLE_RATE
            )
            rows.append(row(name, text, speaker, age, gender))
    return write_table(root, rows)
