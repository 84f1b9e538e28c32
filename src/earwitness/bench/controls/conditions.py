"""Every way in which a base is changed, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from earwitness.bench.controls import changes
from earwitness.types import NO_AUDIO, Audio

# Of the sentence over a mismatched clip, dB above it.
SPEECH_LEVELS = (-10.0, 0.0, 10.0)

# Whose caption is put: the base's own, another's, its own in the other order, or none that says anything.
Asked = Literal["own", "other", "reversed", "nothing"]
# What the sound is made of beside the clip: a border between two segments, the sentence in the caption's language, or
# somebody who reads the caption aloud.
Need = Literal["border", "speech", "reader"]
# ``control``: a judge that listens says less yes. ``order``: one that hears order does. ``same``: the truth has not
# changed. ``key``: sounds that have fooled judges, under captions of others. ``speech``: the clip asks for a yes.
Group = Literal["true", "control", "order", "same", "key", "speech", "null", "again"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A base as its conditions take it.

    Attributes:
        audio: its clip.
        border: where its two segments meet, in samples; None if nothing tells of two.
        rng: of this base and condition alone.
        speech: the sentence in the language of its caption, where it can be had.
        read: its caption read aloud, where somebody does.
    """

    audio: Audio
    border: int | None
    rng: np.random.Generator
    speech: Audio | None
    read: Callable[[], Audio] | None = None

    def said(self, way: str) -> Audio:
        """The sentence: ``spoken``, or ``backwards``, a voice without words."""
        assert self.speech is not None  # of conditions that need it
        return self.speech if way == "spoken" else changes.backwards(self.speech)


@dataclass(frozen=True, slots=True)
class Condition:
    """One way to change a base.

    Attributes:
        name: part of every pair's id.
        group: what it is for.
        what: in words.
        sound: what is heard.
        asks: which caption is put.
        needs: what the sound cannot do without.
        against: the condition that it is held against.
    """

    name: str
    group: Group
    what: str
    sound: Callable[[Subject], Audio]
    asks: Asked = "own"
    needs: Need | None = None
    against: str = "true"


def _clip(subject: Subject) -> Audio:
    return subject.audio


def _of(change: Callable[..., Audio], *options: Any) -> Callable[[Subject], Audio]:
    return lambda subject: change(subject.audio, *options)


def _at_random(change: Callable[..., Audio], *options: Any) -> Callable[[Subject], Audio]:
    return lambda subject: change(subject.audio, *options, subject.rng)


def _over(decibels: float, *, spoken: str = "spoken", what: str = "the sentence") -> Condition:
    """Speech over a clip under another clip's caption."""

    def sound(subject: Subject) -> Audio:
        return changes.under_speech(subject.audio, subject.said(spoken), decibels)

    words = f"another clip, {what} over it at {decibels:+.0f} dB"
    return Condition(f"{spoken}_{decibels:+.0f}dB", "speech", words, sound, "other", "speech", "shuffled")


def _alone(spoken: str, what: str) -> Condition:
    """Speech and nothing else."""

    def sound(subject: Subject) -> Audio:
        return changes.under_speech(changes.silence(subject.audio), subject.said(spoken), 0.0)

    return Condition(f"{spoken}_over_silence", "speech", what, sound, needs="speech", against="silence")


def _read_aloud(subject: Subject) -> Audio:
    assert subject.read is not None  # of conditions that need it
    return changes.under_speech(changes.silence(subject.audio), subject.read(), 0.0)


CONDITIONS: tuple[Condition, ...] = (
    Condition("true", "true", "the clip with its caption", _clip),
    Condition("shuffled", "control", "the clip with another clip's caption", _clip, "other"),
    Condition("silence", "control", "digital silence", _of(changes.silence)),
    Condition("noise", "control", "pink noise of the clip's level", _at_random(changes.noise)),
    Condition("tone", "control", "a tone of the clip's level", _of(changes.tone)),
    Condition("text_only", "control", "no audio at all", lambda subject: NO_AUDIO),
    Condition("order_reversed", "order", "the caption's events in the other order", _clip, "reversed"),
    Condition(
        "segments_swapped",
        "order",
        "the clip's two segments swapped",
        lambda subject: changes.swapped(subject.audio, subject.border or 0),
        needs="border",
    ),
    Condition("louder", "same", "6 dB louder", _of(changes.turned, changes.LEVEL_STEP)),
    Condition("softer", "same", "6 dB softer", _of(changes.turned, -changes.LEVEL_STEP)),
    Condition("slower", "same", "played at 0.9 of its speed", _of(changes.sped, 0.9)),
    Condition("faster", "same", "played at 1.1 of its speed", _of(changes.sped, 1.1)),
    Condition("mp3", "same", "through MP3 at a low quality", _of(changes.coded, "MP3")),
    Condition("ogg", "same", "through Ogg Vorbis at a low quality", _of(changes.coded, "OGG")),
    Condition("noise_20dB", "same", "under noise 20 dB below it", _at_random(changes.with_noise, 20.0)),
    Condition("noise_10dB", "same", "under noise 10 dB below it", _at_random(changes.with_noise, 10.0)),
    Condition("noise_0dB", "same", "under noise as loud as it", _at_random(changes.with_noise, 0.0)),
    Condition(
        "other_louder",
        "key",
        "another clip, 6 dB louder",
        _of(changes.turned, changes.LEVEL_STEP),
        "other",
        against="shuffled",
    ),
    Condition("other_looped", "key", "another clip twice in a row", _of(changes.looped), "other", against="shuffled"),
    Condition(
        "other_longer",
        "key",
        "another clip, as much silence behind it",
        _of(changes.longer),
        "other",
        against="shuffled",
    ),
    Condition(
        "caption_read",
        "speech",
        "nothing but the caption, read aloud",
        _read_aloud,
        needs="reader",
        against="silence",
    ),
    _alone("spoken", "nothing but the sentence, spoken"),
    _alone("backwards", "nothing but the sentence, played backwards"),
    *map(_over, SPEECH_LEVELS),
    _over(0.0, spoken="backwards", what="the sentence backwards"),
    Condition("null_caption", "null", "a caption that says nothing", _clip, "nothing"),
    Condition("alone", "again", "true once more, one pair at a time", _clip),
    Condition("repeat", "again", "true once more, at the end", _clip),
)
BY_NAME: Mapping[str, Condition] = {condition.name: condition for condition in CONDITIONS}
# Speech with words by the same voice without any.
WORDLESS: Mapping[str, str] = {"spoken_over_silence": "backwards_over_silence", "spoken_+0dB": "backwards_+0dB"}
