"""The share of yes among drawn answers: what stands in for P(yes) where a server gives no log-probabilities."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from earwitness.backbones.base import Backbone, FrontEnd, Request, Texts, Writing
from earwitness.errors import UsageError
from earwitness.judges.hearing import Heard
from earwitness.judges.prompting import PromptedJudge, Said
from earwitness.judges.replies import read_yes_no
from earwitness.rubrics.template import template as numbered_template
from earwitness.types import Pair


class SampledYes(PromptedJudge[tuple[str, ...]]):
    """The share of yes among drawn answers to AQAScore's question; ``values["alignment"]`` is in [0, 1].

    The estimator for servers without log-probabilities. At temperature 1 and for a clip that is heard at once, its mean
    over seeds is AQAScore's P(yes); with n draws its standard error is sqrt(p (1 - p) / n), .18 at p = .5 and n = 8.
    The verdict's ``mass`` is the share of answers that could be read.

    Args:
        backbone: a name from ``earwitness list backbones``, a folder with a checkpoint, or a ``Backbone``.
        draws: answers drawn for each question.
        temperature: above 0; 1 draws from the model's own distribution.
        seed: of the draws.
        template: number of the question's wording.
        max_new_tokens: of each answer; 1 draws what AQAScore reads. A tokenizer that spells yes in pieces needs more.
        front_end: ``correct`` hears the whole clip, ``paper`` cuts it as the released front-end does.
        **load_options: passed on to ``load_backbone``, such as ``device``, ``dtype``, ``revision``, ``batch_size``.

    Raises:
        UnknownNameError: if there is no such backbone or template.
        UsageError: if an option has no such value, or a loaded backbone hears with another front-end.
        MissingDependencyError: if the backbone needs a library that is not installed.
        BackboneError: if the backbone cannot be loaded.

    Example:
        >>> import numpy as np
        >>> from earwitness import FakeBackbone, Pair, from_array
        >>> clip = from_array(np.sin(np.arange(16000) / 10), sample_rate=16000)
        >>> judge = SampledYes(FakeBackbone({"dog": 0.9}))  # which always writes what is likelier
        >>> judge.score(Pair(clip, "a dog barks")).verdicts[0].evidence
        '8 yes, 0 no, 0 unreadable'
    """

    name = "sampled-yes"
    says_yes = True
    wanted = "yes or no in at least half of the drawn answers"

    def __init__(
        self,
        backbone: str | Path | Backbone = "embedded",
        *,
        draws: int = 8,
        temperature: float = 1.0,
        seed: int = 0,
        template: int = 1,
        max_new_tokens: int = 1,
        front_end: FrontEnd = "correct",
        **load_options: Any,
    ) -> None:
        for option, value in (("draws", draws), ("max_new_tokens", max_new_tokens)):
            if value < 1:
                raise UsageError(f"{option} is {value}; wanted at least 1.")
        if not 0.0 < temperature < math.inf:
            raise UsageError(f"temperature is {temperature}; wanted above 0: at 0 all draws would be alike.")
        super().__init__(backbone, numbered_template(template), front_end, load_options)
        self.draws = draws
        self.writing = Writing(max_new_tokens, temperature, seed)

    @property
    def asking(self) -> Mapping[str, Any]:
        """Number of draws, and how they are drawn."""
        writing = self.writing
        return {
            "draws": self.draws,
            "temperature": writing.temperature,
            "seed": writing.seed,
            "max_new_tokens": writing.max_new_tokens,
        }

    def requests_a_window(self, pair: Pair) -> int:
        """One for each draw."""
        return self.draws

    def request(self, heard: Heard, window: int) -> Request:
        """The question for one window, as often as it is drawn."""
        once = super().request(heard, window)
        return replace(once, questions=once.questions * self.draws)

    def put(self, requests: Sequence[Request]) -> Sequence[Texts]:
        """The drawn answers for each window."""
        return self.backbone.generate(requests, self.writing)

    def read(self, given: tuple[str, ...]) -> Said:
        """The share of yes among the answers that can be read, if they are at least half of all."""
        answers = Counter(map(read_yes_no, given))
        yes, no, unreadable = answers[True], answers[False], answers[None]
        readable = yes + no
        evidence = f"{yes} yes, {no} no, {unreadable} unreadable"
        if unreadable:
            strange = next(text for text in given if read_yes_no(text) is None)
            evidence += f", such as {strange!r}"
        return Said(
            yes / readable if 2 * readable >= len(given) else math.nan,
            evidence,
            readable / len(given),
            frozenset({"some_answers_unreadable"} if unreadable else ()),
        )
