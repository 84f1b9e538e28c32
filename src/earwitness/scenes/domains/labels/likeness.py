"""Which sounds a listener may take for one another, or cannot hear under one another, and which go on for long.

A label that is named nowhere here is like no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Clash:
    """Sounds any two of which would make a claim doubtful, and why."""

    labels: frozenset[str]
    why: str


VOICES = frozenset({"man speaking", "woman speaking", "child speaking"})
# What music is made of: any piece may have any of them.
PARTS = frozenset({
    "bass", "bass drum", "cowbell", "cymbal", "drum loop", "drum roll", "guitar", "snare drum", "tabla", "tone",
})  # fmt: skip
# What goes on for as long as it is asked to, so that it can lie under other sounds.
LASTING = frozenset({
    "rain", "sea waves", "helicopter", "fire crackling", "chainsaw", "clock tick", "siren", "tone",
})  # fmt: skip

# One of two may be taken for the other: they never meet in a clip, and neither is put in the other's place.
CONFUSED = (
    Clash(frozenset({"beep", "tone"}), "a beep is a short tone"),
    Clash(frozenset({"beep", "chirp"}), "both are short electronic sounds, told apart by a glide alone"),
    Clash(frozenset({"rain", "sea waves", "fire crackling"}), "recorded from near, all three hiss and patter"),
    Clash(frozenset({"rain", "noise burst"}), "rain cut out of a recording is a stretch of noise"),
    Clash(frozenset({"sea waves", "noise burst"}), "a wave cut out of a recording is a stretch of noise"),
    Clash(frozenset({"fire crackling", "noise burst"}), "crackling and static are alike"),
    Clash(frozenset({"helicopter", "chainsaw"}), "both are engines"),
    Clash(frozenset({"record scratch", "noise burst", "chirp"}), "a scratch is a burst of noise that glides"),
    Clash(
        frozenset({"bass", "bass drum", "drum loop", "drum roll", "knock", "snare drum", "tabla"}),
        "strokes are alike, and a beat has several",
    ),
    Clash(frozenset({"drum loop", "cymbal"}), "a beat may have a cymbal"),
    Clash(frozenset({"drum loop", "cowbell"}), "a beat may have a cowbell"),
    Clash(frozenset({"cymbal", "noise burst", "snare drum"}), "all three hiss"),
    Clash(frozenset({"bell", "cowbell"}), "a cowbell is a bell"),
    Clash(frozenset({"bass", "guitar", "tone"}), "a held note is a tone, and a guitar's low strings are a bass's"),
    Clash(frozenset({"knock", "clock tick"}), "both are regular strokes"),
    Clash(frozenset({"bell", "clock tick"}), "the bell may be the clock's"),
)
# One of two is not heard well under the other: they sound one after the other only.
HIDDEN = (
    Clash(frozenset({"rain", "sea waves", "fire crackling", "helicopter", "chainsaw"}), "noise hides noise"),
    Clash(VOICES, "who of two speaks is not clear"),
)


def is_music(label: str) -> bool:
    """Whether it is a label of music.

    Example:
        >>> is_music("music"), is_music("piano music"), is_music("drum loop")
        (True, True, False)
    """
    return label == "music" or label.endswith(" music")


def lasts(label: str) -> bool:
    """Whether a sound can go on under others."""
    return label in LASTING or is_music(label)


def confused(one: str, other: str) -> bool:
    """Whether a listener may take one sound for the other, or hear one in the other.

    Example:
        >>> confused("beep", "tone"), confused("piano music", "drum loop"), confused("bell", "siren")
        (True, True, False)
    """
    return one != other and (_contains(one, other) or _contains(other, one) or _clash(one, other, CONFUSED))


def _contains(music: str, other: str) -> bool:
    return is_music(music) and (is_music(other) or other in PARTS)


def hidden(one: str, other: str) -> bool:
    """Whether one sound is not heard well while the other sounds."""
    return one != other and _clash(one, other, HIDDEN)


def _clash(one: str, other: str, clashes: Iterable[Clash]) -> bool:
    return any({one, other} <= clash.labels for clash in clashes)


def apart(labels: Iterable[str]) -> bool:
    """Whether no two of these sounds can be confused."""
    return not any(confused(one, other) for one, other in combinations(labels, 2))
