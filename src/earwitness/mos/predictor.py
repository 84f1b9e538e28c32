"""A rating predictor: an encoder, its heads, and a card that says what they are and where they come from.

On disk it is a folder of two files: ``weights.safetensors`` (heads, and the encoder where it was fine-tuned) and
``card.json`` (strict JSON). Both are taken as untrusted: no pickle, every shape is checked against the card, and the
encoder that loads here must be, to the hash, the one that the heads were trained on.

Format of the card, version 1: the fields of ``Card``, with ``format`` and ``version``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from earwitness.errors import BackboneError, UsageError
from earwitness.mos.encoders.base import Encoder, EncoderSpec, TrainableEncoder
from earwitness.mos.heads import Axis, Heads, HeadSizes

CARD, WEIGHTS = "card.json", "weights.safetensors"
FORMAT, VERSION = "earwitness-rating-predictor", 1
PUBLISHED = "audiobox-aesthetics"
HEADS, ENCODER = "heads.", "encoder."
# A card is a few kilobytes; the widths it names decide how much memory is asked for.
LARGEST_CARD, WIDEST, MOST_AXES = 2**20, 2**16, 64


@dataclass(frozen=True, slots=True)
class Card:
    """What a predictor is and where it comes from.

    Attributes:
        axes: what it predicts, with the raters' scales.
        encoder: how its encoder is loaded.
        identity: the identity that the encoder must then have; before fine-tuning, if it was fine-tuned.
        heads: how the heads are built.
        tuned: whether the encoder was fine-tuned, so that its weights lie with those of the heads.
        data: hash of the clips and ratings it was trained on.
        seed: of the training.
        commit: of the code that trained it, if known.
        config: of the training.
        metrics: on the development set.
        note: anything a user should know, such as the licence of published weights.
    """

    axes: tuple[Axis, ...]
    encoder: EncoderSpec
    identity: Mapping[str, Any]
    heads: HeadSizes
    tuned: bool = False
    data: str | None = None
    seed: int | None = None
    commit: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        axes = [{"name": a.name, "low": a.low, "high": a.high, "text": a.text} for a in self.axes]
        parts = {"axes": axes, "encoder": self.encoder.to_dict(), "heads": self.heads.to_dict()}
        return {"format": FORMAT, "version": VERSION, **plain, **parts}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Card:
        """The card that ``to_dict`` wrote.

        Raises:
            UsageError: if it is of another format or version, or its parts are not what they should be.
        """
        if plain.get("format") != FORMAT or plain.get("version") != VERSION:
            raise UsageError(
                f"its format is {plain.get('format')!r}, version {plain.get('version')!r}; wanted {FORMAT!r}, "
                f"version {VERSION}"
            )
        known = {key: value for key, value in plain.items() if key not in ("format", "version")}
        try:
            card = cls(**{**known, "axes": _axes(known["axes"]), "encoder": EncoderSpec(**known["encoder"])})
            heads = HeadSizes(**{**known["heads"], "hidden": tuple(known["heads"]["hidden"])})
        except (TypeError, KeyError) as error:
            raise UsageError(f"its fields are not those of a card: {error}") from error
        _check_sizes(card.axes, heads)
        _check_types(card)
        return cls(**{**{f.name: getattr(card, f.name) for f in fields(card)}, "heads": heads})


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Predicted ratings.

    Attributes:
        values: on the raters' scales, cut to them, float64 ``[clip, axis]``.
        beyond: where the heads went beyond the scale before the cut, ``[clip, axis]``.
    """

    values: NDArray[np.float64]
    beyond: NDArray[np.bool_]


class RatingPredictor:
    """Embeddings in, ratings by axis out.

    Args:
        encoder: what embeds clips.
        heads: what turns embeddings into ratings.
        card: what both are; its metrics and origin are for people, its axes and identity are checked on loading.
    """

    def __init__(self, encoder: Encoder, heads: Heads, card: Card) -> None:
        self.encoder = encoder
        self.heads = heads.cpu().eval()
        self.card = card

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What is predicted."""
        return self.card.axes

    @property
    def needs_text(self) -> bool:
        """Whether an axis needs the captions' embeddings."""
        return any(axis.text for axis in self.axes)

    def predict(self, audio: NDArray[np.float32], text: NDArray[np.float32] | None = None) -> Predicted:
        """Ratings of clips from embeddings ``[clip, layer, feature]`` and captions' ``[clip, text_feature]``.

        Raises:
            UsageError: if an axis needs captions and there are none, or the shapes are not this encoder's.
        """
        wanted = (len(audio), self.card.heads.layers, self.card.heads.features)
        if audio.shape != wanted:
            raise UsageError(f"embeddings have shape {audio.shape}; these heads take {wanted}.")
        with torch.inference_mode():
            told = None if text is None else torch.from_numpy(text)
            ratings = self.heads(torch.from_numpy(audio), told).ratings.double().numpy()
        low, high = (np.array([getattr(axis, end) for axis in self.axes]) for end in ("low", "high"))
        return Predicted(np.clip(ratings, low, high), (ratings < low) | (ratings > high))

    def save(self, folder: str | Path) -> None:
        """Write ``weights.safetensors`` and ``card.json``; the card last, so that a folder with a card is whole."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        tensors = {HEADS + name: value.contiguous() for name, value in self.heads.state_dict().items()}
        if self.card.tuned:
            tensors |= {ENCODER + name: value for name, value in _learnt(self.encoder).items()}
        save_file(tensors, place / f"{WEIGHTS}.part", metadata={"format": "pt"})
        text = json.dumps(self.card.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        (place / f"{CARD}.part").write_text(text + "\n", encoding="utf-8")
        for name in (WEIGHTS, CARD):
            os.replace(place / f"{name}.part", place / name)

    @classmethod
    def load(cls, folder: str | Path, *, device: str = "auto") -> RatingPredictor:
        """Load what ``save`` wrote, or ``audiobox-aesthetics`` with the heads that its authors published.

        Args:
            folder: with ``card.json`` and ``weights.safetensors``; or that name.
            device: where the encoder runs.

        Raises:
            UsageError: if the card cannot be read or is of another version.
            BackboneError: if the weights do not fit the card, or the encoder is not the one of the training.
        """
        place = Path(folder)
        if str(folder) == PUBLISHED and not place.is_dir():
            from earwitness.mos.published import published_predictor

            return published_predictor(device=device)
        card = read_card(place)
        tensors = _read_weights(place)
        heads = _heads(card, {name.removeprefix(HEADS): tensors[name] for name in tensors if name.startswith(HEADS)})
        tuned = {name.removeprefix(ENCODER): tensors[name] for name in tensors if name.startswith(ENCODER)}
        if len(tuned) and not card.tuned:
            raise BackboneError(
                f"{place} holds an encoder's weights, and its card does not say that it was fine-tuned."
            )
        return cls(_encoder(card, tuned, device), heads, card)


def read_card(folder: str | Path) -> Card:
    """The card of a saved predictor.

    Raises:
        UsageError: if there is none, or it cannot be read as written.
    """
    path = Path(folder) / CARD
    if not path.is_file():
        raise UsageError(f"{folder} has no {CARD}; wanted the folder of a trained predictor. See: earwitness train mos")
    if path.stat().st_size > LARGEST_CARD:
        raise UsageError(f"{path} is larger than {LARGEST_CARD:,} bytes; that is no card of a predictor.")
    try:
        plain = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        if not isinstance(plain, dict):
            raise UsageError("it is not a JSON object")
        return Card.from_dict(plain)
    except (ValueError, RecursionError, UsageError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}. Train the predictor again, or fetch its folder anew."
        ) from error


def changes(
    wanted: Mapping[str, Any], found: Mapping[str, Any], places: tuple[str, str] = ("on the card", "here")
) -> list[str]:
    """What differs between two identities or configs, one line each.

    Example:
        >>> changes({"layer": "last", "sha256": "a1"}, {"layer": 3, "sha256": "a1"})
        ["layer: 'last' on the card, 3 here"]
    """
    keys = [key for key in {**wanted, **found} if wanted.get(key) != found.get(key)]
    return [f"{key}: {wanted.get(key)!r} {places[0]}, {found.get(key)!r} {places[1]}" for key in keys]


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _axes(plain: Sequence[Mapping[str, Any]]) -> tuple[Axis, ...]:
    axes = tuple(Axis(**axis) for axis in plain)
    for axis in axes:
        ends = isinstance(axis.low, int | float) and isinstance(axis.high, int | float)
        if not (isinstance(axis.name, str) and ends and isinstance(axis.text, bool)):
            raise TypeError(f"axis {axis} is not a name with two ends of a scale")
    return axes


def _check_sizes(axes: tuple[Axis, ...], heads: HeadSizes) -> None:
    """Sizes come from a file: none may ask for more memory than heads ever need."""
    numbers = (heads.layers, heads.features, heads.text_features, heads.bins, *heads.hidden)
    if len(axes) > MOST_AXES or not all(type(number) is int and 0 <= number <= WIDEST for number in numbers):
        raise UsageError(f"its heads have {len(axes)} axes and the sizes {numbers}; wanted whole numbers to {WIDEST:,}")
    if type(heads.dropout) not in (int, float):
        raise UsageError(f"its dropout is {heads.dropout!r}; wanted a number")


def _check_types(card: Card) -> None:
    spec = card.encoder
    right = {
        "encoder": isinstance(spec.name, str) and type(spec.layer) in (str, int),
        "revision": isinstance(spec.revision, str | None),
        "tuned": isinstance(card.tuned, bool),
        **{name: isinstance(getattr(card, name), dict) for name in ("identity", "config", "metrics")},
    }
    wrong = [name for name, is_right in right.items() if not is_right]
    if wrong:
        raise UsageError(f"its {wrong[0]} is not of the type that a card has there")


def _read_weights(place: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(place / WEIGHTS))
    except Exception as error:  # a broken file may make the library raise anything
        raise BackboneError(f"{place / WEIGHTS} cannot be read: {error}. Fetch the folder anew.") from error


def _heads(card: Card, tensors: Mapping[str, Tensor]) -> Heads:
    sizes = card.heads.to_dict()
    # On the meta device nothing is allocated before the file's shapes are found to be those of the card.
    with torch.device("meta"):
        wanted = {name: value.shape for name, value in Heads(card.axes, **sizes).state_dict().items()}
    found = {name: value.shape for name, value in tensors.items()}
    if wanted != found:
        wrong = next(name for name in {**wanted, **found} if wanted.get(name) != found.get(name))
        got, want = (list(shapes[wrong]) if wrong in shapes else "missing" for shapes in (found, wanted))
        raise BackboneError(
            f"weights do not fit the card: {wrong} is {got}, by the card {want}. Fetch the folder anew."
        )
    bad = [name for name, value in tensors.items() if value.dtype != torch.float32 or not value.isfinite().all()]
    if bad:
        raise BackboneError(f"weights are not usable: {bad[0]} is not finite float32. Fetch the folder anew.")
    heads = Heads(card.axes, **sizes)
    heads.load_state_dict(dict(tensors))
    return heads


def _encoder(card: Card, tuned: Mapping[str, Tensor], device: str) -> Encoder:
    from earwitness.mos.encoders import load_encoder

    spec = card.encoder
    encoder = load_encoder(spec.name, layer=spec.layer, device=device, revision=spec.revision)
    # Through JSON, as the card went: tuples become lists.
    found = json.loads(json.dumps(dict(encoder.identity)))
    if found != card.identity:
        lines = "; ".join(changes(card.identity, found))
        raise BackboneError(
            f"encoder '{spec.name}' is not the one that these heads were trained on: {lines}. Get that encoder, or "
            "train the heads again."
        )
    if not card.tuned:
        return encoder
    _set_learnt(encoder, tuned)
    return encoder


def _learnt(encoder: Encoder) -> dict[str, Tensor]:
    """All weights of a fine-tuned encoder, on the CPU."""
    # clone: safetensors refuses tensors that share memory, as tied weights do.
    return {name: value.detach().cpu().clone() for name, value in _trainable(encoder).module.state_dict().items()}


def _set_learnt(encoder: Encoder, weights: Mapping[str, Tensor]) -> None:
    module = _trainable(encoder).module
    wanted = module.state_dict()
    for name in {**wanted, **weights}:
        one, other = wanted.get(name), weights.get(name)
        if one is None or other is None or (one.shape, one.dtype) != (other.shape, other.dtype):
            raise BackboneError(f"fine-tuned weights do not fit encoder '{encoder.name}': {name}. Fetch them anew.")
        if not other.isfinite().all():
            raise BackboneError(f"fine-tuned weights of encoder '{encoder.name}' are not finite: {name}.")
    module.load_state_dict(dict(weights))


def _trainable(encoder: Encoder) -> TrainableEncoder:
    """The encoder, if it has weights that can learn.

    Raises:
        BackboneError: if it has none.
    """
    if not isinstance(encoder, TrainableEncoder):
        raise BackboneError(f"encoder '{encoder.name}' has no weights that could be fine-tuned.")
    return encoder
