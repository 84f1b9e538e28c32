"""``earwitness scenes check`` and ``scenes sheets`` from end to end, on a set of tones that the tests write."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clips import RATE
from earwitness.scenes.domains.base import Clip
from small_quartets import SECONDS, TONES, Tone, Tones, write_set

# A tone of amplitude 0.5 and, as a script of it, its level; the pause before and after it, and between two.
LEVEL, PAUSE = -9.03, 0.5


@dataclass(frozen=True)
class Scripted(Tones):
    """Tones with a script, which may be wrong by so many dB."""

    off: float = 0.0

    def render(self, sketch: Tone, seed: int) -> Clip:
        onsets = [PAUSE + number * (SECONDS + PAUSE) for number in range(sketch.times)]
        samples = 1e-3 * np.random.default_rng(seed).normal(size=round((onsets[-1] + SECONDS + PAUSE) * RATE))
        sounding = 0.5 * np.sin(2 * np.pi * TONES[sketch.label] * np.arange(round(SECONDS * RATE)) / RATE)
        for onset in onsets:
            start = round(onset * RATE)
            samples[start : start + len(sounding)] += sounding
        event = {"label": sketch.label, "level_db": LEVEL + self.off, "role": "foreground"}
        events = [{**event, "onset": onset, "offset": onset + SECONDS} for onset in onsets]
        return Clip(samples.astype(np.float32), RATE, {"events": events})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    domains = (Scripted("sound"), Scripted("mix"))
    return write_set(tmp_path_factory.mktemp("set"), *domains, quartets=3)


def told(printed: str) -> dict[str, dict[str, Any]]:
    return {row["what"]: row for row in json.loads(printed)["rows"]}


def test_a_right_set_agrees(earwitness, small):
    code, printed, complaint = earwitness("scenes", "check", small, "--json")
    assert (code, complaint) == (0, "")
    rows = told(printed)
    assert set(rows) == {"onset", "offset", "level", "count"}
    assert all(row["agree"] == row["measured"] == row["said"] for row in rows.values())
    assert rows["level"]["clips"] == json.loads(printed)["n_clips"] == 12
    assert abs(rows["level"]["worst by"]) < 0.5


def test_the_table_is_printed_for_people(earwitness, small):
    code, printed, _ = earwitness("scenes", "check", small)
    assert code == 0
    assert printed.splitlines()[0].split()[:4] == ["what", "tolerance", "said", "measured"]
    assert "12 clips" in printed


def test_so_many_clips_of_each_subset(earwitness, small):
    _, printed, _ = earwitness("scenes", "check", small, "--n", "4", "--json")
    assert json.loads(printed)["n_clips"] == 4


def test_a_wrong_set_is_told(earwitness, tmp_path):
    data = write_set(tmp_path / "wrong", Scripted("sound", off=6.0), quartets=3)
    code, printed, complaint = earwitness("scenes", "check", data, "--json")
    assert code == 1
    assert told(printed)["level"]["agree"] == 0
    assert told(printed)["level"]["worst by"] == pytest.approx(-6.0, abs=0.5)
    assert "level 0 of" in complaint
    assert "onset" not in complaint


def test_no_set_is_an_error(earwitness, tmp_path):
    pytest.importorskip("pyarrow")
    code, _, complaint = earwitness("scenes", "check", tmp_path)
    assert code == 2
    assert "holds no samples" in complaint


def test_sheets_have_all_kinds_with_their_clips(earwitness, small, tmp_path):
    pytest.importorskip("matplotlib")
    out = tmp_path / "sheets"
    code, printed, _ = earwitness("scenes", "sheets", small, "--out", out, "--n", "4")
    assert (code, printed.strip()) == (0, str(out / "sheets.html"))
    page = (out / "sheets.html").read_text(encoding="utf-8")
    # One swap and one change of either subset.
    assert page.count("<section>") == 4
    assert page.count(": swap</h2>") == 2
    assert sum(f"<h2>{subset}-" in page for subset in ("sound", "mix")) == 2
    assert len(list((out / "clips").glob("*.flac"))) == 8
    assert all((out / "clips" / f"{name.name}").read_bytes()[:4] == b"fLaC" for name in (out / "clips").iterdir())
    assert 'lang="zh"' in page
