"""Clips that a benchmark renders itself: once into a folder, and again only where the folder was made otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from earwitness.errors import StoreError
from earwitness.run.whole_files import replacing

# Written last: a folder without it was not rendered to its end.
SETTINGS = "rendered.json"


def rendered_once(folder: Path, settings: Mapping[str, Any], render: Callable[[Path], object]) -> None:
    """Render into a folder, unless it was rendered with these settings before.

    Args:
        folder: made if need be.
        settings: all that determines the clips, as plain JSON.
        render: writes the clips into the folder; a rendering that was broken off is written over.

    Raises:
        StoreError: if the folder holds something else, or cannot be written.
    """
    note = folder / SETTINGS
    if note.is_file():
        _check_same(note, settings)
        return
    render(folder)
    try:
        with replacing(note) as part:
            part.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from error


def _check_same(note: Path, settings: Mapping[str, Any]) -> None:
    try:
        before = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{note} cannot be read: {error}. Name another folder, or remove this one.") from error
    if before != json.loads(json.dumps(settings)):
        raise StoreError(
            f"{note.parent} was rendered with {json.dumps(before, sort_keys=True)}; wanted "
            f"{json.dumps(settings, sort_keys=True)}. Name another folder."
        )
