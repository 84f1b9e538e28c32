import tracemalloc

import numpy as np
import pytest

from clips import clip, tone
from earwitness.audio import from_array
from earwitness.errors import AudioError, UsageError
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.log_mel import BANDS, log_mel, mel_filters, statistics

RATE = 16_000


def centre(band):
    """The middle of a band in Hz, from the mel scale's formula: mel = 1127 ln(1 + f / 700)."""
    top = 1127 * np.log(1 + 8000 / 700)
    return 700 * (np.exp(top * (band + 1) / (BANDS + 1) / 1127) - 1)


@pytest.mark.parametrize("band", [20, 40, 60])
def test_a_tone_is_loudest_in_its_own_band(band):
    frames = np.lib.stride_tricks.sliding_window_view(tone(0.5, centre(band), 0.5), 400)[::160]
    levels = log_mel(frames)
    assert levels.shape == (BANDS, len(frames))
    assert (levels.argmax(axis=0) == band).all()


def test_levels_are_those_of_the_formula():
    level, peak, deviation, spread = statistics(tone(2.0, 1000.0, 0.5))[-4:]
    # A sine of amplitude .5 has a power of .125: -9.03 dB; its peak is -6.02 dB; it does not change.
    assert level == pytest.approx(10 * np.log10(0.125), abs=0.02)
    assert peak == pytest.approx(20 * np.log10(0.5), abs=0.01)
    assert deviation < 0.05
    assert spread < 0.2


def test_ten_times_the_amplitude_is_20_db_in_every_mean_and_nothing_in_every_spread():
    noise = np.random.default_rng(0).normal(0, 0.05, RATE).astype(np.float32)
    change = statistics(10 * noise) - statistics(noise)
    kinds = change[: 6 * BANDS].reshape(6, BANDS)  # mean, deviation, three quantiles, change
    np.testing.assert_allclose(kinds[[0, 2, 3, 4]], 20.0, atol=1e-3)
    np.testing.assert_allclose(kinds[[1, 5]], 0.0, atol=1e-3)
    np.testing.assert_allclose(change[-4:], [20, 20, 0, 0], atol=1e-3)


def test_every_band_hears_something():
    assert (mel_filters().sum(axis=0) > 0).all()
    assert (mel_filters() <= 1).all()


def test_silence_is_finite_and_the_same_for_any_length():
    encoder = load_encoder("log-mel")
    made = encoder.embed([from_array(np.zeros(round(seconds * RATE), np.float32), RATE) for seconds in (0.1, 1, 12)])
    assert np.isfinite(made).all()
    np.testing.assert_array_equal(made[0], made[2])


def test_a_clip_at_another_rate_is_heard_as_its_resampled_self():
    from earwitness.audio import resample

    wide = from_array(np.random.default_rng(1).normal(0, 0.1, 44_100).astype(np.float32), 44_100)
    encoder = load_encoder("log-mel")
    made = encoder.embed([wide, resample(wide, RATE)])
    np.testing.assert_array_equal(made[0], made[1])


def test_blocks_of_frames_join_without_a_seam(monkeypatch):
    noise = np.random.default_rng(2).normal(0, 0.1, 2 * RATE).astype(np.float32)
    whole = statistics(noise)
    monkeypatch.setattr("earwitness.mos.encoders.log_mel._BLOCK_FRAMES", 7)
    np.testing.assert_allclose(statistics(noise), whole, rtol=1e-6, atol=1e-9)


def test_a_long_clip_is_never_copied_frame_by_frame():
    """Their squares as float64 alone are five times the clip."""
    noise = np.random.default_rng(3).normal(0, 0.1, 120 * RATE).astype(np.float32)
    statistics(noise[:RATE])
    tracemalloc.start()
    statistics(noise)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert highest < 4 * noise.nbytes


def test_what_it_cannot_do_is_said():
    encoder = load_encoder("log-mel")
    assert encoder.embed([]).shape == (0, 1, encoder.features)
    with pytest.raises(AudioError, match=r"lasts 0\.05 s; log-mel needs at least 0\.10 s") as caught:
        encoder.embed([clip(0.05)])
    assert caught.value.code == "too_short"
    with pytest.raises(UsageError, match="no text tower"):
        encoder.embed_texts(["rain"])
    with pytest.raises(UsageError, match="no numbered layers"):
        load_encoder("log-mel", layer=1)
