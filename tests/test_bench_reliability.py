"""Calibration of a run from its records alone: groups, counts, and recalibrations on clips held out."""

import numpy as np
import pytest

from answered import answered
from earwitness import evaluate
from earwitness.bench.studies.labels import labelled
from earwitness.bench.studies.readings import reliability_of
from earwitness.bench.studies.reliability import held_out, reliabilities
from earwitness.errors import UsageError
from said_judge import SaidJudge, said_pairs


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")
    pairs = said_pairs(folder)
    # One event and one count without an answer, whose labels nobody looks at.
    pairs[0].meta.update(said=None, label="?")
    pairs[3].meta.update(said=None)
    return evaluate(SaidJudge(), pairs, folder / "run", progress=False)


@pytest.fixture(scope="module")
def answers(run):
    return labelled(run, "label")


@pytest.fixture(scope="module")
def held(answers):
    return held_out(answers, seed=1)


def test_groups_are_the_columns_values_with_their_own_counts(answers):
    found = {row.of: row for row in reliabilities(answers, ["kind", "language"])}
    assert list(found) == ["all", "kind count", "kind event", "language en", "language zh"]
    assert [(row.n, row.n_total) for row in found.values()] == [(238, 240)] + [(119, 120)] * 4
    # Counts are asked in English and events in Chinese.
    assert found["kind count"].readings == found["language en"].readings
    parts = [found["kind count"], found["kind event"]]
    assert sum(part.p_yes * part.n for part in parts) / 238 == pytest.approx(found["all"].p_yes)


def test_the_figures_say_what_the_judge_is_like(answers):
    row = reliability_of(answers)
    # Its logits are three times too large, without a bias.
    assert row.readings["ECE"].low > 0.05
    assert row.readings["over-confidence"].low > 0.05
    assert row.readings["yes-bias"].low < 0 < row.readings["yes-bias"].high
    # Two captions a clip, two of whose pairs have no answer: all 120 clips are still there.
    assert row.calibration.error.n == 120
    assert row.readings["mass"].value == pytest.approx(0.9)
    assert row.recalibrated is None
    assert len(row.calibration.curve) == 15


def test_recalibrations_mend_other_clips(held):
    assert held.n_dev + held.before.n == 238
    assert not held.refused
    before = held.before.readings
    for method, trial in held.trials.items():
        assert trial.recalibration.method == trial.after.recalibrated == method
        assert trial.recalibration.n == held.n_dev
        after = trial.after.readings
        assert after["ECE"].value < before["ECE"].value
        assert after["Brier"].value < before["Brier"].value
        assert abs(after["over-confidence"].value) < before["over-confidence"].value


def test_the_unscored_are_split_and_counted_as_well():
    rng = np.random.default_rng(0)
    labels = (rng.random(40) < 0.5).astype(float)
    held = held_out(answered(np.clip(0.2 + 0.6 * labels + rng.normal(0, 0.1, 40), 0, 1), labels, unscored=40))
    # Half of 80 pairs, each of a clip of its own, are tested; about half of these have an answer.
    assert held.before.n_total == 40
    assert 10 < held.before.n < 30
    assert held.n_dev + held.before.n == 40


def test_ranks_are_measured_and_explained(held):
    def ranks(found):
        return [found.readings[name].value for name in ("AUC", "SRCC")]

    same = {method: ranks(trial.after) == ranks(held.before) for method, trial in held.trials.items()}
    assert same == {"temperature": True, "platt": True, "isotonic": False}
    assert held.trials["platt"].ranks == "SRCC and AUC did not move: it keeps the order of all answers"
    assert held.trials["isotonic"].ranks.startswith("moved SRCC 0.")
    assert held.trials["isotonic"].ranks.endswith("values where it is level")


def test_no_clip_is_on_both_sides(tmp_path):
    pairs = said_pairs(tmp_path, clips=30, captions=4)
    found = held_out(labelled(evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False), "label"))
    # Answers drawn one by one would leave some of nearly every clip among the 60.
    assert (found.n_dev, found.before.n, found.before.calibration.error.n) == (60, 60, 15)


def test_the_seed_draws_the_split(answers, held):
    other = held_out(answers, seed=2)
    again = held_out(answers, seed=1)
    assert other.before != held.before
    assert again == held
    assert held_out(answers, test_share=0.25).before.n < held.before.n


def test_a_judge_that_says_the_opposite_is_told_so(tmp_path):
    pairs = said_pairs(tmp_path, clips=60, slope=-3.0)
    found = labelled(evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False), "label")
    refused = held_out(found).refused
    assert "the scores say the opposite of the labels" in refused["temperature"]
    assert "the scores say the opposite of the labels" in refused["platt"]


def test_few_answers_of_one_label_have_what_figures_they_can(tmp_path):
    pairs = said_pairs(tmp_path, clips=3)
    for pair in pairs:
        pair.meta["label"] = "yes"
    (row,) = reliabilities(labelled(evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False), "label"))
    assert (row.n, row.calibration.true) == (6, 1.0)
    assert row.readings["SRCC"].value is row.readings["AUC"].value is None
    assert row.readings["ECE"].reason == "too_few_units"


def test_what_cannot_be_told_is_refused(answers):
    with pytest.raises(UsageError, match=r"no pair tells its 'type'; the columns are language, .*, kind"):
        list(reliabilities(answers, ["type"]))
    with pytest.raises(UsageError, match=r"share is 1\.0"):
        held_out(answers, test_share=1.0)
    with pytest.raises(UsageError, match="ratings tell no labels to fit on; say from which rating"):
        held_out(answered([0.1, 0.9], [2, 3], matches=False, truth="ratings"))
    with pytest.raises(UsageError, match="of 9 pairs 1 have an answer, and all of them are on one side"):
        held_out(answered([0.1], [1], unscored=8))
