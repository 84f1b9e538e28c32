"""Cells by field whatever their columns are called; what is off is told with folder, file and line."""

import pytest

from earwitness.bench.base import Contents
from earwitness.bench.sets.tables import clip_pair, find_file, rated_line, read_rows, together
from earwitness.errors import ManifestError

FIELDS = {"clip": ("wavname", "wav"), "score": ("score",)}


def test_columns_go_by_any_of_their_names_in_any_order(tmp_path):
    (tmp_path / "a.csv").write_bytes("\ufeffscore,else,WAV\n3,x,a.wav\n".encode())
    (row,) = read_rows(tmp_path / "a.csv", FIELDS)
    assert row.place == f"{tmp_path.name}/a.csv, line 2"
    assert row.cells == {"clip": "a.wav", "score": "3"}


def test_an_optional_field_is_none_where_it_has_no_column(tmp_path):
    (tmp_path / "a.csv").write_text("wav\na.wav\n")
    (row,) = read_rows(tmp_path / "a.csv", {"clip": ("wav",)}, {"score": ("score",)})
    assert row.cells == {"clip": "a.wav", "score": None}


def test_a_missing_column_is_told_with_what_is_there(tmp_path):
    (tmp_path / "a.csv").write_text("wav,points\na.wav,3\n")
    with pytest.raises(ManifestError, match=r"/a\.csv: no column score; found wav, points\.$"):
        list(read_rows(tmp_path / "a.csv", FIELDS))


def test_an_object_without_a_key_is_told_with_its_line(tmp_path):
    (tmp_path / "a.json").write_text('{"wav": "a.wav", "score": 1}\n{"wav": "b.wav"}\n')
    with pytest.raises(ManifestError, match=r"/a\.json, line 2: no column score; found wav\."):
        list(read_rows(tmp_path / "a.json", FIELDS))


def test_the_first_file_that_is_there_is_taken(tmp_path):
    (tmp_path / "b.csv").touch()
    assert find_file(tmp_path, ["a.csv", "b.csv"], "a clone") == tmp_path / "b.csv"
    with pytest.raises(ManifestError, match=r"has no a\.csv or c\.csv; wanted a clone\.$"):
        find_file(tmp_path, ["a.csv", "c.csv"], "a clone")


def test_a_pair_is_the_same_wherever_the_download_lies(tmp_path):
    one, other = (clip_pair(folder / "a.wav", "a.wav", "rain", "test") for folder in (tmp_path, tmp_path / "moved"))
    assert one.id == other.id
    assert one.id.startswith("test/a-")
    assert (one.group, one.meta) == ("rain", {"part": "test", "audio": "a.wav"})
    assert clip_pair(tmp_path / "a.wav", "a.wav", "rain", "train").id != one.id


@pytest.mark.parametrize(
    ("cell", "text"),
    [("", "REL is empty; wanted a rating"), ("four", "REL is 'four'; wanted a finite number"), ("nan", "'nan'")],
)
def test_a_cell_without_a_rating_is_refused(tmp_path, cell, text):
    with pytest.raises(ManifestError, match=text):
        rated_line("here", clip_pair(tmp_path / "a.wav", "a.wav", "", "test"), {"REL": cell})


def test_lists_are_put_together_in_their_order(tmp_path):
    pairs = [clip_pair(tmp_path / f"{n}.wav", f"{n}.wav", "rain", "test") for n in range(3)]
    found = together([Contents(pairs[:1], {"a": 1}, ("one",)), Contents(pairs[1:], {"b": 2}, ("two",))])
    assert (list(found.pairs), found.counts, found.notes) == (pairs, {"a": 1, "b": 2}, ("one", "two"))
