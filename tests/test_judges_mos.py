"""The judge that predicts ratings: on the raters' scale, one clip at a time, by a recipe that names its weights."""

import json
import shutil
import sys

import numpy as np
import pytest
import soundfile
import torch

from clips import clip, tone
from earwitness import Judge, Pair, evaluate, from_array
from earwitness.errors import BackboneError, CaptionError, ClipError, MissingDependencyError, UsageError
from earwitness.judges.mos import MOSJudge, weights_hash
from earwitness.mos.encoders import load_encoder
from earwitness.run import open_run
from earwitness.types import NO_AUDIO
from rating_judges import MATCH, counting_judge, predictor
from small_encoder import SmallEncoder
from small_encoders import folder as encoder_folder

CLIPS = [clip(0.3 + n / 10, 200 + 100 * n, level=0.1 + n / 10) for n in range(7)]
PAIRS = [Pair(audio, "", id=str(n)) for n, audio in enumerate(CLIPS)]


def test_it_is_a_judge():
    judge = counting_judge()
    assert isinstance(judge, Judge)
    assert judge.axes == {"quality": (1.0, 5.0), "clarity": (0.0, 100.0)}
    assert judge.batch_size == judge.predictor.encoder.batch_size == 2


def test_values_are_the_predictors_with_the_clips_marks():
    judge = counting_judge()
    score = judge.score(PAIRS[3])
    predicted = judge.predictor.predict(judge.predictor.encoder.embed([CLIPS[3]]))
    assert list(score.values.values()) == predicted.values[0].tolist()
    assert (score.coverage, score.status, score.recipe) == (1.0, "ok", judge.recipe.id)
    assert score.audio_sha256 == CLIPS[3].sha256


@pytest.mark.parametrize("batch_size", [1, 2, 3, 50])
def test_no_number_depends_on_the_batch(batch_size):
    judge = MOSJudge(predictor(), batch_size=batch_size)
    assert list(judge.score_all(PAIRS)) == [judge.score(pair) for pair in PAIRS]


def test_a_clip_at_another_rate_keeps_its_identity():
    heard = from_array(tone(1.0, rate=44_100), sample_rate=44_100)
    assert counting_judge().score(Pair(heard, "")).audio_sha256 == heard.sha256


def test_a_segment_is_heard_alone():
    judge = counting_judge()
    part = from_array(CLIPS[6].samples[1600:4800], sample_rate=16_000)
    whole = Pair(CLIPS[6], "", meta={"start_time": 0.1, "end_time": 0.3})
    assert judge.score(whole).values == judge.score(Pair(part, "")).values


def test_flags_of_the_clip_are_kept():
    silent = from_array(np.zeros(16_000, np.float32), sample_rate=16_000)
    assert "silent" in counting_judge().score(Pair(silent, "")).flags


def test_beyond_the_scale_is_the_end_of_it_and_flagged():
    judge = counting_judge()
    with torch.no_grad():
        judge.predictor.heads.rating_mean.copy_(torch.tensor([900.0, 50.0]))
    score = judge.score(PAIRS[0])
    assert score.values["quality"] == 5.0
    assert "beyond_scale" in score.flags
    assert 0 < score.values["clarity"] < 100


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (Pair("missing.wav", "", id="x"), "audio_missing"),
        (Pair(b"RIFFnonsense", "", id="x"), "audio_not_audio"),
        (Pair(clip(0.05), "", id="x"), "too_short"),
        (Pair(clip(1), "", id="x", meta={"start_time": 4, "end_time": 5}), "segment_outside"),
    ],
)
def test_a_bad_clip_fails_alone(pair, code):
    judge = counting_judge()
    with pytest.raises(ClipError) as raised:
        judge.score(pair)
    scores = list(judge.score_all([*PAIRS[:3], pair, *PAIRS[3:]]))
    assert [score.status for score in scores] == ["ok"] * 3 + ["unscored"] + ["ok"] * 4
    assert scores[3].error.code == raised.value.code == code
    assert scores[3].values == {"quality": None, "clarity": None}


def test_too_short_names_clip_and_encoder():
    text = r"the clip of 'x' lasts 0\.05 s; counting needs at least 0\.10 s"
    with pytest.raises(ClipError, match=text):
        counting_judge().score(Pair(clip(0.05), "", id="x"))


def test_a_clip_that_the_encoder_chokes_on_fails_alone():
    odd = CLIPS[2].sha256
    scores = list(counting_judge(fails_on=lambda clip: clip.sha256 == odd).score_all(PAIRS))
    assert [score.status for score in scores] == ["ok", "ok", "unscored", "ok", "ok", "ok", "ok"]
    assert scores[2].error.code == "encoder_failed"
    assert "counting on this clip failed: RuntimeError: told to fail" in scores[2].error.message
    assert scores[2].audio_sha256 == odd


def test_an_encoder_that_is_gone_stops_the_run():
    def gone(clip):
        raise BackboneError("the encoder is gone")

    with pytest.raises(BackboneError, match="the encoder is gone"):
        list(counting_judge(fails_on=gone).score_all(PAIRS))


def test_no_number_is_no_score():
    judge = counting_judge()
    with torch.no_grad():
        judge.predictor.heads.rating_mean.fill_(torch.nan)
    with pytest.raises(ClipError, match="wanted numbers") as raised:
        judge.score(PAIRS[0])
    assert raised.value.code == "not_finite"


def test_a_caption_counts_only_where_an_axis_is_about_it():
    listener, matcher = counting_judge(), counting_judge(MATCH)
    captioned = Pair(CLIPS[0], "rain", id="c")
    assert listener.score(captioned).values == listener.score(PAIRS[0]).values
    with pytest.raises(CaptionError) as raised:
        matcher.score(PAIRS[0])
    assert raised.value.code == "caption_empty"
    one, other = (matcher.score(Pair(CLIPS[0], caption)).values for caption in ("rain", "a dog barks"))
    assert one["quality"] == other["quality"]
    assert one["match"] != other["match"]
    codes = [score.error and score.error.code for score in matcher.score_all([captioned, PAIRS[0]])]
    assert codes == [None, "caption_empty"]


def test_the_recipe_is_that_of_heads_encoder_and_scale():
    recipes = {
        counting_judge().recipe.id,
        counting_judge(seed=2).recipe.id,
        counting_judge(version=2).recipe.id,
        counting_judge(MATCH).recipe.id,
    }
    assert len(recipes) == 4
    assert counting_judge().recipe.id == counting_judge(batch_size=5).recipe.id
    json.dumps(counting_judge().recipe.parts, allow_nan=False)


def test_any_weight_changes_the_hash():
    made = predictor()
    before = weights_hash(made)
    with torch.no_grad():
        next(made.heads.parameters()).view(-1)[0] += 1e-3
    assert weights_hash(made) != before


def test_saved_and_loaded_it_is_the_same_judge(tmp_path):
    made = predictor()
    made.save(tmp_path)
    loaded = MOSJudge.load(tmp_path, device="cpu", batch_size=3)
    assert loaded.recipe == MOSJudge(made).recipe
    assert loaded.batch_size == 3
    assert loaded.score(PAIRS[0]) == MOSJudge(made).score(PAIRS[0])


def test_the_recipe_is_the_same_wherever_the_encoder_lies(tmp_path, monkeypatch):
    shutil.copytree(encoder_folder("hubert"), tmp_path / "hubert")
    monkeypatch.chdir(tmp_path)
    made = predictor(load_encoder("hubert"))
    made.save(tmp_path / "trained")
    before = MOSJudge(made)
    shutil.move("hubert", "renamed")
    after = MOSJudge.load(tmp_path / "trained", encoder="renamed")
    assert after.recipe == before.recipe
    assert after.recipe.parts["encoder"]["name"] == "hubert"
    assert after.score(PAIRS[0]) == before.score(PAIRS[0])


def test_a_folder_without_a_card_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"has no card\.json; wanted the folder of a trained predictor"):
        MOSJudge.load(tmp_path)


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "earwitness.mos.predictor")
    monkeypatch.delattr("earwitness.mos.predictor")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match=r"judge 'mos' needs torch\. .*earwitness\[hf\]"):
        MOSJudge.load(tmp_path)


def test_batch_size_is_checked():
    with pytest.raises(UsageError, match="batch_size is 0; wanted at least 1"):
        counting_judge(batch_size=0)


def test_a_run_is_resumed_and_other_weights_are_refused(tmp_path):
    for n, audio in enumerate(CLIPS):
        soundfile.write(tmp_path / f"{n}.wav", audio.samples, 16_000, subtype="FLOAT")
    pairs = [Pair(tmp_path / f"{n}.wav", "", id=str(n), system="AB"[n % 2]) for n in range(len(CLIPS))]
    first = evaluate(counting_judge(), pairs[:4], out=tmp_path / "run", progress=False)
    before = {score.pair_id: score.values for score in first.scores()}
    judge = counting_judge()
    run = evaluate(judge, pairs, out=tmp_path / "run", progress=False)
    assert judge.predictor.encoder.clips == 3
    assert {score.pair_id: score.values for score in run.scores()}.items() >= before.items()
    assert run.n_scored == 7
    assert open_run(tmp_path / "run").summary["quality"].n == 7
    with pytest.raises(Exception, match="another recipe") as raised:
        evaluate(counting_judge(seed=2), pairs, out=tmp_path / "run", progress=False)
    assert "heads.weights" in str(raised.value)


def test_a_tuned_encoder_makes_another_recipe():
    plain, tuned = (MOSJudge(predictor(SmallEncoder())) for _ in range(2))
    assert plain.recipe == MOSJudge(predictor(SmallEncoder())).recipe
    with torch.no_grad():
        tuned.predictor.encoder.module.weight.add_(0.5)
    assert tuned.recipe.id != plain.recipe.id


def test_it_does_not_rate_without_audio():
    score, other = counting_judge().score_all([Pair(NO_AUDIO, ""), PAIRS[0]])
    assert (score.status, score.error.code) == ("unscored", "no_audio")
    assert other.status == "ok"
