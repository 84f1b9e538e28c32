"""What a figure is computed from, on pairs small enough to be worked by hand."""

import numpy as np
import pytest

from earwitness.bench.decisions import Decision, called, choose, decided, preferences
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.measurements import labelled, rated, stretch
from earwitness.errors import UsageError

AXES = {"alignment": (0.0, 1.0)}


def judged(name, score, rating=None, **more):
    ratings = {} if rating is None else {"REL": rating}
    values = {} if score is None else {"alignment": score}
    return Judged(name, more.pop("clip", name), "rain", values, ratings=ratings, meta={"part": "all"}, **more)


def said(*pairs):
    return Judgements(tuple(pairs), AXES)


def by_measure(found):
    return {one.measure: one for one in found}


def test_a_pair_without_a_score_is_counted_and_one_without_a_rating_is_not():
    found = by_measure(rated(said(judged("a", 0.5, 3), judged("b", None, 4), judged("c", 0.2)), "all", "REL"))
    assert list(found) == ["LCC", "SRCC", "KTAU"]  # no scale, no MSE
    assert found["LCC"].ids == ("a",)
    assert found["LCC"].n_total == 2


def test_for_mse_the_scale_of_the_judge_is_put_on_that_of_the_raters():
    found = by_measure(rated(said(judged("a", 0.5, 3), judged("b", 1.0, 10)), "all", "REL", scale=(0, 10)))
    assert found["MSE"].scores.tolist() == [5.0, 10.0]
    assert found["LCC"].scores.tolist() == [0.5, 1.0]
    assert stretch(np.array([2.0]), (1.0, np.inf), (1.0, 5.0)) is None


def test_pairs_of_one_clip_are_a_cluster_and_single_ones_are_none():
    twice = said(judged("a", 0.1, 1, clip="x"), judged("b", 0.2, 2, clip="x"), judged("c", 0.3, 3, clip="y"))
    assert by_measure(rated(twice, "all", "REL"))["LCC"].clusters == ("x", "x", "y")
    assert by_measure(rated(said(judged("a", 0.1, 1)), "all", "REL"))["LCC"].clusters is None


def test_at_system_level_a_clip_without_a_system_is_counted_but_in_no_mean():
    two = said(judged("a", 0.1, 1, system="s"), judged("b", 0.2, 2))
    found = [one for one in rated(two, "all", "REL", levels=("system",)) if one.measure == "SRCC"]
    assert (found[0].ids, found[0].clusters, found[0].n_total) == (("a",), ("s",), 2)


def test_labels_make_auc():
    (found,) = labelled(said(judged("a", 0.9), judged("b", 0.1), judged("c", None)), "all", lambda j: j.id == "a")
    assert (found.measure, found.scores.tolist(), found.truths.tolist(), found.n_total) == (
        "AUC",
        [0.9, 0.1],
        [1, 0],
        3,
    )


def test_a_tie_is_settled_by_lot_and_a_missing_score_decides_nothing():
    assert choose(0.4, 0.7, 0) == (0.0, False)
    assert choose(0.7, 0.4, 0) == (1.0, False)
    assert choose(0.4, 0.4, 0) == (0.5, True)
    assert choose(0.4, None, 0) == (None, False)


def test_decisions_without_a_score_stay_in_the_total():
    found = decided("all", "pair", [Decision("1", 1.0, "x"), Decision("2", None, "x"), Decision("3", 0.5, "y", True)])
    assert (found.ids, found.n_total, found.ties, found.clusters) == (("1", "3"), 3, 1, None)


def test_preferences_are_within_a_group_and_leave_out_what_raters_tied():
    pairs = said(
        judged("a", 0.9, 5, group="rain"),  # preferred to b and c, rightly
        judged("b", 0.2, 1, group="rain"),
        judged("c", 0.2, 3, group="rain"),  # scores tie with b: by lot
        judged("d", 0.8, 3, group="rain"),  # over b: right; under a: right; raters tied it with c
        judged("e", 0.1, 2, group="dog"),
        judged("f", 0.1, 2, group="dog"),
    )
    found = preferences(pairs, "all", "REL")
    assert found.n_total == 5
    assert dict(zip(found.ids, found.scores.tolist(), strict=True)) == {
        "a | b": 1.0,
        "a | c": 1.0,
        "a | d": 1.0,
        "b | c": 0.5,
        "b | d": 1.0,
    }
    assert found.ties == 1


def test_the_axis_named_is_taken_or_refused():
    two = Judgements((), {"quality": (1.0, 5.0), "alignment": (0.0, 1.0)}, {"OVL": "quality", "REL": "loudness"})
    assert two.axis_for("OVL") == "quality"
    with pytest.raises(UsageError, match="no axis 'loudness'; it has quality, alignment"):
        two.axis_for("REL")
    assert Judgements((), {"quality": (1.0, 5.0)}).axis_for("REL") is None


def test_of_very_many_clips_of_one_caption_some_are_compared():
    many = said(*(judged(f"{n}", n / 1000, float(n), group="speech") for n in range(300)))
    found = preferences(many, "all", "REL")
    assert (found.n_total, found.note) == (200 * 199 // 2, "200 clips of a caption at most")
    assert preferences(many, "all", "REL").ids == found.ids


def test_a_score_of_at_least_the_threshold_is_a_call():
    assert called(judged("a", 0.5), 0.5, lambda j: True).right == 1
    assert called(judged("a", 0.4), 0.5, lambda j: True).right == 0
    assert called(judged("a", None), 0.5, lambda j: True).right is None
