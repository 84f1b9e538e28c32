"""The audio tower of the judge that ships with the package: 16 kHz, 10 s at once, about 6 positions a second.

What it learned is which sounds a clip holds; what it says of how good they sound is for heads to find out. A layer
gives the mean and the standard deviation over the positions of the clip itself, not those of the silence after it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from earwitness.backbones import LoadOptions
from earwitness.backbones.checkpoint import Checkpoint, read_checkpoint
from earwitness.backbones.embedded import FOLDER
from earwitness.backbones.front_end import FrontEnd
from earwitness.mos.encoders import EncoderOptions
from earwitness.mos.encoders.layers import LayerChoice
from earwitness.mos.encoders.tower import Prepared, Tower

# Keeps the root's gradient finite where a feature does not change over time.
_LEAST_VARIANCE = 1e-8


class EmbeddedEncoder(Tower):
    """The encoder ``embedded``.

    Args:
        checkpoint: the loaded judge, of which only the audio tower is kept.
        options: as they were asked for.
    """

    def __init__(self, checkpoint: Checkpoint, options: EncoderOptions) -> None:
        tower = checkpoint.model.get_encoder(modality="audio")
        self._front_end = FrontEnd(checkpoint.extractor, checkpoint.family)
        self._positions = int(tower.config.max_source_positions)
        self._choice = LayerChoice(options, int(tower.config.encoder_layers))
        super().__init__(
            options,
            tower,
            sample_rate=self._front_end.sample_rate,
            layers=self._choice.layers,
            features=2 * int(tower.config.d_model),
            longest=self._front_end.window,
            weights={"encoder": "embedded", **checkpoint.identity, "pooling": "mean and deviation"},
        )
        self.min_duration = self._front_end.min_duration

    def prepare(self, samples: NDArray[np.float32]) -> Prepared:
        """Log-mel frames of one window, silence after it, and the mel frames that are sound."""
        frames = self._front_end.frames(samples)
        return Prepared(frames.features[0], int(frames.mask.sum()))

    def forward(self, inputs: torch.Tensor, heard: Sequence[int]) -> torch.Tensor:
        """Mean and deviation over the clip's own positions, ``[window, layer, feature]``."""
        positions = [(frames - 1) // 2 + 1 for frames in heard]
        made = self.module(inputs, attention_mask=self._mask(positions), output_hidden_states=self._choice.needs_states)
        states = self._choice.of(made.hidden_states, made.last_hidden_state)
        # Only the tower's output has passed its pooling by two.
        counts = [
            positions if state.shape[1] > made.last_hidden_state.shape[1] else _pooled(positions) for state in states
        ]
        pooled = [_mean_and_deviation(state, count) for state, count in zip(states, counts, strict=True)]
        return torch.stack(pooled, dim=1)

    def _mask(self, positions: Sequence[int]) -> torch.Tensor:
        """Added to the attention: silence after the clip is not attended to, ``[window, 1, position, position]``."""
        size = self._positions
        silent = torch.arange(size)[None] >= torch.tensor(positions)[:, None]
        mask = torch.zeros(len(positions), 1, size, size).masked_fill(silent[:, None, None], -torch.inf)
        return mask.to(self.device)


def _pooled(positions: Sequence[int]) -> list[int]:
    return [count // 2 for count in positions]


def _mean_and_deviation(states: torch.Tensor, counts: Sequence[int]) -> torch.Tensor:
    """Shape ``[window, 2 * feature]`` of states ``[window, position, feature]``."""
    rows = [state[:count] for state, count in zip(states, counts, strict=True)]
    return torch.stack([torch.cat([row.mean(0), (row.var(0, correction=0) + _LEAST_VARIANCE).sqrt()]) for row in rows])


def load(options: EncoderOptions) -> EmbeddedEncoder:
    """The audio tower of the judge in the package's own folder.

    Raises:
        BackboneError: if the folder is incomplete.
        UsageError: if there is no such layer or device.
    """
    return EmbeddedEncoder(
        read_checkpoint(LoadOptions(options.name, str(FOLDER), device=options.device, dtype="float32")), options
    )
