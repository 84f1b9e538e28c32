"""Synthesised sounds: seeded, finite, levelled, and what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.scenes.sounding import sounding_spans
from earwitness.scenes.synthesis import SAMPLE_RATE, SYNTHESISED, Samples, Synthesis, at_unit_level


def test_unit_level_does_not_depend_on_level_or_padding() -> None:
    clip = 0.3 * np.random.default_rng(1).standard_normal(SAMPLE_RATE, np.float32)
    padded = np.concatenate([0.01 * clip, np.zeros(SAMPLE_RATE, np.float32)])
    levelled = at_unit_level(padded)[:SAMPLE_RATE]
    assert np.sqrt(np.square(levelled).mean()) == pytest.approx(1, rel=0.02)
    assert levelled == pytest.approx(at_unit_level(clip), rel=0.02)


@pytest.mark.parametrize("label", SYNTHESISED)
def test_every_synthesised_sound_is_seeded_finite_and_sounds(label: str) -> None:
    source = Synthesis()
    for seed in range(20):
        event = source.draw(label, np.random.default_rng(seed), seconds=3.0)
        again = source.draw(label, np.random.default_rng(seed), seconds=3.0)
        assert np.array_equal(event, again)
        assert event.dtype == np.float32
        assert np.isfinite(event).all()
        assert 0.05 < len(event) / SAMPLE_RATE <= 3.01
        assert sounding_spans(event, SAMPLE_RATE)


def test_a_tone_is_a_line_and_a_noise_burst_is_flat() -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        tone, noise = (Synthesis().draw(label, rng, seconds=2.0) for label in ("tone", "noise burst"))
        # Spectral flatness, geometric over arithmetic mean of the power: 0 for a line, 0.56 for white noise.
        flatness = [np.exp(np.log(p).mean()) / p.mean() for p in map(_power, (tone, noise))]
        assert flatness[0] < 0.01 < 0.4 < flatness[1]


def _power(samples: Samples) -> Samples:
    return np.square(np.abs(np.fft.rfft(samples * np.hanning(len(samples))))) + 1e-12


def test_a_sound_that_cannot_be_made_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"^no sounds are labelled 'bel'\. Known labels: 'beep', 'bell', .*'tone'\.$"):
        Synthesis().draw("bel", np.random.default_rng(3), seconds=1.0)
