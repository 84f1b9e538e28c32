"""The order of things turned round: in a caption, where a plain rule can do it, and in a clip.

A caption is turned round only where it tells one order and nothing else of time: "A, then B", "A followed by B", "A
before B", "A after B", 先A，然后B and their like. The rules of ``rubrics`` say where its cue stands; what lies before
the cue and what lies behind it change places.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from earwitness.errors import ClipError
from earwitness.rubrics.base import Caption
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.types import Audio, Item, Language

# What opens the first part, closes it before the cue, opens the second part behind it, and ends the caption.
_OPENING = re.compile(r"(?:first of all|at first|first|先是|先有|首先是|首先|先)?[\s,，:：]*", re.IGNORECASE)
_JOINT = re.compile(r"[\s,，;；.。]*$")
_BEHIND = re.compile(r"[\s,，]*(?:是|有)?")
_ENDING = re.compile(r"[\s.。!！]*$")

# Of the middle of a clip, where its quietest point is looked for, and over how long.
_MIDDLE = (1 / 3, 2 / 3)
_PAUSE = 0.05  # seconds


def turned_round(caption: str, language: Language) -> str | None:
    """The caption with its order of events reversed; None where no plain rule can do it.

    Example:
        >>> turned_round("A dog barks, then rain falls.", "en"), turned_round("先是铃声，然后是狗叫声", "zh")
        ('Rain falls, then a dog barks.', '先是狗叫声，然后是铃声')
        >>> turned_round("A dog barks while rain falls.", "en"), turned_round("After a bell rings, a dog barks", "en")
        (None, None)
    """
    order = _only_order(caption, language)
    if order is None or order.span is None:
        return None
    start, stop = order.span
    opening = _matched(_OPENING, caption)
    joint = _matched(_JOINT, caption[:start])
    behind = _matched(_BEHIND, caption[stop:])
    ending = _matched(_ENDING, caption)
    first, second = caption[len(opening) : start - len(joint)], caption[stop + len(behind) : len(caption) - len(ending)]
    if not (first and second):
        return None
    first, second = _with_capitals_of(second, first), _with_capitals_of(first, second)
    turned = f"{opening}{first}{joint}{caption[start:stop]}{behind}{second}{ending}"
    again = _only_order(turned, language)
    return turned if again is not None and again.question != order.question else None


def _only_order(caption: str, language: Language) -> Item | None:
    """The one relation in time that the caption tells, if it is an order."""
    (rubric,) = _rules().decompose([Caption(caption, language)])
    if isinstance(rubric, ClipError):
        return None
    relations = [item for item in rubric.items if item.kind == "relation"]
    return relations[0] if len(relations) == 1 and relations[0].dimension == "order" else None


@cache
def _rules() -> RuleDecomposer:
    return RuleDecomposer()


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def _with_capitals_of(text: str, model: str) -> str:
    """The text with its first letter as large as that of what it takes the place of.

    Example:
        >>> _with_capitals_of("rain falls", "A dog barks"), _with_capitals_of("A dog", "rain")
        ('Rain falls', 'a dog')
    """
    return (text[0].upper() if model[0].isupper() else text[0].lower()) + text[1:]


def quietest_point(audio: Audio) -> int:
    """The middle of the quietest 50 ms in the middle third of a clip, in samples."""
    samples, pause = audio.samples, max(1, int(_PAUSE * audio.sample_rate))
    first, last = (int(share * len(samples)) for share in _MIDDLE)
    energy = np.cumsum(np.square(samples[first:last], dtype=np.float64))
    if len(energy) <= pause:
        return len(samples) // 2
    return first + int(np.argmin(energy[pause:] - energy[:-pause])) + pause // 2
