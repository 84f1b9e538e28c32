"""A run in numbers, from records alone."""

import pytest

from earwitness.metrics.uncertainty import mean_estimate
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


def tallied(*scores: Score):
    tally = Tally(AXES)
    for one in scores:
        tally.add(one)
    return tally.summary()


VALUES = (0.1, 0.4, 0.35, 0.8, 0.6, 0.2)


def test_captions_on_one_clip_are_not_as_many_clips():
    """Ten captions each on six clips tell no more of the spread than one each."""
    once = tallied(*(score(value, pair=f"p{n}", clip=f"c{n}") for n, value in enumerate(VALUES)))
    tenfold = tallied(
        *(score(value, pair=f"p{n} {take}", clip=f"c{n}") for take in range(10) for n, value in enumerate(VALUES))
    )
    (narrow, wide) = (summary.estimates["alignment"] for summary in (tenfold, once))
    assert (narrow.low, narrow.high) == pytest.approx((wide.low, wide.high))
    assert (narrow.n, tenfold.n_scored, tenfold.n_clips) == (60, 60, 6)
    assert (wide.n, once.n_scored, once.n_clips) == (6, 6, 6)


def test_forty_captions_on_one_clip_tell_no_spread():
    summary = tallied(*(score(n / 40, pair=f"p{n}", clip="c") for n in range(40)))
    assert (summary.n_clips, summary.estimates["alignment"].n) == (1, 40)
    assert summary.estimates["alignment"].low is None


def test_pairs_without_a_hash_of_their_clip_count_as_clips_of_their_own():
    summary = tallied(*(score(value, pair=f"p{n}") for n, value in enumerate(VALUES)))
    assert summary.n_clips == 6
    assert summary.estimates["alignment"] == mean_estimate(VALUES, bounds=(0.0, 1.0))


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
