"""What a voice says, decided before it is spoken, and the seam to whatever speaks.

``samples [time]`` are float32 mono at 16 kHz. A *kind* of voice is ``man``, ``woman`` or ``child``: whether a child is
a boy or a girl cannot be heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

import numpy as np

from earwitness.scenes.bands import Band
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.effects import fade
from earwitness.scenes.sounding import sounding_spans
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples, at_unit_level
from earwitness.types import Language

Kind = Literal["man", "woman", "child"]
KINDS: tuple[Kind, ...] = get_args(Kind)
GROWN_UP: tuple[Kind, ...] = ("man", "woman")
# The two values of what has two; the first is the low one of a band.
VALUES: Mapping[Fact, tuple[str, str]] = {
    "gender": ("man", "woman"),
    "age": ("child", "adult"),
    "language": ("en", "zh"),
    "pace": ("slow", "fast"),
    "pitch": ("low", "high"),
    "loudness": ("quiet", "loud"),
}
# Seconds, so that a clip of ten has room for the silence around them.
LONGEST = 9.0
# What is kept before the first loud frame and after the last: soft sounds begin and end there.
_MARGIN = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Manner:
    """What is told of how somebody speaks; None of what is not.

    Attributes:
        language: that is spoken.
        pace: ``slow`` or ``fast``.
        pitch: ``low`` or ``high`` for a man or for a woman.
    """

    language: Language | None = None
    pace: str | None = None
    pitch: str | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """Who says what, decided before it is spoken.

    Attributes:
        kind: who is heard.
        voice: whose: a recording's file, or a program's variant.
        words: as captions quote them, without a full stop.
        language: that is spoken.
        pace: ``slow`` or ``fast``; None in the guard band between.
        pitch: ``low`` or ``high`` for a man or for a woman; None in the guard band between.
    """

    kind: Kind
    voice: str
    words: str
    language: Language = "en"
    pace: str | None = None
    pitch: str | None = None

    @property
    def gender(self) -> str | None:
        """``man`` or ``woman``; None of a child."""
        return None if self.kind == "child" else self.kind

    @property
    def age(self) -> str:
        """``child`` or ``adult``."""
        return "child" if self.kind == "child" else "adult"


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """An utterance as it was spoken.

    Attributes:
        samples: without silence around them, RMS 1 while the voice sounds.
        script: how they were made, and what can be measured again.
    """

    samples: Samples
    script: Mapping[str, Any]


class Voices(Protocol):
    """Something that speaks."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Who can be heard."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What can be changed of an utterance; what an edit of others takes along comes before them."""

    @property
    def bands(self) -> Mapping[str, Band]:
        """Where the words for what it changes end."""

    @property
    def takes_along(self) -> Mapping[Fact, frozenset[Fact]]:
        """What else changes with a fact: another speaker of recordings says other words."""

    def draw(self, kind: Kind, manner: Manner, rng: np.random.Generator) -> Utterance:
        """An utterance of this kind of voice in this manner; what the manner does not tell lies in between."""

    def change(self, said: Utterance, fact: Fact, unlike: str, rng: np.random.Generator) -> Utterance | None:
        """The utterance with this fact changed; None where it cannot be.

        Words that change become such that they are neither those of before nor ``unlike``.
        """

    def speak(self, said: Utterance, seed: int) -> Take:
        """The utterance as it sounds; the same seed, the same sound."""


def voiced_part(samples: Samples) -> Samples | None:
    """What lies between the silence before and after, at unit level; None where nothing sounds."""
    spans = sounding_spans(samples, SAMPLE_RATE)
    if not spans:
        return None
    margin = int(_MARGIN * SAMPLE_RATE)
    part = samples[max(0, spans[0][0] - margin) : spans[-1][1] + margin]
    return at_unit_level(fade(part, SAMPLE_RATE, 0.02))
