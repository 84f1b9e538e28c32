"""The content of a rated set in one short text, for cards of what was trained on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from earwitness.ratings.rated import RatedPairs


def data_hash(rated: RatedPairs) -> str:
    """Twelve hexadecimal digits of ids, captions, systems, groups, scales and ratings, single ones included.

    The same for the same clips in another order, and on every machine; the sound itself is not opened.

    Example:
        >>> from earwitness.types import Pair
        >>> pairs = [Pair("a.wav", "", ratings={"mos": 4.0}), Pair("b.wav", "", ratings={"mos": 2.0})]
        >>> one, other = (RatedPairs("set", tuple(order), {"mos": (1, 5)}) for order in (pairs, pairs[::-1]))
        >>> data_hash(one) == data_hash(other)
        True
    """
    digest = hashlib.sha256(_json({axis: list(map(float, scale)) for axis, scale in rated.scales.items()}))
    for line in sorted(_clips(rated)):
        digest.update(b"\n" + line)
    return digest.hexdigest()[:12]


def _clips(rated: RatedPairs) -> Iterator[bytes]:
    said: list[dict[str, list[tuple[str, float]]]] = [{} for _ in rated.pairs]
    for axis, single in rated.singles.items():
        for clip, rater, value in zip(single.clip, single.rater, single.value, strict=True):
            said[clip].setdefault(axis, []).append((single.raters[rater] if rater >= 0 else "", float(value)))
    for pair, singles in zip(rated.pairs, said, strict=True):
        ratings = {axis: float(pair.ratings[axis]) for axis in rated.axes if axis in pair.ratings}
        singles = {axis: sorted(values) for axis, values in singles.items()}
        yield _json([pair.id, pair.caption, pair.system, pair.group, ratings, singles])


def _json(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, allow_nan=False).encode()
