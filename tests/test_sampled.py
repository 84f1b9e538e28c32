"""The share of yes among drawn answers, by script and against the probability that it stands for."""

import random

import pytest

import small_models
from beep_backbone import hears_beep
from clips import clip, clip_with_beep_at
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Writing
from earwitness.errors import AnswerError, UnknownNameError, UsageError
from earwitness.judges.aqascore import AQAScore
from earwitness.judges.sampled import SampledYes
from earwitness.types import Pair
from prompted_backbones import WritingBackbone

FIVE_OF_EIGHT = ["Yes", "no", " yes", "No", "YES", "No", "yes", "Yes"]


def in_turn(*texts):
    return lambda audio, question, place, writing: texts[place]


def test_the_share_of_yes_is_the_score():
    backbone = WritingBackbone(in_turn(*FIVE_OF_EIGHT))
    judge = SampledYes(backbone)
    score = judge.score(Pair(clip(1), "a dog barks"))
    assert judge.axes == {"alignment": (0.0, 1.0)}
    assert score.values == {"alignment": 0.625}
    assert score.flags == ()
    (verdict,) = score.verdicts
    assert (verdict.p_yes, verdict.mass, verdict.status) == (0.625, 1.0, "ok")
    assert verdict.evidence == "5 yes, 3 no, 0 unreadable"


def test_the_question_is_aqascores_asked_so_often_in_one_request():
    backbone = WritingBackbone("Yes")
    SampledYes(backbone, draws=3, temperature=0.7, seed=5, template=2, max_new_tokens=4).score(Pair(clip(1), "a dog"))
    (request,) = backbone.requests
    assert request.questions == ('Does this audio match the description "a dog"? Answer yes or no.',) * 3
    assert backbone.writings == [Writing(4, 0.7, 5)]


def test_answers_are_read_in_both_languages():
    score = SampledYes(WritingBackbone(in_turn("是", "否", "Yes", "不是")), draws=4).score(Pair(clip(1), "狗在叫"))
    assert score.values["alignment"] == 0.5
    assert "请回答是或否" in score.verdicts[0].item.question


def test_answers_that_cannot_be_read_are_counted_and_shown():
    score = SampledYes(WritingBackbone(in_turn("Yes", "The", "No", "Hm")), draws=4).score(Pair(clip(1), "a dog"))
    assert score.values["alignment"] == 0.5
    assert score.flags == ("some_answers_unreadable",)
    assert score.verdicts[0].mass == 0.5
    assert score.verdicts[0].evidence == "1 yes, 1 no, 2 unreadable, such as 'The'"


def test_fewer_than_half_readable_are_no_estimate():
    judge = SampledYes(WritingBackbone(in_turn("Yes", "The", "Hm", "So")), draws=4)
    (score,) = judge.score_all([Pair(clip(1), "a dog", id="p")])
    assert (score.status, score.values, score.error.code) == ("unscored", {"alignment": None}, "unreadable_reply")
    assert score.error.message == (
        "writing answered 'p' with \"1 yes, 0 no, 3 unreadable, such as 'The'\"; "
        "wanted yes or no in at least half of the drawn answers."
    )
    assert score.verdicts[0].status == "unparsed"
    assert "some_answers_unreadable" in score.flags
    with pytest.raises(AnswerError):
        judge.score(Pair(clip(1), "a dog"))


def test_of_a_long_clip_the_best_window_speaks_for_itself_alone():
    def write(audio, question, place, writing):
        return "Yes" if place < (6 if hears_beep(audio) > 0.5 else 1) else "No"

    score = SampledYes(WritingBackbone(write)).score(Pair(clip_with_beep_at(25, 2), "a beep"))
    assert score.values["alignment"] == 0.75
    assert score.coverage == pytest.approx(10 / 25)
    assert score.flags == ("window_limited", "windows_uncorrected")
    assert score.verdicts[0].evidence == "0.0-10.0 s: 6 yes, 2 no, 0 unreadable"


def test_over_many_draws_it_is_the_probability_it_stands_for():
    def write(audio, question, place, writing):
        return "Yes" if random.Random(f"{writing.seed} {place}").random() < 0.3 else "No"

    shares = [
        SampledYes(WritingBackbone(write), draws=50, seed=seed).score(Pair(clip(1), "a dog")).values["alignment"]
        for seed in range(20)
    ]
    # 1,000 draws: a standard error of sqrt(.3 * .7 / 1000) = .0145, of which 4.
    assert sum(shares) / 20 == pytest.approx(0.3, abs=0.058)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"draws": 0}, "draws is 0; wanted at least 1"),
        ({"max_new_tokens": 0}, "max_new_tokens is 0; wanted at least 1"),
        ({"temperature": 0.0}, "temperature is 0.0; wanted above 0"),
        ({"temperature": float("nan")}, "temperature is nan; wanted above 0"),
    ],
)
def test_an_option_without_such_a_value_is_refused(options, text):
    with pytest.raises(UsageError, match=text):
        SampledYes(WritingBackbone(), **options)


def test_an_unknown_template_is_refused():
    with pytest.raises(UnknownNameError, match="no template '77'"):
        SampledYes(WritingBackbone(), template=77)


def test_each_way_of_drawing_is_a_recipe_of_its_own():
    ways = [{}, {"draws": 9}, {"temperature": 0.5}, {"seed": 1}, {"template": 2}, {"max_new_tokens": 2}]
    assert len({SampledYes(WritingBackbone(), **way).recipe.id for way in ways}) == len(ways)


@pytest.mark.parametrize("family", small_models.FAMILY_NAMES)
def test_a_random_model_gives_a_share_or_its_reason(family):
    judge = SampledYes(small_models.backbone(family, 10), draws=4)
    pairs = [Pair(small_models.sound(seconds, n), "a dog barks") for n, seconds in enumerate((1.0, 2.0))]
    for score in judge.score_all(pairs):
        value = score.values["alignment"]
        assert value in (0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1) if value is not None else score.error
        assert "unreadable" in score.verdicts[0].evidence


@pytest.mark.parametrize(("seed", "caption"), [(4, "rain falls"), (5, "a dog barks and rain falls")])
def test_the_embedded_judge_draws_around_its_probability(seed, caption):
    embedded = load_backbone("embedded")
    pair = Pair(small_models.sound(2.0, seed), caption)
    expected = AQAScore(embedded).score(pair).values["alignment"]
    assert 0.1 < expected < 0.9
    drawn = SampledYes(embedded, draws=128, seed=1).score(pair)
    # Four standard errors of a share of 128 draws: 0.11 at 0.89, 0.15 at 0.22.
    assert drawn.values["alignment"] == pytest.approx(expected, abs=4 * (expected * (1 - expected) / 128) ** 0.5)
    assert drawn.values["alignment"] not in (0.0, 1.0)
