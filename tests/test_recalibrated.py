"""A recalibrated judge is its judge but for one axis and its recipe; files are refused for other judges."""

import json
import re

import pytest

from earwitness import AQAScore, FakeBackbone, Pair, evaluate
from earwitness.errors import AnswerError, UsageError
from earwitness.judges.expense import Asking
from earwitness.judges.recalibrated import FittedRecalibration, Recalibrated, read_recalibration, write_recalibration
from earwitness.metrics.recalibration import Recalibration
from earwitness.types import Judge
from said_judge import SaidJudge

COOLED = Recalibration("temperature", {"temperature": 2.0}, 100)


@pytest.fixture
def pair():
    # The odds of .9 are 9, and with half the logit 3.
    return Pair("a.wav", "rain", meta={"said": 0.9})


def fitted(judge, axis="alignment"):
    return FittedRecalibration(COOLED, judge.recipe.id, axis, {"run": "dev"})


def test_one_axis_is_moved_and_all_else_stays(pair):
    inner = SaidJudge()
    score, raw = Recalibrated(inner, COOLED).score(pair), inner.score(pair)
    assert score.values == {"alignment": pytest.approx(0.75), "quality": 3.0}
    assert score.verdicts == raw.verdicts
    assert (score.audio_sha256, score.status, score.pair_id) == (raw.audio_sha256, "ok", raw.pair_id)


def test_the_recipe_is_another_one_and_tells_the_function():
    inner = SaidJudge()
    judge = Recalibrated(inner, COOLED)
    assert isinstance(judge, Judge)
    assert (judge.name, judge.axes) == (inner.name, inner.axes)
    told = judge.recipe.parts["recalibration"]
    assert told == {"axis": "alignment", "method": "temperature", "parameters": {"temperature": 2.0}, "n": 100}
    hotter = Recalibrated(inner, Recalibration("temperature", {"temperature": 3.0}, 100))
    assert len({inner.recipe.id, judge.recipe.id, hotter.recipe.id}) == 3


def test_a_run_holds_the_new_recipe_and_what_is_unscored_stays_so(tmp_path, pair):
    judge = Recalibrated(SaidJudge(), COOLED)
    (tmp_path / "a.wav").write_bytes(b"a")
    pairs = [Pair(tmp_path / "a.wav", "rain", f"{said}", meta={"said": said}) for said in (0.9, None, 0.5)]
    run = evaluate(judge, pairs, tmp_path / "run", progress=False)
    assert [record.said["values"]["alignment"] for record in run.records()] == [pytest.approx(0.75), None, 0.5]
    assert {record.said["recipe"] for record in run.records()} == {judge.recipe.id}
    assert run.failures == {"silent_treatment": 1}


def test_what_was_answered_before_an_error_has_the_new_recipe_too(pair):
    class Failing(SaidJudge):
        def score(self, pair):
            raise AnswerError(
                "no answer", code="no_answer", score=super().score(Pair("a.wav", "", meta={"said": None}))
            )

    judge = Recalibrated(Failing(), COOLED)
    with pytest.raises(AnswerError) as raised:
        judge.score(pair)
    assert raised.value.score.recipe == judge.recipe.id


def test_who_asks_a_backbone_is_still_seen_to():
    asking = Recalibrated(AQAScore(FakeBackbone({"rain": 0.9})), COOLED)
    assert isinstance(asking, Asking)
    assert asking.backbone.name == "fake"
    assert asking.requests_a_window(Pair("a.wav", "rain")) == 1
    assert not isinstance(Recalibrated(SaidJudge(), COOLED), Asking)


def test_what_cannot_be_recalibrated_is_refused():
    inner = SaidJudge()
    with pytest.raises(UsageError, match="has no axis 'match'; it has alignment, quality"):
        Recalibrated(inner, COOLED, "match")
    with pytest.raises(UsageError, match="gives 'quality' from 1 to 5; wanted probabilities"):
        Recalibrated(inner, COOLED, "quality")
    with pytest.raises(UsageError, match="is recalibrated already"):
        Recalibrated(Recalibrated(inner, COOLED), COOLED)


def test_a_file_brings_back_the_judge_and_refuses_another(tmp_path, pair):
    inner, other = SaidJudge(), SaidJudge(version=2)
    write_recalibration(tmp_path / "cooled.json", fitted(inner))
    read = read_recalibration(tmp_path / "cooled.json")
    assert read == fitted(inner)
    assert read.of(inner).score(pair) == Recalibrated(inner, COOLED).score(pair)
    with pytest.raises(UsageError, match=f"fitted on recipe {inner.recipe.id}.*said is of recipe {other.recipe.id}"):
        read.of(other)
    assert [path.name for path in tmp_path.iterdir()] == ["cooled.json"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "cannot be read as a recalibration"),
        ("[]", "is no recalibration"),
        ('{"format": "earwitness recalibration 9"}', "format 'earwitness recalibration 1'"),
        ('{"format": "earwitness recalibration 1"}', "not as earwitness calibrate wrote it: 'recalibration'"),
    ],
)
def test_other_files_are_refused(tmp_path, text, why):
    (tmp_path / "file.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        read_recalibration(tmp_path / "file.json")


def test_a_function_that_was_edited_away_is_refused(tmp_path):
    write_recalibration(tmp_path / "file.json", fitted(SaidJudge()))
    record = json.loads((tmp_path / "file.json").read_text(encoding="utf-8"))
    record["recalibration"]["parameters"]["temperature"] = -1
    (tmp_path / "file.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(UsageError, match="wanted temperature of a function that rises"):
        read_recalibration(tmp_path / "file.json")


@pytest.mark.parametrize(("name", "value"), [("axis", ["x"]), ("recipe", None), ("axis", 3)])
def test_a_file_of_other_types_is_refused(tmp_path, name, value):
    write_recalibration(tmp_path / "file.json", fitted(SaidJudge()))
    record = {**json.loads((tmp_path / "file.json").read_text(encoding="utf-8")), name: value}
    (tmp_path / "file.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(UsageError, match=rf"{name} is {re.escape(repr(value))}; wanted a text"):
        read_recalibration(tmp_path / "file.json")


def test_missing_files_and_folders_are_told(tmp_path):
    with pytest.raises(UsageError, match=r"none\.json cannot be read"):
        read_recalibration(tmp_path / "none.json")
    with pytest.raises(UsageError, match="cannot be written"):
        write_recalibration(tmp_path / "no" / "folder.json", fitted(SaidJudge()))
