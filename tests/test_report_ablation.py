import json
import xml.etree.ElementTree as ET
from dataclasses import replace

from earwitness.bench.figures import Figure
from earwitness.bench.studies.cells import Ablation, Cell
from earwitness.report.ablation import _differing, ablation_picture, ablation_table
from earwitness.report.tables import write_table


def cell(value, half=0.05, error=None, **levels):
    if value is None:
        return Cell(levels, error=error)
    low, high = (None, None) if half is None else (value - half, value + half)
    figure = Figure("REL-test", "all", "REL", "LCC", "clip", value, low, high, 9, 10, 9, "pairs")
    return Cell(levels, "cells/x", "4b1d", figure)


def ablation(*cells, note=None):
    factors = {name: tuple(dict.fromkeys(cell.levels[name] for cell in cells)) for name in cells[0].levels}
    return Ablation("relate", factors, cells, {"notes": [], **(note or {})})


WORDY = ablation(
    cell(0.50, backbone="base", template="1"),
    cell(0.53, backbone="base", template="2"),
    cell(0.60, backbone="chat", template="1"),
    cell(None, error="BackboneError: gone", backbone="chat", template="2"),
)


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_table_has_a_line_a_cell_and_a_note_for_each_factor():
    table = ablation_table(WORDY)
    assert table.columns == ("backbone", "template", "LCC", "low", "high", "n", "n_total", "note")
    assert table.rows[0] == ("base", "1", 0.5, 0.45, 0.55, 9, 10, "")
    assert table.rows[3] == ("chat", "2", None, None, None, None, None, "BackboneError: gone")
    assert table.notes == (
        "LCC of REL, REL-test, by clip; low and high are its 95 % interval, n the pairs measured.",
        # Template 2 of the chat model is missing: one setting each.
        "backbone: spread 0.100 over 2 levels (sd 0.071), beyond one cell's interval of ± 0.050",
        "template: spread 0.030 over 2 levels (sd 0.021), within one cell's interval of ± 0.050",
    )
    assert "LCC" in write_table(table, "text")


def test_several_settings_of_the_others_are_told():
    full = ablation(
        cell(0.50, backbone="base", template="1"),
        cell(0.53, backbone="base", template="2"),
        cell(0.60, backbone="chat", template="1"),
        cell(0.69, backbone="chat", template="2"),
    )
    assert ablation_table(full).notes[2] == (
        "template: spread 0.060 over 2 levels (sd 0.042, at most 0.090 at one of 2), "
        "beyond one cell's interval of ± 0.050"
    )


def test_what_cannot_be_told_is_said():
    no_ends = ablation(cell(0.5, None, template="1"), cell(0.6, None, template="2"))
    assert ablation_table(no_ends).notes[1].endswith("no cell has an interval")
    alone = ablation(cell(0.5, template="1"), cell(None, error="x", template="2"))
    assert ablation_table(alone).notes[1] == (
        "template: no spread, as fewer than two levels have a value with everything else the same"
    )
    nothing = ablation(cell(None, error="x", template="1"), cell(None, error="x", template="2"))
    assert ablation_table(nothing).columns[1] == "value"
    assert "nothing was measured" in texts(ablation_picture(nothing))


def test_a_cell_says_what_it_lacks_and_why():
    nothing = Figure("REL-test", "all", "REL", "LCC", "clip", None, None, None, 0, 10, 0, "pairs", reason="too_few")
    some = replace(nothing, value=0.5, n=4, reason="too_few_units")
    cells = (
        Cell({"template": "1"}, figure=nothing, not_scored={"empty_caption": 8, "unreadable": 2}),
        Cell({"template": "2"}, figure=some),
        cell(0.5, template="3"),
    )
    table = ablation_table(ablation(*cells))
    assert [row[-1] for row in table.rows] == [
        "too few to measure; not scored: 8 x empty_caption; not scored: 2 x unreadable",
        "too few for an interval",
        "",
    ]
    assert "LCC of REL, REL-test, by clip; n = 0 to 9 of 10 pairs" in texts(ablation_picture(ablation(*cells)))
    assert "note" not in ablation_table(ablation(cell(0.5, template="1"), cell(0.6, template="2"))).columns


def test_a_sample_the_constant_factors_and_the_benchmarks_own_notes_are_said():
    note = {"sample": {"pairs": 40, "of": 1200, "seed": 3}, "notes": ["2 clips are silent"]}
    one = ablation(cell(0.5, backbone="base", template="1"), cell(0.6, backbone="base", template="2"), note=note)
    assert ablation_table(one).notes[2:] == (
        "a sample of 40 of 1,200 pairs, seed 3",
        "the same in all: backbone base",
        "2 clips are silent",
    )


def test_json_holds_cells_and_spreads():
    told = json.loads(write_table(ablation_table(WORDY), "json"))
    assert told["benchmark"] == "relate"
    assert told["rows"][0]["figure"]["value"] == 0.5
    assert told["rows"][3]["error"] == "BackboneError: gone"
    assert [spread["factor"] for spread in told["spreads"]] == ["backbone", "template"]


def test_the_picture_has_a_line_for_each_level_and_a_colour_for_each_of_the_first_factor():
    found = texts(ablation_picture(WORDY))
    assert [text for text in found if text.startswith(("template", "backbone"))] == [
        "template 1",
        "template 2",
        "backbone base",
        "backbone chat",
    ]
    assert found.count("none") == 1
    assert "LCC of REL, REL-test, by clip; n = 9 of 10 pairs" in found
    assert "relate by backbone, template" in found


def test_one_factor_alone_needs_no_colours():
    alone = ablation(cell(0.5, backbone="base", template="1"), cell(0.6, backbone="base", template="2"))
    found = texts(ablation_picture(alone))
    assert {"template 1", "template 2"} <= set(found)
    assert "backbone base" not in found
    assert "relate by one setting" in texts(ablation_picture(ablation(cell(0.5, backbone="base"))))


def test_a_cell_is_named_by_what_differs_from_the_first():
    first = {"template": "1", "answers": "logsumexp", "system": "none"}
    factors = ("template", "answers", "system")
    assert _differing({**first, "system": "listen"}, first, factors) == "system listen"
    assert _differing(first, first, factors) == "template 1, answers logsumexp, system none"
