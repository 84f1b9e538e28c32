"""What a drawn text is drawn for: the seed and what is asked, neither the batch nor the order in which it comes.

So a text that was drawn can be drawn again, in process and over a server alike.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TypeVar

from earwitness.backbones.base import Request

Asked = TypeVar("Asked", bound=Hashable)


def origins(seed: int, asked: Sequence[Asked]) -> list[str]:
    """What each text is drawn for: the seed, what is asked, and which it is of those that ask the same.

    Example:
        >>> origins(7, ["a", "b", "a"])
        ["(7, 'a', 1)", "(7, 'b', 1)", "(7, 'a', 2)"]
    """
    count: Counter[Asked] = Counter()
    found = []
    for one in asked:
        count[one] += 1
        found.append(repr((seed, one, count[one])))
    return found


def request_origins(seed: int, request: Request) -> list[str]:
    """What the text of each question of a request is drawn for."""
    return origins(seed, [(request.audio.sha256, request.system, question) for question in request.questions])


def key(origin: str, bits: int) -> int:
    """A number of so many bits, 128 at most, that stands for an origin.

    Example:
        >>> key("(7, 'a', 1)", 31) == key("(7, 'a', 1)", 128) >> 97
        True
    """
    digest = hashlib.sha256(origin.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:16]) >> (128 - bits)
