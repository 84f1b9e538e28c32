"""Folders that clips are rendered into: a manifest of a fixed name, WAV files of 16 bit, nobody else's data lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from earwitness.errors import StoreError
from earwitness.run.whole_files import replacing
from earwitness.scenes.synthesis import Samples

MANIFEST = "metadata.csv"


@contextmanager
def writing(folder: Path, *, own: bool = True) -> Iterator[None]:
    """Make a folder if need be, and say so where it cannot be written.

    Args:
        folder: where clips go.
        own: whether a manifest that is there was rendered before; somebody's data set has one of the same name.

    Raises:
        StoreError: if the folder cannot be written, or holds a manifest of somebody else.
    """
    if not own:
        raise StoreError(f"{folder / MANIFEST} was not rendered here and is left as it is. Name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written as a folder of clips: {error.strerror or error}. Name another folder."
        ) from error


def write_clip(path: Path, samples: Samples, sample_rate: int) -> None:
    """Write a WAV file of 16 bit."""
    import soundfile

    with path.open("wb") as file:
        soundfile.write(file, samples, sample_rate, format="WAV", subtype="PCM_16")


def write_settings(note: Path, settings: Mapping[str, Any]) -> None:
    """Note all that determines the clips of a folder, as plain JSON."""
    with replacing(note) as part:
        part.write_text(json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def check_same(note: Path, settings: Mapping[str, Any]) -> None:
    """Refuse a folder whose clips were made with other settings.

    Raises:
        StoreError: naming each setting that differs, with what it was and what it is.
    """
    try:
        before = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{note} cannot be read: {error}. Name another folder, or remove this one.") from error
    if not isinstance(before, dict):
        raise StoreError(f"{note} was not written here. Name another folder.")
    now = json.loads(json.dumps(settings))
    changed = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    if changed:
        told = "; ".join(f"{key} was {before.get(key)!r} and is {now.get(key)!r}" for key in changed)
        raise StoreError(f"{note.parent} was rendered with other settings: {told}. Name another folder.")
