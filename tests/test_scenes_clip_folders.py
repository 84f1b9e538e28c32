"""Folders for clips: made, or told why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earwitness.errors import StoreError
from earwitness.scenes.clip_folders import MANIFEST, write_clip, writing


def test_a_folder_is_made_and_a_clip_written(tmp_path: Path) -> None:
    samples = np.array([0.0, 0.5, -0.5], np.float32)
    with writing(tmp_path / "a" / "b", own=True):
        write_clip(tmp_path / "a" / "b" / "clip.wav", samples, 8000)
    written = soundfile.info(tmp_path / "a" / "b" / "clip.wav")
    assert (written.samplerate, written.frames, written.subtype) == (8000, 3, "PCM_16")


def test_what_cannot_be_written_or_is_somebodys_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError, match=f"^{file / 'x'} cannot be written as a folder of clips: Not a directory"):
        with writing(file / "x", own=True):
            pass
    with pytest.raises(StoreError, match=f"^{tmp_path / MANIFEST} was not rendered here"):
        with writing(tmp_path, own=False):
            pass
