"""The command, on the judge that ships with the package."""

import csv
import io
import json

import numpy as np
import pytest
import soundfile

from earwitness import open_run
from earwitness.bench.doctor import audit
from listeners import RATE, sounding

SCENES = ("doctor", "--limit", "20", "--out")


@pytest.fixture
def no_program(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("doctor") / "run"


def test_the_embedded_judge_listens(earwitness, folder, no_program):
    code, out, err = earwitness(*SCENES, folder, "--picture", folder.parent / "own.svg")
    assert code == 0, err
    assert out.startswith("listens: AUC of true over shuffled captions")
    assert "not run: caption_read, spoken_over_silence" in out
    assert "espeak-ng is not on PATH" in out
    assert (folder.parent / "own.svg").read_text(encoding="utf-8").startswith("<svg")
    found = audit(open_run(folder))
    assert json.loads((folder / "audit.json").read_text(encoding="utf-8")) == json.loads(json.dumps(found.to_dict()))
    assert found.get("shuffled", "AUC").value > 0.85
    assert max(found.get(nothing, "yes").value for nothing in ("silence", "text_only")) <= 0.1
    assert found.get("repeat", "spread").value < 1e-4
    assert found.get("alone", "spread").value < 1e-4


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_same_call_goes_on_and_prints_for_programs(earwitness, folder, form, no_program):
    code, out, err = earwitness(*SCENES, folder, "--format", form)
    assert code == 0, err
    if form == "json":
        assert json.loads(out)["headline"] == "listens"
    else:
        rows = list(csv.DictReader(io.StringIO(out)))
        assert any({"of": "null_caption", "measure": "refused", "clips": "20"}.items() <= row.items() for row in rows)
    assert (folder / "doctor.svg").exists()


def manifest(folder, broken):
    """Two clips of tones in order; some more that cannot be read."""
    rows = ["file_name,caption"]
    for number, (first, second) in enumerate(((440, 1200), (1200, 440))):
        soundfile.write(folder / f"{number}.wav", sounding(first, second), RATE)
        rows.append(f'{number}.wav,"a beep, then a {"bell" if number else "siren"}"')
    for number in range(broken):
        (folder / f"broken-{number}.wav").write_bytes(b"RIFF")
        rows.append(f"broken-{number}.wav,a tone")
    (folder / "clips.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder / "clips.csv"


def test_ones_own_pairs_with_a_recording(earwitness, tmp_path):
    soundfile.write(tmp_path / "yes.wav", np.full(8000, 0.1), RATE)
    data = manifest(tmp_path, broken=0)
    arguments = ("doctor", "--data", data, "--speech", tmp_path / "yes.wav", "--out", tmp_path / "run", "--json")
    code, out, err = earwitness(*arguments)
    assert code == 0, err
    found = json.loads(out)
    assert found["headline"] == "cannot tell at n = 2"
    assert found["source"] == "2 pairs of clips.csv, seed 0"
    assert list(found["not_run"]) == ["caption_read"]
    assert "does not read captions" in found["not_run"]["caption_read"]


def test_too_little_coverage_has_its_exit_code(earwitness, tmp_path, no_program):
    code, out, _ = earwitness("doctor", "--data", manifest(tmp_path, broken=1), "--out", tmp_path / "run", "--json")
    assert code == 3
    found = json.loads(out)
    assert (found["scored"], found["bases"]) == (2, 3)
    assert sum(found["not_scored"].values()) > 10


def test_a_picture_that_has_no_place_is_told_in_one_line(earwitness, folder, no_program):
    code, _, err = earwitness(*SCENES, folder, "--picture", folder / "none" / "p.svg")
    assert code == 1
    assert "p.svg cannot be written: " in err
    assert "Traceback" not in err


def test_what_is_of_manifests_cannot_go_with_scenes(earwitness, tmp_path):
    code, _, err = earwitness("doctor", "--shard", "1/2", "--out", tmp_path / "run")
    assert code == 2
    assert "--shard: for --data alone" in err
