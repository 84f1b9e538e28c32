"""Options of one judge are refused by the other, so that none is silently unread."""

from dataclasses import fields
from pathlib import Path

import pytest

from earwitness.cli.decomposers import DecomposerOptions, DomainName, LanguageName, With
from earwitness.cli.judges import JUDGES, JudgeName, JudgeOptions
from earwitness.errors import UsageError
from earwitness.judges.aqascore import AQAScore
from earwitness.judges.mos import MOSJudge
from earwitness.mos.heads import Axis
from rating_judges import predictor

GIVEN = {
    "checkpoint": "run",
    "encoder": Path("encoder"),
    "backbone": "fake",
    "preset": "aqascore",
    "template": 1,
    "answers": "pair",
    "mode": "both",
    "aggregate": "gated",
    "threshold": 0.4,
    "match_at": 0.5,
    "wording": "plain",
    "decompose_with": With.rules,
    "llm": "folder",
    "llm_cache": Path("cache"),
    "domain": DomainName.music,
    "questions": LanguageName.zh,
    "rubrics": Path("rubrics.jsonl"),
    "llm_server": ["tries=2"],
    "draws": 4,
    "device_map": "auto",
    "dtype": "float32",
    "revision": "abc",
    "trust_remote_code": True,
    "server": ["tries=2"],
}


def test_every_option_is_known_here_and_belongs_to_some_judge():
    known = {field.name for kind in (JudgeOptions, DecomposerOptions) for field in fields(kind)}
    assert {*GIVEN, "judge", "device", "batch_size", "recalibration", "decomposer"} == known
    assert set(GIVEN) == {name for info in JUDGES.values() for name in info.own}


@pytest.mark.parametrize("option", GIVEN)
@pytest.mark.parametrize("judge", JUDGES)
def test_no_judge_is_silent_about_an_option_that_it_does_not_read(judge, option):
    needed = {"checkpoint": "run"} if judge == JudgeName.mos else {}
    value = GIVEN[option]
    # Of a language model's options none stands alone.
    others = {"decompose_with": With.llm, "llm": "folder"} if option.startswith("llm") else {}
    takes_apart = option in {field.name for field in fields(DecomposerOptions)}
    given = {
        **needed,
        **({"decomposer": DecomposerOptions(**{**others, option: value})} if takes_apart else {option: value}),
    }
    if option in JUDGES[judge].own:
        JudgeOptions(judge, **given)
    else:
        written = "--with" if option == "decompose_with" else f"--{option.replace('_', '-')}"
        with pytest.raises(UsageError, match=f"{written}.* cannot go with --judge {judge}; its own options are"):
            JudgeOptions(judge, **given)


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
