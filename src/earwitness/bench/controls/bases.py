"""Clips with captions that are true of them, which controls are made of: rendered, or a user's own.

Rendered ones hold two sounds in order, and their captions say which comes first: of such captions it is known what
they are not true of, and neither a tone nor any other single sound makes one of them true.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import numpy as np

from earwitness.audio import from_array, read_audio
from earwitness.audio.segment import segment
from earwitness.bench.controls.orders import quietest_point, turned_round
from earwitness.scenes.captions import Fact, state
from earwitness.scenes.compose import Composer, Scene
from earwitness.scenes.plans import Plan, PlanPrior
from earwitness.scenes.render import DEMO_STYLE
from earwitness.scenes.synthesis import Synthesis
from earwitness.types import Audio, AudioSource, Language, Pair


@dataclass(frozen=True, slots=True)
class Take:
    """A clip as it sounds.

    Attributes:
        audio: decoded.
        border: where its two segments meet, in samples; None if nothing tells of two.
    """

    audio: Audio
    border: int | None


class Base(ABC):
    """A clip and a caption that is true of it.

    Attributes:
        id: its own.
        clip: what tells clips apart; bases of one clip differ in their captions only.
        caption: what the clip holds.
        language: of the caption.
        reversed: the caption with its order of events reversed; None where it tells none, or none that can be reversed.
        cut: the part of its source that is the clip, ``start_time`` and ``end_time`` in seconds; empty if all of it is.
    """

    id: str
    clip: str
    caption: str
    language: Language
    reversed: str | None
    cut: Mapping[str, Any] = MappingProxyType({})

    @property
    @abstractmethod
    def source(self) -> AudioSource:
        """Where the clip comes from; also of one that cannot be read."""

    @abstractmethod
    def take(self) -> Take:
        """The clip.

        Raises:
            AudioError: if it cannot be read.
        """

    @abstractmethod
    def denies(self, other: Base) -> bool:
        """Whether the other's caption is not true of this clip, as far as can be told."""


class SceneBase(Base):
    """A scene of two synthesised sounds in order.

    Args:
        id: its own.
        plan: the two sounds.
        language: of its caption.
        composer: renders the scene.
        seed: of the scene and of its caption's words.
    """

    def __init__(self, id: str, plan: Plan, language: Language, composer: Composer, seed: tuple[int, ...]) -> None:
        self.id = self.clip = id
        self.language = language
        self._plan, self._composer, self._seed = plan, composer, seed
        self._fact = Fact("order", plan.labels)
        self.caption = self._stated(self._fact)
        self.reversed = self._stated(Fact("order", plan.labels[::-1]))

    def _stated(self, fact: Fact) -> str:
        return state(fact, self.language, np.random.default_rng((*self._seed, 1)))

    @property
    def source(self) -> AudioSource:
        """Rendered anew each time, so that many of them take no memory."""
        return self.take().audio

    def take(self) -> Take:
        """The scene, its border halfway between the end of the first sound and the beginning of the second."""
        scene = self._composer.compose(self._plan, np.random.default_rng((*self._seed, 0)))
        return Take(from_array(scene.samples, scene.sample_rate), _border(scene))

    def denies(self, other: Base) -> bool:
        """Whether what the other's caption says does not hold of this scene's plan."""
        return isinstance(other, SceneBase) and other._fact.holds(self._plan) is False


def _border(scene: Scene) -> int:
    first, second = scene.plan.labels
    ended = max(span.offset for span in scene.script if span.label == first)
    begun = min(span.onset for span in scene.script if span.label == second)
    return round((ended + begun) / 2 * scene.sample_rate)


class GivenBase(Base):
    """A pair of the user's own, taken as matching."""

    def __init__(self, pair: Pair) -> None:
        self.id, self.clip, self.caption = pair.id, _clip_of(pair.audio), pair.caption
        self.cut = {bound: pair.meta[bound] for bound in ("start_time", "end_time") if bound in pair.meta}
        self.language = pair.language or "en"
        self.reversed = turned_round(pair.caption, self.language)
        self._pair = pair

    @property
    def source(self) -> AudioSource:
        """As it was given."""
        return self._pair.audio

    def take(self) -> Take:
        """The clip, or its segment; its border is its quietest point near the middle, if its caption tells an order."""
        part = segment(read_audio(self._pair.audio), self.cut)
        # A segment becomes a clip of its own, which nobody cuts again.
        audio = from_array(part.samples, part.sample_rate)
        return Take(audio, None if self.reversed is None else quietest_point(audio))

    def denies(self, other: Base) -> bool:
        """Whether it is another clip's, and another caption, capitals and blanks aside.

        Several captions of one clip are all true of it, and one of another part of its recording may well be.
        """
        return self.clip != other.clip and _plain(self.caption) != _plain(other.caption)


def _clip_of(source: AudioSource) -> str:
    if isinstance(source, Audio):
        return source.sha256
    # Of a file the place: no run tells where on a disk it was made.
    told = source if isinstance(source, bytes) else Path(source).as_posix().encode("utf-8", "surrogateescape")
    return hashlib.sha256(told).hexdigest()


def _plain(caption: str) -> str:
    return " ".join(caption.casefold().split())


def scene_bases(count: int, seed: int = 0) -> list[Base]:
    """Scenes of two synthesised sounds in order, with true captions, English and Chinese by turns.

    Example:
        >>> [base.caption for base in scene_bases(2, seed=3)]
        ['a siren sounds before an electronic chirp sounds', '警笛在鸣响，然后钟声响起']
    """
    synthesis = Synthesis()
    prior = PlanPrior(dict.fromkeys(synthesis.labels, 1.0), synthesis.countable, sizes=(0.0, 0.0, 1.0))
    composer, languages = Composer(synthesis, DEMO_STYLE), get_args(Language)
    return [
        SceneBase(
            f"scene-{number:04}",
            _in_order(prior, np.random.default_rng((seed, number, 2))),
            languages[number % len(languages)],
            composer,
            (seed, number),
        )
        for number in range(count)
    ]


def _in_order(prior: PlanPrior, rng: np.random.Generator) -> Plan:
    plan = prior.draw(rng)
    while len(plan.groups) < 2:
        plan = prior.draw(rng)
    return plan


def given_bases(pairs: Iterable[Pair]) -> list[Base]:
    """A user's own pairs, each taken as matching; read when they are heard."""
    return [GivenBase(pair) for pair in pairs]
