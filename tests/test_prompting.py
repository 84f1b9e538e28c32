"""What the prompting judges share: windows, batches, failures, and what is kept of a reply that cannot be read."""

import json

import pytest

from beep_backbone import hears_beep
from clips import clip, clip_with_beep_at
from earwitness.backbones.fake import FakeBackbone
from earwitness.errors import AnswerError, AudioError, BackboneError, ClipError, UnknownNameError, UsageError
from earwitness.judges.prompted import DigitExpectation, PromptedRating
from earwitness.judges.prompting import PromptedJudge
from earwitness.judges.sampled import SampledYes
from earwitness.types import Judge, Pair
from prompted_backbones import WritingBackbone

JUDGES = [PromptedRating, DigitExpectation, SampledYes]


def by_beep(audio, question, place, writing):
    return "9" if hears_beep(audio) > 0.5 else "2"


@pytest.mark.parametrize("judge", JUDGES)
def test_each_is_a_judge_with_a_recipe_of_its_own(judge):
    made = judge(FakeBackbone())
    assert isinstance(made, Judge)
    assert isinstance(made, PromptedJudge)
    assert json.dumps(made.recipe.parts, allow_nan=False)
    assert made.recipe.parts["judge"] == made.name
    assert len({other(FakeBackbone()).recipe.id for other in JUDGES}) == len(JUDGES)


@pytest.mark.parametrize("judge", JUDGES)
def test_a_backbone_comes_by_name_or_loaded_and_hears_as_the_recipe_says(judge):
    assert judge("fake", batch_size=3).batch_size == 3
    with pytest.raises(UsageError, match="device: options for loading, but the backbone is loaded already"):
        judge(FakeBackbone(), device="cuda")
    with pytest.raises(UsageError, match="front_end is 'Paper'; wanted 'correct' or 'paper'"):
        judge("fake", front_end="Paper")
    with pytest.raises(UnknownNameError, match="no backbone 'fakes'"):
        judge("fakes")
    heard_whole = WritingBackbone()
    heard_whole.identity = {"front_end": "correct"}
    with pytest.raises(UsageError, match="loaded with front_end='correct'"):
        judge(heard_whole, front_end="paper")


def test_the_recipe_holds_all_that_determines_the_number():
    other = WritingBackbone()
    other.identity = {"weights": "retrained"}
    judges = [
        PromptedRating(WritingBackbone()),
        PromptedRating(WritingBackbone(), front_end="paper"),
        PromptedRating(other),
    ]
    assert len({judge.recipe.id for judge in judges}) == 3
    assert PromptedRating(WritingBackbone(batch_size=7)).recipe.id == judges[0].recipe.id


def test_scores_come_in_input_order_and_in_batches():
    backbone = WritingBackbone(by_beep, batch_size=4)
    pairs = [Pair(clip_with_beep_at(2, 0.5) if n % 3 else clip(2, 200), "a beep", id=str(n)) for n in range(10)]
    judge = PromptedRating(backbone)
    scores = list(judge.score_all(pairs))
    assert [score.pair_id for score in scores] == [pair.id for pair in pairs]
    assert [score.values["alignment"] for score in scores] == [9.0 if n % 3 else 2.0 for n in range(10)]
    assert backbone.batches == [4, 4, 2]
    assert scores == [judge.score(pair) for pair in pairs]


def test_a_bad_clip_or_caption_fails_alone_with_its_reason(tmp_path):
    (tmp_path / "text.wav").write_text("not audio")
    pairs = [
        Pair(clip(1), "a beep"),
        Pair(tmp_path / "missing.wav", "a beep"),
        Pair(tmp_path / "text.wav", "a beep"),
        Pair(clip(0.02), "a beep"),
        Pair(clip(1), "."),
        Pair(clip(1), "a beep"),
    ]
    scores = list(PromptedRating(WritingBackbone("5")).score_all(pairs))
    assert [score.status for score in scores] == ["ok", *["unscored"] * 4, "ok"]
    assert [score.error.code for score in scores[1:5]] == [
        "audio_missing",
        scores[2].error.code,
        "too_short",
        "caption_empty",
    ]
    assert all(score.values == {"alignment": None} for score in scores[1:5])
    with pytest.raises(AudioError):
        PromptedRating(WritingBackbone("5")).score(pairs[1])


def test_silence_is_rated_and_flagged():
    score = PromptedRating(WritingBackbone("5")).score(Pair(clip(1, level=0.0), "a beep"))
    assert (score.values["alignment"], "silent" in score.flags) == (5.0, True)


def test_a_request_that_fails_alone_leaves_the_others_their_scores():
    def write(audio, question, place, writing):
        if audio.duration > 2:
            raise ClipError("the server gave up", code="timed_out")
        return "5"

    scores = list(PromptedRating(WritingBackbone(write)).score_all(Pair(clip(s), "a beep") for s in (1, 3, 1)))
    assert [score.status for score in scores] == ["ok", "unscored", "ok"]
    assert (scores[1].error.code, scores[1].error.message) == ("timed_out", "the server gave up")
    assert scores[1].audio_sha256 == clip(3).sha256
    with pytest.raises(ClipError, match="the server gave up"):
        PromptedRating(WritingBackbone(write)).score(Pair(clip(3), "a beep"))


def test_a_clip_with_a_window_that_failed_is_asked_again_another_time():
    """It is unscored rather than rated by the rest: a resumed run tries it again."""

    def write(audio, question, place, writing):
        if hears_beep(audio) > 0.5:
            raise ClipError("the server gave up", code="timed_out")
        return "5"

    (score,) = PromptedRating(WritingBackbone(write)).score_all([Pair(clip_with_beep_at(25, 12), "a beep")])
    assert score.error.code == "timed_out"


def test_whatever_a_model_raises_on_one_clip_stays_with_it():
    def write(audio, question, place, writing):
        if audio.duration > 2:
            raise RuntimeError("shape mismatch")
        return "5"

    scores = list(PromptedRating(WritingBackbone(write)).score_all(Pair(clip(s), "a beep") for s in (1, 3, 1)))
    assert [score.status for score in scores] == ["ok", "unscored", "ok"]
    assert scores[1].error.code == "backbone_failed"
    assert "RuntimeError: shape mismatch" in scores[1].error.message


def test_a_lost_backbone_ends_the_run():
    def write(audio, question, place, writing):
        raise BackboneError("the server has gone")

    with pytest.raises(BackboneError):
        list(PromptedRating(WritingBackbone(write)).score_all([Pair(clip(1), "a beep")]))


def test_a_reply_that_cannot_be_read_is_unscored_and_kept():
    judge = PromptedRating(WritingBackbone(" It matches well. "))
    (score,) = judge.score_all([Pair(clip(1), "a beep", id="p")])
    assert (score.status, score.values, score.error.code) == ("unscored", {"alignment": None}, "unreadable_reply")
    assert score.error.message == "writing answered 'p' with 'It matches well.'; wanted one number from 0 to 10."
    (verdict,) = score.verdicts
    assert (verdict.status, verdict.p_yes, verdict.evidence) == ("unparsed", None, "It matches well.")
    with pytest.raises(AnswerError, match="wanted one number from 0 to 10") as caught:
        judge.score(Pair(clip(1), "a beep"))
    assert caught.value.code == "unreadable_reply"


def test_a_long_clip_is_rated_by_the_mean_over_its_time():
    # Windows of 10 s at 0, 7.5 and 15 s share their overlaps: 8.75 s, 7.5 s and 8.75 s of the 25.
    # The beep at 2 s is in the first alone: (8.75 * 9 + 16.25 * 2) / 25 = 4.45.
    score = PromptedRating(WritingBackbone(by_beep)).score(Pair(clip_with_beep_at(25, 2), "a beep"))
    assert score.values["alignment"] == pytest.approx(4.45)
    assert (score.coverage, score.flags) == (1.0, ())
    assert score.verdicts[0].evidence == "0.0-10.0 s: 9; 7.5-17.5 s: 2; 15.0-25.0 s: 2"


def test_a_window_that_cannot_be_read_is_left_out_and_said_to_be():
    def write(audio, question, place, writing):
        return "well" if hears_beep(audio) > 0.5 else "2"

    score = PromptedRating(WritingBackbone(write)).score(Pair(clip_with_beep_at(25, 2), "a beep"))
    assert score.values["alignment"] == pytest.approx(2.0)
    assert score.coverage == pytest.approx(17.5 / 25)
    assert score.flags == ("windows_missing",)
    assert score.verdicts[0].evidence.startswith("0.0-10.0 s: well; ")


def test_the_paper_front_end_cuts_the_clip_and_says_so():
    score = PromptedRating(WritingBackbone(by_beep), front_end="paper").score(Pair(clip_with_beep_at(25, 12), "beep"))
    assert score.values["alignment"] == 2.0
    assert score.flags == ("cut_by_front_end",)
    assert score.coverage == pytest.approx(10 / 25)
