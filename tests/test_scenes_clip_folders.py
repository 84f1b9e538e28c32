"""Folders for clips: made, or told why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earwitness.errors import StoreError
from earwitness.scenes.clip_folders import MANIFEST, check_same, write_clip, write_settings, writing


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


def test_clips_of_other_settings_are_told_by_what_differs(tmp_path: Path) -> None:
    note = tmp_path / "settings.json"
    write_settings(note, {"n": 8, "seed": 0})
    check_same(note, {"n": 8, "seed": 0})
    with pytest.raises(StoreError, match=r"with other settings: n was 8 and is 12; seed was 0 and is 1\. Name another"):
        check_same(note, {"n": 12, "seed": 1})
    note.write_text("[1]")
    with pytest.raises(StoreError, match="was not written here"):
        check_same(note, {"n": 8})
