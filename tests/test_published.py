"""Published heads as a predictor: their own weights, saved and loaded like ours."""

import numpy as np
import pytest
import torch

import small_audiobox
from earwitness.errors import BackboneError
from earwitness.mos import published
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.audiobox import published_heads
from earwitness.mos.predictor import RatingPredictor
from earwitness.mos.published import published_predictor
from small_models import sound


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_audiobox.save(tmp_path_factory.mktemp("audiobox") / "small")


@pytest.fixture(scope="module")
def predictor(folder):
    return published_predictor(str(folder), device="cpu")


def test_it_rates_as_the_published_networks_do(predictor, folder):
    states = load_encoder(folder, layer="all").embed([sound(1.0), sound(2.0, 1)])
    found = predictor.predict(states).values
    for place, (axis, head) in enumerate(published_heads(str(folder)).items()):
        mixed = torch.einsum("clf,l->cf", torch.from_numpy(states), head.layer_weights.softmax(0))
        value = torch.nn.functional.normalize(mixed, dim=-1)
        for layer in (0, 3, 6, 9):
            value = torch.nn.functional.linear(value, head.network[f"{layer}.weight"], head.network[f"{layer}.bias"])
            norm = (head.network[f"{layer + 1}.weight"], head.network[f"{layer + 1}.bias"])
            value = torch.nn.functional.gelu(torch.nn.functional.layer_norm(value, value.shape[-1:], *norm))
        answer = torch.nn.functional.linear(value, head.network["12.weight"], head.network["12.bias"])[:, 0]
        rating = (head.mean + head.spread * answer).clamp(1, 10)
        assert predictor.axes[place].name == axis
        np.testing.assert_allclose(found[:, place], rating.numpy(), atol=1e-4)


def test_it_is_saved_and_loaded_like_any_other(predictor, tmp_path):
    predictor.save(tmp_path / "saved")
    again = RatingPredictor.load(tmp_path / "saved", device="cpu")
    clips = [sound(1.0, 2)]
    assert np.array_equal(
        again.predict(again.encoder.embed(clips)).values, predictor.predict(predictor.encoder.embed(clips)).values
    )
    assert "CC BY 4.0" in again.card.note


def test_the_name_alone_loads_it(predictor, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(published, "published_predictor", lambda name, device: (predictor, name, device))
    assert RatingPredictor.load("audiobox-aesthetics", device="cpu") == (predictor, "audiobox-aesthetics", "cpu")


def test_the_name_with_a_folder_loads_that(predictor, folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    again = RatingPredictor.load("audiobox-aesthetics", encoder=folder, device="cpu")
    assert again.card == predictor.card


def test_another_layout_is_told(folder, monkeypatch):
    heads = published_heads(str(folder))
    del heads["PQ"].network["4.weight"]  # a layer norm's: the plain weights of ours must not stay in its place
    monkeypatch.setattr(published, "published_heads", lambda *_, **__: heads)
    with pytest.raises(BackboneError, match=r"networks\.3\.4\.weight is missing"):
        published_predictor(str(folder), device="cpu")
