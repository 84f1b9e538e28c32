"""Yes and no in the words of manifests, and a run's answers beside them."""

import pytest

from answered import answered
from earwitness import evaluate
from earwitness.bench.studies.labels import Truth, label_of, labelled, told_of
from earwitness.errors import UsageError
from said_judge import SaidJudge, said_pairs


@pytest.fixture
def pairs(tmp_path):
    """Three clips with two captions each; the first of all has no answer, and no label that could be read."""
    pairs = said_pairs(tmp_path, clips=3)
    pairs[0].meta.update(said=None, label="?")
    return pairs


@pytest.mark.parametrize(
    ("said", "match"),
    [(1, True), (0, False), (1.0, True), (" YES ", True), ("No", False), (True, True), ("false", False), ("是", True)],
)
def test_what_people_write(said, match):
    assert label_of("a", {"match": said}, "match") is match


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "'a' has no 'match'; its manifest gave no others"),
        ({"label": 1, "kind": "x"}, "its manifest gave label, kind"),
        ({"match": 0.5}, "match is 0.5; wanted yes or no, 1 or 0"),
        ({"match": ""}, "match is ''"),
    ],
)
def test_what_is_no_label_is_refused(told, why):
    with pytest.raises(UsageError, match=why):
        label_of("a", told, "match")


def test_answers_are_read_with_their_labels_and_the_unscored_counted(pairs, tmp_path):
    found = labelled(evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False), "label")
    assert [answer.p_yes for answer in found.answers] == [pair.meta["said"] for pair in pairs[1:]]
    assert [answer.truth for answer in found.answers] == [pair.meta["label"] == "yes" for pair in pairs[1:]]
    assert [(a.items, a.masses) for a in found.answers] == [((pair.meta["said"],), (0.9,)) for pair in pairs[1:]]
    assert ([pair.id for pair in found.unscored], found.n_total) == (["0-0"], 6)
    english = found.where(lambda pair: pair.language == "en")
    assert (len(english.answers), english.n_total) == (3, 3)
    assert told_of(english.answers[0].pair) == {**pairs[1].meta, "language": "en", "system": None, "group": None}


def test_answers_as_arrays():
    found = answered([0.9, 0.2, 0.4], [1, 0, 1], clips=["x", "x", "y"], unscored=2)
    assert found.p_yes.tolist() == [0.9, 0.2, 0.4]
    assert found.truths.tolist() == found.matches.tolist() == [1.0, 0.0, 1.0]
    assert (found.clips, found.n_total) == (("x", "x", "y"), 5)
    assert answered([0.9, 0.2], [1, 0]).clips is None
    assert found.where(lambda pair: pair.clip == "x").p_yes.tolist() == [0.9, 0.2]


def test_ratings_are_labels_only_from_a_threshold_on(tmp_path):
    pairs = said_pairs(tmp_path, clips=3)
    for place, pair in enumerate(pairs[:4]):
        pair.ratings["REL"] = 2.5 * place
    pairs[0].meta["said"] = None
    run = evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False)
    found = labelled(run, Truth(rating="REL"))
    # Of six pairs four are rated, and one of these has no score.
    assert (found.truths.tolist(), found.matches, found.n_total) == ([2.5, 5.0, 7.5], None, 4)
    assert (found.truth, found.recipe) == ("ratings of 'REL'", run.recipe.id)
    told = labelled(run, Truth(rating="REL", match_from=5))
    assert told.matches.tolist() == [0.0, 1.0, 1.0]
    assert told.truth == "ratings of 'REL', a match from 5"
    with pytest.raises(UsageError, match="no scored pair on axis 'alignment' with ratings of 'OVL'; 0 of its pairs"):
        labelled(run, Truth(rating="OVL"))


@pytest.mark.parametrize("given", [{}, {"label": "a", "rating": "b"}])
def test_one_truth_is_wanted(given):
    with pytest.raises(UsageError, match="either a label's column or an axis of ratings"):
        Truth(**given)


def test_a_label_needs_no_threshold():
    with pytest.raises(UsageError, match=r"match_from is 0\.5, which is for ratings"):
        Truth("label", match_from=0.5)


def test_an_axis_of_other_values_is_read_where_no_probabilities_are_wanted(pairs, tmp_path):
    run = evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False)
    assert labelled(run, "label", "quality", probabilities=False).p_yes.tolist() == [3.0] * 5
    with pytest.raises(UsageError, match=r"wanted one of its axes, not 'beauty'; .* quality \(1 to 5\)"):
        labelled(run, "label", "beauty", probabilities=False)


def test_runs_without_probabilities_or_labels_are_refused(pairs, tmp_path):
    run = evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False)
    with pytest.raises(UsageError, match=r"not 'quality'; .* has alignment \(0 to 1\), quality \(1 to 5\)"):
        labelled(run, "label", "quality")
    with pytest.raises(UsageError, match="has no 'match'; its manifest gave language, system, group, said, label"):
        labelled(run, "match")
    for pair in pairs:
        pair.meta.update(said=None)
    silent = evaluate(SaidJudge(), pairs, tmp_path / "silent", progress=False)
    with pytest.raises(UsageError, match="has no scored pair on axis 'alignment' with labels in 'label'"):
        labelled(silent, "label")
