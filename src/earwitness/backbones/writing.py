"""Texts from prompts: tokens one after another, the likeliest or drawn, many prompts at a time.

A draw depends on its origin, see ``origins``, and on nothing else: neither on the batch nor on the order in which
prompts come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from transformers import GenerationConfig, LogitsProcessor

from earwitness.backbones.base import GREEDY, TextPrompt, Writing
from earwitness.backbones.batching import Batcher
from earwitness.backbones.origins import key, origins
from earwitness.backbones.prompt import Chat
from earwitness.errors import AnswerError, CaptionError, ClipError

# Rows in one pass on a CPU: more gain nothing there.
CPU_BATCH = 4


class Draws(LogitsProcessor):  # type: ignore[misc]  # transformers is not typed
    """Draws tokens by adding noise of Gumbel's kind to their logits, the largest of which is then taken.

    With ``noise = -log(E)``, ``E`` standard exponential, the token with the largest ``logit / temperature + noise`` is
    token ``t`` with probability ``softmax(logits / temperature)[t]``. Each row has a source of its own.

    Args:
        temperature: above 0.
        origins: what each row is drawn for.
    """

    def __init__(self, temperature: float, origins: Sequence[str]) -> None:
        self._temperature = temperature
        self._sources = [np.random.Generator(np.random.Philox(key=key(origin, 128))) for origin in origins]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The scores ``[row, token]`` with noise; advances every row by one token."""
        # In float64: in float32 an exponential is 0 once in 16 million times, and such a token always wins.
        exponential = np.stack([source.standard_exponential(scores.shape[1]) for source in self._sources])
        noise = torch.from_numpy(-np.log(exponential)).to(scores.device, torch.float32)
        return scores.float() / self._temperature + noise


def continue_rows(
    model: Any,
    ids: torch.Tensor,
    mask: torch.Tensor,
    writing: Writing,
    drawn_for: Sequence[str],
    *,
    ends: list[int],
    padding: int,
    **inputs: torch.Tensor,
) -> list[list[int]]:
    """Token ids that a model goes on with, up to one of ``ends``.

    Args:
        model: of transformers, with ``generate``.
        ids: prompts, shape ``[row, column]``, padded on the left.
        mask: which of them count, of the same shape.
        writing: how to write; its schema is ignored, as nothing here holds a model to one.
        drawn_for: each row's origin, see ``origins``.
        ends: token ids that end a text.
        padding: the id that fills rows.
        **inputs: further inputs of the model.
    """
    # Fields left at None are filled from the checkpoint, whose sampling and repetition penalty must not count.
    greedy = GenerationConfig(
        max_new_tokens=writing.max_new_tokens,
        do_sample=False,
        repetition_penalty=1.0,
        eos_token_id=ends or None,
        pad_token_id=padding,
    )
    written = model.generate(
        input_ids=ids,
        attention_mask=mask,
        generation_config=greedy,
        logits_processor=[Draws(writing.temperature, drawn_for)] if writing.temperature > 0 else None,
        **inputs,
    )
    return [_up_to(row, ends) for row in written[:, ids.shape[1] :].tolist()]


def _up_to(ids: list[int], ends: list[int]) -> list[int]:
    """Without what fills a row that ended before others, and may be a word's token."""
    return ids[: next((place for place, number in enumerate(ids) if number in ends), len(ids))]


def pad(rows: Sequence[Sequence[int]], padding: int, *, left: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows as one tensor ``[row, column]``, and which of its places are tokens.

    Example:
        >>> ids, mask = pad([[5], [6, 7]], 0, left=True)
        >>> ids.tolist(), mask.tolist()
        ([[0, 5], [6, 7]], [[0, 1], [1, 1]])
    """
    width = max(map(len, rows))
    ids = np.full((len(rows), width), padding, np.int64)
    mask = np.zeros((len(rows), width), np.int64)
    for row, filled, marked in zip(rows, ids, mask, strict=True):
        span = slice(width - len(row), width) if left else slice(0, len(row))
        filled[span], marked[span] = row, 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def fitting_rows(model: Any, tokens: int) -> int:
    """How many rows of so many cached tokens half the free memory should hold; at most 32."""
    if model.device.type != "cuda":
        return CPU_BATCH
    text = model.config.get_text_config()
    head = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    token = 2 * text.num_hidden_layers * text.num_key_value_heads * head * model.dtype.itemsize
    free, _ = torch.cuda.mem_get_info(model.device)
    return max(1, min(32, int(free / 2 / (tokens * token))))


class TextWriter:
    """Writes from text alone, in batches that fit.

    Args:
        name: of the model, for errors.
        model: of transformers.
        chat: writes its prompts.
        padding: an id that fills rows.
        batch_size: prompts in a pass.
        out_of_memory: tells whether an exception means that memory ran out.
    """

    def __init__(
        self,
        name: str,
        model: Any,
        chat: Chat,
        *,
        padding: int,
        batch_size: int,
        out_of_memory: Callable[[BaseException], bool],
    ) -> None:
        self._name = name
        self._model = model
        self._chat = chat
        self._padding = padding
        self._batches = Batcher(batch_size, out_of_memory)
        self._out_of_memory = out_of_memory
        self._window: int | None = getattr(model.config.get_text_config(), "max_position_embeddings", None)

    def write(self, prompts: Sequence[TextPrompt], writing: Writing = GREEDY) -> list[str | ClipError]:
        """One text for each prompt; where there is none, the reason."""
        ids = [self._ids(prompt, writing) for prompt in prompts]
        results: dict[int, str | ClipError] = {
            place: row for place, row in enumerate(ids) if isinstance(row, ClipError)
        }
        rows = {place: row for place, row in enumerate(ids) if not isinstance(row, ClipError)}
        drawn_for = origins(writing.seed, prompts)
        # By length, to waste little on padding.
        places = sorted(rows, key=lambda place: len(rows[place]))
        with torch.inference_mode():
            written = self._run([(rows[place], drawn_for[place]) for place in places], writing)
        results.update(zip(places, written, strict=True))
        return [results[place] for place in range(len(prompts))]

    def _ids(self, prompt: TextPrompt, writing: Writing) -> list[int] | ClipError:
        try:
            ids = self._chat.text_ids(prompt)
        except CaptionError as error:
            return error
        if self._window is not None and len(ids) + writing.max_new_tokens > self._window:
            return AnswerError(
                f"a prompt of {len(ids):,} tokens and a text of up to {writing.max_new_tokens:,} do not fit into the "
                f"{self._window:,} of {self._name}. Give a shorter text.",
                code="prompt_too_long",
            )
        return ids

    def _run(self, rows: Sequence[tuple[list[int], str]], writing: Writing) -> list[str | ClipError]:
        lengths = [len(ids) + writing.max_new_tokens for ids, _ in rows]
        try:
            return [*self._batches.run(rows, lengths, lambda batch: self._write(batch, writing))]
        except Exception as error:
            if not self._out_of_memory(error):
                raise
        if len(rows) > 1:
            # One of them does not fit even alone; the others do not fail with it.
            return [text for row in rows for text in self._run([row], writing)]
        return [
            AnswerError(
                f"{self._name} ran out of memory on one prompt of {len(rows[0][0]):,} tokens. Shorter texts need less.",
                code="out_of_memory",
            )
        ]

    def _write(self, batch: Sequence[tuple[list[int], str]], writing: Writing) -> list[str]:
        ids, mask = (part.to(self._model.device) for part in pad([row for row, _ in batch], self._padding, left=True))
        drawn_for = [origin for _, origin in batch]
        ends = self._chat.end_ids()
        written = continue_rows(self._model, ids, mask, writing, drawn_for, ends=ends, padding=self._padding)
        return [self._chat.read(row) for row in written]
