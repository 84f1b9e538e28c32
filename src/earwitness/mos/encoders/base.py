"""The seam to encoders: a clip, or a caption, becomes a vector that heads read.

An embedding is float32 ``[layer, feature]``: one layer as a rule, all of them where the heads learn how to weigh them.
It depends on the clip alone - not on its batch, not on chance - so it can be kept on disk. An encoder resamples each
clip to its own rate and hears all of it: a long clip comes in windows whose embeddings are averaged by their length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import AudioError, UsageError
from earwitness.types import Audio

if TYPE_CHECKING:
    import torch

Layer = int | str


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """How to load an encoder again; see ``load_encoder`` for the meaning of each field.

    Attributes:
        name: a name of ``earwitness list encoders``, a folder, or ``owner/name`` on the hub.
        layer: ``last``, ``all``, ``heads``, or a layer's number counted from 0.
        revision: commit of a checkpoint on the hub.
    """

    name: str
    layer: Layer = "last"
    revision: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return asdict(self)


@runtime_checkable
class Encoder(Protocol):
    """Clips in, embeddings out.

    Attributes:
        name: short name, for people.
        spec: how to load it again.
        sample_rate: Hz, of what it hears.
        layers: layers in an embedding.
        features: width of a layer.
        text_features: width of a caption's embedding; 0 without a text tower.
        min_duration: the shortest clip it can hear, in seconds.
        batch_size: clips that it takes at once with profit.
    """

    name: str
    spec: EncoderSpec
    sample_rate: int
    layers: int
    features: int
    text_features: int
    min_duration: float
    batch_size: int

    @property
    def identity(self) -> Mapping[str, Any]:
        """Everything that determines an embedding: weights by hash or revision, layer, windows, precision."""

    def embed(self, clips: Sequence[Audio]) -> NDArray[np.float32]:
        """Embeddings of clips at any rate and of any length, shape ``[clip, layer, feature]``."""

    def embed_texts(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of captions, shape ``[caption, text_feature]``."""


@runtime_checkable
class TrainableEncoder(Encoder, Protocol):
    """An encoder whose weights can learn."""

    module: torch.nn.Module

    def encode(self, clips: Sequence[Audio]) -> torch.Tensor:
        """As ``embed``, with a gradient to the weights of ``module``."""


def check_duration(clip: Audio, encoder: Encoder) -> None:
    """Refuse a clip that is too short for an encoder to hear.

    Raises:
        AudioError: with code ``too_short``.
    """
    if clip.duration < encoder.min_duration:
        raise AudioError(
            f"the clip lasts {clip.duration:.2f} s; {encoder.name} needs at least {encoder.min_duration:.2f} s.",
            code="too_short",
        )


def refuse_other_layers(spec: EncoderSpec, name: str) -> None:
    """Refuse a layer's number, or heads, where an encoder has only one state to give.

    Raises:
        UsageError: if one of these is asked for.
    """
    if isinstance(spec.layer, int):
        raise UsageError(f"encoder '{name}' has no numbered layers; wanted layer='last'.")
    refuse_heads(spec, name)


def refuse_heads(spec: EncoderSpec, name: str) -> None:
    """Refuse ``heads`` where a checkpoint has none.

    Raises:
        UsageError: if they are asked for.
    """
    if spec.layer == "heads":
        raise UsageError(f"encoder '{name}' has no published heads; audiobox-aesthetics has. Wanted layer='last'.")
