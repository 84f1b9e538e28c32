"""Batches, order, failures, long clips and rubric items, with a backbone that truly listens."""

from collections.abc import Mapping, Sequence

import pytest

from beep_backbone import BeepBackbone, hears_beep
from clips import clip, clip_with_beep_at
from earwitness.audio import cut
from earwitness.errors import AnswerError, AudioError, BackboneError
from earwitness.judges.aqascore import AQAScore
from earwitness.judges.questions import QuestionJudge
from earwitness.rubrics.asking import Wording
from earwitness.types import Item, Pair, Recipe, Rubric, Verdict


class ItemJudge(QuestionJudge):
    """Asks the items it was given."""

    name = "rubric"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 1.0)}

    def __init__(self, backbone: BeepBackbone, *items: Item) -> None:
        super().__init__(backbone, "logsumexp", "correct")
        self._items = items

    @property
    def recipe(self) -> Recipe:
        return Recipe({"judge": self.name})

    def rubrics(self, pairs: Sequence[Pair]) -> list[Rubric]:
        return [Rubric(self._items, "en", "given")] * len(pairs)

    def wording(self, rubric: Rubric) -> Wording:
        return Wording("{question}", "en")

    def values(self, verdicts: Sequence[Verdict]) -> Mapping[str, float | None]:
        return {"alignment": verdicts[0].p_yes}


def no_beep(audio, question):
    return 1 - hears_beep(audio)


def test_scores_come_in_input_order_and_in_batches():
    backbone = BeepBackbone(batch_size=4)
    pairs = [Pair(clip_with_beep_at(2, 0.5) if n % 3 else clip(2, 200), "a beep", id=str(n)) for n in range(10)]
    scores = list(AQAScore(backbone).score_all(pairs))
    assert [score.pair_id for score in scores] == [pair.id for pair in pairs]
    assert [score.values["alignment"] > 0.5 for score in scores] == [bool(n % 3) for n in range(10)]
    assert backbone.batches == [4, 4, 2]


def test_a_bad_clip_fails_alone_with_its_reason(tmp_path):
    (tmp_path / "text.wav").write_text("not audio")
    sources = [clip(1), tmp_path / "missing.wav", tmp_path / "text.wav", clip(0.02), clip(1)]
    scores = list(AQAScore(BeepBackbone()).score_all(Pair(source, "a beep") for source in sources))
    assert [score.status for score in scores] == ["ok", "unscored", "unscored", "unscored", "ok"]
    assert scores[1].error.code == "audio_missing"
    assert scores[3].error.code == "too_short"
    assert "lasts 0.02 s; beep needs at least 0.10 s" in scores[3].error.message
    assert all(score.values == {"alignment": None} for score in scores[1:4])


def test_a_clip_that_breaks_the_model_fails_alone():
    def breaks(audio, question):
        if audio.duration > 2:
            raise RuntimeError("shape mismatch")
        return 0.8

    scores = list(AQAScore(BeepBackbone(breaks)).score_all(Pair(clip(s), "a beep") for s in (1, 3, 1)))
    assert [score.status for score in scores] == ["ok", "unscored", "ok"]
    assert scores[1].error.code == "backbone_failed"
    assert "RuntimeError: shape mismatch" in scores[1].error.message
    assert scores[1].audio_sha256 == clip(3).sha256


def test_a_lost_backbone_ends_the_run():
    def gone(audio, question):
        raise BackboneError("the server has gone")

    with pytest.raises(BackboneError):
        list(AQAScore(BeepBackbone(gone)).score_all([Pair(clip(1), "a beep")]))


def test_score_raises_where_score_all_records():
    with pytest.raises(AudioError):
        AQAScore(BeepBackbone()).score(Pair("nowhere.wav", "a beep"))


def test_no_probability_at_all_is_unscored():
    judge = AQAScore(BeepBackbone(mass=0.0))
    with pytest.warns(RuntimeWarning, match="divide by zero"), pytest.raises(AnswerError, match="no probability"):
        judge.score(Pair(clip(1), "a beep"))


def test_an_event_at_45_s_is_heard():
    judge = AQAScore(BeepBackbone())
    with_event = judge.score(Pair(clip_with_beep_at(60, 45), "a beep"))
    without = judge.score(Pair(clip(60, 200, 0.01), "a beep"))
    assert with_event.values["alignment"] > 0.9 > 0.1 > without.values["alignment"]
    assert "window_limited" in with_event.flags
    assert with_event.coverage == pytest.approx(10 / 60)
    assert with_event.verdicts[0].evidence.startswith("decided at 4")


def test_the_paper_front_end_does_not_hear_it_and_says_so():
    score = AQAScore(BeepBackbone(), front_end="paper").score(Pair(clip_with_beep_at(60, 45), "a beep"))
    assert score.values["alignment"] < 0.1
    assert "cut_by_front_end" in score.flags
    assert score.coverage == pytest.approx(10 / 60)


def test_a_backbone_that_hears_it_all_needs_no_windows():
    score = AQAScore(BeepBackbone(max_duration=600)).score(Pair(clip_with_beep_at(60, 45), "a beep"))
    assert score.values["alignment"] > 0.9
    assert (score.coverage, score.flags) == (1.0, ())


def test_a_forbidden_event_in_one_window_of_ten_is_found():
    item = Item("n", "Is the clip free of beeps?", "negation")
    judge = ItemJudge(BeepBackbone(no_beep), item)
    assert judge.score(Pair(clip_with_beep_at(91, 50), "no beep")).values["alignment"] < 0.1
    assert judge.score(Pair(clip(91, 200, 0.01), "no beep")).values["alignment"] > 0.9


def test_order_across_a_border_is_window_limited():
    def hum_then_beep(audio, question):
        # True only where one window holds both, the beep in its second half.
        half = len(audio.samples) // 2
        return 0.9 if hears_beep(cut(audio, half / 16000, audio.duration)) > hears_beep(audio) - 0.1 > 0.5 else 0.2

    item = Item("o", "Is the hum before the beep?", "relation")
    judge = ItemJudge(BeepBackbone(hum_then_beep), item)
    ordered = judge.score(Pair(clip_with_beep_at(30, 15), "a hum, then a beep"))
    assert ordered.values["alignment"] == pytest.approx(0.9)
    assert judge.score(Pair(clip(30, 200, 0.01), "a hum, then a beep")).values["alignment"] == pytest.approx(0.2)
    assert "window_limited" in ordered.flags
    assert ordered.coverage == pytest.approx(10 / 30)


def test_an_attribute_is_weighed_by_its_parent_in_each_window():
    def answers(audio, question):
        heard = hears_beep(audio)
        return heard if "Is there" in question else (0.9 if heard > 0.5 else 0.1)

    event = Item("e", "Is there a beep?", "event")
    loud = Item("a", "Is the beep loud?", "attribute", parents=("e",))
    verdicts = (
        ItemJudge(BeepBackbone(answers), event, loud).score(Pair(clip_with_beep_at(91, 50), "a loud beep")).verdicts
    )
    # An unweighted mean over ten windows, one with the beep, would be near 0.2.
    assert verdicts[1].p_yes > 0.7


def test_whatever_one_odd_pair_brings_stays_with_it(monkeypatch):
    judge = AQAScore(BeepBackbone())
    ask = judge.rubrics

    def rubrics(pairs):
        if any(pair.id == "odd" for pair in pairs):
            raise KeyError("no such thing")
        return ask(pairs)

    monkeypatch.setattr(judge, "rubrics", rubrics)
    scores = list(judge.score_all(Pair(clip(1), "a beep", id=name) for name in ("a", "odd", "b")))
    assert [score.status for score in scores] == ["ok", "unscored", "ok"]
    assert scores[1].error.code == "clip_failed"
    assert "KeyError" in scores[1].error.message
