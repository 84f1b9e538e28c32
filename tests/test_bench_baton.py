"""Baton in its published shape: JSON Lines whose locations are those of the authors' machine, labels 1 and 0."""

import json
from pathlib import Path

import pytest

from earwitness.bench.sets.baton import Baton
from earwitness.errors import ManifestError
from level_judge import figures, judged_by_level, write_levels

FOLDERS = {"2label": "2label_Integrity_HD_Audio", "3label": "3label_Temporal_HD_Audio"}
# Caption, running number of the clip, label, level.
CLIPS = {
    "2label": [
        ("Rain falls, and a dog barks", 0, 1, 0.8),
        ("Rain falls, and a dog barks", 1, 0, 0.6),
        ("Rain falls, and a dog barks", 2, 0, 0.9),
        ("A car honks, then a bell rings", 0, 1, 0.7),
        ("A car honks, then a bell rings", 1, 0, 0.7),
        ("Wind blows, and a child laughs", 0, 1, 0.5),
    ],
    "3label": [("A cat, a cow, a crow", 0, 1, 0.4), ("A cat, a cow, a crow", 1, 0, 0.3)],
}


def name(part: str, caption: str, number: int) -> str:
    return f"{FOLDERS[part]}/0001_{caption}_{number}.wav"


def line(part: str, caption: str, number: int, label: object, root: str = "Baton/data/Audio", **more: object) -> str:
    told = {"dataset": f"{part}_HA", "location": f"{root}/{name(part, caption, number)}", "captions": caption}
    return json.dumps({**told, "feedback": label, **more}) + "\n"


def write_lists(data: Path, root: str) -> None:
    (data / "data" / "HA").mkdir(parents=True, exist_ok=True)
    for part, clips in CLIPS.items():
        text = "".join(line(part, caption, number, label, root) for caption, number, label, _ in clips)
        (data / "data" / "HA" / f"{part}_HA.json").write_text(text)


@pytest.fixture
def data(tmp_path) -> Path:
    write_lists(tmp_path, "Baton/data/Audio")
    levels = {name(part, *clip[:2]): clip[3] for part, clips in CLIPS.items() for clip in clips}
    write_levels(tmp_path / "data" / "Audio", levels)
    return tmp_path


def read(data: Path, *parts: str):
    return Baton().read(data, Baton().chosen(parts))


def append(data: Path, text: str) -> None:
    with (data / "data" / "HA" / "2label_HA.json").open("a") as file:
        file.write(text)


def test_both_subsets_are_read(data):
    found = read(data)
    assert found.counts == {"2label": 6, "3label": 2}
    pair = found.pairs[1]
    assert (pair.caption, pair.group, dict(pair.ratings)) == (
        "Rain falls, and a dog barks",
        "Rain falls, and a dog barks",
        {"feedback": 0.0},
    )
    assert pair.audio == data / "data" / "Audio" / name("2label", "Rain falls, and a dog barks", 1)


@pytest.mark.parametrize("root", ["Baton/data/Audio", "/home/someone/bat/data/Audio", "data/Audio", "Audio", "."])
@pytest.mark.parametrize("put", ["data/Audio", "data", "."])
def test_clips_are_found_whatever_machine_the_location_is_of(data, root, put):
    for folder in FOLDERS.values():
        (data / "data" / "Audio" / folder).rename(data / "moving")
        (data / "moving").rename(data / put / folder)
    write_lists(data, root)
    found = read(data)
    assert all(pair.audio.is_file() for pair in found.pairs)
    assert found.pairs[0].id == "2label/0001_Rain falls, and a dog barks_0-" + found.pairs[0].id.rpartition("-")[2]


def test_ids_do_not_tell_where_the_clips_were_put(data):
    before = [pair.id for pair in read(data).pairs]
    (data / "data" / "Audio" / FOLDERS["2label"]).rename(data / FOLDERS["2label"])
    assert [pair.id for pair in read(data).pairs] == before


def test_a_clip_that_is_not_there_is_told_by_check(data):
    lost = data / "data" / "Audio" / name("2label", "Wind blows, and a child laughs", 0)
    lost.unlink()
    checked = Baton().check(data, Baton().chosen(()))
    assert checked.missing == (name("2label", "Wind blows, and a child laughs", 0),)
    assert [(found, part.size, part.unit) for part, found in checked.parts] == [(6, 1094, "clips"), (2, 1059, "clips")]


def test_a_list_of_one_caption_is_that_caption(data):
    append(data, line("2label", "Bells", 0, 1, captions=["Bells"]))
    assert read(data, "2label").pairs[-1].caption == "Bells"


def test_a_clip_labelled_twice_counts_once_and_one_labelled_both_ways_is_left_out(data):
    append(data, line("2label", "Rain falls, and a dog barks", 0, 1))
    append(data, line("2label", "Rain falls, and a dog barks", 1, 1))
    found = read(data, "2label")
    assert found.counts == {"2label": 5}
    assert found.pairs[0].ratings == {"feedback": 1.0}
    assert found.notes == ("HA/2label_HA.json: 1 clips are labelled both 1 and 0, and left out.",)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (line("2label", "Bells", 0, 2), "feedback is 2; wanted 1 for a match, 0 for none"),
        (line("2label", "Bells", 0, 0.5), "feedback is 0.5; wanted 1"),
        (line("2label", "Bells", 0, None), "feedback is empty; wanted a rating"),
        (line("2label", "Bells", 0, 1, captions=["a", "b"]), "captions is a list of 2; wanted one caption"),
        (line("2label", "Bells", 0, 1, location=""), "location is empty; wanted the path of a clip"),
        (line("2label", "Bells", 0, 1, location="../../secret.wav"), "leaves the manifest's folder"),
        (line("2label", "Bells", 0, 1, dataset="2label_RA"), "dataset 2label_RA holds labels that a model gave"),
        (
            '{"dataset": "2label_RA", "location": "a.wav", "captions": "", "SED": 0.9}\n',
            "no column feedback; found dataset, location, captions, SED",
        ),
    ],
)
def test_a_line_that_is_off_is_told_with_file_and_line(data, row, text):
    append(data, row)
    with pytest.raises(ManifestError, match=text) as refused:
        read(data)
    assert str(refused.value).startswith("HA/2label_HA.json, line 7: ")


@pytest.mark.parametrize("given", ["data/RM", "data/RM/2label_RA.json"])
def test_labels_of_a_model_are_refused(data, given):
    (data / "data" / "RM").mkdir()
    (data / "data" / "RM" / "2label_RA.json").write_text('{"location": "a.wav", "captions": "", "SED": 0.9}\n')
    with pytest.raises(
        ManifestError, match="holds labels that a model gave, by which no judge can be measured; wanted"
    ):
        read(data / given)
    assert read(data).counts == {"2label": 6, "3label": 2}


def test_a_folder_that_is_no_clone_is_told(tmp_path):
    with pytest.raises(ManifestError, match=r"has no data/HA/2label_HA\.json or HA/2label_HA\.json or 2label_HA\.json"):
        read(tmp_path)


def test_figures_of_a_judge_worked_by_hand(data, tmp_path):
    benchmark = Baton()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run"))
    # Matches .8 .7 .5 against others .6 .9 .7: .8 beats two; .7 beats one and ties one; .5 none: (2 + 1.5) / 9.
    assert found["2label", "all", "feedback", "AUC"].value == pytest.approx(3.5 / 9)
    # Rain: .8 over .6 is right, .8 over .9 wrong; the car's .7 and .7 are settled by lot; wind has one clip.
    pairs = found["2label", "all", "Baton-Pair", "accuracy"]
    assert (pairs.value, pairs.n, pairs.n_independent, pairs.ties) == (pytest.approx(1.5 / 3), 3, 2, 1)
    assert found["3label", "all", "feedback", "AUC"].value == 1
    assert found["3label", "all", "Baton-Pair", "accuracy"].value == 1


def test_published_numbers_keep_their_source_and_mark():
    told = {(one.part, one.measure, one.value): one.mark for one in Baton.published if one.judge == "AQAScore"}
    assert told["Baton", "AUC", 0.856] == "summary"
    assert told["2label, Baton-Pair", "accuracy", 0.71] == told["3label", "AUC", 0.65] == "second-hand"
