"""Clips that differ in one thing that is heard, such as brightness, reverberation, tempo or mode.

Each property is set to a low or a high value, drawn from ranges with a wide gap between them, so that nobody can be in
doubt; all else comes from one distribution for both. Loudness is set after the property, so that it does not tell.
Clips come in twos, a low one and a high one, that share length, loudness, kind of sound and their captions' words.

A rendered folder holds ``clip-001.wav``, ... (16 bit) and ``metadata.csv``: a row for each clip and caption, with
``says`` and ``level`` (the value that the caption tells of and the clip's: ``low`` or ``high``), ``value`` in the
property's unit and ``sound``, what sounds.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earwitness.run.whole_files import replacing
from earwitness.scenes.bands import LEVELS, Band, Level, Range
from earwitness.scenes.clip_folders import MANIFEST, write_clip, writing
from earwitness.scenes.effects import clip_hard, coloured_noise, fade, in_room, low_pass, tilt
from earwitness.scenes.gains import gain_of, rms
from earwitness.scenes.music import MELLOW, RICH, Mode, Piece, Timbre, play
from earwitness.scenes.opposites import opposites
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples, Synthesis

COLUMNS = ("file_name", "caption", "language", "group", "property", "level", "says", "value", "sound")
SECONDS: Range = (4.0, 5.5)
# RMS of a whole clip, dB full scale: no clip of these sounds reaches full scale then.
LOUDNESS: Range = (-34.0, -28.0)
# Energy of a room's tail / of the direct sound, dB; the room's size alone makes the difference.
WETNESS: Range = (-3.0, 3.0)
MUSIC = "music"


@dataclass(frozen=True, slots=True)
class Property:
    """One thing that is heard.

    Attributes:
        what: is asked, in words.
        band: of its values.
        sounds: of what a clip may be made, so that the property can be heard.
    """

    what: str
    band: Band
    sounds: tuple[str, ...]


# Only what fills the whole band can lose or gain a part of it.
_BROAD = ("noise burst", MUSIC)
PROPERTIES: Mapping[str, Property] = {
    "brightness": Property("dark or bright", Band("dB an octave", (-6.0, -4.0), (4.0, 6.0)), _BROAD),
    "reverberation": Property(
        "dry or reverberant", Band("s to -60 dB", (0.1, 0.2), (1.2, 2.5)), ("beep", "chirp", "knock", "noise burst")
    ),
    "distortion": Property("clean or clipped", Band("distortion / signal", (0.0, 0.0), (0.32, 0.42)), ("bell", MUSIC)),
    "noise": Property(
        "clean or noisy",
        Band("dB of noise to signal", (-60.0, -50.0), (-5.0, 0.0)),
        ("beep", "bell", "chirp", "knock", "siren", "tone", MUSIC),
    ),
    "bandwidth": Property("narrow or wide band", Band("Hz", (1000.0, 2000.0), (8000.0, 8000.0)), _BROAD),
    "tempo": Property("slow or fast", Band("beats a minute", (60.0, 75.0), (150.0, 180.0)), (MUSIC,)),
    "mode": Property("minor or major", Band("semitones of the third", (3.0, 3.0), (4.0, 4.0), whole=True), (MUSIC,)),
    "register": Property("low or high notes", Band("octave", (2.0, 3.0), (6.0, 6.0), whole=True), (MUSIC,)),
}


@dataclass(frozen=True, slots=True, eq=False)
class PerceptualClip:
    """A clip of which one thing is known.

    Attributes:
        name: of the property.
        level: whether its value is low or high.
        value: in the property's unit.
        sound: what sounds, a label of ``Synthesis`` or ``music``.
        samples: float32 mono ``[time]`` at 16 kHz.
    """

    name: str
    level: Level
    value: float
    sound: str
    samples: Samples


def perceptual_clip(name: str, level: Level, seed: int, number: int) -> PerceptualClip:
    """The clip of this number; the same arguments give the same clip.

    Example:
        >>> clip = perceptual_clip("tempo", "high", seed=0, number=1)
        >>> clip.sound, 150 <= clip.value <= 180, 4 <= len(clip.samples) / SAMPLE_RATE <= 5.5
        ('music', True, True)
    """
    shown, place = PROPERTIES[name], list(PROPERTIES).index(name)
    # Neighbours, one low and one high, have length, loudness and kind of sound in common: none of them can tell.
    shared = np.random.default_rng((seed, place, number // 2, 1))
    sound = shown.sounds[shared.integers(len(shown.sounds))]
    seconds, loudness = shared.uniform(*SECONDS), shared.uniform(*LOUDNESS)
    rng = np.random.default_rng((seed, place, number, 0))
    value = shown.band.draw(level, rng)
    made = _SET[name](value, sound, seconds, rng) if name in _SET else _played(name, value, seconds, rng)
    return PerceptualClip(name, level, value, sound, _at_loudness(made, loudness))


def _at_loudness(samples: Samples, level: float) -> Samples:
    return samples * np.float32(gain_of(level) / rms(samples))


# --- music of a property, and sounds with one ----------------------------------------------------------------------


def _played(name: str, value: float, seconds: float, rng: np.random.Generator) -> Samples:
    """Music in which tempo, mode or register has this value, and the others any."""
    mode: Mode = "major" if rng.random() < 0.5 else "minor"
    tempo, octave, root = rng.uniform(100, 130), 4, int(rng.integers(12))
    if name == "tempo":
        tempo = value
    elif name == "mode":
        mode = "minor" if value == 3 else "major"
    else:
        octave = int(value)
    piece = Piece(tempo, mode, octave, root, chords=name != "register", beat=name == "tempo")
    return play(piece, seconds, Timbre.draw(rng, MELLOW), rng)


def _sounding(sound: str, seconds: float, rng: np.random.Generator, rolloff: tuple[float, float] = MELLOW) -> Samples:
    """Music, or the same kind of sound two to four times, with silence behind each."""
    if sound == MUSIC:
        mode: Mode = "major" if rng.random() < 0.5 else "minor"
        piece = Piece(rng.uniform(90, 140), mode, 4, int(rng.integers(12)))
        return play(piece, seconds, Timbre.draw(rng, rolloff), rng)
    samples = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    times = int(rng.integers(2, 5))
    slot = len(samples) // times
    for number in range(times):
        event = Synthesis().draw(sound, rng, seconds=0.6 * slot / SAMPLE_RATE)[: int(0.75 * slot)]
        start = number * slot + int(rng.uniform(0.0, 0.2) * slot)
        samples[start : start + len(event)] = fade(event, SAMPLE_RATE)
    return samples


def _bright(value: float, sound: str, seconds: float, rng: np.random.Generator) -> Samples:
    # Six octaves lie between the ends of `tilt`.
    return tilt(_sounding(sound, seconds, rng, RICH), value * np.linspace(-3.0, 3.0, 7))


def _reverberant(value: float, sound: str, seconds: float, rng: np.random.Generator) -> Samples:
    wetness = 10 ** (rng.uniform(*WETNESS) / 10)
    return in_room(_sounding(sound, seconds, rng), SAMPLE_RATE, value, wetness, rng)


def _distorted(value: float, sound: str, seconds: float, rng: np.random.Generator) -> Samples:
    clean = _sounding(sound, seconds, rng)
    return clip_hard(clean, value) if value else clean


def _noisy(value: float, sound: str, seconds: float, rng: np.random.Generator) -> Samples:
    clean = _at_loudness(_sounding(sound, seconds, rng), 0.0)
    return clean + coloured_noise(len(clean), rng.uniform(0.0, 1.5), rng) * np.float32(gain_of(value))


def _banded(value: float, sound: str, seconds: float, rng: np.random.Generator) -> Samples:
    whole = _sounding(sound, seconds, rng, RICH)
    return whole if value >= SAMPLE_RATE / 2 else low_pass(whole, SAMPLE_RATE, value)


_SET: Mapping[str, Callable[[float, str, float, np.random.Generator], Samples]] = {
    "brightness": _bright,
    "reverberation": _reverberant,
    "distortion": _distorted,
    "noise": _noisy,
    "bandwidth": _banded,
}

# --- folders -------------------------------------------------------------------------------------------------------


def render_property(folder: Path, name: str, *, clips: int, seed: int) -> Path:
    """Write clips of one property, low and high by turns; in each language one caption is true of a clip, one false.

    Args:
        folder: made if it is not there; files of the same names are written over.
        name: of the property.
        clips: how many; an even number has as many low as high.
        seed: same seed, same clips.

    Returns:
        The manifest's path.

    Raises:
        StoreError: if the folder cannot be written, or holds a manifest that was not rendered here.
    """
    manifest = folder / MANIFEST
    with writing(folder, own=_is_own(manifest)):
        with replacing(manifest) as part, part.open("w", encoding="utf-8", newline="") as table:
            rows = csv.writer(table)
            rows.writerow(COLUMNS)
            for number in range(clips):
                clip = perceptual_clip(name, LEVELS[number % 2], seed, number)
                write_clip(folder / f"{_stem(number)}.wav", clip.samples, SAMPLE_RATE)
                rows.writerows(_rows(clip, number))
    return manifest


def _is_own(manifest: Path) -> bool:
    """Whether a manifest is one of these, or not there at all."""
    if not manifest.is_file():
        return True
    with manifest.open("rb") as file:
        return file.readline().strip() == ",".join(COLUMNS).encode()


def _stem(number: int) -> str:
    return f"clip-{number + 1:03}"


def _rows(clip: PerceptualClip, number: int) -> list[tuple[str | float, ...]]:
    """A clip's captions; neighbours, one low and one high, have the same, so that no wording tells."""
    stem = _stem(number)
    return [
        (f"{stem}.wav", caption, language, stem, clip.name, clip.level, says, round(clip.value, 4), clip.sound)
        for language, both in opposites(clip.name, clip.sound, number // 2).items()
        for says, caption in zip(LEVELS, both, strict=True)
    ]
