"""The words for music of known instrument, tempo, mode, register and dynamics, in English and Chinese.

A *trait* is a fact with its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from earwitness.scenes.domains.base import Fact
from earwitness.types import Language

Place = Literal["before", "behind", "alone"]
Trait: TypeAlias = tuple[Fact, str | int | None]


@dataclass(frozen=True, slots=True)
class Forms:
    """How one trait is told before the noun, behind it, and in a sentence of its own; and asked."""

    before: tuple[str, ...]
    behind: tuple[str, ...]
    alone: tuple[str, ...]
    question: str


def _forms(before: str, behind: str, alone: str, question: str) -> Forms:
    return Forms(_split(before), _split(behind), _split(alone), question)


def _split(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("|")))


@dataclass(frozen=True, slots=True)
class Instrument:
    """How one language speaks of an instrument: before "music", as what a piece is played on, and as who plays."""

    music: tuple[str, ...]
    on: tuple[str, ...]
    plays: tuple[str, ...]
    question: str


def _en(names: str, on: str = "on a {name}") -> Instrument:
    """Of one or more names, the first of which is asked for."""
    music = _split(names)
    playing, subjects = (
        tuple(_articled(form.format(name=name)) for name in music for form in _split(forms))
        for forms in (on, "a {name} plays")
    )
    return Instrument(music, playing, subjects, _articled(f"Can a {music[0]} be heard?"))


def _articled(text: str) -> str:
    return re.sub(r"\ba (?=[aeio])", "an ", text)


def _zh(names: str, on: str = "用{name}演奏的", plays: str = "{name}演奏着") -> Instrument:
    """Of one or more names, the first of which is asked for."""
    music = _split(names)
    playing, subjects = (tuple(form.format(name=name) for name in music) for form in (on, plays))
    return Instrument(music, playing, subjects, f"能听到{music[0]}的声音吗？")


INSTRUMENTS: Mapping[str, Mapping[Language, Instrument]] = {
    "piano": {"en": _en("piano", on="on the {name}|on a {name}"), "zh": _zh("钢琴")},
    "marimba": {"en": _en("marimba"), "zh": _zh("马林巴")},
    "organ": {"en": _en("organ|pipe organ"), "zh": _zh("管风琴")},
    "accordion": {"en": _en("accordion"), "zh": _zh("手风琴")},
    "acoustic guitar": {"en": _en("acoustic guitar"), "zh": _zh("木吉他|原声吉他")},
    "harp": {"en": _en("harp", on="on the {name}|on a {name}"), "zh": _zh("竖琴")},
    # Of its own, "strings" would be a piano's, too.
    "strings": {
        "en": _en("string ensemble|string orchestra", on="by a {name}"),
        "zh": _zh("弦乐合奏", on="由弦乐队演奏的", plays="弦乐队演奏着"),
    },
    "banjo": {"en": _en("banjo", on="on the {name}|on a {name}"), "zh": _zh("班卓琴")},
}

TRAITS: Mapping[Language, Mapping[Trait, Forms]] = {
    "en": {
        ("tempo", "slow"): _forms("slow|slow-paced", "at a slow tempo|at a slow pace", "slow", "Is the tempo slow?"),
        ("tempo", "fast"): _forms("fast|fast-paced", "at a fast tempo|at a fast pace", "fast", "Is the tempo fast?"),
        ("mode", "minor"): _forms(
            "minor-key", "in a minor key|in minor", "in a minor key", "Is the music in a minor key?"
        ),
        ("mode", "major"): _forms(
            "major-key", "in a major key|in major", "in a major key", "Is the music in a major key?"
        ),
        ("register", "low"): _forms(
            "low-pitched", "in a low register|at a low pitch", "low in pitch|low-pitched", "Is the music low in pitch?"
        ),
        ("register", "high"): _forms(
            "high-pitched", "in a high register|at a high pitch", "high in pitch|high-pitched",
            "Is the music high in pitch?",
        ),
        ("dynamics", "soft"): _forms("soft|quiet", "played softly|at a low volume", "soft|quiet", "Is the music soft?"),
        ("dynamics", "loud"): _forms("loud", "played loudly|at a high volume", "loud", "Is the music loud?"),
        ("drums", None): _forms(
            "", "with drums|with a drum kit|accompanied by drums|over a drum beat",
            "drums play along|there are drums as well", "Are there drums?",
        ),
        ("absence", None): _forms(
            "", "without drums|with no drums|without any drums",
            "there are no drums|no drums can be heard", "Is the clip free of drums?",
        ),
    },
    "zh": {
        ("tempo", "slow"): _forms("慢速|慢节奏", "速度很慢|节奏缓慢", "速度很慢|节奏缓慢", "这段音乐的速度慢吗？"),
        ("tempo", "fast"): _forms("快速|快节奏", "速度很快|节奏很快", "速度很快|节奏很快", "这段音乐的速度快吗？"),
        ("mode", "minor"): _forms("小调", "采用小调|用小调写成", "采用小调|是小调", "这段音乐是小调吗？"),
        ("mode", "major"): _forms("大调", "采用大调|用大调写成", "采用大调|是大调", "这段音乐是大调吗？"),
        ("register", "low"): _forms("低音区", "音区很低|处于低音区", "音区很低|处于低音区", "这段音乐的音区低吗？"),
        ("register", "high"): _forms("高音区", "音区很高|处于高音区", "音区很高|处于高音区", "这段音乐的音区高吗？"),
        ("dynamics", "soft"): _forms("轻柔|安静", "音量很小|演奏得很轻", "音量很小|演奏得很轻", "这段音乐的音量小吗？"),
        ("dynamics", "loud"): _forms("响亮|洪亮", "音量很大|演奏得很响", "音量很大|演奏得很响", "这段音乐的音量大吗？"),
        ("drums", None): _forms("", "有鼓声|有鼓点|有鼓声伴奏|带架子鼓", "有鼓声|有鼓声伴奏", "有鼓声吗？"),
        ("absence", None): _forms(
            "", "没有鼓声|没有鼓点|不带鼓声", "没有鼓声|听不到鼓声", "这段音频里没有鼓声，对吗？"
        ),
    },
}  # fmt: skip
