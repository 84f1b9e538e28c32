"""Options of one judge are refused by the other, so that none is silently unread."""

from pathlib import Path

import pytest

from earwitness.cli.judges import _ASKING, JudgeName, JudgeOptions
from earwitness.errors import UsageError
from earwitness.judges.aqascore import AQAScore
from earwitness.judges.mos import MOSJudge
from earwitness.mos.heads import Axis
from rating_judges import predictor

GIVEN = {
    "backbone": "fake",
    "preset": "aqascore",
    "template": 1,
    "answers": "pair",
    "device_map": "auto",
    "dtype": "float32",
    "revision": "abc",
    "trust_remote_code": True,
}


def test_every_option_of_asking_is_known_here():
    assert sorted(GIVEN) == sorted(_ASKING)


@pytest.mark.parametrize("option", sorted(GIVEN))
def test_what_asks_a_backbone_is_not_for_predictors(option):
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')} cannot go with --judge mos; its own options"):
        JudgeOptions(JudgeName.mos, checkpoint=Path("run"), **{option: GIVEN[option]})


def test_a_checkpoint_is_only_for_predictors():
    with pytest.raises(
        UsageError, match="--checkpoint cannot go with --judge aqascore; its own options are --backbone"
    ):
        JudgeOptions(checkpoint=Path("run"))
    with pytest.raises(UsageError, match="--judge mos needs --checkpoint"):
        JudgeOptions(JudgeName.mos)


def test_the_judge_is_the_one_named(tmp_path):
    assert isinstance(JudgeOptions(backbone="fake", template=2).load(), AQAScore)
    predictor().save(tmp_path)
    judge = JudgeOptions(JudgeName.mos, checkpoint=tmp_path, device="cpu", batch_size=3).load()
    assert isinstance(judge, MOSJudge)
    assert judge.batch_size == 3


def test_captions_are_needed_where_an_axis_or_a_question_is_about_them(tmp_path):
    assert JudgeOptions(backbone="fake").needs_captions
    predictor().save(tmp_path / "sound")
    assert not JudgeOptions(JudgeName.mos, checkpoint=tmp_path / "sound").needs_captions
    from small_encoder import SmallEncoder

    predictor(SmallEncoder(), axes=(Axis("match", 1, 5, text=True),)).save(tmp_path / "match")
    assert JudgeOptions(JudgeName.mos, checkpoint=tmp_path / "match").needs_captions
    assert not JudgeOptions(JudgeName.mos, checkpoint=Path("audiobox-aesthetics")).needs_captions
