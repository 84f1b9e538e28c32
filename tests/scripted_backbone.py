"""A backbone that answers and writes from a script, and keeps what it was asked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from earwitness.backbones.base import GREEDY, Request, Writing
from earwitness.errors import ClipError


class ScriptedBackbone:
    """``yes`` gives P(yes) by clip and question, ``write`` a text by clip and question; either may give a ClipError."""

    name = "scripted"
    sample_rate = 16000
    min_duration = 0.1
    released_window = 10.0
    identity: Mapping[str, Any] = {"weights": "none"}

    def __init__(
        self,
        yes: Callable[..., float | ClipError] = lambda audio, question: 0.9,
        write: Callable[..., str | ClipError] = lambda audio, question: "",
        *,
        mass: float = 0.9,
        max_duration: float = 10.0,
        batch_size: int = 4,
    ) -> None:
        self.yes, self.write, self.mass = yes, write, mass
        self.max_duration, self.batch_size = max_duration, batch_size
        self.answered: list[Request] = []
        self.generated: list[tuple[Request, Writing]] = []

    def single_tokens(self, forms: Sequence[str]) -> tuple[str, ...]:
        """The first two of each side: yes and no have as many forms."""
        return tuple(forms[:2])

    def answer(self, requests: Sequence[Request]) -> list[np.ndarray | ClipError]:
        """The mass shared among the forms of yes and of no."""
        self.answered += requests
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> np.ndarray | ClipError:
        told = [self.yes(request.audio, question) for question in request.questions]
        failed = [one for one in told if isinstance(one, ClipError)]
        if failed:
            return failed[0]
        each = len(request.forms) // 2
        sides = np.array([[p / each] * each + [(1 - p) / each] * each for p in told])
        with np.errstate(divide="ignore"):
            return np.log(self.mass * sides)

    def generate(self, requests: Sequence[Request], writing: Writing = GREEDY) -> list[tuple[str, ...] | ClipError]:
        """What the script says to each question."""
        self.generated += [(request, writing) for request in requests]
        written = [[self.write(request.audio, question) for question in request.questions] for request in requests]
        return [next((one for one in texts if isinstance(one, ClipError)), tuple(texts)) for texts in written]
