"""Scenes as files: readable by the package's own readers, and true to their script."""

from __future__ import annotations

import csv
import json
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earwitness.cli import main
from earwitness.errors import StoreError
from earwitness.manifest import read_pairs
from earwitness.scenes.compose import Composer
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.render import captioned_scenes, render, render_demo
from earwitness.scenes.sources import Synthesis
from earwitness.types import language_of


def _rows(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_demo_has_true_and_false_captions_in_both_languages(tmp_path: Path) -> None:
    rows = _rows(render_demo(tmp_path / "new" / "demo", seed=3, clips=8))
    assert len(rows) == 8
    assert sorted((row["language"], row["system"]) for row in rows) == sorted(
        2 * [("en", "faithful"), ("en", "careless"), ("zh", "faithful"), ("zh", "careless")]
    )
    for row in rows:
        assert language_of(row["caption"]) == row["language"]
        info = soundfile.info(tmp_path / "new" / "demo" / row["file_name"])
        assert (info.samplerate, info.channels) == (16_000, 1)
        assert 1 <= info.duration <= 10


def test_the_same_seed_renders_the_same_files(tmp_path: Path) -> None:
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        render_demo(tmp_path / folder, seed=seed, clips=2)
    contents = [
        {path.name: path.read_bytes() for path in sorted((tmp_path / folder).iterdir())} for folder in ("a", "b", "c")
    ]
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_scripts_and_samples_survive(tmp_path: Path) -> None:
    source = Synthesis()
    prior = PlanPrior(dict.fromkeys(source.labels, 1.0), source.countable)
    clips = list(islice(captioned_scenes(Composer(source), prior, seed=5), 6))
    manifest = render(tmp_path, iter(clips))
    scripts = [json.loads(line) for line in (tmp_path / "script.jsonl").read_text(encoding="utf-8").splitlines()]
    for clip, row, script in zip(clips, _rows(manifest), scripts, strict=True):
        assert row["file_name"] == script["file_name"]
        assert [event["label"] for event in script["events"]] == [span.label for span in clip.scene.script]
        samples, _ = soundfile.read(tmp_path / row["file_name"], dtype="float32")
        assert samples == pytest.approx(clip.scene.samples, abs=2**-15)
        assert np.isfinite(samples).all()


def test_a_rendered_folder_is_a_source_of_pairs(tmp_path: Path) -> None:
    rows = _rows(render_demo(tmp_path, clips=2))
    pairs = list(read_pairs(str(tmp_path)))
    assert [(pair.audio, pair.caption, pair.language, pair.system) for pair in pairs] == [
        (tmp_path / row["file_name"], row["caption"], row["language"], row["system"]) for row in rows
    ]


def _unwritable(root: Path) -> dict[str, Path]:
    file = root / "a.wav"
    file.write_bytes(b"RIFF")
    (root / "taken" / "clip-01.wav").mkdir(parents=True)
    return {"file": file, "below a file": file / "x", "proc": Path("/proc/x"), "a clip's name is taken": root / "taken"}


@pytest.mark.parametrize("place", ["file", "below a file", "proc", "a clip's name is taken"])
def test_a_folder_that_cannot_be_written_is_one_line(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _unwritable(tmp_path)[place]
    with pytest.raises(StoreError, match=f"^{folder} cannot be written as a folder of clips: .* Name another folder"):
        render_demo(folder, clips=1)
    monkeypatch.setattr(sys, "argv", ["earwitness", "scenes", "make", "--out", str(folder)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == StoreError.exit_code
    written = capsys.readouterr().err
    assert f"{folder} cannot be written" in written
    assert written.count("\n") == 1


def test_rendered_again_a_folder_holds_the_new_clips(tmp_path: Path) -> None:
    render_demo(tmp_path, seed=1, clips=1)
    first = (tmp_path / "clip-01.wav").read_bytes()
    assert len(_rows(render_demo(tmp_path, seed=2, clips=2))) == 2
    assert (tmp_path / "clip-01.wav").read_bytes() != first


def test_a_manifest_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "metadata.csv"
    theirs.write_text("file_name,label\n")
    with pytest.raises(StoreError, match=rf"^{theirs} was not rendered here and is left as it is\."):
        render_demo(tmp_path, clips=1)
    assert theirs.read_text() == "file_name,label\n"
    assert list(tmp_path.iterdir()) == [theirs]
