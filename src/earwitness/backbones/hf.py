"""Audio language models of transformers: load a checkpoint, ask it many questions about one clip at the cost of one.

System text and audio come first, so they are run once and their key/value cache serves every question of the clip: the
questions follow as a second, much shorter batch. That gives the numbers of plain scoring (to 1e-6 in float32; the tests
hold it to 1e-4). Log-probabilities come from the raw logits of the last prompt position: the head is applied to that
position alone, which the models' own ``forward`` does not offer for all families.

Only classes named in ``families.py`` are ever made, whatever a checkpoint's config says, and only from safetensors.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from earwitness.backbones import LoadOptions
from earwitness.backbones.base import Request
from earwitness.backbones.batching import Batcher
from earwitness.backbones.checkpoint import Checkpoint, read_checkpoint
from earwitness.backbones.front_end import Frames, FrontEnd, stack_frames
from earwitness.backbones.prompt import Prompt
from earwitness.errors import AnswerError, AudioError, BackboneError, UsageError

logger = logging.getLogger(__name__)

# Clips in one pass on a CPU: more gain nothing there.
CPU_BATCH = 4
# Questions in one pass for each clip in one.
QUESTIONS_PER_CLIP = 8

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Clip:
    """A request made ready: its frames, each question's prompt, and how many ids of it all questions share."""

    frames: Frames
    prompts: list[list[int]]
    shared: int
    columns: list[int]


@dataclass(frozen=True, slots=True)
class _Row:
    """One question: ids still to be run, the place of its clip in the batch, the answer tokens to read."""

    clip: int
    ids: list[int]
    columns: list[int]


def load(options: LoadOptions) -> HFBackbone:
    """The backbone in a folder or on the hub.

    Raises:
        BackboneError: if it cannot be loaded.
    """
    return HFBackbone(read_checkpoint(options), options)


class HFBackbone:
    """A ``Backbone`` over a model of transformers.

    Args:
        checkpoint: the loaded parts.
        options: as they were asked for.

    Attributes:
        shared_prefix: whether a clip is run once for all its questions. May be set; turns itself off, with a logged
            warning, for a model that cannot.
    """

    def __init__(self, checkpoint: Checkpoint, options: LoadOptions) -> None:
        self.name = options.name
        self.identity: Mapping[str, Any] = checkpoint.identity
        self.shared_prefix = True
        self._model = checkpoint.model
        self._mask_name = checkpoint.family.mask_name
        self._prompt = Prompt(checkpoint.tokenizer, checkpoint.chat_template, checkpoint.audio_token)
        self._front_end = FrontEnd(checkpoint.extractor, checkpoint.family, cut=options.front_end == "paper")
        self.sample_rate = self._front_end.sample_rate
        self.min_duration = self._front_end.min_duration
        self.max_duration = self._front_end.max_duration
        self.released_window = self._front_end.released_window
        self.batch_size = fitting_clips(self._model) if options.batch_size == "auto" else options.batch_size
        self._clips = Batcher(self.batch_size, _out_of_memory)
        self._rows = Batcher(self.batch_size * QUESTIONS_PER_CLIP, _out_of_memory)

    def single_tokens(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Those of the forms that are one token each, one form for each distinct token, in order."""
        found: dict[int, str] = {}
        for form in forms:
            ids = self._prompt.spell(form)
            if len(ids) == 1:
                found.setdefault(ids[0], form)
        return tuple(found.values())

    def answer(self, requests: Sequence[Request]) -> list[NDArray[np.float64]]:
        """Natural log-probabilities of the forms as first answer token: ``[question, form]`` for each request.

        Raises:
            AudioError: if a clip is shorter or longer than the model hears.
            AnswerError: if memory does not hold even one clip with one question.
            BackboneError: if a form is no single token.
        """
        return self._each_batch(requests, self._answer_batch)

    def generate(self, requests: Sequence[Request], max_new_tokens: int = 256) -> list[tuple[str, ...]]:
        """The text that the model writes, one for each question of each request (greedy, control tokens left out).

        Raises:
            AudioError: if a clip is shorter or longer than the model hears.
            AnswerError: if memory does not hold even one clip with one question.
        """
        return self._each_batch(requests, partial(self._generate_batch, max_new_tokens=max_new_tokens))

    def _each_batch(
        self, requests: Sequence[Request], forward: Callable[[Sequence[Request]], list[Result]]
    ) -> list[Result]:
        """Results in the order of the requests, which are run sorted by length to waste little on padding."""
        for request in requests:
            self._check(request)
        order = sorted(range(len(requests)), key=lambda place: len(requests[place].audio.samples))
        ordered = [requests[place] for place in order]
        try:
            with torch.inference_mode():
                results = self._clips.run(ordered, [len(request.audio.samples) for request in ordered], forward)
        except Exception as error:
            if not _out_of_memory(error):
                raise
            raise AnswerError(
                f"{self.name} ran out of memory on one clip with one question. Shorter clips need less.",
                code="out_of_memory",
            ) from error
        by_place = dict(zip(order, results, strict=True))
        return [by_place[place] for place in range(len(requests))]

    def _check(self, request: Request) -> None:
        audio = request.audio
        if not request.questions:
            raise UsageError("a request has no questions; give at least one.")
        if audio.sample_rate != self.sample_rate:
            raise UsageError(
                f"the clip is at {audio.sample_rate} Hz; {self.name} hears {self.sample_rate} Hz. Resample it first: "
                "earwitness.audio.resample"
            )
        if audio.duration < self.min_duration:
            raise AudioError(
                f"the clip lasts {audio.duration:.2f} s; {self.name} needs at least {self.min_duration:.2f} s.",
                code="too_short",
            )
        if len(audio.samples) > round(self.max_duration * self.sample_rate):
            raise AudioError(
                f"the clip lasts {audio.duration:.2f} s; {self.name} hears at most {self.max_duration:g} s at once. "
                "Cut it into windows, as the judges do.",
                code="too_long",
            )

    def _listen(self, request: Request) -> _Clip:
        frames = self._front_end.frames(request.audio.samples)
        written = [self._prompt.ids(question, frames.tokens, request.system) for question in request.questions]
        shared = written[0][1]
        return _Clip(frames, [ids for ids, _ in written], shared, [self._form_id(form) for form in request.forms])

    def _form_id(self, form: str) -> int:
        ids = self._prompt.spell(form)
        if len(ids) != 1:
            raise BackboneError(f"{form!r} is {len(ids)} tokens of {self.name}; ask single_tokens which forms are one.")
        return ids[0]

    def _answer_batch(self, requests: Sequence[Request]) -> list[NDArray[np.float64]]:
        clips = [self._listen(request) for request in requests]
        several = any(len(clip.prompts) > 1 for clip in clips)
        shares = self.shared_prefix and several and all(clip.shared for clip in clips)
        rows = iter(self._answer_shared(clips) if shares else self._answer_plain(clips))
        return [
            np.array([next(rows) for _ in clip.prompts], np.float64).reshape(len(clip.prompts), len(clip.columns))
            for clip in clips
        ]

    def _answer_plain(self, clips: Sequence[_Clip]) -> list[NDArray[np.float32]]:
        """One whole prompt a row, padded on the left, so that every row ends in the last column."""
        rows = _rows(clips, skip=False)

        def forward(batch: Sequence[_Row]) -> list[NDArray[np.float32]]:
            ids, mask = self._pad([row.ids for row in batch], left=True)
            audio = self._audio([clips[row.clip].frames for row in batch])
            hidden = self._run(ids, mask, _positions(mask), use_cache=False, **audio).last_hidden_state
            return self._read(hidden[:, -1], batch)

        return self._rows.run(rows, [len(row.ids) for row in rows], forward)

    def _answer_shared(self, clips: Sequence[_Clip]) -> list[NDArray[np.float32]]:
        """Each clip's prefix once, then the questions' own ids on copies of its cache."""
        prefixes = [clip.prompts[0][: clip.shared] for clip in clips]
        ids, mask = self._pad(prefixes, left=True)
        audio = self._audio([clip.frames for clip in clips])
        cache = self._run(ids, mask, _positions(mask), use_cache=True, **audio).past_key_values
        if not _repeatable(cache):
            self.shared_prefix = False
            logger.warning("%s keeps no plain key/value cache: each question runs its whole prompt.", self.name)
            return self._answer_plain(clips)
        rows = _rows(clips, skip=True)
        lengths = [mask.shape[1] + len(row.ids) for row in rows]
        return self._rows.run(rows, lengths, partial(self._continue, cache, mask))

    def _continue(self, cache: Any, heard: torch.Tensor, rows: Sequence[_Row]) -> list[NDArray[np.float32]]:
        """Run the rows' ids behind their clips' prefixes, padded on the right: each row is read at its own last id."""
        clips = torch.tensor([row.clip for row in rows], device=heard.device)
        ids, mask = self._pad([row.ids for row in rows], left=False)
        whole = torch.cat([heard[clips], mask], dim=1)
        positions = _positions(whole)[:, heard.shape[1] :]
        hidden = self._run(ids, whole, positions, past_key_values=_select(cache, clips), use_cache=True)
        last = mask.sum(dim=1) - 1
        return self._read(hidden.last_hidden_state[torch.arange(len(rows), device=last.device), last], rows)

    def _generate_batch(self, requests: Sequence[Request], max_new_tokens: int) -> list[tuple[str, ...]]:
        clips = [self._listen(request) for request in requests]
        rows = _rows(clips, skip=False)

        def forward(batch: Sequence[_Row]) -> list[str]:
            ids, mask = self._pad([row.ids for row in batch], left=True)
            audio = self._audio([clips[row.clip].frames for row in batch])
            written = self._model.generate(
                input_ids=ids, attention_mask=mask, generation_config=self._greedy(max_new_tokens), **audio
            )
            return [self._prompt.read(row) for row in written[:, ids.shape[1] :].tolist()]

        texts = iter(self._rows.run(rows, [len(row.ids) + max_new_tokens for row in rows], forward))
        return [tuple(next(texts) for _ in clip.prompts) for clip in clips]

    def _greedy(self, max_new_tokens: int) -> Any:
        ends = self._prompt.end_ids()
        # Fields left at None are filled from the checkpoint, whose sampling and repetition penalty must not count.
        return transformers.GenerationConfig(
            max_new_tokens=max_new_tokens,
            do_sample=False,
            repetition_penalty=1.0,
            eos_token_id=ends,
            pad_token_id=ends[0],
        )

    def _run(self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, **inputs: Any) -> Any:
        return self._model.model(input_ids=ids, attention_mask=mask, position_ids=positions, **inputs)

    def _read(self, hidden: torch.Tensor, rows: Sequence[_Row]) -> list[NDArray[np.float32]]:
        """Log-probabilities of each row's answer tokens, over the whole vocabulary, from raw logits in float32."""
        log_probs = torch.log_softmax(self._model.lm_head(hidden).float(), dim=-1)
        wanted = sorted({column for row in rows for column in row.columns})
        table = log_probs[:, torch.tensor(wanted, dtype=torch.long, device=log_probs.device)].cpu().numpy()
        place = {column: index for index, column in enumerate(wanted)}
        return [table[i, [place[column] for column in row.columns]] for i, row in enumerate(rows)]

    def _pad(self, rows: Sequence[list[int]], *, left: bool) -> tuple[torch.Tensor, torch.Tensor]:
        width = max(map(len, rows))
        ids = np.full((len(rows), width), self._prompt.end_ids()[0], np.int64)
        mask = np.zeros((len(rows), width), np.int64)
        for row, filled, marked in zip(rows, ids, mask, strict=True):
            span = slice(width - len(row), width) if left else slice(0, len(row))
            filled[span], marked[span] = row, 1
        device = self._model.device
        return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)

    def _audio(self, clips: Sequence[Frames]) -> dict[str, torch.Tensor]:
        features, mask = stack_frames(clips)
        return {
            "input_features": torch.from_numpy(features).to(self._model.device, self._model.dtype),
            self._mask_name: torch.from_numpy(mask).to(self._model.device),
        }


def _rows(clips: Sequence[_Clip], *, skip: bool) -> list[_Row]:
    return [
        _Row(place, prompt[clip.shared :] if skip else prompt, clip.columns)
        for place, clip in enumerate(clips)
        for prompt in clip.prompts
    ]


def _positions(mask: torch.Tensor) -> torch.Tensor:
    """Each token's place in its own row, padding left out; audio takes one place a token in all families."""
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def _repeatable(cache: Any) -> bool:
    """Whether the cache is keys and values of every token, which can be copied for each question."""
    layers = getattr(cache, "layers", [])
    return bool(layers) and all(type(layer) is transformers.cache_utils.DynamicLayer for layer in layers)


def _select(cache: Any, clips: torch.Tensor) -> Any:
    """A cache of its own for each row. Layers are copied shallowly: selecting and growing replace their tensors."""
    own = copy.copy(cache)
    own.layers = [copy.copy(layer) for layer in cache.layers]
    own.batch_select_indices(clips)
    return own


def _out_of_memory(error: BaseException) -> bool:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    # The CPU's allocator has no exception type of its own.
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def fitting_clips(model: Any) -> int:
    """How many clips of 30 s, each with eight questions, half the free memory should hold; at most 32."""
    if model.device.type != "cuda":
        return CPU_BATCH
    text = model.config.get_text_config()
    head = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    token = 2 * text.num_hidden_layers * text.num_key_value_heads * head * model.dtype.itemsize
    # 800 tokens, cached once for the clip and twice (before and after it grows) for each of its questions.
    clip = 800 * token * (1 + 2 * QUESTIONS_PER_CLIP)
    free, _ = torch.cuda.mem_get_info(model.device)
    return max(1, min(32, int(free / 2 / clip)))
