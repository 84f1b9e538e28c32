"""Two judges on the same data: every figure of both, the difference with its interval, and a paired test.

Only runs on the same pairs are compared: the same ids with the same captions, clips and truths. Where one run has no
score, the pair leaves both sides of the comparison; each side's own figure stands beside it. Holm's correction is over
all rows that are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from earwitness.bench.figures import compared, value_of
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement
from earwitness.bench.runner import NOTE, benchmark_of, unreached
from earwitness.errors import RunError
from earwitness.metrics.paired import Comparison, holm
from earwitness.run import Run
from earwitness.run.store import Record
from earwitness.types import Recipe

WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both runs.

    Attributes:
        key: part, subset, what it is of, measure, level.
        a: figure of the first run, on all that it scored.
        b: figure of the second.
        comparison: on the units that both scored.
        p_holm: its p, corrected for the number of rows.
        n: units that both scored.
    """

    key: tuple[str, str, str, str, str]
    a: float | None
    b: float | None
    comparison: Comparison
    p_holm: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs side by side.

    Attributes:
        runs: name, path and recipe of each.
        rows: one a figure that both have.
        notes: what must be said with them.
    """

    runs: tuple[tuple[str, str, Recipe], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def compare_runs(a: Run, b: Run, axes: Mapping[str, str] | None = None, *, subsets: bool = False) -> Compared:
    """Compare two runs on the same data.

    Args:
        a: one judge.
        b: the other.
        axes: the judges' axis by axis of ratings, where their names do not tell it.
        subsets: compare subsets too, such as single systems; otherwise whole parts alone.

    Raises:
        RunError: if the runs are not on the same data.
        UsageError: if there is no truth to measure by.
    """
    check_same_data(a, b)
    said = Judgements.of(a, axes), Judgements.of(b, axes)
    benchmark = benchmark_of(a)
    first, second = ({m.key: m for m in benchmark.measurements(of_run)} for of_run in said)
    keys = [key for key in first if key in second and (subsets or first[key].subset == WHOLE)]
    found = [compared(first[key], second[key]) for key in keys]
    rows = tuple(
        Row(key, value_of(first[key]), value_of(second[key]), one, p, _common(first[key], second[key]))
        for key, one, p in zip(keys, found, holm([one.p for one in found]), strict=True)
    )
    left = len(first.keys() | second.keys()) - len(keys)
    runs = (("A", a, len(said[0])), ("B", b, len(said[1])))
    return Compared(tuple((name, str(run.path), run.recipe) for name, run, _ in runs), rows, tuple(_notes(runs, left)))


def _common(a: Measurement, b: Measurement) -> int:
    return len(set(a.ids) & set(b.ids))


def _notes(runs: Sequence[tuple[str, Run, int]], left: int) -> Iterator[str]:
    for name, run, reached in runs:
        yield f"{name}: {run.n_scored:,} of {run.n_total:,} pairs scored"
        yield from (f"{name}: {note}" for note in unreached(run, reached))
    if len({run.recipe.id for _, run, _ in runs}) == 1:
        yield "both runs have one recipe: what differs is chance or the machine"
    if left:
        yield f"{left:,} figures of subsets or of one run alone are not compared"


def check_same_data(a: Run, b: Run) -> None:
    """Refuse runs whose pairs, captions, clips or truths are not the same.

    Raises:
        RunError: naming what differs first.
    """
    notes = [(run.about(NOTE) or {}) for run in (a, b)]
    for key in ("name", "parts", "options"):
        was, other = (note.get(key) for note in notes)
        if was != other:
            raise _unlike(a, b, f"{key} is {_shown(was)} in one and {_shown(other)} in the other")
    records = [{record.pair["id"]: record for record in run.records()} for run in (a, b)]
    only = [sorted(records[0].keys() - records[1].keys()), sorted(records[1].keys() - records[0].keys())]
    if only[0] or only[1]:
        example = (only[0] or only[1])[0]
        raise _unlike(a, b, f"{len(only[0]) + len(only[1]):,} pairs are in one alone, such as '{example}'")
    for name, record in records[0].items():
        what = _difference(record, records[1][name])
        if what:
            raise _unlike(a, b, f"'{name}' has another {what}")


def _difference(a: Record, b: Record) -> str | None:
    """What of a pair differs between two runs; a clip that one could not read is taken for the other's."""
    for field in ("caption", "ratings", "group", "system"):
        if a.pair[field] != b.pair[field]:
            return field
    if _truths(a) != _truths(b):
        return "truth"
    clips = [(record.said or {}).get("audio_sha256") for record in (a, b)]
    return "clip" if None not in clips and clips[0] != clips[1] else None


def _truths(record: Record) -> Mapping[str, object]:
    # The place of a download is no truth.
    return {key: value for key, value in record.pair["meta"].items() if key != "audio"}


def _unlike(a: Run, b: Run, what: str) -> RunError:
    return RunError(f"{a.path} and {b.path} are not on the same data: {what}. Judge both on one set of pairs.")


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
