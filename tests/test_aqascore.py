import numpy as np
import pytest

from beep_backbone import BeepBackbone
from clips import clip
from earwitness.backbones.fake import FakeBackbone
from earwitness.errors import BackboneError, UnknownNameError, UsageError
from earwitness.judges.aqascore import PRESETS, AQAScore
from earwitness.rubrics.asking import WORDINGS
from earwitness.types import Judge, Pair


def fixed(probability):
    return BeepBackbone(lambda audio, question: probability)


def test_it_is_a_judge():
    assert isinstance(AQAScore(fixed(0.5)), Judge)


def test_the_formula_by_hand():
    # log p(Yes) = log .54, log p(No) = log .36: sigmoid(log 1.5) = .6, mass .9.
    score = AQAScore(fixed(0.6), answers="pair").score(Pair(clip(1), "a beep"))
    assert score.values["alignment"] == pytest.approx(0.6)
    assert score.verdicts[0].mass == pytest.approx(0.9)


def test_an_answer_off_the_question_is_flagged_and_keeps_its_mass():
    score = AQAScore(BeepBackbone(mass=0.2)).score(Pair(clip(1), "a beep"))
    assert "off_format" in score.flags
    assert score.verdicts[0].status == "off_format"
    assert score.verdicts[0].mass == pytest.approx(0.2)
    assert score.values["alignment"] is not None


def test_the_caption_is_asked_in_the_papers_words_by_default():
    asked = []
    AQAScore(BeepBackbone(lambda audio, question: asked.append(question) or 0.5)).score(Pair(clip(1), "a beep"))
    assert asked == ["Does this audio contain the sound events described by the text: a beep? Please answer yes or no."]


def test_a_chinese_caption_is_asked_in_chinese():
    score = AQAScore(fixed(0.5), template=2).score(Pair(clip(1), "狗在叫"))
    assert score.verdicts[0].item.question == "这段音频与描述“狗在叫”相符吗？请回答是或否。"


def test_a_given_language_wins_over_the_script():
    score = AQAScore(fixed(0.5), template=2).score(Pair(clip(1), "beep", language="zh"))
    assert "请回答是或否" in score.verdicts[0].item.question


@pytest.mark.parametrize("answers", ["logsumexp", "largest", "pair"])
def test_each_way_to_read_the_answer_is_a_recipe_of_its_own(answers):
    recipe = AQAScore(fixed(0.5), answers=answers).recipe
    others = {AQAScore(fixed(0.5), answers=other).recipe.id for other in {"logsumexp", "largest", "pair"} - {answers}}
    assert recipe.id not in others


def test_the_recipe_holds_all_that_determines_the_number():
    base = AQAScore(fixed(0.5)).recipe
    assert AQAScore(fixed(0.1), preset="aqascore").recipe.id == base.id
    changed = [AQAScore(fixed(0.5), **option) for option in ({"template": 3}, {"front_end": "paper"})]
    other_weights = fixed(0.5)
    other_weights.identity = {"weights": "retrained"}
    changed.append(AQAScore(other_weights))
    assert len({base.id, *(judge.recipe.id for judge in changed)}) == 4


def test_the_papers_preset():
    judge = AQAScore(fixed(0.5), preset="aqascore-paper")
    parts = judge.recipe.parts
    assert (parts["answers"], parts["front_end"], parts["template"]["number"]) == ("pair", "paper", 1)
    assert PRESETS["aqascore"].front_end == "correct"


class HearsSystems(BeepBackbone):
    """Keeps the system messages that come before its clips."""

    def __init__(self):
        super().__init__()
        self.systems = []

    def answer(self, requests):
        self.systems += [request.system for request in requests]
        return super().answer(requests)


def test_a_wordings_system_message_goes_before_the_clip_in_the_captions_language():
    backbone = HearsSystems()
    judge = AQAScore(backbone, system="listen")
    list(judge.score_all([Pair(clip(1), "a beep"), Pair(clip(1), "哔声")]))
    wanted = [WORDINGS["listen"][language].system for language in ("en", "zh")]
    assert backbone.systems == wanted
    assert judge.recipe.parts["system"] == dict(zip(("en", "zh"), wanted, strict=True))


def test_without_a_system_message_recipe_and_request_are_as_ever(tmp_path):
    backbone = HearsSystems()
    base = AQAScore(backbone)
    assert "system" not in base.recipe.parts
    # A wording without a system message changes nothing, so it is no recipe of its own.
    assert AQAScore(backbone, system="plain").recipe.id == base.recipe.id
    assert AQAScore(backbone, system="listen").recipe.id != base.recipe.id
    english = tmp_path / "own.json"
    english.write_text('{"en": {"item": "{question}", "system": "Listen."}}', encoding="utf-8")
    list(AQAScore(backbone, system=english).score_all([Pair(clip(1), "a beep"), Pair(clip(1), "哔声")]))
    assert backbone.systems == ["Listen.", None]


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'aqascore-paper'"):
        AQAScore(fixed(0.5), preset="aqa-paper")
    with pytest.raises(UnknownNameError, match="no template '77'"):
        AQAScore(fixed(0.5), template=77)
    with pytest.raises(UnknownNameError, match="no wording 'listn'"):
        AQAScore(fixed(0.5), system="listn")


def test_a_tokenizer_without_the_words_is_refused_with_what_was_tried():
    backbone = fixed(0.5)
    backbone.single_tokens = lambda forms: tuple(form for form in forms if "o" in form)
    with pytest.raises(BackboneError, match="no single token for yes among 'Yes', ' Yes'"):
        AQAScore(backbone).score(Pair(clip(1), "a beep"))


def test_the_same_clip_twice_scores_the_same():
    judge = AQAScore(BeepBackbone())
    audio = clip(2, 3000)
    first, second = judge.score(Pair(audio, "a beep")), judge.score(Pair(audio, "a beep"))
    assert first == second
    assert np.isfinite(first.values["alignment"])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"answers": "larges"}, "answers is 'larges'; wanted 'logsumexp' or 'largest' or 'pair'"),
        ({"front_end": "Paper"}, "front_end is 'Paper'; wanted 'correct' or 'paper'"),
        ({"device": "cuda"}, "device: options for loading, but the backbone is loaded already"),
    ],
)
def test_an_option_that_would_not_be_read_is_refused(options, text):
    with pytest.raises(UsageError, match=text):
        AQAScore(FakeBackbone(), **options)


@pytest.mark.parametrize(("loaded", "asked"), [("paper", "correct"), ("correct", "paper")])
def test_a_recipe_never_names_another_front_end_than_the_backbone_hears_with(loaded, asked):
    backbone = fixed(0.5)
    backbone.identity = {"front_end": loaded}
    with pytest.raises(UsageError, match=f"loaded with front_end='{loaded}', and front_end='{asked}' is asked for"):
        AQAScore(backbone, front_end=asked)
    assert AQAScore(backbone, front_end=loaded).recipe.parts["front_end"] == loaded
