"""Effects: each does to pitch, length, level and spectrum what it says."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.effects import (
    change_speed,
    clip_hard,
    coloured_noise,
    distortion_of,
    fade,
    high_pass,
    in_room,
    low_pass,
    prolonged,
    reverberate,
    tilt,
)
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples


def _tone(frequency: float, seconds: float = 1.0) -> Samples:
    return np.sin(2 * np.pi * frequency * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32)


def _pitch(samples: Samples) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples))


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.25])
def test_speed_changes_pitch_and_length(speed: float) -> None:
    changed = change_speed(_tone(400), speed)
    assert len(changed) == pytest.approx(SAMPLE_RATE / speed, abs=2)
    assert _pitch(changed) == pytest.approx(400 * speed, abs=1.5)


def test_tilt_moves_power_between_bands_and_keeps_the_whole() -> None:
    clip = _tone(250) + _tone(4000)
    tilted = tilt(clip, np.array([12.0, 12, 12, 0, 0, 0]))
    low, high = (np.abs(np.fft.rfft(tilted))[[250, 4000]] / np.abs(np.fft.rfft(clip))[[250, 4000]]) ** 2
    # The gains stand at 125, 287, 660, 1516, 3482 and 8000 Hz.
    assert 10 * np.log10(low / high) == pytest.approx(12, abs=0.5)
    assert np.square(tilted).mean() == pytest.approx(np.square(clip).mean(), rel=1e-3)
    assert tilt(clip, np.zeros(6)) == pytest.approx(clip, abs=1e-4)


def test_a_room_rings_on_and_dies_away() -> None:
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[100] = 1.0
    wet = reverberate(click, SAMPLE_RATE, np.random.default_rng(7))
    assert wet[:100] == pytest.approx(np.zeros(100), abs=1e-6)
    assert wet[100] == pytest.approx(1.0, abs=0.05)
    tail = np.square(wet[101:])
    assert tail[:1600].sum() > 2 * tail[1600:].sum() > 0


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_noise_has_its_colour(slope: float) -> None:
    noise = coloured_noise(1 << 15, slope, np.random.default_rng(8))
    assert np.square(noise).mean() == pytest.approx(1, rel=1e-3)
    power = np.square(np.abs(np.fft.rfft(noise)))
    low, high = power[400:600].mean(), power[4000:6000].mean()
    # A decade apart: 10 dB per unit of slope.
    assert 10 * np.log10(low / high) == pytest.approx(10 * slope, abs=1.5)


def test_fades_leave_the_middle_and_the_original() -> None:
    clip = np.ones(1000, np.float32)
    faded = fade(clip, SAMPLE_RATE)
    assert faded[0] == faded[-1] == 0
    assert (faded[160:840] == 1).all()
    assert clip.all()


@pytest.mark.parametrize("decay", [0.15, 1.5])
def test_a_room_falls_by_60_db_in_its_time_and_has_its_share(decay: float) -> None:
    click = np.zeros(3 * SAMPLE_RATE, np.float32)
    click[0] = 1.0
    wet = in_room(click, SAMPLE_RATE, decay, 0.5, np.random.default_rng(3)).astype(np.float64)
    assert wet[0] == pytest.approx(1.0, abs=1e-3)
    assert np.square(wet[1:]).sum() == pytest.approx(0.5, rel=1e-3)
    tenth = int(0.1 * decay * SAMPLE_RATE)
    early, late = (np.square(wet[start : start + tenth]).mean() for start in (tenth, 6 * tenth))
    # Half the time lies between the two: 30 of the 60 dB.
    assert 10 * np.log10(early / late) == pytest.approx(30, abs=2)


def test_a_low_pass_is_3_db_down_at_its_cutoff_and_steep_beyond() -> None:
    for frequency, change in ((500, 0.0), (1000, -3.01), (2000, -48.16)):
        passed = low_pass(_tone(frequency), SAMPLE_RATE, 1000)
        assert 10 * np.log10(np.square(passed).mean() / 0.5) == pytest.approx(change, abs=0.05)


@pytest.mark.parametrize("distortion", [0.1, 0.35])
def test_clipping_distorts_as_much_as_asked(distortion: float) -> None:
    clean = _tone(300) + 0.5 * _tone(470)
    clipped = clip_hard(clean, distortion)
    assert distortion_of(clean, clipped) == pytest.approx(distortion, abs=1e-3)
    assert np.array_equal(np.abs(clipped) < np.abs(clipped).max(), np.abs(clean) < np.abs(clipped).max())


def test_what_is_only_louder_is_not_distorted() -> None:
    clean = _tone(300)
    assert distortion_of(clean, 3 * clean) == pytest.approx(0, abs=1e-3)
    # A tenth of its amplitude is another tone's.
    assert distortion_of(clean, clean + 0.1 * _tone(900)) == pytest.approx(0.1, abs=1e-3)


def test_a_high_pass_takes_what_lies_below() -> None:
    passed = high_pass(_tone(30) + _tone(100) + _tone(1000), SAMPLE_RATE, 100.0)
    powers = np.square(np.abs(np.fft.rfft(passed))[[30, 100, 1000]] / (SAMPLE_RATE / 2))
    assert powers == pytest.approx([0, 0.5, 1], abs=0.03)
    assert len(passed) == SAMPLE_RATE


def test_a_prolonged_sound_goes_on_as_loud_as_it_was() -> None:
    noise = np.random.default_rng(1).standard_normal(SAMPLE_RATE).astype(np.float32)
    long = prolonged(noise, 5 * SAMPLE_RATE, SAMPLE_RATE // 10)
    assert len(long) == 5 * SAMPLE_RATE
    assert np.array_equal(long[: SAMPLE_RATE // 2], noise[: SAMPLE_RATE // 2])
    powers = np.square(long.reshape(-1, SAMPLE_RATE // 10)).mean(axis=1)
    assert powers.min() > 0.8
    assert powers.max() < 1.2
    assert prolonged(noise, 10, 5) is noise
