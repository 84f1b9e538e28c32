import numpy as np
import pytest
from transformers import AudioFlamingo3Processor, AutoTokenizer, Qwen2AudioProcessor

import small_models
from earwitness.backbones.families import FAMILIES, qwen3_tokens, whisper_tokens
from earwitness.backbones.front_end import FrontEnd, stack_frames

FAMILY = {family.name: family for family in FAMILIES}
SECONDS = [0.1, 0.1037, 1.0, 7.3311, 29.9999, 30.0]
LONG = [31.0, 45.01, 61.0]


def front_end(family, **options):
    return FrontEnd(small_models.extractor(options.pop("seconds", 30)), FAMILY[family], **options)


def same(ours, theirs, exactly):
    """Bit for bit through the extractor itself, to the precision of float32 through our own frames."""
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=0 if exactly else 1e-4)


both_ways = pytest.mark.parametrize("cut", [False, True], ids=["correct", "paper"])


def processor(family, kind):
    tokenizer = AutoTokenizer.from_pretrained(small_models.folder(family))
    return kind(small_models.extractor(), tokenizer, chat_template="{{ messages }}")


@both_ways
@pytest.mark.parametrize("seconds", SECONDS)
def test_qwen2_audio_frames_are_the_processors(seconds, cut):
    samples = small_models.sound(seconds).samples
    made = processor("qwen2-audio", Qwen2AudioProcessor)(
        text="<|AUDIO|>", audio=samples, sampling_rate=16000, return_tensors="np"
    )
    frames = front_end("qwen2-audio", cut=cut).frames(samples)
    same(frames.features, made["input_features"], cut)
    np.testing.assert_array_equal(frames.mask, made["feature_attention_mask"])
    assert frames.tokens == made["input_ids"].shape[1]


@both_ways
@pytest.mark.parametrize("seconds", [*SECONDS, *LONG])
def test_audio_flamingo_chunks_are_the_processors(seconds, cut):
    samples = small_models.sound(seconds).samples
    made = processor("audio-flamingo-3", AudioFlamingo3Processor)(text="<sound>", audio=samples)
    frames = front_end("audio-flamingo-3", cut=cut).frames(samples)
    same(frames.features, made["input_features"].numpy(), cut)
    np.testing.assert_array_equal(frames.mask, made["input_features_mask"].numpy())
    assert frames.tokens == made["input_ids"].shape[1]


@both_ways
@pytest.mark.parametrize("seconds", [*SECONDS, *LONG])
def test_qwen25_omni_frames_are_those_of_padding_to_300_seconds(seconds, cut):
    # The released processor pads to its extractor's 300 s and masks the rest.
    samples = small_models.sound(seconds).samples
    made = small_models.extractor(300)(
        samples, sampling_rate=16000, padding="max_length", return_attention_mask=True, return_tensors="np"
    )
    heard = made["attention_mask"][0].astype(bool)
    frames = front_end("qwen2.5-omni", cut=cut, seconds=300).frames(samples)
    np.testing.assert_allclose(frames.features[0], made["input_features"][0][:, heard], atol=1e-6 if cut else 1e-4)
    assert frames.mask.sum() == heard.sum()
    assert frames.tokens == whisper_tokens(int(heard.sum()))


@both_ways
@pytest.mark.parametrize("seconds", [*SECONDS, *LONG])
def test_qwen3_omni_frames_are_those_of_a_clip_alone(seconds, cut):
    samples = small_models.sound(seconds).samples
    made = small_models.extractor(300)(
        samples, sampling_rate=16000, padding=True, truncation=False, return_attention_mask=True, return_tensors="np"
    )
    frames = front_end("qwen3-omni", cut=cut).frames(samples)
    same(frames.features, made["input_features"], cut)
    np.testing.assert_array_equal(frames.mask, made["attention_mask"])
    assert frames.tokens == qwen3_tokens(made["attention_mask"].sum())


@pytest.mark.parametrize("family", ["qwen2.5-omni", "qwen3-omni", "audio-flamingo-3"])
def test_nothing_of_a_long_clip_is_cut(family):
    frames = front_end(family).frames(small_models.sound(61).samples)
    assert frames.mask.sum() == 6100


def test_the_papers_front_end_cuts_where_the_released_one_does():
    clip = small_models.sound(45).samples
    for family, extractor_seconds, kept in (("qwen2-audio", 30, 3000), ("qwen2.5-omni", 40, 4000)):
        cutting = front_end(family, seconds=extractor_seconds, cut=True)
        frames = cutting.frames(clip)
        assert frames.mask.sum() == kept
        assert cutting.max_duration == 600
        assert cutting.released_window == extractor_seconds


@pytest.mark.parametrize(
    ("family", "longest", "released"),
    [
        ("qwen2-audio", 30, 30),
        ("qwen2.5-omni", 600, 30),
        ("qwen3-omni", 600, 600),
        ("audio-flamingo-3", 600, 600),
    ],
)
def test_limits(family, longest, released):
    limits = front_end(family)
    assert (limits.min_duration, limits.max_duration, limits.released_window) == (0.1, longest, released)


def test_a_coarse_hop_needs_a_longer_clip():
    extractor = small_models.extractor()
    extractor.hop_length = 1600
    # Two frames are no token yet, three are one: 0.3 s.
    assert FrontEnd(extractor, FAMILY["qwen2-audio"]).min_duration == pytest.approx(0.3)


def test_clips_are_stacked_with_masked_frames():
    front = front_end("qwen2.5-omni")
    clips = [front.frames(small_models.sound(seconds, seed=1).samples) for seconds in (1.0, 3.0)]
    features, mask = stack_frames(clips)
    assert features.shape == (2, 16, 300)
    assert mask.sum(axis=1).tolist() == [100, 300]
    np.testing.assert_array_equal(features[0, :, :100], clips[0].features[0])
    assert not features[0, :, 100:].any()
