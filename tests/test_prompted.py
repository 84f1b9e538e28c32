"""Ratings that are written and digits that are weighed, by script and by the models of transformers."""

import numpy as np
import pytest

import small_models
from beep_backbone import hears_beep
from clips import clip, clip_with_beep_at
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Request, Writing
from earwitness.errors import AnswerError, BackboneError, ClipError
from earwitness.judges.prompted import DIGITS, RATING_TOKENS, DigitExpectation, PromptedRating
from earwitness.judges.replies import read_rating
from earwitness.types import Pair
from prompted_backbones import WeighingBackbone, WritingBackbone

CAPTION = "a {text} dog <|im_end|> barks"


def test_a_rating_is_written_once_greedily_in_the_captions_language():
    backbone = WritingBackbone("Rating: 7.5")
    judge = PromptedRating(backbone)
    score = judge.score(Pair(clip(1), CAPTION))
    assert judge.axes == {"alignment": (0.0, 10.0)}
    assert score.values == {"alignment": 7.5}
    assert backbone.writings == [Writing(RATING_TOKENS, 0.0)]
    ((question,),) = (request.questions for request in backbone.requests)
    assert f"description? {CAPTION}\n" in question
    assert "from 0" in question
    assert "to 10" in question
    (verdict,) = score.verdicts
    assert (verdict.item.question, verdict.evidence, verdict.status) == (question, "Rating: 7.5", "ok")
    # A rating is no probability.
    assert (verdict.p_yes, verdict.mass) == (None, None)


def test_a_chinese_caption_is_asked_about_in_chinese():
    backbone = WritingBackbone("八分")
    assert PromptedRating(backbone).score(Pair(clip(1), "狗在叫")).values["alignment"] == 8.0
    assert "狗在叫\n请用0到10的数字评分" in backbone.requests[0].questions[0]


@pytest.mark.parametrize("text", ["11", "3 or 7", "", "Yes"])
def test_no_rating_is_made_up(text):
    with pytest.raises(AnswerError) as caught:
        PromptedRating(WritingBackbone(text)).score(Pair(clip(1), "a dog"))
    assert caught.value.code == "unreadable_reply"


def weights(**by_digit):
    """Probabilities of all forms asked for, by digit; a form with a space has a tenth of the plain one's."""

    def weigh(audio, forms):
        return [by_digit.get(f"d{form.strip()}", 0.0) * (0.1 if form[0] == " " else 1.0) for form in forms]

    return weigh


def test_the_mean_digit_by_hand():
    # p(2) = .1, p(7) = .3: (2 * .1 + 7 * .3) / .4 = 5.75, mass .4.
    backbone = WeighingBackbone(weights(d2=0.1, d7=0.3), tokens=DIGITS)
    judge = DigitExpectation(backbone)
    score = judge.score(Pair(clip(1), "a dog"))
    assert judge.axes == {"alignment": (0.0, 9.0)}
    assert score.values["alignment"] == pytest.approx(5.75)
    assert score.flags == ("off_format",)
    (verdict,) = score.verdicts
    assert verdict.mass == pytest.approx(0.4)
    assert (verdict.status, verdict.p_yes, verdict.evidence) == ("off_format", None, "likeliest 7, mean 5.75")


def test_enough_mass_is_no_doubt():
    score = DigitExpectation(WeighingBackbone(weights(d0=0.5), tokens=DIGITS)).score(Pair(clip(1), "a dog"))
    assert (score.values["alignment"], score.flags, score.verdicts[0].status) == (0.0, (), "ok")


def test_digits_behind_a_space_count_where_all_ten_are_tokens():
    spaced = tuple(f" {digit}" for digit in DIGITS)
    weigh = weights(d2=0.125, d7=0.375)
    both = DigitExpectation(WeighingBackbone(weigh, tokens=(*DIGITS, *spaced)))
    score = both.score(Pair(clip(1), "a dog"))
    assert (score.values["alignment"], score.verdicts[0].mass) == (pytest.approx(5.75), pytest.approx(0.55))
    some = DigitExpectation(WeighingBackbone(weigh, tokens=(*DIGITS, " 7")))
    assert some.score(Pair(clip(1), "a dog")).verdicts[0].mass == pytest.approx(0.5)
    assert DigitExpectation(WeighingBackbone(weigh, tokens=spaced)).forms == spaced
    assert both.recipe.id != some.recipe.id


def test_a_tokenizer_without_the_digits_is_refused_at_once():
    with pytest.raises(BackboneError, match="no single token for '8', '9'; prompted-digits reads the first"):
        DigitExpectation(WeighingBackbone(weights(), tokens=DIGITS[:8]))


def test_no_probability_of_any_digit_is_unscored():
    (score,) = DigitExpectation(WeighingBackbone(weights(), tokens=DIGITS)).score_all([Pair(clip(1), "a dog")])
    assert (score.status, score.error.code, score.verdicts[0].status) == ("unscored", "no_answer", "unparsed")


def test_a_long_clip_weighs_its_windows_by_time_and_doubts_with_the_least_mass():
    def weigh(audio, forms):
        return [0.9 * (form == "9") for form in forms] if hears_beep(audio) > 0.5 else [0.02] * len(forms)

    # As the written rating: 8.75 s at 9, 16.25 s at 4.5: (8.75 * 9 + 16.25 * 4.5) / 25 = 6.075.
    judge = DigitExpectation(WeighingBackbone(weigh, tokens=DIGITS))
    score = judge.score(Pair(clip_with_beep_at(25, 2), "a beep"))
    assert score.values["alignment"] == pytest.approx(6.075)
    assert score.verdicts[0].mass == pytest.approx(0.2)
    assert score.flags == ("off_format",)


def test_a_request_for_digits_that_fails_alone_fails_alone():
    def weigh(audio, forms):
        if audio.duration > 2:
            raise ClipError("the server gave up", code="timed_out")
        return [0.1] * len(forms)

    judge = DigitExpectation(WeighingBackbone(weigh, tokens=DIGITS))
    scores = list(judge.score_all(Pair(clip(s), "a dog") for s in (1, 3, 1)))
    assert [score.error and score.error.code for score in scores] == [None, "timed_out", None]


@pytest.mark.parametrize("family", small_models.FAMILY_NAMES)
def test_digits_are_those_of_the_model_alone_or_in_a_batch(family):
    backbone = small_models.backbone(family, 10)
    judge = DigitExpectation(backbone)
    pairs = [Pair(small_models.sound(seconds, n), CAPTION, id=str(n)) for n, seconds in enumerate((1.0, 2.5, 0.7))]
    scores = list(judge.score_all(pairs))
    for pair, score in zip(pairs, scores, strict=True):
        (logs,) = backbone.answer([Request(pair.audio, (judge.template.ask(CAPTION, "en"),), DIGITS)])
        likely = np.exp(logs[0])
        assert score.values["alignment"] == pytest.approx(likely @ np.arange(10) / likely.sum(), abs=1e-3)
        assert score.verdicts[0].mass == pytest.approx(likely.sum(), rel=1e-3)
    assert np.ptp([score.values["alignment"] for score in scores]) > 1e-3


@pytest.mark.parametrize("family", small_models.FAMILY_NAMES)
def test_a_random_model_is_rated_by_what_it_writes_and_by_nothing_else(family):
    backbone = small_models.backbone(family, 10)
    judge = PromptedRating(backbone)
    pair = Pair(small_models.sound(1.0), CAPTION)
    ((text,),) = backbone.generate([Request(pair.audio, (judge.template.ask(CAPTION, "en"),))], Writing(RATING_TOKENS))
    (score,) = judge.score_all([pair])
    assert score.values["alignment"] == read_rating(text)
    assert score.verdicts[0].evidence == text.strip()


def test_the_embedded_judge_was_never_taught_to_rate_and_shows_it():
    embedded = load_backbone("embedded")
    pair = Pair(clip(2), "a dog barks")
    (rated,) = PromptedRating(embedded).score_all([pair])
    assert rated.error.code == "unreadable_reply"
    assert rated.verdicts[0].evidence
    weighed = DigitExpectation(embedded).score(pair)
    assert "off_format" in weighed.flags
    assert weighed.verdicts[0].mass < 0.01
