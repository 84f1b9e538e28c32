"""An encoder whose weights are no longer those that its name stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from earwitness.errors import BackboneError
from earwitness.mos.encoders.base import EncoderSpec, TrainableEncoder
from earwitness.types import Audio


class TunedEncoder:
    """A fine-tuned encoder; its identity holds the hash of its weights, so no embedding of the untuned one is taken.

    Args:
        base: the encoder, its weights learnt; they do not change from here on.
    """

    def __init__(self, base: TrainableEncoder) -> None:
        self.base = base
        self.name = base.name
        self.spec: EncoderSpec = base.spec
        self.sample_rate = base.sample_rate
        self.layers = base.layers
        self.features = base.features
        self.text_features = base.text_features
        self.min_duration = base.min_duration
        self.batch_size = base.batch_size

    @classmethod
    def with_weights(cls, base: TrainableEncoder, weights: Mapping[str, Tensor]) -> TunedEncoder:
        """The encoder with other weights.

        Raises:
            BackboneError: if they are not this encoder's by name, shape and type, or not finite.
        """
        wanted = base.module.state_dict()
        for name in {**wanted, **weights}:
            one, other = wanted.get(name), weights.get(name)
            if one is None or other is None or (one.shape, one.dtype) != (other.shape, other.dtype):
                raise BackboneError(f"fine-tuned weights do not fit encoder '{base.name}': {name}. Fetch them anew.")
            if not other.isfinite().all():
                raise BackboneError(f"fine-tuned weights of encoder '{base.name}' are not finite: {name}.")
        base.module.load_state_dict(dict(weights))
        return cls(base)

    @cached_property
    def identity(self) -> Mapping[str, Any]:
        """That of the encoder as it was loaded, with the hash of the weights that it has learnt."""
        return {**self.base.identity, "tuned": self._hash()}

    def embed(self, clips: Sequence[Audio]) -> NDArray[np.float32]:
        """Embeddings of clips, shape ``[clip, layer, feature]``."""
        return self.base.embed(clips)

    def embed_texts(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of captions, shape ``[caption, text_feature]``."""
        return self.base.embed_texts(captions)

    def weights(self) -> dict[str, Tensor]:
        """Copies of all weights, on the CPU."""
        # clone: safetensors refuses tensors that share memory, as tied weights do.
        return {name: value.detach().cpu().clone() for name, value in self.base.module.state_dict().items()}

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for name, value in sorted(self.weights().items()):
            digest.update(name.encode())
            digest.update(value.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()
