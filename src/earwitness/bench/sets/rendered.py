"""Clips that a benchmark renders itself: once into a folder, and again only where the folder was made otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from earwitness.scenes.clip_folders import check_same, write_settings, writing

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
        check_same(note, settings)
        return
    render(folder)
    with writing(folder):
        write_settings(note, settings)
