"""``earwitness sweep`` from end to end, on runs of a judge that says what it is told."""

import json
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from clips import clip
from earwitness.run import evaluate
from earwitness.types import Pair
from told_judge import ToldJudge

RNG = np.random.default_rng(2)
LABELS = [n % 2 for n in range(24)]
SAID = {f"p{n}": float(np.clip(0.2 + 0.5 * LABELS[n] + RNG.normal(0, 0.2), 0.02, 0.98)) for n in range(24)}


@pytest.fixture
def runs(tmp_path):
    """A run, and one that is surer of the same."""
    audio = clip(0.2)
    pairs = [
        Pair(audio, f"caption {n}", f"p{n}", ratings={"REL": 1.0 + 8 * label + n / 24}, meta={"matches": label})
        for n, label in enumerate(LABELS)
    ]
    evaluate(ToldJudge(lambda pair: SAID[pair.id]), pairs, tmp_path / "base")
    evaluate(ToldJudge(lambda pair: round(SAID[pair.id]) * 0.9 + 0.05, label="b"), pairs, tmp_path / "chat")
    return tmp_path / "base", tmp_path / "chat"


def test_two_runs_side_by_side_and_under_every_change(earwitness, runs, tmp_path):
    out = tmp_path / "sweep"
    code, printed, _ = earwitness("sweep", *runs, "--label", "matches", "--out", out)
    assert code == 0
    lines = printed.splitlines()
    assert lines[0].split() == ["measure", "base", "chat"]
    assert {"mass", "entropy,", "ECE", "over-confidence", "AUC", "LCC"} <= {line.split()[0] for line in lines if line}
    assert "16 x temperature: moved ECE (16)" in printed
    assert "exactly the same: SRCC, AUC" in printed
    told = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert len(told["points"]) == 2 * 21
    for name in ("ece.svg", "entropy.svg"):
        assert ET.fromstring((out / name).read_text(encoding="utf-8")).tag.endswith("svg")


def test_ratings_with_and_without_a_threshold(earwitness, runs, tmp_path):
    command = ("sweep", runs[0], "--rating", "REL", "--out", tmp_path / "sweep", "--json")
    code, printed, _ = earwitness(*command)
    readings = json.loads(printed)["standings"][0]["readings"]
    assert (code, readings["ECE"]["value"], readings["ECE"]["reason"]) == (0, None, "no_labels")
    assert readings["LCC"]["value"] is not None
    _, printed, _ = earwitness(*command, "--match-from", "5")
    told = json.loads(printed)
    assert told["standings"][0]["readings"]["ECE"]["value"] is not None
    assert told["truth"] == "ratings of 'REL', a match from 5"


def test_csv_is_one_table(earwitness, runs, tmp_path):
    _, printed, _ = earwitness("sweep", runs[0], "--label", "matches", "--out", tmp_path / "s", "--format", "csv")
    lines = printed.splitlines()
    assert lines[0] == "run,change,amount,ECE,Brier,entropy,LCC,SRCC,AUC,moved"
    assert len(lines) == 1 + 21


def test_without_matplotlib_the_numbers_are_there_and_the_pictures_missed(earwitness, runs, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, printed, err = earwitness("sweep", runs[0], "--label", "matches", "--out", tmp_path / "s")
    assert code == 0
    assert "LCC" in printed
    assert "warning: no pictures: drawing needs matplotlib" in err
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["sweep.json"]


def test_a_run_of_too_few_scores_is_warned_of_and_fails_once_all_is_saved(earwitness, runs, tmp_path):
    pairs = [Pair(clip(0.2), f"caption {n}", f"p{n}", meta={"matches": label}) for n, label in enumerate(LABELS)]
    quiet = tmp_path / "quiet"
    evaluate(ToldJudge(lambda pair: SAID[pair.id] if pair.id != "p3" and pair.id != "p4" else None), pairs, quiet)
    code, printed, err = earwitness("sweep", runs[0], quiet, "--label", "matches", "--out", tmp_path / "s")
    assert code == 3
    assert "warning: only 22 of 24 pairs were scored (91.7%)." in err
    assert "22 of 24" in printed
    assert (tmp_path / "s" / "sweep.json").exists()


def test_runs_of_other_labels_are_refused(earwitness, runs, tmp_path):
    pairs = [Pair(clip(0.2), f"caption {n}", f"p{n}", meta={"matches": 1 - label}) for n, label in enumerate(LABELS)]
    evaluate(ToldJudge(lambda pair: SAID[pair.id]), pairs, tmp_path / "turned")
    code, _, err = earwitness("sweep", runs[0], tmp_path / "turned", "--label", "matches", "--out", tmp_path / "s")
    assert code == 2
    assert "the truth of 'p0' is 0 in base and 1 in turned; wanted runs on the same data" in err
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ((), "either a label's column or an axis of ratings"),
        (("--label", "matches", "--rating", "REL"), "either a label's column or an axis of ratings"),
        (("--label", "verdict"), "has no 'verdict'; its manifest gave language, system, group, matches, REL"),
        (("--label", "matches", "--axis", "quality"), "wanted an axis of probabilities, 0 to 1, not 'quality'"),
    ],
)
def test_mistakes_are_told_in_one_line(earwitness, runs, tmp_path, options, text):
    code, _, err = earwitness("sweep", runs[0], *options, "--out", tmp_path / "s")
    assert code == 2
    assert text in err


def test_a_folder_that_is_a_file_is_told(earwitness, runs, tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    code, _, err = earwitness("sweep", runs[0], "--label", "matches", "--out", tmp_path / "taken")
    assert code == 1
    assert "wanted a directory" in err
