"""Tables of benchmarks: what there is, whether a download is whole, what a run came to, and two runs side by side.

Published numbers stand in a table of their own, each with its source and with how it reached us; no figure of ours is
ever computed from one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earwitness.report.reasons import in_words, not_scored
from earwitness.report.scores import describe
from earwitness.report.tables import Cell, Table

if TYPE_CHECKING:
    from earwitness.bench.base import Benchmark, Check
    from earwitness.bench.compare import Compared
    from earwitness.bench.figures import Figure
    from earwitness.bench.runner import Results
    from earwitness.errors import EarwitnessError

FIGURES = ("part", "subset", "of", "measure", "value", "low", "high", "n", "of n", "unit", "note")
COMPARED = ("A", "B", "A - B", "low", "high", "p", "p (Holm)", "n", "test", "note")
COMPARISON = ("part", "subset", "of", "measure", *COMPARED)
PUBLISHED = ("published by", "part", "measure", "value", "source", "read in")


def benchmarks_table(benchmarks: Mapping[str, type[Benchmark]]) -> Table:
    """One line a benchmark."""
    known = {name: kind.about for name, kind in benchmarks.items()}
    rows = tuple((name, a.measures, a.judges, a.size, a.licence, a.where) for name, a in known.items())
    records = tuple(
        {"name": name, **asdict(kind.about), "parts": [asdict(part) for part in kind.parts]}
        for name, kind in benchmarks.items()
    )
    return Table(("name", "measures", "judges", "size", "licence", "where to get it"), rows, records=records)


def check_table(name: str, check: Check) -> Table:
    """What a download holds beside what was published."""
    rows = tuple((part.name, found, part.size, part.unit, part.what) for part, found in check.parts)
    missing = [f"missing: {clip}" for clip in check.missing[:20]]
    more = len(check.missing) - len(missing)
    notes = (
        *missing,
        *([f"... and {more:,} more missing"] if more > 0 else []),
        *check.notes,
        f"{name}: {'complete' if check.complete else 'not complete'}, {len(check.missing):,} clips missing",
    )
    facts = {"complete": check.complete, "missing": list(check.missing), "notes": list(check.notes)}
    return Table(("part", "found", "published", "unit", "what"), rows, notes, facts)


def results_table(results: Results) -> Table:
    """The figures of a run, with 95 % intervals and how much of it was scored."""
    run = results.run
    notes = (
        *results.notes,
        *not_scored(run.failures),
        f"{run.n_scored:,} of {run.n_total:,} pairs scored, recipe {run.recipe.id} ({describe(run.recipe)})",
        f"95 % intervals; saved in {run.path}",
    )
    records = tuple(figure.to_dict() for figure in results.figures)
    return Table(FIGURES, tuple(map(_figure_row, results.figures)), notes, _facts(results), records)


def _figure_row(figure: Figure) -> tuple[Cell, ...]:
    ties = [f"{figure.ties:,} ties"] if figure.ties else []
    systems = [f"over {figure.n_independent} systems"] if figure.level == "system" else []
    return (
        figure.part,
        figure.subset,
        figure.of,
        _measure(figure.measure, figure.level),
        figure.value,
        figure.low,
        figure.high,
        figure.n,
        figure.n_total,
        figure.unit,
        ", ".join(filter(None, [figure.note, *systems, *ties, in_words(figure.reason)])),
    )


def _measure(measure: str, level: str) -> str:
    return measure if level == "clip" else f"{measure} of systems"


def decomposer_table(
    figures: Sequence[Figure], prompts: int, failures: Mapping[str, EarwitnessError], file: Path
) -> Table:
    """The figures of what took prompts apart, and why some have no rubric."""
    codes = Counter(error.code for error in failures.values())
    notes = (
        *(f"not taken apart: {count:,} x {code}" for code, count in sorted(codes.items())),
        f"{prompts - len(failures):,} of {prompts:,} prompts taken apart; 95 % intervals; rubrics saved in {file}",
    )
    facts = {"n_taken_apart": prompts - len(failures), "n_total": prompts, "failures": dict(codes)}
    return Table(FIGURES, tuple(map(_figure_row, figures)), notes, facts, tuple(one.to_dict() for one in figures))


def _facts(results: Results) -> dict[str, Any]:
    """What is said with the figures, as plain values; published numbers are apart from ours."""
    run = results.run
    return {
        "benchmark": results.benchmark,
        "judge": describe(run.recipe),
        "recipe": run.recipe.id,
        "n_scored": run.n_scored,
        "n_total": run.n_total,
        "not_scored": dict(run.failures),
        "notes": list(results.notes),
        "published": [asdict(number) for number in results.published],
    }


def published_table(results: Results) -> Table | None:
    """What others report; None if nothing is known."""
    if not results.published:
        return None
    rows = tuple((p.judge, p.part, p.measure, f"{p.value:g}", p.source, p.mark) for p in results.published)
    return Table(PUBLISHED, rows, ("numbers of others, on what they call this part; not measured here",))


def comparison_table(compared: Compared) -> Table:
    """Both runs' figures, their difference with its interval, and whether it is more than chance."""
    rows = tuple(
        (
            *row.key[:3],
            _measure(*row.key[3:]),
            row.a,
            row.b,
            row.comparison.difference,
            row.comparison.low,
            row.comparison.high,
            row.comparison.p,
            row.p_holm,
            row.n,
            row.comparison.method,
            in_words(row.comparison.reason),
        )
        for row in compared.rows
    )
    notes = (
        *(f"{name}: {path}, recipe {recipe.id} ({describe(recipe)})" for name, path, recipe in compared.runs),
        *compared.notes,
    )
    facts = {"runs": {name: {"path": path, "recipe": recipe.id} for name, path, recipe in compared.runs}}
    return Table(COMPARISON, rows, notes, facts)
