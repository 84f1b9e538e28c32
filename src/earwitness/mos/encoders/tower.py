"""The base of encoders that are modules of torch: windows, batches, averages, with and without a gradient.

``inputs`` are what a module takes in for one window; ``samples [time]`` are float32 at the encoder's rate. Only inputs
of one shape share a batch, so no padding of a batch can reach an embedding. Weights are float32.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from earwitness.audio import resample
from earwitness.backbones.batching import Batcher
from earwitness.backbones.decoder import out_of_memory
from earwitness.errors import AudioError, UsageError
from earwitness.mos.encoders import EncoderOptions
from earwitness.mos.encoders.base import check_duration
from earwitness.mos.encoders.windows import Window, even_windows
from earwitness.types import Audio

# More windows in one pass gain nothing on a CPU.
CPU_BATCH, CUDA_BATCH = 4, 32
# Raised when the same weights would give another embedding than before, so that no cache serves an old one.
VERSION = 1
# Under a tenth of a second there is nothing to hear.
SHORTEST = 0.1


# From inputs of one shape, and how much of each is heard, to a row for each.
Forward = Callable[[torch.Tensor, Sequence[int]], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One window as the module takes it.

    Attributes:
        inputs: of any shape.
        heard: frames, or other positions, of it that are sound, where padding follows; 0 where all are.
    """

    inputs: NDArray[Any]
    heard: int = 0


class Tower(ABC):
    """An encoder over ``module``: subclasses say how a window goes in and how its embedding comes out.

    Args:
        options: as they were asked for.
        module: what holds the weights, on its device.
        sample_rate: Hz, of what it hears.
        layers: layers in an embedding.
        features: width of a layer.
        longest: samples heard at once.
        weights: which weights these are, for ``identity``.

    Attributes:
        module: takes a gradient in ``encode``; dropout is on there while it is in training mode, never in ``embed``.
    """

    text_features = 0
    min_duration = SHORTEST

    def __init__(
        self,
        options: EncoderOptions,
        module: torch.nn.Module,
        *,
        sample_rate: int,
        layers: int,
        features: int,
        longest: int,
        weights: Mapping[str, Any],
    ) -> None:
        self.name = options.name
        self.spec = options.spec
        self.module = module.eval()
        self.sample_rate = sample_rate
        self.layers = layers
        self.features = features
        self.longest = longest
        self.device = next(module.parameters()).device
        default = CUDA_BATCH if self.device.type == "cuda" else CPU_BATCH
        self.batch_size = default if options.batch_size == "auto" else options.batch_size
        self._batcher = Batcher(self.batch_size, out_of_memory)
        self._weights = dict(weights)
        self._loaded = self._changes()
        self._tuned: tuple[int, str] | None = None

    @abstractmethod
    def prepare(self, samples: NDArray[np.float32]) -> Prepared:
        """One window as the module takes it."""

    @abstractmethod
    def forward(self, inputs: torch.Tensor, heard: Sequence[int]) -> torch.Tensor:
        """Embeddings ``[window, layer, feature]`` of windows of one shape."""

    def windows(self, samples: int) -> tuple[Window, ...]:
        """The parts in which a clip of so many samples is heard."""
        return even_windows(samples, self.longest)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Weights, version, layer, window and rate; weights that learned since they were loaded count by their hash."""
        own = {
            "version": VERSION,
            "layer": self.spec.layer,
            "window": self.longest,
            "sample_rate": self.sample_rate,
            "dtype": "float32",
        }
        changes = self._changes()
        if changes == self._loaded:
            return {**self._weights, **own}
        if self._tuned is None or self._tuned[0] != changes:
            self._tuned = (changes, _hash_weights(self.module))
        return {**self._weights, **own, "tuned": self._tuned[1]}

    def embed(self, clips: Sequence[Audio]) -> NDArray[np.float32]:
        """Embeddings of clips at any rate and of any length, shape ``[clip, layer, feature]``.

        Raises:
            AudioError: with code ``too_short``, or ``out_of_memory`` if memory does not hold even one window.
        """
        with self.at_rest():
            return np.asarray(self.encode(clips).cpu().numpy(), np.float32)

    def embed_texts(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of captions, shape ``[caption, text_feature]``.

        Raises:
            UsageError: if this encoder has no text tower.
        """
        raise UsageError(f"encoder '{self.name}' has no text tower; use clap or clap-music.")

    def encode(self, clips: Sequence[Audio]) -> torch.Tensor:
        """As ``embed``, with a gradient to the weights of ``module``.

        Raises:
            AudioError: as ``embed``.
        """
        for clip in clips:
            check_duration(clip, self)
        heard = [resample(clip, self.sample_rate).samples for clip in clips]
        plans = [self.windows(len(samples)) for samples in heard]
        parts = [
            self.prepare(samples[window.start : window.stop])
            for samples, plan in zip(heard, plans, strict=True)
            for window in plan
        ]
        embeddings = iter(self.by_shape(parts, self.forward))
        averages = [_weighted([(next(embeddings), window.share) for window in plan]) for plan in plans]
        if not averages:
            return torch.zeros(0, self.layers, self.features, device=self.device)
        return self.finish(torch.stack(averages))

    def finish(self, averages: torch.Tensor) -> torch.Tensor:
        """What becomes of the averages over windows, ``[clip, layer, feature]``; nothing, as a rule."""
        return averages

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Without gradient, dropout, or the short cuts that make a GPU's numbers depend on chance or on TF32."""
        training = self.module.training
        self.module.eval()
        exact = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
        try:
            with torch.no_grad(), exact:
                yield
        finally:
            self.module.train(training)

    def by_shape(self, parts: Sequence[Prepared], forward: Forward) -> list[torch.Tensor]:
        """What ``forward`` makes of each part, in order; parts of one shape go through it together.

        Raises:
            AudioError: with code ``out_of_memory`` if memory does not hold even one part.
        """
        shapes: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for place, part in enumerate(parts):
            shapes[part.inputs.shape].append(place)
        found: dict[int, torch.Tensor] = {}
        for places in shapes.values():
            batch = [parts[place] for place in places]
            found.update(zip(places, self._in_batches(batch, forward), strict=True))
        return [found[place] for place in range(len(parts))]

    def _in_batches(self, parts: Sequence[Prepared], forward: Forward) -> list[torch.Tensor]:
        def run(batch: Sequence[Prepared]) -> list[torch.Tensor]:
            inputs = torch.from_numpy(np.stack([part.inputs for part in batch])).to(self.device)
            return list(forward(inputs, [part.heard for part in batch]))

        try:
            return self._batcher.run(parts, [part.inputs.size for part in parts], run)
        except Exception as error:
            if not out_of_memory(error):
                raise
            raise AudioError(f"{self.name} ran out of memory on a single window.", code="out_of_memory") from error

    def _changes(self) -> int:
        """How often weights and buffers were written to: torch counts it for each tensor."""
        return sum(tensor._version for tensor in self.module.state_dict(keep_vars=True).values())


def _weighted(parts: Sequence[tuple[torch.Tensor, float]]) -> torch.Tensor:
    if len(parts) == 1:
        return parts[0][0]
    return torch.stack([embedding * share for embedding, share in parts]).sum(dim=0)


def mean_over(frames: torch.Tensor, heard: Sequence[int]) -> torch.Tensor:
    """Means ``[window, ...]`` over the first ``heard`` of frames ``[window, frame, ...]``; over all where it is 0."""
    return torch.stack([row[: count or None].mean(dim=0) for row, count in zip(frames, heard, strict=True)])


def _hash_weights(module: torch.nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name}\0".encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).data)
    return digest.hexdigest()[:16]
