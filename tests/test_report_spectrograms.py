"""Pictures of clips: what sounds is where it sounds."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.report.spectrograms import BANDS, RANGE, Bar, log_mel, spectrogram

RATE = 16_000


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


@pytest.mark.parametrize("hertz", [100.0, 440.0, 3000.0])
def test_a_tone_is_loudest_in_its_band(hertz: float):
    levels = log_mel(tone(hertz), RATE)
    mels = 2595 * np.log10(1 + np.array([50.0, hertz, RATE / 2]) / 700)
    wanted = (mels[1] - mels[0]) / (mels[2] - mels[0]) * (BANDS - 1)
    assert abs(int(levels.mean(axis=1).argmax()) - wanted) <= 1


def test_levels_lie_below_the_loudest_point():
    heard = np.concatenate([np.zeros(RATE, np.float32), tone(440.0)])
    levels = log_mel(heard, RATE)
    assert levels.max() == 0.0
    assert (levels[:, : levels.shape[1] // 3] == -RANGE).all()


def test_silence_is_drawn():
    assert (log_mel(np.zeros(RATE, np.float32), RATE) <= 0).all()


def test_bars_are_told_in_words():
    pytest.importorskip("matplotlib")
    bars = [Bar("bell & <b>", 0.1, 0.4), Bar("rain", 0.0, 1.0), Bar("bell & <b>", 0.6, 0.9)]
    picture = spectrogram("a <clip>", tone(440.0), RATE, bars)
    assert "bell &amp; &lt;b&gt; 0.10 to 0.40 s; rain 0.00 to 1.00 s; bell &amp; &lt;b&gt; 0.60 to 0.90 s" in picture
    assert "a &lt;clip&gt;" in picture
    assert "no event" in spectrogram("nothing", tone(440.0), RATE)
