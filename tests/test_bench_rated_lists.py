"""MusicEval and AES as benchmarks: parts are lists, measured by clip and by system."""

import json

import pytest

from earwitness.bench import load_benchmark
from earwitness.bench.runner import run_benchmark
from earwitness.errors import ManifestError
from told_judge import ToldJudge

TRACK1, TRACK2 = "audiomos2025-track1-", "audiomos2025-track2-"
MOS = {"MI": (1.0, 5.0), "TA": (1.0, 5.0)}


@pytest.fixture
def musiceval(tmp_path):
    folder = tmp_path / "musiceval"
    (folder / "sets").mkdir(parents=True)
    lines = [f"{TRACK1}S{s:03}_P{p:03}.wav,{1 + s * 0.5},{5 - p * 0.5}\n" for s in (2, 3, 4, 5, 7) for p in (1, 2)]
    (folder / "sets" / "dev_mos_list.txt").write_text("".join(lines))
    (folder / "sets" / "eval_list.txt").write_text(f"{TRACK1}S002_P003\n")
    (folder / "prompt_info.txt").write_text("P001\tpiano\nP002\tdrums\nP003\tchoir\n")
    return folder


def figures(results):
    return {(f.of, f.measure, f.level): f for f in results.figures}


def test_musiceval_by_clip_and_system(musiceval, tmp_path):
    judge = ToldJudge(lambda pair: {"MI": pair.ratings["MI"] + 0.5, "TA": 6 - pair.ratings["TA"]}, MOS)
    found = figures(run_benchmark("musiceval", musiceval, judge, tmp_path / "run"))
    assert found["MI", "SRCC", "clip"].value == 1
    assert found["MI", "MSE", "system"].value == pytest.approx(0.25)  # each mean is .5 too high
    assert found["MI", "MSE", "system"].n_independent == 5
    assert found["TA", "LCC", "clip"].value == pytest.approx(-1)
    assert found["TA", "SRCC", "system"].reason == "constant_scores"  # every system has both prompts


def test_a_judge_of_alignment_is_held_against_textual_alignment_alone(musiceval, tmp_path):
    found = figures(
        run_benchmark("musiceval", musiceval, ToldJudge(lambda pair: pair.ratings["TA"] / 5), tmp_path / "run")
    )
    assert {of for of, _, _ in found} == {"TA"}


def test_the_evaluation_list_is_judged_and_not_measured(musiceval, tmp_path):
    judge = ToldJudge(lambda pair: {"MI": 3.0, "TA": 3.0}, MOS)
    found = run_benchmark("musiceval", musiceval, judge, tmp_path / "run", parts=["eval"])
    assert found.figures == ()
    assert found.notes == ("no pair of this run was rated: there is nothing to measure",)
    assert found.run.export("answer").read_text() == f"{TRACK1}S002_P003,3.0,3.0\n"


def test_a_list_that_is_not_there_is_named(musiceval):
    benchmark = load_benchmark("musiceval")
    with pytest.raises(ManifestError, match=r"has no sets/train_mos_list.txt; wanted a download of musiceval"):
        benchmark.read(musiceval, benchmark.chosen(["train"]))


def test_a_check_counts_and_names_missing_clips(musiceval):
    benchmark = load_benchmark("musiceval")
    found = benchmark.check(musiceval, benchmark.chosen([]))
    assert [(part.name, count) for part, count in found.parts] == [("dev", 10)]
    assert len(found.missing) == 10
    assert not found.complete


LONG = ("Production_Quality", "Production_Complexity", "Content_Enjoyment", "Content_Usefulness")


def test_aes_clips_lie_elsewhere_and_systems_are_in_their_ids(tmp_path):
    lists, clips = tmp_path / "lists", tmp_path / "clips"
    lists.mkdir()
    lines = (
        {"data_path": f"{TRACK2}sys{s}-utt{u}", **{axis: [s, s + u] for axis in LONG}}
        for s in range(1, 6)
        for u in (0, 2)
    )
    (lists / "audiomos2025_track2_human_annotations.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines)
    )
    benchmark = load_benchmark("aes", audio=clips)
    axes = dict.fromkeys(("PQ", "PC", "CE", "CU"), (0.0, 10.0))
    judge = ToldJudge(lambda pair: dict(pair.ratings), axes)
    found = run_benchmark(benchmark, lists, judge, tmp_path / "run")
    assert {figure.of for figure in found.figures} == {"PQ", "PC", "CE", "CU"}
    assert all(figure.value in (0, 1) or figure.value == pytest.approx(1) for figure in found.figures)
    record = next(found.run.records())
    # utt0 of sys1: both raters said 1.
    assert (record.pair["ratings"]["PQ"], record.pair["system"]) == (1.0, "sys1")
    assert record.pair["audio"] == str(clips / f"{TRACK2}sys1-utt0.wav")
    assert figures(found)["PQ", "SRCC", "system"].n_independent == 5
