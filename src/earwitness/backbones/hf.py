"""Audio language models of transformers: load a checkpoint, ask it many questions about one clip at the cost of one.

System text and audio come first, so they are run once and their key/value cache serves every question of the clip: the
questions follow as a second, much shorter batch. That gives the numbers of plain scoring (to 1e-6 in float32; the tests
hold it to 1e-4). Log-probabilities come from the raw logits of the last prompt position: the head is applied to that
position alone, which the models' own ``forward`` does not offer for all families.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from earwitness.backbones import LoadOptions
from earwitness.backbones.base import GREEDY, Request, TextPrompt, Writing
from earwitness.backbones.batching import Batcher
from earwitness.backbones.checkpoint import Checkpoint, read_checkpoint
from earwitness.backbones.decoder import Decoder, Row, out_of_memory
from earwitness.backbones.front_end import Frames, FrontEnd
from earwitness.backbones.origins import request_origins
from earwitness.backbones.prompt import Prompt
from earwitness.backbones.window_null import load_window_null
from earwitness.backbones.writing import TextWriter, fitting_rows
from earwitness.errors import AnswerError, AudioError, BackboneError, ClipError, UsageError

logger = logging.getLogger(__name__)

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


def load(options: LoadOptions) -> HFBackbone:
    """The backbone in a folder or on the hub.

    Raises:
        BackboneError: if it cannot be loaded.
    """
    return HFBackbone(read_checkpoint(options), options)


class HFBackbone:
    """A ``Backbone`` over a model of transformers, which also writes from text alone.

    Args:
        checkpoint: the loaded parts.
        options: as they were asked for.

    Attributes:
        shared_prefix: whether a clip is run once for all its questions. May be set; turns itself off, with a logged
            warning, for a model that cannot.
        window_null: quantiles of its logits on single windows without the sound asked for, from the checkpoint's
            folder; None where they were not measured.
    """

    def __init__(self, checkpoint: Checkpoint, options: LoadOptions) -> None:
        self.name = options.name
        self.identity: Mapping[str, Any] = checkpoint.identity
        self.shared_prefix = True
        self.window_null = load_window_null(Path(options.source))
        self._prompt = Prompt(checkpoint.tokenizer, checkpoint.chat_template, checkpoint.audio_token)
        self._front_end = FrontEnd(checkpoint.extractor, checkpoint.family, cut=options.front_end == "paper")
        self._decoder = Decoder(checkpoint.model, checkpoint.family.mask_name)
        self.sample_rate = self._front_end.sample_rate
        self.min_duration = self._front_end.min_duration
        self.max_duration = self._front_end.max_duration
        self.released_window = self._front_end.released_window
        self.batch_size = fitting_clips(checkpoint.model) if options.batch_size == "auto" else options.batch_size
        self._clips = Batcher(self.batch_size, out_of_memory)
        self._rows = Batcher(self.batch_size * QUESTIONS_PER_CLIP, out_of_memory)
        self._writer = TextWriter(
            self.name,
            checkpoint.model,
            self._prompt,
            padding=self._decoder.padding,
            batch_size=self.batch_size,
            out_of_memory=out_of_memory,
        )

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
        return self._in_batches(requests, self._answer)

    def generate(self, requests: Sequence[Request], writing: Writing = GREEDY) -> list[tuple[str, ...]]:
        """The text that the model writes, one for each question of each request, control tokens left out.

        A schema is ignored. Draws depend on the seed, the clip, the system text, the question, and which it is of equal
        ones in its request: neither on the batch nor on the order.

        Raises:
            AudioError: if a clip is shorter or longer than the model hears.
            AnswerError: if memory does not hold even one clip with one question.
        """
        return self._in_batches(requests, partial(self._generate, writing=writing))

    def write(self, prompts: Sequence[TextPrompt], writing: Writing = GREEDY) -> list[str | ClipError]:
        """One text for each prompt, written without a clip; where there is none, the reason."""
        return self._writer.write(prompts, writing)

    def _in_batches(
        self, requests: Sequence[Request], forward: Callable[[Sequence[Request]], list[Result]]
    ) -> list[Result]:
        """Results in the order of the requests, which are run sorted by length to waste little on padding."""
        for request in requests:
            self._check(request)
        lengths = [len(request.audio.samples) for request in requests]
        order = sorted(range(len(requests)), key=lambda place: lengths[place])
        alone = {place for place in order if self._front_end.is_alone(lengths[place])}
        together = [place for place in order if place not in alone]
        results: dict[int, Result] = {}
        with torch.inference_mode(), self._memory_errors():
            for places in [*([place] for place in alone), together]:
                batch = [requests[place] for place in places]
                done = self._clips.run(batch, [lengths[place] for place in places], forward)
                results.update(zip(places, done, strict=True))
        return [results[place] for place in range(len(requests))]

    @contextmanager
    def _memory_errors(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not out_of_memory(error):
                raise
            raise AnswerError(
                f"{self.name} ran out of memory on one clip with one question. Shorter clips need less.",
                code="out_of_memory",
            ) from error

    def _check(self, request: Request) -> None:
        audio = request.audio
        if not request.questions:
            raise UsageError("a request has no questions; give at least one.")
        if audio.is_absent:
            return
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

    def _prepare(self, request: Request) -> _Clip:
        frames = self._front_end.frames(request.audio.samples)
        written = [self._prompt.ids(question, frames.tokens, request.system) for question in request.questions]
        columns = [self._form_id(form) for form in request.forms]
        return _Clip(frames, [ids for ids, _ in written], written[0][1], columns)

    def _form_id(self, form: str) -> int:
        ids = self._prompt.spell(form)
        if len(ids) != 1:
            raise BackboneError(f"{form!r} is {len(ids)} tokens of {self.name}; ask single_tokens which forms are one.")
        return ids[0]

    def _answer(self, requests: Sequence[Request]) -> list[NDArray[np.float64]]:
        clips = [self._prepare(request) for request in requests]
        several = any(len(clip.prompts) > 1 for clip in clips)
        if self.shared_prefix and several and not all(clip.shared for clip in clips):
            self._stop_sharing("puts the question before the clip")
        shares = self.shared_prefix and several
        answers = iter(self._answer_shared(clips) if shares else self._answer_plain(clips))
        return [np.array([next(answers) for _ in clip.prompts], np.float64) for clip in clips]

    def _stop_sharing(self, reason: str) -> None:
        self.shared_prefix = False
        logger.warning("%s %s: each question runs its whole prompt.", self.name, reason)

    def _answer_plain(self, clips: Sequence[_Clip]) -> list[NDArray[np.float32]]:
        rows = _whole_rows(clips)
        frames = [clip.frames for clip in clips]
        return self._rows.run(rows, [len(row.ids) for row in rows], lambda batch: self._decoder.answer(batch, frames))

    def _answer_shared(self, clips: Sequence[_Clip]) -> list[NDArray[np.float32]]:
        """Each clip's prefix once, then the questions' own ids on copies of its cache."""
        prefixes = [clip.prompts[0][: clip.shared] for clip in clips]
        heard = self._decoder.listen(prefixes, [clip.frames for clip in clips])
        if not heard.repeatable:
            self._stop_sharing("keeps no plain key/value cache")
            return self._answer_plain(clips)
        rows = [
            Row(place, ids[clip.shared :], clip.columns) for place, clip in enumerate(clips) for ids in clip.prompts
        ]
        lengths = [heard.mask.shape[1] + len(row.ids) for row in rows]
        return self._rows.run(rows, lengths, lambda batch: self._decoder.follow(heard, batch))

    def _generate(self, requests: Sequence[Request], writing: Writing) -> list[tuple[str, ...]]:
        clips = [self._prepare(request) for request in requests]
        frames, ends = [clip.frames for clip in clips], self._prompt.end_ids()
        drawn_for = [origin for request in requests for origin in request_origins(writing.seed, request)]
        rows = list(zip(_whole_rows(clips), drawn_for, strict=True))
        lengths = [len(row.ids) + writing.max_new_tokens for row, _ in rows]

        def write(batch: Sequence[tuple[Row, str]]) -> list[list[int]]:
            return self._decoder.write(
                [row for row, _ in batch], frames, writing, [origin for _, origin in batch], ends
            )

        written = iter(self._rows.run(rows, lengths, write))
        return [tuple(self._prompt.read(next(written)) for _ in clip.prompts) for clip in clips]


def _whole_rows(clips: Sequence[_Clip]) -> list[Row]:
    return [Row(place, ids, clip.columns) for place, clip in enumerate(clips) for ids in clip.prompts]


def fitting_clips(model: Any) -> int:
    """How many clips of 30 s, each with eight questions, half the free memory should hold; at most 32."""
    # 800 tokens, cached once for the clip and twice (before and after it grows) for each of its questions.
    return fitting_rows(model, 800 * (1 + 2 * QUESTIONS_PER_CLIP))
