"""What clips can be made of on this machine, and what cannot be made and why."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earwitness.errors import UsageError
from earwitness.scenes.domains.base import Domain, Subset
from earwitness.scenes.domains.labels.likeness import lasts
from earwitness.scenes.domains.music.domain import MusicDomain
from earwitness.scenes.domains.music.events import MusicEvents
from earwitness.scenes.domains.music.loops import read_loops
from earwitness.scenes.domains.music.players import BuiltIn, Player
from earwitness.scenes.domains.music.soundfont import FluidSynth, Found
from earwitness.scenes.domains.sound.domain import SoundDomain
from earwitness.scenes.domains.speech.domain import SpeechDomain
from earwitness.scenes.domains.speech.espeak import PROGRAM, SpokenVoices
from earwitness.scenes.domains.speech.events import VoiceEvents
from earwitness.scenes.domains.speech.voices import RecordedVoices
from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.misheard import misheard
from earwitness.scenes.sources import AUDIO_SUFFIXES, Pool, Recordings, Synthesis, read_folder

NOT_USED = "only what is built in was asked for (--built-in)"


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What clips can be made of.

    Attributes:
        domains: by subset; at least one.
        origins: where sounds, voices and instruments are from, in words that differ where the clips would.
        missing: why a subset cannot be made, by its name; or why there are no ``instruments``.
    """

    domains: Mapping[Subset, Domain[Any]]
    origins: Mapping[str, str]
    missing: Mapping[str, str] = field(default_factory=dict)


def gather(
    *,
    sounds: Path | None = None,
    sounds_where: Mapping[str, str] | None = None,
    voices: Path | None = None,
    loops: Path | None = None,
    soundfont: Path | None = None,
    built_in: bool = False,
) -> Ingredients:
    """Find what clips can be made of: folders that are given, programs that are installed, and the package itself.

    Args:
        sounds: labelled recordings, as ``scenes.sources.read_folder`` reads them.
        sounds_where: take only those whose metadata has these values.
        voices: people who read sentences, as ``RecordedVoices.read`` reads them.
        loops: labelled samples of instruments, as ``read_loops`` reads them.
        soundfont: instruments for FluidSynth; None for one that is installed.
        built_in: whether programs are left alone, so that the same set is made on any machine.

    Raises:
        UsageError: if instruments are asked for and cannot be played, sounds are chosen of no folder, or a program that
            is there does not work.
        ManifestError: if a folder cannot be read.
        AudioError: if a recording cannot be read.
    """
    if sounds_where and sounds is None:
        raise UsageError("--sounds-where chooses among recordings; give their folder as well, with --sounds.")
    if soundfont is not None and built_in:
        raise UsageError("a soundfont is not built in; give either --soundfont or --built-in.")
    have = _Have(
        recorded=_sounds(sounds, sounds_where or {}) if sounds else None,
        people=RecordedVoices.read(voices) if voices else None,
        spoken=None if built_in else SpokenVoices.found(),
        font=Found(None, NOT_USED) if built_in else FluidSynth.found(soundfont),
        samples=read_loops(loops) if loops else None,
    )
    if soundfont is not None and have.font.player is None:
        raise UsageError(have.font.why_not)
    possible = _possible(have, NOT_USED if built_in else f"{PROGRAM} is not on PATH; install it for voices.")
    missing: dict[str, str] = {subset: why for subset, why in possible.items() if isinstance(why, str)}
    if have.font.player is None:
        missing["instruments"] = have.font.why_not
    folders = {"recorded sounds": sounds, "recorded voices": voices, "samples of instruments": loops}
    origins = {
        what: _content(folder, sounds_where if folder is sounds else None) for what, folder in folders.items() if folder
    }
    domains = {subset: domain for subset, domain in possible.items() if not isinstance(domain, str)}
    return Ingredients(domains, {**_renderers(have), **origins}, missing)


@dataclass(frozen=True, slots=True)
class _Have:
    """What was found beside the package itself."""

    recorded: Recordings | None
    people: RecordedVoices | None
    spoken: SpokenVoices | None
    font: Found
    samples: Recordings | None

    @property
    def player(self) -> Player:
        return self.font.player or BuiltIn()

    @property
    def sounds(self) -> Pool:
        synthesis = Synthesis()
        return Pool([synthesis] if self.recorded is None else [synthesis, self.recorded])

    @property
    def everything(self) -> Pool:
        speaking = [voices for voices in (self.people, self.spoken) if voices is not None]
        voices = [VoiceEvents(speaking)] if speaking else []
        return Pool([self.sounds, *voices, MusicEvents(self.player)])


def _possible(have: _Have, no_program: str) -> Mapping[Subset, Domain[Any] | str]:
    """Each domain, or why it cannot be made."""
    behind = have.sounds
    lasting = frozenset(filter(lasts, behind.labels))
    return {
        "speech": SpeechDomain("speech", have.people, behind, lasting) if have.people else _not_given("voices"),
        "speech_gen": SpeechDomain("speech_gen", have.spoken, behind, lasting) if have.spoken else no_program,
        "sound": SoundDomain("sound", have.recorded) if have.recorded else _not_given("sounds"),
        "sound_gen": SoundDomain("sound_gen", Synthesis()),
        "music": SoundDomain("music", have.samples) if have.samples else _not_given("loops"),
        "music_gen": MusicDomain(have.player),
        "mix": SoundDomain("mix", have.everything),
    }


def _not_given(what: str) -> str:
    return f"no folder of {what} was given (--{what})"


def _sounds(folder: Path, where: Mapping[str, str]) -> Recordings:
    """The recordings that have these values; those that listeners took for something else are left out."""
    doubted = misheard(folder)
    return read_folder(
        folder,
        keep=lambda row: (
            all(row.get(column) == value for column, value in where.items())
            and Path(row["file_name"]).stem not in doubted
        ),
        countable=[label for label, words in LEXICON.items() if words["en"].counted],
        single=True,
    )


# --- where it is from ----------------------------------------------------------------------------------------------


def _renderers(have: _Have) -> dict[str, str]:
    told = {"synthesised sounds": "earwitness"}
    if have.spoken is not None:
        told["spoken voices"] = _version(PROGRAM)
    font = have.font.player
    told["music"] = "earwitness" if font is None else f"FluidSynth, {font.soundfont.name}, {_hash(font.soundfont)}"
    return told


def _version(program: str) -> str:
    """Name and number as a program tells them, without the folders behind."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"{program} does not work; mend it, or use no programs, with --built-in: {error}") from error
    return done.stdout.partition("  ")[0].strip()


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:12]


def _content(folder: Path, where: Mapping[str, str] | None) -> str:
    """A folder in a line: its name and what tells it from one of the same name."""
    read = {*AUDIO_SUFFIXES, ".csv"}
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in read and path.is_file())
    listed = "\n".join(f"{path.relative_to(folder).as_posix()} {_hash(path)}" for path in files)
    chosen = "".join(f", {column} {value}" for column, value in (where or {}).items())
    content = hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"folder {folder.resolve().name}{chosen}, {len(files):,} files, {content}"
