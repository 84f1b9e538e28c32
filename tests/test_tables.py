import csv
import io
import json

from earwitness.report.tables import Table, write_table

TABLE = Table(
    columns=("clip", "alignment", "flags"),
    rows=(("rain.wav", 0.91, "silent"), ("=cmd.wav", None, ""), ("雨声.wav", 0.5, "")),
    notes=("2 of 3 scored, recipe abc",),
    facts={"n_scored": 2, "n_total": 3},
)


def test_text_leaves_what_is_missing_empty_and_ends_with_the_notes():
    lines = write_table(TABLE, "text").splitlines()
    assert lines[0].split() == ["clip", "alignment", "flags"]
    assert lines[1].split() == ["rain.wav", "0.910", "silent"]
    assert lines[2].split() == ["=cmd.wav"]
    assert lines[-1] == "2 of 3 scored, recipe abc"


def test_wide_characters_keep_the_columns_straight():
    lines = write_table(TABLE, "text").splitlines()
    # 雨声 takes four columns of a terminal in two characters.
    assert lines[3].index("0.500") == lines[1].index("0.910") - 2


def test_csv_neutralises_formulas_and_keeps_numbers():
    rows = list(csv.reader(io.StringIO(write_table(TABLE, "csv"))))
    assert rows[1] == ["rain.wav", "0.91", "silent"]
    assert rows[2] == ["'=cmd.wav", "", ""]


def test_negative_numbers_stay_numbers_in_csv():
    assert write_table(Table(("x",), ((-1.5,),)), "csv").splitlines()[1] == "-1.5"


def test_json_is_strict_and_holds_the_facts():
    read = json.loads(write_table(TABLE, "json"))
    assert read["rows"][1] == {"clip": "=cmd.wav", "alignment": None, "flags": ""}
    assert (read["n_scored"], read["n_total"]) == (2, 3)


def test_control_characters_do_not_reach_the_terminal():
    text = write_table(Table(("clip",), (("a\x1b[2Jb\nc.wav",),)), "text")
    assert "\x1b" not in text
    assert "a\\x1b[2Jb\\nc.wav" in text


def test_long_cells_fold_within_the_width():
    table = Table(("clip", "note"), (("a" * 30, "b " * 60),))
    assert max(map(len, write_table(table, "text", width=60).splitlines())) <= 60


def test_a_carriage_return_in_a_cell_does_not_break_its_row():
    text = write_table(Table(("clip", "caption"), (("a.wav", "rain\rfalls"),)), "csv")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["clip", "caption"], ["a.wav", "rain\rfalls"]]


def test_a_very_long_cell_is_cut():
    text = write_table(Table(("caption",), (("a" * 1_000_000,),)), "text")
    assert len(text) < 400
    assert text.rstrip().endswith("...")


def test_a_terminal_too_narrow_still_shows_something():
    assert "rain" in write_table(TABLE, "text", width=1)
