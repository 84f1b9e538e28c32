"""Which of a rubric's items is which of the events that a prompt is said to name, told by their words.

Words are compared without their endings and without those that name no sound. An item may be an event if at least half
of the words of the shorter of the two are in the other. Each is taken once, so that as many as can be find a partner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

SHARE = 0.5

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_EMPTY = frozenset(
    "a an the of in on at to by with and or is are be its his her their it this that there from for as while then "
    "can do does you hear heard sound sounds some 的 声 音 在 了 着".split()
)
_ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("es", ""), ("ed", ""), ("s", ""), ("e", ""))
_SHORTEST = 3


def matching(events: Sequence[str], items: Sequence[str]) -> Mapping[int, int]:
    """The item of each event that has one, by their places.

    Example:
        >>> matching(["dog barking", "rainfall", "rain"], ["The rain falls", "a dog barks twice", "applause"])
        {0: 1, 2: 0}
    """
    if not events or not items:
        return {}
    from scipy.optimize import linear_sum_assignment

    shares = np.array([[_shared(_content(event), _content(item)) for item in items] for event in events])
    # One pair more outweighs whatever the others could share.
    gains = np.where(shares >= SHARE, shares + 2 * len(events), 0.0)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if gains[row, column] > 0}


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _content(words: str) -> frozenset[str]:
    found = _WORD.findall(words.lower())
    return frozenset(_stem(word) for word in found if word not in _EMPTY) or frozenset(map(_stem, found))


def _stem(word: str) -> str:
    """A word without its ending.

    Example:
        >>> [_stem(word) for word in ("barks", "barking", "slammed", "slam", "cries", "crying", "ring", "closing")]
        ['bark', 'bark', 'slam', 'slam', 'cry', 'cry', 'ring', 'clos']
    """
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem + instead) >= _SHORTEST:
            word = stem + instead
            break
    return word[:-1] if len(word) > _SHORTEST and word[-1] == word[-2] else word
