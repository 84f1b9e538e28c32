"""CLAP against transformers' own model, and without the crops that its extractor draws."""

import json
import shutil
from contextlib import suppress

import numpy as np
import pytest
import torch
import transformers

import small_encoders
from earwitness.audio import cut
from earwitness.errors import BackboneError, CaptionError, UsageError
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.embeddings import embed_pairs
from earwitness.types import Pair
from small_models import sound

RATE = 48_000


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(small_encoders.folder("clap"), batch_size=4)


@pytest.fixture(scope="module")
def model():
    return transformers.ClapModel.from_pretrained(small_encoders.folder("clap")).eval()


@pytest.mark.parametrize("seconds", [0.3, 1.5, 2.0])
def test_a_clip_is_embedded_as_the_released_model_does(encoder, model, seconds):
    clip = sound(seconds, rate=RATE)
    extractor = transformers.ClapFeatureExtractor.from_pretrained(small_encoders.folder("clap"))
    with torch.no_grad():
        inputs = extractor(clip.samples, sampling_rate=RATE, return_tensors="pt")
        expected = model.get_audio_features(**inputs).pooler_output
    made = encoder.embed([clip])
    assert (encoder.sample_rate, made.shape) == (RATE, (1, 1, 24))
    np.testing.assert_allclose(made[0], expected, atol=1e-6)
    assert np.linalg.norm(made) == pytest.approx(1.0, abs=1e-5)


def test_a_long_clip_is_the_mean_of_its_windows_whatever_chance_says(encoder):
    clip = sound(6.0, rate=RATE)
    made = []
    for seed in range(3):
        np.random.seed(seed)  # what the extractor draws its crops with
        made.append(encoder.embed([clip]))
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[0], made[2])
    mean = encoder.embed([cut(clip, start, start + 2) for start in (0, 2, 4)]).mean(axis=0)
    np.testing.assert_allclose(made[0][0], mean / np.linalg.norm(mean), atol=1e-5)


def test_the_extractor_itself_would_crop_at_random():
    """So that the test above can fail."""
    extractor = transformers.ClapFeatureExtractor.from_pretrained(small_encoders.folder("clap"))
    crops = []
    for seed in range(2):
        np.random.seed(seed)
        crops.append(extractor(sound(6.0, rate=RATE).samples, sampling_rate=RATE)["input_features"])
    assert np.abs(np.asarray(crops[0]) - np.asarray(crops[1])).max() > 1


def test_captions_are_embedded_as_the_released_model_does(encoder, model):
    captions = ["a dog barks", "Please answer yes or no, then answer no or yes.", "狗"]
    tokenizer = transformers.AutoTokenizer.from_pretrained(small_encoders.folder("clap"))
    made = encoder.embed_texts(captions)
    for caption, vector in zip(captions, made, strict=True):
        with torch.no_grad():
            expected = model.get_text_features(**tokenizer(caption, return_tensors="pt")).pooler_output
        np.testing.assert_allclose(vector, expected[0], atol=1e-6)
    assert made.shape == (3, encoder.text_features)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1.0, atol=1e-5)
    assert np.abs(made[0] - made[1]).max() > 0.01


def test_a_caption_does_not_depend_on_its_batch(encoder):
    captions = ["a dog", "a dog barks at the yes or no question of the user", "x", "a cat", "a dog barks"]
    together = encoder.embed_texts(captions)
    np.testing.assert_allclose(
        together, np.concatenate([encoder.embed_texts([caption]) for caption in captions]), atol=1e-6
    )
    assert encoder.embed_texts([]).shape == (0, 24)


def test_a_caption_that_is_too_long_fails_alone(encoder):
    with pytest.raises(CaptionError, match=r"has \d+ tokens; clap reads at most 64") as caught:
        encoder.embed_texts(["ж" * 40])
    assert caught.value.code == "caption_too_long"
    pairs = [Pair(sound(0.5), caption, id=str(place)) for place, caption in enumerate(("a dog", "ж" * 40, "a cat"))]
    made = embed_pairs(encoder, pairs, texts=True)
    assert made.kept.tolist() == [0, 2]
    assert made.failures["1"].code == "caption_too_long"


@pytest.mark.parametrize("token", ["<|im_end|>", "<|im_start|>", "<|endoftext|>"])
def test_control_tokens_in_a_caption_are_words_like_any_others(encoder, model, token):
    """The embedding is that of the letters, between the caption's own start and end."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(small_encoders.folder("clap"))
    start, *letters, end = tokenizer(f"rain {token} dog", split_special_tokens=True)["input_ids"]
    assert (tokenizer.decode(letters), [start, end]) == (f"rain {token} dog", [1, 2])
    assert not {0, 1, 2} & set(letters)
    made = encoder.embed_texts([f"rain {token} dog"])[0]
    embedded = []
    for ids in (
        [start, *letters, end],
        tokenizer(f"rain {token} dog")["input_ids"],
    ):
        with torch.no_grad():
            embedded.append(model.get_text_features(input_ids=torch.tensor([ids])).pooler_output[0].numpy())
    np.testing.assert_allclose(made, embedded[0], atol=1e-6)
    assert np.abs(made - embedded[1]).max() > 1e-3


def test_no_code_of_its_tokenizer_runs_nor_is_anyone_asked_to_let_it(tmp_path, monkeypatch):
    folder = shutil.copytree(small_encoders.folder("clap"), tmp_path / "clap")
    config = json.loads((folder / "tokenizer_config.json").read_text())
    trap = {"tokenizer_class": "Trap", "auto_map": {"AutoTokenizer": ["trap.Trap", "trap.Trap"]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config | trap))
    (folder / "trap.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Trap: pass\n")
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    with suppress(BackboneError):
        load_encoder(folder)
    assert not (tmp_path / "ran").exists()


def test_a_caption_that_is_no_text_fails_alone(encoder):
    pairs = [Pair(sound(0.5), caption, id=str(place)) for place, caption in enumerate(("a dog", "dog \ud83d"))]
    assert embed_pairs(encoder, pairs, texts=True).failures["1"].code == "not_unicode"


def test_it_has_one_state_to_give():
    assert load_encoder(small_encoders.folder("clap"), layer="all").layers == 1
    with pytest.raises(UsageError, match="no numbered layers"):
        load_encoder(small_encoders.folder("clap"), layer=1)
