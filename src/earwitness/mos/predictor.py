"""A rating predictor: an encoder, its heads, and a card that says what they are and where they come from.

On disk it is a folder of two files: ``weights.safetensors`` (heads, and the encoder where it was fine-tuned) and
``card.json``, see ``card``. Both are taken as untrusted: no pickle, every shape is checked against the card, and the
encoder that loads here must be, to the hash, the one that the heads were trained on, wherever it lies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from earwitness.errors import BackboneError, UsageError
from earwitness.mos.card import CARD, Card, changes, read_card
from earwitness.mos.encoders.base import Encoder, TrainableEncoder
from earwitness.mos.heads import Axis, Heads
from earwitness.run.whole_files import replacing

__all__ = ["CARD", "PUBLISHED", "WEIGHTS", "Card", "Predicted", "RatingPredictor", "changes", "read_card"]

WEIGHTS = "weights.safetensors"
PUBLISHED = "audiobox-aesthetics"
HEADS, ENCODER = "heads.", "encoder."


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
        text = json.dumps(self.card.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        with replacing(place / CARD) as card, replacing(place / WEIGHTS) as weights:
            save_file(tensors, weights, metadata={"format": "pt"})
            card.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path, *, encoder: str | Path | None = None, device: str = "auto") -> RatingPredictor:
        """Load what ``save`` wrote, or ``audiobox-aesthetics`` with the heads that its authors published.

        Args:
            folder: with ``card.json`` and ``weights.safetensors``; or that name.
            encoder: the folder where the encoder is now. By default the one that the card names, from the working
                directory or else from the card's folder; of ``audiobox-aesthetics`` the checkpoint on the hub.
            device: where the encoder runs.

        Raises:
            UsageError: if the card cannot be read or is of another version, or the encoder's folder is not there.
            BackboneError: if the weights do not fit the card, or the encoder is not the one of the training.
        """
        place = Path(folder)
        if str(folder) == PUBLISHED and not place.is_dir():
            from earwitness.mos.published import published_predictor

            return published_predictor(PUBLISHED if encoder is None else str(encoder), device=device)
        card = read_card(place)
        tensors = _read_weights(place)
        heads = _heads(place, card, _under(HEADS, tensors))
        tuned = _under(ENCODER, tensors)
        if len(tuned) and not card.tuned:
            raise BackboneError(
                f"{place} holds an encoder's weights, and its card does not say that it was fine-tuned."
            )
        return cls(_encoder(card, _where(card, place, encoder), tuned, device), heads, card)


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _read_weights(place: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(place / WEIGHTS))
    except Exception as error:  # a broken file may make the library raise anything
        raise BackboneError(f"{place / WEIGHTS} cannot be read: {error}. Fetch the folder anew.") from error


def _heads(place: Path, card: Card, tensors: Mapping[str, Tensor]) -> Heads:
    sizes = card.heads.to_dict()
    try:
        # On the meta device nothing is allocated before the file's shapes are found to be those of the card.
        with torch.device("meta"):
            wanted = {name: value.shape for name, value in Heads(card.axes, **sizes).state_dict().items()}
    except UsageError as error:
        raise UsageError(f"{place / CARD} names heads that cannot be built: {error} Fetch the folder anew.") from error
    found = {name: value.shape for name, value in tensors.items()}
    if wanted != found:
        wrong = next(name for name in {**wanted, **found} if wanted.get(name) != found.get(name))
        got, want = (list(shapes[wrong]) if wrong in shapes else "missing" for shapes in (found, wanted))
        raise BackboneError(
            f"{place / WEIGHTS} does not fit its card: {wrong} is {got}, by the card {want}. Fetch the folder anew."
        )
    bad = [name for name, value in tensors.items() if value.dtype != torch.float32 or not value.isfinite().all()]
    if bad:
        raise BackboneError(f"{place / WEIGHTS} is not usable: {bad[0]} is not finite float32. Fetch the folder anew.")
    heads = Heads(card.axes, **sizes)
    heads.load_state_dict(dict(tensors))
    return heads


def _where(card: Card, beside: Path, told: str | Path | None) -> str:
    """What the card's encoder is loaded from: a name, an id on the hub, or the folder where it is now."""
    if not card.in_folder:
        if told is not None:
            raise UsageError(
                f"encoder is {str(told)!r}, and {beside / CARD} names {card.encoder.name!r}, which is no folder that "
                "could have moved. Leave encoder out."
            )
        return card.encoder.name
    places = [Path(told)] if told is not None else [Path(card.encoder.name), beside / card.encoder.name]
    found = next((str(place) for place in places if place.is_dir()), None)
    if found is None:
        looked = " or ".join(f"'{place}'" for place in places)
        raise UsageError(
            f"{beside / CARD} names the folder '{card.encoder.name}' as its encoder, and there is no folder {looked}. "
            "Say where it is now: encoder='FOLDER' (--encoder FOLDER)."
        )
    return found


def _encoder(card: Card, where: str, tuned: Mapping[str, Tensor], device: str) -> Encoder:
    from earwitness.mos.encoders import load_encoder

    spec = card.encoder
    encoder = load_encoder(where, layer=spec.layer, device=device, revision=spec.revision)
    # Through JSON, as the card went: tuples become lists.
    found = json.loads(json.dumps(dict(encoder.identity)))
    if found != card.identity:
        lines = "; ".join(changes(card.identity, found))
        raise BackboneError(
            f"encoder '{where}' is not the one that these heads were trained on: {lines}. Get that encoder"
            f"{', say where it is: encoder=FOLDER (--encoder FOLDER),' if card.in_folder else ','} or train the heads "
            "again."
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
