import numpy as np
import pytest

from earwitness.audio import cut, from_array, resample
from earwitness.errors import AudioError


def tone(frequency, rate, seconds=2.0):
    return from_array(0.5 * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate), rate)


def level(samples):
    """RMS in dB of full scale; the first and last tenth, where the filter is half outside the clip, left out."""
    inner = samples[len(samples) // 10 : -len(samples) // 10].astype(np.float64)
    return 10 * np.log10(np.mean(inner**2) + 1e-30)


@pytest.mark.parametrize(("rate", "frequency"), [(44_100, 12_000), (48_000, 8_500), (96_000, 41_000), (22_050, 9_000)])
def test_what_the_new_rate_cannot_hold_is_gone(rate, frequency):
    """A9; a converter without a filter folds it back at nearly full level."""
    before = tone(frequency, rate)
    assert level(before.samples) == pytest.approx(-9, abs=0.1)  # 0.5 / sqrt(2)
    assert level(resample(before, 16_000).samples) <= -90
    folded = before.samples[:: rate // 16_000]
    assert level(folded) > -20


@pytest.mark.parametrize("rate", [8_000, 22_050, 24_000, 44_100, 48_000, 384_000])
def test_what_it_can_hold_is_the_same_sound(rate):
    frequency = 1_000
    got = resample(tone(frequency, rate), 16_000).samples
    wanted = tone(frequency, 16_000).samples
    inner = slice(len(wanted) // 10, -len(wanted) // 10)
    np.testing.assert_allclose(got[inner], wanted[inner], atol=1e-4)


@pytest.mark.parametrize("frames", [1, 7, 441, 4_410, 44_099, 44_100, 100_003])
@pytest.mark.parametrize("rate", [4_000, 11_025, 44_100, 48_000, 192_000])
def test_length_is_right_to_one_sample(rate, frames):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, frames)
    got = len(resample(from_array(samples, rate), 16_000).samples)
    assert abs(got - frames * 16_000 / rate) <= 1


def test_the_clip_keeps_its_name_and_its_flags():
    clip = from_array(np.zeros(44_100), 44_100)
    other = resample(clip, 16_000)
    assert (other.sha256, other.flags, other.sample_rate) == (clip.sha256, ("silent",), 16_000)
    assert other.samples.dtype == np.float32
    assert resample(clip, 44_100) is clip


def test_a_cut_is_those_samples():
    clip = from_array(np.arange(100) / 100, 4_000)
    part = cut(clip, 0.005, 0.01)
    np.testing.assert_array_equal(part.samples, clip.samples[20:40])
    assert (part.sha256, part.sample_rate) == (clip.sha256, 4_000)
    np.testing.assert_array_equal(cut(clip, 0, clip.duration).samples, clip.samples)


def test_parts_of_one_length_have_as_many_samples_wherever_they_start():
    clip = from_array(np.ones(160_000), 16_000)
    starts = np.random.default_rng(0).uniform(0, 9, 2_000)
    halves = (np.arange(1_000) + 0.5) / 16_000
    lengths = {len(cut(clip, start, start + 1.0).samples) for start in [*starts, *halves]}
    assert lengths == {16_000}
    assert len(cut(clip, 1.5 / 16_000, clip.duration).samples) <= 160_000


@pytest.mark.parametrize(("start", "end"), [(-0.1, 0.01), (0.0, 0.1), (0.01, 0.01), (0.02, 0.01)])
def test_a_cut_that_is_not_there(start, end):
    with pytest.raises(AudioError, match=r"no part from .* in a clip of 0\.025 s"):
        cut(from_array(np.ones(100), 4_000), start, end)
