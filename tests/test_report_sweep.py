import json
import xml.etree.ElementTree as ET

import numpy as np
from scipy.special import expit

from answered import answered
from earwitness.bench.studies.sweep import Point, Sweep, sweep
from earwitness.report.sweep import beside_table, sweep_pictures, sweep_table
from earwitness.report.tables import write_table

RNG = np.random.default_rng(1)
LABELS = (RNG.random(50) < 0.5).astype(float)
P = expit(LABELS - 0.5 + RNG.normal(size=50))


def run(name="base", p=P, **options):
    return {name: answered(p, LABELS, truth="labels in 'x'", recipe=f"recipe-{name}", **options)}


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_runs_stand_side_by_side_with_their_intervals():
    found = sweep({**run(), **run("chat", 1 - P, unscored=10)}, temperatures=(), biases=())
    table = beside_table(found)
    assert table.columns == ("measure", "base", "chat")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["pairs"] == ("50 of 50", "50 of 60")
    assert rows["mass"] == ("none (no verdicts)", "none (no verdicts)")
    auc = found.standings[0].readings["AUC"]
    assert rows["AUC"][0] == f"{auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]"
    assert {"entropy, bits", "ECE", "over-confidence", "LCC", "ECE by chance"} <= set(rows)
    assert table.notes == ("2 runs against labels in 'x'; [95 % interval]", "recipes: recipe-base, recipe-chat")


def test_runs_on_other_pairs_are_told():
    other = answered(P, LABELS, truth="labels in 'x'", ids=[str(n) if n < 20 else f"other {n}" for n in range(50)])
    notes = beside_table(sweep({**run(), "chat": other}, temperatures=(), biases=())).notes
    assert notes[-1] == "beware: the runs share 20 of 80 pairs; the others differ"


def test_ratings_alone_leave_calibration_out():
    table = beside_table(sweep(run(matches=False), temperatures=(2.0,), biases=()))
    rows = {row[0]: row[1] for row in table.rows}
    assert (rows["ECE"], rows["ECE by chance"], rows["true"]) == ("none (no labels)", "none", "none")
    assert table.notes[0].startswith("against labels")


def test_each_change_is_a_line_with_what_it_moved():
    table = sweep_table(sweep(run(), temperatures=(2.0,), biases=(-1.0,)))
    assert [row[:3] for row in table.rows] == [
        ("base", "as it is", None),
        ("base", "temperature", 2.0),
        ("base", "bias", -1.0),
    ]
    assert [row[-1] for row in table.rows] == ["", "ECE Brier entropy LCC", "ECE Brier entropy LCC"]
    assert table.notes[0] == (
        "1 x temperature: moved ECE (1), Brier (1), entropy (1), LCC (1); exactly the same: SRCC, AUC, as such a "
        "change rises strictly and keeps every order"
    )


def point(kind, amount, moved=(), ranks=0, **values):
    measures = {"ECE": 0.1, "Brier": 0.2, "entropy": 0.5, "LCC": 0.6, "SRCC": 0.7, "AUC": 0.8, **values}
    return Point("base", kind, amount, measures, moved, ranks)


def told(*points):
    standings = sweep(run(), temperatures=(), biases=()).standings
    return Sweep("labels", {"base": "4b1d"}, standings, points, (50, 50))


def test_the_best_changes_are_named():
    notes = sweep_table(
        told(
            point("as it is", 0.0),
            point("temperature", 2.0, ("ECE", "LCC"), ECE=0.05, LCC=0.55),
            point("bias", 1.5, ("LCC",), LCC=0.65),
        )
    ).notes
    assert notes[-1] == "base: ECE is lowest (0.050) at temperature 2; LCC is highest (0.650) at bias 1.5"
    assert notes[0].startswith("1 x temperature: moved ECE (1), LCC (1); exactly the same: Brier, entropy, SRCC")


def test_what_rounding_did_is_not_hidden():
    notes = sweep_table(told(point("as it is", 0.0), point("bias", 3.0, ("SRCC", "AUC"), ranks=4))).notes
    assert notes[0] == (
        "1 x bias: moved SRCC (1), AUC (1); exactly the same: ECE, Brier, entropy, LCC; "
        "rounding shifted up to 4 ranks in 1 of them"
    )


def test_measures_that_do_not_exist_are_neither_moved_nor_the_same():
    none = dict.fromkeys(("ECE", "Brier", "AUC"))
    notes = sweep_table(told(point("as it is", 0.0, **none), point("bias", 1.0, ("LCC",), LCC=0.5, **none))).notes
    assert notes[0] == (
        "1 x bias: moved LCC (1); exactly the same: entropy, SRCC, as such a change rises strictly and keeps "
        "every order"
    )
    assert notes[1] == "base: LCC is highest (0.600) as it is"
    bare = told(point("as it is", 0.0, LCC=None, **none))
    assert sweep_table(bare).notes == ("base: nothing can be told",)


def test_json_holds_the_whole_sweep():
    found = json.loads(write_table(sweep_table(sweep(run(), temperatures=(2.0,), biases=())), "json"))
    assert found["points"][1]["moved"] == ["ECE", "Brier", "entropy", "LCC"]
    assert found["standings"][0]["readings"]["LCC"]["n"] == 50


def test_pictures_show_each_runs_curves():
    pictures = sweep_pictures(sweep({**run(), **run("chat", 1 - P)}, temperatures=(0.5, 2.0), biases=(1.0,)))
    assert sorted(pictures) == ["ece.svg", "entropy.svg"]
    wanted = {f"{run}: {curve}" for run in ("base", "chat") for curve in ("LCC by temperature", "LCC by bias", "AUC")}
    for svg in pictures.values():
        assert wanted <= set(texts(svg))
        assert "under temperatures and biases; n = 50 of 50 pairs" in " ".join(ET.fromstring(svg).itertext())
    assert "entropy, bits" in texts(pictures["entropy.svg"])
    assert "ECE" in texts(pictures["ece.svg"])


def test_pictures_count_each_run_where_they_differ():
    pictures = sweep_pictures(sweep({**run(), **run("chat", unscored=10)}, temperatures=(2.0,), biases=()))
    assert "n = 50 of 50 (base), 50 of 60 (chat) pairs" in " ".join(ET.fromstring(pictures["ece.svg"]).itertext())


def test_pictures_say_what_they_lack():
    pictures = sweep_pictures(sweep(run(matches=False), temperatures=(2.0,), biases=()))
    assert "base: AUC (no points)" in texts(pictures["ece.svg"])
