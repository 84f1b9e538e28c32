"""What is printed of trainings: means beside Huber alone, intervals, warnings; one line a run of a grid."""

import json
from pathlib import Path

import pytest

from earwitness.errors import TrainingError
from earwitness.report.tables import write_table
from earwitness.report.training import grid_heat_map, grid_table, printed_grid, training_table, warnings
from earwitness.train.grid import Cell
from earwitness.train.mos import MOSRun


def measure(mean, alone=0.7, spread=0.01):
    kept = {"value": mean, "low": mean - 0.1, "high": mean + 0.1, "n": 24, "method": "percentile", "reason": None}
    return {"mean": mean, "spread": spread, "alone_mean": alone, "alone_spread": 0.02, "kept": kept}


def results(srcc=0.8, signatures=(), left_out=0):
    told = {"better_order_worse_values": False, "gain_within_seeds": False, "poor_low_range": None}
    failures = [{"id": "lost", "code": "audio_missing", "message": "lost.wav is not there."}] * left_out
    end = {"ours": {"mse": 0.5, "bias": 0.25, "n": 6}, "alone": {"mse": 0.4, "bias": 0.2, "n": 6}}
    axis = {
        "measures": {"clip": {"srcc": measure(srcc), "mse": measure(0.3)}, "system": {"srcc": measure(0.9)}},
        "quarters": {"lowest": end, "highest": {**end, "alone": None}},
        "signatures": {**told, **dict.fromkeys(signatures, True)},
    }
    data = {"clips": 40, "read": 40 - left_out, "failures": failures}
    return {
        "config": {"seeds": [0, 1], "select": "srcc-clip", "loss": "qamro"},
        "data": {"train": data, "dev": {"clips": 24, "read": 24, "failures": []}},
        "recipe": None,
        "warnings": [],
        "intervals_over": "systems",
        "dev_clips_in_train": 0,
        "kept_seed": 1,
        "pair_coverage": 0.25,
        "axes": {"quality": axis},
    }


def test_rows_hold_means_spreads_and_intervals():
    table = training_table(results())
    assert table.rows[0] == ("quality", "clip", "srcc", 0.8, 0.01, 0.7, 0.02, 0.8, pytest.approx(0.7), 0.9, 24)
    text = write_table(table, "text", width=140)
    assert "25.0% of the training set's untied pairs" in text
    assert "lowest quarter: MSE 0.500, bias +0.250 (Huber alone 0.400, +0.200)" in text
    assert "highest quarter: MSE 0.500, bias +0.250." in text
    assert json.loads(write_table(table, "json"))["kept_seed"] == 1


def test_one_seed_has_no_spread_to_tell():
    one = results()
    one["config"] = {**one["config"], "seeds": [4]}
    one["kept_seed"] = 4
    table = training_table(one)
    assert "seeds sd" in training_table(results()).columns
    assert not {"seeds sd", "sd"} & set(table.columns)
    assert table.rows[0] == ("quality", "clip", "srcc", 0.8, 0.7, 0.8, pytest.approx(0.7), 0.9, 24)
    assert "One seed, 4: how far another would differ is not known." in " ".join(table.notes)
    assert "sd is over seeds" not in " ".join(table.notes)


def test_what_to_beware_of_is_said_in_words():
    assert warnings(results()) == []
    found = warnings(results(signatures=("better_order_worse_values", "poor_low_range"), left_out=2))
    assert "SRCC up, MSE up" in found[0]
    assert "lowest quarter of ratings fares worse" in found[1]
    assert found[2].endswith(
        "2 of 40 clips of the train set were left out; the first, 'lost': lost.wav is not there. All are named in "
        "results.json."
    )


def test_clips_on_both_sides_are_told():
    (found,) = warnings({**results(), "dev_clips_in_train": 3})
    assert "3 clips of the development set are in the training set too" in found


def test_a_published_recipe_is_held_against_what_was_run():
    kept = {"preset": "qamro-track1", "changed": {"encoder": "log-mel"}, "departures": ["seeds are set"]}
    notes = training_table({**results(), "recipe": kept}).notes
    assert "Recipe qamro-track1, changed: encoder log-mel. What it knowingly does otherwise:" in notes
    assert "- seeds are set" in notes


def cells():
    return [
        Cell({"margin": margin, "emphasis": emphasis, "batch_size": size}, MOSRun(Path("run"), results(srcc)))
        for margin, emphasis, size, srcc in [(0.1, 3.0, 64, 0.71), (0.1, 7.0, 64, 0.82), (0.2, 3.0, "all", 0.93)]
    ]


def test_a_grid_has_one_line_a_run():
    table = grid_table(cells())
    assert table.columns[:4] == ("margin", "emphasis", "batch_size", "SRCC clip")
    assert [row[:4] for row in table.rows] == [
        ("0.1", "3", 64, 0.71),
        ("0.1", "7", 64, 0.82),
        ("0.2", "3", "all", 0.93),
    ]
    assert len(set(table.columns)) == len(table.columns)


def test_a_grid_has_the_errors_of_both_ends_and_the_spread_of_the_squared_error():
    (row, *_) = json.loads(write_table(grid_table(cells()), "json"))["rows"]
    assert (row["MSE sd"], row["Huber's MSE sd"]) == (0.01, 0.02)
    assert (row["MSE low quarter"], row["Huber's MSE low quarter"], row["bias low quarter"]) == (0.5, 0.4, 0.25)
    assert (row["MSE high quarter"], row["Huber's MSE high quarter"]) == (0.5, None)


def test_a_printed_grid_has_what_its_lines_have_room_for():
    made = [Cell(c.values, MOSRun(Path("run"), results(0.5, ("poor_low_range", "gain_within_seeds")))) for c in cells()]
    wide, usual, narrow = (
        {name.replace("\n", " ") for name in printed_grid(grid_table(made), width).columns} for width in (1000, 160, 80)
    )
    # Of the columns only those are gone that are empty: no Huber alone at the high end, no error.
    gone = {"Huber's MSE high quarter", "Huber's bias high quarter", "error"}
    assert set(grid_table(made).columns) - wide == gone
    assert {"MSE sd", "MSE low quarter", "pairs seen"} <= usual < wide
    assert not {"MSE sd", "MSE low quarter"} & narrow
    assert {"SRCC clip", "MSE clip", "failure signatures"} <= narrow
    text = write_table(printed_grid(grid_table(made), 160), "text", width=160)
    for word in ("batch_size", "poor_low_range", "gain_within_seeds", "Huber's"):
        assert word in text, word


def test_a_combination_that_failed_stands_in_the_table_and_not_on_the_map():
    broken = Cell({"margin": 0.5, "emphasis": 3.0, "batch_size": 64}, None, TrainingError("the loss is nan."))
    made = [*cells(), broken]
    assert grid_table(made).rows[-1][:4] == ("0.5", "3", 64, None)
    assert grid_table(made).rows[-1][-1] == "TrainingError: the loss is nan."
    assert printed_grid(grid_table(made), 160).rows[-1][-1] == "TrainingError"
    assert "none" in grid_heat_map(made)
    assert "the highest is at margin 0.2, emphasis 3" in grid_heat_map(made)
    assert "none has a value" in grid_heat_map([broken])


def test_a_heat_map_has_a_panel_for_what_else_varies():
    svg = grid_heat_map(cells())
    for text in ("batch_size 64", "batch_size all", "0.710", "0.820", "0.930", "none", "margin 0.2, emphasis 3"):
        assert text in svg, text


def test_a_grid_of_one_option():
    one = [Cell({"margin": cell.values["margin"]}, cell.run) for cell in cells()[1:]]
    assert "0.820" in grid_heat_map(one)


def test_every_rule_of_failure_is_named_whatever_became_of_it():
    notes = training_table(results(signatures=("better_order_worse_values",))).notes
    told = next(note for note in notes if "failure signatures" in note)
    assert "better_order_worse_values yes; gain_within_seeds no; poor_low_range not decided" in told
    lonely = results()
    lonely["axes"]["quality"]["signatures"] = None
    assert any(
        "not decided, as there is no training with Huber's loss alone" in n for n in training_table(lonely).notes
    )


def test_warnings_of_a_run_stand_under_its_table():
    assert (
        "warning: quality: mind the scale."
        in training_table({**results(), "warnings": ["quality: mind the scale."]}).notes
    )


@pytest.mark.parametrize(
    ("over", "told"), [("systems", "other systems, whose clips go together"), ("clips", "other clips")]
)
def test_what_intervals_are_over_is_told(over, told):
    assert told in " ".join(training_table({**results(), "intervals_over": over}).notes)


def test_the_best_cell_may_lie_at_zero():
    values = {0.1: -0.2, 0.2: 0.0, 0.3: None}
    made = [Cell({"margin": margin}, MOSRun(Path("run"), results(0.5))) for margin in values]
    for cell, value in zip(made, values.values(), strict=True):
        cell.run.results["axes"]["quality"]["measures"]["clip"]["srcc"]["mean"] = value
    assert "the highest is at margin 0.2" in grid_heat_map(made)
    assert "none has a value" in grid_heat_map(made[2:])


def test_a_grid_tells_the_warnings_of_its_runs_once():
    wide = [Cell(cell.values, MOSRun(Path("run"), {**cell.run.results, "warnings": ["too wide."]})) for cell in cells()]
    assert grid_table(wide).notes[1:] == ("warning: too wide.",)
