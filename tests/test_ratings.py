"""Rated audio from every form: which form it is, what it says, and what is refused with file and line."""

import random
from pathlib import Path

import numpy as np
import pytest

from earwitness import Pair
from earwitness.errors import EarwitnessError, ManifestError, UsageError
from earwitness.ratings import data_hash, read_ratings

DATA = Path(__file__).parents[2] / "shared" / "data"


def real(name):
    if not (DATA / name).exists():
        pytest.skip(f"needs {name} of the shared data")
    return DATA / name


def written(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_table_of_means_keeps_what_a_manifest_says(tmp_path):
    table = written(
        tmp_path / "train.csv",
        "file_name,text,system,group,rating_quality,mos,seconds",
        "a.wav,rain,one,p1,3.5,4,2.5",
        "b.wav,dogs,two,p1,,2,1.5",
    )
    rated = read_ratings(table, scale="1-5")
    assert rated.name == "train.csv"
    assert rated.axes == ("quality", "mos")
    assert rated.scales == {"quality": (1.0, 5.0), "mos": (1.0, 5.0)}
    np.testing.assert_array_equal(rated.ratings("quality"), [3.5, np.nan])
    assert [(pair.caption, pair.system, pair.group) for pair in rated.pairs] == [
        ("rain", "one", "p1"),
        ("dogs", "two", "p1"),
    ]
    assert rated.pairs[0].meta == {"seconds": "2.5", "audio": "a.wav"}
    assert not rated.singles


def test_captions_are_optional(tmp_path):
    rated = read_ratings(written(tmp_path / "m.csv", "wav,mos", "a.wav,3", "b.wav,4"), scale="1-5")
    assert [pair.caption for pair in rated.pairs] == ["", ""]


def test_ids_are_those_of_the_manifest_reader(tmp_path):
    from earwitness import read_pairs

    table = written(tmp_path / "m.csv", "wav,text,mos", "x/a.wav,rain,3", "x/b.wav,dogs,4")
    assert [p.id for p in read_ratings(table, scale="1-5").pairs] == [p.id for p in read_pairs(table)]


def test_a_rating_outside_its_scale_is_named_with_its_line(tmp_path):
    table = written(tmp_path / "train.csv", "file_name,rating_quality", *[f"{n}.wav,3" for n in range(15)], "x.wav,6.2")
    with pytest.raises(ManifestError, match=r"^train\.csv, line 17: quality is 6\.2, outside the scale 1-5\.$"):
        read_ratings(table, scale="1-5")


def test_an_unknown_scale_is_the_range_seen_and_said_to_be_so(tmp_path):
    table = written(tmp_path / "t.csv", "wav,rating_a,rating_b", "a.wav,1,7", "b.wav,4,2")
    rated = read_ratings(table, scale={"b": (0, 10)})
    assert rated.scales == {"a": (1.0, 4.0), "b": (0.0, 10.0)}
    assert rated.observed == {"a"}


def test_a_scale_that_no_rating_tells_is_asked_for(tmp_path):
    table = written(tmp_path / "t.csv", "wav,mos", "a.wav,3", "b.wav,3")
    with pytest.raises(ManifestError, match="every rating of mos is 3; its scale cannot be told"):
        read_ratings(table)


def test_axes_and_columns_are_chosen(tmp_path):
    table = written(tmp_path / "t.csv", "wav,clarity,pleasant,who", "a.wav,3,1,x", "b.wav,4,2,y")
    columns = {"ratings.clear": "clarity", "ratings.nice": "pleasant", "system": "who"}
    assert read_ratings(table, columns=columns).axes == ("clear", "nice")
    rated = read_ratings(table, columns=columns, axes=["nice"])
    assert rated.pairs[0].ratings == {"nice": 1.0}
    assert rated.pairs[1].system == "y"
    with pytest.raises(UsageError, match="no ratings of 'mos'; it has clear, nice"):
        read_ratings(table, columns=columns, axes=["mos"])
    with pytest.raises(UsageError, match="no ratings of 'neat'; it has clear, nice"):
        read_ratings(table, columns=columns, scale={"clear": "1-5", "neat": "1-5"})
    with pytest.raises(UsageError, match=r"axes is the text 'nice'; wanted a list of axes, such as \['nice'\]"):
        read_ratings(table, columns=columns, axes="nice")
    with pytest.raises(UsageError, match="no ratings of 'mos'; it has nice"):
        rated.ratings("mos")


def test_an_axis_that_is_asked_for_may_be_a_column_by_its_plain_name(tmp_path):
    table = written(tmp_path / "t.csv", "audio,system,quality,rating_quality,ease", "a.wav,x,9,3,1", "b.wav,x,9,4,2")
    rated = read_ratings(table, axes=["ease", "quality"], scale="1-5")
    assert [pair.ratings for pair in rated.pairs] == [{"ease": 1.0, "quality": 3.0}, {"ease": 2.0, "quality": 4.0}]
    with pytest.raises(UsageError, match="no ratings of 'system'; it has quality"):
        read_ratings(table, axes=["system"], scale="1-5")


@pytest.mark.parametrize("wanted", [[-1, 0], [2]])
def test_a_clip_that_is_not_there_cannot_be_wanted(tmp_path, wanted):
    rated = read_ratings(written(tmp_path / "t.csv", "wav,mos", "a.wav,3", "b.wav,4"), scale="1-5")
    with pytest.raises(UsageError, match=rf"has 2 clips, counted from 0; clip {wanted[0]} was wanted"):
        rated.of_clips(wanted)


def test_a_form_with_one_name_for_a_column_asks_for_that_name(tmp_path):
    with pytest.raises(ManifestError, match=r"found wav, mos; wanted filepath_deg\. Say so"):
        read_ratings(written(tmp_path / "t.csv", "wav,mos", "a.wav,3"), form="nisqa")


def test_a_table_without_ratings_says_which_column_it_wanted(tmp_path):
    with pytest.raises(ManifestError, match=r"t\.csv has no ratings; wanted a column such as rating_quality"):
        read_ratings(written(tmp_path / "t.csv", "wav,text", "a.wav,rain"))


def test_a_clip_listed_twice_is_refused_with_both_lines(tmp_path):
    table = written(tmp_path / "t.csv", "wav,mos", "a.wav,3", "b.wav,3", "a.wav,4")
    with pytest.raises(ManifestError, match=r"t\.csv, line 4: id 'a-.*' is that of t\.csv, line 2 already"):
        read_ratings(table, scale="1-5")


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("a.wav,good", "line 2: mos is 'good'; wanted a finite number"),
        ("a.wav,nan", "line 2: mos is 'nan'"),
        ("../a.wav,3", r"line 2: '\.\./a\.wav' leaves the manifest's folder"),
        ("/etc/a.wav,3", "line 2: '/etc/a.wav' leaves the manifest's folder"),
        ("a.wav", "line 2: 1 cells; the header has 2"),
    ],
)
def test_a_bad_line_is_named(tmp_path, row, text):
    with pytest.raises(ManifestError, match=text):
        read_ratings(written(tmp_path / "t.csv", "wav,mos", row), scale="1-5")


def test_a_command_is_refused_and_not_run(tmp_path):
    scp = written(tmp_path / "wav.scp", f"a touch {tmp_path}/ran |")
    with pytest.raises(ManifestError, match="is a command, which is never run"):
        read_ratings(scp)
    assert not (tmp_path / "ran").exists()


def test_the_audio_may_lie_elsewhere_and_is_not_opened(tmp_path):
    table = written(tmp_path / "t.csv", "wav,mos", "x/a.wav,3", "b.wav,4")
    rated = read_ratings(table, audio=tmp_path / "corpus", scale="1-5")
    assert [pair.audio for pair in rated.pairs] == [tmp_path / "corpus/x/a.wav", tmp_path / "corpus/b.wav"]
    assert [pair.meta["audio"] for pair in rated.pairs] == ["x/a.wav", "b.wav"]
    escaping = written(tmp_path / "u.csv", "wav,mos", "../a.wav,3", "b.wav,4")
    with pytest.raises(ManifestError, match="leaves the manifest's folder"):
        read_ratings(escaping, audio=tmp_path / "corpus", scale="1-5")
    assert len(read_ratings(escaping, audio=tmp_path / "corpus", scale="1-5", allow_outside_root=True)) == 2


def test_an_unknown_form_is_refused(tmp_path):
    with pytest.raises(UsageError, match="form is 'bvcc'; wanted one of auto, musiceval, aes, nisqa, sheet"):
        read_ratings(tmp_path / "t.csv", form="bvcc")


def test_a_stated_form_overrides_what_the_columns_look_like(tmp_path):
    table = written(tmp_path / "t.csv", "wav,rater,mos", "a.wav,ann,3", "b.wav,ann,4")
    assert read_ratings(table, scale="1-5").singles["rating"].raters == ("ann",)
    assert not read_ratings(table, form="table", scale="1-5").singles


def test_empty_files_are_refused(tmp_path):
    for name, lines in (("a.csv", ["wav,mos"]), ("b.jsonl", [])):
        with pytest.raises(ManifestError, match=f"{name} holds no clips"):
            read_ratings(written(tmp_path / name, *lines))


def test_every_pair_stays_a_pair(tmp_path):
    rated = read_ratings(written(tmp_path / "m.jsonl", '{"audio": "a.wav", "mos": 3}', '{"audio": "b.wav", "mos": 4}'))
    assert all(isinstance(pair, Pair) for pair in rated.pairs)


def test_codec_listening_test_as_published():
    rated = read_ratings(real("codec_mushra/ratings.csv"), scale="0-100")
    single = rated.singles["rating"]
    assert (len(rated), len(single.value), len(single.raters)) == (128, 1216, 19)
    assert len({pair.system for pair in rated.pairs}) == 8
    assert len({pair.group for pair in rated.pairs}) == 16
    # Each listener heard 8 sentences in 8 versions.
    np.testing.assert_array_equal(np.bincount(single.rater), 64)
    assert rated.pairs[0].audio.exists()


def test_synthetic_voices_as_published():
    rated = read_ratings(real("tts_synt3/ratings.csv"), scale="1-7")
    single = rated.singles["rating"]
    assert (len(rated), len(single.value), len(single.raters)) == (54, 864, 16)
    np.testing.assert_array_equal(single.counts(54), 16)
    # `item` is a place in one of two questionnaires: the same clip has two of them.
    assert {pair.group for pair in rated.pairs} == {None}


def test_spoken_sentences_with_named_columns():
    columns = {"ratings.pronunciation": "pronunciation", "system": "speaker"}
    rated = read_ratings(real("speechocean/metadata.csv"), columns=columns, scale="0-2")
    assert len(rated) == 2500
    assert len({pair.system for pair in rated.pairs}) == 125
    assert rated.pairs[0].caption == "we call it bear"
    assert rated.pairs[0].ratings == {"pronunciation": 1.76}


PUBLISHED = {
    "table.csv": b"file_name,text,system,rating_quality,mos\na.wav,rain,s1,3.5,4\nb.wav,dogs,s2,2,1\n",
    "long.csv": b"file,rater,axis,rating\na.wav,ann,MI,1\na.wav,bob,MI,4\nb.wav,ann,TA,5\n",
    "sheet.csv": b"wav_path,score,system_id,sample_id,listener_id\na.wav,3,A,a1,L7\na.wav,5,A,a1,L9\n",
    "nisqa.csv": b"db,con,filepath_deg,mos,noi\nx,1,a.wav,2,3\n",
    "aes.jsonl": b'{"data_path":"t-sys0v1wm-utt0","PQ":[3.0,4.0],"PC":[7.0],"CE":[2.0],"CU":[1.0]}\n',
    "musiceval.txt": b"audiomos2025-track1-S002_P044.wav,3.66,4.07\naudiomos2025-track1-S003_P044.wav,3,4\n",
}
BITS = [
    b",",
    b"\n",
    b"\r",
    b'"',
    b"\0",
    b"nan",
    b"1e400",
    b"\xff",
    b"[",
    b"}",
    b"null",
    b"../",
    b"/",
    b"",
    b"\xef\xbb\xbf",
]


def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path, heavy):
    draw = random.Random(20261121)
    read = refused = 0
    for _ in range(heavy.size(10_000)):
        name, content = draw.choice(list(PUBLISHED.items()))
        bytes_ = bytearray(content)
        for _ in range(draw.randint(0, 3)):
            first = draw.randrange(len(bytes_) + 1)
            bytes_[first : first + draw.randint(0, 4)] = draw.choice(BITS)
        (tmp_path / name).write_bytes(bytes_)
        try:
            rated = read_ratings(tmp_path / name)
        except EarwitnessError:
            refused += 1
            continue
        read += 1
        assert len(data_hash(rated)) == 12
        for axis, (low, high) in rated.scales.items():
            ratings = rated.ratings(axis)
            assert ((ratings >= low) & (ratings <= high) | np.isnan(ratings)).all()
    assert min(read, refused) > (read + refused) / 20
