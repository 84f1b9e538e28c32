"""BRACE: which of two captions of a clip is the better one, as people chose, or the one that hallucinates nothing.

Source: BRACE, arXiv 2512.10403, and its code, github.com/HychTus/BRACE_Evaluation. The files are in ``brace_files``.

Votes are added up: the better caption has the higher sum. Where it is even the comparison is left out, and counted. As
in the authors' code, one that a single vote decides is not measured, save in the subset ``any majority``.

A judge prefers the caption of the higher score. For accuracy a tie is settled by lot and counts 1/2; for F1, whose
positive class is that the second caption is better, it counts as the wrong answer, as in the authors' code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from earwitness.bench.base import About, Benchmark, Contents, Part, Published
from earwitness.bench.decisions import Decision, choose, decided
from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.bench.measurements import Measurement
from earwitness.bench.sets.brace_files import (
    CLIPS,
    HALLUCINATION,
    KINDS,
    MAIN,
    Compared,
    Comparison,
    files_by_part,
    read_compared,
)
from earwitness.errors import ManifestError

ANY_MAJORITY = "any majority"


class Brace(Benchmark):
    """Accuracy and F1 of choosing the better caption, by kind of comparison; what is of one clip may be alike."""

    name = "brace"
    about = About(
        measures="which of two captions of a clip is the better one, and which of two hallucinates",
        size="four parts, of 1,100 to 1,800 comparisons",
        licence="as told by its authors; the clips are AudioCaps' and Clotho's",
        where="huggingface.co/datasets/gtysssp/audio_benchmarks; the folder with benchmark/ and "
        "benchmark_hallucination/, clips in audio/ beside each metadata.json",
    )
    parts = tuple(
        Part(f"{clips}-{kind}", f"{what} of {clips} clips; chance 50 %", None, "comparisons")
        for kind, what in ((MAIN, "captions that people chose between"), (HALLUCINATION, "true and altered captions"))
        for clips in CLIPS
    )
    published = (
        Published("best CLAPScore", MAIN, "F1", 0.7001, "arXiv 2512.10403, abstract", "summary"),
        Published("best large audio language model", MAIN, "F1", 0.6319, "arXiv 2512.10403, abstract", "summary"),
    )

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Each clip with each of its captions once, however many comparisons it stands in.

        Raises:
            ManifestError: if no part has a file, one has several, or one cannot be read as published.
        """
        files = files_by_part(data)
        names = [part.name for part in parts]
        if not any(name in files for name in names):
            raise ManifestError(
                f"{data} holds no {', '.join(names)}; wanted lists in JSON below folders named after the clips, such "
                "as AudioCaps/metadata.json."
            )
        found = {name: read_compared(files[name], name) for name in names if name in files}
        pairs = [pair for compared in found.values() for pair in compared.pairs()]
        counts = {name: len(found[name].comparisons) if name in found else 0 for name in names}
        return Contents(pairs, counts, tuple(note for name in names for note in _notes(name, found.get(name))))

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Accuracy and F1 by part, of all comparisons and by kind."""
        if ALIGNMENT not in said.axes:
            return
        for part in said.parts:
            of = "not hallucinated" if part.endswith(HALLUCINATION) else "better caption"
            choices = list(_choices(said.of_part(part)))
            clear = [choice for choice in choices if choice.comparison.clear]
            yield from _measured(part, of, "all", clear)
            if len(clear) < len(choices):
                told = [choice.decision for choice in choices]
                yield decided(part, of, told, subset=ANY_MAJORITY, unit="comparisons")
            for kind in KINDS.values():
                yield from _measured(part, of, kind, [one for one in clear if one.comparison.kind == kind])


def _notes(part: str, compared: Compared | None) -> Iterator[str]:
    """What is missing, and what people left open or nearly so."""
    if compared is None:
        yield f"{part}: no file of it here, left out"
        return
    kept = len(compared.comparisons)
    if compared.even:
        yield f"{part}: {compared.even:,} of {compared.even + kept:,} comparisons left out, as their votes are even"
    narrow = sum(not comparison.clear for comparison, _, _ in compared.comparisons)
    if narrow:
        yield f"{part}: a single vote decides {narrow:,} of {kept:,} comparisons, which count in '{ANY_MAJORITY}' alone"


@dataclass(frozen=True, slots=True)
class _Choice:
    """A comparison and what the judge chose."""

    comparison: Comparison
    decision: Decision

    @property
    def said(self) -> int:
        """The caption that it prefers; the wrong one where it prefers none."""
        return self.comparison.better if self.decision.right == 1 else 1 - self.comparison.better


def _choices(said: Judgements) -> Iterator[_Choice]:
    captions: dict[Comparison, dict[int, Judged]] = {}
    for judged in said:
        for told in judged.meta["comparisons"]:
            comparison = Comparison(told["id"], told["better"], told["kind"], told["votes"])
            captions.setdefault(comparison, {})[told["side"]] = judged
    return (_Choice(comparison, _decision(comparison, judged)) for comparison, judged in captions.items())


def _decision(comparison: Comparison, captions: Mapping[int, Judged]) -> Decision:
    # A run that was broken off may have only one of the two.
    first, second = (captions[side].values.get(ALIGNMENT) if side in captions else None for side in (0, 1))
    right, tied = choose(first, second, comparison.better)
    return Decision(comparison.id, right, next(iter(captions.values())).clip, tied)


def _measured(part: str, of: str, subset: str, choices: Sequence[_Choice]) -> Iterator[Measurement]:
    """Accuracy, and F1 where each caption is the better one somewhere: of one class alone it tells nothing."""
    if not choices:
        return
    accuracy = decided(part, of, [choice.decision for choice in choices], subset=subset, unit="comparisons")
    yield accuracy
    if len({choice.comparison.better for choice in choices}) == 1:
        return
    told = [choice for choice in choices if choice.decision.right is not None]
    said = np.array([choice.said for choice in told], np.float64)
    truths = np.array([choice.comparison.better for choice in told], np.float64)
    yield replace(accuracy, measure="F1", scores=said, truths=truths)
