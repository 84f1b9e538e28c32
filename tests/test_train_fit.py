"""One training: it learns, stops, goes on after a kill to the same bits, and keeps to what was rated."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from earwitness.errors import StoreError, TrainingError, UsageError
from earwitness.mos.encoders import load_encoder
from earwitness.train import fit as fit_module
from earwitness.train.config import MOSConfig
from earwitness.train.evaluation import selected
from earwitness.train.examples import axes_of, read_examples
from earwitness.train.fit import Fit, epoch_order, trainable
from earwitness.train.state import read_state
from small_encoder import SmallEncoder
from small_ratings import rated_tones

pytestmark = pytest.mark.usefixtures("state_each_epoch")
CONFIG = MOSConfig(axes=("pitch", "dark"), hidden=(8,), lr=0.01, epochs=12, patience=12, batch_size=16)


@pytest.fixture(scope="module")
def sets():
    axes = axes_of(rated_tones(), CONFIG.axes, ())
    return [read_examples(SmallEncoder(), rated_tones(40, seed, unrated=5), axes) for seed in (0, 1)]


def config(**options):
    return MOSConfig(**{**{name: getattr(CONFIG, name) for name in CONFIG.__slots__}, **options})


def fitted(sets, folder, seed=0, encoder=None, told=None, **options):
    made = Fit(config(**options), seed, encoder or SmallEncoder(), *sets)
    made.run(folder, told)
    return made


def test_it_learns_what_the_ratings_follow(sets, tmp_path):
    made = fitted(sets, tmp_path, epochs=40, patience=40)
    assert made.history[made.best_epoch - 1].selected > 0.9
    assert made.history[-1].loss < made.history[0].loss / 2
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["number"] for line in lines] == list(range(1, 41))


def test_the_best_epoch_is_kept(sets, tmp_path):
    made = fitted(sets, tmp_path)
    values = [epoch.selected for epoch in made.history]
    assert made.best_epoch == 1 + int(np.argmax(values))
    assert selected("srcc-clip", made.predict(sets[1]), sets[1]) == pytest.approx(max(values), abs=0.02)


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(sets, tmp_path):
    one, same, other = (fitted(sets, tmp_path / name, seed) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    assert one.history == same.history
    assert np.array_equal(one.predict(sets[1]), same.predict(sets[1]))
    assert one.history != other.history


def test_randomness_outside_does_not_matter_and_is_left_alone(sets, tmp_path):
    encoder = SmallEncoder()
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one = fitted(sets, tmp_path / "a", encoder=encoder)
    assert torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(6)
    assert fitted(sets, tmp_path / "b").history == one.history


class Killed(Exception):
    """What a kill looks like from inside."""


@pytest.mark.parametrize("optimiser", ["adamw", "sgd"])
@pytest.mark.parametrize("finetune", [False, True])
def test_killed_and_resumed_gives_the_same_bits(sets, tmp_path, optimiser, finetune):
    options = {"optimiser": optimiser, "finetune": finetune, "encoder_lr": 1e-3, "dropout": 0.5, "epochs": 6}
    whole = fitted(sets, tmp_path / "whole", **options)

    def kill(epoch):
        if epoch.number in (2, 5):
            raise Killed

    for _ in range(2):
        with pytest.raises(Killed):
            fitted(sets, tmp_path / "cut", told=kill, **options)
    resumed = fitted(sets, tmp_path / "cut", **options)
    assert resumed.history == whole.history
    assert (tmp_path / "cut" / "log.jsonl").read_bytes() == (tmp_path / "whole" / "log.jsonl").read_bytes()
    for name, value in whole.learner.state_dict().items():
        assert torch.equal(value, resumed.learner.state_dict()[name]), name


def test_a_training_remembers_by_which_code_its_epochs_were_run(sets, tmp_path):
    def kill(epoch):
        raise Killed

    for code in ("one", "two"):
        with pytest.raises(Killed):
            Fit(CONFIG, 0, SmallEncoder(), *sets, code=code).run(tmp_path, kill)
    made = Fit(CONFIG, 0, SmallEncoder(), *sets, code="two")
    made.run(tmp_path)
    assert made.codes == ["one", "two"]


def test_killed_within_an_epoch(sets, tmp_path, monkeypatch):
    whole = fitted(sets, tmp_path / "whole")
    steps = []
    step = Fit._step

    def killed_at_the_eighth(self, *inputs):
        steps.append(1)
        if len(steps) == 8:
            raise Killed
        return step(self, *inputs)

    monkeypatch.setattr(Fit, "_step", killed_at_the_eighth)
    with pytest.raises(Killed):
        fitted(sets, tmp_path / "cut")
    assert len(read_state(tmp_path / "cut").reached["history"]) == 2  # three batches an epoch
    assert fitted(sets, tmp_path / "cut").history == whole.history


def test_a_damaged_state_is_told(sets, tmp_path):
    (tmp_path / "state.safetensors").write_bytes(b"half a file")
    with pytest.raises(StoreError, match="Delete it to train this part from its start"):
        fitted(sets, tmp_path)


def test_patience_ends_a_training(sets, tmp_path):
    made = fitted(sets, tmp_path, epochs=200, patience=3)
    assert len(made.history) == made.best_epoch + 3 < 200


def test_whole_set_steps_see_every_pair(sets, tmp_path):
    whole, parts = fitted(sets, tmp_path / "all", batch_size="all"), fitted(sets, tmp_path / "parts", batch_size=8)
    assert {epoch.pair_coverage for epoch in whole.history} == {1.0}
    # Of 40 clips in batches of 8 a pair meets with a chance of 7 in 39; unrated clips make it a little different.
    assert np.mean([epoch.pair_coverage for epoch in parts.history]) == pytest.approx(7 / 39, abs=0.03)


def test_every_clip_comes_once_an_epoch_in_another_order():
    one, other = epoch_order(50, 0, 1), epoch_order(50, 0, 2)
    assert sorted(one.tolist()) == sorted(other.tolist()) == list(range(50))
    assert one.tolist() != other.tolist()


def test_unrated_clips_do_not_pull(sets, tmp_path):
    """What stands in an unrated clip's embedding changes nothing on that axis when no other axis is learnt."""
    axes = sets[0].axes[1:]
    train, dev = (read_examples(SmallEncoder(), rated_tones(40, seed, unrated=5), axes) for seed in (0, 1))
    one = fitted((train, dev), tmp_path / "a", axes=("dark",), batch_size="all", head="paper")
    train.audio[:5] += 3.0
    other = fitted((train, dev), tmp_path / "b", axes=("dark",), batch_size="all", head="paper")
    assert one.history == other.history


def test_a_loss_that_is_no_number_stops_and_names_the_clips(sets, tmp_path):
    broken = read_examples(SmallEncoder(), rated_tones(40), sets[0].axes)
    made = Fit(CONFIG, 0, SmallEncoder(), broken, sets[1])
    broken.audio[7] = torch.inf
    with pytest.raises(TrainingError, match=r"the loss is nan in epoch 1; .* lower the learning rate"):
        made.run(tmp_path)
    named = json.loads((tmp_path / "bad_batch.json").read_text())
    assert "tones-7" in named["clips"]
    assert len(named["clips"]) == 16


def test_a_prediction_that_is_no_number_stops_too(sets, tmp_path):
    broken = read_examples(SmallEncoder(), rated_tones(40), sets[1].axes)
    broken.audio[7] = torch.nan
    with pytest.raises(TrainingError, match=r"a prediction is nan in epoch 1; .* lower the learning rate"):
        Fit(CONFIG, 0, SmallEncoder(), sets[0], broken).run(tmp_path)


def test_fine_tuning_changes_the_encoder_and_its_predictions(sets, tmp_path):
    encoder = SmallEncoder()
    before = encoder.module.weight.clone()
    made = fitted(sets, tmp_path, encoder=encoder, finetune=True, encoder_lr=1e-2, epochs=4)
    assert not torch.equal(before, encoder.module.weight)
    assert "tuned" in encoder.identity
    frozen = fitted(sets, tmp_path / "frozen", epochs=4)
    assert not np.array_equal(made.predict(sets[1]), frozen.predict(sets[1]))


def test_an_encoder_without_weights_cannot_be_tuned():
    with pytest.raises(UsageError, match="'log-mel' has no weights"):
        trainable(load_encoder("log-mel"))


def test_a_frozen_encoder_is_never_asked_again(sets, tmp_path):
    encoder = SmallEncoder()
    fitted(sets, tmp_path, encoder=encoder)
    assert encoder.encoded == 0


def test_heads_that_answer_in_points_start_near_zero(sets):
    standard, plain = (Fit(config(standardise_ratings=s), 0, SmallEncoder(), *sets) for s in (True, False))
    assert abs(standard.heads.rating_mean[0].item() - 3) < 1
    assert plain.heads.rating_mean.tolist() == [0, 0]


def test_order_counts_before_the_scale_is_reached(sets, tmp_path):
    """Heads that answer in points start near 0, below a scale from 1 to 5: cut to it, all predictions would tie."""
    made = fitted(sets, tmp_path, standardise_ratings=False, optimiser="sgd", lr=1e-5, epochs=3)
    assert np.ptp(made.predict(sets[1])) == 0
    assert None not in [epoch.selected for epoch in made.history]
    assert made.best_epoch > 0


def test_constant_predictions_keep_the_last_epoch(sets, tmp_path, monkeypatch):
    monkeypatch.setattr(fit_module, "selected", lambda *_: None)
    made = fitted(sets, tmp_path, epochs=3)
    assert (made.best_epoch, len(made.history)) == (0, 3)
    fresh = Fit(CONFIG, 0, SmallEncoder(), *sets)
    assert not np.array_equal(made.predict(sets[1]), fresh.predict(sets[1]))


def test_select_by_system_and_by_error(sets, tmp_path):
    for select, sign in (("srcc-system", 1), ("mse-clip", -1), ("lcc-clip", 1)):
        made = fitted(sets, tmp_path / select, select=select, epochs=2)
        assert np.sign(made.history[-1].selected) == sign


def test_the_state_holds_no_pickle(sets, tmp_path):
    with pytest.raises(Killed):
        fitted(sets, tmp_path, told=lambda epoch: (_ for _ in ()).throw(Killed))
    assert any(name.startswith("optimiser/") for name in load_file(tmp_path / "state.safetensors"))


def test_too_few_rated_clips_are_told():
    rated = rated_tones(6, unrated=4)
    with pytest.raises(UsageError, match=r"2 clips that could be read and are rated on 'dark'"):
        read_examples(SmallEncoder(), rated, axes_of(rated, ("dark",), ()))


def test_large_sets_are_predicted_in_parts(sets, tmp_path, monkeypatch):
    made = fitted(sets, tmp_path, epochs=1)
    whole = made.predict(sets[1])
    monkeypatch.setattr(fit_module, "PREDICTED_AT_ONCE", 7)
    assert np.allclose(made.predict(sets[1]), whole, atol=1e-6)
