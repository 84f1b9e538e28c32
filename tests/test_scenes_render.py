"""Scenes as files: readable by the package's own readers, and true to their script."""

from __future__ import annotations

import csv
import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import soundfile

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
