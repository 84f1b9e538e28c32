"""Judge x benchmark into a run like any other, and a run into results.

A run says of itself which benchmark it is of, with which options and of which parts, so that its results can be had
again from its records alone: without judge, model or download.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earwitness.bench import load_benchmark
from earwitness.bench.base import Benchmark, Pairs, Published
from earwitness.bench.figures import Figure, figure
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement
from earwitness.errors import RunError, UsageError
from earwitness.run import Run, evaluate
from earwitness.run.database import STORE
from earwitness.run.store import Store
from earwitness.types import Judge, Pair

# Where a run notes which benchmark it is of.
NOTE = "benchmark"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A benchmark ready to be judged: its pairs, and what the run is to note."""

    pairs: Pairs
    note: Mapping[str, Any]

    @property
    def about(self) -> Mapping[str, Any]:
        """For ``evaluate``."""
        return {NOTE: self.note}


def prepare(
    benchmark: Benchmark, data: Path, *, parts: Sequence[str] = (), limit: int | None = None, seed: int = 0
) -> Prepared:
    """Read a download, or a seeded sample of it.

    Args:
        benchmark: which.
        data: the download.
        parts: by name; those judged by default where none is named.
        limit: at least so many pairs, drawn as whole groups (an item, the clips of a caption); None for all.
        seed: of the draw.

    Raises:
        UsageError: if there is no such part, or nothing to judge.
        ManifestError: if the download cannot be read as published.
    """
    chosen = benchmark.chosen(parts)
    contents = benchmark.read(data, chosen)
    if not len(contents.pairs):
        named = ", ".join(part.name for part in chosen)
        raise UsageError(
            f"{data} holds nothing of {benchmark.name} {named}; wanted a download: {benchmark.about.where}"
        )
    note = {
        "name": benchmark.name,
        "options": dict(benchmark.options),
        "parts": [part.name for part in chosen],
        "counts": dict(contents.counts),
        "notes": list(contents.notes),
    }
    if limit is None or limit >= len(contents.pairs):
        return Prepared(contents.pairs, note)
    sample = _Sample(contents.pairs, limit, seed)
    return Prepared(sample, {**note, "sample": {"pairs": len(sample), "of": len(contents.pairs), "seed": seed}})


class _Sample:
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


def check_run_is_of(out: Path, name: str) -> None:
    """Refuse a directory that holds a run of something else, before anything is scored into it.

    Raises:
        RunError: naming what it is of.
    """
    if not (out / STORE).exists():
        return
    with Store.read(out) as store:
        before = store.about(NOTE)
    if before is None or before["name"] != name:
        was = "no benchmark" if before is None else f"benchmark '{before['name']}'"
        raise RunError(f"{out} holds a run of {was}; '{name}' was asked for. Choose another directory.")


def run_benchmark(
    benchmark: str | Benchmark,
    data: str | Path,
    judge: Judge,
    out: str | Path,
    *,
    parts: Sequence[str] = (),
    limit: int | None = None,
    seed: int = 0,
) -> Results:
    """Judge a benchmark into a run directory, resuming what is there, and measure what was said.

    Args:
        benchmark: a name from ``earwitness list benchmarks``, or one with its options.
        data: the download.
        judge: what scores.
        out: the run directory.
        parts: by name; those judged by default where none is named.
        limit: judge a seeded sample of so many pairs.
        seed: of the sample.

    Raises:
        UnknownNameError: if there is no such benchmark.
        UsageError: if it has no such part, or its data hold nothing to judge.
        ManifestError: if the download cannot be read as published.
        RunError: if the directory holds another run.
    """
    chosen = load_benchmark(benchmark) if isinstance(benchmark, str) else benchmark
    check_run_is_of(Path(out), chosen.name)
    prepared = prepare(chosen, Path(data), parts=parts, limit=limit, seed=seed)
    return results(evaluate(judge, prepared.pairs, out, about=prepared.about))


@dataclass(frozen=True, slots=True)
class Results:
    """What a run of a benchmark came to.

    Attributes:
        benchmark: its name.
        figures: in the benchmark's order.
        published: what others report of it; never mixed with ours.
        notes: what must be said with the figures.
        run: where they come from.
    """

    benchmark: str
    figures: tuple[Figure, ...]
    published: tuple[Published, ...]
    notes: tuple[str, ...]
    run: Run = field(repr=False)


def results(run: Run, axes: Mapping[str, str] | None = None) -> Results:
    """The figures of a run, from its records alone.

    Args:
        run: of a benchmark, or of any manifest with ratings.
        axes: the judge's axis by axis of ratings, where their names do not tell it.

    Raises:
        UsageError: if the run is of no benchmark and no pair of it was rated, or the judge has no such axis.
    """
    benchmark, note = _benchmark_of(run)
    found = tuple(map(figure, measurements(run, axes)))
    notes = _notes(note)
    if not found:
        _check_unrated(run, benchmark)
        notes = (*notes, "no pair of this run was rated: there is nothing to measure")
    return Results(benchmark.name, found, benchmark.published, notes, run)


def _check_unrated(run: Run, benchmark: Benchmark) -> None:
    if any(record.pair["ratings"] for record in run.records()):
        raise UsageError(
            f"judge '{run.about('judge')}' of {run.path} gives {', '.join(run.axes)}, which {benchmark.name} does not "
            "measure; name the axis that stands for a rating: --axis RATING=AXIS."
        )


def measurements(run: Run, axes: Mapping[str, str] | None = None) -> list[Measurement]:
    """What is measured in a run, from its records alone; arguments and errors as in ``results``."""
    benchmark, _ = _benchmark_of(run)
    return list(benchmark.measurements(Judgements.of(run, axes)))


def _benchmark_of(run: Run) -> tuple[Benchmark, Mapping[str, Any]]:
    note = run.about(NOTE)
    if note is not None:
        return load_benchmark(note["name"], **note["options"]), note
    if not any(record.pair["ratings"] for record in run.records()):
        raise UsageError(
            f"{run.path} is of no benchmark, and none of its pairs was rated: there is no truth to measure by."
        )
    return load_benchmark("ratings"), {}


def _notes(note: Mapping[str, Any]) -> tuple[str, ...]:
    sample = note.get("sample")
    drawn = [f"a sample of {sample['pairs']:,} of {sample['of']:,} pairs, seed {sample['seed']}"] if sample else []
    return (*drawn, *note.get("notes", ()))
