"""AnyAudio-Judge Bench in its published shapes: folders or prefixes, bytes or paths, rubrics that are empty."""

import builtins
import sys
import tracemalloc

import pytest

from earwitness.bench.sets.anyaudio_files import Rows, files_by_part, samples
from earwitness.errors import ManifestError, MissingDependencyError
from earwitness.rubrics.parse import WrittenItem
from small_anyaudio import row, wav, write_rows

EN = "en/test-00000-of-00001.parquet"


def pairs(data, **sizes):
    return list(Rows(data, files_by_part(data, ["en", "zh"]), sizes))


def test_languages_are_folders_or_prefixes(tmp_path):
    for name in ("data/en-00000.parquet", "data/en-00001.parquet", "zh/test.parquet", "other.parquet"):
        write_rows(tmp_path / name, row("u1"))
    assert files_by_part(tmp_path, ["en", "zh"]) == {
        "en": [tmp_path / "data/en-00000.parquet", tmp_path / "data/en-00001.parquet"],
        "zh": [tmp_path / "zh/test.parquet"],
    }
    assert files_by_part(tmp_path / "zh", ["en", "zh"]) == {"zh": [tmp_path / "zh/test.parquet"]}
    with pytest.raises(ManifestError, match="holds no Parquet files of en; wanted them in folders"):
        files_by_part(tmp_path / "zh", ["en"])


def test_a_row_is_a_pair_with_its_bytes_and_nothing_large_beside_them(tmp_path):
    write_rows(tmp_path / EN, row("u1", label="no", type="neg_swap", rubric=[]), row("u2"))
    first, second = pairs(tmp_path)
    assert (first.id, first.caption, first.language) == ("en-u1", "A dog barks.", "en")
    assert first.audio == wav()
    assert first.meta == {
        "part": "en", "label": "no", "type": "neg_swap", "subset": "sound", "n_items": 0, "audio": "u1.wav",
    }  # fmt: skip
    assert second.meta["n_items"] == 1


def test_the_language_is_the_parts_whatever_the_script(tmp_path):
    write_rows(tmp_path / "zh" / "test.parquet", row("u1", caption="OK, go!"))
    assert pairs(tmp_path)[0].language == "zh"


def test_clips_beside_the_tables_are_found_below_the_download(tmp_path):
    elsewhere = "hf://datasets/cucl2/AnyAudio-Judge-Bench@abc/audios/sound/1.wav"
    write_rows(
        tmp_path / EN,
        row("u1", audio={"bytes": None, "path": "audios/sound/1.wav"}),
        row("u2", audio={"bytes": None, "path": elsewhere}),
        row("u3", audio={"bytes": None, "path": "sound/1.wav"}),
    )
    assert [pair.audio.relative_to(tmp_path).as_posix() for pair in pairs(tmp_path)] == [
        "audios/sound/1.wav", "audios/sound/1.wav", "sound/1.wav",
    ]  # fmt: skip


def test_a_clip_outside_the_download_is_refused_with_file_and_row(tmp_path):
    write_rows(tmp_path / EN, row("u1"), row("u2", audio={"bytes": None, "path": "../../x.wav"}))
    with pytest.raises(ManifestError, match=r"parquet, row 2: '\.\./\.\./x\.wav' leaves"):
        pairs(tmp_path)


def test_rows_are_read_anew_each_time_and_counted_without_reading(tmp_path):
    write_rows(tmp_path / EN, *(row(f"u{number}") for number in range(70)))
    rows = Rows(tmp_path, files_by_part(tmp_path, ["en"]), {"en": 70})
    ids = [pair.id for pair in rows]
    assert ids == [pair.id for pair in rows] == [f"en-u{number}" for number in range(70)]
    (tmp_path / EN).unlink()
    assert len(rows) == 70


def test_few_clips_are_in_memory_at_a_time(tmp_path):
    clip = wav(seconds=2.0)
    held = {"bytes": clip, "path": "a.wav"}
    write_rows(tmp_path / EN, *(row(f"u{number}", audio=held) for number in range(400)))
    rows = Rows(tmp_path, files_by_part(tmp_path, ["en"]), {"en": 400})
    tracemalloc.start()
    for _ in rows:
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 400 clips of 64 kB are 26 MB; a batch of 64 is 4 MB, and its rows are made before the last batch's are gone.
    assert peak < 400 * len(clip) / 2


def test_samples_tell_the_rest_without_reading_clips(tmp_path):
    table = write_rows(
        tmp_path / EN,
        row("u1"),
        row("u2", rubric=[]),
        row("u3", rubric=None),
        row("u4", rubric=[{"dimension": "x", "question": " ", "basis": "y"}]),
        row("u5", label="no"),
    )
    found = list(samples([table]))
    assert [sample.rubric for sample in found] == [
        (WrittenItem("是否有狗叫？", "A dog barks", "声音事件"),), (), (), (), found[0].rubric,
    ]  # fmt: skip
    assert [sample.label for sample in found] == ["yes", "yes", "yes", "yes", "no"]
    assert found[1].place == "test-00000-of-00001.parquet, row 2"


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (row("u2", label="maybe"), "row 2: label is 'maybe'; wanted yes or no"),
        (row("u2", label=None), "row 2: label is ''; wanted yes or no"),
        (row(""), "row 2: uuid is empty; wanted the row's name"),
        (row("u1"), "row 2: uuid 'u1' is that of test-00000-of-00001.parquet, row 1; wanted each once"),
    ],
)
def test_what_is_not_as_published_is_told_with_file_and_row(tmp_path, bad, text):
    table = write_rows(tmp_path / EN, row("u1"), bad)
    with pytest.raises(ManifestError) as caught:
        list(samples([table]))
    assert str(caught.value) == f"test-00000-of-00001.parquet, {text}."


def test_a_rubric_of_another_kind_a_missing_column_and_no_parquet_are_told(tmp_path):
    table = write_rows(tmp_path / EN, {**row("u1"), "rubric": "是否有狗叫？"})
    with pytest.raises(ManifestError, match="row 1: rubric is a str; wanted a list"):
        list(samples([table]))
    table = write_rows(tmp_path / EN, {**row("u1"), "rubric": ["是否有狗叫？"]})
    with pytest.raises(ManifestError, match="row 1: an item of rubric is '是否有狗叫？'; wanted dimension"):
        list(samples([table]))
    without = row("u1")
    del without["subset"]
    with pytest.raises(ManifestError, match="no column subset; found uuid, audio, caption"):
        list(samples([write_rows(tmp_path / EN, without)]))
    table.write_bytes(b"PAR1 no")
    with pytest.raises(ManifestError, match=r"test-00000-of-00001\.parquet, after row 0: not Parquet"):
        list(samples([table]))


def test_the_library_of_the_hub_is_never_asked(tmp_path, monkeypatch):
    """With datasets 4 an audio cell is a decoder that raises, and a run of such cells "succeeds" with nothing."""
    monkeypatch.setitem(sys.modules, "datasets", None)
    write_rows(tmp_path / EN, row("u1"))
    assert len(pairs(tmp_path)) == 1


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    table = write_rows(tmp_path / EN, row("u1"))
    plain = builtins.__import__

    def without(name, *rest, **named):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return plain(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match=r"earwitness\[parquet\]"):
        list(samples([table]))
