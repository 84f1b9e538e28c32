"""Every form of manifest, and what is refused with file, line, got and wanted."""

import csv
import json
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earwitness.errors import ManifestError, MissingDependencyError, UsageError
from earwitness.manifest import read_pairs
from earwitness.types import Pair


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(source: Path, **options) -> str:
    with pytest.raises(ManifestError) as refused:
        read_pairs(source, **options).check()
    return str(refused.value)


def names(pairs) -> list[tuple[str, str]]:
    return [(pair.meta["audio"], pair.caption) for pair in pairs]


WANTED = [("a.wav", "Rain, heavy."), ("sub/b.flac", "狗在叫")]


@pytest.mark.parametrize("audio", ["audio", "path", "File", "file_name", "wav", "audio_filepath", "WAV_PATH"])
@pytest.mark.parametrize("caption", ["caption", "Text", "prompt", "description"])
def test_a_table_under_the_names_people_use(tmp_path, audio, caption):
    table = write(tmp_path / "t.csv", f'{audio},{caption}\na.wav,"Rain, heavy."\nsub/b.flac,狗在叫\n')
    pairs = read_pairs(table)
    assert names(pairs) == WANTED
    assert (pairs.mapping["audio"], pairs.mapping["caption"]) == (audio, caption)
    assert [pair.language for pair in pairs] == ["en", "zh"]
    assert [pair.audio for pair in pairs] == [tmp_path / "a.wav", tmp_path / "sub/b.flac"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl"])
def test_text_encodings_and_line_ends(tmp_path, encoding, ends, name):
    lines = {
        "t.csv": ["audio,caption", 'a.wav,"Rain, heavy."', "sub/b.flac,狗在叫"],
        "t.tsv": ["audio\tcaption", "a.wav\tRain, heavy.", "sub/b.flac\t狗在叫"],
        "t.jsonl": [json.dumps({"audio": audio, "caption": caption}) for audio, caption in WANTED],
    }[name]
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    table = write(tmp_path / name, mark + ends.join([*lines, ""]).encode(encoding))
    assert names(read_pairs(table)) == WANTED


def test_semicolons_where_the_header_has_no_comma(tmp_path):
    assert names(read_pairs(write(tmp_path / "t.csv", "audio;caption\na.wav;Rain, heavy.\n"))) == WANTED[:1]


def test_nameless_columns_that_spreadsheets_leave(tmp_path):
    (pair,) = read_pairs(write(tmp_path / "t.csv", "audio,caption,,\na.wav,rain,,x\n"))
    assert pair.meta == {"audio": "a.wav"}


def test_newlines_and_quotes_inside_fields(tmp_path):
    table = write(tmp_path / "t.csv", 'audio,caption\na.wav,"a ""bang""\nthen rain"\n\nb.wav,c\nb.wav\n')
    assert refusal(table).startswith("t.csv, line 6: 1 cells; the header has 2 (audio, caption).")
    assert next(iter(read_pairs(table))).caption == 'a "bang"\nthen rain'


def test_all_fields_of_a_pair(tmp_path):
    row = "x7,a.wav,rain,sysA,p1,zh-CN,4.5,3,,7\n"
    table = write(tmp_path / "t.csv", "id,file,text,system_id,prompt_id,lang,mos,rating_quality,empty,fold\n" + row)
    (pair,) = read_pairs(table)
    assert pair == Pair(
        tmp_path / "a.wav",
        "rain",
        id="x7",
        system="sysA",
        group="p1",
        language="zh",
        ratings={"mos": 4.5, "quality": 3.0},
        meta={"fold": "7", "audio": "a.wav"},
    )


def test_columns_that_the_caller_names(tmp_path):
    table = write(tmp_path / "t.csv", "wav,caption,prompt_en,REL,mos\na.wav,x,rain,7.5,2\n")
    pairs = read_pairs(table, columns={"caption": "prompt_en", "ratings.alignment": "REL"})
    (pair,) = pairs
    assert (pair.caption, pair.ratings) == ("rain", {"alignment": 7.5})
    assert pair.meta == {"caption": "x", "mos": "2", "audio": "a.wav"}
    assert pairs.mapping["ratings.alignment"] == "REL"
    assert "no column 'propmt_en' for caption" in refusal(table, columns={"caption": "propmt_en"})
    assert "Did you mean 'prompt_en'?" in refusal(table, columns={"caption": "propmt_en"})
    with pytest.raises(UsageError, match="'capton'; wanted one of audio, caption"):
        read_pairs(table, columns={"capton": "caption"}).check()


def test_nemo(tmp_path):
    lines = [
        {"audio_filepath": "a.wav", "duration": 4.0, "text": "rain"},
        {"audio_filepath": "a.wav", "offset": 1.5, "duration": 2.0, "text": "rain"},
    ]
    whole, part = read_pairs(write(tmp_path / "train_manifest.json", "\n".join(map(json.dumps, lines))))
    assert "start_time" not in whole.meta
    assert whole.meta["duration"] == 4.0
    assert (part.meta["start_time"], part.meta["end_time"]) == (1.5, 3.5)
    assert whole.id != part.id


def test_audiobox_segments(tmp_path):
    lines = [{"path": "a.wav", "start_time": start, "end_time": start + 1, "prompt": "rain"} for start in (0, 1, 2)]
    pairs = list(read_pairs(write(tmp_path / "t.jsonl", "\n".join(map(json.dumps, lines)))))
    assert [(pair.meta["start_time"], pair.meta["end_time"]) for pair in pairs] == [(0, 1), (1, 2), (2, 3)]
    assert len({pair.id for pair in pairs}) == 3
    assert all(pair.id.startswith("a-") for pair in pairs)


def test_a_start_without_an_end_is_no_segment(tmp_path):
    """AudioCaps' start_time is where the clip was in the film."""
    (pair,) = read_pairs(write(tmp_path / "t.csv", "path,caption,start_time\na.wav,rain,130\n"))
    assert "start_time" not in pair.meta


def test_audio_folder(tmp_path):
    write(tmp_path / "metadata.csv", "file_name,text\nsub/a.wav,rain\n")
    write(tmp_path / "sub/a.wav", b"")
    assert names(read_pairs(tmp_path)) == [("sub/a.wav", "rain")]
    assert names(read_pairs(tmp_path, caption_from="folder")) == [("sub/a.wav", "sub")]


def test_kaldi(tmp_path):
    write(tmp_path / "wav.scp", "k1 a.wav\nk2\t sub/b.flac\n\n")
    write(tmp_path / "text", "k1 Rain, heavy.\nk2 狗在叫\n")
    pairs = list(read_pairs(tmp_path / "wav.scp"))
    assert names(pairs) == WANTED
    assert [pair.id for pair in pairs] == ["k1", "k2"]
    assert list(read_pairs(tmp_path)) == pairs
    write(tmp_path / "text", "k1 rain\nk3 dog\n")
    assert "part at line 2: keys 'k2' and 'k3'" in refusal(tmp_path / "wav.scp")
    write(tmp_path / "text", "k1 rain\n")
    assert "part at line 2: keys 'k2' and None" in refusal(tmp_path / "wav.scp")


@pytest.mark.parametrize("entry", ["touch PROOF |", "touch PROOF|", "| touch PROOF", "sox a.wav -t wav - |"])
def test_kaldi_commands_are_refused_and_never_run(tmp_path, entry, monkeypatch):
    """M2."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "wav.scp", f"k1 {entry}\n")
    write(tmp_path / "text", "k1 rain\n")
    text = refusal(tmp_path / "wav.scp", allow_outside_root=True)
    assert text.startswith("wav.scp, line 1: ")
    assert "is a command, which is never run" in text
    assert not (tmp_path / "PROOF").exists()


def test_a_folder_with_texts(tmp_path):
    for name in ("b.wav", "a.mp3", "sub/c.OGG", "._a.mp3", ".hidden/d.wav", "notes.md"):
        write(tmp_path / name, b"")
    write(tmp_path / "a.txt", "\ufeffrain\n")
    write(tmp_path / "sub/c.txt", "a dog\n")
    assert names(read_pairs(tmp_path)) == [("a.mp3", "rain"), ("b.wav", ""), ("sub/c.OGG", "a dog")]
    assert read_pairs(tmp_path).check() == 3
    assert names(read_pairs(tmp_path / "a.mp3")) == [("a.mp3", "rain")]


def test_a_text_outside_the_folder_is_not_read(tmp_path):
    """M1: what a link leads to would end up as a caption in every export."""
    write(tmp_path / "secret", "secret")
    write(tmp_path / "clips/a.wav", b"")
    (tmp_path / "clips/a.txt").symlink_to(tmp_path / "secret")
    assert "leaves the manifest's folder" in refusal(tmp_path / "clips")
    assert names(read_pairs(tmp_path / "clips", allow_outside_root=True)) == [("a.wav", "secret")]


def test_a_text_that_is_no_caption(tmp_path):
    write(tmp_path / "a.wav", b"")
    write(tmp_path / "a.txt", b"x" * (4 * 2**20 + 1))
    assert "a.txt has 4,194,305 bytes; wanted a caption" in refusal(tmp_path)


@pytest.mark.parametrize(("pattern", "wanted"), [("**/*.wav", ["a.wav", "x_y/b.wav"]), ("*/*", ["x_y/b.wav"])])
def test_a_glob(tmp_path, pattern, wanted):
    for name in ("a.wav", "x_y/b.wav"):
        write(tmp_path / name, b"")
    pairs = read_pairs(str(tmp_path / pattern), caption_from="folder")
    assert [pair.meta["audio"] for pair in pairs] == wanted
    assert [pair.caption for pair in pairs][-1] == "x y"


def test_a_folder_without_captions_says_how_to_get_them(tmp_path):
    write(tmp_path / "clips/a.wav", b"")
    assert refusal(tmp_path / "clips") == (
        "clips has no .txt file with a caption beside any of its 1 clips. For captions from folder names: "
        "caption_from='folder' (--caption-from folder)."
    )


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [
        {"audio": {"bytes": b"RIFFa", "path": "/home/her/a.wav"}, "text": "rain", "when": float("nan")},
        {"audio": {"bytes": b"RIFFb", "path": None}, "text": None, "when": 1.0},
        {"audio": {"bytes": None, "path": "c.wav"}, "text": "狗", "when": None},
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "t.parquet")
    first, second, third = read_pairs(tmp_path / "t.parquet")
    assert (first.audio, first.caption, first.meta) == (b"RIFFa", "rain", {"audio": "a.wav"})
    assert first.id.startswith("a-")
    assert (second.audio, second.caption) == (b"RIFFb", "")
    assert third.audio == tmp_path / "c.wav"
    write(tmp_path / "broken.parquet", b"PAR1 no")
    assert refusal(tmp_path / "broken.parquet").startswith("broken.parquet, after row 0: not Parquet (")
    assert "cannot be read: No such file" in refusal(tmp_path / "missing.parquet")


def test_parquet_without_pyarrow_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match=r"earwitness\[parquet\]"):
        read_pairs(write(tmp_path / "t.parquet", b"")).check()


def test_a_hugging_face_dataset(tmp_path):
    datasets = pytest.importorskip("datasets")
    rows = {"audio": [{"bytes": b"RIFFa", "path": "a.wav"}], "caption": ["rain"], "label": ["yes"]}
    (tmp_path / "set").mkdir()
    table = datasets.Dataset.from_dict(rows).cast_column("audio", datasets.Audio(decode=False))
    table.to_parquet(tmp_path / "set" / "test.parquet")
    (pair,) = read_pairs(f"hf://{tmp_path / 'set'}")
    assert (pair.audio, pair.caption, pair.meta["label"]) == (b"RIFFa", "rain", "yes")
    (same,) = read_pairs(f"hf://{tmp_path / 'set'}::test")
    assert same == pair
    assert read_pairs(f"hf://{tmp_path / 'set'}").check() is None
    table.to_parquet(tmp_path / "set" / "train.parquet")
    with pytest.raises(ManifestError, match=r"has the splits train, test; name one, such as hf://.*::train"):
        list(read_pairs(f"hf://{tmp_path / 'set'}"))
    with pytest.raises(ManifestError, match="cannot be read"):
        list(read_pairs(f"hf://{tmp_path / 'none'}"))


# M3: file, line, got, wanted.
MALFORMED = {
    "ragged": ("audio,caption\na.wav,rain\nb.wav,rain, then wind\n", "line 3: 3 cells; the header has 2"),
    "open quote": ('audio,caption\na.wav,rain\nb.wav,"rain\nc.wav,x\n', "line 3: unexpected end of data"),
    "bad quote": ('audio,caption\na.wav,"rain" x\n', "line 2: ',' expected after '\"'"),
    "twice a column": ("audio,caption,audio\na.wav,rain,b.wav\n", "line 1: column 'audio' occurs twice"),
    "no audio column": ("clip,caption\na.wav,rain\n", "no audio column; found clip, caption; wanted audio, path"),
    "did you mean": ("audio,captoin\na.wav,rain\n", "Did you mean 'captoin'?"),
    "empty": ("", "is empty; wanted a header line"),
    "header only": ("audio,caption\n", "holds no pairs; wanted at least one clip"),
    "no audio": ("audio,caption\n,rain\n", "line 2: audio is ''; wanted a path"),
    "rating": ("audio,caption,mos\na.wav,rain,good\n", "line 2: mos is 'good'; wanted a finite number."),
    "infinite": ("audio,caption,mos\na.wav,rain,inf\n", "line 2: mos is 'inf'; wanted a finite number."),
    "language": ("audio,caption,lang\na.wav,rain,fr\n", "line 2: language is 'fr'; wanted en, zh"),
    "segment": ("audio,caption,start_time,end_time\na.wav,rain,2,1\n", "line 2: the segment is 2 to 1 s; wanted"),
    "same id": ("id,audio,caption\nx,a.wav,rain\ny,b.wav,c\nx,b.wav,wind\n", "line 4: id 'x' is that of line 2 "),
    "same pair": ("audio,caption\na.wav,rain\n./a.wav,rain\n", "line 3: id 'a-"),
    "latin 1": (b"audio,caption\na.wav,caf\xe9\n", "line 2: byte 0xe9 is not UTF-8; save the file as UTF-8."),
    "utf-16 without mark": ("audio,caption\n".encode("utf-16-le"), "line 1: holds zero bytes; wanted UTF-8"),
    "zero byte": ("audio,caption\na\0.wav,rain\n", "line 2: 'a\\x00.wav' holds a zero byte"),
    "old Mac": ("audio,caption\ra.wav,rain\r", "line 1: new-line character seen in unquoted field"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_table_is_refused_with_file_and_line(tmp_path, case):
    text, wanted = MALFORMED[case]
    said = refusal(write(tmp_path / "train.csv", text))
    assert said.startswith("train.csv")
    assert wanted in said


MALFORMED_JSON = {
    "not JSON": ('{"audio": "a.wav", "caption": "x"}\n{"audio": }\n', "line 2: not JSON ("),
    "an array": ('[{"audio": "a.wav"}]', "is a JSON array; wanted one object a line. Convert it with: jq"),
    "a list": ('{"audio": "a.wav", "caption": "x"}\n["a.wav"]\n', "line 2: a JSON list; wanted an object."),
    "no caption": ('{"audio": "a.wav"}', "no caption column; found audio; wanted caption"),
    "a number": ('{"audio": 3, "caption": "x"}', "line 1: audio is a int; wanted a path"),
    "nested": ('{"audio": "a.wav", "caption": ["x"]}', "line 1: caption is a list; wanted text."),
    "deep": ("[" * 100_000, "is a JSON array"),
    "deep object": ('{"a":' * 100_000, "line 1: not JSON ("),
    "bytes as text": ('{"audio": {"bytes": "RIFF"}, "caption": "x"}', "line 1: audio's bytes are a str; wanted"),
    "bytes as a number": ('{"audio": {"bytes": 1000000000000}, "caption": "x"}', "line 1: audio's bytes are a int"),
    "samples": ('{"audio": {"array": [0.1]}, "caption": "x"}', "line 1: audio is a dict; wanted a path"),
}


@pytest.mark.parametrize("case", MALFORMED_JSON)
def test_malformed_json_lines_are_refused_with_file_and_line(tmp_path, case):
    text, wanted = MALFORMED_JSON[case]
    said = refusal(write(tmp_path / "train.jsonl", text))
    assert said.startswith("train.jsonl")
    assert wanted in said


def test_a_later_object_without_a_needed_key_is_named_by_its_line(tmp_path):
    lines = '{"audio": "a.wav", "caption": "x"}\n{"audio": "b.wav", "captoin": "y"}\n'
    assert refusal(write(tmp_path / "t.jsonl", lines)).startswith(
        "t.jsonl, line 2: no caption column; found audio, capt"
    )


def test_a_wrong_header_is_the_whole_tables_fault(tmp_path):
    table = write(tmp_path / "t.csv", "audio,captoin\na.wav,rain\n")
    assert refusal(table).startswith("t.csv: no caption column; found audio, captoin; wanted caption, text")
    with pytest.raises(ManifestError, match=r"t\.csv: no caption column"):
        _ = read_pairs(table).mapping


def test_nan_in_json_lines_counts_as_missing(tmp_path):
    (pair,) = read_pairs(write(tmp_path / "t.jsonl", '{"audio": "a.wav", "caption": "x", "mos": NaN, "b": [Infinity]}'))
    assert pair.ratings == {}
    json.dumps(pair.meta, allow_nan=False)


def test_an_empty_or_endless_caption_costs_only_its_own_score(tmp_path):
    long = "x" * 2**20
    table = write(tmp_path / "t.csv", f"audio,caption\na.wav,\nb.wav,{long}\nc.wav,rain\n")
    assert read_pairs(table).check() == 3
    assert [pair.caption for pair in read_pairs(table)] == ["", long, "rain"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("nothing.csv", "cannot be read: No such file"),
        ("owner/name", "does not exist; wanted a manifest, folder, glob or audio file. For a Hugging Face dataset"),
        ("notes.md", "has the ending .md; wanted a manifest (.csv, .tsv"),
        ("pipe.csv", "is not a plain file"),
        ("*.wav", "holds no pairs"),
    ],
)
def test_what_is_no_source(tmp_path, monkeypatch, name, wanted):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "notes.md", "")
    os.mkfifo(tmp_path / "pipe.csv")
    assert wanted in refusal(name)


def test_a_missing_clip_is_found_by_the_judge_not_here(tmp_path):
    assert read_pairs(write(tmp_path / "t.csv", "audio,caption\nnowhere.wav,rain\n")).check() == 1


# M4
def ids_of(tmp_path, rows, **options) -> list[str]:
    table = tmp_path / "t.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("audio", "caption"), *rows])
    return [pair.id for pair in read_pairs(table, **options)]


ROWS = [(f"{number}.wav", f"caption {number % 7}") for number in range(200)]


def test_ids_do_not_change_with_order_place_limit_or_shard(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    shuffled = random.Random(0).sample(ROWS, len(ROWS))
    whole = ids_of(tmp_path, ROWS)
    assert len(set(whole)) == len(ROWS)
    assert set(ids_of(tmp_path / "elsewhere", shuffled)) == set(whole)
    assert ids_of(tmp_path, ROWS, limit=10) == whole[:10]
    assert set(ids_of(tmp_path, ROWS, limit=10, seed=1)) < set(whole)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_shards_are_a_partition_that_does_not_depend_on_order(tmp_path, parts):
    shards = [ids_of(tmp_path, ROWS, shard=(part, parts)) for part in range(1, parts + 1)]
    assert sorted(name for shard in shards for name in shard) == sorted(ids_of(tmp_path, ROWS))
    assert all(len(shard) > 200 / parts / 2 for shard in shards)
    assert [set(shard) for shard in shards] == [
        set(ids_of(tmp_path, ROWS[::-1], shard=(part, parts))) for part in range(1, parts + 1)
    ]


def test_a_seeded_sample(tmp_path):
    sample = ids_of(tmp_path, ROWS, limit=20, seed=3)
    assert len(sample) == 20
    assert sample == ids_of(tmp_path, ROWS, limit=20, seed=3)
    assert set(sample) == set(ids_of(tmp_path, ROWS[::-1], limit=20, seed=3))
    assert set(sample) != set(ids_of(tmp_path, ROWS, limit=20, seed=4))
    assert [name for name in ids_of(tmp_path, ROWS) if name in set(sample)] == sample
    assert set(sample) < set(ids_of(tmp_path, ROWS, limit=21, seed=3))


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"limit": 0}, "limit is 0; wanted at least 1"),
        ({"shard": (0, 4)}, "shard is 0/4; wanted i/n with 1 <= i <= n"),
        ({"shard": (5, 4)}, "shard is 5/4"),
        ({"seed": 1}, "wanted a limit with it"),
        ({"caption_from": "name"}, "caption_from is 'name'; wanted one of auto, column, folder, txt"),
    ],
)
def test_choices_that_make_no_sense(tmp_path, options, wanted):
    with pytest.raises(UsageError, match=wanted):
        read_pairs(write(tmp_path / "t.csv", "audio,caption\na.wav,x\n"), **options)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(captions=st.lists(TEXT, min_size=1, max_size=8))
def test_any_caption_comes_back_as_written(tmp_path_factory, captions):
    table = tmp_path_factory.mktemp("any") / "t.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([("audio", "caption"), *((f"{n}.wav", caption) for n, caption in enumerate(captions))])
    assert [pair.caption for pair in read_pairs(table)] == captions


WORDS = (
    b'audio caption id mos lang start_time end_time offset duration a.wav ../x , ; " | { } [ ] : null NaN 1e999 '
    b"file: http://[ C: PAR1"
).split()
BYTES = [b"\t", b"\n", b"\r", b"\r\n", b" ", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "狗".encode()]
PIECES = st.sampled_from([*WORDS, *BYTES])
HEADS = st.sampled_from([b"", b"audio,caption\n", b"audio\tcaption\n", b'{"audio":'])


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "wav.scp", "t.parquet"])
@given(head=HEADS, parts=st.lists(PIECES, max_size=25))
def test_no_file_is_more_than_refused(tmp_path_factory, name, head, parts):
    """Whatever a file holds, it is read or refused as a manifest; nothing else is ever raised."""
    table = write(tmp_path_factory.mktemp("any") / name, head + b"".join(parts))
    pairs = read_pairs(table)
    with suppress(ManifestError):
        assert pairs.check() == len(list(pairs))


# The kernel's high-water mark of this program alone; getrusage would give that of the process that started it.
READ = """
import re, sys
from pathlib import Path
from earwitness.manifest import read_pairs
pairs = read_pairs(sys.argv[1])
held = list(pairs) if "hold" in sys.argv else pairs.check()
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def peak_mib(table: Path, rows: int, *how: str) -> float:
    """Peak memory of a process that reads a table of so many rows through, or holds them all."""
    with table.open("w") as file:
        file.write("audio,caption\n")
        file.writelines(f"clips/{number}.wav,a sound of kind {number % 1000}\n" for number in range(rows))
    done = subprocess.run([sys.executable, "-c", READ, str(table), *how], capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is asked of Linux")
def test_a_million_rows_are_read_in_bounded_memory(tmp_path, heavy):
    """M6."""
    rows = heavy.size(1_000_000)
    grown = peak_mib(tmp_path / "t.csv", rows) - peak_mib(tmp_path / "t.csv", 1000)
    heavy.record("M6 rows of a manifest", rows=rows, grown_mib=round(grown, 1))
    # The comparison of ids takes eight bytes a row and three copies of that while it sorts.
    assert grown < 8 + 40 * rows / 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is asked of Linux")
def test_the_measure_of_memory_would_see_rows_that_are_held(tmp_path):
    held = peak_mib(tmp_path / "t.csv", 20_000, "hold") - peak_mib(tmp_path / "t.csv", 1000)
    assert held > 8 + 40 * 20_000 / 2**20


def test_captions_are_optional_where_the_caller_says_so(tmp_path):
    (tmp_path / "clips.csv").write_text("file_name\na.wav\nb.wav\n")
    with pytest.raises(ManifestError, match="no caption column"):
        read_pairs(tmp_path / "clips.csv").check()
    pairs = read_pairs(tmp_path / "clips.csv", captions_optional=True)
    assert pairs.check() == 2
    assert [pair.caption for pair in pairs] == ["", ""]
    assert len({pair.id for pair in pairs}) == 2


def test_captions_that_are_there_are_read_even_where_optional(tmp_path):
    (tmp_path / "clips.csv").write_text("file_name,text\na.wav,rain\nb.wav,\n")
    assert [pair.caption for pair in read_pairs(tmp_path / "clips.csv", captions_optional=True)] == ["rain", ""]


def test_a_folder_without_captions_is_read_where_they_are_optional(tmp_path):
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).touch()
    with pytest.raises(ManifestError, match=r"has no \.txt file with a caption"):
        read_pairs(tmp_path).check()
    assert read_pairs(tmp_path, captions_optional=True).check() == 2
