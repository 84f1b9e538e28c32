"""Which sounds a listener may take for one another, or cannot hear under one another, and which go on for long.

A label that is named nowhere here is like no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

Alike = tuple[frozenset[str], ...]


def _each(one: str, *others: str) -> Alike:
    """One sound with each of several that are not like one another for its sake."""
    return tuple(frozenset({one, other}) for other in others)


VOICES = frozenset({"man speaking", "woman speaking", "child speaking"})
# What hisses, roars or patters for long: of recordings of these listeners take any for any other.
NOISES = frozenset({"chainsaw", "fire crackling", "helicopter", "rain", "sea waves"})
# What music is made of: any piece may have any of them.
PARTS = frozenset({
    "bass", "bass drum", "cowbell", "cymbal", "drum loop", "drum roll", "guitar", "snare drum", "tabla", "tone",
})  # fmt: skip
# What goes on for as long as it is asked to, so that it can lie under other sounds.
LASTING = NOISES | {"clock tick", "siren", "tone"}
# Nearly all of their power lies where ears hear little, so that nobody can say how loud they are beside others.
DULL = frozenset({"bass", "bass drum"})

# Any two of these may be taken for one another: they never meet in a clip, and neither is put in the other's place.
CONFUSED: Alike = (
    # A beep is a short tone, and may ring; it is told from a chirp by a glide alone.
    *_each("beep", "tone", "chirp", "bell"),
    # A siren glides as a chirp does. From a tone it is told by its swings: see ``sound.clear``.
    *_each("siren", "chirp"),
    # Cut out of a recording, noises, ticks and a sneeze are bursts of noise, too.
    NOISES | {"noise burst"},
    *_each("noise burst", "person sneeze", "clock tick"),
    # A scratch is a burst of noise that glides.
    frozenset({"record scratch", "noise burst", "chirp"}),
    frozenset({"cymbal", "noise burst", "snare drum"}),
    # Strokes are alike, and a beat has several, be they of cymbals or cowbells.
    frozenset({"bass", "bass drum", "drum loop", "drum roll", "knock", "snare drum", "tabla"}),
    *_each("drum loop", "cymbal", "cowbell"),
    *_each("cowbell", "bell", "knock"),
    # A held note is a tone, and a guitar's low strings are a bass's.
    frozenset({"bass", "guitar", "tone"}),
    # Single regular strokes; the bell may be the clock's.
    *_each("clock tick", "knock", "fire crackling", "bell"),
    *_each("knock", "fire crackling"),
    # A girl's voice is a woman's to most, a boy's soon a man's.
    *_each("child speaking", "man speaking", "woman speaking"),
    # Who cries or sneezes has a voice.
    *(pair for voice in sorted(VOICES) for pair in _each(voice, "baby cry", "person sneeze")),
)
# One of two is not heard well under the other: they sound one after the other only.
HIDDEN: Alike = (
    # Ticks are lost in noise.
    NOISES | {"clock tick"},
    # Who of two speaks is not clear.
    VOICES,
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


def _clash(one: str, other: str, clashes: Alike) -> bool:
    return any(one in clash and other in clash for clash in clashes)


def apart(labels: Iterable[str]) -> bool:
    """Whether no two of these sounds can be confused."""
    return not any(confused(one, other) for one, other in combinations(labels, 2))
