"""Rating predictors: saved and loaded to the bit, and nothing in a folder taken on trust."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from clips import clip
from earwitness.errors import BackboneError, UsageError
from earwitness.mos.card import Card
from earwitness.mos.encoders import ENCODERS, EncoderSpec, load_encoder
from earwitness.mos.heads import Axis, Heads
from earwitness.mos.predictor import RatingPredictor
from small_encoder import INFO, SmallEncoder
from small_encoders import folder as encoder_folder

AXES = (Axis("quality", 1, 5), Axis("match", 0, 100, text=True))
CLIPS = [clip(0.3, frequency) for frequency in (200, 900, 3000)]
CAPTIONS = ["rain", "a dog barks", "wind"]


@pytest.fixture(autouse=True)
def _small_encoder(monkeypatch):
    monkeypatch.setitem(ENCODERS, "small", INFO)


def predictor(tuned=False, **options):
    torch.manual_seed(1)
    encoder = SmallEncoder(layers=3, spec=EncoderSpec("small", "all"))
    heads = Heads(AXES, layers=3, features=6, text_features=6, **options)
    identity = encoder.identity
    if tuned:
        with torch.no_grad():
            encoder.module.weight.add_(1.0)
    card = Card(AXES, encoder.spec, identity, heads.sizes, tuned=tuned, seed=1, config={"margin": 0.2}, data="d")
    return RatingPredictor(encoder, heads, card)


def predicted(made):
    return made.predict(made.encoder.embed(CLIPS), made.encoder.embed_texts(CAPTIONS))


@pytest.mark.parametrize("tuned", [False, True])
def test_saved_and_loaded_predict_the_same_bits(tmp_path, tuned):
    made = predictor(tuned)
    made.save(tmp_path)
    again = RatingPredictor.load(tmp_path)
    assert np.array_equal(predicted(made).values, predicted(again).values)
    assert again.card == made.card
    assert again.encoder.identity == made.encoder.identity
    assert sorted(path.name for path in tmp_path.iterdir()) == ["card.json", "weights.safetensors"]


def test_a_tuned_encoder_is_another_encoder():
    plain, tuned = predictor(), predictor(tuned=True)
    assert tuned.encoder.identity != plain.encoder.identity
    assert not np.array_equal(tuned.encoder.embed(CLIPS), plain.encoder.embed(CLIPS))


def test_values_are_cut_to_the_scale_and_that_is_told():
    made = predictor()
    made.heads.rating_mean[:] = torch.tensor([9.0, 50.0])
    found = predicted(made)
    assert found.values.dtype == np.float64
    assert found.values[:, 0].tolist() == [5.0] * 3
    assert found.beyond.tolist() == [[True, False]] * 3


def test_a_changed_encoder_is_refused_with_what_changed(tmp_path):
    predictor().save(tmp_path)
    change_card(tmp_path, identity={"encoder": "small", "seed": 7, "layers": 3})
    with pytest.raises(BackboneError, match=r"not the one .* seed: 7 on the card, 0 here"):
        RatingPredictor.load(tmp_path)


def change_card(folder, **change):
    path = folder / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


def test_sizes_on_a_card_cannot_ask_for_endless_memory(tmp_path):
    predictor().save(tmp_path)
    sizes = json.loads((tmp_path / "card.json").read_text())["heads"]
    change_card(tmp_path, heads={**sizes, "hidden": [2**40]})
    with pytest.raises(UsageError, match="wanted whole numbers"):
        RatingPredictor.load(tmp_path)
    # Within the limits, the shapes of the file are looked at before anything is allocated: this would be 34 GB.
    change_card(tmp_path, heads={**sizes, "hidden": [65536, 65536]})
    with pytest.raises(BackboneError, match=r"weights\.safetensors does not fit its card"):
        RatingPredictor.load(tmp_path)


def test_a_card_whose_scale_is_upside_down_is_told_with_its_place(tmp_path):
    predictor().save(tmp_path)
    axis, *others = json.loads((tmp_path / "card.json").read_text())["axes"]
    change_card(tmp_path, axes=[{**axis, "low": 5, "high": 1}, *others])
    with pytest.raises(UsageError, match=r"card\.json names heads that cannot be built: .* scale 5 to 1"):
        RatingPredictor.load(tmp_path)


def change_weights(folder, change):
    path = folder / "weights.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.pop("heads.layer_weights"), "layer_weights is missing"),
        (lambda t: t.update({"heads.more": torch.zeros(1)}), "more is"),
        (lambda t: t.update({"heads.layer_weights": torch.zeros(2, 2)}), "layer_weights is"),
        (lambda t: t.update({"heads.layer_weights": torch.full((2, 3), torch.nan)}), "not finite"),
        (lambda t: t.update({"heads.layer_weights": torch.zeros(2, 3, dtype=torch.float16)}), "not finite float32"),
        (lambda t: t.update({"encoder.weight": torch.zeros(6, 8)}), "does not say that it was fine-tuned"),
    ],
)
def test_weights_are_not_trusted(tmp_path, change, told):
    predictor().save(tmp_path)
    change_weights(tmp_path, change)
    with pytest.raises(BackboneError, match=told):
        RatingPredictor.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.pop("encoder.bias"),
        lambda t: t.update({"encoder.bias": torch.zeros(7)}),
        lambda t: t.update({"encoder.bias": torch.full((6,), torch.inf)}),
    ],
)
def test_tuned_weights_are_not_trusted(tmp_path, change):
    predictor(tuned=True).save(tmp_path)
    change_weights(tmp_path, change)
    with pytest.raises(BackboneError, match=r"fine-tuned weights .* bias"):
        RatingPredictor.load(tmp_path)


def test_a_pickle_is_not_read(tmp_path):
    predictor().save(tmp_path)
    torch.save({"heads.layer_weights": torch.zeros(2, 3)}, tmp_path / "weights.safetensors")
    with pytest.raises(BackboneError, match="cannot be read"):
        RatingPredictor.load(tmp_path)


def test_embeddings_of_another_shape_are_told():
    with pytest.raises(UsageError, match=r"shape \(3, 1, 6\); these heads take \(3, 3, 6\)"):
        predictor().predict(np.zeros((3, 1, 6), np.float32))


@pytest.fixture
def moving(tmp_path, monkeypatch):
    """A predictor whose card names the encoder's folder as it was called from ``tmp_path`` in the training."""
    shutil.copytree(encoder_folder("hubert"), tmp_path / "claps")
    monkeypatch.chdir(tmp_path)
    encoder = load_encoder("claps", layer="all")
    torch.manual_seed(2)
    heads = Heads(AXES[:1], layers=encoder.layers, features=encoder.features)
    made = RatingPredictor(encoder, heads, Card(AXES[:1], encoder.spec, dict(encoder.identity), heads.sizes))
    made.save(tmp_path / "trained")
    (tmp_path / "elsewhere").mkdir()
    return made


def values(made):
    return made.predict(made.encoder.embed(CLIPS)).values.tolist()


def test_a_folder_is_found_where_the_training_was(moving):
    assert values(RatingPredictor.load("trained")) == values(moving)


def test_a_folder_is_found_beside_the_card(moving, tmp_path, monkeypatch):
    shutil.move("claps", "trained/claps")
    monkeypatch.chdir("elsewhere")
    assert values(RatingPredictor.load(tmp_path / "trained")) == values(moving)


def test_a_folder_is_found_where_the_caller_says_it_is(moving, tmp_path, monkeypatch):
    shutil.move("claps", "elsewhere/renamed")
    monkeypatch.chdir("elsewhere")
    again = RatingPredictor.load(tmp_path / "trained", encoder="renamed")
    assert values(again) == values(moving)
    assert again.card == RatingPredictor.load(tmp_path / "trained", encoder=tmp_path / "elsewhere" / "renamed").card


def test_a_folder_that_is_gone_is_asked_for(moving, tmp_path, monkeypatch):
    monkeypatch.chdir("elsewhere")
    with pytest.raises(UsageError, match=r"trained/card\.json names the folder 'claps' .* encoder='FOLDER'"):
        RatingPredictor.load(tmp_path / "trained")
    with pytest.raises(UsageError, match="there is no folder 'lost/claps'"):
        RatingPredictor.load(tmp_path / "trained", encoder="lost/claps")


def test_a_path_that_looks_like_a_hub_id_is_not_looked_for_there(moving, tmp_path, monkeypatch):
    change_card(tmp_path / "trained", encoder={"name": "models/claps", "layer": "all", "revision": None})
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UsageError, match="names the folder 'models/claps' as its encoder"):
        RatingPredictor.load("trained")


def test_another_encoder_in_its_place_is_refused(moving):
    shutil.copytree(encoder_folder("wavlm"), "other")
    with pytest.raises(BackboneError, match=r"encoder 'other' is not the one .* sha256: .*--encoder FOLDER"):
        RatingPredictor.load("trained", encoder="other")


def test_an_encoder_that_is_no_folder_cannot_have_moved(tmp_path):
    predictor().save(tmp_path)
    with pytest.raises(UsageError, match="names 'small', which is no folder that could have moved"):
        RatingPredictor.load(tmp_path, encoder=tmp_path)
