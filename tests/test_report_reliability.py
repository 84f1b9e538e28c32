"""Calibration as tables and a picture."""

import csv
import io
import json
from dataclasses import replace

import pytest

from earwitness import evaluate
from earwitness.bench.studies.labels import labelled
from earwitness.bench.studies.reliability import held_out, reliabilities
from earwitness.report.reliability import reliability_picture, reliability_table, reliability_tables
from earwitness.report.tables import write_table
from said_judge import SaidJudge, said_pairs


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")
    run = evaluate(SaidJudge(), said_pairs(folder, clips=40), folder / "run", progress=False)
    answers = labelled(run, "label")
    return list(reliabilities(answers, ["kind"])), held_out(answers)


def test_people_get_errors_confidence_and_entropies_apart(found):
    tables = reliability_tables(*found, ["of this run"])
    rows = ["all", "kind count", "kind event", "test", "test", "test", "test"]
    for table in tables:
        assert [row[0] for row in table.rows] == rows
        assert [row[1] for row in table.rows][3:] == [None, "temperature", "platt", "isotonic"]
    errors, confidence, entropies = tables
    assert (errors.notes, confidence.notes, entropies.notes[-1]) == ((), (), "of this run")
    assert entropies.notes[0] == "temperature: SRCC and AUC did not move: it keeps the order of all answers"
    error = found[0][0].readings["ECE"]
    text = write_table(errors, "text", width=200)
    assert f"80 of 80   {found[0][0].calibration.true:.3f}" in text.splitlines()[1]
    assert f"{error.value:.3f} [{error.low:.3f}, {error.high:.3f}]" in text.splitlines()[1]
    # What was recalibrated has no verdicts.
    assert entropies.rows[4][-1] == "none (recalibrated)"


def test_no_line_is_wider_than_a_page(found):
    for table in reliability_tables(*found, []):
        assert max(map(len, write_table(replace(table, notes=()), "text", width=500).splitlines())) <= 140


def test_programs_get_one_table_and_all_figures(found):
    table = reliability_table(*found, {"recipe": "4b1d"})
    rows = list(csv.DictReader(io.StringIO(write_table(table, "csv"))))
    first = found[0][0]
    assert len(rows) == 7
    assert float(rows[0]["ECE"]) == first.readings["ECE"].value
    assert float(rows[0]["SRCC low"]) == first.readings["SRCC"].low
    assert (rows[4]["recalibrated"], rows[4]["mass"], rows[4]["mass reason"]) == ("temperature", "", "recalibrated")
    told = json.loads(write_table(table, "json"))
    assert told["rows"][0]["calibration"]["error"]["chance"] == first.calibration.error.chance
    assert len(told["rows"][0]["calibration"]["curve"]) == len(first.calibration.curve)
    assert (told["recipe"], told["n_dev"], told["refused"]) == ("4b1d", 40, {})
    assert told["fitted"]["platt"]["parameters"] == found[1].trials["platt"].recalibration.parameters


def test_a_method_that_was_refused_is_said_with_its_reason(tmp_path):
    run = evaluate(SaidJudge(), said_pairs(tmp_path, clips=40, slope=-3.0), tmp_path / "run", progress=False)
    answers = labelled(run, "label")
    *_, last = reliability_tables(list(reliabilities(answers)), held_out(answers), [])
    assert any(note.startswith("platt not fitted: on these 40 answers P(yes)") for note in last.notes)


def test_the_picture_has_both_curves(found):
    pytest.importorskip("matplotlib")
    _, held = found
    picture = reliability_picture(held.before, held.trials["platt"].after)
    assert picture.startswith("<svg")
    for label in ("as said: ECE 0.", "platt: ECE 0."):
        assert label in picture
    curve = held.before.calibration.curve
    assert f"{len(curve)} points, P(yes)" in picture
    assert "Reliability on test clips, n = 40 of 40 pairs; 95 % intervals" in picture
    # A whisker for each bin of both.
    bins = len(curve) + len(held.trials["platt"].after.calibration.curve)
    assert picture.count("stroke-opacity: 0.5") == bins
