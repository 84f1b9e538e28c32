"""Clips in which one speaker says a sentence, before a sound in the background or before nothing.

``samples [time]`` are float32 mono. Levels are RMS in dB of full scale while the voice sounds (its frames within 25 dB
of the loudest). What is not told of loudness, pace and pitch lies in the guard band between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from earwitness.errors import UsageError
from earwitness.scenes.bands import Band, Range
from earwitness.scenes.domains.base import Claim, Clip, Described, Fact, Subset
from earwitness.scenes.domains.labels.likeness import confused
from earwitness.scenes.domains.speech.sentences import are_alike
from earwitness.scenes.domains.speech.utterances import GROWN_UP, VALUES, Kind, Utterance, Voices, level_of, other_value
from earwitness.scenes.domains.speech.wording import worded
from earwitness.scenes.effects import coloured_noise, prolonged
from earwitness.scenes.sounding import sounding_spans
from earwitness.scenes.sources import Source
from earwitness.scenes.synthesis import Samples
from earwitness.types import Language

T = TypeVar("T")

SPEAKER = ("speaker",)
# dB full scale. The loudest leaves room for the peaks of a voice and of what is behind it.
LOUDNESS = Band("dB", (-46.0, -41.0), (-25.0, -22.0))
MIDDLE_LOUDNESS: Range = (-36.0, -31.0)
# How far what is in the background lies under the voice, dB.
GAP: Range = (11.0, 13.0)
NOISE_FLOOR = -78.0  # dB full scale
SHORTEST = 2.0  # seconds
# Silence before and after the voice, seconds.
AROUND: Range = (0.2, 0.5)
_SEAM = 0.3  # seconds in which a background fades into itself
# Peaks above so many times the RMS are rounded off, so that they stay under so many times the RMS.
_KNEE, _CEILING = 6.3, 9.4
# What each random part of a rendering is drawn from, so that none shifts the others.
_LEVEL, _GAP, _BEFORE, _AFTER, _NOISE, _BACKGROUND = range(6)


@dataclass(frozen=True, slots=True)
class SpeechSketch:
    """Every fact of a clip of speech.

    Attributes:
        said: who says what, and how.
        told: what the caption tells; that someone speaks is always told.
        loudness: ``quiet`` or ``loud``; None in the guard band between.
        secondary: the label of what sounds in the background, or None; told if there is any.
        absence: the label of a sound that the caption says is not heard, or None.
        origin: the sketch of which this is an edit.
    """

    said: Utterance
    told: frozenset[Fact]
    loudness: str | None = None
    secondary: str | None = None
    absence: str | None = None
    origin: SpeechSketch | None = None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """That someone speaks, and what is told of it."""
        told = (self._claim(fact) for fact in _ORDER if fact in self.told)
        return (Claim("voice", SPEAKER), *told)

    def _claim(self, fact: Fact) -> Claim:
        if fact in ("secondary", "absence"):
            return Claim(fact, (str(self._value(fact)),))
        return Claim(fact, SPEAKER, self._value(fact))

    def holds(self, claim: Claim) -> bool:
        """Whether a claim is true of the clip; nothing is said of a child's gender."""
        if claim.fact == "voice":
            return True
        if claim.fact == "secondary":
            return claim.about[0] == self.secondary
        if claim.fact == "absence":
            return claim.about[0] != self.secondary
        return claim.value == self._value(claim.fact)

    def doubtful(self, claim: Claim) -> bool:
        """Whether a careful listener could argue about a claim: one about a guard band or a child's gender.

        Words that are not told and nearly those of the claim are doubtful too, and so is a sound that may be taken for
        the one in the background.
        """
        if claim.fact in ("secondary", "absence"):
            return self.secondary is not None and confused(claim.about[0], self.secondary)
        if claim.fact == "words":
            near = are_alike(self.said.words, str(claim.value)) and self.said.words != claim.value
            return near and "words" not in self.told
        return claim.fact in ("gender", "pace", "pitch", "loudness") and self._value(claim.fact) is None

    def _value(self, fact: Fact) -> str | None:
        owner = self if fact in ("loudness", "secondary", "absence") else self.said
        value: str | None = getattr(owner, fact)
        return value

    def has_new(self, fact: Fact) -> bool:
        """Whether an edit has changed this already."""
        return self.origin is not None and self.origin._value(fact) != self._value(fact)


_MANNER: tuple[Fact, ...] = ("language", "pace", "pitch")
_ORDER: tuple[Fact, ...] = (
    "gender", "age", "language", "pace", "pitch", "loudness", "words", "secondary", "absence",
)  # fmt: skip


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
            _check(background, lasting, voices.sample_rate)
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
        drawn = {known: _one_of(VALUES[known], rng) for known in _ORDER if known in told and known in VALUES}
        kind = _one_of(self._kinds(drawn), rng)
        manner: dict[Fact, str] = {known: drawn[known] for known in _MANNER if known in drawn}
        said = self._voices.draw(kind, manner, rng)
        secondary = _one_of(self._lasting, rng) if "secondary" in told else None
        absence = _one_of(self._unlike(secondary), rng) if "absence" in told else None
        return SpeechSketch(said, told, drawn.get("loudness"), secondary, absence)

    def _unlike(self, *labels: str | None) -> tuple[str, ...]:
        """The lasting sounds that nobody takes for one of these."""
        return tuple(other for other in self._lasting if all(label is None or _apart(label, other) for label in labels))

    def _told(self, fact: Fact, rng: np.random.Generator) -> frozenset[Fact]:
        """The fact itself and others beside it; ``gender`` with ``pitch``, by which low and high are meant."""
        told: set[Fact] = {fact}
        most = int(rng.integers(3, 6))
        others = [self.facts[place] for place in rng.permutation(len(self.facts))]
        for other in ["gender", *others] if fact == "pitch" else others:
            if len(told) < most and self._goes(other, fact, told):
                told.add(other)
        return frozenset(told)

    def _goes(self, other: Fact, fact: Fact, told: set[Fact]) -> bool:
        if other in self._voices.takes_along.get(fact, ()) or (other == "pitch" and "gender" not in told):
            return False
        # A man is an adult: to say both says one thing twice.
        return not {"gender", "age"} <= {other, *told}

    def _kinds(self, drawn: Mapping[Fact, str]) -> tuple[Kind, ...]:
        """Who may speak where this is told."""
        if "gender" in drawn:
            return tuple(kind for kind in GROWN_UP if kind == drawn["gender"])
        if "age" in drawn:
            return tuple(kind for kind in self._voices.kinds if (kind == "child") == (drawn["age"] == "child"))
        return self._voices.kinds

    def edit(self, sketch: SpeechSketch, fact: Fact, rng: np.random.Generator) -> SpeechSketch | None:
        """The sketch with this fact changed; None where it does not tell it, or what else it tells would change too.

        For ``absence`` the absent sound is heard then, in place of any other, which is told to be absent in its stead.
        Another sound in the background cannot be edited after that: the absent one would be absent again.
        """
        if fact not in sketch.told or any(
            known in sketch.told and not sketch.has_new(known) for known in self._voices.takes_along.get(fact, ())
        ):
            return None
        edited = self._edited(sketch, fact, rng)
        return None if edited is None else replace(edited, origin=sketch.origin or sketch)

    def _edited(self, sketch: SpeechSketch, fact: Fact, rng: np.random.Generator) -> SpeechSketch | None:
        if fact == "loudness":
            return replace(sketch, loudness=other_value(fact, sketch.loudness))
        if fact == "secondary":
            return self._with_other_sound(sketch, rng)
        if fact == "absence":
            return _with_absent_heard(sketch)
        unlike = (sketch.origin or sketch).said.words
        said = self._voices.change(sketch.said, fact, unlike, rng)
        return None if said is None else replace(sketch, said=said)

    def _with_other_sound(self, sketch: SpeechSketch, rng: np.random.Generator) -> SpeechSketch | None:
        others = self._unlike(sketch.secondary, sketch.absence)
        if sketch.has_new("absence") or not others:
            return None
        return replace(sketch, secondary=_one_of(others, rng))

    # --- clips -------------------------------------------------------------------------------------------------------

    def render(self, sketch: SpeechSketch, seed: int) -> Clip:
        """The voice after a moment of silence, before what is in the background, which sounds all the time.

        Raises:
            AudioError: if the voice cannot be had.
        """
        heard, rate = self._voices.speak(sketch.said, seed), self._voices.sample_rate
        before, after = (_rng(seed, place).uniform(*AROUND) for place in (_BEFORE, _AFTER))
        start = int(before * rate)
        length = max(int(SHORTEST * rate), start + len(heard.samples) + int(after * rate))
        level = _level(sketch.loudness, _rng(seed, _LEVEL))
        spans = sounding_spans(heard.samples, rate)
        ends = [(start + place) / rate for place in (spans[0][0], spans[-1][1])]
        events = [_event("voice", "foreground", ends, level)]
        mixed = _gain(NOISE_FLOOR) * coloured_noise(length, 1.0, _rng(seed, _NOISE))
        mixed[start : start + len(heard.samples)] += _gain(level) * _without_peaks(heard.samples)
        if sketch.secondary is not None:
            under = level - _rng(seed, _GAP).uniform(*GAP)
            events.append(_event(sketch.secondary, "background", [0.0, length / rate], under))
            mixed += _gain(under) * self._behind(sketch.secondary, length, _rng(seed, _BACKGROUND))
        return Clip(mixed, rate, {"events": events, **_script(sketch), **heard.script})

    def _behind(self, label: str, length: int, rng: np.random.Generator) -> Samples:
        """A sound as long as the clip, RMS 1."""
        assert self._background is not None
        rate = self._voices.sample_rate
        drawn = self._background.draw(label, rng, seconds=length / rate)[:length]
        return _without_peaks(prolonged(drawn, length, int(_SEAM * rate)))

    def describe(self, sketch: SpeechSketch, language: Language, rng: np.random.Generator) -> Described:
        """A caption of one to three sentences."""
        return worded(sketch.claims, language, rng)


def _check(background: Source, lasting: frozenset[str], sample_rate: int) -> None:
    unknown = sorted(lasting.difference(background.labels))
    if unknown:
        raise UsageError(f"the background has no sound '{unknown[0]}'; it has {', '.join(background.labels)}.")
    if background.sample_rate != sample_rate:
        raise UsageError(
            f"the background is at {background.sample_rate} Hz and the voices at {sample_rate} Hz; wanted one rate."
        )


def _apart(label: str, other: str) -> bool:
    return label != other and not confused(label, other)


def _with_absent_heard(sketch: SpeechSketch) -> SpeechSketch:
    told = sketch.told
    if sketch.secondary is None:
        here: Fact = "secondary"
        told = frozenset(here if fact == "absence" else fact for fact in told)
    return replace(sketch, told=told, secondary=sketch.absence, absence=sketch.secondary)


def _one_of(choices: Sequence[T], rng: np.random.Generator) -> T:
    return choices[int(rng.integers(len(choices)))]


def _rng(seed: int, place: int) -> np.random.Generator:
    return np.random.default_rng((seed, place))


def _level(loudness: str | None, rng: np.random.Generator) -> float:
    return LOUDNESS.draw(level_of("loudness", loudness), rng) if loudness else float(rng.uniform(*MIDDLE_LOUDNESS))


def _gain(level: float) -> np.float32:
    return np.float32(10 ** (level / 20))


def _without_peaks(samples: Samples) -> Samples:
    """Of a sound with an RMS of 1: the few samples far above it bent down, all others as they are."""
    size = np.abs(samples)
    room = _CEILING - _KNEE
    bent = np.where(size > _KNEE, _KNEE + room * np.tanh((size - _KNEE) / room), size)
    rounded: Samples = np.copysign(bent, samples).astype(np.float32)
    return rounded


def _event(label: str, role: str, ends: Sequence[float], level: float) -> dict[str, Any]:
    onset, offset = (round(end, 3) for end in ends)
    return {"label": label, "onset": onset, "offset": offset, "level_db": round(level, 2), "role": role}


def _script(sketch: SpeechSketch) -> dict[str, Any]:
    said = sketch.said
    return {"gender": said.gender, "age": said.age, "language": said.language, "words": said.words}
