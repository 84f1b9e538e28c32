"""Effects: each does to pitch, length, level and spectrum what it says."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.effects import change_speed, coloured_noise, fade, reverberate, tilt
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
