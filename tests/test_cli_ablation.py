"""``earwitness ablation`` from end to end, with the public fake as backbone."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import soundfile


def scenes(folder, *more):
    short = ("--part", "presence", "--clips", "4", "--backbone", "fake")
    return ("ablation", "scenes", *short, "--out", folder, *more)


def test_a_table_a_picture_and_a_file_of_results(earwitness, tmp_path):
    out = tmp_path / "wording"
    picture = tmp_path / "wording.svg"
    code, printed, err = earwitness(*scenes(out, "--template", "1", "--template", "3", "--picture", picture))
    assert code == 0
    assert printed.splitlines()[0].split() == ["template", "AUC", "low", "high", "n", "n_total", "note"]
    assert [line.split()[0] for line in printed.splitlines()[1:3]] == ["1", "3"]
    assert "template: spread" in printed
    assert "backbone fake front-end correct template 3 answers logsumexp system none" in err
    assert ET.fromstring(picture.read_text(encoding="utf-8")).tag.endswith("svg")
    saved = json.loads((out / "ablation.json").read_text(encoding="utf-8"))
    assert [cell["levels"]["template"] for cell in saved["cells"]] == ["1", "3"]
    assert (out / saved["cells"][0]["run"] / "run.sqlite").exists()
    assert (out / "clips" / "presence").is_dir()


def test_every_factor_can_be_varied_one_at_a_time(earwitness, tmp_path):
    two = ("--template", "1", "--template", "2", "--answers", "logsumexp", "--answers", "pair")
    two += ("--system", "none", "--system", "listen", "--front-end", "correct", "--front-end", "paper")
    code, printed, _ = earwitness(*scenes(tmp_path, *two, "--one-at-a-time", "--measure", "accuracy", "--json"))
    told = json.loads(printed)
    assert code == 0
    # The first setting, and one more for each of four factors.
    assert len(told["rows"]) == 5
    assert {row["figure"]["measure"] for row in told["rows"]} == {"accuracy"}
    assert [spread["factor"] for spread in told["spreads"]] == ["front-end", "template", "answers", "system"]


def test_a_cell_that_fails_shows_its_reason_and_fails_the_command(earwitness, tmp_path):
    code, printed, _ = earwitness(*scenes(tmp_path, "--backbone", "nowhere"))
    assert code == 1
    assert "no backbone 'nowhere'" in printed
    assert "4" in printed.splitlines()[1].split()


def rated(folder, broken):
    """A manifest of twenty rated clips, of which some hold no sound that can be read."""
    rows = ["file_name,caption,rating_quality"]
    for number in range(20):
        samples = np.random.default_rng(number).normal(0, 0.1, 4000).astype(np.float32)
        soundfile.write(folder / f"{number}.wav", samples, 16000)
        if number < broken:
            (folder / f"{number}.wav").write_bytes(b"no sound")
        rows.append(f"{number}.wav,sound {number},{1 + number % 5}")
    (folder / "rated.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder / "rated.csv"


@pytest.mark.parametrize(("broken", "code"), [(0, 0), (12, 3), (20, 3)])
def test_a_cell_of_too_few_pairs_is_warned_of_and_fails_the_command(earwitness, tmp_path, broken, code):
    data = rated(tmp_path, broken)
    command = ("ablation", "ratings", "--data", data, "--backbone", "fake", "--template", "1", "--template", "2")
    got, printed, err = earwitness(*command, "--out", tmp_path / "out")
    assert got == code
    told = f"warning: only {20 - broken} of 20 pairs were scored"
    assert (told in err) == bool(broken)
    assert (f"not scored: {broken} x " in printed) == bool(broken)
    assert ("too few to measure" in printed) == (broken == 20)


def test_mistakes_are_told_in_one_line(earwitness, tmp_path):
    code, _, err = earwitness("ablation", "relate", "--out", tmp_path)
    assert code == 2
    assert "where is relate? Give --data" in err
    code, _, err = earwitness(*scenes(tmp_path, "--template", "77"))
    assert (code, "no template '77'" in err) == (2, True)
    code, _, err = earwitness(*scenes(tmp_path, "--measure", "SRCC"))
    assert (code, "measures no 'SRCC' here" in err) == (2, True)
    # Nothing was judged before it was known.
    assert not list(tmp_path.rglob("run.sqlite"))
    code, _, err = earwitness(*scenes(tmp_path, "--picture", tmp_path / "nowhere" / "picture.svg"))
    assert (code, "picture.svg cannot be written" in err) == (1, True)
