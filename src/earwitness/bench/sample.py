"""A seeded part of a benchmark, of whole groups, so that what is measured on groups can still be measured."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from earwitness.bench.base import Pairs
from earwitness.types import Pair


class Sample:
    """Whole groups of pairs in the benchmark's order, as many as make up a number of pairs."""

    def __init__(self, pairs: Pairs, limit: int, seed: int) -> None:
        self._pairs = pairs
        sizes = Counter(map(_group, pairs))
        self._kept: set[str] = set()
        self._size = 0
        for group in sorted(sizes, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest()):
            if self._size >= limit:
                break
            self._kept.add(group)
            self._size += sizes[group]

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Pair]:
        return (pair for pair in self._pairs if _group(pair) in self._kept)


def _group(pair: Pair) -> str:
    return pair.group or pair.id
