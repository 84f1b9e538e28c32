"""A benchmark's own rubrics: with them only the judging is judged, not how captions are taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from earwitness.bench.base import Part
from earwitness.types import Rubric


@runtime_checkable
class WithRubrics(Protocol):
    """A benchmark that comes with rubrics."""

    def gold_rubrics(self, data: Path, parts: Sequence[Part]) -> Mapping[str, Rubric]:
        """Rubrics by caption, as ``write_rubrics`` takes them.

        Raises:
            ManifestError: as in ``Benchmark.read``.
        """


def one_each(rubrics: Iterable[tuple[str, Rubric]]) -> dict[str, Rubric]:
    """One rubric a caption; of several that differ the first is kept, and flagged ``rubrics_differ``."""
    kept: dict[str, Rubric] = {}
    for caption, made in rubrics:
        before = kept.setdefault(caption, made)
        if before.items != made.items:
            kept[caption] = replace(before, flags=tuple(sorted({*before.flags, "rubrics_differ"})))
    return kept
