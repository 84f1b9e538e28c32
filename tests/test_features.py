import numpy as np
import pytest

from earwitness.backbones.features import LogMel

transformers = pytest.importorskip("transformers", reason="the extractor to agree with is transformers'")

RATE = 16_000
EXTRACTORS = {
    "80 bands": {"feature_size": 80},
    "128 bands": {"feature_size": 128},
    "coarse": {"feature_size": 64, "hop_length": 640, "chunk_length": 10},
}
RNG = np.random.default_rng(0)
TIME = np.arange(8 * RATE) / RATE
CLIPS = {
    "noise": RNG.normal(0, 0.1, 8 * RATE),
    "an odd length": RNG.normal(0, 0.1, 33_333),
    "a tenth of a second": RNG.normal(0, 0.1, RATE // 10),
    "silence": np.zeros(RATE),
    "a click": np.eye(1, RATE, RATE // 2)[0],
    "a tone": 0.5 * np.sin(2 * np.pi * 440 * TIME),
    "a sweep": 0.5 * np.sin(2 * np.pi * 500 * TIME**2),
    "a loud end": np.r_[np.zeros(RATE), RNG.normal(0, 0.3, 300)],
}


def exact(extractor, samples, length):
    """The same in double precision, written down again from the definition."""
    padded = np.zeros(length)
    padded[: len(samples)] = samples
    line = np.pad(padded, extractor.n_fft // 2, mode="reflect")
    starts = np.arange(length // extractor.hop_length) * extractor.hop_length
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(extractor.n_fft) / extractor.n_fft)
    spectra = np.fft.rfft(np.stack([line[start : start + extractor.n_fft] for start in starts]) * window, axis=1)
    loudness = np.log10(np.maximum(extractor.mel_filters.T @ np.abs(spectra.T) ** 2, 1e-10))
    return (np.maximum(loudness, loudness.max() - 8) + 4) / 4


@pytest.mark.parametrize("padding", ["max_length", "do_not_pad"])
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("kind", EXTRACTORS)
def test_frames_are_the_extractors(kind, clip, padding):
    extractor = transformers.WhisperFeatureExtractor(**EXTRACTORS[kind])
    samples = CLIPS[clip].astype(np.float32)
    length = extractor.n_samples if padding == "max_length" else len(samples)
    options = {"sampling_rate": RATE, "truncation": False, "return_attention_mask": True, "return_tensors": "np"}
    made = extractor(samples, padding=padding, max_length=length, **options)
    theirs, ours = made["input_features"][0], LogMel(extractor).frames(samples, length)
    assert ours.dtype == np.float32
    assert ours.shape == theirs.shape
    assert LogMel(extractor).heard_frames(len(samples), length) == made["attention_mask"][0].sum()
    # Bands 80 dB under a pure tone are rounding noise in float32, in theirs as in ours.
    true = exact(extractor, samples, length)
    assert np.abs(ours - true).max() <= max(2 * np.abs(theirs - true).max(), 1e-5)
    assert np.abs(ours - theirs).max() <= (1e-4 if clip in ("a tone", "a sweep") else 1e-5)


def test_an_extractor_of_another_kind_is_left_to_itself():
    assert LogMel.equals(transformers.WhisperFeatureExtractor())
    assert not LogMel.equals(transformers.WhisperFeatureExtractor(dither=0.001))
    assert not LogMel.equals(transformers.WhisperFeatureExtractor(padding_value=1.0))
    assert not LogMel.equals(transformers.ClapFeatureExtractor())
