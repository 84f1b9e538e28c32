"""Samples as they are read back from a set's files."""

import pytest

from earwitness.errors import ManifestError
from earwitness.scenes.dataset.rows import write_shard
from earwitness.scenes.dataset.stored import LANGUAGES, Entry, read_samples, shards
from earwitness.types import Item, Rubric
from small_quartets import Tones, quartet_rows, write_set

SHARD = "test-00000-of-00001.parquet"


@pytest.fixture
def folder(tmp_path):
    """Three quartets in both languages."""
    return write_set(tmp_path, Tones(), quartets=3)


def test_a_sample_is_what_its_row_was(folder):
    for language in LANGUAGES:
        samples = list(read_samples(folder, [language], clips=True))
        for number, (sample, row) in enumerate(zip(samples, quartet_rows([Tones()], 3, language), strict=True), 1):
            assert (sample.place, sample.language) == (f"{language}/{SHARD}, row {number}", language)
            for column in ("uuid", "caption", "label", "type", "subset", "quartet", "clip", "negative"):
                assert getattr(sample, column) == row[column]
            assert (sample.edits, sample.audio) == (tuple(row["edits"]), row["audio"]["bytes"])
            assert sample.script == {"events": []}


def test_an_entry_is_an_item_of_the_caption_with_its_answer(folder):
    changed = next(sample for sample in read_samples(folder, ["en"]) if sample.uuid == "sound-00001-ab")
    caption, (there, counted) = changed.caption, changed.entries
    assert changed.edits == ("count",)
    said = caption[slice(*counted.item.span)]
    assert said in ("once", "twice", "three times")
    question = f"Does the {caption[2 : caption.index(' sounds')]} sound {said}?"
    wanted = Item("q2", question, "count", "count", (len(caption) - 1 - len(said), len(caption) - 1), ("q1",))
    assert counted == Entry(wanted, "count", answer=False, edited=True)
    assert (there.answer, there.edited, there.item.parents) == (True, False, ())
    assert changed.rubric == Rubric((there.item, counted.item), "en", "construction")


def test_languages_come_one_after_the_other_and_shards_by_number(folder):
    write_shard(folder / "en" / "test-00001-of-00002.parquet", quartet_rows([Tones("mix")], 1, "en"))
    samples = list(read_samples(folder))
    assert [sample.language for sample in samples] == 16 * ["en"] + 12 * ["zh"]
    assert [sample.subset for sample in samples] == 12 * ["sound"] + 4 * ["mix"] + 12 * ["sound"]
    assert [sample.language for sample in read_samples(folder, ["zh"])] == 12 * ["zh"]


def test_clips_are_left_out_unless_asked_for(folder):
    assert {sample.audio for sample in read_samples(folder)} == {None}


def test_of_a_set_in_one_language_the_other_is_left_out(folder):
    (folder / "zh" / SHARD).unlink()
    assert shards(folder) == {"en": [folder / "en" / SHARD]}
    assert {sample.language for sample in read_samples(folder)} == {"en"}


@pytest.mark.parametrize("half_written", [False, True])
def test_a_folder_without_samples_is_told(tmp_path, half_written):
    if half_written:
        (tmp_path / "en").mkdir()
        (tmp_path / "en" / f"{SHARD}.part").write_bytes(b"PAR1")
    wanted = rf"^{tmp_path} holds no samples; wanted en/\*\.parquet or zh/\*\.parquet, as written by `earwitness scenes"
    with pytest.raises(ManifestError, match=wanted):
        shards(tmp_path)
    with pytest.raises(ManifestError, match=wanted):
        next(read_samples(tmp_path))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: {**row, "items": row["items"][:1]},
        lambda row: {**row, "items": None},
        lambda row: {**row, "edits": None},
        lambda row: {**row, "script": "{"},
        lambda row: {**row, "script": None},
    ],
    ids=["an item less", "no items", "no edits", "half a script", "no script"],
)
def test_a_row_that_is_none_of_a_set_is_told_with_its_place(tmp_path, spoil):
    pytest.importorskip("pyarrow")
    first, second, *rest = quartet_rows([Tones()], 1, "zh")
    write_shard(tmp_path / "zh" / SHARD, [first, spoil(second), *rest])
    samples = read_samples(tmp_path)
    assert next(samples).uuid == "sound-00000-aa"
    with pytest.raises(
        ManifestError, match=rf"^zh/{SHARD}, row 2: not a sample as written by `earwitness scenes make`"
    ):
        next(samples)


def test_a_table_of_something_else_is_told(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "en").mkdir()
    parquet.write_table(pyarrow.table({"uuid": ["1"], "caption": ["Rain."]}), tmp_path / "en" / SHARD)
    with pytest.raises(ManifestError, match=rf"{SHARD}: no column label; found uuid, caption"):
        list(read_samples(tmp_path))
    (tmp_path / "en" / SHARD).write_bytes(b"PAR1")
    with pytest.raises(ManifestError, match=rf"{SHARD}, after row 0: not Parquet"):
        list(read_samples(tmp_path))
