"""A backbone that truly listens, for one sound: is there a beep near 3 kHz?"""

from collections.abc import Callable, Sequence

import numpy as np

from earwitness.backbones.base import GREEDY, Request, Writing
from earwitness.types import Audio


def hears_beep(audio: Audio) -> float:
    """Probability that a beep of 2.5 to 3.5 kHz sounds in the clip, from its loudest tenth of a second."""
    frame = audio.sample_rate // 10
    frames = audio.samples[: len(audio.samples) // frame * frame].reshape(-1, frame)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    frequency = np.fft.rfftfreq(frame, 1 / audio.sample_rate)
    loudest = power[:, (frequency > 2500) & (frequency < 3500)].sum(axis=1).max()
    return 0.97 if loudest > 1.0 else 0.03


class BeepBackbone:
    """Answers every question by what it hears; ``yes`` turns audio and question into a probability."""

    def __init__(
        self,
        yes: Callable[[Audio, str], float] = lambda audio, question: hears_beep(audio),
        *,
        max_duration: float = 10.0,
        mass: float = 0.9,
        batch_size: int = 4,
    ) -> None:
        self.name = "beep"
        self.sample_rate = 16000
        self.min_duration = 0.1
        self.max_duration = max_duration
        self.released_window = 10.0
        self.batch_size = batch_size
        self.identity = {"weights": "none"}
        self.yes, self.mass = yes, mass
        self.batches: list[int] = []

    def single_tokens(self, forms: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return tuple(forms)

    def answer(self, requests: Sequence[Request]) -> list[np.ndarray]:
        """The mass shared among the forms of yes and of no."""
        self.batches.append(len(requests))
        return [np.array([self._row(request, question) for question in request.questions]) for request in requests]

    def _row(self, request: Request, question: str) -> np.ndarray:
        probability = self.yes(request.audio, question)
        each = len(request.forms) // 2
        sides = np.repeat([probability, 1 - probability], [each, len(request.forms) - each])
        return np.log(self.mass * sides / each)

    def generate(self, requests: Sequence[Request], writing: Writing = GREEDY) -> list[tuple[str, ...]]:
        """Never asked here."""
        raise AssertionError("AQAScore does not generate")
