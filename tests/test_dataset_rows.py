"""Rows: a sample in the columns of the AnyAudio-Judge Bench, with all that is known of it beside them."""

import io
import json
import sys
from dataclasses import dataclass

import numpy as np
import pytest
import soundfile

from clips import RATE
from earwitness.bench.sets import anyaudio_files
from earwitness.errors import MissingDependencyError
from earwitness.scenes.dataset.quartets import Quartet, draw_quartet
from earwitness.scenes.dataset.rows import QUARTETS_A_GROUP, Made, encoded, rows, write_shard
from earwitness.scenes.dataset.stored import LANGUAGES
from earwitness.scenes.domains.base import Clip
from small_quartets import Tone, Tones, quartet_rows, write_set

PUBLISHED = ("uuid", "audio", "caption", "label", "type", "subset", "rubric")
OWN = ("quartet", "clip", "negative", "edits", "items", "script")
LOW, HIGH = Tone("event", "low tone", 2), Tone("event", "high tone", 3)


def told(*sketches, negative="neg_change", edits=("event", "count"), language="en"):
    """The rows of a quartet of these two sketches."""
    quartet = Quartet("sound-00007", negative, edits, sketches, seed=5)
    return list(rows(Made.of(quartet, Tones()), language))


def test_each_caption_meets_both_clips():
    low, high = "A low tone sounds twice.", "A high tone sounds three times."
    wanted = [
        ("sound-00007-aa", "sound-00007-a", low, "yes", "pos"),
        ("sound-00007-ab", "sound-00007-a", high, "no", "neg_swap"),
        ("sound-00007-bb", "sound-00007-b", high, "yes", "pos"),
        ("sound-00007-ba", "sound-00007-b", low, "no", "neg_swap"),
    ]
    made = told(LOW, HIGH, negative="neg_swap", edits=())
    assert [tuple(row[column] for column in ("uuid", "clip", "caption", "label", "type")) for row in made] == wanted
    assert {(row["quartet"], row["subset"], row["negative"]) for row in made} == {("sound-00007", "sound", "neg_swap")}
    assert [row["audio"]["path"] for row in made] == [f"{clip}.flac" for _, clip, *_ in wanted]


def test_an_item_is_told_for_the_clip_that_it_stands_beside():
    # Two against three low tones: that there is one is true of both.
    first = told(LOW, Tone("event", "low tone", 3), edits=("count",))[1]
    assert first["caption"] == "A low tone sounds three times."
    assert first["edits"] == ["count"]
    assert first["rubric"] == [
        {"dimension": "sound", "question": "Is there a low tone?", "basis": "A low tone sounds"},
        {"dimension": "count", "question": "Does the low tone sound three times?", "basis": "three times"},
    ]
    assert first["items"] == [
        {"id": "q1", "kind": "event", "parents": [], "start": 0, "fact": "event", "answer": True, "edited": False},
        {"id": "q2", "kind": "count", "parents": ["q1"], "start": 18, "fact": "count", "answer": False, "edited": True},
    ]


def test_what_is_told_of_a_sound_that_is_not_there_is_false():
    answers = [[item["answer"] for item in row["items"]] for row in told(LOW, Tone("event", "high tone", 2))]
    assert answers == [[True, True], [False, False], [True, True], [False, False]]
    assert all(item["edited"] for row in told(LOW, HIGH) for item in row["items"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_rubric_and_clips_are_the_same_wherever_a_caption_or_clip_stands(language):
    first, _, third, fourth = told(LOW, HIGH, language=language)
    assert first["rubric"] == fourth["rubric"]
    assert [item["start"] for item in first["items"]] == [item["start"] for item in fourth["items"]]
    assert third["audio"] == fourth["audio"]
    assert third["script"] == fourth["script"]


def test_both_languages_tell_of_the_same_clips():
    english, chinese = (told(LOW, HIGH, language=language) for language in LANGUAGES)
    for one, other in zip(english, chinese, strict=True):
        assert one["caption"] != other["caption"]
        for column in ("uuid", "audio", "label", "type", "script"):
            assert one[column] == other[column]
        assert [item["answer"] for item in one["items"]] == [item["answer"] for item in other["items"]]


def test_a_clip_is_flac_of_16_bit():
    samples = np.random.default_rng(0).uniform(-0.98, 0.98, RATE).astype(np.float32)
    clip = encoded(Clip(samples, RATE, {}))
    info = soundfile.info(io.BytesIO(clip))
    assert (info.format, info.subtype, info.samplerate, info.channels) == ("FLAC", "PCM_16", RATE, 1)
    decoded, _ = soundfile.read(io.BytesIO(clip), dtype="float32")
    assert decoded == pytest.approx(samples, abs=2**-15)


def test_what_is_stored_is_what_was_rendered():
    quartet = draw_quartet(Tones(), 0, 0)
    for row in rows(Made.of(quartet, Tones()), "en"):
        rendered = Tones().render(quartet.sketches["ab".index(row["clip"][-1])], quartet.seed)
        decoded, _ = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
        assert decoded == pytest.approx(rendered.samples, abs=2**-15)
        assert json.loads(row["script"]) == rendered.script


@dataclass(frozen=True)
class Marked(Tones):
    """Tones with a script."""

    script: tuple = ()

    def render(self, sketch, seed):
        return Clip(np.zeros(16, np.float32), RATE, dict(self.script))


def test_a_script_is_json_that_any_reader_takes():
    one, *_ = rows(Made.of(draw_quartet(Marked(), 0, 0), Marked(script=(("words", "你好"), ("tempo", 60.0)))), "en")
    assert one["script"] == '{"words": "你好", "tempo": 60.0}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        next(rows(Made.of(draw_quartet(Marked(), 0, 0), Marked(script=(("tempo", float("nan")),))), "en"))


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def parquet():
    return pytest.importorskip("pyarrow.parquet")


def test_the_published_columns_come_first_with_the_published_types(tmp_path, parquet):
    schema = parquet.read_schema(write_set(tmp_path, Tones(), quartets=1) / "en" / "test-00000-of-00001.parquet")
    assert tuple(schema.names) == PUBLISHED + OWN
    types = {name: schema.field(name).type for name in schema.names}
    assert str(types["audio"]) == "struct<bytes: binary, path: string>"
    assert str(types["rubric"].value_type) == "struct<dimension: string, question: string, basis: string>"
    assert {str(types[name]) for name in ("uuid", "caption", "label", "type", "subset")} == {"string"}


def test_rows_come_back_as_they_were_written(tmp_path, parquet):
    made = quartet_rows([Tones()], 3, "zh")
    write_shard(tmp_path / "zh" / "shard.parquet", made)
    assert parquet.read_table(tmp_path / "zh" / "shard.parquet").to_pylist() == made


def test_what_reads_the_anyaudio_judge_bench_reads_a_set(tmp_path, parquet):
    folder = write_set(tmp_path, Tones(), quartets=2)
    files = anyaudio_files.files_by_part(folder, LANGUAGES)
    assert {part: len(of_part) for part, of_part in files.items()} == {"en": 1, "zh": 1}
    samples = list(anyaudio_files.samples(files["en"]))
    assert [(sample.uuid, sample.label, sample.type) for sample in samples[:2]] == [
        ("sound-00000-aa", "yes", "pos"),
        ("sound-00000-ab", "no", "neg_change"),
    ]
    assert samples[0].rubric[1].dimension == "count"
    pairs = list(anyaudio_files.Rows(folder, files, dict.fromkeys(LANGUAGES, 8)))
    assert [pair.audio for pair in pairs[:8]] == [row["audio"]["bytes"] for row in quartet_rows([Tones()], 2, "en")]


def test_quartets_are_not_torn_and_a_clip_is_stored_once_for_both_of_its_rows(built_in_set, parquet):
    (file,) = (built_in_set / "en").iterdir()
    table = parquet.ParquetFile(file)
    sizes = [table.metadata.row_group(number).num_rows for number in range(table.num_row_groups)]
    assert sizes == 10 * [4 * QUARTETS_A_GROUP]
    rows = table.read(["quartet", "clip", "audio"]).to_pylist()
    assert all(len({row["quartet"] for row in rows[start : start + 4]}) == 1 for start in range(0, 400, 4))
    clips = {row["clip"]: len(row["audio"]["bytes"]) for row in rows}
    assert len(clips) == 200
    # Stored for each row, they would be twice as much, in the file or once it is unpacked.
    columns = [table.metadata.row_group(0).column(number) for number in range(table.metadata.num_columns)]
    place = [column.path_in_schema for column in columns].index("audio.bytes")
    unpacked = sum(table.metadata.row_group(n).column(place).total_uncompressed_size for n in range(len(sizes)))
    assert unpacked < 1.05 * sum(clips.values())
    assert file.stat().st_size < 1.05 * sum(clips.values())


def test_clips_of_the_small_set_are_what_a_judge_takes(built_in_set, parquet):
    (file,) = (built_in_set / "en").iterdir()
    clips = {
        row["clip"]: row["audio"]["bytes"] for row in parquet.read_table(file, columns=["clip", "audio"]).to_pylist()
    }
    for clip in clips.values():
        samples, rate = soundfile.read(io.BytesIO(clip))
        assert rate == RATE
        assert 2 <= len(samples) / rate <= 10
        # In 16 bits, 0.98 may be a step more.
        assert 1e-3 < np.abs(samples).max() <= 0.98 + 2**-15


def test_a_file_is_replaced_as_a_whole(tmp_path, parquet, monkeypatch):
    shard = tmp_path / "en" / "shard.parquet"
    write_shard(shard, quartet_rows([Tones()], 1, "en"))
    before = shard.read_bytes()

    def fails(table, part, **options):
        part.write_bytes(b"PAR1")
        raise KeyboardInterrupt

    monkeypatch.setattr(parquet, "write_table", fails)
    with pytest.raises(KeyboardInterrupt):
        write_shard(shard, quartet_rows([Tones()], 2, "en"))
    assert shard.read_bytes() == before
    assert list(shard.parent.iterdir()) == [shard]


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        MissingDependencyError, match=r"needs pyarrow\. Install with: pip install 'earwitness\[parquet\]'"
    ):
        write_shard(tmp_path / "en" / "shard.parquet", quartet_rows([Tones()], 1, "en"))
    assert not list(tmp_path.iterdir())
