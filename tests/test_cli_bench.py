"""``earwitness bench``, ``compare`` and ``list benchmarks`` from end to end."""

import csv
import json

import pytest
import soundfile

from clips import tone
from earwitness.scenes.dataset.rows import write_shard
from small_quartets import Tones, quartet_rows, write_set

RATED = ("rain", 4.5), ("dog", 1.0), ("rain and dog", 3.0), ("a bell", 2.0), ("cat", 5.0), ("engine", 3.5)


@pytest.fixture
def manifest(tmp_path):
    """Six clips in two systems, rated 1-5."""
    rows = []
    for number, (caption, rating) in enumerate(RATED * 2):
        soundfile.write(tmp_path / f"{number}.wav", tone(0.5, 300 + 50 * number), 16000)
        rows.append(f"{number}.wav,{caption},{'ab'[number // len(RATED)]},{rating}\n")
    (tmp_path / "rated.csv").write_text("file,caption,system,rating_match\n" + "".join(rows))
    return tmp_path / "rated.csv"


def bench(earwitness, manifest, *more):
    return earwitness("bench", "ratings", "--data", manifest, "--backbone", "fake", *more)


def test_figures_are_printed_with_their_counts_and_recipe(earwitness, manifest, tmp_path):
    code, out, _ = bench(earwitness, manifest, "--scale", "1-5", "--out", tmp_path / "run")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == [
        "part",
        "subset",
        "of",
        "measure",
        "value",
        "low",
        "high",
        "n",
        "of",
        "n",
        "unit",
        "note",
    ]
    assert lines[-2].startswith("12 of 12 pairs scored, recipe ")
    assert "aqascore, fake, template 1" in lines[-2]


@pytest.mark.parametrize("form", ["json", "markdown", "latex"])
def test_the_forms_have_flags_of_their_own(earwitness, manifest, tmp_path, form):
    _, flagged, _ = bench(earwitness, manifest, "--out", tmp_path / "run", f"--{form}")
    _, named, _ = earwitness("bench", "ratings", "--from", tmp_path / "run", "--format", form)
    assert flagged == named
    if form == "json":
        found = json.loads(flagged)
        assert (found["n_scored"], found["n_total"], found["benchmark"]) == (12, 12, "ratings")
        assert {"part", "measure", "value", "low", "high", "n", "n_total", "reason"} <= found["rows"][0].keys()
    elif form == "markdown":
        assert flagged.startswith("| part | subset | of | measure | value |")
    else:
        assert r"\begin{tabular}" in flagged


def test_two_forms_at_once_are_refused(earwitness, manifest):
    code, _, err = bench(earwitness, manifest, "--json", "--latex")
    assert code == 2
    assert "one form" in err


def test_too_few_scored_leaves_with_its_code(earwitness, manifest, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.wav").unlink()
    code, out, err = bench(earwitness, manifest, "--out", tmp_path / "run")
    assert code == 3
    assert "not scored: 3 x " in out
    assert "9 of 12 pairs were scored (75.0%)" in err


def test_a_run_with_nothing_scored_shows_no_number(earwitness, manifest, tmp_path):
    for clip in tmp_path.glob("*.wav"):
        clip.unlink()
    code, out, _ = bench(earwitness, manifest, "--out", tmp_path / "run", "--json")
    assert code == 3
    assert {row["value"] for row in json.loads(out)["rows"]} == {None}


def test_a_download_is_checked_without_a_judge(earwitness, manifest, tmp_path):
    code, out, _ = earwitness("bench", "ratings", "--data", manifest, "--check")
    assert code == 0
    assert out.splitlines()[-1] == "ratings: complete, 0 clips missing"
    (tmp_path / "3.wav").unlink()
    code, out, _ = earwitness("bench", "ratings", "--data", manifest, "--check", "--json")
    assert code == 3
    assert json.loads(out)["missing"] == ["3.wav"]


def test_another_benchmark_does_not_write_into_a_run(earwitness, manifest, tmp_path):
    bench(earwitness, manifest, "--out", tmp_path / "run")
    code, _, err = earwitness("bench", "scenes", "--backbone", "fake", "--out", tmp_path / "run")
    assert code == 4
    assert "holds a run of benchmark 'ratings'" in err


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("bench", "ratngs"), 2, "Did you mean 'ratings'"),
        (("bench", "ratings"), 2, "Give --data"),
        (("bench", "ratings", "--data", "missing.csv"), 2, "cannot be read: No such file"),
        (("bench", "scenes", "--scale", "1-5"), 2, "'scenes' takes no scale; its options: clips, seed,"),
        (("bench", "scenes", "--where", "fold"), 2, "--where is 'fold'; wanted COLUMN=VALUE"),
        (("bench", "ratings", "--data", "x.csv", "--predictions", "p.csv"), 2, "whole part of xacle"),
        (
            ("bench", "tta-bench", "--data", "x.json", "--limit", "3", "--template", "2"),
            2,
            "--template, --limit cannot",
        ),
        (("bench", "ratings", "--from", "x", "--part", "a", "--backbone", "fake"), 2, "--part cannot go with --from"),
        (("bench", "ratings", "--data", "x.csv", "--axis", "match"), 2, "wanted RATING=AXIS"),
        (("compare", "a", "b"), 1, "no run"),
    ],
)
def test_mistakes_are_told_in_one_line(earwitness, arguments, code, text):
    found, _, err = earwitness(*arguments)
    assert found == code
    assert text in err
    assert len(err.strip().splitlines()) == 1


def test_two_judges_are_compared(earwitness, manifest, tmp_path):
    bench(earwitness, manifest, "--out", tmp_path / "a")
    bench(earwitness, manifest, "--out", tmp_path / "b", "--template", "3")
    code, out, _ = earwitness("compare", tmp_path / "a", tmp_path / "b", "--format", "csv")
    rows = list(csv.DictReader(out.splitlines()))
    assert code == 0
    assert {row["measure"] for row in rows} >= {"LCC", "SRCC", "KTAU"}
    assert all(row["n"] for row in rows)
    code, out, _ = earwitness("compare", tmp_path / "a", tmp_path / "b")
    assert "template 1" in out
    assert "template 3" in out


def test_every_benchmark_says_what_it_is_and_where_to_get_it(earwitness):
    code, out, _ = earwitness("list", "benchmarks", "--json")
    rows = json.loads(out)["rows"]
    assert code == 0
    assert {
        "relate",
        "pam",
        "baton",
        "compa",
        "xacle",
        "brace",
        "anyaudio",
        "musiceval",
        "aes",
        "tta-bench",
        "ratings",
    } <= {row["name"] for row in rows}
    assert all(row[key] for row in rows for key in ("measures", "size", "licence", "where", "judges", "parts"))


def test_xacle_predictions_are_written_of_a_whole_part(earwitness, tmp_path):
    (tmp_path / "meta_data").mkdir()
    (tmp_path / "wav" / "validation").mkdir(parents=True)
    rows = []
    for number in range(6):
        soundfile.write(tmp_path / "wav" / "validation" / f"0750{number}.wav", tone(0.5, 300 + 50 * number), 16000)
        rows.append(f"0750{number}.wav,sound {number},{number}\n")
    (tmp_path / "meta_data" / "validation_average.csv").write_text("wav_file_name,text,average_score\n" + "".join(rows))
    command = ("bench", "xacle", "--data", tmp_path, "--backbone", "fake", "--predictions", tmp_path / "out.csv")
    code, _, err = earwitness(*command, "--out", tmp_path / "run")
    assert (code, "predictions saved" in err) == (0, True)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "wav_file_name,pred_score"
    assert [line.partition(",")[0] for line in lines[1:]] == [f"0750{number}.wav" for number in range(6)]
    code, _, err = earwitness(*command, "--out", tmp_path / "sample", "--limit", "3")
    assert code == 2
    assert "without --limit" in err


def test_a_server_that_is_not_there_leaves_with_its_code(earwitness, manifest, tmp_path):
    code, _, err = bench(earwitness, manifest, "--out", tmp_path / "run", "--backbone", "http://127.0.0.1:9/v1")
    assert code == 5
    assert "BackboneError" in err


def test_what_takes_prompts_apart_is_measured_and_its_rubrics_kept(earwitness, tmp_path):
    prompts = [
        {"id": 1, "prompt_text": "A dog barks, then rain falls.", "event_count": "2",
         "event_list": ["dog barking", "rain"], "event_relation": "sequence"},
        {"id": 2, "prompt_text": "A bell rings.", "event_count": "1", "event_list": ["bell"], "event_relation": "None"},
    ]  # fmt: skip
    (tmp_path / "acc_prompt.json").write_text(json.dumps(prompts))
    command = ("bench", "tta-bench", "--data", tmp_path / "acc_prompt.json", "--out", tmp_path / "out", "--json")
    code, out, _ = earwitness(*command)
    found = json.loads(out)
    assert (code, found["n_taken_apart"], found["n_total"]) == (0, 2, 2)
    whole = {row["of"]: row["value"] for row in found["rows"] if row["subset"] == "all"}
    assert whole == dict.fromkeys(("event recall", "event precision", "event", "event count", "relation"), 1.0)
    assert len((tmp_path / "out" / "rubrics.jsonl").read_text().splitlines()) == 2


def test_gold_rubrics_are_of_benchmarks_that_have_some(earwitness, manifest, tmp_path):
    code, _, err = earwitness("bench", "ratings", "--data", manifest, "--gold-rubrics", tmp_path / "gold.jsonl")
    assert code == 2
    assert "comes without rubrics; --gold-rubrics is for anyaudio and earwitness" in err


def test_a_set_is_checked_and_judged_with_its_own_rubrics(earwitness, tmp_path):
    folder = write_set(tmp_path / "set", Tones("sound_gen"), Tones("music_gen"), quartets=6)
    command = ("bench", "earwitness", "--data", folder)
    code, out, _ = earwitness(*command, "--part", "sound", "--check")
    assert (code, out.splitlines()[-1]) == (0, "earwitness: complete, 0 clips missing")
    code, out, _ = earwitness(*command, "--part", "sound", "--gold-rubrics", tmp_path / "gold.jsonl")
    captions = len((tmp_path / "gold.jsonl").read_text(encoding="utf-8").splitlines())
    assert (code, out) == (0, f"captions: {captions}, saved in {tmp_path / 'gold.jsonl'}\n")
    judge = ("--judge", "rubric", "--backbone", "fake", "--rubrics", tmp_path / "gold.jsonl")
    code, out, _ = earwitness(*command, "--part", "sound", *judge, "--out", tmp_path / "run", "--json")
    found = json.loads(out)
    assert (code, found["n_scored"], found["n_total"]) == (0, 48, 48)
    assert {row["unit"] for row in found["rows"]} == {"pairs", "choices", "items"}
    code, out, _ = earwitness("bench", "earwitness", "--from", tmp_path / "run", "--label-at", "0.3", "--json")
    assert code == 0
    assert "label at 0.3" in {row["of"] for row in json.loads(out)["rows"]}
    code, _, _ = earwitness("compare", tmp_path / "run", tmp_path / "run")
    assert code == 0


def test_a_set_that_is_not_whole_is_refused_in_one_line(earwitness, tmp_path):
    folder = write_set(tmp_path, Tones(), quartets=2)
    write_shard(folder / "zh" / "test-00000-of-00001.parquet", quartet_rows([Tones()], 1, "zh"))
    code, _, err = earwitness("bench", "earwitness", "--data", folder, "--check")
    assert (code, len(err.strip().splitlines())) == (2, 1)
    assert "is in en and not in zh" in err


def test_a_plain_run_over_rated_pairs_is_read_as_ratings(earwitness, manifest, tmp_path):
    earwitness("score", manifest, "--backbone", "fake", "--out", tmp_path / "scored")
    code, out, _ = earwitness("bench", "ratings", "--from", tmp_path / "scored", "--scale", "1-5", "--json")
    found = {(row["of"], row["measure"]) for row in json.loads(out)["rows"]}
    assert code == 0
    assert {("match", "SRCC"), ("match", "MSE")} <= found


def test_measuring_again_takes_another_scale_from_the_records(earwitness, manifest, tmp_path):
    bench(earwitness, manifest, "--out", tmp_path / "run", "--scale", "1-5")
    _, five, _ = earwitness("bench", "ratings", "--from", tmp_path / "run", "--json")
    _, ten, _ = earwitness("bench", "ratings", "--from", tmp_path / "run", "--scale", "0-10", "--json")
    errors = [next(r["value"] for r in json.loads(out)["rows"] if r["measure"] == "MSE") for out in (five, ten)]
    assert errors[0] != errors[1]


def test_measuring_again_too_little_leaves_with_the_same_code(earwitness, manifest, tmp_path):
    (tmp_path / "0.wav").unlink()
    assert bench(earwitness, manifest, "--out", tmp_path / "run")[0] == 3
    code, _, err = earwitness("bench", "ratings", "--from", tmp_path / "run")
    assert (code, "11 of 12 pairs were scored" in err) == (3, True)
    assert earwitness("compare", tmp_path / "run", tmp_path / "run")[0] == 3


def test_clips_outside_the_manifests_folder_need_leave(earwitness, manifest, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "rated.csv").write_text(manifest.read_text().replace("\n", "\n../").removesuffix("../"))
    command = ("bench", "ratings", "--data", inner / "rated.csv", "--backbone", "fake", "--out", tmp_path / "run")
    code, _, err = earwitness(*command)
    assert (code, "--allow-outside-root" in err) == (2, True)
    assert earwitness(*command, "--allow-outside-root")[0] == 0


def test_other_measuring_options_share_a_run_directory(earwitness, manifest, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench(earwitness, manifest)
    bench(earwitness, manifest, "--scale", "1-5")
    assert len(list((tmp_path / "runs").iterdir())) == 1
