"""Tables of scores say beside every mean how many clips it stands on."""

import json

import pytest

from beep_backbone import BeepBackbone
from clips import clip, clip_with_beep_at
from earwitness import AQAScore, Pair, Recipe, evaluate
from earwitness.report.scores import clip_table, describe, run_table
from earwitness.report.tables import write_table
from rating_judges import counting_judge


def run_of(tmp_path, *pairs):
    return evaluate(AQAScore(BeepBackbone()), pairs, out=tmp_path / "run", progress=False)


def test_one_clip_is_named_with_its_recipe():
    judge = AQAScore(BeepBackbone())
    table = clip_table("clips/beep.wav", "a beep", judge.score(Pair(clip_with_beep_at(2, 1), "a beep")), judge.recipe)
    assert table.rows[0][:2] == ("beep.wav", "a beep")
    assert table.notes == (f"1 of 1 scored, recipe {judge.recipe.id} ({describe(judge.recipe)})",)
    assert describe(judge.recipe) == "aqascore, beep, template 1, logsumexp, correct front-end"


def test_a_system_counts_what_it_is_missing(tmp_path):
    run = run_of(
        tmp_path,
        *(Pair(clip_with_beep_at(2 + n, 1), "a beep", id=f"a{n}", system="good") for n in range(5)),
        Pair("missing.wav", "a beep", id="c", system="good"),
        Pair(clip(2, 200), "a beep", id="d", system="bad"),
        Pair("missing.wav", "a beep", id="e", system="worst"),
    )
    notes = run_table(run).notes
    assert "mean alignment of good 0.970, 95 % interval 0.970 to 0.970, n = 5 of 6" in notes
    assert "mean alignment of bad 0.030, no interval, n = 1 of 1" in notes
    assert "mean alignment of worst: none of 1 scored" in notes
    assert "not scored: 2 x audio_missing" in notes
    assert notes[-2].startswith("6 of 8 scored, recipe ")
    assert notes[-1] == f"saved in {run.path}"


def test_a_long_run_shows_its_beginning_and_where_the_rest_is(tmp_path):
    run = run_of(tmp_path, *(Pair(clip(1, 200 + n), "a beep", id=str(n)) for n in range(5)))
    table = run_table(run, rows=2)
    assert len(table.rows) == 2
    assert table.notes[0] == f"... and 3 more in {run.path / 'scores.csv'}"
    assert len(run_table(run, rows=None).rows) == 5


def test_doubts_and_coverage_stand_beside_the_score(tmp_path):
    text = write_table(run_table(run_of(tmp_path, Pair(clip_with_beep_at(40, 1), "a beep", id="a"))), "text", width=120)
    assert "window_limited, windows_uncorrected, heard 25%" in text


def test_json_holds_the_whole_record(tmp_path):
    run = run_of(tmp_path, Pair(clip_with_beep_at(2, 1), "a beep", id="a"), Pair("missing.wav", "a beep", id="b"))
    heard, missing = json.loads(write_table(run_table(run), "json"))["rows"]
    assert heard["verdicts"][0]["mass"] == pytest.approx(0.9)
    assert (heard["coverage"], heard["flags"], heard["status"]) == (1.0, [], "ok")
    assert missing["error"]["code"] == "audio_missing"
    assert missing["values"] == {"alignment": None}


def test_pairs_that_the_input_no_longer_has_are_told(tmp_path):
    kept, gone = (Pair(clip(1, 200 + n), "a beep", id=str(n)) for n in range(2))
    run_of(tmp_path, kept, gone)
    notes = run_table(run_of(tmp_path, kept)).notes
    assert "left out: 1 pairs of an earlier input that this one does not have" in notes


def test_a_predictors_recipe_and_run_are_told(tmp_path):
    judge = counting_judge()
    assert describe(judge.recipe).startswith("mos, encoder counting, mlp heads ")
    run = evaluate(judge, [Pair(clip(1, 300), "", id="a", system="good")], out=tmp_path / "run", progress=False)
    table = run_table(run)
    assert table.columns == ("clip", "quality", "clarity", "flags")
    assert any(note.startswith("mean quality of good ") for note in table.notes)


def test_captions_are_a_column_as_soon_as_one_clip_has_one(tmp_path):
    pairs = [Pair(clip(1, 300), "", id="a"), Pair(clip(1, 400), "rain", id="b")]
    table = run_table(evaluate(counting_judge(), pairs, out=tmp_path / "run", progress=False))
    assert table.columns == ("clip", "caption", "quality", "clarity", "flags")
    assert [row[1] for row in table.rows] == ["", "rain"]


def test_a_judge_of_someone_elses_making_is_told_by_its_name():
    assert describe(Recipe({"judge": "mine", "threshold": 0.5})) == "mine"
