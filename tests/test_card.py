"""Cards of predictors: there and back, and nothing in them taken on trust."""

import json
from dataclasses import replace

import pytest

from earwitness.errors import UsageError
from earwitness.mos.card import Card, changes, read_card
from earwitness.mos.encoders import EncoderSpec
from earwitness.mos.heads import Axis, Heads

AXES = (Axis("quality", 1, 5), Axis("match", 0, 100, text=True))
HEADS = Heads(AXES, layers=3, features=6, text_features=6).sizes
WHOLE = Card(AXES, EncoderSpec("small", "all"), {"encoder": "small"}, HEADS, seed=1, config={"margin": 0.2}, data="d")
IN_FOLDER = replace(WHOLE, encoder=EncoderSpec("models/claps"), identity={"encoder": "clap", "sha256": "a1"})


def written(folder, card=WHOLE, **change):
    (folder / "card.json").write_text(json.dumps({**card.to_dict(), **change}))


@pytest.mark.parametrize("card", [WHOLE, IN_FOLDER, replace(WHOLE, tuned=True, note="CC BY", metrics={"srcc": None})])
def test_a_card_comes_back_as_it_was(tmp_path, card):
    written(tmp_path, card)
    assert read_card(tmp_path) == card


@pytest.mark.parametrize(
    ("card", "in_folder", "called"),
    [
        (WHOLE, False, "small"),
        (IN_FOLDER, True, "claps"),
        (replace(IN_FOLDER, encoder=EncoderSpec("/home/ann/models/claps/")), True, "claps"),
        # On the hub, and part of the package with its weights.
        (replace(WHOLE, encoder=EncoderSpec("laion/clap"), identity={"checkpoint": "laion/clap"}), False, "laion/clap"),
        (replace(IN_FOLDER, encoder=EncoderSpec("embedded")), False, "embedded"),
    ],
)
def test_only_a_folder_of_the_users_can_move(card, in_folder, called):
    assert (card.in_folder, card.encoder_name) == (in_folder, called)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "version 2"),
        ({"format": "other"}, "format is 'other'"),
        ({"surprise": 1}, "not those of a card: surprise missing or unknown"),
        ({"axes": [{"name": "quality"}]}, "not those of a card"),
        ({"axes": [{"name": "quality", "low": "1", "high": 5, "text": False}]}, "not those of a card"),
        ({"identity": "small"}, "its identity is not of the type"),
        ({"encoder": {"name": ["small"], "layer": "all", "revision": None}}, "its encoder is not of the type"),
        ({"tuned": 1}, "its tuned is not of the type"),
    ],
)
def test_a_card_is_not_trusted(tmp_path, change, told):
    written(tmp_path, **change)
    with pytest.raises(UsageError, match=told):
        read_card(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": NaN}', "[" * 100_000, "\udcff"])
def test_a_broken_card_is_told(tmp_path, text):
    (tmp_path / "card.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(UsageError, match=r"card.json cannot be read"):
        read_card(tmp_path)


def test_a_folder_without_a_card_is_told(tmp_path):
    with pytest.raises(UsageError, match="wanted the folder of a trained predictor"):
        read_card(tmp_path)


def test_changes_name_what_is_gone():
    assert changes({"a": 1, "b": 2}, {"b": 2, "c": 3}) == ["a: 1 on the card, None here", "c: None on the card, 3 here"]
