"""A backbone that hears nothing: deterministic answers for tests, documentation and timing, with no model behind it.

Answers come from a hash of clip, question and seed, or from whoever makes it: a table of words in the question, or a
function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones import LoadOptions
from earwitness.backbones.base import GREEDY, YES_FORMS, Request, Writing
from earwitness.errors import AudioError, UsageError
from earwitness.types import Audio

Answers: TypeAlias = "Mapping[str, float] | Callable[[Audio, str], float]"


def load(options: LoadOptions) -> FakeBackbone:
    """The fake as ``load_backbone("fake")`` makes it."""
    return FakeBackbone() if options.batch_size == "auto" else FakeBackbone(batch_size=options.batch_size)


class FakeBackbone:
    """A ``Backbone`` without a model.

    Args:
        answers: probability of yes. A mapping from words to it answers each question by the first of its words that
            the question holds; a function is given clip and question. Whatever they leave open is answered by hash.
        seed: other seed, other hash.
        mass: probability of all yes and no forms together, in (0, 1].
        max_duration: the longest clip it takes, seconds.
        min_duration: the shortest, seconds.
        tokens: the forms that are single tokens; all are, if None.
        batch_size: requests it likes to be given at a time.

    Example:
        >>> clip = Audio(np.zeros(16000, np.float32), 16000, "0")
        >>> fake = FakeBackbone({"dog": 0.9})
        >>> (answer,) = fake.answer([Request(clip, ("Is it a dog?",), ("Yes", "No"))])
        >>> np.exp(answer).round(3)
        array([[0.882, 0.098]])
    """

    sample_rate = 16000

    def __init__(
        self,
        answers: Answers | None = None,
        *,
        seed: int = 0,
        mass: float = 0.98,
        max_duration: float = 600.0,
        min_duration: float = 0.1,
        tokens: Sequence[str] | None = None,
        batch_size: int = 64,
    ) -> None:
        if not 0.0 < mass <= 1.0:
            raise UsageError(f"mass is {mass}; it must be above 0 and at most 1.")
        self.name = "fake"
        self.max_duration = max_duration
        self.min_duration = min_duration
        self.released_window = max_duration
        self.batch_size = batch_size
        self._answers = answers
        self._seed = seed
        self._mass = mass
        self._tokens = None if tokens is None else frozenset(tokens)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Family, seed, mass and, where given, the answers."""
        told = self._answers
        given = None if told is None else dict(told) if isinstance(told, Mapping) else "function"
        return {"family": "fake", "seed": self._seed, "mass": self._mass, "answers": given}

    def single_tokens(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Those of the forms that count as one token, in order."""
        return tuple(dict.fromkeys(form for form in forms if self._tokens is None or form in self._tokens))

    def answer(self, requests: Sequence[Request]) -> list[NDArray[np.float64]]:
        """Natural log-probabilities, ``[question, form]``: the yes forms share p_yes evenly, the others the rest.

        Raises:
            AudioError: if a clip is too short or too long.
            UsageError: if a clip is at another rate.
        """
        return [self._answer(request) for request in requests]

    def generate(self, requests: Sequence[Request], writing: Writing = GREEDY) -> list[tuple[str, ...]]:
        """Yes or No, whichever is likelier, for each question."""
        return [
            tuple("Yes" if self._p_yes(request.audio, question) >= 0.5 else "No" for question in request.questions)
            for request in requests
        ]

    def _answer(self, request: Request) -> NDArray[np.float64]:
        self._check(request.audio)
        is_yes = np.array([form in YES_FORMS for form in request.forms], bool)
        sides = np.where(is_yes, max(int(is_yes.sum()), 1), max(int((~is_yes).sum()), 1))
        p_yes = np.array([self._p_yes(request.audio, question) for question in request.questions])[:, None]
        share = self._mass * np.where(is_yes, p_yes, 1.0 - p_yes) / sides
        return np.asarray(np.log(np.maximum(share, 1e-30)), np.float64)

    def _p_yes(self, audio: Audio, question: str) -> float:
        if callable(self._answers):
            return float(self._answers(audio, question))
        for words, p_yes in (self._answers or {}).items():
            if words in question:
                return p_yes
        text = f"{self._seed}\0{audio.sha256}\0{question}".encode("utf-8", "surrogatepass")
        # Six bytes are exact in a double; the half keeps the answer inside (0, 1).
        return (int.from_bytes(hashlib.sha256(text).digest()[:6]) + 0.5) / 2**48

    def _check(self, audio: Audio) -> None:
        if audio.is_absent:
            return
        if audio.sample_rate != self.sample_rate:
            raise UsageError(f"the clip is at {audio.sample_rate} Hz; fake hears {self.sample_rate} Hz.")
        if not self.min_duration <= audio.duration <= self.max_duration:
            raise AudioError(
                f"the clip lasts {audio.duration:.2f} s; fake hears {self.min_duration:g} to {self.max_duration:g} s.",
                code="too_short" if audio.duration < self.min_duration else "too_long",
            )
