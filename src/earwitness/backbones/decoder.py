"""The forward passes: prompts and sound into a model of transformers, log-probabilities or text out.

Rows are token ids of different lengths. ``[row, column]`` tensors hold them padded: on the left where the last column
is read or continued, on the right where each row is read at its own last id. Positions count a row's own tokens, so
padding moves nothing; audio takes one position a token in all families.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.cache_utils import DynamicLayer

from earwitness.backbones.base import Writing
from earwitness.backbones.front_end import Frames, stack_frames
from earwitness.backbones.writing import continue_rows, pad


@dataclass(frozen=True, slots=True)
class Row:
    """One question: the ids to run, the place of its clip in the batch, the answer tokens to read."""

    clip: int
    ids: list[int]
    columns: list[int]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model keeps of prompts that it has run: keys and values, and which of its places are tokens."""

    cache: Any
    mask: torch.Tensor

    @property
    def repeatable(self) -> bool:
        """Whether the cache is plain keys and values of every token, which can be copied for each question."""
        layers = getattr(self.cache, "layers", [])
        return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)

    def of(self, clips: torch.Tensor) -> Any:
        """A cache with a row for each of these clips.

        Layers are copied shallowly: selecting and growing replace their tensors and leave the original's alone.
        """
        own = copy.copy(self.cache)
        own.layers = [copy.copy(layer) for layer in self.cache.layers]
        own.batch_select_indices(clips)
        return own


class Decoder:
    """Runs rows through a model.

    Args:
        model: a model of transformers with ``model``, ``lm_head`` and ``generate``.
        mask_name: its argument that says which audio frames are sound.
    """

    def __init__(self, model: Any, mask_name: str) -> None:
        self.model = model
        self._mask_name = mask_name
        # Masked, so any id will do but the audio's, whose places are counted masked or not.
        self.padding = 1 if model.config.audio_token_id == 0 else 0

    def answer(self, rows: Sequence[Row], clips: Sequence[Frames]) -> list[NDArray[np.float32]]:
        """Whole prompts: each row hears its clip anew."""
        ids, mask = self._pad([row.ids for row in rows], left=True)
        audio = self.audio([clips[row.clip] for row in rows])
        hidden = self._run(ids, mask, positions(mask), use_cache=False, **audio).last_hidden_state
        return self._read(hidden[:, -1], rows)

    def listen(self, prefixes: Sequence[list[int]], clips: Sequence[Frames]) -> Heard:
        """Run what all questions of a clip share, once for each clip."""
        ids, mask = self._pad(prefixes, left=True)
        outputs = self._run(ids, mask, positions(mask), use_cache=True, **self.audio(clips))
        return Heard(outputs.past_key_values, mask)

    def follow(self, heard: Heard, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Run rows behind what was heard of their clips."""
        clips = torch.tensor([row.clip for row in rows], device=heard.mask.device)
        ids, mask = self._pad([row.ids for row in rows], left=False)
        whole = torch.cat([heard.mask[clips], mask], dim=1)
        places = positions(whole)[:, heard.mask.shape[1] :]
        outputs = self._run(ids, whole, places, past_key_values=heard.of(clips), use_cache=True)
        last = mask.sum(dim=1) - 1
        return self._read(outputs.last_hidden_state[torch.arange(len(rows), device=last.device), last], rows)

    def write(
        self, rows: Sequence[Row], clips: Sequence[Frames], writing: Writing, drawn_for: Sequence[str], ends: list[int]
    ) -> list[list[int]]:
        """Token ids that the model goes on with, up to one of ``ends``; see ``continue_rows``."""
        ids, mask = self._pad([row.ids for row in rows], left=True)
        audio = self.audio([clips[row.clip] for row in rows])
        return continue_rows(self.model, ids, mask, writing, drawn_for, ends=ends, padding=self.padding, **audio)

    def audio(self, clips: Sequence[Frames]) -> dict[str, torch.Tensor]:
        """The model's audio arguments; none where no row hears a clip."""
        sounding = [clip for clip in clips if clip.tokens]
        if not sounding:
            return {}
        features, mask = stack_frames(sounding)
        return {
            "input_features": torch.from_numpy(features).to(self.model.device, self.model.dtype),
            self._mask_name: torch.from_numpy(mask).to(self.model.device),
        }

    def _run(self, ids: torch.Tensor, mask: torch.Tensor, places: torch.Tensor, **inputs: Any) -> Any:
        return self.model.model(input_ids=ids, attention_mask=mask, position_ids=places, **inputs)

    def _read(self, hidden: torch.Tensor, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Log-probabilities of each row's answer tokens, over the whole vocabulary, from raw logits in float32."""
        log_probs = torch.log_softmax(self.model.lm_head(hidden).float(), dim=-1)
        wanted = sorted({column for row in rows for column in row.columns})
        table = log_probs[:, torch.tensor(wanted, dtype=torch.long, device=log_probs.device)].cpu().numpy()
        place = {column: index for index, column in enumerate(wanted)}
        return [table[i, [place[column] for column in row.columns]] for i, row in enumerate(rows)]

    def _pad(self, rows: Sequence[list[int]], *, left: bool) -> tuple[torch.Tensor, torch.Tensor]:
        ids, mask = pad(rows, self.padding, left=left)
        return ids.to(self.model.device), mask.to(self.model.device)


def positions(mask: torch.Tensor) -> torch.Tensor:
    """Each token's place in its own row, padding not counted.

    Example:
        >>> positions(torch.tensor([[0, 0, 1, 1], [1, 1, 1, 0]])).tolist()
        [[0, 0, 0, 1], [0, 1, 2, 2]]
    """
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def out_of_memory(error: BaseException) -> bool:
    """Whether this error means that memory ran out.

    Example:
        >>> out_of_memory(torch.OutOfMemoryError("CUDA out of memory.")), out_of_memory(ValueError())
        (True, False)
    """
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    # The CPU's allocator has no exception type of its own.
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
