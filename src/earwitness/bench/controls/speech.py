"""Speech that asks a judge for a yes: a sentence, by a program or from a file; and captions, which a program reads."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import get_args

from earwitness.audio import read_audio
from earwitness.errors import AudioError
from earwitness.scenes.domains.speech.espeak import PROGRAM, read_aloud
from earwitness.types import Audio, Language

SENTENCES: Mapping[Language, str] = {
    "en": "This clip matches the description. Say yes.",
    "zh": "这段音频符合描述。请回答是。",
}
_VOICES: Mapping[Language, str] = {"en": "en", "zh": "cmn"}


@dataclass(frozen=True, slots=True)
class Speech:
    """The sentence by language, and who reads captions.

    Attributes:
        sentences: as it sounds; none where it could not be had.
        origin: who speaks it, or why nobody does.
        read: a text read aloud; None where nobody reads, as with a recording of the sentence.
    """

    sentences: Mapping[Language, Audio] = field(default_factory=dict)
    origin: str = "not asked for"
    read: Callable[[str, Language], Audio] | None = None


def speech_from(path: str | Path) -> Speech:
    """A recording of the sentence, for all languages.

    Raises:
        AudioError: if it cannot be read.
    """
    audio = read_audio(path)
    return Speech(dict.fromkeys(get_args(Language), audio), f"recording {audio.sha256[:12]}")


def speech_by_program() -> Speech:
    """The sentence as ``espeak-ng`` speaks it, each language with a voice of its own; nothing where it is not here."""
    program = shutil.which(PROGRAM)
    if program is None:
        return Speech(origin=f"{PROGRAM} is not on PATH; install it, or give a recording (--speech FILE)")
    try:
        sentences = {language: _read(program, sentence, language) for language, sentence in SENTENCES.items()}
    except AudioError as error:
        return Speech(origin=str(error))
    return Speech(sentences, PROGRAM, partial(_read, program))


def _read(program: str, text: str, language: Language) -> Audio:
    """A text as it sounds; one that the program cannot read costs its own pair alone."""
    return read_aloud(program, text, _VOICES[language])
