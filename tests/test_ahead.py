"""Reading ahead: order, bounded reading, and failures that stay with their clip."""

import threading
import time
from collections.abc import Mapping

import pytest

from earwitness import Pair, Recipe, Score
from earwitness.errors import AudioError, BackboneError, UsageError
from earwitness.judges.ahead import batches, each_or_why, scores_ahead, unscored


class Lengths:
    """A judge whose score is the length of the caption."""

    name = "lengths"
    axes: Mapping[str, tuple[float, float]] = {"length": (0.0, 100.0)}
    recipe = Recipe({"judge": "lengths"})

    def __init__(self, prepare=lambda pair: pair, size=3):
        self.prepare, self.size = prepare, size
        self.judged = []

    def score_all(self, pairs):
        return scores_ahead(self, pairs, self.size, self.prepare, self._batch)

    def _batch(self, batch):
        self.judged.append(len(batch))
        return (Score(pair.id, {"length": float(len(pair.caption))}, self.recipe.id) for pair in batch)


def pairs(count):
    return [Pair(f"{n}.wav", "x" * n, id=str(n)) for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, 3, 10])
@pytest.mark.parametrize("size", [0, 1, 3, 20])
def test_scores_come_in_order_however_long_reading_takes(count, size):
    def slow(pair):
        time.sleep(0.002 * (int(pair.id) % 3))
        return pair

    scores = list(Lengths(slow, size).score_all(pairs(count)))
    assert [score.pair_id for score in scores] == [str(n) for n in range(count)]
    assert [score.values["length"] for score in scores] == list(range(count))


def test_no_more_than_two_batches_are_read_ahead():
    taken = []

    def source():
        for pair in pairs(30):
            taken.append(pair.id)
            yield pair

    scores = Lengths(size=3).score_all(source())
    for done in range(12):
        next(scores)
        assert len(taken) <= 3 * (done // 3 + 2)


def test_clips_are_read_in_other_threads():
    readers = set()

    def prepare(pair):
        readers.add(threading.current_thread().name.rpartition("_")[0])
        return pair

    list(Lengths(prepare).score_all(pairs(5)))
    assert readers == {"decode"}


def test_what_cannot_be_read_is_unscored_and_takes_no_place_in_a_batch():
    def prepare(pair):
        if pair.id == "1":
            raise AudioError("no sound", code="audio_empty")
        if pair.id == "2":
            raise ZeroDivisionError("odd")
        return pair

    judge = Lengths(prepare)
    scores = list(judge.score_all(pairs(4)))
    assert [score.status for score in scores] == ["ok", "unscored", "unscored", "ok"]
    assert [scores[n].error.code for n in (1, 2)] == ["audio_empty", "clip_failed"]
    assert scores[2].error.message == "reading 2.wav failed: ZeroDivisionError: odd"
    assert scores[1].values == {"length": None}
    assert judge.judged == [1, 1]


@pytest.mark.parametrize("error", [BackboneError("gone"), UsageError("wrong")])
def test_what_holds_for_every_pair_ends_it(error):
    def prepare(pair):
        raise error

    with pytest.raises(type(error), match=str(error)):
        list(Lengths(prepare).score_all(pairs(4)))


def test_a_batch_that_fails_is_tried_one_by_one():
    asked = []

    def answer(batch):
        asked.append(list(batch))
        if 3 in batch:
            raise ValueError("three")
        return [10 * number for number in batch]

    results = each_or_why([1, 3, 2], answer, "counting", "count_failed")
    assert asked == [[1, 3, 2], [1], [3], [2]]
    assert (results[0], results[2]) == (10, 20)
    assert (results[1].code, str(results[1])) == ("count_failed", "counting failed: ValueError: three")


def test_a_model_that_is_gone_is_not_a_clips_fault():
    def answer(batch):
        raise BackboneError("gone")

    with pytest.raises(BackboneError, match="gone"):
        each_or_why([1, 2], answer, "counting", "count_failed")


def test_nothing_is_asked_about_nothing():
    assert each_or_why([], lambda batch: 1 / 0, "counting", "count_failed") == []


def test_an_unscored_pair_keeps_what_was_heard():
    pair = Pair("a.wav", "", id="a")
    score = unscored(Lengths(), pair, AudioError("why", code="silent"), sha256="s", flags={"b", "a"})
    assert (score.flags, score.audio_sha256, score.recipe) == (("a", "b"), "s", Lengths.recipe.id)


def test_batches():
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
