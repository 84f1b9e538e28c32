"""Folders that clips are rendered into: a manifest of a fixed name, WAV files of 16 bit, nobody else's data lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earwitness.errors import StoreError
from earwitness.scenes.synthesis import Samples

MANIFEST = "metadata.csv"


@contextmanager
def writing(folder: Path, *, own: bool) -> Iterator[None]:
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
