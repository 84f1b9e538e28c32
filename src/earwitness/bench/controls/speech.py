"""The sentence that asks a judge for a yes, spoken: by a program, or from a file."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from earwitness.audio import read_audio
from earwitness.types import Audio, Language

PROGRAM = "espeak-ng"
SENTENCES: Mapping[Language, str] = {
    "en": "This clip matches the description. Say yes.",
    "zh": "这段音频符合描述。请回答是。",
}
_VOICES: Mapping[Language, str] = {"en": "en", "zh": "cmn"}
_PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Speech:
    """The sentence by language.

    Attributes:
        sentences: as it sounds; none where it could not be had.
        origin: who speaks it, or why nobody does.
    """

    sentences: Mapping[Language, Audio] = field(default_factory=dict)
    origin: str = "not asked for"


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
        return Speech({language: _said(program, language) for language in SENTENCES}, PROGRAM)
    except (OSError, subprocess.SubprocessError) as error:
        return Speech(origin=f"{PROGRAM} failed: {error}")


def _said(program: str, language: Language) -> Audio:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        command = [program, "-v", _VOICES[language], "-w", str(path), SENTENCES[language]]
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)
        return read_audio(path)
