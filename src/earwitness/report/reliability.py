"""Calibration as tables and a picture: what a judge's P(yes) is worth, by group, before and after a recalibration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from earwitness.report.plots import Series, lines
from earwitness.report.readings import for_people, for_programs
from earwitness.report.tables import Cell, Table

if TYPE_CHECKING:
    from earwitness.bench.studies.readings import Calibration, Reliability
    from earwitness.bench.studies.reliability import HeldOut

_WHO = ("answers", "recalibrated")
# The columns of each table that people get.
SHOWN = (
    ("pairs", "true", "mean p", "ECE", "ECE by chance", "Brier", "resolution"),
    ("over-confidence", "yes-bias", "AUC", "SRCC"),
    ("entropy, bits", "item entropy, bits", "mass"),
)
READING = (
    "ECE: mean distance of P(yes) and share of true, over bins; by chance it is that of a perfectly calibrated judge "
    "on so many answers, and the interval is without chance",
    "over-confidence: above 0 surer than right, below 0 righter than sure; yes-bias: above 0 says yes too readily; "
    "item entropy and mass: of the verdicts behind the answers; 95 % intervals, over clips",
)


def reliability_tables(rows: Sequence[Reliability], held: HeldOut, notes: Iterable[str]) -> tuple[Table, ...]:
    """Tables for people: errors; confidence, bias and ranks; entropies and mass. ``notes`` stand under the last."""
    every = [(_who(row), for_people(row)) for row in (*rows, *_tested(held))]
    said = tuple(f"{method}: {trial.ranks}" for method, trial in held.trials.items())
    refused = tuple(f"{method} not fitted: {why}" for method, why in held.refused.items())
    tables = [
        Table((*_WHO, *columns), tuple((*who, *(cells[name] for name in columns)) for who, cells in every))
        for columns in SHOWN
    ]
    last = tables[-1]
    return (*tables[:-1], Table(last.columns, last.rows, (*said, *refused, *READING, *notes)))


def reliability_table(rows: Sequence[Reliability], held: HeldOut, facts: Mapping[str, Any]) -> Table:
    """All in one table, for programs."""
    every = (*rows, *_tested(held))
    cells = [for_programs(row) for row in every]
    return Table(
        (*_WHO, *cells[0]),
        tuple((*_who(row), *of_row.values()) for row, of_row in zip(every, cells, strict=True)),
        facts={**facts, **_facts(held)},
        records=tuple(asdict(row) for row in every),
    )


def _who(found: Reliability) -> tuple[Cell, ...]:
    return found.of, found.recalibrated


def _tested(held: HeldOut) -> tuple[Reliability, ...]:
    return (held.before, *(trial.after for trial in held.trials.values()))


def _facts(held: HeldOut) -> dict[str, Any]:
    return {
        "n_dev": held.n_dev,
        "fitted": {
            method: {**trial.recalibration.to_dict(), "ranks": trial.ranks} for method, trial in held.trials.items()
        },
        "refused": dict(held.refused),
    }


def reliability_picture(before: Reliability, after: Reliability) -> str:
    """Reliability curves of test clips as the judge said them and recalibrated, as SVG; on the dashed line p is true.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    title = f"Reliability on test clips, n = {before.n:,} of {before.n_total:,} pairs; 95 % intervals"
    told = {found.recalibrated or "as said": found.calibration for found in (before, after)}
    curves = [_curve(name, calibration) for name, calibration in told.items() if calibration is not None]
    return lines(title, "P(yes)", "share that is true", curves, diagonal=True)


def _curve(name: str, told: Calibration) -> Series:
    return Series(
        f"{name}: ECE {told.error.value:.3f}, by chance {told.error.chance:.3f}",
        [(bin.p_yes, bin.share) for bin in told.curve],
        ends=[None if bin.low is None or bin.high is None else (bin.low, bin.high) for bin in told.curve],
    )
