"""Yes and no in the words of manifests, and a run's answers beside them."""

import pytest

from earwitness import evaluate
from earwitness.bench.studies.labels import label_of, labelled, told_of
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
