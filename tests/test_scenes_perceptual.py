"""Clips of one property: measured, they have it, and nothing else tells."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from earwitness.errors import StoreError
from earwitness.scenes.perceptual import (
    COLUMNS,
    LEVELS,
    LOUDNESS,
    PROPERTIES,
    PerceptualClip,
    perceptual_clip,
    render_property,
)
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples
from earwitness.types import language_of

CLIPS = 24
Measure = Callable[[Samples], float]


def _power(samples: Samples) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.square(np.abs(np.fft.rfft(samples))), np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)


def _frames(samples: Samples, size: int = 320) -> NDArray[np.float64]:
    """Power of 20 ms frames, dB."""
    whole = samples[: len(samples) // size * size].reshape(-1, size)
    return 10 * np.log10(np.square(whole).mean(axis=1) + 1e-12)


def centroid(samples: Samples) -> float:
    """Mean of log frequency, weighted by power."""
    power, frequencies = _power(samples)
    return float(power @ np.log2(frequencies + 20) / power.sum())


def ringing(samples: Samples) -> float:
    """How loud the quieter frames are beside the loudest, dB."""
    frames = _frames(samples)
    return float(np.percentile(frames, 30) - frames.max())


def flat_tops(samples: Samples) -> float:
    """Share of samples that lie at the peak, within one in a hundred."""
    level = np.abs(samples)
    return float((level > 0.99 * level.max()).mean())


def noise_floor(samples: Samples) -> float:
    """Power of the quietest twentieth of bins below 4 kHz beside the mean, dB."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::512] * np.hanning(1024)
    power = np.square(np.abs(np.fft.rfft(frames)))[:, :256]
    return float(10 * np.log10(np.percentile(power, 5) / power.mean() + 1e-15))


def treble(samples: Samples) -> float:
    """Share of the power above 3 kHz."""
    power, frequencies = _power(samples)
    return float(power[frequencies > 3000].sum() / power.sum())


def strikes(samples: Samples) -> float:
    """How often a second the frames' power jumps by 10 dB above 5 kHz, where only the drum sounds."""
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum = np.where(frequencies > 5000, np.fft.rfft(samples), 0)
    frames = _frames(np.fft.irfft(spectrum, len(samples)))
    return float((np.diff(frames) > 10).sum() * SAMPLE_RATE / len(samples))


def major_thirds(samples: Samples) -> float:
    """How much better three major triads on I, IV and V fit the power by pitch class than three minor ones."""
    power, frequencies = _power(samples)
    heard = (frequencies > 255) & (frequencies < 508)
    classes = np.round(12 * np.log2(frequencies[heard] / 261.63)).astype(int) % 12
    share = np.log(np.bincount(classes, power[heard], 12) / power[heard].sum() + 1e-3)
    fits = {
        third: max(
            sum(share[(root + chord + step) % 12] for chord in (0, 5, 7) for step in (0, third, 7))
            for root in range(12)
        )
        for third in (3, 4)
    }
    return float(fits[4] - fits[3])


MEASURES: dict[str, Measure] = {
    "brightness": centroid,
    "reverberation": ringing,
    "distortion": flat_tops,
    "noise": noise_floor,
    "bandwidth": treble,
    "tempo": strikes,
    "mode": major_thirds,
    "register": centroid,
}


def auc(low: list[float], high: list[float]) -> float:
    """How often the high one of two is higher; ties count half."""
    apart = np.subtract.outer(high, low)
    return float((apart > 0).mean() + 0.5 * (apart == 0).mean())


@pytest.fixture(scope="module", params=PROPERTIES)
def clips(request: pytest.FixtureRequest) -> list[PerceptualClip]:
    return [perceptual_clip(request.param, LEVELS[number % 2], 0, number) for number in range(2 * CLIPS)]


def told_by(clips: list[PerceptualClip], measure: Measure) -> float:
    low, high = ([measure(clip.samples) for clip in clips if clip.level == level] for level in LEVELS)
    return auc(low, high)


def test_the_property_is_measured(clips: list[PerceptualClip]) -> None:
    assert told_by(clips, MEASURES[clips[0].name]) > 0.95


def test_loudness_and_length_do_not_tell(clips: list[PerceptualClip]) -> None:
    assert told_by(clips, lambda samples: float(np.sqrt(np.square(samples).mean()))) == pytest.approx(0.5, abs=0.1)
    assert told_by(clips, len) == 0.5
    assert max(np.abs(clip.samples).max() for clip in clips) < 1
    levels = [10 * np.log10(np.square(clip.samples, dtype=np.float64).mean()) for clip in clips]
    assert LOUDNESS[0] - 0.01 < min(levels) < max(levels) < LOUDNESS[1] + 0.01


def test_values_lie_in_their_ranges_and_the_ranges_apart(clips: list[PerceptualClip]) -> None:
    shown = PROPERTIES[clips[0].name]
    band = shown.band
    assert band.low[1] < band.high[0]
    for clip in clips:
        ends = band.low if clip.level == "low" else band.high
        assert ends[0] <= clip.value <= ends[1]
        assert clip.sound in shown.sounds
    assert [clip.sound for clip in clips[::2]] == [clip.sound for clip in clips[1::2]]


def test_what_is_not_asked_about_differs_between_neighbours() -> None:
    low, high = (perceptual_clip("mode", level, 0, number).samples for number, level in enumerate(LEVELS))
    assert len(low) == len(high)
    assert abs(np.corrcoef(low, high)[0, 1]) < 0.5


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_same_seed_gives_the_same_clip(name: str) -> None:
    first, again = (perceptual_clip(name, "high", 5, 3) for _ in range(2))
    assert np.array_equal(first.samples, again.samples)
    assert first.value == again.value
    other = perceptual_clip(name, "high", 6, 3)
    assert len(first.samples) != len(other.samples)


def test_a_folder_says_what_it_holds(tmp_path: Path) -> None:
    manifest = render_property(tmp_path / "new" / "noise", "noise", clips=4, seed=1)
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 16
    assert tuple(rows[0]) == COLUMNS
    for number, level in enumerate(("low", "high", "low", "high")):
        of_clip = rows[4 * number : 4 * number + 4]
        assert {row["file_name"] for row in of_clip} == {f"clip-{number + 1:03}.wav"}
        assert {row["level"] for row in of_clip} == {level}
        said = [(row["language"], row["says"]) for row in of_clip]
        assert said == [("en", "low"), ("en", "high"), ("zh", "low"), ("zh", "high")]
        assert all(language_of(row["caption"]) == row["language"] for row in of_clip)
    # Neighbours are asked about in the same words.
    assert [row["caption"] for row in rows[:4]] == [row["caption"] for row in rows[4:8]]
    samples, rate = soundfile.read(manifest.with_name("clip-002.wav"), dtype="float32")
    assert rate == SAMPLE_RATE
    assert samples == pytest.approx(perceptual_clip("noise", "high", 1, 1).samples, abs=2**-15)


def test_its_own_folder_is_written_over_and_somebody_elses_is_not(tmp_path: Path) -> None:
    for seed in (1, 2):
        manifest = render_property(tmp_path / "own", "register", clips=2, seed=seed)
    again = render_property(tmp_path / "again", "register", clips=2, seed=2)
    assert manifest.read_bytes() == again.read_bytes()
    theirs = tmp_path / "theirs" / "metadata.csv"
    theirs.parent.mkdir()
    theirs.write_text("file_name,label\n")
    with pytest.raises(StoreError, match=rf"^{theirs} was not rendered here and is left as it is\."):
        render_property(theirs.parent, "register", clips=2, seed=1)
    assert list(theirs.parent.iterdir()) == [theirs]
    assert theirs.read_text() == "file_name,label\n"


def test_a_broken_rendering_leaves_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("earwitness.scenes.perceptual.write_clip", fails)
    with pytest.raises(StoreError, match="cannot be written as a folder of clips: No space left"):
        render_property(tmp_path, "tempo", clips=2, seed=1)
    assert list(tmp_path.iterdir()) == []
