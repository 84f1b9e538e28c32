"""A player with many instruments: FluidSynth, with the recordings of a General MIDI soundfont.

``samples [time]`` are float32 mono at 16 kHz. Both are found at run time: neither is part of the package.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from earwitness.audio import from_array, resample
from earwitness.errors import MissingDependencyError
from earwitness.scenes.domains.music.players import ENDING
from earwitness.scenes.domains.music.scores import Drum, Score
from earwitness.scenes.effects import fade
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples

# Programs of General MIDI, counted from 0, each of which can play from E2 to E6. The spectrum's centre lies an octave
# higher at least in any high piece than in any low one: not so with brass, a sitar or a guitar that is distorted, whose
# low notes are overtones above all, among them major thirds of minor chords.
PROGRAMS: Mapping[str, int] = {
    "piano": 0,
    "marimba": 12,
    "organ": 19,
    "accordion": 21,
    "acoustic guitar": 24,
    "harp": 46,
    "strings": 48,
    "banjo": 105,
}
# Some of which a listener may take for one another: plucked strings, and all that hold their tones.
ALIKE = (
    frozenset({"acoustic guitar", "banjo", "harp"}),
    frozenset({"accordion", "organ", "strings"}),
)
# Keys of General MIDI's drum kit, and where a soundfont has it.
_KEYS: Mapping[Drum, int] = {"kick": 36, "snare": 38, "hi-hat": 42}
_KIT_BANK = 128
# Of a synthesiser.
_CHANNELS = 16
_MELODY, _CHORDS, _KIT = 0, 1, _CHANNELS - 1
# The rate of the soundfonts' own recordings: at 16 kHz FluidSynth would fold back what lies above 8.
_SYNTH_RATE = 44_100
_GAIN = 0.5
_SETTINGS: Mapping[str, int] = {
    "synth.reverb.active": 0,
    "synth.chorus.active": 0,
    "synth.polyphony": 128,
    # Only what a clip's instruments need is read.
    "synth.dynamic-sample-loading": 1,
}
# The environment's name for a soundfont's path; without it one of these names is looked for in these folders.
SOUNDFONT = "SOUNDFONT"
_NAMES = ("FluidR3_GM.sf2", "FluidR3_GM2-2.sf2", "FluidR3GM.sf2", "GeneralUser*.sf2", "MuseScore_General.sf2")
_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
    "/Library/Audio/Sounds/Banks",
    "~/Library/Audio/Sounds/Banks",
    "~/.local/share/soundfonts",
)

# Where a channel's samples go: an array, from which place on, every how many places.
_OUT = (("array", ctypes.c_void_p), ("offset", ctypes.c_int), ("step", ctypes.c_int))
# When, how hard (0 lets go), on which channel, which key.
_Stroke: TypeAlias = tuple[float, int, int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search for FluidSynth came to.

    Attributes:
        player: None if something is missing.
        why_not: what is missing and what to do; empty if nothing is.
    """

    player: FluidSynth | None
    why_not: str = ""


class FluidSynth:
    """Instruments and drums of a General MIDI soundfont, dry: without reverberation and chorus.

    Args:
        module: ``fluidsynth``, of the package pyfluidsynth.
        soundfont: an ``.sf2`` file.

    Raises:
        ValueError: if the soundfont cannot be read, or lacks one of ``PROGRAMS`` or the drum kit.
    """

    instruments = tuple(PROGRAMS)

    def __init__(self, module: Any, soundfont: Path) -> None:
        if not _is_soundfont(soundfont):
            raise ValueError(f"{soundfont} is not a soundfont that can be read; wanted an .sf2 file of General MIDI")
        self.soundfont = soundfont
        self._module = module
        self._write = _silent_and_float(module)
        # Never played: while it has the samples of all instruments, others find them in memory.
        self._keeper = self._synth(dict(enumerate(PROGRAMS.values())))

    @classmethod
    def found(cls, soundfont: Path | None = None) -> Found:
        """The player, if pyfluidsynth, the library FluidSynth and a soundfont are there.

        Args:
            soundfont: an ``.sf2`` file; None for the one that ``SOUNDFONT`` names in the environment, else the first
                known one in the usual folders.
        """
        try:
            module = _imported()
        except ModuleNotFoundError:
            return Found(None, str(MissingDependencyError("playing instruments", "pyfluidsynth", "music")))
        except (ImportError, OSError) as error:
            return Found(None, f"pyfluidsynth finds no library FluidSynth ({error}). Install the system's fluidsynth.")
        path = soundfont or next(_installed(), None)
        if path is None:
            where = ", ".join(_FOLDERS)
            return Found(None, f"no General MIDI soundfont in {where}. Install FluidR3, or set {SOUNDFONT} to a path.")
        try:
            return Found(cls(module, path))
        except ValueError as error:
            return Found(None, str(error))

    def play(self, score: Score, seed: int) -> Samples:
        """The score as sound; it hangs on nothing but score and soundfont."""
        # What was played before is heard in the first milliseconds, even after a reset: each score has its own.
        programs = {channel: PROGRAMS[score.instrument] for channel in (_MELODY, _CHORDS)} if score.instrument else {}
        synth = self._synth(programs)
        parts, written = [], 0
        for moment, velocity, channel, key in _strokes(score):
            until = round(moment * _SYNTH_RATE)
            parts.append(self._mono(synth, until - written))
            synth.noteon(channel, key, velocity)
            written = until
        parts.append(self._mono(synth, round(score.seconds * _SYNTH_RATE) - written))
        synth.delete()
        at_rate = resample(from_array(np.concatenate(parts), _SYNTH_RATE), SAMPLE_RATE).samples
        return fade(at_rate, SAMPLE_RATE, ENDING)

    def _synth(self, programs: Mapping[int, int]) -> Any:
        """A new synthesiser, with the soundfont's programs by channel and its drum kit."""
        synth = self._module.Synth(_GAIN, _SYNTH_RATE, _CHANNELS, **_SETTINGS)
        font = synth.sfload(str(self.soundfont))
        wanted = {channel: (0, program) for channel, program in programs.items()} | {_KIT: (_KIT_BANK, 0)}
        for channel, (bank, program) in wanted.items():
            if synth.program_select(channel, font, bank, program) != 0:
                raise ValueError(f"{self.soundfont} has no bank {bank}, program {program}; wanted all of General MIDI")
        return synth

    def _mono(self, synth: Any, length: int) -> Samples:
        left, right = np.empty((2, length), np.float32)
        to = (array.ctypes.data_as(ctypes.c_void_p) for array in (left, right))
        self._write(synth.synth, length, next(to), 0, 1, next(to), 0, 1)
        mono: Samples = ((left + right) / 2).astype(np.float32)
        return mono


def _strokes(score: Score) -> list[_Stroke]:
    """All that is done to the keys, in order; a key is let go before it is struck again."""
    strokes: list[_Stroke] = [(hit.onset, hit.velocity, _KIT, _KEYS[hit.drum]) for hit in score.hits]
    # On channels of their own, a chord does not cut off the melody where both have one key.
    for channel, notes in ((_MELODY, score.melody), (_CHORDS, score.chords)):
        strokes += ((played.onset, played.velocity, channel, played.pitch) for played in notes)
        strokes += ((played.onset + played.seconds, 0, channel, played.pitch) for played in notes)
    return sorted(strokes)


def _silent_and_float(module: Any) -> Callable[..., int]:
    """The library's function that writes floats, once it is told to keep its remarks from the terminal.

    The module itself offers 16 bits, with a dither that goes on from clip to clip.
    """
    whole, place = ctypes.c_int, ctypes.c_void_p
    log = module.cfunc("fluid_set_log_function", place, ("level", whole, 1), ("function", place, 1), ("data", place, 1))
    for level in range(5):
        log(level, None, None)
    channels = [(f"{side}_{name}", kind, 1) for side in ("left", "right") for name, kind in _OUT]
    write: Callable[..., int] = module.cfunc(
        "fluid_synth_write_float", whole, ("synth", place, 1), ("length", whole, 1), *channels
    )
    return write


def _is_soundfont(path: Path) -> bool:
    """Whether a file begins as one; of others the libraries complain on the terminal."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(12)
    return (head[:4], head[8:]) == (b"RIFF", b"sfbk")


def _imported() -> Any:
    """The module ``fluidsynth``, which in continuous integration would print where its library lies."""
    with contextlib.redirect_stdout(io.StringIO()):
        return importlib.import_module("fluidsynth")


def _installed() -> Iterator[Path]:
    named = os.environ.get(SOUNDFONT)
    if named:
        yield Path(named)
    for folder in _FOLDERS:
        for name in _NAMES:
            yield from sorted(Path(folder).expanduser().glob(name))
