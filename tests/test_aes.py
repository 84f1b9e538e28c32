"""AES-Natural and track 2 in their published shapes: lists of means, ten ratings a clip, placeholders for paths."""

import json
from pathlib import Path

import numpy as np
import pytest

from earwitness.errors import ManifestError
from earwitness.ratings import read_ratings

DATA = Path(__file__).parents[2] / "shared" / "data" / "aes_ratings"
HEADER = "sample_id,data_path,Production_Quality,Production_Complexity,Content_Enjoyment,Content_Usefulness"
LONG = ("Production_Quality", "Production_Complexity", "Content_Enjoyment", "Content_Usefulness")


def annotations(path, *clips):
    lines = (json.dumps({"data_path": name, **dict(zip(LONG, ratings, strict=True))}) for name, *ratings in clips)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_list_of_means_with_and_without_a_byte_order_mark(tmp_path, encoding):
    name = "audiomos2025-track2-audio-EARS_p001_sad"
    (tmp_path / "dev.csv").write_text(f"{HEADER}\n{name},/your_path/EARS/p001/sad.wav,7.5,0,3.2,4.1\n", encoding)
    rated = read_ratings(tmp_path / "dev.csv")
    (pair,) = rated.pairs
    assert pair.ratings == {"PQ": 7.5, "PC": 0.0, "CE": 3.2, "CU": 4.1}
    assert rated.scales == dict.fromkeys(("PQ", "PC", "CE", "CU"), (0.0, 10.0))
    assert (pair.id, pair.audio, pair.system) == (name, tmp_path / "EARS/p001/sad.wav", None)


def test_ten_ratings_a_clip_zeros_among_them(tmp_path):
    ten = [[0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0.0] * 10, [10.0] * 10, [5.0] * 9 + [0.0]]
    rated = read_ratings(annotations(tmp_path / "a.jsonl", ("/your_path/x/a.flac", *ten)), audio=tmp_path / "corpora")
    assert dict(rated.pairs[0].ratings) == {"PQ": 4.5, "PC": 0.0, "CE": 10.0, "CU": 4.5}
    assert rated.pairs[0].audio == tmp_path / "corpora/x/a.flac"
    single = rated.singles["PQ"]
    np.testing.assert_array_equal(single.value, range(10))
    np.testing.assert_array_equal(single.rater, -1)


def test_a_bare_id_names_its_system_and_its_file(tmp_path):
    name = "audiomos2025-track2-sys0v1wm-utt0dJodp"
    (pair,) = read_ratings(annotations(tmp_path / "h.jsonl", (name, [1.0], [2.0], [3.0], [4.0]))).pairs
    assert (pair.id, pair.system, pair.audio) == (name, "sys0v1wm", tmp_path / f"{name}.wav")


def test_short_names_of_axes(tmp_path):
    (tmp_path / "m.csv").write_text("path,PQ,PC,CE,CU\na.wav,1,2,3,4\n")
    assert read_ratings(tmp_path / "m.csv").pairs[0].ratings == {"PQ": 1, "PC": 2, "CE": 3, "CU": 4}


def test_a_path_that_is_no_placeholder_obeys_the_rules_of_place(tmp_path):
    file = annotations(tmp_path / "a.jsonl", ("/elsewhere/a.flac", [1.0], [2.0], [3.0], [4.0]))
    with pytest.raises(ManifestError, match=r"'/elsewhere/a\.flac' leaves the manifest's folder"):
        read_ratings(file)
    assert read_ratings(file, allow_outside_root=True).pairs[0].audio == Path("/elsewhere/a.flac")
    sly = annotations(tmp_path / "b.jsonl", ("/your_path/../../a.flac", [1.0], [2.0], [3.0], [4.0]))
    with pytest.raises(ManifestError, match="leaves the manifest's folder"):
        read_ratings(sly)


@pytest.mark.parametrize(
    ("ratings", "text"),
    [
        ([3.0, 11.0], "line 1: PQ is 11, outside the scale 0-10"),
        ([3.0, None], "line 1: a rating of Production_Quality is empty"),
        ([3.0, "x"], "line 1: a rating of Production_Quality is 'x'"),
    ],
)
def test_a_bad_rating_is_named(tmp_path, ratings, text):
    file = annotations(tmp_path / "a.jsonl", ("a.wav", ratings, [1.0], [1.0], [1.0]))
    with pytest.raises(ManifestError, match=rf"a\.jsonl, {text}"):
        read_ratings(file)


def test_a_clip_annotated_twice_is_refused(tmp_path):
    clip = ("a.wav", [1.0], [1.0], [1.0], [1.0])
    with pytest.raises(ManifestError, match=r"line 2: id 'a-\w+' is that of a\.jsonl, line 1 already"):
        read_ratings(annotations(tmp_path / "a.jsonl", clip, clip))


@pytest.fixture(scope="module")
def published():
    if not DATA.exists():
        pytest.skip("needs aes_ratings of the shared data")
    return {path.name: read_ratings(path) for path in sorted(DATA.iterdir())}


def test_the_published_counts(published):
    clips = {name: len(rated) for name, rated in published.items()}
    assert clips == {
        "AES_PAM.jsonl": 1000,
        "AES_natural_music.jsonl": 1000,
        "AES_natural_sound.jsonl": 1000,
        "AES_natural_speech.jsonl": 950,
        "audiomos2025-track2-dev_list.csv": 250,
        "audiomos2025-track2-train_list.csv": 2700,
        "audiomos2025_track2_human_annotations.jsonl": 3060,
    }
    annotated = [rated for name, rated in published.items() if name.endswith(".jsonl")]
    assert sum(map(len, annotated)) == 7010
    for rated in annotated:
        for single in rated.singles.values():
            np.testing.assert_array_equal(single.counts(len(rated)), 10)


def test_the_challenges_clips_are_of_36_systems_with_85_each(published):
    systems = [pair.system for pair in published["audiomos2025_track2_human_annotations.jsonl"].pairs]
    assert {systems.count(system) for system in set(systems)} == {85}
    assert len(set(systems)) == 36


def test_the_lists_are_the_means_of_the_ten_ratings(published):
    means = {
        pair.meta["audio"]: pair.ratings
        for name in ("music", "sound", "speech")
        for pair in published[f"AES_natural_{name}.jsonl"].pairs
    }
    listed = [pair for name in ("dev", "train") for pair in published[f"audiomos2025-track2-{name}_list.csv"].pairs]
    assert len(listed) == 2950
    for pair in listed:
        assert pair.ratings == pytest.approx(means[pair.meta["audio"]], abs=1e-9)
