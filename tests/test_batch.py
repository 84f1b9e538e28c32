"""The frame of judges that answer in batches, with a model that is arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from clips import clip
from earwitness.errors import AnswerError, AudioError, BackboneError, CaptionError, ClipError
from earwitness.judges.ahead import unscored
from earwitness.judges.batch import BatchJudge
from earwitness.types import Judge, Pair, Recipe, Score


@dataclass(frozen=True)
class Read:
    pair: Pair
    sha256: str = "0"
    flags: tuple[str, ...] = ("read",)


class Lengths(BatchJudge[Read, float]):
    """One over the length of a caption; captions tell where it fails."""

    name = "lengths"
    axes: Mapping[str, tuple[float, float]] = {"length": (0.0, 1.0)}

    def __init__(self):
        super().__init__("the ruler", 2, "ruler_failed")
        self.batches = []

    @property
    def recipe(self):
        return Recipe({"judge": self.name})

    def ready(self, pair):
        if pair.caption == "unread":
            raise AudioError("cannot be read", code="audio_missing")
        return Read(pair)

    def answer_all(self, batch):
        self.batches.append([read.pair.caption for read in batch])
        if any(read.pair.caption == "gone" for read in batch):
            raise BackboneError("gone")
        refused = CaptionError("refused", code="refused")
        return [refused if read.pair.caption == "refused" else 1 / len(read.pair.caption) for read in batch]

    def judged(self, ready, answer):
        if answer > 0.9:
            raise AnswerError("too near to 1", code="too_near")
        score = unscored(self, ready.pair, AnswerError("too near to 0", code="too_low"), ready.sha256, ready.flags)
        return score if answer < 0.1 else Score(ready.pair.id, {"length": answer}, self.recipe.id)


def scores_of(*captions):
    judge = Lengths()
    return judge, list(judge.score_all(Pair(clip(0.2), caption, id=str(n)) for n, caption in enumerate(captions)))


def test_it_is_a_judge_that_answers_in_batches_and_in_order():
    judge, scores = scores_of("ab", "abcd", "abc", "abcde", "ab")
    assert isinstance(judge, Judge)
    assert [score.values["length"] for score in scores] == [1 / 2, 1 / 4, 1 / 3, 1 / 5, 1 / 2]
    assert [score.pair_id for score in scores] == list("01234")
    assert judge.batches == [["ab", "abcd"], ["abc", "abcde"], ["ab"]]


# No length at all breaks the arithmetic: the model fails without a reason of its own.
@pytest.mark.parametrize(
    ("caption", "code"),
    [
        ("unread", "audio_missing"),
        ("refused", "refused"),
        ("", "ruler_failed"),
        ("a", "too_near"),
        ("abcdefghijkl", "too_low"),
    ],
)
def test_each_fails_alone_with_its_reason(caption, code):
    judge, scores = scores_of("ab", caption, "abc")
    assert [score.status for score in scores] == ["ok", "unscored", "ok"]
    assert (scores[1].error.code, scores[1].values) == (code, {"length": None})
    assert scores[1].flags == (() if caption == "unread" else ("read",))
    with pytest.raises(ClipError) as caught:
        judge.score(Pair(clip(0.2), caption))
    assert (caught.value.code, str(caught.value)) == (code, scores[1].error.message)


def test_a_model_that_is_gone_ends_the_run():
    with pytest.raises(BackboneError):
        scores_of("ab", "gone")
