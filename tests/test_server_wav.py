import io

import numpy as np
import pytest
import soundfile

from earwitness.backbones.server.wav import wav

SAMPLES = np.array([0.0, 0.5, -1.0, 1.0, 1.5, -2.0, 1 / 32768, 0.4 / 32768], np.float32)


def read(content):
    return soundfile.read(io.BytesIO(content), dtype="float32")


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_floats_come_back_as_they_went(rate):
    samples, found = read(wav(SAMPLES, rate, "float32"))
    assert found == rate
    np.testing.assert_array_equal(samples, SAMPLES)


def test_sixteen_bits_come_back_within_half_a_step_and_cut_at_full_scale():
    samples, _ = read(wav(SAMPLES, 16000, "pcm16"))
    # 0.4 of a step rounds to none; the largest step is 32767 / 32768.
    np.testing.assert_array_equal(samples, np.array([0, 0.5, -1, 32767 / 32768, 32767 / 32768, -1, 1 / 32768, 0], "f4"))


def test_what_was_sixteen_bits_is_exact_in_both():
    steps = np.arange(-32768, 32768, dtype=np.int32)
    samples = (steps / 32768).astype(np.float32)
    for audio_format in ("pcm16", "float32"):
        np.testing.assert_array_equal(read(wav(samples, 16000, audio_format))[0], samples)


def test_the_same_samples_are_the_same_bytes():
    assert wav(SAMPLES, 16000, "float32") == wav(SAMPLES.copy(), 16000, "float32")


def test_it_is_the_length_that_it_says():
    content = wav(SAMPLES, 16000, "pcm16")
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    assert soundfile.info(io.BytesIO(content)).subtype == "PCM_16"
    assert soundfile.info(io.BytesIO(wav(SAMPLES, 16000, "float32"))).subtype == "FLOAT"
