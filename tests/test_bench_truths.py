import numpy as np
import pytest

from earwitness.bench.studies.labels import Truth
from earwitness.bench.studies.truths import said_of
from earwitness.errors import UsageError
from earwitness.run.store import Record


class Told:
    """A run of a few records."""

    path = "runs/told"

    def __init__(self, *records, axes=None):
        self._records = records
        self.axes = axes or {"alignment": (0.0, 1.0)}
        self.recipe = type("Recipe", (), {"id": "4b1d"})()

    def records(self):
        return iter(self._records)


def record(name, p_yes, *, meta=None, ratings=None, clip=None, masses=(0.9,)):
    pair = {"id": name, "meta": meta or {}, "ratings": ratings or {}, "audio": None, "caption": "a beep"}
    pair |= {"system": None, "group": None, "language": "en"}
    said = {
        "values": {"alignment": p_yes},
        "verdicts": [{"mass": mass, "p_yes": p_yes} for mass in masses],
        "audio_sha256": clip or name,
    }
    return Record(pair, said)


def test_labels_come_from_a_column_and_stand_for_truths_too():
    run = Told(record("a", 0.9, meta={"label": "yes"}), record("b", 0.2, meta={"label": 0}))
    said = said_of(run, "base", Truth("label"))
    assert said.ids == ("a", "b")
    assert said.p_yes.tolist() == [0.9, 0.2]
    assert said.labels.tolist() == said.truths.tolist() == [1.0, 0.0]
    assert (said.name, said.recipe, said.n_total, said.clips) == ("base", "4b1d", 2, None)
    assert said.truth == "labels in 'label'"


def test_ratings_are_labels_only_from_a_threshold_on():
    run = Told(record("a", 0.9, ratings={"REL": 5.0}), record("b", 0.2, ratings={"REL": 2.5}))
    said = said_of(run, "base", Truth(rating="REL"))
    assert (said.truths.tolist(), said.labels) == ([5.0, 2.5], None)
    told = said_of(run, "base", Truth(rating="REL", match_from=5))
    assert told.labels.tolist() == [1.0, 0.0]
    assert told.truth == "ratings of 'REL', a match from 5"


def test_what_is_not_scored_is_counted_and_what_is_not_rated_is_not():
    waiting = Record(record("c", 0.5, ratings={"REL": 3.0}).pair, None)
    unscored = record("b", None, ratings={"REL": 4.0})
    unrated = record("d", 0.5, ratings={"OVL": 4.0})
    said = said_of(Told(record("a", 0.9, ratings={"REL": 5.0}), unscored, waiting, unrated), "x", Truth(rating="REL"))
    assert (said.ids, said.n_total) == (("a",), 3)


def test_mass_is_the_mean_over_a_pairs_questions_where_all_pairs_have_one():
    asked = record("a", 0.9, meta={"label": 1}, masses=(0.8, 0.6, None))
    written = record("b", 0.1, meta={"label": 0}, masses=(None,))
    assert said_of(Told(asked), "x", Truth("label")).masses == pytest.approx(np.array([0.7]))
    assert said_of(Told(asked, written), "x", Truth("label")).masses is None


def test_clips_with_several_captions_are_told():
    run = Told(*(record(name, 0.5, meta={"label": 1}, clip=clip) for name, clip in zip("abc", "xxy", strict=True)))
    assert said_of(run, "x", Truth("label")).clips == ("x", "x", "y")


@pytest.mark.parametrize(
    ("axes", "axis", "text"),
    [
        ({"quality": (1.0, 5.0)}, "alignment", "not 'alignment'; runs/told has quality .1 to 5."),
        ({"quality": (1.0, 5.0)}, "quality", "wanted an axis of probabilities, 0 to 1, not 'quality'"),
    ],
)
def test_what_is_no_probability_is_refused(axes, axis, text):
    with pytest.raises(UsageError, match=text):
        said_of(Told(record("a", 0.5), axes=axes), "x", Truth("label"), axis=axis)


def test_a_run_without_scored_truths_is_refused():
    with pytest.raises(
        UsageError, match="no scored pair on axis 'alignment' with ratings of 'REL'; 0 of its pairs have any"
    ):
        said_of(Told(record("a", 0.5)), "x", Truth(rating="REL"))


@pytest.mark.parametrize("given", [{}, {"label": "a", "rating": "b"}])
def test_one_truth_is_wanted(given):
    with pytest.raises(UsageError, match="either a label's column or an axis of ratings"):
        Truth(**given)


def test_a_label_needs_no_threshold():
    with pytest.raises(UsageError, match=r"match_from is 0\.5, which is for ratings"):
        Truth("label", match_from=0.5)
