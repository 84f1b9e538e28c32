"""Published heads as a predictor: their own weights, saved and loaded like ours."""

import numpy as np
import pytest
import torch

import small_audiobox
from earwitness.audio import cut
from earwitness.errors import BackboneError, UsageError
from earwitness.mos import published
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.audiobox import published_heads
from earwitness.mos.encoders.audiobox_heads import rating_heads
from earwitness.mos.predictor import RatingPredictor
from earwitness.mos.published import published_predictor
from small_models import sound


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_audiobox.save(tmp_path_factory.mktemp("audiobox") / "small")


@pytest.fixture(scope="module")
def predictor(folder):
    return published_predictor(str(folder), device="cpu")


def expected_ratings(folder, clip):
    """Of a clip of at most 10 s, by its states and the tensors of the file, before the cut to the scale."""
    states = load_encoder(folder, layer="all").embed([clip])
    ratings = []
    for head in published_heads(str(folder)).values():
        mixed = torch.einsum("clf,l->cf", torch.from_numpy(states), head.layer_weights.softmax(0))
        value = torch.nn.functional.normalize(mixed, dim=-1)
        for layer in (0, 3, 6, 9):
            value = torch.nn.functional.linear(value, head.network[f"{layer}.weight"], head.network[f"{layer}.bias"])
            norm = (head.network[f"{layer + 1}.weight"], head.network[f"{layer + 1}.bias"])
            value = torch.nn.functional.gelu(torch.nn.functional.layer_norm(value, value.shape[-1:], *norm))
        answer = torch.nn.functional.linear(value, head.network["12.weight"], head.network["12.bias"])[:, 0]
        ratings.append(float(head.mean + head.spread * answer))
    return np.array(ratings)


def test_it_rates_as_the_published_networks_do(predictor, folder):
    clips = [sound(1.0), sound(2.0, 1)]
    found = predictor.predict(predictor.encoder.embed(clips)).values
    assert [axis.name for axis in predictor.axes] == ["CE", "CU", "PC", "PQ"] == list(published_heads(str(folder)))
    expected = np.array([expected_ratings(folder, clip) for clip in clips])
    np.testing.assert_allclose(found, expected.clip(1, 10), atol=1e-4)


def test_a_long_clip_has_the_mean_of_its_windows_ratings(predictor, folder):
    """By their length, and not the rating of their mean."""
    clip = sound(23.0, 5)
    parts = [cut(clip, 0, 10), cut(clip, 10, 20), cut(clip, 20, 23)]
    expected = np.average([expected_ratings(folder, part) for part in parts], axis=0, weights=[10, 10, 3])
    found = predictor.predict(predictor.encoder.embed([clip])).values[0]
    np.testing.assert_allclose(found, expected.clip(1, 10), atol=5e-5)
    assert np.abs(expected_ratings(folder, clip) - expected).max() > 5e-4


def test_other_encoders_have_no_heads():
    for name in ("log-mel", "embedded"):
        with pytest.raises(UsageError, match=f"encoder '{name}' has no published heads"):
            load_encoder(name, layer="heads")


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


def test_another_layout_is_told(folder):
    heads = published_heads(str(folder))
    del heads["PQ"].network["4.weight"]  # a layer norm's: the plain weights of ours must not stay in its place
    with pytest.raises(BackboneError, match=r"networks\.3\.4\.weight is missing"):
        rating_heads(heads)


def test_heads_of_another_variant_are_refused(tmp_path):
    small_audiobox.save(tmp_path, config={"proj_act_fn": "relu"})
    with pytest.raises(BackboneError, match="has proj_act_fn = 'relu'; its published heads have 'gelu'"):
        published_predictor(str(tmp_path), device="cpu")
