"""Calibration of a run from its records alone: groups, counts, and recalibrations on clips held out."""

import pytest

from earwitness import evaluate
from earwitness.bench.studies.labels import labelled
from earwitness.bench.studies.reliability import calibration, calibrations, held_out
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
    found = {row.of: row for row in calibrations(answers, ["kind", "language"])}
    assert list(found) == ["all", "kind count", "kind event", "language en", "language zh"]
    assert [(row.n, row.n_total) for row in found.values()] == [(238, 240)] + [(119, 120)] * 4
    # Counts are asked in English and events in Chinese.
    assert found["kind count"].error == found["language en"].error
    parts = [found["kind count"], found["kind event"]]
    assert sum(part.p_yes * part.n for part in parts) / 238 == pytest.approx(found["all"].p_yes)


def test_the_figures_say_what_the_judge_is_like(answers):
    row = calibration(answers)
    # Its logits are three times too large, without a bias.
    assert row.error.low > 0.05
    assert row.overconfidence.low > 0.05
    assert row.yes_bias.low < 0 < row.yes_bias.high
    # Two captions a clip, two of whose pairs have no answer: all 120 clips are still there.
    assert row.error.n == row.auc.n == 120
    assert row.mass.value == pytest.approx(0.9)
    assert row.item_entropy == row.entropy
    assert row.recalibrated is None
    assert len(row.curve) == 15


def test_recalibrations_mend_other_clips(held):
    assert held.n_dev + held.before.n == 238
    assert not held.refused
    for method, trial in held.trials.items():
        assert trial.recalibration.method == trial.after.recalibrated == method
        assert trial.recalibration.n == held.n_dev
        assert trial.after.error.value < held.before.error.value
        assert trial.after.brier.value < held.before.brier.value
        assert abs(trial.after.overconfidence.value) < held.before.overconfidence.value
        # Verdicts are not recalibrated.
        assert trial.after.mass is trial.after.item_entropy is None


def test_ranks_are_measured_and_explained(held):
    same = {
        method: (trial.after.auc.value, trial.after.srcc) == (held.before.auc.value, held.before.srcc)
        for method, trial in held.trials.items()
    }
    assert same == {"temperature": True, "platt": True, "isotonic": False}
    assert held.trials["platt"].ranks == "SRCC and AUC did not move: it keeps the order of all answers"
    assert held.trials["isotonic"].ranks.startswith("moved SRCC 0.")
    assert held.trials["isotonic"].ranks.endswith("values where it is level")


def test_no_clip_is_on_both_sides(tmp_path):
    pairs = said_pairs(tmp_path, clips=30, captions=4)
    found = held_out(labelled(evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False), "label"))
    # Answers drawn one by one would leave some of nearly every clip among the 60.
    assert (found.n_dev, found.before.n, found.before.error.n) == (60, 60, 15)


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
    (row,) = calibrations(labelled(evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False), "label"))
    assert (row.n, row.true, row.srcc, row.auc.value) == (6, 1.0, None, None)
    assert row.error.reason == "too_few_units"
    assert row.yes_bias.low is row.brier.low is None


def test_what_cannot_be_told_is_refused(answers):
    with pytest.raises(UsageError, match=r"no pair tells its 'type'; the columns are language, .*, kind"):
        list(calibrations(answers, ["type"]))
    with pytest.raises(UsageError, match=r"share is 1\.0"):
        held_out(answers, test_share=1.0)
