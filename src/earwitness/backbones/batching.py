"""Batches that fit: work is cut into batches by cost, and the limit halves when memory runs out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")


class Batcher:
    """Runs work in batches of at most ``size`` pieces, and within what memory has been found to hold.

    The cost of a batch is its number of pieces times its longest piece, as all are padded to that one. When a batch
    does not fit, half its cost becomes the limit from then on: a long clip that fails does not shrink the batches of
    short ones. A single piece is always tried.

    Args:
        size: pieces in a batch.
        out_of_memory: tells whether an exception means that memory ran out.
    """

    def __init__(self, size: int, out_of_memory: Callable[[BaseException], bool]) -> None:
        self.size = size
        self.limit = math.inf
        self._out_of_memory = out_of_memory

    def run(
        self, work: Sequence[Work], lengths: Sequence[int], forward: Callable[[Sequence[Work]], list[Result]]
    ) -> list[Result]:
        """One result for each piece of work, in order.

        Args:
            work: the pieces; best sorted by length.
            lengths: the length of each.
            forward: makes the results of one batch.

        Raises:
            Exception: what ``forward`` raises, if memory does not hold even one piece, or for any other reason.
        """
        results: list[Result] = []
        while len(results) < len(work):
            start = len(results)
            stop = start + self._fitting(lengths[start:])
            try:
                results += forward(work[start:stop])
            except Exception as error:
                if stop - start == 1 or not self._out_of_memory(error):
                    raise
                self.limit = (stop - start) * max(lengths[start:stop]) / 2
        return results

    def _fitting(self, lengths: Sequence[int]) -> int:
        longest = 0
        for count, length in enumerate(lengths[: self.size], start=1):
            longest = max(longest, length)
            if count > 1 and count * longest > self.limit:
                return count - 1
        return min(len(lengths), self.size)
