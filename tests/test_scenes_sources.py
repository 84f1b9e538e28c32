"""Sources of events: what sounds is found, synthesis, folders in every layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earwitness.errors import AudioError, ManifestError, UsageError
from earwitness.scenes.sounding import is_single, sounding_spans
from earwitness.scenes.sources import SAMPLE_RATE, SYNTHESISED, Pool, Samples, Synthesis, read_folder

ESC10 = Path("../shared/data/esc10")


def _bursts(*spans: tuple[float, float], seconds: float = 5.0, level: float = 0.3) -> Samples:
    clip = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    rng = np.random.default_rng(1)
    for start, stop in spans:
        part = clip[int(start * SAMPLE_RATE) : int(stop * SAMPLE_RATE)]
        part += level * rng.standard_normal(len(part)).astype(np.float32)
    return clip


def _folder(root: Path, **files: tuple[float, float]) -> Path:
    for name, span in files.items():
        path = root / f"{name.replace('__', '/')}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, _bursts(span), SAMPLE_RATE)
    return root


def test_digital_silence_never_sounds() -> None:
    spans = sounding_spans(_bursts((0.5, 1.0), (3.0, 4.5)), SAMPLE_RATE)
    assert [(a / SAMPLE_RATE, b / SAMPLE_RATE) for a, b in spans] == [(0.5, 1.0), (3.0, 4.5)]
    assert sounding_spans(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE) == []
    assert sounding_spans(np.zeros(0, np.float32), SAMPLE_RATE) == []


def test_short_gaps_are_part_of_the_sound_and_quiet_sounds_are_not() -> None:
    near = _bursts((1.0, 1.5), (1.6, 2.0))
    assert len(sounding_spans(near, SAMPLE_RATE)) == 1
    assert len(sounding_spans(near, SAMPLE_RATE, gap=0.05)) == 2
    quiet = near + _bursts((3.0, 3.5), level=0.3 * 10 ** (-40 / 20))
    assert sounding_spans(quiet, SAMPLE_RATE) == sounding_spans(near, SAMPLE_RATE)


def test_labels_come_from_subfolders(tmp_path: Path) -> None:
    source = read_folder(_folder(tmp_path, door_slam__a=(1, 2), door_slam__b=(2, 4), bell__c=(0, 5)))
    assert source.labels == ("bell", "door slam")
    assert [len(source.of(label)) for label in source.labels] == [1, 2]


def test_labels_come_from_file_names_in_a_flat_folder(tmp_path: Path) -> None:
    assert read_folder(_folder(tmp_path, drum_snare=(1, 2), drum_tom=(1, 2), hat_x=(1, 2))).labels == ("drum", "hat")


def test_a_metadata_table_says_labels_and_what_to_keep(tmp_path: Path) -> None:
    _folder(tmp_path, a=(1, 2), b=(1, 2), c=(1, 2))
    table = "\ufefffile_name,label,fold\na.wav,rain,1\nb.wav,dog bark,2\nc.wav,dog bark,1\n"
    (tmp_path / "metadata.csv").write_text(table, encoding="utf-8")
    source = read_folder(tmp_path, keep=lambda row: row["fold"] == "1")
    assert [(clip.name, clip.meta["fold"]) for label in source.labels for clip in source.of(label)] == [
        ("c.wav", "1"),
        ("a.wav", "1"),
    ]
    with pytest.raises(ManifestError, match="none of 3 recordings is as asked for"):
        read_folder(tmp_path, keep=lambda row: row["fold"] == "9")


def test_what_is_no_folder_of_labelled_clips_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no labelled clip found"):
        read_folder(tmp_path)
    soundfile.write(tmp_path / "silent_one.wav", np.zeros(SAMPLE_RATE), SAMPLE_RATE)
    with pytest.raises(ManifestError, match="no labelled clip found"):
        read_folder(tmp_path)
    (tmp_path / "metadata.csv").write_text("file,label\n")
    with pytest.raises(ManifestError, match="no column file_name"):
        read_folder(tmp_path)


@pytest.mark.parametrize(("content", "code"), [(b"<html>not found</html>", "audio_not_audio"), (None, "audio_missing")])
def test_a_broken_recording_is_named_by_its_path(content: bytes | None, code: str, tmp_path: Path) -> None:
    _folder(tmp_path, rain__a=(0, 5), wind__a=(0, 5))
    (tmp_path / "metadata.csv").write_text("file_name,label\nrain/a.wav,rain\nwind/a.wav,wind\n")
    broken = tmp_path / "wind" / "a.wav"
    broken.unlink()
    if content:
        broken.write_bytes(content)
    with pytest.raises(AudioError, match=f"^{broken}: ") as caught:
        read_folder(tmp_path)
    assert caught.value.code == code


def test_a_recording_that_breaks_a_limit_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "rain_long.wav", np.zeros(601 * 8000, np.int16), 8000)
    with pytest.raises(AudioError, match=r"rain_long\.wav lasts 601\.00 s; at most 600 s are read"):
        read_folder(tmp_path)


def test_recordings_are_resampled(tmp_path: Path) -> None:
    seconds = np.arange(44_100) / 44_100
    stereo = np.stack([np.sin(2 * np.pi * 1000 * seconds)] * 2, axis=1)
    soundfile.write(tmp_path / "tone_x.wav", 0.5 * stereo, 44_100)
    samples = read_folder(tmp_path).of("tone")[0].samples
    assert len(samples) == SAMPLE_RATE
    assert int(_power(samples).argmax()) == 1000


def test_a_drawn_piece_starts_and_ends_with_sound(tmp_path: Path) -> None:
    source = read_folder(_folder(tmp_path, rain_x=(1.0, 4.0)))
    rng = np.random.default_rng(3)
    for seconds in (0.5, 2.0, 9.0):
        piece = source.draw("rain", rng, seconds=seconds)
        assert len(piece) / SAMPLE_RATE <= min(seconds, 3.0) + 0.13
        (start, stop), *others = sounding_spans(piece, SAMPLE_RATE)
        assert not others
        assert start / SAMPLE_RATE < 0.06
        assert stop > len(piece) - 0.13 * SAMPLE_RATE


def test_a_unit_is_one_of_several_happenings(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "dog_x.wav", _bursts((0.5, 0.8), (2.0, 2.5), (4.0, 4.02)), SAMPLE_RATE)
    source = read_folder(tmp_path, countable=["dog"])
    rng = np.random.default_rng(4)
    lengths = {round(len(source.draw("dog", rng, seconds=5.0, unit=True)) / SAMPLE_RATE, 3) for _ in range(40)}
    # 0.3 and 0.5 s with 25 ms before and 100 ms after; the click of 20 ms is no happening.
    assert lengths == {0.425, 0.625}
    assert source.countable == {"dog"}


def test_a_single_happening_has_one_peak() -> None:
    assert is_single(_bursts((0.1, 0.4), seconds=0.5), SAMPLE_RATE)
    # Two barks in one span, the pause between them shorter than that between spans.
    near = _bursts((0.1, 0.3), (0.42, 0.6), seconds=0.7)
    assert len(sounding_spans(near, SAMPLE_RATE)) == 1
    assert not is_single(near, SAMPLE_RATE)
    echo = _bursts((0.1, 0.3), seconds=0.7) + _bursts((0.42, 0.6), seconds=0.7, level=0.3 * 10 ** (-16 / 20))
    assert is_single(echo, SAMPLE_RATE)


def test_single_units_are_those_of_one_peak_near_to_the_loudest(tmp_path: Path) -> None:
    clip = _bursts((0.5, 0.8), (2.0, 2.2), (2.3, 2.5)) + _bursts((4.0, 4.4), level=0.3 * 10 ** (-15 / 20))
    soundfile.write(tmp_path / "dog_x.wav", clip, SAMPLE_RATE)
    rng = np.random.default_rng(4)
    units = {}
    for single in (False, True):
        source = read_folder(tmp_path, countable=["dog"], single=single)
        lengths = (len(source.draw("dog", rng, seconds=5.0, unit=True)) / SAMPLE_RATE for _ in range(40))
        units[single] = {round(length, 3) for length in lengths}
    # 0.3, 0.5 and 0.4 s with 25 ms before and 100 ms after.
    assert units == {False: {0.425, 0.625, 0.525}, True: {0.425}}


def test_a_label_with_few_single_units_is_not_countable(tmp_path: Path) -> None:
    twice = ((2.0, 2.2), (2.3, 2.5))
    soundfile.write(tmp_path / "dog_x.wav", _bursts((0.5, 0.8), (4.0, 4.3), *twice), SAMPLE_RATE)
    soundfile.write(tmp_path / "cat_x.wav", _bursts((0.5, 0.8), (1.3, 1.5), (4.0, 4.3), *twice), SAMPLE_RATE)
    assert read_folder(tmp_path, countable=["cat", "dog"]).countable == {"cat", "dog"}
    assert read_folder(tmp_path, countable=["cat", "dog"], single=True).countable == {"cat"}


def test_a_pool_draws_from_every_source_that_has_the_label(tmp_path: Path) -> None:
    real = read_folder(_folder(tmp_path, bell_x=(1.0, 1.5), rain_x=(0, 5)))
    pool = Pool([Synthesis(), real])
    assert pool.labels == tuple(sorted({*SYNTHESISED, "rain"}))
    assert pool.countable == Synthesis.countable
    rng = np.random.default_rng(5)
    assert len({len(pool.draw("bell", rng, seconds=5.0)) == 0.625 * SAMPLE_RATE for _ in range(40)}) == 2
    with pytest.raises(
        UsageError, match=r"^no sounds are labelled 'rane'\. Known labels: 'beep', .* 'rain', .*'tone'\.$"
    ):
        pool.draw("rane", rng, seconds=1.0)
    with pytest.raises(UsageError, match=r"^no sounds are labelled 'rane'\. Known labels: 'bell', 'rain'\.$"):
        real.of("rane")
    with pytest.raises(ValueError, match=r"one sample rate, got \[8000, 16000\]"):
        Pool([Synthesis(), read_folder(tmp_path, sample_rate=8000)])


@pytest.mark.skipif(not ESC10.is_dir(), reason="needs the ESC-10 clips in ../shared/data")
def test_the_padding_of_real_clips_is_no_sound() -> None:
    kept = {"person sneeze", "rain"}
    source = read_folder(ESC10, keep=lambda row: row["label"] in kept and row["fold"] == "1")
    shares = {
        label: np.mean([sum(b - a for a, b in clip.spans) / len(clip.samples) for clip in source.of(label)])
        for label in source.labels
    }
    assert shares["person sneeze"] < 0.5 < 0.95 < shares["rain"]


def _power(samples: Samples) -> Samples:
    return np.square(np.abs(np.fft.rfft(samples * np.hanning(len(samples))))) + 1e-12
