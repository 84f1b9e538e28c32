"""Models behind a server that speaks OpenAI's chat protocol: vLLM, SGLang, llama.cpp, ``transformers serve``, hosts.

A request is one question about one clip, so many run at once; a clip is encoded once for all of its questions, and
comes before the words, so that a server with a prefix cache hears it once. When the backbone is loaded it asks the
server what it can do and whether it hears (``server/self_check.py``), because the way to its log-probabilities is part
of every recipe and a run should not begin with a server that is deaf. The parts are in ``server/``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Any, Literal, TypeVar
from urllib.parse import urldefrag

import numpy as np

from earwitness.backbones import LoadOptions
from earwitness.backbones.base import GREEDY, FrontEnd, LogProbs, Request, TextPrompt, Texts, Writing
from earwitness.backbones.origins import key, origins, request_origins
from earwitness.backbones.server.asking import MIN_DURATION, Clip, Job, all_or_why, asking
from earwitness.backbones.server.budget import CostEstimate, Spent
from earwitness.backbones.server.chat import Chat
from earwitness.backbones.server.options import ServerOptions
from earwitness.backbones.server.replies import Way, written
from earwitness.backbones.server.self_check import (
    best_way,
    check_hearing,
    probe_forms,
    schema_field,
    served_model,
    software_version,
    takes_schema,
)
from earwitness.backbones.server.together import together
from earwitness.backbones.server.transport import Transport
from earwitness.backbones.server.vocabulary import Vocabulary
from earwitness.errors import BackboneError, ClipError, NoLogProbsError, UsageError

logger = logging.getLogger(__name__)

# Clips in a batch for each request that may be under way: enough that few of them wait for the last.
BATCHES_AHEAD = 4
SEED_BITS = 31  # servers take a seed as a signed number of 32 or 64

Result = TypeVar("Result")


def load(options: LoadOptions) -> ServerBackbone:
    """The model at an address, ``http://host:8000/v1`` or ``http://host:8000/v1#model``, to be asked about clips.

    Raises:
        UsageError: if the address is none.
        BackboneError: if the server cannot be reached, has no such model, or does not hear.
    """
    transport, model = _at(options)
    return ServerBackbone(transport, model, batch_size=options.batch_size, front_end=options.front_end)


def load_writer(options: LoadOptions) -> ServerWriter:
    """The model at an address, to write from text alone; it need not hear.

    Raises:
        UsageError: if the address is none.
        BackboneError: if the server cannot be reached, or has no such model.
    """
    transport, model = _at(options)
    return ServerWriter(transport, model, batch_size=options.batch_size)


def _at(options: LoadOptions) -> tuple[Transport, str]:
    address, model = urldefrag(options.source)
    return Transport(address, options.server or ServerOptions()), model


class ServerWriter:
    """A ``Writer`` over a server.

    Args:
        transport: to the server, which is asked at once what it can do.
        model: as the server calls it; empty for the one that it serves.
        batch_size: prompts at a time.

    Raises:
        BackboneError: if the server cannot be reached, has no such model, or cannot be asked within the budget.
    """

    def __init__(
        self,
        transport: Transport,
        model: str = "",
        *,
        batch_size: int | Literal["auto"] = "auto",
    ) -> None:
        self._transport = transport
        self._options = transport.options
        self._stopped: BackboneError | None = None
        self.batch_size = BATCHES_AHEAD * self._options.concurrency if batch_size == "auto" else batch_size
        try:
            self._ask_what_it_can(model)
        except ClipError as error:
            hint = " If it is the audio: try audio_format='pcm16' or audio_part='audio_url'."
            raise BackboneError(
                f"the server failed in the start-up check: {error}{hint if error.code == 'server_refused' else ''}"
            ) from error
        if transport.budget.needs_usage and not self.spent.prompt_tokens:
            raise BackboneError(f"{self.name} counts no tokens, so only max_requests can cap what is sent to it.")

    def _ask_what_it_can(self, model: str) -> None:
        self._chat = Chat(self._transport, served_model(self._transport, model))
        # A server names a folder by its path on its machine, which is nobody's business.
        is_path = self._chat.model.startswith("/")
        self.name = PurePath(self._chat.model).name if is_path else self._chat.model
        self._version = software_version(self._transport)
        self._takes_schema = takes_schema(self._chat)

    @property
    def identity(self) -> Mapping[str, Any]:
        """The model's name, the software's version where it is told, and whether texts can be held to a schema."""
        version = {} if self._version is None else {"version": self._version}
        return {"family": "openai-api", "model": self.name, **version, "schema": self._takes_schema}

    @property
    def spent(self) -> Spent:
        """What was sent since it was loaded, the start-up check included."""
        return self._transport.budget.spent

    def write(self, prompts: Sequence[TextPrompt], writing: Writing = GREEDY) -> list[str | ClipError]:
        """One text for each prompt; a prompt whose request failed has its error in its place.

        Raises:
            BackboneError: if the server is gone or the budget spent.
        """
        drawn_for = origins(writing.seed, prompts)
        return self._together(
            [
                asking(self._chat, prompt.text, prompt.system, None, self._writing_fields(writing, origin), written)
                for prompt, origin in zip(prompts, drawn_for, strict=True)
            ]
        )

    def _writing_fields(self, writing: Writing, drawn_for: str) -> Mapping[str, Any]:
        """What to ask for, with a seed for this text alone where it is drawn."""
        form = {} if writing.schema is None or not self._takes_schema else schema_field(writing.schema)
        seed = {"seed": key(drawn_for, SEED_BITS)} if writing.temperature > 0 else {}
        return {"max_tokens": writing.max_new_tokens, "temperature": writing.temperature, **form, **seed}

    def _together(self, jobs: Sequence[Job[Result]]) -> list[Result | ClipError]:
        """The jobs' results; what stopped the last batch after some of it was answered stops this one."""
        if self._stopped is not None:
            error, self._stopped = self._stopped, None
            raise error
        self._transport.budget.check()
        results, self._stopped = together(jobs, self._options.concurrency)
        return results


class ServerBackbone(ServerWriter):
    """A ``Backbone`` and ``Writer`` over a server.

    Args:
        transport: to the server, which is asked at once what it can do and whether it hears.
        model: as the server calls it; empty for the one that it serves.
        batch_size: requests that it likes to be given at a time.
        front_end: what its recipe says; ``paper`` cuts clips at ``max_duration``.

    Raises:
        BackboneError: if the server cannot be reached, has no such model, drops the audio, or cannot hold the budget.
    """

    def __init__(
        self,
        transport: Transport,
        model: str = "",
        *,
        batch_size: int | Literal["auto"] = "auto",
        front_end: FrontEnd = "correct",
    ) -> None:
        super().__init__(transport, model, batch_size=batch_size)
        self._front_end = front_end
        self.sample_rate = self._options.sample_rate
        self.min_duration = MIN_DURATION
        self.max_duration = self.released_window = self._options.max_duration

    def _ask_what_it_can(self, model: str) -> None:
        super()._ask_what_it_can(model)
        self._vocabulary = Vocabulary(self._transport, self._chat.model)
        self._way = best_way(self._chat, self._vocabulary, self._options)
        self._hearing = check_hearing(self._chat, self._way, probe_forms(self._vocabulary), self._options)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Model, version, the way to its log-probabilities, and what it is sent; neither its address nor the key."""
        return {
            **super().identity,
            "log_probs": "none" if self._way is None else self._way.name,
            "audio_format": self._options.audio_format,
            "sample_rate": self.sample_rate,
            "heard_at_once": self.max_duration,
            "front_end": self._front_end,
        }

    def single_tokens(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Those of the forms that are one token each, in order; all of them where the server does not tell.

        Raises:
            NoLogProbsError: if the server tells no log-probabilities.
        """
        self._log_probs()
        return self._vocabulary.single(forms) if self._vocabulary.is_told else tuple(dict.fromkeys(forms))

    def answer(self, requests: Sequence[Request]) -> list[LogProbs]:
        """Log-probabilities ``[question, form]`` for each request, or the error of its first failed question.

        Raises:
            NoLogProbsError: if the server tells no log-probabilities.
            BackboneError: if it is gone, or the budget spent.
            UsageError: if a clip is at another rate, or a request has no questions.
        """
        way = self._log_probs()

        def job(request: Request, clip: Clip, place: int) -> Job[Any]:
            fields = {"max_tokens": 1, "temperature": 0, **way.fields(request.forms)}
            question = request.questions[place]
            return asking(
                self._chat, question, request.system, clip, fields, lambda reply: way.read(reply, request.forms)
            )

        answered = self._by_request(requests, job)
        return [rows if isinstance(rows, ClipError) else np.array(rows, np.float64) for rows in answered]

    def generate(self, requests: Sequence[Request], writing: Writing = GREEDY) -> list[Texts]:
        """The text written for each question of each request, or the error of its first failed question.

        Raises:
            BackboneError: if the server is gone or the budget spent.
            UsageError: if a clip is at another rate, or a request has no questions.
        """

        def job(request: Request, clip: Clip, place: int) -> Job[str]:
            fields = self._writing_fields(writing, request_origins(writing.seed, request)[place])
            return asking(self._chat, request.questions[place], request.system, clip, fields, written)

        return [texts if isinstance(texts, ClipError) else tuple(texts) for texts in self._by_request(requests, job)]

    def estimate(self, n_requests: int, seconds_of_audio: float) -> CostEstimate:
        """What so many answers will take, by what the start-up check measured; also told to the log.

        Args:
            n_requests: questions; each is a request.
            seconds_of_audio: that are sent, a clip of ten questions ten times.
        """
        hearing, options = self._hearing, self._options
        tokens = cost = None
        if hearing.text_tokens is not None and hearing.tokens_per_second is not None:
            tokens = round(n_requests * hearing.text_tokens + seconds_of_audio * hearing.tokens_per_second)
            priced = options.price_in or options.price_out
            cost = self._transport.budget.cost(tokens, n_requests) if priced else None
        slowest = n_requests * hearing.seconds
        estimate = CostEstimate(n_requests, tokens, slowest / min(options.concurrency, n_requests or 1), slowest, cost)
        logger.info("%s: %s", self.name, estimate)
        return estimate

    def _log_probs(self) -> Way:
        if self._way is None:
            raise NoLogProbsError(
                f"the server of '{self.name}' tells no log-probabilities, which this judge needs. Judges that need "
                "none: sampled-yes, prompted-rating, and rubric with mode='generate'; or serve the model with vLLM."
            )
        return self._way

    def _by_request(
        self, requests: Sequence[Request], job: Callable[[Request, Clip, int], Job[Result]]
    ) -> list[list[Result] | ClipError]:
        """The results of each request's questions, or the error of the first that failed."""
        clips = [Clip(request.audio, len(request.questions), self._options) for request in requests]
        for request in requests:
            self._check_request(request)
        jobs = [
            job(request, clip, place)
            for request, clip in zip(requests, clips, strict=True)
            for place in range(len(request.questions))
        ]
        results = iter(self._together(jobs))
        return [all_or_why(list(islice(results, len(request.questions)))) for request in requests]

    def _check_request(self, request: Request) -> None:
        if not request.questions:
            raise UsageError("a request has no questions; give at least one.")
        if not request.audio.is_absent and request.audio.sample_rate != self.sample_rate:
            raise UsageError(
                f"the clip is at {request.audio.sample_rate} Hz; {self.name} is sent {self.sample_rate} Hz. Resample "
                "it first: earwitness.audio.resample"
            )
