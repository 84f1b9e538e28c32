"""MusicEval in its published shape: lists without a header, names that hold system and prompt, two files of prompts."""

import pytest

from earwitness.errors import ManifestError
from earwitness.ratings import read_ratings

NAME = "audiomos2025-track1-"


@pytest.fixture
def folder(tmp_path):
    """Two lists, an eval list, and prompts; S001 is a demo system, whose P044 is not the prompt P044."""
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "train_mos_list.txt").write_text(
        f"{NAME}S002_P044.wav,3.66,4.07\n{NAME}S001_P044.wav,4.5,2.25\n{NAME}S003_P044.wav,1.0,5.0\n"
    )
    (tmp_path / "sets" / "dev_mos_list.txt").write_text(f"{NAME}S002_P045.wav,2.5,3.5\n")
    (tmp_path / "sets" / "eval_list.txt").write_text(f"{NAME}S002_P046.wav\n{NAME}S033_P001\n")
    (tmp_path / "prompt_info.txt").write_text("id\ttext\nP044\tslow piano\nP045\tfast drums\nP046\ta choir\n")
    (tmp_path / "demo_prompt_info.txt").write_text(
        f"id\ttext\n{NAME}S001_P044.wav\ta flute, demo\n{NAME}S033_P001.wav\ta harp\n"
    )
    return tmp_path


def test_the_folder_holds_both_rated_lists(folder):
    rated = read_ratings(folder)
    assert rated.axes == ("MI", "TA")
    assert rated.scales == {"MI": (1.0, 5.0), "TA": (1.0, 5.0)}
    assert [dict(pair.ratings) for pair in rated.pairs] == [
        {"MI": 3.66, "TA": 4.07},
        {"MI": 4.5, "TA": 2.25},
        {"MI": 1.0, "TA": 5.0},
        {"MI": 2.5, "TA": 3.5},
    ]
    assert [pair.meta["list"] for pair in rated.pairs] == ["train_mos_list"] * 3 + ["dev_mos_list"]
    assert rated.pairs[0].id == f"{NAME}S002_P044"
    assert rated.pairs[0].audio == folder / "wav" / f"{NAME}S002_P044.wav"


def test_one_list_finds_clips_and_prompts_beside_its_folder(folder):
    (pair,) = read_ratings(folder / "sets" / "dev_mos_list.txt").pairs
    assert (pair.caption, pair.system, pair.group) == ("fast drums", "S002", "P045")
    assert pair.audio == folder / "wav" / f"{NAME}S002_P045.wav"


def test_demo_systems_have_prompts_of_their_own_and_share_no_group(folder):
    pairs = read_ratings(folder / "sets" / "train_mos_list.txt").pairs
    assert [pair.caption for pair in pairs] == ["slow piano", "a flute, demo", "slow piano"]
    assert [pair.system for pair in pairs] == ["S002", "S001", "S003"]
    assert [pair.group for pair in pairs] == ["P044", f"{NAME}S001_P044", "P044"]


def test_the_eval_list_has_no_ratings(folder):
    rated = read_ratings(folder / "sets" / "eval_list.txt")
    assert [pair.caption for pair in rated.pairs] == ["a choir", "a harp"]
    assert [dict(pair.ratings) for pair in rated.pairs] == [{}, {}]
    assert rated.axes == ("MI", "TA")


def test_prompts_without_a_header_line_lose_none(folder):
    (folder / "prompt_info.txt").write_text("P044\tslow piano\nP045\tfast drums\n")
    assert read_ratings(folder).pairs[0].caption == "slow piano"


def test_without_prompts_captions_are_empty(folder):
    (folder / "prompt_info.txt").unlink()
    (folder / "demo_prompt_info.txt").unlink()
    assert {pair.caption for pair in read_ratings(folder).pairs} == {""}


def test_clips_may_lie_elsewhere(folder, tmp_path):
    pairs = read_ratings(folder, audio=tmp_path / "elsewhere").pairs
    assert pairs[0].audio == tmp_path / "elsewhere" / f"{NAME}S002_P044.wav"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f"{NAME}S002_P044.wav,3.66", "line 1: 2 cells; wanted wav,MI,TA, or the wav alone"),
        (f"{NAME}S002_P044.wav,6,4", "line 1: MI is 6, outside the scale 1-5"),
        (f"{NAME}S002_P044.wav,3,high", "line 1: TA is 'high'; wanted a finite number"),
        (f"{NAME}S002_P999.wav,3,4", r"line 1: prompt_info\.txt has no prompt 'P999'"),
        (f"{NAME}S001_P045.wav,3,4", r"line 1: demo_prompt_info\.txt has no prompt '.*S001_P045'"),
        ("../S002_P044.wav,3,4", "line 1: .* leaves the manifest's folder"),
        ("song.wav,3,4", "line 1: .song.wav. is no clip's name"),
    ],
)
def test_a_bad_line_is_named(folder, line, text):
    (folder / "sets" / "train_mos_list.txt").write_text(f"{line}\n")
    with pytest.raises(ManifestError, match=rf"train_mos_list\.txt, {text}"):
        read_ratings(folder)


def test_a_clip_in_both_lists_is_refused(folder):
    (folder / "sets" / "dev_mos_list.txt").write_text(f"{NAME}S002_P044.wav,3,4\n")
    with pytest.raises(ManifestError, match=r"dev_mos_list\.txt, line 1: id .* is that of train_mos_list\.txt, line 1"):
        read_ratings(folder)


def test_a_prompt_listed_twice_is_refused(folder):
    (folder / "prompt_info.txt").write_text("P044\tone\nP044\ttwo\n")
    with pytest.raises(ManifestError, match=r"prompt_info\.txt, line 2: id 'P044' occurs twice"):
        read_ratings(folder)


def test_a_folder_of_another_shape_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="wanted the folder of MusicEval"):
        read_ratings(tmp_path, form="musiceval")
