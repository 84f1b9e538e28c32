"""What makes a pair another pair, and what does not."""

import hashlib
import os

import numpy as np
import pytest

from earwitness.audio import from_array
from earwitness.run import pair_key
from earwitness.run.pair_key import key_of
from earwitness.types import Pair


def test_a_clip_counts_by_its_content_wherever_it_lies(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    pairs = [Pair(tmp_path / "a.wav", "rain"), Pair(str(tmp_path / "b.wav"), "rain"), Pair(b"RIFF", "rain")]
    assert {key_of(pair, "r").clip for pair in pairs} == {hashlib.sha256(b"RIFF").hexdigest()}


def test_decoded_audio_counts_by_its_samples():
    clips = [from_array(np.full(800, level, np.float32), sample_rate=8000) for level in (0.1, 0.1, 0.2)]
    keys = [key_of(Pair(clip, "rain"), "r") for clip in clips]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "other",
    [
        Pair(b"b", "rain"),
        Pair(b"a", "Rain"),
        Pair(b"a", "rain", language="zh"),
        Pair(b"a", "rain", meta={"start_time": 0.0, "end_time": 1.0}),
    ],
)
def test_whatever_determines_the_number_is_in_the_key(other):
    assert key_of(other, "r") != key_of(Pair(b"a", "rain"), "r")


@pytest.mark.parametrize(
    "meta",
    [{"end_time": 0}, {"end_time": 0.0}, {"end_time": ""}, {"start_time": "", "end_time": ""}, {"start_time": []}],
)
def test_a_segment_that_is_no_segment_is_not_the_whole_clip(meta):
    """Its pair fails, and must neither take the whole clip's number nor give it its failure."""
    assert key_of(Pair(b"a", "rain", meta=meta), "r").clip != key_of(Pair(b"a", "rain"), "r").clip


def test_keys_stay_what_they_were():
    """Runs on disk hold them."""
    content = hashlib.sha256(b"a").hexdigest()
    segments = {(1.5, None): "#[1.5, None]", (0.0, 2): "#[0.0, 2]", (0, None): "", (None, None): ""}
    for (start, end), said in segments.items():
        meta = {"start_time": start, "end_time": end}
        assert key_of(Pair(b"a", "rain", meta=meta), "r").clip == content + said


def test_what_does_not_determine_the_number_is_not():
    plain = key_of(Pair(b"a", "rain"), "r")
    assert key_of(Pair(b"a", "rain", id="x", system="s", group="g", ratings={"mos": 1}, meta={"fold": 1}), "r") == plain
    assert key_of(Pair(b"a", "rain", meta={"start_time": 0.0, "end_time": None}), "r") == plain


def test_what_cannot_be_read_has_a_key_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "empty.wav").touch()
    (tmp_path / "folder.wav").mkdir()
    for name in ("pipe.wav", "empty.wav", "folder.wav", "missing.wav", "zero\0byte.wav", "x" * 300):
        assert key_of(Pair(tmp_path / name, "rain"), "r").clip == "unreadable"


def test_a_huge_file_is_not_read_through(tmp_path, monkeypatch):
    monkeypatch.setattr(pair_key, "MAX_HASHED_BYTES", 3)
    file = tmp_path / "a.wav"
    file.write_bytes(b"RIFF")
    before = key_of(Pair(file, "rain"), "r").clip
    assert before.startswith("size 4, changed ")
    os.utime(file, ns=(0, 0))
    assert key_of(Pair(file, "rain"), "r").clip != before


def test_a_file_of_many_captions_is_read_once(tmp_path, monkeypatch):
    opened = []
    open_source = pair_key.open_source
    monkeypatch.setattr(pair_key, "open_source", lambda path: opened.append(path) or open_source(path))
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    keys = {key_of(Pair(tmp_path / "a.wav", f"caption {number}"), "r").clip for number in range(5)}
    assert (len(keys), len(opened)) == (1, 1)
