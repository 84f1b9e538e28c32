"""The seam of domains: a sketch of facts becomes a clip, a caption in each language, and a rubric with exact labels.

A *sketch* is all that is decided of a clip before it is made. A *claim* is one thing that a caption says; a sketch
makes claims, and tells of any claim, its own or another's, whether it is true of the clip. So a caption's rubric is
labelled exactly for whatever clip it is held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

import numpy as np

from earwitness.scenes.bands import Band
from earwitness.scenes.synthesis import Samples
from earwitness.types import Item, Kind, Language

# Where a sample's clip is from, by the names of the AnyAudio-Judge Bench; "gen" is synthesised.
Subset = Literal["speech", "speech_gen", "sound", "sound_gen", "music", "music_gen", "mix"]
# Whether an event is what a clip is about, or lies under everything.
Role = Literal["foreground", "background"]
# What a claim can be about, and what an edit can change.
Fact = Literal[
    "event", "secondary", "absence", "order", "overlap", "count", "loudness",
    "voice", "gender", "age", "language", "pace", "pitch", "words",
    "instrument", "tempo", "mode", "register", "dynamics", "drums",
]  # fmt: skip
# What an item about a fact is (see docs/rubrics.md): its kind and its dimension.
ITEM_OF: Mapping[Fact, tuple[Kind, str]] = {
    "event": ("event", "sound"),
    "secondary": ("event", "sound"),
    "absence": ("negation", "absence"),
    "order": ("relation", "order"),
    "overlap": ("relation", "overlap"),
    "count": ("count", "count"),
    "loudness": ("attribute", "loudness"),
    "voice": ("event", "voice"),
    "gender": ("attribute", "gender"),
    "age": ("attribute", "age"),
    "language": ("attribute", "accent"),
    "pace": ("attribute", "pace"),
    "pitch": ("attribute", "pitch"),
    "words": ("speech", "words"),
    "instrument": ("event", "instrument"),
    "tempo": ("style", "tempo"),
    "mode": ("style", "tempo"),
    "register": ("attribute", "pitch"),
    "dynamics": ("attribute", "loudness"),
    "drums": ("event", "instrument"),
}
# Claims that something is there at all; what else is said of the same thing rests on them.
PRESENCE: frozenset[Fact] = frozenset({"event", "secondary", "voice", "instrument"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a caption says.

    Attributes:
        fact: what kind of thing.
        about: the labels of what it is said of, in order; none where it is said of the whole clip.
        value: what is said, such as ``fast``, 2 or the words spoken; None where the fact says it all.
    """

    fact: Fact
    about: tuple[str, ...] = ()
    value: str | int | None = None


class Sketch(Protocol):
    """Every fact of a clip, decided before it is made."""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What its caption says, each true of it; a claim comes after those that it rests on."""

    def holds(self, claim: Claim) -> bool:
        """Whether a claim, its own or another sketch's, is true of it; of what is absent nothing else is true."""

    def doubtful(self, claim: Claim) -> bool:
        """Whether a careful listener could argue about a claim, such as that a tempo in the guard band is fast."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip that was made from a sketch.

    Attributes:
        samples: float32 mono ``[time]``.
        sample_rate: Hz.
        script: plain JSON, all that can be measured again: ``events``, each as ``event`` makes it; of sounds
            ``noise_db`` and ``room``; of speech ``words``, ``language``, ``f0_band`` (Hz), ``words_per_minute`` and who
            speaks; of music ``instrument``, ``tempo`` (beats a minute), ``mode``, ``root``, ``lowest``, ``median_hz``,
            ``rms_db``, ``drums`` and ``onsets``.
    """

    samples: Samples
    sample_rate: int
    script: Mapping[str, Any]


def event(label: str, role: Role, onset: float, offset: float, level_db: float) -> dict[str, Any]:
    """One stretch of sound as scripts have it: seconds, and dB full scale while it sounds.

    Example:
        >>> event("bell", "foreground", 0.5, 1.25, -20.004)
        {'label': 'bell', 'role': 'foreground', 'onset': 0.5, 'offset': 1.25, 'level_db': -20.0}
    """
    times = {"onset": round(onset, 5), "offset": round(offset, 5)}
    return {"label": label, "role": role, **times, "level_db": round(level_db, 2)}


@dataclass(frozen=True, slots=True)
class Described:
    """A caption taken apart by the one who wrote it.

    Attributes:
        caption: in one language.
        items: its rubric, in the same language; spans are the caption's.
        claims: what each item asks about, in the order of the items.
    """

    caption: str
    items: tuple[Item, ...]
    claims: tuple[Claim, ...]

    def answers(self, sketch: Sketch) -> tuple[bool, ...]:
        """The right answer to each item about the clip of a sketch."""
        return tuple(map(sketch.holds, self.claims))


S = TypeVar("S", bound=Sketch)


class Domain(Protocol[S]):
    """A way to make clips and to speak of them."""

    @property
    def subset(self) -> Subset:
        """Its name in the data."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that can be edited, each as often as the others."""

    @property
    def takes_along(self) -> Mapping[Fact, frozenset[Fact]]:
        """By edited fact the others whose claims an edit of it may make false; what is left out takes none along."""

    @property
    def bands(self) -> Mapping[str, Band]:
        """Where its words end: by what is measured, such as ``tempo``."""

    def draw(self, fact: Fact, rng: np.random.Generator) -> S:
        """A sketch of which this fact is told, so that it can be edited."""

    def edit(self, sketch: S, facts: Sequence[Fact], rng: np.random.Generator) -> S | None:
        """The sketch with these facts changed and told, and all else as it was; None where it has not got them."""

    def render(self, sketch: S, seed: int) -> Clip:
        """The clip of a sketch; of one seed, sketches that differ in a fact sound alike in all else."""

    def describe(self, sketch: S, language: Language, rng: np.random.Generator) -> Described:
        """A caption that makes the sketch's claims, one item for each; only its wording is drawn.

        A question's words hang on its claim alone, so that one caption has one rubric.
        """
