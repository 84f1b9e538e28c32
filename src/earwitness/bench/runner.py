"""Judge x benchmark into a run like any other, and a run into results.

A run says of itself which benchmark it is of, with which options and of which parts, so that its results can be had
again from its records alone: without judge, model or download.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from earwitness.bench import load_benchmark
from earwitness.bench.base import Benchmark, Pairs, Published
from earwitness.bench.figures import Figure, figure
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.sample import Sample
from earwitness.errors import RunError, UsageError
from earwitness.run import Run, evaluate, open_run
from earwitness.run.database import STORE
from earwitness.types import Judge

# Where a run notes which benchmark it is of.
NOTE = "benchmark"
# Pairs that are read to tell whether a judge gives what is measured.
LOOKED_AT = 500


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
    if limit is not None and limit < 1:
        raise UsageError(f"limit is {limit}; wanted at least 1 pair, or none to judge all.")
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
    sample = Sample(contents.pairs, limit, seed)
    return Prepared(sample, {**note, "sample": {"pairs": len(sample), "of": len(contents.pairs), "seed": seed}})


def check_run_is_of(out: Path, name: str, *, to_read: bool = False) -> None:
    """Refuse a directory that holds a run of something else.

    Args:
        out: the directory.
        name: of the benchmark.
        to_read: whether it is only read: a run of no benchmark can be read as ``ratings``.

    Raises:
        RunError: naming what it is of.
    """
    if not (out / STORE).exists():
        return
    before = open_run(out).about(NOTE)
    if before is None and to_read and name == "ratings":
        return
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
        UsageError: if it has no such part, its data hold nothing to judge, or it does not measure what the judge gives.
        ManifestError: if the download cannot be read as published.
        RunError: if the directory holds another run.
    """
    chosen = load_benchmark(benchmark) if isinstance(benchmark, str) else benchmark
    check_run_is_of(Path(out), chosen.name)
    prepared = prepare(chosen, Path(data), parts=parts, limit=limit, seed=seed)
    check_measurable(chosen, prepared.pairs, judge.axes)
    return results(evaluate(judge, prepared.pairs, out, about=prepared.about), benchmark=chosen)


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


def results(run: Run, axes: Mapping[str, str] | None = None, *, benchmark: Benchmark | None = None) -> Results:
    """The figures of a run, from its records alone.

    Args:
        run: of a benchmark, or of any manifest with ratings.
        axes: the judge's axis by axis of ratings, where their names do not tell it.
        benchmark: that measures; the one that the run is of, with its options, when None.

    Raises:
        UsageError: if the run is of no benchmark and no pair of it was rated, the judge has no such axis, or none that
            the benchmark measures.
    """
    measuring = benchmark or benchmark_of(run)
    said = Judgements.of(run, axes)
    _check_axes(measuring, said)
    found = tuple(map(figure, measuring.measurements(said)))
    unrated = () if found else ("no pair of this run was rated: there is nothing to measure",)
    notes = (*unreached(run, len(said)), *_notes(run.about(NOTE) or {}), *measuring.notes(said), *unrated)
    return Results(measuring.name, found, measuring.published, notes, run)


def unreached(run: Run, reached: int) -> tuple[str, ...]:
    """A warning where a run ended before its pairs did: those that were not reached have no record to be counted by."""
    waiting = run.n_total - reached
    told = f"{waiting:,} of {run.n_total:,} pairs were not reached: figures count the others alone"
    return (told,) if waiting else ()


def check_measurable(
    benchmark: Benchmark, pairs: Pairs, axes: Mapping[str, tuple[float, float]], asked: Mapping[str, str] | None = None
) -> None:
    """Refuse a judge before it has judged, if nothing that it gives is measured.

    Args:
        benchmark: which.
        pairs: its pairs, of which the first few are looked at.
        axes: the judge's.
        asked: the judge's axis by axis of ratings, as the caller named them.

    Raises:
        UsageError: if nothing would be measured, the judge has no such axis, or no pair such a rating.
    """
    looked_at = tuple(map(Judged.expected, islice(pairs, LOOKED_AT)))
    _check_axes(benchmark, Judgements(looked_at, axes, asked or {}))


def _check_axes(benchmark: Benchmark, said: Judgements) -> None:
    ratings = {axis for judged in said for axis in judged.ratings}
    strange = [rating for rating in said.asked if ratings and rating not in ratings]
    if strange:
        known = ", ".join(sorted(ratings))
        raise UsageError(f"no pair has a rating of '{strange[0]}'; wanted one of {known} (--axis RATING=AXIS).")
    unrated = not ratings and "ratings" in benchmark.about.judges
    if not unrated and next(iter(benchmark.measurements(said)), None) is None:
        raise UsageError(
            f"the judge gives {', '.join(said.axes)}, which {benchmark.name} does not measure; name the axis that "
            "stands for a rating: --axis RATING=AXIS."
        )


def benchmark_of(run: Run, **options: Any) -> Benchmark:
    """The benchmark that a run is of, with the options that it notes; others may be given in their place.

    Raises:
        UsageError: if it is of none and none of its pairs was rated, or its benchmark takes no such option.
    """
    note = run.about(NOTE)
    if note is not None:
        return load_benchmark(note["name"], **{**note["options"], **options})
    if not any(record.pair["ratings"] for record in run.records()):
        raise UsageError(
            f"{run.path} is of no benchmark, and none of its pairs was rated: there is no truth to measure by."
        )
    return load_benchmark("ratings", **options)


def _notes(note: Mapping[str, Any]) -> tuple[str, ...]:
    sample = note.get("sample")
    drawn = [f"a sample of {sample['pairs']:,} of {sample['of']:,} pairs, seed {sample['seed']}"] if sample else []
    return (*drawn, *note.get("notes", ()))
