"""The command line from end to end, with the public fake as backbone."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from clips import tone
from earwitness import __version__
from earwitness.cli.selection import Selection, _name, _shard
from earwitness.errors import UsageError


@pytest.fixture
def folder(tmp_path):
    """Two labels with two clips each."""
    for label in ("dog_bark", "rain"):
        (tmp_path / "clips" / label).mkdir(parents=True)
        for number in range(2):
            soundfile.write(tmp_path / "clips" / label / f"{number}.wav", tone(0.5, 300 + 100 * number), 16000)
    return tmp_path / "clips"


def read_csv(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_one_clip_prints_a_table_that_ends_with_the_count(earwitness, folder):
    code, out, _ = earwitness("score", folder / "rain/0.wav", "rain", "--backbone", "fake")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split()[:2] == ["clip", "caption"]
    assert lines[1].split()[0] == "0.wav"
    assert lines[-1].startswith("1 of 1 scored, recipe ")


def test_a_folder_is_scored_into_a_run_and_resumed(earwitness, folder, tmp_path):
    command = ("score", folder, "--caption-from", "folder", "--backbone", "fake", "--out", tmp_path / "run")
    code, out, _ = earwitness(*command, "--format", "json")
    first = json.loads(out)
    assert (code, first["n_scored"], first["n_total"]) == (0, 4, 4)
    assert (tmp_path / "run" / "summary.json").exists()
    rows = read_csv(tmp_path / "run" / "scores.csv")
    assert len(rows) == 4
    code, out, _ = earwitness(*command, "--format", "json")
    assert code == 0
    assert json.loads(out) == first


def test_another_template_on_the_same_run_is_refused_with_the_difference(earwitness, folder, tmp_path):
    command = ("score", folder, "--caption-from", "folder", "--backbone", "fake", "--out", tmp_path / "run")
    assert earwitness(*command)[0] == 0
    code, _, err = earwitness(*command, "--template", "3")
    assert code == 4
    assert "template" in err


def test_too_many_unscored_exit_3_and_say_so(earwitness, folder, tmp_path):
    (folder / "rain" / "bad.wav").write_text("not audio")
    code, out, err = earwitness(
        "score", folder, "--caption-from", "folder", "--backbone", "fake", "--out", tmp_path / "run"
    )
    assert code == 3
    assert "4 of 5 pairs were scored (80.0%)" in err
    assert "4 of 5 scored" in out


def test_a_run_goes_to_a_named_place_by_default(earwitness, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert earwitness("score", folder, "--caption-from", "folder", "--backbone", "fake")[0] == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert run.name.startswith("clips-")


def test_shards_are_disjoint_and_complete(earwitness, folder, tmp_path):
    ids = []
    for part in (1, 2, 3):
        out = tmp_path / f"run{part}"
        command = ("score", folder, "--caption-from", "folder", "--backbone", "fake", "--out", out)
        earwitness(*command, "--shard", f"{part}/3")
        ids += [row["id"] for row in read_csv(out / "scores.csv")]
    assert len(ids) == len(set(ids)) == 4


def test_dry_run_prints_how_the_source_is_read_and_scores_nothing(earwitness, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = earwitness("score", folder, "--caption-from", "folder", "--dry-run")
    assert code == 0
    assert "dog bark" in out
    assert not (tmp_path / "runs").exists()


def test_export_writes_the_file_it_names(earwitness, folder, tmp_path):
    run = tmp_path / "run"
    earwitness("score", folder, "--caption-from", "folder", "--backbone", "fake", "--out", run)
    code, out, _ = earwitness("export", run, "--format", "jsonl")
    assert code == 0
    lines = Path(out.strip()).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["ok"] * 4


@pytest.mark.parametrize("names", ["backbones", "templates", "presets", "encoders", "losses"])
def test_lists(earwitness, names):
    code, out, _ = earwitness("list", names, "--format", "json")
    assert code == 0
    assert len(json.loads(out)["rows"]) >= 2


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("score", "nowhere.wav", "rain", "--backbone", "fake"), 1, "AudioError: nowhere.wav"),
        (("score", "nowhere.csv", "--backbone", "fake"), 2, "ManifestError: "),
        (("score", "a.wav", "rain", "--backbone", "embeded"), 2, "Did you mean 'embedded'"),
        (("score", "a.wav", "rain", "--backbone", "fake", "--template", "99"), 2, "no template '99'"),
        (("score", "a.wav", "rain", "--backbone", "fake", "--answers", "most"), 2, "most"),
        (("score", "clips", "--backbone", "fake", "--shard", "3/2"), 2, "--shard is '3/2'"),
        (("list", "musicians"), 2, "musicians"),
        (
            ("score", "clips", "--backbone", "fake", "--column", "caption"),
            2,
            "--column is 'caption'; wanted FIELD=NAME",
        ),
        (("score", "a.wav", "--judge", "mos"), 2, "--judge mos needs --checkpoint"),
        (("score", "a.wav", "--checkpoint", "run"), 2, "--checkpoint cannot go with --judge aqascore"),
        (
            ("score", "a.wav", "--judge", "mos", "--checkpoint", "run", "--template", "1", "--dtype", "float32"),
            2,
            "--template, --dtype cannot go with --judge mos; its own options are --checkpoint, --encoder, and --device",
        ),
        (("score", "a.wav", "--judge", "mos", "--checkpoint", "nowhere"), 2, "nowhere has no card.json"),
        (("score", "a.wav", "--judge", "rubrik"), 2, "rubrik"),
        (("score", "a.wav", "rain", "--dry-run", "--limit", "3"), 2, "--limit, --dry-run cannot go with one clip"),
        (("export", "nowhere"), 1, "nowhere"),
    ],
)
def test_a_users_mistake_is_one_clear_text(earwitness, arguments, code, text):
    left, _, err = earwitness(*arguments)
    assert left == code
    assert text in err
    assert "Traceback" not in err


def test_a_glob_that_the_shell_spelt_out_is_noticed(earwitness, folder):
    code, _, err = earwitness("score", folder / "rain/0.wav", folder / "rain/1.wav", "--backbone", "fake")
    assert code == 2
    assert "is a file, not a caption. Put a glob in quotes" in err


def test_a_clip_without_a_caption_asks_for_one(earwitness, folder):
    code, _, err = earwitness("score", folder / "rain/0.wav", "--backbone", "fake")
    assert code == 2
    assert "Give a caption: earwitness score" in err


def test_dry_run_refuses_what_scoring_would_refuse(earwitness, tmp_path):
    (tmp_path / "pairs.csv").write_text("file_name,caption\na.wav,rain\nb.wav,rain,too,many\n")
    code, _, err = earwitness("score", tmp_path / "pairs.csv", "--dry-run")
    assert code == 2
    assert "pairs.csv, line 3" in err


def test_sources_of_one_name_get_runs_of_their_own():
    first, second = (Selection().run_directory(f"{folder}/test.csv", "4b1d") for folder in ("a", "b"))
    shards = {Selection(shard=f"{part}/2").run_directory("a/test.csv", "4b1d") for part in (1, 2)}
    assert len({first, second, *shards}) == 4
    assert Selection().run_directory("a/test.csv", "4b1d") == first


def test_a_console_that_lacks_the_characters_gets_escapes(folder):
    command = [sys.executable, "-m", "earwitness", "score", str(folder / "rain/0.wav"), "狗在叫", "--backbone", "fake"]
    plain = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=plain, check=False)
    assert done.returncode == 0
    assert b"\\u72d7" in done.stdout


def test_a_reader_that_leaves_early_leaves_no_noise(folder):
    command = f'"{sys.executable}" -m earwitness list templates | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_run_in_use_is_refused_with_4(earwitness, folder, tmp_path):
    from earwitness.run.store import Store
    from earwitness.types import Recipe

    command = ("score", folder, "--caption-from", "folder", "--backbone", "fake", "--out", tmp_path / "run")
    with Store.write(tmp_path / "run", Recipe({"judge": "other"}), judge="other", axes={"alignment": (0.0, 1.0)}):
        code, _, err = earwitness(*command)
    assert code == 4
    assert "RunError" in err


def test_version(earwitness):
    assert earwitness("--version")[:2] == (0, f"earwitness {__version__}\n")


def test_shard_counts_from_one():
    assert _shard("1/1") == (1, 1)
    for wrong in ("0/2", "3/2", "a/b", "1", "1/", "-1/2"):
        with pytest.raises(UsageError, match="wanted I/N"):
            _shard(wrong)


def test_a_runs_name_is_its_sources():
    assert [_name(source) for source in ("a/b.csv", "a/clips/*.wav", "clips/")] == ["b", "clips", "clips"]
