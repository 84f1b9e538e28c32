"""Runs: several seeds beside Huber alone, resumed to the same files, kept as a predictor that a judge loads."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

import earwitness
from earwitness.errors import EarwitnessError, RunError, StoreError, UsageError
from earwitness.mos.encoders import ENCODERS
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.mos.encoders.embeddings import embed_pairs
from earwitness.ratings import RatedPairs
from earwitness.train import fit as fit_module
from earwitness.train import session
from earwitness.train.config import MOSConfig
from earwitness.train.mos import open_mos_run, train_mos
from earwitness.train.presets import preset_options
from earwitness.types import Pair
from small_encoder import INFO, SmallEncoder
from small_ratings import rated_tones, without_singles

OPTIONS = {"axes": ("pitch", "dark"), "encoder": "small", "hidden": (8,), "lr": 0.01, "epochs": 5, "batch_size": 16}
CODE_COMMIT = session.code_commit
# Of the code, wherever tests run and whatever is committed meanwhile.
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TRAIN, DEV = rated_tones(40, 0, unrated=5), rated_tones(24, 1, name="dev")


def flat(rated):
    return replace(rated, pairs=tuple(replace(p, ratings={"pitch": 2.3, "dark": 2.3}) for p in rated.pairs), singles={})


@pytest.fixture(autouse=True)
def _small_encoder(monkeypatch):
    monkeypatch.setitem(ENCODERS, "small", INFO)
    monkeypatch.setattr(session, "code_commit", lambda: COMMIT)


def trained(out, train=TRAIN, dev=DEV, told=None, **options):
    return train_mos(MOSConfig(**{**OPTIONS, "seeds": (0, 1), **options}), train, dev, out, told=told, progress=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENCODERS, "small", INFO)
        patch.setattr(session, "code_commit", lambda: COMMIT)
        return trained(tmp_path_factory.mktemp("run") / "run")


def test_what_a_run_holds(run):
    assert sorted(path.name for path in run.folder.iterdir() if path.name != "lock") == [
        "card.json",
        "config.json",
        "fits",
        "results.json",
        "weights.safetensors",
    ]
    fits = sorted(path.name.split("-")[0] + path.name[-1] for path in (run.folder / "fits").iterdir())
    assert fits == ["huber0", "huber1", "qamro0", "qamro1"]
    for place in (run.folder / "fits").iterdir():
        assert sorted(path.name for path in place.iterdir()) == [
            "card.json",
            "fit.json",
            "log.jsonl",
            "weights.safetensors",
        ]
    config = json.loads((run.folder / "config.json").read_text())
    assert config["lr"] == 0.01
    assert set(config["data"]) == {"train", "dev"}


def test_results_tell_seeds_intervals_and_huber(run):
    for axis, told in run.results["axes"].items():
        srcc = told["measures"]["clip"]["srcc"]
        ours, alone = (
            [
                fit["axes"][axis]["measures"]["clip"]["srcc"]["value"]
                for fit in run.results["fits"]
                if fit["label"] == label
            ]
            for label in ("qamro", "huber")
        )
        assert srcc["mean"] == pytest.approx(np.mean(ours))
        assert srcc["spread"] == pytest.approx(np.std(ours, ddof=1))
        assert srcc["alone_mean"] == pytest.approx(np.mean(alone))
        assert srcc["kept"]["low"] <= srcc["kept"]["value"] <= srcc["kept"]["high"]
        assert set(told["signatures"]) == {"better_order_worse_values", "gain_within_seeds", "poor_low_range"}
        # Clips of a system go together, also where the measure is over clips.
        assert {level: of["srcc"]["kept"]["n"] for level, of in told["measures"].items()} == {"clip": 6, "system": 6}
    assert run.results["intervals_over"] == "systems"
    assert run.results["warnings"] == []
    assert run.results["data"]["train"]["rated"] == {"pitch": 40, "dark": 35}


def test_the_kept_predictor_is_the_best_seeds(run):
    ours = [fit for fit in run.results["fits"] if fit["label"] == "qamro"]
    best = max(ours, key=lambda fit: fit["selected"])
    assert run.results["kept_seed"] == best["seed"]
    predictor = run.predictor(device="cpu")
    assert predictor.card.seed == best["seed"]
    found = predictor.predict(embed_pairs(SmallEncoder(), DEV.pairs).audio).values
    place = next(path for path in (run.folder / "fits").glob(f"qamro-*seed{best['seed']}"))
    kept = json.loads((place / "fit.json").read_text())["predicted"]
    assert found.T.tolist() == [kept["pitch"], kept["dark"]]


def test_the_card_says_where_it_comes_from(run):
    card = run.predictor(device="cpu").card
    assert card.data == run.results["data"]["train"]["hash"]
    assert card.commit == COMMIT
    assert card.config["loss"] == "qamro"
    assert card.metrics["axes"]["pitch"]["clip"]["srcc"]["n"] == 24


def test_the_commit_is_that_of_the_packages_own_repository_or_none(tmp_path, monkeypatch):
    assert re.fullmatch(r"[0-9a-f]{40}\+?|None", str(CODE_COMMIT()))
    monkeypatch.setattr(earwitness, "__file__", str(tmp_path / "earwitness" / "__init__.py"))
    assert CODE_COMMIT() is None


def test_a_finished_run_is_only_read(run):
    before = {path: path.stat().st_mtime_ns for path in run.folder.rglob("*.json")}
    again = trained(run.folder, told=lambda step: pytest.fail("trained again"))
    assert again.results == run.results == open_mos_run(run.folder).results
    assert {path: path.stat().st_mtime_ns for path in run.folder.rglob("*.json")} == before


def test_killed_and_resumed_gives_the_same_files(run, tmp_path):
    def kill(step):
        if (step.place, step.epoch.number) in ((2, 3), (4, 1)):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            trained(tmp_path / "run", told=kill)
    resumed = trained(tmp_path / "run")
    assert resumed.results == run.results
    for path in run.folder.rglob("*"):
        if path.is_file() and path.name != "lock":
            assert (resumed.folder / path.relative_to(run.folder)).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"margin": 0.5}, "margin: 0.2 there, 0.5 now"),
        ({"train": rated_tones(30, 5)}, "of the train set its clips, their ratings or their scales are others"),
    ],
)
def test_another_training_in_the_same_folder_is_refused(run, change, told):
    with pytest.raises(RunError, match=told):
        trained(run.folder, **change)


def test_another_scale_in_the_same_folder_is_told_as_such(run):
    wider = replace(TRAIN, scales={**TRAIN.scales, "pitch": (0.0, 6.0)})
    with pytest.raises(RunError, match="their scales are others"):
        trained(run.folder, train=wider)


@pytest.mark.parametrize(
    ("change", "sets"),
    [
        ({"encoder": "smal"}, {}),
        ({"layer": 3, "encoder": "log-mel"}, {}),
        ({"finetune": True, "encoder": "log-mel"}, {}),
        ({"loss": "noise-aware", "axes": ("pitch",)}, {"train": without_singles(TRAIN)}),
        ({"loss": "qamro-track2", "axes": ("pitch",)}, {}),
        ({}, {"train": TRAIN.of_clips([0, 1])}),
        ({}, {"dev": flat(DEV)}),
        ({}, {"train": flat(TRAIN)}),
        ({}, {"train": replace(TRAIN, scales={"pitch": (2.0, 3.0), "dark": (1.0, 5.0)})}),
    ],
)
def test_a_start_that_failed_leaves_the_folder_free(tmp_path, change, sets):
    with pytest.raises(EarwitnessError):
        trained(tmp_path / "run", **sets, **change)
    quick = {"seeds": (0,), "compare": False, "epochs": 1}
    assert trained(tmp_path / "run", **quick).results["kept_seed"] == 0


def test_a_start_that_was_killed_leaves_the_folder_free(tmp_path, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(session, "read_examples", killed)
        with pytest.raises(KeyboardInterrupt):
            trained(tmp_path / "run")
    trained(tmp_path / "run", seeds=(0,), compare=False, epochs=1, lr=0.5)


def test_a_training_that_has_begun_keeps_others_out(tmp_path):
    def kill(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "run", told=kill)
    with pytest.raises(RunError, match=r"lr: 0.01 there, 0.5 now"):
        trained(tmp_path / "run", lr=0.5)


@pytest.mark.parametrize("text", ["hello", "{}", "[1]", '{"data": 3}', '{"data": {"train": {}}}', "[" * 100_000])
def test_a_config_that_is_none_is_told(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(StoreError, match=r"config.json is damaged, or not of a training: .* Name another folder"):
        trained(tmp_path)


@pytest.mark.parametrize("text", ['{"format": 1, "conf', "{}", "[1]", '{"format": 2}'])
def test_damaged_results_are_told_and_made_again(tmp_path, text):
    quick = {"seeds": (0,), "compare": False, "epochs": 1}
    whole = trained(tmp_path, **quick)
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(StoreError, match=r"results.json is damaged.*Delete it"):
        trained(tmp_path, **quick)
    (tmp_path / "results.json").unlink()
    assert trained(tmp_path, **quick, told=lambda step: pytest.fail("trained again")).results == whole.results


@pytest.mark.parametrize("text", ['{"label": "qam', "{}", "[1]"])
def test_a_damaged_fit_is_told_and_made_again(tmp_path, text):
    quick = {"seeds": (0,), "compare": False, "epochs": 1}
    whole = trained(tmp_path, **quick)
    (tmp_path / "results.json").unlink()
    (fit,) = tmp_path.glob("fits/*/fit.json")
    fit.write_text(text)
    with pytest.raises(StoreError, match=r"fit.json is damaged.*Delete it"):
        trained(tmp_path, **quick)
    fit.unlink()
    assert trained(tmp_path, **quick).results == whole.results


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(StoreError, match="is a file; wanted a directory"):
            trained(place)


@pytest.mark.parametrize("name", ["run.sqlite", "notes.txt", "results.json"])
def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(RunError, match=f"holds '{name}' and no config.json of a training"):
        trained(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_a_killed_start_has_left_is_no_foreign_file(tmp_path):
    (tmp_path / "fits").mkdir()
    for name in ("lock", "lock-journal", "config.json.part"):
        (tmp_path / name).touch()
    assert trained(tmp_path, seeds=(0,), compare=False, epochs=1).folder == tmp_path


def test_embeddings_may_lie_in_the_folder_of_the_run(tmp_path):
    with EmbeddingCache(tmp_path / "run" / "embeddings") as cache:
        config = MOSConfig(**{**OPTIONS, "epochs": 1}, seeds=(0,), compare=False)
        train_mos(config, TRAIN, DEV, tmp_path / "run", cache=cache, progress=False)


def test_nothing_is_learnt_from_ratings_that_are_all_alike(tmp_path):
    with pytest.raises(UsageError, match=r"tones: every clip is rated 2.3 on 'pitch', and nothing can be learnt"):
        trained(tmp_path / "run", train=flat(TRAIN))


def test_ratings_that_are_alike_among_the_clips_that_can_be_read(tmp_path):
    lost = Pair("lost.wav", "", id="lost", system="s0", ratings={"pitch": 3.0, "dark": 3.0})
    train = RatedPairs("tones", (lost, *flat(TRAIN).pairs), TRAIN.scales)
    with pytest.raises(UsageError, match=r"every clip is rated 2.3"):
        trained(tmp_path / "run", train=train)


def test_two_systems_are_told_of_and_choose_nothing(tmp_path):
    dev = replace(DEV, pairs=tuple(replace(p, system=f"s{n % 2}") for n, p in enumerate(DEV.pairs)))
    lines = trained(tmp_path / "run", dev=dev, seeds=(0,), compare=False, epochs=1).results["warnings"]
    assert [line.partition(":")[0] for line in lines] == ["pitch", "dark"]
    assert all("dev has 2 systems, and a correlation of two points is always 1 or -1" in line for line in lines)
    with pytest.raises(UsageError, match="fewer than three systems with ratings of 'pitch': no epoch could be chosen"):
        trained(tmp_path / "other", dev=dev, select="srcc-system")


def test_a_scale_that_nobody_told_is_told(tmp_path):
    train, dev = (
        replace(s, pairs=tuple(replace(p, ratings={"pitch": 2 + p.ratings["pitch"] / 4}) for p in s.pairs), singles={})
        for s in (TRAIN, DEV)
    )
    seen = float(train.ratings("pitch").min()), float(train.ratings("pitch").max())
    scales = {"pitch": (2.0, 3.5)}
    assert 2.0 <= seen[0] < seen[1] <= 3.5
    train, dev = (replace(s, scales=scales, observed=frozenset({"pitch"})) for s in (train, dev))
    (line,) = trained(tmp_path / "run", train=train, dev=dev, axes=("pitch",), seeds=(0,), compare=False).results[
        "warnings"
    ]
    assert line.startswith("pitch: nobody told the raters' scale; 2-3.5 was taken from the ratings seen")


def test_sound_made_anew_under_its_old_name_is_another_training(run):
    louder = Pair(DEV.pairs[0].audio, "x", id=TRAIN.pairs[0].id, system="s0", ratings=TRAIN.pairs[0].ratings)
    same_words = Pair(louder.audio, TRAIN.pairs[0].caption, id=louder.id, system="s0", ratings=louder.ratings)
    changed = RatedPairs(TRAIN.name, (same_words, *TRAIN.pairs[1:]), TRAIN.scales, TRAIN.singles)
    with pytest.raises(RunError, match=r"of the train set the sound of a clip is another \(audio\)"):
        trained(run.folder, train=changed)


def test_clips_in_another_order_are_another_training_and_told_as_such(run):
    clips = [*range(1, len(DEV)), 0]
    with pytest.raises(RunError, match="of the dev set the same clips come in another order") as told:
        trained(run.folder, dev=DEV.of_clips(clips))
    assert "sound" not in str(told.value)


def test_every_training_starts_from_the_encoder_as_loaded(tmp_path):
    run = trained(tmp_path / "run", finetune=True, encoder_lr=1e-2, epochs=2)
    alone = trained(tmp_path / "alone", finetune=True, encoder_lr=1e-2, epochs=2, seeds=(1,), compare=False)
    second = next(fit for fit in run.results["fits"] if (fit["label"], fit["seed"]) == ("qamro", 1))
    assert alone.results["fits"][0]["axes"] == second["axes"]


def test_a_tuned_predictor_survives_saving(tmp_path):
    run = trained(tmp_path / "run", finetune=True, encoder_lr=1e-2, epochs=2, seeds=(0,), compare=False)
    predictor = run.predictor(device="cpu")
    place = next((run.folder / "fits").iterdir())
    kept = json.loads((place / "fit.json").read_text())["predicted"]
    found = predictor.predict(predictor.encoder.embed([pair.audio for pair in DEV.pairs])).values
    assert found.T.tolist() == [kept["pitch"], kept["dark"]]
    assert predictor.card.tuned
    assert "tuned" in predictor.encoder.identity


def test_axes_that_hear_the_caption(tmp_path):
    run = trained(tmp_path / "run", text_axes=("dark",), seeds=(0,), compare=False)
    predictor = run.predictor(device="cpu")
    assert [axis.text for axis in predictor.axes] == [False, True]
    assert predictor.needs_text


def test_embeddings_are_kept_between_runs(tmp_path):
    with EmbeddingCache(tmp_path / "cache") as cache:
        for name in ("a", "b"):
            config = MOSConfig(**OPTIONS, seeds=(0,), compare=False)
            train_mos(config, TRAIN, DEV, tmp_path / name, cache=cache, progress=False)
            assert len(cache) == len(TRAIN) + len(DEV)


def test_clips_that_cannot_be_read_are_left_out_and_told(tmp_path):
    lost = Pair("lost.wav", "", id="lost", system="s0", ratings={"pitch": 3.0, "dark": 3.0})
    train = RatedPairs("tones", (lost, *TRAIN.pairs), TRAIN.scales)
    run = trained(tmp_path / "run", train=train, seeds=(0,), compare=False)
    told = run.results["data"]["train"]
    assert (told["clips"], told["read"], told["failures"][0]["code"]) == (41, 40, "audio_missing")


def test_a_clip_on_both_sides_is_counted_whatever_its_name(tmp_path):
    again = Pair(TRAIN.pairs[3].audio, "other", id="other", system="s0", ratings={"pitch": 3.0, "dark": 2.0})
    dev = RatedPairs("dev", (*DEV.pairs, again), DEV.scales)
    run = trained(tmp_path / "run", dev=dev, seeds=(0,), compare=False)
    assert run.results["dev_clips_in_train"] == 1


def test_a_recipe_tells_what_was_changed(tmp_path):
    options = {**preset_options("qamro-track1"), **OPTIONS, "finetune": False}
    recipe = trained(tmp_path / "run", **options, seeds=(0,), compare=False).results["recipe"]
    assert recipe["changed"] == {"encoder": "small", "finetune": False, "lr": 0.01}
    assert recipe["departures"]


def test_bins(tmp_path):
    run = trained(tmp_path / "run", loss="bins", regression="none", bins=20, seeds=(0,))
    assert run.predictor(device="cpu").heads.sizes.bins == 20
    assert [fit["label"] for fit in run.results["fits"]] == ["bins", "huber"]


def test_noise_aware_needs_single_ratings(tmp_path):
    options = {"axes": ("pitch",), "loss": "noise-aware", "seeds": (0,), "compare": False}
    assert trained(tmp_path / "run", **options).results["axes"]["pitch"]["signatures"] is None
    with pytest.raises(UsageError, match="needs single ratings"):
        trained(tmp_path / "other", train=without_singles(TRAIN), **options)


def test_huber_alone_is_not_compared_with_itself(tmp_path):
    run = trained(tmp_path / "run", loss="none", seeds=(0,))
    assert [fit["label"] for fit in run.results["fits"]] == ["huber"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"axes": ("loudness",)}, "no ratings of 'loudness'; it has pitch, dark"),
        ({"finetune": True, "encoder": "log-mel"}, "no weights that can be fine-tuned"),
        ({"text_axes": ("dark",), "encoder": "log-mel"}, "no text tower"),
        ({"head": "deep"}, "head is 'deep'"),
    ],
)
def test_options_that_do_not_go_together_are_told_before_anything_is_embedded(tmp_path, options, told):
    with pytest.raises(UsageError, match=told):
        trained(tmp_path / "run", **options)


def test_selecting_by_system_needs_systems(tmp_path):
    nameless = RatedPairs("dev", tuple(Pair(p.audio, p.caption, ratings=p.ratings) for p in DEV.pairs), DEV.scales)
    with pytest.raises(UsageError, match="not every clip of dev names its system"):
        trained(tmp_path / "run", dev=nameless, select="srcc-system")
    assert "system" not in trained(tmp_path / "other", dev=nameless, seeds=(0,)).results["axes"]["dark"]["measures"]


@pytest.mark.parametrize(("select", "system"), [("srcc-clip", "s"), ("srcc-system", None)])
def test_a_set_that_no_epoch_could_be_chosen_by_is_refused(tmp_path, select, system):
    ratings = {"pitch": 2.3, "dark": 2.3}
    pairs = tuple(replace(p, ratings=ratings if system else p.ratings, system="s") for p in DEV.pairs)
    with pytest.raises(UsageError, match="no epoch could be chosen"):
        trained(tmp_path / "run", dev=RatedPairs("dev", pairs, DEV.scales), select=select)


def test_a_training_whose_choice_never_existed_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(fit_module, "selected", lambda *_: None)
    (line,) = trained(tmp_path / "run", seeds=(0,), compare=False).results["warnings"]
    assert "qamro, seed 0: no epoch had the measure" in line


def test_resumed_by_other_code_is_told(tmp_path, monkeypatch):
    def kill(step):
        raise KeyboardInterrupt

    options = {"seeds": (0,), "compare": False}
    monkeypatch.setattr(session, "code_commit", lambda: "older")
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "run", told=kill, **options)
    monkeypatch.setattr(session, "code_commit", lambda: "newer")
    (line,) = trained(tmp_path / "run", **options).results["warnings"]
    version = f"earwitness {earwitness.__version__}"
    assert f"qamro, seed 0 was trained by {version} at older, and this run is by {version} at newer" in line


def test_scales_far_from_five_points_are_told(tmp_path):
    pairs = [tuple(replace(p, ratings={"pitch": 25 * (p.ratings["pitch"] - 1)}) for p in s.pairs) for s in (TRAIN, DEV)]
    train, dev = (RatedPairs("wide", each, {"pitch": (0.0, 100.0)}) for each in pairs)
    run = trained(tmp_path / "run", train=train, dev=dev, axes=("pitch",), seeds=(0,), compare=False)
    (line,) = run.results["warnings"]
    assert "ratings run 0-100" in line


def test_without_systems_intervals_are_over_clips(tmp_path):
    dev = RatedPairs("dev", tuple(replace(p, system=None) for p in DEV.pairs), DEV.scales)
    results = trained(tmp_path / "run", dev=dev, seeds=(0,), compare=False).results
    assert results["intervals_over"] == "clips"
    assert results["axes"]["pitch"]["measures"]["clip"]["srcc"]["kept"]["n"] == 24


def test_a_wrong_recipe_is_told_before_anything_is_embedded(tmp_path):
    with pytest.raises(UsageError, match="no training preset 'qamro'"):
        trained(tmp_path / "run", preset="qamro")


def test_a_folder_without_a_run_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"no results.json"):
        open_mos_run(tmp_path)
