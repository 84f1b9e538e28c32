"""Which of a network's layers an embedding is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from earwitness.errors import UsageError
from earwitness.mos.encoders import EncoderOptions
from earwitness.mos.encoders.base import refuse_heads


class LayerChoice:
    """The states that ``layer`` names: ``last``, a number, or ``all``.

    Args:
        options: as they were asked for.
        depth: layers of the network. States are numbered from 0, which enters the first, to ``depth``, which leaves
            the last one.

    Attributes:
        layers: how many states are chosen.
        needs_states: whether the network must give more than its own output.

    Raises:
        UsageError: if there is no such layer.
    """

    def __init__(self, options: EncoderOptions, depth: int) -> None:
        refuse_heads(options.spec, options.name)
        self._layer = options.spec.layer
        if isinstance(self._layer, int) and self._layer > depth:
            raise UsageError(f"encoder '{options.name}' has no layer {self._layer}; wanted 0 to {depth}, or 'last'.")
        self.layers = depth + 1 if self._layer == "all" else 1
        self.needs_states = self._layer != "last"

    def of(self, states: Sequence[torch.Tensor] | None, last: torch.Tensor) -> list[torch.Tensor]:
        """The states chosen.

        Args:
            states: what entered the first layer, then what left each layer; None if they are not needed.
            last: the network's own output: what left the last layer, with all that comes after it.
        """
        if self._layer == "last" or states is None:
            return [last]
        every = [*states[:-1], last]
        return [every[self._layer]] if isinstance(self._layer, int) else every

    def pooled(self, made: Any, pool: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """The chosen layers of a network of transformers, shape ``[window, layer, feature]``.

        Args:
            made: its output, with hidden states where they are needed.
            pool: makes ``[window, feature]`` of states ``[window, frame, feature]``.
        """
        return torch.stack([pool(states) for states in self.of(made.hidden_states, made.last_hidden_state)], dim=1)
