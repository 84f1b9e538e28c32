"""Calibration as tables and a picture."""

import csv
import io
import json

import pytest

from earwitness import evaluate
from earwitness.bench.studies.labels import labelled
from earwitness.bench.studies.reliability import calibrations, held_out
from earwitness.report.reliability import reliability_picture, reliability_table, reliability_tables
from earwitness.report.tables import write_table
from said_judge import SaidJudge, said_pairs


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")
    run = evaluate(SaidJudge(), said_pairs(folder, clips=40), folder / "run", progress=False)
    answers = labelled(run, "label")
    return list(calibrations(answers, ["kind"])), held_out(answers)


def test_people_get_errors_and_confidence_apart(found):
    errors, confidence = reliability_tables(*found, ["of this run"])
    rows = ["all", "kind count", "kind event", "test", "test", "test", "test"]
    for table in (errors, confidence):
        assert [row[0] for row in table.rows] == rows
        assert [row[1] for row in table.rows][3:] == [None, "temperature", "platt", "isotonic"]
    assert (errors.notes, confidence.notes[-1]) == ((), "of this run")
    assert confidence.notes[0] == "temperature: SRCC and AUC did not move: it keeps the order of all answers"
    text = write_table(errors, "text", width=200)
    assert f"{found[0][0].error.value:.3f}" in text.splitlines()[1]


def test_programs_get_one_table_and_all_figures(found):
    table = reliability_table(*found, {"recipe": "4b1d"})
    rows = list(csv.DictReader(io.StringIO(write_table(table, "csv"))))
    assert len(rows) == 7
    assert float(rows[0]["ECE"]) == found[0][0].error.value
    # What was recalibrated has no verdicts.
    assert (rows[4]["recalibrated"], rows[4]["mass"]) == ("temperature", "")
    told = json.loads(write_table(table, "json"))
    assert told["rows"][0]["error"]["chance"] == found[0][0].error.chance
    assert len(told["rows"][0]["curve"]) == len(found[0][0].curve)
    assert (told["recipe"], told["n_dev"], told["refused"]) == ("4b1d", 40, {})
    assert told["fitted"]["platt"]["parameters"] == found[1].trials["platt"].recalibration.parameters


def test_a_method_that_was_refused_is_said_with_its_reason(tmp_path):
    run = evaluate(SaidJudge(), said_pairs(tmp_path, clips=40, slope=-3.0), tmp_path / "run", progress=False)
    answers = labelled(run, "label")
    _, confidence = reliability_tables(list(calibrations(answers)), held_out(answers), [])
    assert any(note.startswith("platt not fitted: on these 40 answers P(yes)") for note in confidence.notes)


def test_the_picture_has_both_curves(found):
    pytest.importorskip("matplotlib")
    _, held = found
    picture = reliability_picture(held.before, held.trials["platt"].after)
    assert picture.startswith("<svg")
    for label in ("as said: ECE 0.", "platt: ECE 0."):
        assert label in picture
    assert f"{len(held.before.curve)} points, P(yes)" in picture
