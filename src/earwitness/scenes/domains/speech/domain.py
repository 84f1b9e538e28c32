"""Clips in which one speaker says a sentence, before a sound in the background or before nothing.

What is not told of loudness, pace and pitch lies in the guard band between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from earwitness.errors import UsageError
from earwitness.scenes.bands import Band, other_of
from earwitness.scenes.domains.base import Clip, Described, Fact, Subset
from earwitness.scenes.domains.labels.likeness import confused
from earwitness.scenes.domains.speech.clips import LOUDNESS, clip_of
from earwitness.scenes.domains.speech.sketch import ORDER, SpeechSketch, with_absent_heard
from earwitness.scenes.domains.speech.utterances import GROWN_UP, VALUES, Kind, Manner, Voices
from earwitness.scenes.domains.speech.wording import describe
from earwitness.scenes.draws import one_of
from earwitness.scenes.sources import Source
from earwitness.scenes.synthesis import SAMPLE_RATE
from earwitness.types import Language

# Never both told: a man is an adult, so that both say one thing twice; pitch is told of English alone.
_APART: tuple[frozenset[Fact], ...] = (frozenset({"gender", "age"}), frozenset({"language", "pitch"}))
# How many facts a sketch tells.
_FEWEST, _MOST = 3, 5


class SpeechDomain:
    """Clips of one speaker.

    Args:
        subset: ``speech`` where people were recorded, ``speech_gen`` where a program speaks.
        voices: that speak.
        background: of what sounds behind them; None for nothing.
        lasting: the labels of ``background`` that sound all the time; such as are taken for all others are not used.

    Raises:
        UsageError: if the background has another rate or lacks one of them.
    """

    # An absent sound is heard once its absence is edited.
    takes_along: Mapping[Fact, frozenset[Fact]] = {"absence": frozenset({"secondary"})}

    def __init__(
        self, subset: Subset, voices: Voices, background: Source | None = None, lasting: frozenset[str] = frozenset()
    ) -> None:
        if background is not None:
            _check(background, lasting)
        self._subset: Subset = subset
        self._voices, self._background = voices, background
        self._lasting = tuple(label for label in sorted(lasting) if any(_apart(label, other) for other in lasting))

    @property
    def subset(self) -> Subset:
        """Its name in the data."""
        return self._subset

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What its voices can change, how loud they are, and what is behind them."""
        behind: tuple[Fact, ...] = ("secondary", "absence") if self._lasting else ()
        return (*self._voices.facts, "loudness", *behind)

    @property
    def bands(self) -> Mapping[str, Band]:
        """Where quiet ends and loud begins, and what its voices have of the kind."""
        return {**self._voices.bands, "loudness": LOUDNESS}

    # --- sketches ----------------------------------------------------------------------------------------------------

    def draw(self, fact: Fact, rng: np.random.Generator) -> SpeechSketch:
        """A sketch that tells this fact and two to four more, if there are so many that stay true when it is edited."""
        told = self._told(fact, rng)
        values = {known: one_of(VALUES[known], rng) for known in ORDER if known in told and known in VALUES}
        language = next((known for known in get_args(Language) if known == values.get("language")), None)
        manner = Manner(language, values.get("pace"), values.get("pitch"))
        said = self._voices.draw(one_of(self._kinds(values), rng), manner, rng)
        secondary = one_of(self._lasting, rng) if "secondary" in told else None
        absent = one_of(self._unlike(secondary), rng) if "absence" in told else None
        return SpeechSketch(said, told, values.get("loudness"), secondary, absent)

    def _unlike(self, *labels: str | None) -> tuple[str, ...]:
        """The lasting sounds that nobody takes for one of these."""
        return tuple(other for other in self._lasting if all(label is None or _apart(label, other) for label in labels))

    def _told(self, fact: Fact, rng: np.random.Generator) -> frozenset[Fact]:
        """The fact itself and others beside it; ``gender`` with ``pitch``, by which low and high are meant."""
        told: set[Fact] = {fact}
        most = int(rng.integers(_FEWEST, _MOST + 1))
        others = [self.facts[place] for place in rng.permutation(len(self.facts))]
        for other in ["gender", *others] if fact == "pitch" else others:
            if len(told) < most and self._goes(other, fact, told):
                told.add(other)
        return frozenset(told)

    def _goes(self, other: Fact, fact: Fact, told: set[Fact]) -> bool:
        if other in self._voices.takes_along.get(fact, ()) or (other == "pitch" and "gender" not in told):
            return False
        return not any(apart <= {other, *told} for apart in _APART)

    def _kinds(self, values: Mapping[Fact, str]) -> tuple[Kind, ...]:
        """Who may speak where this is told."""
        if "gender" in values:
            return tuple(kind for kind in GROWN_UP if kind == values["gender"])
        if "age" in values:
            return tuple(kind for kind in self._voices.kinds if (kind == "child") == (values["age"] == "child"))
        return self._voices.kinds

    def edit(self, sketch: SpeechSketch, facts: Sequence[Fact], rng: np.random.Generator) -> SpeechSketch | None:
        """The sketch with these facts changed; None where it does not tell them, or what else it tells would change.

        For ``absence`` the absent sound is heard then, in place of any other, which is told to be absent in its stead.
        """
        taken = frozenset[Fact]().union(*(self._voices.takes_along.get(fact, ()) for fact in facts))
        if not sketch.told.issuperset(facts) or sketch.told & taken.difference(facts):
            return None
        edited: SpeechSketch | None = sketch
        # In the order of the facts: a sound in the background first becomes another, then the absent one.
        for fact in self.facts:
            if edited is not None and fact in facts:
                edited = self._edited(edited, fact, sketch.said.words, rng)
        return None if edited is None or _argued(sketch, edited) else edited

    def _edited(self, sketch: SpeechSketch, fact: Fact, unlike: str, rng: np.random.Generator) -> SpeechSketch | None:
        """With one fact changed; words become others than ``unlike``."""
        if fact == "loudness":
            return replace(sketch, loudness=other_of(VALUES[fact], str(sketch.loudness)))
        if fact == "secondary":
            others = self._unlike(sketch.secondary, sketch.absent)
            return replace(sketch, secondary=one_of(others, rng)) if others else None
        if fact == "absence":
            return with_absent_heard(sketch)
        said = self._voices.change(sketch.said, fact, unlike, rng)
        return None if said is None else replace(sketch, said=said)

    # --- clips -------------------------------------------------------------------------------------------------------

    def render(self, sketch: SpeechSketch, seed: int) -> Clip:
        """The voice after a moment of silence, before what is in the background, which sounds all the time.

        Raises:
            AudioError: if the voice cannot be had.
        """
        return clip_of(sketch, self._voices.speak(sketch.said, seed), self._background, seed)

    def describe(self, sketch: SpeechSketch, language: Language, rng: np.random.Generator) -> Described:
        """A caption of one to three sentences."""
        return describe(sketch.claims, language, rng)


def _argued(one: SpeechSketch, other: SpeechSketch) -> bool:
    """Whether a claim of either is doubtful of the other."""
    return any(map(one.doubtful, other.claims)) or any(map(other.doubtful, one.claims))


def _check(background: Source, lasting: frozenset[str]) -> None:
    unknown = sorted(lasting.difference(background.labels))
    if unknown:
        raise UsageError(f"the background has no sound '{unknown[0]}'; it has {', '.join(background.labels)}.")
    if background.sample_rate != SAMPLE_RATE:
        raise UsageError(
            f"the background is at {background.sample_rate} Hz and voices are at {SAMPLE_RATE} Hz; wanted one rate."
        )


def _apart(label: str, other: str) -> bool:
    return label != other and not confused(label, other)
