"""Benchmarks whose pairs are labelled yes or no: is a clip called a match where it is one?

A clip is called a match from a threshold on. Where none is given there are two: 0.5, and one that is fitted on a fifth
of the pairs and measured on the others. Which pairs are in that fifth is told by the name of what they may share, so
that it is the same in every run, and what may be alike falls on one side.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from earwitness.bench.base import Benchmark
from earwitness.bench.decisions import EVEN, called, decided
from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.bench.measurements import Measurement
from earwitness.errors import UsageError
from earwitness.metrics.threshold import best_threshold

# The threshold is fitted on one cluster in so many.
FITTING = 5


class YesOrNo(Benchmark):
    """A benchmark whose pairs have ``meta["label"]``, yes or no.

    Args:
        threshold: score from which a clip is called a match; 0.5 and a fitted one if None.

    Raises:
        UsageError: if the threshold is no score.
    """

    def __init__(self, threshold: float | None = None) -> None:
        if threshold is not None and not 0 <= threshold <= 1:
            raise UsageError(f"threshold is {threshold:g}; wanted a score of 0 to 1.")
        self.threshold = threshold

    @property
    def options(self) -> Mapping[str, Any]:
        """The threshold, where one was given."""
        return {} if self.threshold is None else {"threshold": self.threshold}

    @abstractmethod
    def cluster(self, judged: Judged) -> str:
        """What a pair may share with others, such as its clip."""

    def calls(self, part: str, said: Judgements, subsets: Mapping[str, Judgements]) -> Iterator[Measurement]:
        """Accuracy of each subset, at the threshold given, or at 0.5 and at a fitted one.

        Args:
            part: its name.
            said: all of the part, on a fifth of which the threshold is fitted.
            subsets: of the part, by name.
        """
        if self.threshold is not None:
            yield from self._accuracies(part, subsets, self.threshold, f"label at {self.threshold:g}")
            return
        yield from self._accuracies(part, subsets, EVEN, f"label at {EVEN:g}")
        fitted = _fitted(judged for judged in said if self._is_for_fitting(judged))
        if fitted is not None:
            left = {name: some.only(j for j in some if not self._is_for_fitting(j)) for name, some in subsets.items()}
            yield from self._accuracies(part, left, fitted, "label at fitted threshold", f"threshold {fitted:g}")

    def _is_for_fitting(self, judged: Judged) -> bool:
        return int.from_bytes(hashlib.sha256(self.cluster(judged).encode()).digest()[:8]) % FITTING == 0

    def _accuracies(
        self, part: str, subsets: Mapping[str, Judgements], threshold: float, of: str, note: str = ""
    ) -> Iterator[Measurement]:
        for name, said in subsets.items():
            if len(said):
                decisions = (called(judged, threshold, matches, self.cluster) for judged in said)
                yield decided(part, of, decisions, subset=name, note=note)


def matches(judged: Judged) -> bool:
    """Whether a pair is labelled a match."""
    return bool(judged.meta["label"] == "yes")


def _fitted(said: Iterable[Judged]) -> float | None:
    """The threshold that calls most of these right; None where they do not hold both labels."""
    told = [judged for judged in said if ALIGNMENT in judged.values]
    labels = [matches(judged) for judged in told]
    if len(set(labels)) < 2:
        return None
    scores = [judged.values[ALIGNMENT] for judged in told]
    # Without its interval: the measure on other clips tells what it is worth.
    return best_threshold(scores, labels)
