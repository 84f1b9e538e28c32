"""The pairs of all conditions of some bases.

A pair's id is ``BASE/CONDITION``; its ``meta`` tells ``condition``, ``base`` (whose clip it has), ``clip`` (the same
for bases of one clip) and ``caption_of`` (the base whose caption it has). Those to be scored alone come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any
from zlib import crc32

import numpy as np

from earwitness.bench.controls.bases import Base
from earwitness.bench.controls.conditions import BY_NAME, CONDITIONS, Condition, Subject
from earwitness.bench.controls.speech import Speech
from earwitness.errors import AudioError
from earwitness.types import Audio, AudioSource, Language, Pair

PART = "doctor"
# Captions that say nothing, which no judge may score.
NULL_CAPTIONS = ("", ".", ":")
# Pairs that are scored one at a time as well.
ALONE = 24
# What stands for a sound that could not be made: no judge scores it, and it is counted.
UNREADABLE = b""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A base with what its conditions may take."""

    number: int
    base: Base
    other: Base | None
    speech: Speech

    def asked(self, condition: Condition) -> str | None:
        """The caption that a condition puts; None where it has none."""
        return {
            "own": self.base.caption,
            "other": None if self.other is None else self.other.caption,
            "reversed": self.base.reversed,
            "nothing": NULL_CAPTIONS[self.number % len(NULL_CAPTIONS)],
        }[condition.asks]

    @property
    def sentence(self) -> Audio | None:
        """The sentence that asks for a yes, in the caption's language."""
        return self.speech.sentences.get(self.base.language)

    @property
    def read(self) -> Callable[[], Audio] | None:
        """The caption, read aloud."""
        reader = self.speech.read
        return None if reader is None else partial(reader, self.base.caption, self.base.language)

    def can(self, condition: Condition) -> bool:
        """Whether a condition has what it needs; only a caption that tells an order tells of a border."""
        lacks = {
            "border": self.base.reversed is None,
            "speech": self.base.language not in self.speech.sentences,
            "reader": self.speech.read is None,
        }
        return self.asked(condition) is not None and not (condition.needs and lacks[condition.needs])


class Controls:
    """The pairs of all conditions of some bases, made when they are asked for.

    Args:
        bases: each with an id of its own.
        seed: of what is drawn: whose caption goes to which clip, and noises.
        speech: the sentence, where it can be had.
    """

    def __init__(self, bases: Sequence[Base], *, seed: int = 0, speech: Speech | None = None) -> None:
        self._seed = seed
        self.speech = speech or Speech()
        others = shuffled(bases, seed)
        self._bases = [
            _Planned(number, base, other, self.speech)
            for number, (base, other) in enumerate(zip(bases, others, strict=True))
        ]

    @property
    def bases(self) -> int:
        """How many clips with true captions they are made of."""
        return len(self._bases)

    def __len__(self) -> int:
        return sum(len(conditions) for _, conditions in self._passes)

    def __iter__(self) -> Iterator[Pair]:
        for planned, conditions in self._passes:
            yield from self._pairs(planned, conditions)

    @cached_property
    def _passes(self) -> list[tuple[_Planned, list[Condition]]]:
        """Bases with the conditions put to them: some alone, then all at a time, and once more at the end."""
        once = [condition for condition in CONDITIONS if condition.group != "again"]
        return [
            *((planned, [BY_NAME["alone"]]) for planned in self._bases[:ALONE]),
            *((planned, [condition for condition in once if planned.can(condition)]) for planned in self._bases),
            *((planned, [BY_NAME["repeat"]]) for planned in self._bases),
        ]

    def _pairs(self, planned: _Planned, conditions: Sequence[Condition]) -> Iterator[Pair]:
        try:
            take = planned.base.take()
        except AudioError:
            # The judge, given what could not be read, says what is wrong with it; each pair is counted as not scored.
            for condition in conditions:
                yield self._pair(planned, condition, planned.base.source, planned.base.cut)
            return
        for condition in conditions:
            rng = np.random.default_rng((self._seed, planned.number, crc32(condition.name.encode())))
            subject = Subject(take.audio, take.border, rng, planned.sentence, planned.read)
            try:
                sound: AudioSource = condition.sound(subject)
            except AudioError:
                sound = UNREADABLE
            yield self._pair(planned, condition, sound)

    def _pair(
        self, planned: _Planned, condition: Condition, audio: AudioSource, cut: Mapping[str, Any] = MappingProxyType({})
    ) -> Pair:
        base, other = planned.base, planned.other
        whose = other if other is not None and condition.asks == "other" else base
        return Pair(
            audio,
            planned.asked(condition) or "",
            id=f"{base.id}/{condition.name}",
            language=base.language,
            meta={
                "part": PART,
                "condition": condition.name,
                "base": base.id,
                "clip": base.clip,
                "caption_of": whose.id,
                **cut,
            },
        )


def shuffled(bases: Sequence[Base], seed: int) -> list[Base | None]:
    """For each base one of its language whose caption is not true of its clip; none is taken twice.

    Returns:
        As many as there are bases; None where none is left, which happens only where most captions are alike.
    """
    by_language: defaultdict[Language, list[int]] = defaultdict(list)
    for place, base in enumerate(bases):
        by_language[base.language].append(place)
    found: list[Base | None] = [None] * len(bases)
    for places in by_language.values():
        group = [bases[place] for place in places]
        for place, other in zip(places, _matched(group, np.random.default_rng(seed)), strict=True):
            found[place] = other
    return found


def _matched(bases: Sequence[Base], rng: np.random.Generator) -> Iterator[Base | None]:
    from scipy.optimize import linear_sum_assignment

    allowed = np.array([[base.denies(other) for other in bases] for base in bases])
    # A random assignment of lowest cost, in which one that is not allowed costs more than all others together.
    costs = np.where(allowed, rng.random(allowed.shape), len(bases) + 1.0)
    for row, column in zip(*linear_sum_assignment(costs), strict=True):
        yield bases[column] if allowed[row, column] else None
