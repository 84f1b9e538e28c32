"""``earwitness scenes make``: demos and benchmarks from the command line."""

import csv
import json
import sys
from collections import Counter

import pytest

from earwitness.cli import scenes
from earwitness.scenes.dataset import making
from earwitness.scenes.dataset.ingredients import Ingredients
from earwitness.scenes.dataset.stored import read_samples
from small_sets import write_folders

BENCH = ("scenes", "make", "--preset", "bench", "--built-in", "--n", "8")


def test_the_help_shows_how_it_is_used(earwitness):
    code, out, err = earwitness("scenes", "make", "--help")
    assert (code, err) == (0, "")
    for example in scenes.EXAMPLES.splitlines()[2:]:
        assert example.strip() in out
    for option in ("--preset", "--sounds-where", "--voices", "--loops", "--soundfont", "--built-in", "7,920"):
        assert option in out


def test_its_examples_are_commands_that_there_are(tmp_path, earwitness, monkeypatch):
    ran = []
    monkeypatch.setattr(
        "earwitness.scenes.render.render_demo", lambda out, *, seed, clips: ran.append((out.name, clips))
    )
    monkeypatch.setattr(making, "make", lambda out, ingredients, *, n, seed, tell: ran.append((out.name, n)))
    monkeypatch.setattr("earwitness.scenes.dataset.ingredients.gather", lambda **given: Ingredients({}, {}))
    monkeypatch.chdir(tmp_path)
    for example in scenes.EXAMPLES.splitlines()[2:]:
        _, *arguments = example.split()
        assert earwitness(*arguments)[0] == 0
    assert ran == [("clips", 8), ("earwitness-bench", 7920), ("small", 400), ("held-out", 7920)]


# --- a demo --------------------------------------------------------------------------------------------------------


def test_a_demo_is_what_is_made_unless_told_otherwise(earwitness, tmp_path):
    code, out, err = earwitness("scenes", "make", "--out", tmp_path / "demo", "--n", "2", "--seed", "3")
    assert (code, err) == (0, "")
    assert out == f"{tmp_path / 'demo' / 'metadata.csv'}\n"
    with (tmp_path / "demo" / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == 2


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--sounds", "x"), ("--sounds-where", "fold=1"), ("--voices", "x"), ("--loops", "x"), ("--soundfont", "x.sf2"),
        ("--built-in", None),
    ],
)  # fmt: skip
def test_a_demo_refuses_what_a_benchmark_is_made_of(earwitness, tmp_path, option, value):
    given = [option] if value is None else [option, value]
    code, out, err = earwitness("scenes", "make", "--out", tmp_path / "demo", *given)
    assert (code, out, err) == (2, "", f"UsageError: {option}: of --preset bench alone.\n")
    assert not list(tmp_path.iterdir())


# --- a benchmark ---------------------------------------------------------------------------------------------------


@pytest.fixture
def parquet():
    return pytest.importorskip("pyarrow.parquet")


def test_a_benchmark_ends_with_the_path_of_its_card(earwitness, tmp_path, parquet):
    folder = tmp_path / "new" / "set"
    code, out, err = earwitness(*BENCH, "--out", folder, "--seed", "5")
    assert code == 0, err
    assert out == f"{folder / 'README.md'}\n"
    assert err.splitlines() == [
        "not made: speech, as no folder of voices was given (--voices)",
        "not made: speech_gen, as only what is built in was asked for (--built-in)",
        "not made: sound, as no folder of sounds was given (--sounds)",
        "not made: music, as no folder of loops was given (--loops)",
        "not made: instruments, as only what is built in was asked for (--built-in)",
    ]
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    assert (settings["n"], settings["seed"]) == (8, 5)
    assert len(list(read_samples(folder))) == 16


def test_the_same_call_goes_on_and_another_is_refused(earwitness, tmp_path, parquet, monkeypatch):
    monkeypatch.setattr(making, "QUARTETS_A_SHARD", 1)
    assert earwitness(*BENCH, "--out", tmp_path)[0] == 0
    shard = tmp_path / "zh" / "test-00001-of-00002.parquet"
    made = shard.read_bytes()
    shard.unlink()
    assert earwitness(*BENCH, "--out", tmp_path)[0] == 0
    assert shard.read_bytes() == made
    code, out, err = earwitness(*BENCH, "--out", tmp_path, "--seed", "1")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"StoreError: {tmp_path} was rendered with other settings: seed was 0 and is 1. Name another folder."
    )
    assert shard.read_bytes() == made


def test_ctrl_c_leaves_quietly_and_what_is_done_stays(earwitness, tmp_path, parquet, monkeypatch):
    monkeypatch.setattr(making, "QUARTETS_A_SHARD", 1)
    made, rendered = making.Made.of, Counter()

    def breaks(quartet, domain):
        rendered[quartet.name] += 1
        if len(rendered) == 2:
            raise KeyboardInterrupt
        return made(quartet, domain)

    monkeypatch.setattr(making.Made, "of", breaks)
    code, out, err = earwitness(*BENCH, "--out", tmp_path)
    assert (code, out) == (130, "")
    assert "Traceback" not in err
    assert len(list(tmp_path.rglob("*.parquet"))) == 2


def test_folders_are_given_by_name(earwitness, tmp_path, parquet):
    options = [part for name, folder in write_folders(tmp_path / "made-of").items() for part in (f"--{name}", folder)]
    code, _, err = earwitness(*BENCH, "--out", tmp_path / "set", *options, "--sounds-where", "fold=1")
    assert code == 0, err
    assert [line.split(",")[0] for line in err.splitlines()] == ["not made: speech_gen", "not made: instruments"]
    settings = json.loads((tmp_path / "set" / "settings.json").read_text(encoding="utf-8"))
    assert settings["made of recorded sounds"].startswith("folder sounds, fold 1, 19 files, ")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("--n", "6"), "UsageError: n is 6; wanted a multiple of 4"),
        (("--n", "0"), "Invalid value for '--n'"),
        (("--seed", "-1"), "Invalid value for '--seed'"),
        (("--soundfont", "none.sf2"), "UsageError: a soundfont is not built in"),
        (("--sounds", "none"), "ManifestError: none: no labelled clip found"),
        (("--voices", "none"), "ManifestError: none/metadata.csv is not there; wanted a table"),
        (("--loops", "none"), "ManifestError: none: no labelled clip found"),
        (("--sounds-where", "fold=1"), "UsageError: --sounds-where chooses among recordings"),
        (("--sounds-where", "fold"), "UsageError: --sounds-where is 'fold'; wanted COLUMN=VALUE, such as fold=4."),
        (("--preset", "small"), "Invalid value for '--preset'"),
    ],
)
def test_a_mistaken_call_is_a_line_and_exit_code_2(earwitness, tmp_path, monkeypatch, given, text):
    monkeypatch.chdir(tmp_path)
    code, out, err = earwitness(*BENCH, "--out", "set", *given)
    assert (code, out) == (2, "")
    assert text in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_without_out_nothing_is_made(earwitness):
    code, _, err = earwitness("scenes", "make", "--preset", "bench")
    assert code == 2
    assert "Missing option '--out'" in err


def test_without_pyarrow_the_extra_is_named_before_anything_is_made(earwitness, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, out, err = earwitness(*BENCH, "--out", tmp_path / "set")
    assert (code, out) == (2, "")
    assert "needs pyarrow. Install with: pip install 'earwitness[parquet]'" in err.splitlines()[-1]
    assert not list(tmp_path.iterdir())
