"""Rated clips into parts that share no clip, no system, or no group: what is tested on was never trained on.

Parts are drawn by seeded hashes of names, so that they depend neither on the order of the clips nor on the platform.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from earwitness.errors import UsageError
from earwitness.ratings.rated import RatedPairs
from earwitness.types import Audio, Pair

Unit: TypeAlias = Literal["clip", "system", "group"]


def split(rated: RatedPairs, share: float, *, by: Unit = "clip", seed: int = 0) -> tuple[RatedPairs, RatedPairs]:
    """What remains, and about ``share`` of the clips held out; no unit has clips on both sides.

    Args:
        rated: the clips.
        share: of the clips to hold out, between 0 and 1; whole units come as near to it as they can.
        by: the unit: a ``clip`` (all its captions), a ``system`` (or speaker), a ``group`` (a prompt or sentence).
        seed: of the draw.

    Raises:
        UsageError: if the share is none, a clip belongs to no unit, or there is only one unit.

    Example:
        >>> pairs = tuple(Pair(f"{n}.wav", "", system="AB"[n % 2]) for n in range(6))
        >>> kept, held = split(RatedPairs("six", pairs, {}), 0.5, by="system")
        >>> len(kept), len(held), {pair.system for pair in kept.pairs} & {pair.system for pair in held.pairs}
        (3, 3, set())
    """
    if not 0.0 < share < 1.0:
        raise UsageError(f"share is {share}; wanted more than 0 and less than 1.")
    units = _drawn_units(rated, by, seed)
    if len(units) < 2:
        raise UsageError(f"{rated.name} has one {by} only; wanted at least two to split it by {by}.")
    # At least one unit on each side; of the cuts, that whose share is nearest.
    sizes = [sum(len(clips) for clips in units[:count]) for count in range(1, len(units))]
    count = 1 + min(range(len(sizes)), key=lambda at: abs(sizes[at] - share * len(rated)))
    return _parts(rated, units[:count])


def folds(rated: RatedPairs, k: int, *, by: Unit = "clip", seed: int = 0) -> list[tuple[RatedPairs, RatedPairs]]:
    """For each of ``k`` folds what remains and what is held out; each clip is held out once, with its whole unit.

    Args:
        rated: the clips.
        k: how many folds; their sizes are as even as whole units allow.
        by: the unit, as in ``split``.
        seed: of the draw.

    Raises:
        UsageError: if there are fewer than ``k`` units, or a clip belongs to none.

    Example:
        >>> pairs = tuple(Pair(f"{n}.wav", "", group=str(n // 2)) for n in range(6))
        >>> [len(held) for _, held in folds(RatedPairs("six", pairs, {}), 3, by="group")]
        [2, 2, 2]
    """
    units = _drawn_units(rated, by, seed)
    if k not in range(2, len(units) + 1):
        raise UsageError(f"k is {k}; wanted 2 to {len(units)}, as {rated.name} has so many to tell apart by {by}.")
    held: list[list[list[int]]] = [[] for _ in range(k)]
    # The largest first into the smallest fold; the draw decides between equals.
    for clips in sorted(units, key=len, reverse=True):
        min(held, key=_size).append(clips)
    return [_parts(rated, fold) for fold in held]


def _size(fold: Sequence[Sequence[int]]) -> int:
    return sum(map(len, fold))


def _parts(rated: RatedPairs, held: Sequence[Sequence[int]]) -> tuple[RatedPairs, RatedPairs]:
    out = {clip for unit in held for clip in unit}
    return rated.of_clips([n for n in range(len(rated)) if n not in out]), rated.of_clips(sorted(out))


def _drawn_units(rated: RatedPairs, by: Unit, seed: int) -> list[list[int]]:
    """The clips of each unit, units in an order drawn by seed."""
    if by not in get_args(Unit):
        raise UsageError(f"by is {by!r}; wanted {', '.join(get_args(Unit))}.")
    units: dict[str, list[int]] = {}
    for index, pair in enumerate(rated.pairs):
        units.setdefault(_unit(pair, by), []).append(index)
    return [units[name] for name in sorted(units, key=lambda name: (_rank(f"{seed}\0{name}"), name))]


def _unit(pair: Pair, by: Unit) -> str:
    if by == "clip":
        return _sound(pair)
    name: str | None = getattr(pair, by)
    if name is None:
        raise UsageError(
            f"clip '{pair.id}' belongs to no {by}; name the column: columns={{'{by}': 'NAME'}} (--column {by}=NAME)."
        )
    return name


def _sound(pair: Pair) -> str:
    """What two captions on one clip share: its name in the list, or its bytes."""
    if isinstance(pair.audio, Audio):
        return pair.audio.sha256
    if isinstance(pair.audio, bytes):
        return hashlib.sha256(pair.audio).hexdigest()
    return str(pair.meta.get("audio") or Path(pair.audio).as_posix())


def _rank(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
