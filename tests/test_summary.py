"""A run in numbers, from records alone."""

import pytest

from earwitness.run.store import Record
from earwitness.run.summary import Tally, summarise
from earwitness.types import Score, ScoreFailure


def score(value: float | None, *flags: str, pair: str = "p", clip: str | None = None) -> Score:
    return Score(pair, {"alignment": value}, "r", flags=flags, audio_sha256=clip)


AXES = {"alignment": (0.0, 1.0)}
UNSCORED = Score("p", {"alignment": None}, "r", status="unscored", error=ScoreFailure("silent", "no sound"))


def test_what_is_missing_is_counted_and_never_averaged():
    tally = Tally(AXES)
    for one in (score(0.2, "low"), score(0.4), UNSCORED, None, score(None, "low", "odd")):
        tally.add(one)
    summary = tally.summary()
    assert (summary.n_scored, summary.n_total) == (3, 5)
    assert (summary.failures, summary.flags) == ({"silent": 1}, {"low": 2, "odd": 1})
    assert summary.estimates["alignment"].value == pytest.approx(0.3)
    assert summary.estimates["alignment"].n == 2


def test_no_interval_reaches_beyond_the_scale():
    tally = Tally(AXES)
    for number, value in enumerate((0.99, 0.98, 0.99, 0.4, 0.99, 0.97)):
        tally.add(score(value, pair=f"p{number}"))
    estimate = tally.summary().estimates["alignment"]
    assert 0 < estimate.low < estimate.value < estimate.high == 1.0


def test_an_axis_that_the_judge_did_not_announce_is_not_lost():
    tally = Tally({})
    tally.add(score(0.5))
    assert tally.summary().estimates["alignment"].value == 0.5


def test_systems_by_name_and_pairs_without_one_only_in_the_whole():
    values = {"b": 0.1, "a": 0.9, None: 0.5}
    records = [Record({"system": system}, score(value).to_dict()) for system, value in values.items()]
    whole, systems = summarise(records, AXES, total=7)
    assert (whole.n_scored, whole.n_total) == (3, 7)
    assert list(systems) == ["a", "b"]
    assert systems["a"].estimates["alignment"].value == 0.9
    assert systems["a"].n_total == 1
