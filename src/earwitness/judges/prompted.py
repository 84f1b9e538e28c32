"""Baselines that ask an audio language model for a rating: one that it writes, and the mean of the digits it weighs.

They are what people compare AQAScore with (generative prompting, arXiv 2601.14728), in words of our own and each with
a name and a recipe of its own. ``PromptedRating`` reads a written rating from 0 to 10, ``DigitExpectation`` the mean of
the digits 0 to 9 by their probability as first answer token.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones.base import Backbone, FrontEnd, LogProbs, Request, Texts, Writing
from earwitness.errors import BackboneError
from earwitness.judges.hearing import Heard
from earwitness.judges.prompting import PromptedJudge, Said
from earwitness.judges.replies import read_rating
from earwitness.rubrics.template import Template

RATING = Template(
    1,
    {
        "en": "How well does this audio match the following description? {text}\n"
        "Rate it from 0 (nothing described can be heard) to 10 (everything can be heard just as described). "
        "Reply with the number only.",
        "zh": "这段音频与以下描述的符合程度如何？{text}\n"
        "请用0到10的数字评分：0表示完全听不到所描述的内容，10表示全部都能听到且与描述一致。只回答数字。",
    },
    "a rating from 0 to 10",
)
# 10 would begin with the token of 1.
DIGIT = Template(
    1,
    {
        "en": "How well does this audio match the following description? {text}\n"
        "Rate it with one digit from 0 (nothing described can be heard) to 9 (everything can be heard just as "
        "described). Reply with the digit only.",
        "zh": "这段音频与以下描述的符合程度如何？{text}\n"
        "请用0到9的一位数字评分：0表示完全听不到所描述的内容，9表示全部都能听到且与描述一致。只回答一位数字。",
    },
    "one digit from 0 to 9",
)
DIGITS = tuple("0123456789")
# The number, and the few words that models put around it all the same.
RATING_TOKENS = 32


class PromptedRating(PromptedJudge[tuple[str, ...]]):
    """Lets the model write a rating; ``values["alignment"]`` is in [0, 10].

    The generative prompting that AQAScore (arXiv 2601.14728) is compared with, in our own words.

    Args:
        backbone: a name from ``earwitness list backbones``, a folder with a checkpoint, or a ``Backbone``.
        front_end: ``correct`` hears the whole clip, ``paper`` cuts it as the released front-end does.
        **load_options: passed on to ``load_backbone``, such as ``device``, ``dtype``, ``revision``, ``batch_size``.

    Raises:
        UnknownNameError: if there is no such backbone.
        UsageError: if an option has no such value, or a loaded backbone hears with another front-end.
        MissingDependencyError: if the backbone needs a library that is not installed.
        BackboneError: if the backbone cannot be loaded.

    Example:
        >>> from earwitness import FakeBackbone, Pair, from_array
        >>> class Critic(FakeBackbone):
        ...     def generate(self, requests, writing=None):
        ...         return [("Rating: 7/10",) for request in requests]
        >>> clip = from_array(np.sin(np.arange(16000) / 10), sample_rate=16000)
        >>> PromptedRating(Critic()).score(Pair(clip, "a dog barks")).values["alignment"]
        7.0
    """

    name = "prompted-rating"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 10.0)}
    wanted = "one number from 0 to 10"

    def __init__(
        self, backbone: str | Path | Backbone = "embedded", *, front_end: FrontEnd = "correct", **load_options: Any
    ) -> None:
        super().__init__(backbone, RATING, front_end, load_options)

    @property
    def asking(self) -> Mapping[str, Any]:
        """Greedy, at most so many tokens."""
        return {"max_new_tokens": RATING_TOKENS}

    def put(self, requests: Sequence[Request]) -> Sequence[Texts]:
        """A text for each window."""
        return self.backbone.generate(requests, Writing(RATING_TOKENS))

    def read(self, given: tuple[str, ...]) -> Said:
        """The rating in a text."""
        (text,) = given
        rating = read_rating(text)
        return Said(math.nan if rating is None else rating / 10.0, text.strip())


class DigitExpectation(PromptedJudge[NDArray[np.float64]]):
    """The mean digit by its probability as first answer token; ``values["alignment"]`` is in [0, 9].

    As ``PromptedRating``, without its ties and without drawing. The scale ends at 9 because the first token of 10 is
    that of 1. A digit counts with and without a space before it where all ten have both forms as single tokens.

    Args:
        backbone: a name from ``earwitness list backbones``, a folder with a checkpoint, or a ``Backbone``.
        front_end: ``correct`` hears the whole clip, ``paper`` cuts it as the released front-end does.
        **load_options: passed on to ``load_backbone``, such as ``device``, ``dtype``, ``revision``, ``batch_size``.

    Raises:
        UnknownNameError: if there is no such backbone.
        UsageError: if an option has no such value, or a loaded backbone hears with another front-end.
        MissingDependencyError: if the backbone needs a library that is not installed.
        BackboneError: if the backbone cannot be loaded, or has digits that are no single tokens.

    Example:
        >>> from earwitness import FakeBackbone, Pair, from_array
        >>> clip = from_array(np.sin(np.arange(16000) / 10), sample_rate=16000)
        >>> judge = DigitExpectation(FakeBackbone({"dog": 0.1}))  # which likes all digits alike
        >>> round(judge.score(Pair(clip, "a dog barks")).values["alignment"], 3)
        4.5
    """

    name = "prompted-digits"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 9.0)}
    wanted = "some probability of a digit"
    unread = "no_answer"

    def __init__(
        self, backbone: str | Path | Backbone = "embedded", *, front_end: FrontEnd = "correct", **load_options: Any
    ) -> None:
        super().__init__(backbone, DIGIT, front_end, load_options)
        self.forms = _digit_forms(self.backbone)

    @property
    def asking(self) -> Mapping[str, Any]:
        """The forms whose probability is read."""
        return {"forms": list(self.forms)}

    def request(self, heard: Heard, window: int) -> Request:
        """The prompt for one window, with the digits as answer forms."""
        return replace(super().request(heard, window), forms=self.forms)

    def put(self, requests: Sequence[Request]) -> Sequence[LogProbs]:
        """Log-probabilities ``[1, form]`` for each window."""
        return self.backbone.answer(requests)

    def read(self, given: NDArray[np.float64]) -> Said:
        """The mean digit."""
        digits = np.logaddexp.reduce(given.reshape(-1, len(DIGITS)), axis=0)
        highest = digits.max()
        if not np.isfinite(highest):
            return Said(math.nan, "no digit at all", 0.0)
        likely = np.exp(digits - highest)
        mean = float(likely @ np.arange(len(DIGITS)) / likely.sum())
        mass = min(float(np.exp(highest) * likely.sum()), 1.0)
        return Said(mean / 9.0, f"likeliest {DIGITS[int(digits.argmax())]}, mean {mean:.2f}", mass)


def _digit_forms(backbone: Backbone) -> tuple[str, ...]:
    """The digits, one set of ten after the other, in the forms that the tokenizer has for all ten."""
    spaced = tuple(f" {digit}" for digit in DIGITS)
    single = backbone.single_tokens((*DIGITS, *spaced))
    forms = [form for forms in (DIGITS, spaced) if set(forms) <= set(single) for form in forms]
    if not forms:
        missing = ", ".join(repr(digit) for digit in DIGITS if digit not in single)
        raise BackboneError(
            f"backbone '{backbone.name}' has no single token for {missing}; prompted-digits reads the first answer "
            "token only. Use prompted-rating."
        )
    return tuple(forms)
