"""How to talk to a server: what a user may choose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from earwitness.errors import UsageError

AudioPart = Literal["input_audio", "audio_url"]
AudioFormat = Literal["float32", "pcm16"]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How to talk to a server.

    A cap of the budget that is reached ends the run; what was answered is kept. Requests that are under way then may
    pass the caps on tokens and cost by their own.

    Attributes:
        concurrency: requests under way at once.
        tries: of one request, the first included; only what may be gone at the next try is tried again.
        deadline: of one try, seconds.
        patience: for all tries of one request and the waits between them, seconds.
        max_requests: cap on chat requests sent, tries again and the start-up check included.
        max_tokens: cap on tokens, of prompts and answers together, as the server counts them.
        max_cost: cap on what they cost, in the currency of the prices.
        price_in: of a million prompt tokens.
        price_out: of a million answer tokens.
        audio_part: how a clip is sent, ``input_audio`` or ``audio_url`` (a data URI).
        audio_format: a WAV of ``float32`` samples, which are exact, or of ``pcm16``, half as large.
        sample_rate: that clips are sent at, Hz.
        max_duration: the longest clip that the model behind the server hears at once, seconds; no server tells it, and
            many cut what is longer without a word. Longer clips come in windows.

    Raises:
        UsageError: if an option has no such value.

    Example:
        >>> ServerOptions(max_cost=5.0)
        Traceback (most recent call last):
        earwitness.errors.UsageError: max_cost is 5.0, but there is no price. Give price_in and price_out, per million \
tokens.
    """

    concurrency: int = 16
    tries: int = 6
    deadline: float = 120.0
    patience: float = 600.0
    max_requests: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    audio_part: AudioPart = "input_audio"
    audio_format: AudioFormat = "float32"
    sample_rate: int = 16000
    max_duration: float = 30.0

    def __post_init__(self) -> None:
        for name in ("concurrency", "tries", "sample_rate", "max_requests", "max_tokens"):
            self._check(name, at_least=1)
        for name in ("deadline", "patience", "max_duration", "max_cost"):
            self._check(name, above=0)
        for name in ("price_in", "price_out"):
            self._check(name, at_least=0)
        for name, choices in (("audio_part", get_args(AudioPart)), ("audio_format", get_args(AudioFormat))):
            if getattr(self, name) not in choices:
                raise UsageError(f"{name} is {getattr(self, name)!r}; wanted {' or '.join(map(repr, choices))}.")
        if self.max_cost is not None and not (self.price_in or self.price_out):
            raise UsageError(
                f"max_cost is {self.max_cost}, but there is no price. Give price_in and price_out, per million tokens."
            )

    def _check(self, name: str, *, at_least: float = -math.inf, above: float = -math.inf) -> None:
        value = getattr(self, name)
        if value is None or (math.isfinite(value) and value >= at_least and value > above):
            return
        wanted = f"at least {at_least:g}" if at_least > above else f"above {above:g}"
        raise UsageError(f"{name} is {value}; it must be {wanted}.")
