"""Against transformers' WavLM filled name by name; the authors' rules for windows, padding and heads written out."""

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import small_audiobox
from earwitness.audio import cut
from earwitness.errors import BackboneError
from earwitness.mos.encoders import TrainableEncoder, audiobox, load_encoder
from earwitness.mos.encoders.audiobox import published_heads
from earwitness.mos.heads import Axis, Heads
from small_models import sound

WINDOW = 160_000
# transformers' WavLM gives torch two masks of different types.
pytestmark = pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_audiobox.save(tmp_path_factory.mktemp("audiobox") / "small")


@pytest.fixture(scope="module")
def states(folder):
    """The encoder that gives WavLM's own states."""
    return load_encoder(folder, layer="all", batch_size=4)


def padded_frames(samples, frames):
    """The authors' rule: which frames of a padded window are padding."""
    padding = np.arange(WINDOW) >= samples
    padding = padding[: WINDOW - WINDOW % frames].reshape(frames, -1)
    return padding.all(axis=1)


def expected_states(clip):
    """Mean states ``[layer, feature]`` of a clip of at most 10 s, through transformers' own modules."""
    model = small_audiobox.reference()
    samples = torch.zeros(1, WINDOW)
    samples[0, : len(clip.samples)] = torch.from_numpy(clip.samples)
    with torch.no_grad():
        features, _ = model.feature_projection(model.feature_extractor(samples).transpose(1, 2))
        heard = torch.from_numpy(~padded_frames(len(clip.samples), features.shape[1]))
        states, position_bias = features * heard[None, :, None], None
        states = model.encoder.layer_norm(states + model.encoder.pos_conv_embed(states))
        found = [states]
        for layer in model.encoder.layers:
            states, position_bias = layer(states, attention_mask=heard[None].long(), position_bias=position_bias)[:2]
            found.append(states)
    return torch.stack([state[0, heard].mean(0) for state in found]).numpy()


@pytest.mark.parametrize("seconds", [10.0, 9.99, 3.3, 0.1])
def test_states_are_those_of_the_published_network(states, seconds):
    clip = sound(seconds)
    made = states.embed([clip])
    assert made.shape == (1, 4, 32)
    np.testing.assert_allclose(made[0], expected_states(clip), atol=2e-5)
    assert np.abs(made).mean() > 0.1


def test_embeddings_by_axis_are_unit_vectors_of_weighted_states(folder, states):
    encoder = load_encoder(folder)
    clips = [sound(2.0), sound(7.0, 1)]
    made = encoder.embed(clips)
    assert made.shape == (2, 4, 32)
    for place, axis in enumerate(small_audiobox.AXES):
        weights = np.exp(small_audiobox.tensors()[f"layer_weights.{axis}"].numpy())
        mixed = np.einsum("clf,l->cf", states.embed(clips), weights / weights.sum())
        np.testing.assert_allclose(made[:, place], mixed / np.linalg.norm(mixed, axis=1, keepdims=True), atol=1e-5)


def test_the_published_heads_rate_as_published(folder, states):
    """Linear, layer norm, GELU, four times; linear; then the ratings' own scale. Weights are read from the file."""
    clip = sound(4.0, 3)
    theirs = small_audiobox.tensors()
    found = published_heads(str(folder))
    heads = Heads([Axis(name, 1, 10) for name in found], layers=4, features=32, kind="audiobox", hidden=(32,) * 4)
    for place, (axis, head) in enumerate(found.items()):
        heads.networks[place].load_state_dict(dict(head.network))
        with torch.no_grad():
            heads.layer_weights[place] = head.layer_weights
            heads.rating_mean[place], heads.rating_spread[place] = head.mean, head.spread
        state = expected_states(clip)
        weights = np.exp(theirs[f"layer_weights.{axis}"].numpy())
        value = torch.from_numpy((weights / weights.sum()) @ state).float()
        value = value / value.norm()
        for layer in (0, 3, 6, 9):
            name = f"proj_layer.{axis}.{layer}"
            value = theirs[f"{name}.weight"] @ value + theirs[f"{name}.bias"]
            value = (value - value.mean()) / (value.var(correction=0) + 1e-5).sqrt()
            norm = f"proj_layer.{axis}.{layer + 1}"
            value = value * theirs[f"{norm}.weight"] + theirs[f"{norm}.bias"]
            value = torch.nn.functional.gelu(value)
        answer = theirs[f"proj_layer.{axis}.12.weight"] @ value + theirs[f"proj_layer.{axis}.12.bias"]
        rating = small_audiobox.TARGETS[axis]["mean"] + small_audiobox.TARGETS[axis]["std"] * float(answer)
        with torch.no_grad():
            ours = heads(torch.from_numpy(states.embed([clip]))).ratings[0, place]
        assert float(ours) == pytest.approx(rating, abs=1e-4)
    assert tuple(found) == ("CE", "CU", "PC", "PQ")


def test_long_clips_come_in_full_windows_weighted_by_length(states):
    clip = sound(23.0, 5)
    parts = [cut(clip, 0, 10), cut(clip, 10, 20), cut(clip, 20, 23)]
    expected = np.average([expected_states(part) for part in parts], axis=0, weights=[10, 10, 3])
    np.testing.assert_allclose(states.embed([clip])[0], expected, atol=2e-5)


def test_a_clip_does_not_depend_on_its_batch(states):
    clips = [sound(seconds, seed) for seed, seconds in enumerate((1.0, 10.0, 0.3, 14.0, 6.5))]
    together = states.embed(clips)
    alone = np.concatenate([states.embed([clip]) for clip in clips])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_every_weight_of_the_public_size_finds_its_place():
    shapes = small_audiobox.published_shapes()
    assert len(shapes) == 324  # as the public file has
    with torch.device("meta"):
        model = transformers.WavLMModel(audiobox.wavlm_config(shapes))
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    found = {audiobox._renamed(name): shape for name, shape in shapes.items() if name.startswith("wavlm_model.")}
    assert found.pop("mask_emb") == (768,)
    assert found == wanted


def test_the_authors_own_saving_is_read_too(tmp_path, states):
    other = load_encoder(small_audiobox.save(tmp_path, prefix="encoder."), layer="all")
    np.testing.assert_array_equal(other.embed([sound(1.0)]), states.embed([sound(1.0)]))


def test_missing_and_misshapen_weights_are_refused(tmp_path):
    path = small_audiobox.save(tmp_path) / "model.safetensors"
    weights = load_file(path)
    gone = weights.pop("wavlm_model.encoder.layers.1.fc1.bias")
    save_file(weights, path)
    with pytest.raises(BackboneError, match=r"not WavLM in the published layout: .*intermediate_dense\.bias"):
        load_encoder(tmp_path)
    save_file({**weights, "wavlm_model.encoder.layers.1.fc1.bias": gone[:5].clone()}, path)
    with pytest.raises(BackboneError, match=r"intermediate_dense\.bias is missing or does not fit"):
        load_encoder(tmp_path)


def test_an_axis_that_is_missing_is_named(tmp_path):
    small_audiobox.save(tmp_path, config={"target_transform": {"CE": {"mean": 5.0, "std": 2.0}}})
    with pytest.raises(BackboneError, match="lacks layer weights or a target_transform of CU, PC, PQ"):
        load_encoder(tmp_path)


def test_a_variant_of_the_heads_is_refused(tmp_path):
    small_audiobox.save(tmp_path, config={"normalize_embed": False})
    with pytest.raises(BackboneError, match="normalize_embed = False; its published heads have True"):
        published_heads(str(tmp_path))


def test_its_weights_learn(folder):
    encoder = load_encoder(folder)
    assert isinstance(encoder, TrainableEncoder)
    encoder.encode([sound(0.5)]).square().sum().backward()
    gone = [name for name, weight in encoder.module.named_parameters() if weight.requires_grad and weight.grad is None]
    assert gone == []
