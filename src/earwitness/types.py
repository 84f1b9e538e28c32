"""The nouns of earwitness, as frozen dataclasses, and the protocol of a judge.

Conventions: ``samples [time]`` are float32 mono in [-1, 1]; ``sample_rate`` is in Hz; ``duration``,
``onset`` and ``offset`` are in seconds; ``p_yes`` and ``mass`` are probabilities; ``scores`` are the machine's,
``ratings`` are people's. *Yes always means "matches".* A number that could not be had is None, never 0 and never NaN.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, get_args, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import UsageError

Language = Literal["en", "zh"]
Kind = Literal["event", "attribute", "relation", "count", "negation", "speech", "style", "caption"]
VerdictStatus = Literal["ok", "blocked", "off_format", "unparsed", "error"]
ScoreStatus = Literal["ok", "unscored"]


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A decoded clip.

    Attributes:
        samples: float32 mono, shape ``[time]``, nominally in [-1, 1], all finite.
        sample_rate: samples per second, Hz.
        sha256: hash of the decoded samples and their rate, before any resampling; the clip's identity.
        flags: what a listener should know, such as ``silent``, ``clipped``, ``truncated``.
    """

    samples: NDArray[np.float32]
    sample_rate: int
    sha256: str
    flags: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def is_absent(self) -> bool:
        """Whether it stands for no audio at all, as ``NO_AUDIO`` does."""
        return self.sha256 == NO_AUDIO.sha256


# In a pair's place for a clip: the question is asked without any audio. Silence is something else, which is heard.
NO_AUDIO = Audio(np.zeros(0, np.float32), 16_000, hashlib.sha256(b"no audio").hexdigest(), ("no_audio",))

AudioSource: TypeAlias = "str | Path | bytes | Audio"
AUDIO_SOURCES = (str, os.PathLike, bytes, Audio)


@dataclass(frozen=True, slots=True)
class Pair:
    """One clip and what was asked for.

    Attributes:
        audio: a path, the bytes of an audio file, a decoded ``Audio``, or ``NO_AUDIO`` to ask from text alone.
        caption: what the clip should contain.
        id: stable name of the pair; made of the audio's name and a hash of audio and caption when not given, so it
            does not depend on a row's place.
        system: the generator that made the clip.
        group: pairs to be compared with each other, such as one prompt's clips.
        language: of the caption, ``en`` or ``zh``; told by its script when not given.
        ratings: people's ratings, by axis.
        meta: anything else to carry into the record.

    Raises:
        UsageError: if ``audio`` is something else, such as an array, which does not tell its rate.

    Example:
        >>> pair = Pair("rain.wav", "Heavy rain.")
        >>> pair.id, pair.language
        ('rain-651fc46ad4b5', 'en')
    """

    audio: AudioSource
    caption: str
    id: str = ""
    system: str | None = None
    group: str | None = None
    language: Language | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.audio, AUDIO_SOURCES):
            raise UsageError(
                f"a pair's audio is of type {type(self.audio).__name__}; wanted a path, the bytes of a file, or an "
                "Audio. For samples in memory: from_array(samples, sample_rate)."
            )
        if not self.id:
            object.__setattr__(self, "id", _pair_id(self.audio, self.caption))
        if self.language is None:
            object.__setattr__(self, "language", language_of(self.caption))
        elif self.language not in get_args(Language):
            raise UsageError(f"language of '{self.id}' is {self.language!r}; wanted 'en' or 'zh', or none to tell it.")


def language_of(text: str) -> Language:
    """Tell Chinese from English by script: any Han character makes a text Chinese.

    Example:
        >>> language_of("a dog barks"), language_of("狗在叫")
        ('en', 'zh')
    """
    return "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"


def says_something(text: str) -> bool:
    """Whether a text holds any letter or digit, without which there is nothing to hear against.

    Example:
        >>> says_something("rain"), says_something("...")
        (True, False)
    """
    return any(character.isalnum() for character in text)


def _pair_id(audio: AudioSource, caption: str) -> str:
    if isinstance(audio, Audio):
        stem, identity = "audio", audio.sha256.encode()
    elif isinstance(audio, bytes):
        stem, identity = "audio", hashlib.sha256(audio).digest()
    else:
        path = Path(audio)
        # Names that are not valid UTF-8 reach Python as lone surrogates; they must still hash.
        stem, identity = path.stem, path.as_posix().encode("utf-8", "surrogateescape")
    digest = hashlib.sha256(identity + b"\0" + caption.encode("utf-8", "surrogatepass")).hexdigest()
    # 48 bits: among a million pairs whose clips share a name, two ids meet with a chance of 1 in 500.
    return f"{stem}-{digest[:12]}"


@dataclass(frozen=True, slots=True)
class Item:
    """One yes/no question of a rubric.

    Attributes:
        id: unique within its rubric.
        question: the words put to the backbone; yes means that the clip matches.
        kind: what is asked about; it decides how windows of a long clip are put together. ``caption`` is the whole
            caption in one question, as AQAScore asks it.
        dimension: the field's name for the aspect, such as ``instrument`` or ``emotion``.
        span: start and end character of the words in the caption that it stands for.
        parents: ids of items that must hold for this one to make sense.
        weight: its share in the mean.
    """

    id: str
    question: str
    kind: Kind
    dimension: str = ""
    span: tuple[int, int] | None = None
    parents: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Rubric:
    """The questions that a caption comes apart into.

    Attributes:
        items: in the order in which they are asked; parents come before their children.
        language: of the questions, which need not be the caption's.
        source: how it was made, such as ``rules 1``; shown to people.
        flags: doubts about it, which every score made with it carries.

    Raises:
        UsageError: if there is no item, an id stands twice, a parent is no earlier item, or no item has any weight.
    """

    items: tuple[Item, ...]
    language: Language
    source: str
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for item in self.items:
            if item.id in seen:
                raise UsageError(f"a rubric has two items '{item.id}'; give each an id of its own.")
            orphans = [parent for parent in item.parents if parent not in seen]
            if orphans:
                raise UsageError(
                    f"item '{item.id}' of a rubric names '{orphans[0]}' as its parent; wanted an item before it."
                )
            seen.add(item.id)
        weights = [item.weight for item in self.items]
        if not (weights and min(weights) >= 0 and 0 < sum(weights) < math.inf):
            raise UsageError(
                f"a rubric's items weigh {weights}; wanted at least one item, no weight under 0, not all 0."
            )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one item.

    Attributes:
        item: the question.
        p_yes: probability of yes among the answers yes and no; None if there is none.
        mass: probability of all yes and no forms together; small when the backbone answered something else.
        status: ``ok``, or why ``p_yes`` cannot be trusted or is missing.
        evidence: what was heard, in words, where a judge gives any.
    """

    item: Item
    p_yes: float | None
    mass: float | None
    status: VerdictStatus = "ok"
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreFailure:
    """Why a pair has no score: a stable code and a text for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Score:
    """What a judge says about one pair: the record that every table is computed from.

    Attributes:
        pair_id: the pair's id.
        values: number by axis, None where unscored.
        verdicts: the answers behind the values.
        status: ``ok`` or ``unscored``.
        error: why unscored.
        coverage: seconds heard / duration, in [0, 1].
        flags: doubts about this score, sorted.
        recipe: id of the recipe that determined the number.
        audio_sha256: hash of the decoded clip, None if it could not be decoded.
    """

    pair_id: str
    values: Mapping[str, float | None]
    recipe: str
    verdicts: tuple[Verdict, ...] = ()
    status: ScoreStatus = "ok"
    error: ScoreFailure | None = None
    coverage: float | None = None
    flags: tuple[str, ...] = ()
    audio_sha256: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dicts, ready for strict JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Score:
        """The score that ``to_dict`` wrote.

        Example:
            >>> score = Score("a", {"alignment": 0.5}, "r1", flags=("silent",))
            >>> Score.from_dict(score.to_dict()) == score
            True
        """
        fields = dict(record)
        fields["verdicts"] = tuple(_verdict(verdict) for verdict in record["verdicts"])
        fields["error"] = ScoreFailure(**record["error"]) if record["error"] else None
        fields["flags"] = tuple(record["flags"])
        return cls(**fields)


def _verdict(record: Mapping[str, Any]) -> Verdict:
    item = dict(record["item"])
    item["span"] = tuple(item["span"]) if item["span"] else None
    item["parents"] = tuple(item["parents"])
    return Verdict(**{**record, "item": Item(**item)})


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval and the number of pairs behind it; no interval from fewer than five clips."""

    value: float
    low: float | None
    high: float | None
    n: int

    def __repr__(self) -> str:
        low, high = ("None" if end is None else f"{end:.4g}" for end in (self.low, self.high))
        return f"Estimate({self.value:.4g}, low={low}, high={high}, n={self.n})"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines a number, and its short hash; scores of different recipes are never averaged.

    Example:
        >>> Recipe({"judge": "aqascore", "template": 1}).id == Recipe({"template": 1, "judge": "aqascore"}).id
        True
    """

    parts: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits."""
        text = json.dumps(self.parts, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@runtime_checkable
class Judge(Protocol):
    """Pairs in, scores out."""

    @property
    def name(self) -> str:
        """Short name, such as ``aqascore``."""

    @property
    def axes(self) -> Mapping[str, tuple[float, float]]:
        """The axes that every score's ``values`` has, with the lowest and the highest value that each can take."""

    @property
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers."""

    def score(self, pair: Pair) -> Score:
        """Score one pair; raises a ``ClipError`` if it cannot be scored."""

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        """Scores in input order; what cannot be scored comes as an unscored ``Score``, never as an exception."""
