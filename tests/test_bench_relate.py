"""RELATE in its published shape: one row a listener, splits in a column, anchors among them, systems in paths."""

from pathlib import Path

import pytest

from earwitness.bench.sets.relate import Relate
from earwitness.errors import ManifestError
from level_judge import figures, judged_by_level, write_levels

HEADER = "wavname,text,score,listener_id,audio type,anchor label,in RELATE dataset,in AudioCaps\n"
REL = """\
/audiocaps/test/1.wav,Rain,10,0001,natural,False,test,test
/audiocaps/test/1.wav,Rain,8,0002,natural,False,test,test
/tango/test/1.wav,Rain,4,0001,tango,False,test,test
/tango/test/1.wav,Rain,6,0002,tango,False,test,test
/tango/test/1.wav,Rain,10,0003,tango,False,excluded,test
/audioldm2/test/1.wav,Rain,2,0001,audioldm,False,test,test
/audiocaps/test/2.wav,"A dog, then a cat",7,0001,natural,False,test,test
/tango2/test/2.wav,"A dog, then a cat",7,0001,tango,False,test,test
/audiocaps/test/3.wav,A horn,10,0001,natural,False,validation,test
/tango/test/3.wav,A horn,0,0001,tango,False,validation,test
/audioldm/train/4.wav,A car,3,0001,audioldm,False,train,train
/audiocaps/test/9.wav,Rain,1,0004,natural,True,test,
/audiocaps/test/2.wav,Rain,0,0003,natural,True,excluded,
"""
SCREENED_HEADER = "wavname,text,score,listener_id,audio type,anchor label,in AudioCaps\n"
# Means of anchors: a 0.5; b 1.5, too high for clips of the test set alone; c 9; d was given none.
SCREENED = """\
/audiocaps/test/8.wav,Rain,0,a,natural,True,
/audiocaps/test/9.wav,Rain,1,a,natural,True,
/audiocaps/test/8.wav,Rain,1,b,natural,True,
/audiocaps/test/9.wav,Rain,2,b,natural,True,
/audiocaps/test/8.wav,Rain,9,c,natural,True,
/tango/test/1.wav,Rain,4,a,tango,False,test
/tango/test/1.wav,Rain,9,b,tango,False,test
/tango/test/1.wav,Rain,9,c,tango,False,test
/tango/test/1.wav,Rain,9,d,tango,False,test
/tango/train/4.wav,A car,3,a,tango,False,train
/tango/train/4.wav,A car,6,b,tango,False,train
/tango/train/4.wav,A car,9,c,tango,False,train
/tango/train/4.wav,A car,9,d,tango,False,train
"""
LEVELS = {
    "audiocaps/test/1.wav": 0.9,
    "tango/test/1.wav": 0.5,
    "audioldm2/test/1.wav": 0.6,
    "audiocaps/test/2.wav": 0.7,
    "tango2/test/2.wav": 0.4,
    "audiocaps/test/3.wav": 0.8,
    "tango/test/3.wav": 0.2,
    "audioldm/train/4.wav": 0.3,
    "tango/train/4.wav": 0.3,
}
TEST = ["REL-test", "REL-validation"]


@pytest.fixture
def data(tmp_path) -> Path:
    clone = tmp_path / "RELATE"
    (clone / "scores").mkdir(parents=True)
    (clone / "scores" / "REL.csv").write_bytes(f"\ufeff{HEADER}{REL}".encode())
    for axis in ("IS", "OS"):
        (clone / "scores" / f"{axis}.csv").write_text(SCREENED_HEADER + SCREENED)
    write_levels(clone / "RELATE_wave", LEVELS)
    return clone


def read(data: Path, *parts: str):
    return Relate().read(data, Relate().chosen(parts))


def test_listeners_rows_become_the_mean_of_a_pair(data):
    found = {pair.meta["audio"]: pair for pair in read(data, "REL-test").pairs}
    # The row of tango's clip that is excluded, a 10, is in no mean.
    assert {name: dict(pair.ratings) for name, pair in found.items()} == {
        "audiocaps/test/1.wav": {"REL": 9.0},
        "tango/test/1.wav": {"REL": 5.0},
        "audioldm2/test/1.wav": {"REL": 2.0},
        "audiocaps/test/2.wav": {"REL": 7.0},
        "tango2/test/2.wav": {"REL": 7.0},
    }
    pair = found["tango2/test/2.wav"]
    assert (pair.caption, pair.group) == ("A dog, then a cat", "A dog, then a cat")
    assert pair.audio == data / "RELATE_wave" / "tango2" / "test" / "2.wav"


def test_the_system_is_in_the_path_and_not_in_audio_type(data):
    assert {pair.meta["audio"]: (pair.system, pair.meta["natural"]) for pair in read(data, "REL-test").pairs} == {
        "audiocaps/test/1.wav": ("audiocaps", True),
        "tango/test/1.wav": ("tango", False),
        "audioldm2/test/1.wav": ("audioldm2", False),
        "audiocaps/test/2.wav": ("audiocaps", True),
        "tango2/test/2.wav": ("tango2", False),
    }


def test_anchors_and_excluded_rows_are_left_out_and_counted(data):
    found = read(data, "REL-test", "REL-train")
    assert found.counts == {"REL-test": 6, "REL-train": 1}
    assert len(found.pairs) == 6
    assert "audiocaps/test/9.wav" not in {pair.meta["audio"] for pair in found.pairs}
    assert found.notes == (
        "scores/REL.csv: 2 rows that its authors excluded are left out.",
        "scores/REL.csv: 1 rows of anchors lie in these splits and are left out; 1 pairs have no other rows: the "
        "counts of the splits hold them, as the published ones do, and nothing else.",
        "REL-test: 2 of 5 pairs are natural recordings; they are in 'all' and not in 'generated'.",
        "REL-train: 0 of 1 pairs are natural recordings; they are in 'all' and not in 'generated'.",
    )


def test_an_anchor_of_a_pair_that_others_rated_leaves_the_pair(data):
    with (data / "scores" / "REL.csv").open("a") as file:
        file.write("/tango/test/1.wav,Rain,0,0005,tango,True,test,\n")
    found = read(data, "REL-test")
    assert found.counts == {"REL-test": 6}
    assert next(pair for pair in found.pairs if pair.meta["audio"] == "tango/test/1.wav").ratings == {"REL": 5.0}


@pytest.mark.parametrize("word", ["True", "true", "1", "yes", "anchor"])
@pytest.mark.parametrize("other", ["False", "0", "no", ""])
def test_an_anchor_is_told_in_several_words(data, word, other):
    table = (HEADER + REL).replace(",True,", f",{word},").replace(",False,", f",{other},")
    (data / "scores" / "REL.csv").write_text(table)
    assert len(read(data, "REL-test").pairs) == 5


def test_listeners_of_is_and_os_are_screened_by_their_anchors(data):
    found = read(data, "IS", "OS")
    # tango/test/1: a alone, 4; tango/train/4: a and b, (3 + 6) / 2.
    for axis in ("IS", "OS"):
        ours = [pair for pair in found.pairs if pair.meta["part"] == axis]
        assert [dict(pair.ratings) for pair in ours] == [{axis: 4.0}, {axis: 4.5}]
    assert found.counts == {"IS": 2, "OS": 2}
    # Of 8 rows that are no anchor's, 3 are kept.
    assert found.notes[0].startswith("scores/IS.csv: 5 rows of anchors are left out, and so are 5 rows of listeners")


def test_a_clip_and_caption_of_two_lists_are_two_pairs(data):
    ids = [pair.id for pair in read(data, "REL-test", "IS", "OS").pairs]
    assert len(ids) == len(set(ids)) == 9


def test_clips_may_lie_beside_the_clone(data):
    (data / "RELATE_wave").rename(data.parent / "RELATE_wave")
    checked = Relate().check(data, Relate().chosen(["REL-test"]))
    assert checked.missing == ()


def test_a_missing_clip_and_a_short_split_are_told_by_check(data):
    (data / "RELATE_wave" / "tango" / "test" / "1.wav").unlink()
    checked = Relate().check(data, Relate().chosen(TEST))
    assert checked.missing == ("tango/test/1.wav",)
    assert [(part.name, found, part.size) for part, found in checked.parts] == [
        ("REL-validation", 2, 1288),
        ("REL-test", 6, 1311),
    ]
    assert not checked.complete


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("/tango/test/1.wav,Rain,11,9,tango,False,test,test", "REL is 11, outside the scale 0-10"),
        ("/tango/test/1.wav,Rain,,9,tango,False,test,test", "REL is empty; wanted a rating"),
        ("/tango/test/1.wav,Rain,four,9,tango,False,test,test", "REL is 'four'; wanted a finite number"),
        (
            "/tango/test/1.wav,Rain,4,9,tango,False,dev,test",
            "in RELATE dataset is 'dev'; wanted train, validation, test",
        ),
        ("/tango/test/1.wav,Rain,4,9,tango,maybe,test,test", "anchor label is 'maybe'; wanted True or False"),
        ("/../../secret.wav,Rain,4,9,tango,False,test,test", "wavname is '/../../secret.wav'; wanted one like /tango/"),
        ("/tango/test/..,Rain,4,9,tango,False,test,test", "wavname is '/tango/test/..'; wanted one like"),
        ("/bark/test/1.wav,Rain,4,9,tango,False,test,test", "wavname is '/bark/test/1.wav'; wanted one like"),
    ],
)
def test_a_row_that_is_off_is_told_with_file_and_line(data, row, text):
    with (data / "scores" / "REL.csv").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(ManifestError, match=text) as refused:
        read(data, *TEST)
    assert str(refused.value).startswith("scores/REL.csv, line 15: ")


def test_a_linked_folder_does_not_lead_out_of_the_download(data, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    for name in ("1.wav", "3.wav"):
        (data / "RELATE_wave" / "tango" / "test" / name).unlink()
    (data / "RELATE_wave" / "tango" / "test").rmdir()
    (data / "RELATE_wave" / "tango" / "test").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ManifestError, match=r"scores/REL\.csv, line 4: 'tango/test/1\.wav' leaves"):
        read(data, *TEST)


def test_columns_that_are_not_there_are_told(data):
    (data / "scores" / "REL.csv").write_text(SCREENED_HEADER + SCREENED)
    with pytest.raises(ManifestError, match=r"REL\.csv: no column in relate dataset; found wavname, text, score,"):
        read(data, *TEST)


def test_a_folder_that_is_no_clone_is_told(tmp_path):
    with pytest.raises(ManifestError, match=r"has no scores/REL\.csv; wanted a clone of https://github.com/sarulab"):
        read(tmp_path, *TEST)


def test_figures_of_a_judge_worked_by_hand(data, tmp_path):
    benchmark = Relate()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run", *TEST))

    # Scores .9 .5 .6 .7 .4 for means 9 5 2 7 7; times ten, squared errors 0 0 16 0 9.
    assert found["REL-test", "all", "REL", "MSE"].value == pytest.approx(25 / 5)
    # Natural clips are exact: .9 and .7 for 9 and 7.
    assert found["REL-test", "natural", "REL", "MSE"].value == pytest.approx(0, abs=1e-10)
    # Generated: .5 .6 .4 for 5 2 7 rank just the other way round; LCC = -.5 / sqrt(.02 * 12.667).
    assert found["REL-test", "generated", "REL", "SRCC"].value == pytest.approx(-1)
    assert found["REL-test", "generated", "REL", "LCC"].value == pytest.approx(-0.5 / (0.02 * 38 / 3) ** 0.5)
    assert found["REL-test", "generated", "REL", "KTAU"].n == 3

    # Rain: 9 over 5 and 9 over 2 are right, 5 over 2 is wrong; the dog's clips tie at 7. The horn's pair is right.
    assert found["REL-test", "all", "RELATE-Pair", "accuracy"].value == pytest.approx(2 / 3)
    assert found["REL-validation", "all", "RELATE-Pair", "accuracy"].value == 1
    merged = found["REL-test+validation", "all", "RELATE-Pair", "accuracy"]
    assert (merged.value, merged.n, merged.n_independent) == (pytest.approx(3 / 4), 4, 2)
    # Validation: 8 for 10 and 2 for 0 add 4 and 4.
    assert found["REL-test+validation", "all", "REL", "MSE"].value == pytest.approx((25 + 8) / 7)
    assert (found["REL-test+validation", "all", "REL", "LCC"].n_total) == 7


def test_one_split_alone_is_not_merged_and_is_has_no_pairs_of_clips(data, tmp_path):
    benchmark = Relate()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run", "REL-test", "IS"))
    assert {part for part, _, _, _ in found} == {"REL-test", "IS"}
    # IS: 5 for 4 and 3 for 4.5.
    assert found["IS", "all", "IS", "MSE"].value == pytest.approx((1 + 2.25) / 2)
    assert ("IS", "all", "RELATE-Pair", "accuracy") not in found


def test_a_clip_that_cannot_be_scored_is_counted(data, tmp_path):
    (data / "RELATE_wave" / "audioldm2" / "test" / "1.wav").unlink()
    benchmark = Relate()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run", "REL-test"))
    assert (found["REL-test", "all", "REL", "LCC"].n, found["REL-test", "all", "REL", "LCC"].n_total) == (4, 5)
    pairs = found["REL-test", "all", "RELATE-Pair", "accuracy"]
    assert (pairs.value, pairs.n, pairs.n_total) == (1, 1, 3)


def test_conflicting_published_numbers_are_all_shown():
    told = {(one.value, one.mark) for one in Relate.published if one.judge == "AQAScore" and one.measure == "LCC"}
    assert told == {(0.475, "summary"), (0.544, "second-hand")}


def test_where_no_listener_passes_the_anchors_the_reason_is_told(data):
    path = data / "scores" / "IS.csv"
    header, *rows = path.read_text().splitlines()
    plain = [row for row in rows if ",True," not in row]
    path.write_text("\n".join([header, *plain]) + "\n")
    with pytest.raises(ManifestError, match="rows is of a listener who rated anchors low enough"):
        read(data, "IS")
