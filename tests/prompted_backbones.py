"""Backbones that write, and weigh digits, as a test tells them to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from beep_backbone import BeepBackbone
from earwitness.backbones.base import GREEDY, Request, Writing
from earwitness.errors import ClipError
from earwitness.types import Audio

# Of a clip, a question, the question's place in its request, and the way of writing.
Write = Callable[[Audio, str, int, Writing], str]


class WritingBackbone(BeepBackbone):
    """Writes what ``write`` returns; a ``ClipError`` that it raises comes in the place of the request's texts."""

    def __init__(self, write: Write | str = "", **options) -> None:
        super().__init__(**options)
        self.name = "writing"
        self.write = (lambda *_: write) if isinstance(write, str) else write
        self.requests: list[Request] = []
        self.writings: list[Writing] = []

    def generate(self, requests: Sequence[Request], writing: Writing = GREEDY) -> list[tuple[str, ...] | ClipError]:
        """One text for each question."""
        self.batches.append(len(requests))
        self.requests += requests
        self.writings.append(writing)
        return [self._texts(request, writing) for request in requests]

    def _texts(self, request: Request, writing: Writing) -> tuple[str, ...] | ClipError:
        try:
            return tuple(
                self.write(request.audio, question, place, writing) for place, question in enumerate(request.questions)
            )
        except ClipError as error:
            return error


class WeighingBackbone(BeepBackbone):
    """Gives the forms of a request the probabilities that ``weigh`` returns for its clip."""

    def __init__(
        self, weigh: Callable[[Audio, tuple[str, ...]], Sequence[float]], tokens: Sequence[str], **options
    ) -> None:
        super().__init__(**options)
        self.name = "weighing"
        self.weigh = weigh
        self.tokens = tokens

    def single_tokens(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Those told."""
        return tuple(form for form in forms if form in self.tokens)

    def answer(self, requests: Sequence[Request]) -> list[np.ndarray | ClipError]:
        """Their logarithms, ``[1, form]``."""
        return [self._logarithms(request) for request in requests]

    def _logarithms(self, request: Request) -> np.ndarray | ClipError:
        try:
            with np.errstate(divide="ignore"):
                return np.log(np.array([self.weigh(request.audio, request.forms)], np.float64))
        except ClipError as error:
            return error
