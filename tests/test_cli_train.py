"""``earwitness train mos`` from end to end: rated files in, a predictor out that a judge loads."""

import json
import sys

import numpy as np
import pytest
import soundfile

from earwitness.audio import read_audio
from earwitness.cli import train as train_module
from earwitness.train import mos as mos_module
from earwitness.train import session
from earwitness.train.fit import Epoch
from earwitness.train.mos import open_mos_run
from small_ratings import RATE, rated_tones

QUICK = ("--epochs", "3", "--seeds", "1", "--hidden", "8", "--format", "json")


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    """Tables of rated tones, with their clips."""
    folder = tmp_path_factory.mktemp("rated")
    for name, clips, seed in (("train", 30, 0), ("dev", 16, 1)):
        rows = ["audio,caption,system,group,rating_pitch,rating_dark"]
        for index, pair in enumerate(rated_tones(clips, seed, unrated=2).pairs):
            file = f"{name}-{index}.wav"
            soundfile.write(folder / file, pair.audio.samples, RATE)
            rows.append(f"{file},a tone,{pair.system},g{index},{pair.ratings['pitch']},{pair.ratings.get('dark', '')}")
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture
def command(rated, tmp_path):
    return (
        *("train", "mos", "--train", rated / "train.csv", "--dev", rated / "dev.csv", "--scale", "1-5"),
        *("--axes", "pitch,dark", "--out", tmp_path / "run"),
    )


def test_train_score_and_read_again(earwitness, command, rated, tmp_path):
    code, out, _ = earwitness(*command, *QUICK)
    assert code == 0
    printed = json.loads(out)
    assert {row["axis"] for row in printed["rows"]} == {"pitch", "dark"}
    assert printed["data"]["train"]["rated"] == {"pitch": 30, "dark": 28}

    predictor = open_mos_run(tmp_path / "run").predictor(device="cpu")
    clips = [read_audio(rated / f"dev-{n}.wav") for n in range(16)]
    found = predictor.predict(predictor.encoder.embed(clips)).values
    fit = next((tmp_path / "run" / "fits").glob("qamro-*")) / "fit.json"
    kept = json.loads(fit.read_text())["predicted"]
    assert found.T.tolist() == [kept["pitch"], kept["dark"]]

    score = (
        "score",
        rated / "dev.csv",
        "--judge",
        "mos",
        "--checkpoint",
        tmp_path / "run",
        "--out",
        tmp_path / "scored",
    )
    code, out, _ = earwitness(*score, "--format", "json")
    assert (code, json.loads(out)["n_scored"]) == (0, 16)
    lines = (tmp_path / "scored" / "scores.jsonl").read_text().splitlines()
    assert [json.loads(line)["values"]["pitch"] for line in lines] == pytest.approx(kept["pitch"], abs=1e-6)


def test_what_is_printed_for_people(earwitness, command, tmp_path):
    code, out, err = earwitness(*command, *QUICK[:-2])
    assert code == 0
    assert "Huber alone" in out
    assert "untied pairs share a batch" in out
    assert err == ""
    assert (tmp_path / "embeddings" / "embeddings.sqlite").is_file()


def test_dry_run_tells_what_was_read_and_trains_nothing(earwitness, command, tmp_path):
    code, out, _ = earwitness(*command, "--dry-run")
    told = json.loads(out)
    assert code == 0
    assert told["train"]["axes"]["dark"] == {
        "scale": [1.0, 5.0],
        "observed": False,
        "rated": 28,
        "single_ratings": 0,
    }
    assert (told["train"]["clips"], told["train"]["systems"], told["dev"]["clips"]) == (30, 6, 16)
    assert not (tmp_path / "run").exists()


def test_a_share_is_held_out_by_system(earwitness, rated, tmp_path):
    code, out, _ = earwitness(
        *("train", "mos", "--train", rated / "train.csv", "--dev-share", "0.3", "--dev-by", "system"),
        *("--scale", "1-5", "--axes", "pitch", "--out", tmp_path / "run", "--dry-run"),
    )
    told = json.loads(out)
    assert code == 0
    assert told["train"]["systems"] + told["dev"]["systems"] == 6
    assert told["train"]["clips"] + told["dev"]["clips"] == 30


def test_options_reach_the_config_over_the_preset(earwitness, command, tmp_path, monkeypatch):
    configs = []

    def instead(config, *_, **__):
        configs.append(config)
        raise KeyboardInterrupt

    monkeypatch.setattr(mos_module, "train_mos", instead)
    code, _, err = earwitness(
        *(*command, "--preset", "qamro-track1", "--encoder", "log-mel", "--frozen", "--margin", "0.4", "--seeds", "2"),
        *("--batch-size", "all", "--layer", "all", "--hidden", "9,4", "--text-axes", "dark", "--no-compare"),
    )
    assert code == 130
    assert f"interrupted; the same command resumes {tmp_path / 'run'}" in err
    (config,) = configs
    assert (config.preset, config.optimiser, config.head) == ("qamro-track1", "sgd", "linear-stack")
    assert (config.encoder, config.finetune, config.margin, config.seeds) == ("log-mel", False, 0.4, (0, 1))
    assert (config.batch_size, config.layer, config.hidden) == ("all", "all", (9, 4))
    assert (config.axes, config.text_axes, config.compare) == (("pitch", "dark"), ("dark",), False)


def test_every_option_of_a_config_is_on_the_command_line():
    from dataclasses import fields
    from inspect import signature

    from earwitness.train.config import MOSConfig

    assert {f.name for f in fields(MOSConfig)} <= set(signature(train_module.mos).parameters)


def test_defaults_in_the_help_are_those_of_the_config(earwitness):
    import re
    from dataclasses import fields
    from inspect import signature

    from earwitness.train.config import MOSConfig

    for f in fields(MOSConfig):
        annotation = signature(train_module.mos, eval_str=True).parameters[f.name].annotation
        shown = re.search(r"\[([^\]]+)\]$", annotation.__metadata__[0].help)
        if shown and f.name not in ("seeds", "finetune", "compare", "bins", "standardise_ratings"):
            assert shown[1] in (str(f.default), f"{f.default:g}" if isinstance(f.default, float) else "", "1e-5"), (
                f.name
            )


def test_a_grid_is_kept_as_table_and_picture(earwitness, command, tmp_path):
    grid = tmp_path / "grid.yaml"
    grid.write_text("vary: {margin: [0.1, 0.2], batch_size: [8, all]}\noptions: {epochs: 2}\n")
    code, out, err = earwitness(*command, "--grid", grid, *QUICK[2:])
    assert code == 0
    assert len(json.loads(out)["rows"]) == 4
    assert "grid.svg" in err
    for name in ("grid.csv", "grid.json", "grid.svg"):
        assert (tmp_path / "run" / name).stat().st_size > 100


def test_a_grid_over_a_preset_tries_every_combination(earwitness, command, tmp_path):
    grid = tmp_path / "grid.yaml"
    grid.write_text("vary: {margin: [0.1, 0.2], emphasis: [3.0, 5.0], lr: [0.1]}\noptions: {epochs: 1}\n")
    over = ("--preset", "qamro-track2", "--encoder", "log-mel", "--layer", "last", "--loss", "qamro", "--lr", "0.01")
    code, out, err = earwitness(*command, "--grid", grid, *over, "--no-compare", *QUICK[2:])
    assert code == 0
    assert len(json.loads(out)["rows"]) == 4
    assert "warning: lr is given: the values of the grid (0.1) are not tried." in err


def test_a_scale_far_from_five_points_is_told_once_before_it_starts(earwitness, command):
    code, out, err = earwitness(*("0-100" if word == "1-5" else word for word in command), *QUICK)
    assert code == 0
    assert err.count("Huber's one point is 1 % of that") == 2  # an axis each
    assert len(json.loads(out)["warnings"]) == 2


def test_bins_have_a_number_unless_told(earwitness, command, tmp_path):
    assert earwitness(*command, "--loss", "bins", *QUICK)[0] == 0
    assert open_mos_run(tmp_path / "run").predictor(device="cpu").heads.sizes.bins == 20


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("--dev-share", "0.2"), "either --dev or --dev-share"),
        (("--preset", "qamro"), "no training preset 'qamro'"),
        (("--loss", "qamroo"), "no ranking loss 'qamroo'"),
        (("--batch-size", "most"), "--batch-size is 'most'; wanted a whole number of clips, such as 64, or 'all'"),
        (("--layer", "first"), "--layer is 'first'; wanted the number of a layer, such as 3, or 'last' or 'all'"),
        (("--hidden", "8,x"), "--hidden is '8,x'; wanted whole numbers with commas between"),
        (("--hidden", "999999999"), "a whole number from 1 to 65,536"),
        (("--head", "nope"), "head is 'nope'"),
        (("--device", "foo"), "device is 'foo'"),
        (("--audio", "nope"), "--audio is 'nope', and there is no such folder"),
        (("--encoder", "log-mell"), "no encoder 'log-mell'"),
        (("--grid", "none.yaml"), "no grid 'none.yaml'"),
        (("--lr", "0"), "lr is 0"),
        (("--loss", "ccc", "--margin", "0.3"), "margin is given, and loss 'ccc' does not read it"),
        (("--loss", "none", "--rank-weight", "2"), "rank_weight is given, and with loss 'none'"),
        (("--momentum", "0.5"), "momentum is given, and optimiser 'adamw' does not read it"),
        (("--encoder-lr", "0.1"), "encoder_lr is given, and the encoder is not trained without finetune"),
        (("--dev-by", "clip"), "--dev-by says how --dev-share holds clips out"),
    ],
)
def test_mistakes_are_one_line_and_code_2(earwitness, command, change, told):
    code, _, err = earwitness(*command, *change)
    assert code == 2
    assert told in err
    assert len(err.strip().splitlines()) == 1


def test_a_mistyped_command_does_not_lock_the_folder(earwitness, command):
    assert earwitness(*command, *QUICK, "--encoder", "nope")[0] == 2
    assert earwitness(*command, *QUICK, "--encoder", "log-mel")[0] == 0


def test_the_parts_of_one_table_have_names_of_their_own(earwitness, rated, tmp_path):
    code, out, _ = earwitness(
        *("train", "mos", "--train", rated / "train.csv", "--dev-share", "0.3", "--axes", "pitch"),
        *("--out", tmp_path / "run", "--dry-run"),
    )
    told = json.loads(out)
    assert code == 0
    assert [told[which]["set"] for which in ("train", "dev")] == ["train.csv (train part)", "train.csv (dev part)"]
    assert told["train"]["axes"]["pitch"]["observed"] is True


def test_a_training_that_lacks_too_many_clips_is_kept_and_exits_with_3(earwitness, command, rated, tmp_path):
    table = (rated / "train.csv").read_text() + "lost-1.wav,a tone,s0,g,2,2\nlost-2.wav,a tone,s0,g,3,3\n"
    (rated / "gaps.csv").write_text(table)
    words = [rated / "gaps.csv" if word == rated / "train.csv" else word for word in command]
    code, out, err = earwitness(*words, *QUICK[:-2])
    assert code == 3
    assert "2 of 32 clips of the train set were left out; the first, 'lost-1-" in " ".join(out.split())
    assert "warning: only 30 of 32 clips of the train set could be read (93.8%); the predictor is kept." in err
    kept = open_mos_run(tmp_path / "run")
    assert len(kept.results["data"]["train"]["failures"]) == 2
    kept.predictor(device="cpu")


def test_a_grid_of_which_one_combination_fails_tells_the_others_and_its_code(earwitness, command, tmp_path):
    grid = tmp_path / "grid.yaml"
    grid.write_text("vary: {finetune: [false, true]}\noptions: {epochs: 1}\n")
    code, out, err = earwitness(*command, "--grid", grid, *QUICK[2:-2])
    assert code == 2
    assert "UsageError: finetune=True: encoder 'log-mel' has no weights that can be fine-tuned" in err
    assert "UsageError" in out
    rows = json.loads((tmp_path / "run" / "grid.json").read_text())["rows"]
    assert [row["SRCC clip"] is None for row in rows] == [False, True]
    assert rows[1]["error"].startswith("UsageError: encoder 'log-mel'")
    assert "none" in (tmp_path / "run" / "grid.svg").read_text()


def test_other_options_on_the_same_folder_are_refused(earwitness, command):
    assert earwitness(*command, *QUICK)[0] == 0
    code, _, err = earwitness(*command, *QUICK, "--lr", "0.5")
    assert code == 4
    assert "lr: 0.001 there, 0.5 now" in err


def test_a_terminal_sees_how_far_it_is(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with train_module._EpochBar() as bar:
        for number, selected in ((1, None), (2, 0.5)):
            epoch = Epoch(number, 1.0, 0.5, 0.5, selected, 0.25)
            bar.told(session.Step("qamro-1f-seed0", 2, 6, epoch))
    assert "qamro-1f-seed0 (2 of 6), epoch 2, dev +0.500" in capsys.readouterr().err


@pytest.mark.usefixtures("state_each_epoch")
def test_ctrl_c_keeps_what_was_reached_and_the_same_command_goes_on(earwitness, command, tmp_path, monkeypatch):
    step = session.Step

    def interrupted(fit, place, fits, epoch):
        if epoch.number == 2:
            raise KeyboardInterrupt
        return step(fit, place, fits, epoch)

    with monkeypatch.context() as patch:
        patch.setattr(session, "Step", interrupted)
        assert earwitness(*command, *QUICK)[0] == 130
    state = next((tmp_path / "run" / "fits").iterdir())
    assert len((state / "log.jsonl").read_text().splitlines()) == 2
    code, out, _ = earwitness(*command, *QUICK)
    assert code == 0
    assert np.isfinite(json.loads(out)["pair_coverage"])
