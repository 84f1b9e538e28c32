"""CLAPScore against transformers' own ClapModel, by whole clips, and with what it doubts or refuses."""

import json
import shutil

import numpy as np
import pytest
import torch
import transformers

import small_encoders
from clips import clip
from earwitness.audio import cut, from_array
from earwitness.errors import AnswerError, CaptionError, UnknownNameError, UsageError
from earwitness.judges.clapscore import CLAPScore
from earwitness.mos.encoders import load_encoder
from earwitness.types import NO_AUDIO, Judge, Pair
from small_models import sound

RATE = 48_000
CAPTIONS = ["a dog barks", "Please answer yes or no.", "heavy rain"]


@pytest.fixture(scope="module")
def judge():
    return CLAPScore(small_encoders.folder("clap"), batch_size=2)


@pytest.fixture(scope="module")
def released():
    """The cosine as ClapModel's own forward has it, for clips that the extractor neither crops nor marks."""
    folder = small_encoders.folder("clap")
    model = transformers.ClapModel.from_pretrained(folder).eval()
    extractor = transformers.ClapFeatureExtractor.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)

    def cosine(audio, caption):
        heard = extractor(audio.samples, sampling_rate=RATE, return_tensors="pt")
        with torch.no_grad():
            made = model(**tokenizer(caption, return_tensors="pt"), **heard)
            return float(made.logits_per_audio[0, 0] / model.logit_scale_a.exp())

    return cosine


def test_it_is_a_judge(judge):
    assert isinstance(judge, Judge)
    assert (judge.name, judge.axes, judge.batch_size) == ("clapscore", {"alignment": (-1.0, 1.0)}, 2)


@pytest.mark.parametrize("seconds", [0.3, 1.2, 2.0])
def test_a_short_clip_scores_as_the_released_model_does(judge, released, seconds):
    for seed, caption in enumerate(CAPTIONS):
        audio = sound(seconds, seed, RATE)
        score = judge.score(Pair(audio, caption))
        assert score.values["alignment"] == pytest.approx(released(audio, caption), abs=1e-5)
        assert (score.coverage, score.flags, score.audio_sha256) == (1.0, (), audio.sha256)


def test_a_long_clip_is_heard_whole_whatever_chance_says(judge):
    audio = sound(6.0, rate=RATE)
    scores = []
    for seed in range(2):
        np.random.seed(seed)  # what the extractor draws its crops with
        scores.append(judge.score(Pair(audio, CAPTIONS[0])))
    assert scores[0] == scores[1]
    windows = judge.encoder.embed([cut(audio, start, start + 2) for start in (0, 2, 4)])[:, 0]
    (caption,) = judge.encoder.embed_texts(CAPTIONS[:1])
    mean = windows.mean(axis=0)
    assert scores[0].values["alignment"] == pytest.approx(mean @ caption / np.linalg.norm(mean), abs=1e-5)
    assert scores[0].coverage == 1.0


def test_no_number_depends_on_the_batch_and_all_come_in_order(judge):
    pairs = [Pair(sound(0.4 * n + 0.3, n, RATE), CAPTIONS[n % 3], id=str(n)) for n in range(7)]
    scores = list(judge.score_all(pairs))
    assert [score.pair_id for score in scores] == [pair.id for pair in pairs]
    alone = [judge.score(pair).values["alignment"] for pair in pairs]
    np.testing.assert_allclose([score.values["alignment"] for score in scores], alone, atol=1e-6)
    assert np.ptp(alone) > 0.01


def test_a_clip_at_another_rate_keeps_its_identity(judge):
    audio = clip(1.0)
    assert judge.score(Pair(audio, "a hum")).audio_sha256 == audio.sha256


def test_a_bad_clip_or_caption_fails_alone_with_its_reason(judge, tmp_path):
    (tmp_path / "text.wav").write_text("not audio")
    good = sound(0.5, rate=RATE)
    pairs = [
        Pair(good, "a dog"),
        Pair(tmp_path / "missing.wav", "a dog"),
        Pair(tmp_path / "text.wav", "a dog"),
        Pair(clip(0.02), "a dog"),
        Pair(good, " . "),
        Pair(good, "ж" * 40),
        Pair(good, "dog \ud83d"),
        Pair(good, "a dog"),
    ]
    scores = list(judge.score_all(pairs))
    codes = [score.error.code if score.error else "" for score in scores]
    assert [*codes[:2], *codes[3:]] == [
        "",
        "audio_missing",
        "too_short",
        "caption_empty",
        "caption_too_long",
        "not_unicode",
        "",
    ]
    assert scores[2].status == "unscored"
    assert scores[5].values == {"alignment": None}
    assert scores[5].audio_sha256 == good.sha256
    assert scores[0].values == scores[7].values


def test_no_caption_is_cut_in_silence(judge):
    with pytest.raises(CaptionError, match=r"has \d+ tokens; clap reads at most 64. Shorten it"):
        judge.score(Pair(sound(0.5, rate=RATE), "ж" * 40))


def test_silence_is_scored_and_flagged(judge):
    score = judge.score(Pair(from_array(np.zeros(RATE, np.float32), RATE), "a dog"))
    assert -1 <= score.values["alignment"] <= 1
    assert "silent" in score.flags


def test_a_chinese_caption_is_scored_and_flagged(judge):
    pairs = [Pair(sound(0.5, rate=RATE), "狗在叫"), Pair(clip(0.02), "狗在叫")]
    scored, unscored = judge.score_all(pairs)
    assert scored.values["alignment"] is not None
    assert scored.flags == ("caption_language_untaught",)
    assert unscored.error.code == "too_short"


def test_a_segment_is_heard_alone(judge):
    audio = sound(2.0, rate=RATE)
    part = judge.score(Pair(audio, "a dog", meta={"start_time": 0.5, "end_time": 1.0}))
    assert part.values == judge.score(Pair(cut(audio, 0.5, 1.0), "a dog")).values
    assert part.values != judge.score(Pair(audio, "a dog")).values


def test_a_number_that_is_none_is_no_score(judge, monkeypatch):
    monkeypatch.setattr(judge.encoder, "embed", lambda clips: np.full((len(clips), 1, 24), np.nan, np.float32))
    (score,) = judge.score_all([Pair(sound(0.5, rate=RATE), "a dog")])
    assert (score.values, score.error.code) == ({"alignment": None}, "not_finite")
    with pytest.raises(AnswerError, match="nan; wanted a number"):
        judge.score(Pair(sound(0.5, rate=RATE), "a dog"))


def test_a_network_that_fails_on_one_clip_fails_on_it_alone(judge, monkeypatch):
    embed = judge.encoder.embed

    def fails_on_long(clips):
        if any(audio.duration > 1 for audio in clips):
            raise RuntimeError("shape mismatch")
        return embed(clips)

    monkeypatch.setattr(judge.encoder, "embed", fails_on_long)
    scores = list(judge.score_all(Pair(sound(seconds, rate=RATE), "a dog") for seconds in (0.5, 1.5, 0.6)))
    assert [score.status for score in scores] == ["ok", "unscored", "ok"]
    assert (scores[1].error.code, "RuntimeError: shape mismatch" in scores[1].error.message) == ("encoder_failed", True)


def test_rounding_leaves_the_scale_to_no_score(judge, monkeypatch):
    above = np.full((1, 24), np.float32(1.000001 / np.sqrt(24)))
    monkeypatch.setattr(judge.encoder, "embed_texts", lambda captions: above)
    monkeypatch.setattr(judge.encoder, "embed", lambda clips: above[:, None])
    assert judge.score(Pair(sound(0.5, rate=RATE), "a dog")).values["alignment"] == 1.0


def test_the_recipe_names_checkpoint_and_windows_and_nothing_that_does_not_matter(judge, tmp_path):
    parts = judge.recipe.parts
    assert len(parts["encoder"]["sha256"]) >= 16
    assert parts["encoder"]["window"] == 2 * RATE
    assert "mean of their unit embeddings" in parts["windows"]
    json.dumps(parts, allow_nan=False)
    moved = shutil.copytree(small_encoders.folder("clap"), tmp_path / "another-name")
    assert CLAPScore(moved, batch_size=4).recipe.id == judge.recipe.id
    model = transformers.ClapModel.from_pretrained(moved)
    with torch.no_grad():
        model.text_projection.linear1.weight.mul_(1.01)
    model.save_pretrained(moved)
    assert CLAPScore(moved).recipe.id != judge.recipe.id


def test_what_is_no_clap_is_refused():
    with pytest.raises(
        UsageError, match="encoder 'log-mel' is of kind 'log-mel'; CLAPScore needs a checkpoint of CLAP"
    ):
        CLAPScore("log-mel")
    with pytest.raises(UnknownNameError, match="no encoder 'clop'"):
        CLAPScore("clop")


def test_a_loaded_encoder_takes_no_options_for_loading(judge):
    loaded = load_encoder(small_encoders.folder("clap"))
    pair = Pair(sound(0.5, rate=RATE), "a dog")
    assert CLAPScore(loaded).score(pair) == judge.score(pair)
    with pytest.raises(UsageError, match="device: options for loading, but the encoder is loaded already"):
        CLAPScore(loaded, device="cpu")


def test_it_does_not_score_without_audio(judge):
    (score,) = judge.score_all([Pair(NO_AUDIO, "a dog barks")])
    assert (score.status, score.error.code) == ("unscored", "no_audio")
