"""A trained predictor on the command line, from its folder to the challenge's answer."""

import csv
import json
import shutil

import pytest
import soundfile

from clips import tone
from earwitness.mos.encoders import load_encoder
from earwitness.mos.heads import Axis
from rating_judges import predictor
from small_encoders import folder as encoder_folder

AXES = (Axis("MI", 1, 5), Axis("TA", 1, 5))


@pytest.fixture
def checkpoint(tmp_path):
    predictor(axes=AXES).save(tmp_path / "predictor")
    return tmp_path / "predictor"


@pytest.fixture
def folder(tmp_path):
    """Four clips of two systems, without captions."""
    (tmp_path / "wav").mkdir()
    for n in range(4):
        name = f"audiomos2025-track1-S00{n % 2 + 2}_P04{n}.wav"
        soundfile.write(tmp_path / "wav" / name, tone(0.5 + n / 4, 300 + 100 * n), 16000)
    return tmp_path / "wav"


def first_clip(folder):
    return min(folder.iterdir())


def test_one_clip_needs_no_caption(earwitness, folder, checkpoint):
    code, out, _ = earwitness("score", first_clip(folder), "--judge", "mos", "--checkpoint", checkpoint)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["clip", "MI", "TA", "flags"]
    assert lines[-1].startswith("1 of 1 scored, recipe ")
    assert "(mos, encoder log-mel, mlp heads " in lines[-1]


def test_a_folder_becomes_a_run_that_resumes_and_answers(earwitness, folder, checkpoint, tmp_path):
    command = ("score", folder, "--judge", "mos", "--checkpoint", checkpoint, "--out", tmp_path / "run")
    code, out, _ = earwitness(*command, "--format", "json")
    first = json.loads(out)
    assert (code, first["n_scored"], first["n_total"]) == (0, 4, 4)
    assert earwitness(*command, "--format", "json")[1] == out
    code, out, _ = earwitness("export", tmp_path / "run", "--format", "answer")
    assert code == 0
    with open(out.strip()) as file:
        rows = list(csv.reader(file))
    assert {name: [float(cell) for cell in cells] for name, *cells in rows} == {
        row["clip"].removesuffix(".wav"): [row["values"]["MI"], row["values"]["TA"]] for row in first["rows"]
    }


def test_the_answer_of_an_unfinished_run_is_refused(earwitness, folder, checkpoint, tmp_path):
    (folder / "broken.wav").write_text("not audio")
    command = ("score", folder, "--judge", "mos", "--checkpoint", checkpoint, "--out", tmp_path / "run")
    assert earwitness(*command)[0] == 3
    code, _, err = earwitness("export", tmp_path / "run", "--format", "answer")
    assert code == 2
    assert "1 of 5 pairs have no score (broken-" in err
    assert earwitness("export", tmp_path / "run", "--format", "answer", "--scored-only")[0] == 0
    assert len((tmp_path / "run" / "answer.txt").read_text().splitlines()) == 4


def test_other_weights_are_refused_in_the_same_run(earwitness, folder, checkpoint, tmp_path):
    command = ("score", folder, "--judge", "mos", "--out", tmp_path / "run", "--checkpoint")
    assert earwitness(*command, checkpoint)[0] == 0
    predictor(axes=AXES, seed=2).save(tmp_path / "other")
    code, _, err = earwitness(*command, tmp_path / "other")
    assert code == 4
    assert "heads.weights" in err


def test_a_table_without_captions_is_scored_and_listed(earwitness, folder, checkpoint, tmp_path):
    clips = sorted(path.name for path in folder.iterdir())
    (folder / "clips.csv").write_text("file_name,system\n" + "".join(f"{name},{name[-8:-4]}\n" for name in clips))
    command = ("score", folder / "clips.csv", "--judge", "mos", "--checkpoint", checkpoint)
    code, out, _ = earwitness(*command, "--dry-run")
    assert code == 0
    assert '"pairs": 4' in out
    assert earwitness(*command, "--out", tmp_path / "run")[0] == 0


def test_one_clip_becomes_a_run_where_one_is_asked_for(earwitness, folder, checkpoint, tmp_path):
    command = ("score", first_clip(folder), "--judge", "mos", "--checkpoint", checkpoint)
    assert earwitness(*command, "--out", tmp_path / "run")[0] == 0
    assert (tmp_path / "run" / "scores.csv").exists()


def test_an_axis_about_the_caption_needs_one(earwitness, folder, tmp_path, monkeypatch):
    from earwitness.mos.encoders import ENCODERS
    from small_encoder import INFO, SmallEncoder

    monkeypatch.setitem(ENCODERS, "small", INFO)
    axes = (Axis("TA", 1, 5, text=True),)
    predictor(SmallEncoder(), axes=axes).save(tmp_path / "match")
    command = ("score", first_clip(folder), "--judge", "mos", "--checkpoint", tmp_path / "match")
    code, _, err = earwitness(*command)
    assert code == 2
    assert "Give a caption" in err
    assert earwitness(*command[:2], "a slow piano", *command[2:])[0] == 0
    code, _, err = earwitness("score", folder, *command[2:], "--out", tmp_path / "run")
    assert code == 2
    assert "has no .txt file with a caption" in err


def test_an_encoder_that_was_moved_is_asked_for_and_told(earwitness, folder, tmp_path, monkeypatch):
    shutil.copytree(encoder_folder("hubert"), tmp_path / "hubert")
    monkeypatch.chdir(tmp_path)
    predictor(load_encoder("hubert"), axes=AXES).save(tmp_path / "trained")
    shutil.move("hubert", "renamed")
    command = ("score", first_clip(folder), "--judge", "mos", "--checkpoint", tmp_path / "trained")
    code, _, err = earwitness(*command)
    assert code == 2
    assert "Say where it is now: encoder='FOLDER' (--encoder FOLDER)" in err
    assert earwitness(*command, "--encoder", "renamed")[0] == 0


def test_only_a_judge_that_predicts_has_an_encoder(earwitness, folder):
    code, _, err = earwitness("score", first_clip(folder), "rain", "--encoder", folder)
    assert code == 2
    assert "--encoder cannot go with --judge aqascore" in err
