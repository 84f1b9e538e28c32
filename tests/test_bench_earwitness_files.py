"""EarwitnessBench's files: read clip by clip, and refused where a quartet is not whole."""

import io
import json

import pytest
import soundfile

from earwitness.bench.sets.earwitness import EarwitnessBench
from earwitness.bench.sets.earwitness_files import Rows, count, samples
from earwitness.errors import ManifestError
from earwitness.scenes.dataset.rows import write_shard
from small_quartets import Tones, quartet_rows, write_set

SHARD = "test-00000-of-00001.parquet"


@pytest.fixture
def rows():
    """Two quartets of sounds in English."""
    pytest.importorskip("pyarrow")
    return quartet_rows([Tones("sound_gen")], 2, "en")


def written(folder, rows, language="en"):
    write_shard(folder / language / SHARD, rows)
    return folder


def test_a_row_is_a_pair_that_carries_its_truth(tmp_path, rows):
    pairs = list(Rows(written(tmp_path, rows), ["sound"], 8))
    assert len(pairs) == len(Rows(tmp_path, ["sound"], 8)) == 8
    first, second = pairs[:2]
    assert (first.id, first.group, first.language) == ("en-sound_gen-00000-aa", "sound_gen-00000-en", "en")
    assert first.audio == second.audio == rows[0]["audio"]["bytes"]
    assert soundfile.info(io.BytesIO(first.audio)).samplerate == 16000
    assert second.caption == rows[1]["caption"]
    assert {key: second.meta[key] for key in second.meta if key != "items"} == {
        "part": "sound", "subset": "sound_gen", "label": "no", "type": "neg_change", "quartet": "sound_gen-00000",
        "clip": "sound_gen-00000-a", "negative": "neg_change", "edits": rows[1]["edits"],
    }  # fmt: skip
    told, asked = rows[1]["items"], rows[1]["rubric"]
    assert second.meta["items"] == [
        {"question": asked[n]["question"], **{key: told[n][key] for key in ("kind", "fact", "answer", "edited")}}
        for n in range(2)
    ]
    # A record holds them as JSON.
    assert json.loads(json.dumps(second.meta)) == second.meta


def test_domains_are_told_by_subsets_and_chosen(tmp_path):
    write_set(tmp_path, Tones("sound"), Tones("sound_gen"), Tones("music_gen"), quartets=2)
    assert count(tmp_path) == {"sound": 32, "music": 16}
    assert {sample.subset for sample in samples(tmp_path, ["music"])} == {"music_gen"}
    benchmark = EarwitnessBench()
    contents = benchmark.read(tmp_path, benchmark.chosen(["mix", "music"]))
    assert (contents.counts, len(contents.pairs)) == ({"music": 16, "mix": 0}, 16)
    assert contents.notes == ("mix: no samples of it here, left out",)
    assert not benchmark.check(tmp_path, benchmark.chosen([])).complete
    assert benchmark.check(tmp_path, benchmark.chosen(["sound", "music"])).complete


def test_one_language_alone_is_a_set(tmp_path, rows):
    assert count(written(tmp_path, rows)) == {"sound": 8}


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(ManifestError, match=r"holds no samples; wanted en/\*\.parquet or zh/"):
        count(tmp_path)


def spoilt(rows, number, **cells):
    return [{**row, **cells} if place == number else row for place, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda rows: spoilt(rows, 1, label="yes"), "row 2: label is 'yes'; wanted 'no', as the answers to its items"),
        (lambda rows: spoilt(rows, 4, label="maybe"), "row 5: label is 'maybe'; wanted 'yes'"),
        (lambda rows: spoilt(rows, 2, uuid=rows[1]["uuid"]), "row 3: uuid 'sound_gen-00000-ab' is that of en/test"),
        (lambda rows: spoilt(rows, 0, subset="tones"), "row 1: subset is 'tones'; wanted one of speech, sound, music"),
        (lambda rows: rows[:7], "row 5: quartet 'sound_gen-00001' has 3 samples here, which are not its two clips"),
        (lambda rows: spoilt(rows, 0, clip="sound_gen-00000-b"), "row 1: quartet 'sound_gen-00000' has 4 samples here"),
        (lambda rows: spoilt(rows, 0, caption="Rain."), "row 1: quartet 'sound_gen-00000' has 4 samples here"),
        (lambda rows: [*rows[1:4], *rows[4:], rows[0]], "row 1: quartet 'sound_gen-00000' has 3 samples here"),
    ],
)
def test_what_is_not_as_made_is_told_with_file_and_row(tmp_path, rows, spoil, text):
    folder = written(tmp_path, spoil(rows))
    with pytest.raises(ManifestError) as caught:
        EarwitnessBench().check(folder, EarwitnessBench().chosen(["sound"]))
    assert str(caught.value).startswith(f"en/{SHARD}, {text}")


@pytest.mark.parametrize("whole", ["en", "zh"])
def test_a_sample_in_one_language_alone_is_told(tmp_path, whole):
    for language in ("en", "zh"):
        quartets = 2 if language == whole else 1
        written(tmp_path, quartet_rows([Tones()], quartets, language), language)
    lacking = "zh" if whole == "en" else "en"
    with pytest.raises(ManifestError, match=rf"^{whole}/{SHARD}, row [5-8]: .* is in {whole} and not in {lacking}; "):
        count(tmp_path)


def test_a_clip_without_its_bytes_is_told(tmp_path, rows):
    bare = {"bytes": None, "path": "sound_gen-00000-a.flac"}
    folder = written(tmp_path, spoilt(rows, 0, audio=bare))
    assert count(folder) == {"sound": 8}
    with pytest.raises(ManifestError, match=rf"en/{SHARD}, row 1: audio has no bytes"):
        list(Rows(folder, ["sound"], 8))
