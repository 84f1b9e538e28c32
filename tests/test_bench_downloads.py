"""Files of a download: found below any folder, told apart by their paths, lists in JSON read entry by entry."""

import re

import pytest

from earwitness.bench.sets.downloads import files_below, is_json_list, named_columns, read_entries, told_by_path
from earwitness.errors import ManifestError


def test_files_are_found_at_any_depth_without_hidden_ones_and_mac_twins(tmp_path):
    for name in ("b/two.CSV", "a/one.csv", "a/notes.txt", ".git/three.csv", "__MACOSX/a/._one.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert files_below(tmp_path, ".csv") == [tmp_path / "a" / "one.csv", tmp_path / "b" / "two.CSV"]


def test_a_file_stands_for_itself_and_must_have_the_ending(tmp_path):
    (tmp_path / "one.csv").write_text("x")
    assert files_below(tmp_path / "one.csv", ".csv") == [tmp_path / "one.csv"]
    with pytest.raises(ManifestError, match=r"one\.csv has the ending \.csv; wanted \.json or \.tsv"):
        files_below(tmp_path / "one.csv", ".json", ".tsv")
    with pytest.raises(ManifestError, match=r"two does not exist; wanted the folder of a download"):
        files_below(tmp_path / "two", ".csv")


def test_the_nearest_part_of_a_path_tells_and_folders_above_the_download_do_not(tmp_path):
    language = re.compile("(en|zh)")
    data = tmp_path / "zh" / "bench"
    assert told_by_path(data / "en" / "zh-0.parquet", data, language) == "zh"
    assert told_by_path(data / "en" / "test.parquet", data, language) == "en"
    assert told_by_path(data / "test.parquet", data, language) is None
    assert told_by_path(data.parent / "test.parquet", data.parent, language) == "zh"


def test_a_list_in_json_is_read_entry_by_entry(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('\ufeff\n [{"a": 1},\n  {"a": NaN}]\n', encoding="utf-8")
    assert is_json_list(file)
    assert [(row.place, row.cells) for row in read_entries(file)] == [("entry 1", {"a": 1}), ("entry 2", {"a": None})]


def test_objects_one_a_line_and_tables_are_read_as_such(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1}\n')
    (tmp_path / "a.csv").write_text("a\n1\n")
    assert not is_json_list(tmp_path / "a.json")
    assert [row.place for row in read_entries(tmp_path / "a.json")] == ["line 1"]
    assert [row.cells for row in read_entries(tmp_path / "a.csv")] == [{"a": "1"}]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('[{"a": 1}, 2]', "a.json, entry 2: a JSON int; wanted an object"),
        ('[{"a": 1}', "a.json: not JSON (Expecting ',' delimiter"),
        ("[" * 100_000, "a.json: not JSON"),
    ],
)
def test_what_is_no_list_of_objects_is_told(tmp_path, content, text):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ManifestError) as caught:
        list(read_entries(tmp_path / "a.json"))
    assert text in str(caught.value)


def test_columns_go_by_their_aliases():
    aliases = {"id": ("id",), "prompt": ("prompt_text", "prompt"), "note": ("note",)}
    assert named_columns(["Prompt", "ID"], aliases, ["id", "prompt"]) == {"id": "ID", "prompt": "Prompt"}
    with pytest.raises(ManifestError, match="no column prompt_text or prompt; found id, text"):
        named_columns(["id", "text"], aliases, ["id", "prompt"])
