"""Real musical samples by label: loops, strokes and tones, from a folder of recordings.

A folder that says its labels, by a table or by subfolders, is read as it is. The samples of Sonic Pi (CC0) lie in one
folder, with names such as ``bd_klub.flac``; they have their labels from here, and what a listener might doubt is left
out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from earwitness.scenes.sources import Recordings, read_folder

# Patterns of names, by label: at least three recordings of each, as clips of one alone are all alike.
NAMED: Mapping[str, tuple[str, ...]] = {
    # Of drums alone: other loops have voices, basses or chords in them, or sounds that nobody would call drums.
    "drum loop": ("loop_amen", "loop_amen_full", "loop_breakbeat", "loop_compus"),
    # Not the harmonics, which ring like bells.
    "guitar": ("guit_e_fifths", "guit_e_slide", "guit_em9"),
    # With a pitch, and little above it: the others are voices, strokes or noise.
    "bass": ("bass_dnb_f", "bass_thick_c", "bass_trance_c", "bass_woodsy_c"),
    # Strokes that ring; damped ones are mere clicks. The loop has other instruments.
    "tabla": ("tabla_ghe*", "tabla_na", "tabla_na_o", "tabla_tas[23]", "tabla_tun*"),
    # Left to ring; closed ones are hi-hats.
    "cymbal": ("drum_cymbal_hard", "drum_cymbal_open", "drum_cymbal_soft", "drum_splash_*", "ride_*"),
    # Of wood and skin: electronic ones are bursts of noise.
    "snare drum": ("drum_snare_*", "sn_*"),
    # Not those of a computer's sound chip, nor two with as much noise as tone.
    "bass drum": ("bd_[!cz]*", "drum_bass_*", "drum_heavy_kick"),
}
# Labels of which each recording is one stroke.
STRUCK = ("bass drum", "cymbal", "snare drum", "tabla")


def read_loops(folder: str | Path) -> Recordings:
    """Read a folder of musical samples into memory.

    Args:
        folder: with ``metadata.csv`` or a subfolder for each label, read as ``scenes.sources.read_folder`` does; or the
            samples of Sonic Pi.

    Raises:
        ManifestError: if the folder holds no labelled clip.
        AudioError: if a clip cannot be read or breaks a limit; it names the clip's path.
    """
    root = Path(folder)
    if (root / "metadata.csv").is_file() or not any(map(_named, root.glob("*.*"))):
        return read_folder(root)
    read = read_folder(root, keep=lambda row: _named(Path(row["file_name"])) is not None)
    recordings = [
        replace(recording, label=str(_named(Path(recording.name))))
        for label in read.labels
        for recording in read.of(label)
    ]
    return Recordings(recordings, read.sample_rate, STRUCK, single=True)


def _named(path: Path) -> str | None:
    """The label of a file by its name.

    Example:
        >>> _named(Path("bd_klub.flac")), _named(Path("loop_safari.flac"))
        ('bass drum', None)
    """
    matching = (label for label, patterns in NAMED.items() if any(fnmatch(path.stem, pattern) for pattern in patterns))
    return next(matching, None)
