"""``earwitness calibrate`` from a labelled manifest to a judge whose P(yes) can be taken at its word."""

import csv
import hashlib
import json

import numpy as np
import pytest
import soundfile

from earwitness import AQAScore, FakeBackbone, evaluate, open_run, read_pairs
from earwitness.errors import UsageError
from earwitness.judges.recalibrated import Recalibrated, read_recalibration
from earwitness.metrics.calibration_error import calibration_error
from earwitness.metrics.correlation import auc, srcc
from earwitness.metrics.recalibration import Recalibration
from said_judge import SaidJudge, said_pairs

CLIPS = 150


def odds_of(clip, seed):
    """The logarithm of the true odds that a clip matches: normal, told by its name."""
    return np.random.default_rng([seed, int(hashlib.sha256(clip.encode()).hexdigest()[:8], 16)]).normal(0, 1.5)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """Clips with one caption each, half of them English, labelled by their true odds."""
    folder = tmp_path_factory.mktemp("labelled")

    def written(name, seed):
        luck = np.random.default_rng(seed)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file_name", "caption", "label", "kind"])
            for number in range(CLIPS):
                clip = f"{name}{number}.wav"
                soundfile.write(folder / clip, luck.normal(0, 0.1, 2000).astype(np.float32), 16000)
                label = "yes" if luck.random() < 1 / (1 + np.exp(-odds_of(clip, 0))) else "no"
                rows.writerow([clip, f"sound {clip}" if number % 2 else f"声音 {clip}", label, f"k{number % 3}"])
        return folder / f"{name}.csv"

    return written("dev", 1), written("test", 2)


def overconfident(clips):
    """A judge whose logits are four times the true ones."""
    said = {clip: float(1 / (1 + np.exp(-4 * odds_of(clip, 0)))) for clip in clips}
    return AQAScore(FakeBackbone(lambda audio, question: next(p for clip, p in said.items() if clip in question)))


@pytest.fixture(scope="module")
def judge():
    return overconfident([f"{name}{number}.wav" for name in ("dev", "test") for number in range(CLIPS)])


@pytest.fixture(scope="module")
def run(manifest, judge, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "dev"
    evaluate(judge, read_pairs(manifest[0]), folder, progress=False)
    return folder


def values_of(run):
    records = list(run.records())
    p = np.array([record.said["values"]["alignment"] for record in records])
    return p, np.array([record.pair["meta"]["label"] == "yes" for record in records])


def test_other_clips_are_better_calibrated_and_ranked_the_same(earwitness, run, manifest, judge, tmp_path):
    code, out, err = earwitness("calibrate", run, "--label", "label", "--out", tmp_path / "t.json")
    assert (code, err) == (0, "")
    assert "temperature saved in " in out
    mended = read_recalibration(tmp_path / "t.json").of(judge)
    raw, after = (
        values_of(evaluate(one, read_pairs(manifest[1]), tmp_path / name, progress=False))
        for name, one in (("raw", judge), ("mended", mended))
    )
    before_error, after_error = (calibration_error(p, labels, resamples=200) for p, labels in (raw, after))
    assert after_error.value < before_error.value
    assert before_error.low > 0.05
    # A perfect judge would show as much on so many clips.
    assert after_error.value < after_error.chance_high
    assert auc(*after) == auc(*raw)
    assert srcc(*after) == srcc(*raw)
    assert open_run(tmp_path / "mended").recipe.parts["recalibration"]["method"] == "temperature"


def test_the_tables_say_what_was_seen_where(earwitness, run):
    code, out, _ = earwitness("calibrate", run, "--label", "label", "--by", "kind", "--by", "language")
    assert code == 0
    tables = out.split("\n\n")
    for table in tables:
        assert [line.split("  ")[0] for line in table.splitlines()[1:11]] == [
            *("all", "kind k0", "kind k1", "kind k2", "language en", "language zh"),
            *["test"] * 4,
        ]
    assert "fitted on 75 answers; test: the 75 of other clips (seed 0)" in tables[-1]
    assert f"150 of 150 pairs have an answer on 'alignment', recipe {open_run(run).recipe.id}" in tables[-1]


def test_the_file_is_the_method_whose_test_figures_are_printed(earwitness, run, tmp_path):
    file = tmp_path / "p.json"
    command = ("calibrate", run, "--label", "label", "--method", "platt", "--seed", 3, "--out", file)
    code, out, _ = earwitness(*command, "--format", "json")
    told, saved = json.loads(out), json.loads(file.read_text(encoding="utf-8"))
    assert code == 0
    assert saved["recalibration"]["parameters"] == told["fitted"]["platt"]["parameters"]
    assert saved["fitted_on"] == {"run": "dev", "label": "label", "test_share": 0.5, "seed": 3}
    assert (saved["recipe"], saved["axis"]) == (open_run(run).recipe.id, "alignment")
    assert earwitness(*command, "--format", "json")[1] == out


def test_the_file_is_refused_for_another_judge(earwitness, run, tmp_path):
    earwitness("calibrate", run, "--label", "label", "--out", tmp_path / "t.json")
    with pytest.raises(UsageError, match="for which it means nothing"):
        read_recalibration(tmp_path / "t.json").of(AQAScore(FakeBackbone(seed=1)))


def test_csv_is_one_table(earwitness, run):
    code, out, _ = earwitness("calibrate", run, "--label", "label", "--format", "csv")
    rows = list(csv.reader(out.splitlines()))
    assert code == 0
    assert len({len(row) for row in rows}) == 1
    assert len(rows) == 1 + 1 + 4


def test_a_picture_is_drawn(earwitness, run, tmp_path):
    pytest.importorskip("matplotlib")
    code, _, _ = earwitness("calibrate", run, "--label", "label", "--picture", tmp_path / "curves.svg")
    assert code == 0
    assert "temperature: ECE 0." in (tmp_path / "curves.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--label", "match"), "has no 'match'"),
        (("--label", "kind"), "kind is 'k0'; wanted yes or no"),
        (("--label", "label", "--axis", "quality"), "not 'quality'; "),
        (("--label", "label", "--by", "type"), "no pair tells its 'type'"),
        (("--label", "label", "--test-share", "1"), "share is 1.0"),
    ],
)
def test_mistakes_are_one_line_each(earwitness, run, options, why):
    code, out, err = earwitness("calibrate", run, *options)
    assert (code, out) == (2, "")
    assert why in err
    assert len(err.splitlines()) == 1


def test_a_recalibration_that_was_refused_is_not_saved(earwitness, manifest, tmp_path):
    def turned(audio, question):
        clip = question[question.index("dev") : question.index(".wav") + 4]
        return float(1 / (1 + np.exp(4 * odds_of(clip, 0))))

    evaluate(AQAScore(FakeBackbone(turned)), read_pairs(manifest[0]), tmp_path / "run", progress=False)
    command = ("calibrate", tmp_path / "run", "--label", "label")
    code, _, err = earwitness(*command)
    assert code == 1
    assert err.startswith("nothing could be fitted: on these 75 answers")
    code, out, err = earwitness(*command, "--out", tmp_path / "t.json")
    assert (code, out) == (2, "")
    assert "temperature is not fitted: on these 75 answers" in err
    assert not (tmp_path / "t.json").exists()


def test_one_label_alone_is_shown_and_fails(earwitness, tmp_path):
    pairs = said_pairs(tmp_path, clips=40)
    for pair in pairs:
        pair.meta.update(label="yes")
    evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False)
    code, out, err = earwitness("calibrate", tmp_path / "run", "--label", "label")
    assert code == 1
    assert "nothing could be fitted on 40 answers" in out
    assert "platt not fitted: all 40 truths are 1" in out
    assert err == "nothing could be fitted: all 40 truths are 1; nothing can be fitted on answers that are alike.\n"


def test_a_recalibrated_run_is_looked_at_but_not_fitted_for_others(earwitness, tmp_path):
    halved = Recalibration("temperature", {"temperature": 2.0}, 100)
    evaluate(Recalibrated(SaidJudge(), halved), said_pairs(tmp_path, clips=40), tmp_path / "run", progress=False)
    command = ("calibrate", tmp_path / "run", "--label", "label")
    assert earwitness(*command)[0] == 0
    code, out, err = earwitness(*command, "--out", tmp_path / "t.json")
    assert (code, out) == (2, "")
    assert "is of a judge that is recalibrated already" in err
    assert not (tmp_path / "t.json").exists()


@pytest.mark.parametrize(("silent", "code", "warning"), [(1, 0, ""), (3, 0, "117 of 120"), (12, 3, "108 of 120")])
def test_too_few_answers_are_warned_of_and_too_many_missing_fail(earwitness, tmp_path, silent, code, warning):
    pairs = said_pairs(tmp_path, clips=60)
    for pair in pairs[:silent]:
        pair.meta.update(said=None)
    evaluate(SaidJudge(), pairs, tmp_path / "run", progress=False)
    for command in ("calibrate", "threshold"):
        got, out, err = earwitness(command, tmp_path / "run", "--label", "label")
        assert got == code
        assert f"{120 - silent} of 120" in out
        assert err == (f"warning: only {warning} pairs were scored ({1 - silent / 120:.1%}).\n" if warning else "")
    saved = tmp_path / "t.json"
    assert earwitness("calibrate", tmp_path / "run", "--label", "label", "--out", saved)[0] == code
    assert saved.exists()


def test_a_picture_that_cannot_be_written_is_told_after_the_tables(earwitness, run, tmp_path):
    pytest.importorskip("matplotlib")
    code, out, err = earwitness("calibrate", run, "--label", "label", "--picture", tmp_path / "none" / "x.svg")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "x.svg cannot be written" in err
    assert "ECE" in out
