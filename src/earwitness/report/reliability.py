"""Calibration as tables and a picture: what a judge's P(yes) is worth, by group, before and after a recalibration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from earwitness.report.plots import Series, lines
from earwitness.report.tables import Cell, Table

if TYPE_CHECKING:
    from earwitness.bench.studies.reliability import Calibration, HeldOut

_WHO: Mapping[str, Callable[[Calibration], Cell]] = {
    "answers": lambda found: found.of,
    "recalibrated": lambda found: found.recalibrated,
    "n": lambda found: found.n,
    "of n": lambda found: found.n_total,
}
_ERROR: Mapping[str, Callable[[Calibration], Cell]] = {
    "true": lambda found: found.true,
    "mean p": lambda found: found.p_yes,
    "ECE": lambda found: found.error.value,
    "ECE low": lambda found: found.error.low,
    "ECE high": lambda found: found.error.high,
    "by chance": lambda found: found.error.chance,
    "Brier": lambda found: found.brier.value,
    "resolution": lambda found: found.brier.resolution,
    "AUC": lambda found: found.auc.value,
    "AUC low": lambda found: found.auc.low,
    "AUC high": lambda found: found.auc.high,
    "SRCC": lambda found: found.srcc,
}
_CONFIDENCE: Mapping[str, Callable[[Calibration], Cell]] = {
    "overconfident": lambda found: found.overconfidence.value,
    "over low": lambda found: found.overconfidence.low,
    "over high": lambda found: found.overconfidence.high,
    "yes-bias": lambda found: found.yes_bias.value,
    "bias low": lambda found: found.yes_bias.low,
    "bias high": lambda found: found.yes_bias.high,
    "entropy": lambda found: found.entropy.value,
    "of items": lambda found: found.item_entropy.value if found.item_entropy else None,
    "mass": lambda found: found.mass.value if found.mass else None,
}
READING = (
    "ECE: mean distance of P(yes) and share of true, over bins; 'by chance' is that of a perfectly calibrated judge on "
    "so many answers, and the interval is without chance",
    "overconfident: above 0 surer than right, below 0 righter than sure; yes-bias: above 0 says yes too readily; "
    "entropy in bits, of the answers and of the items behind them; 95 % intervals, over clips",
)


def reliability_tables(rows: Sequence[Calibration], held: HeldOut, notes: Iterable[str]) -> tuple[Table, Table]:
    """Two tables for people: errors and ranks, then confidence and bias; ``notes`` stand under the second."""
    every = (*rows, *_tested(held))
    said = tuple(f"{method}: {trial.ranks}" for method, trial in held.trials.items())
    refused = tuple(f"{method} not fitted: {why}" for method, why in held.refused.items())
    last = (*said, *refused, *READING, *notes)
    return _table(every, {**_WHO, **_ERROR}), _table(every, {**_WHO, **_CONFIDENCE}, last)


def reliability_table(rows: Sequence[Calibration], held: HeldOut, facts: Mapping[str, Any]) -> Table:
    """All in one table, for programs."""
    return _table((*rows, *_tested(held)), {**_WHO, **_ERROR, **_CONFIDENCE}, facts={**facts, **_facts(held)})


def _tested(held: HeldOut) -> tuple[Calibration, ...]:
    return (held.before, *(trial.after for trial in held.trials.values()))


def _facts(held: HeldOut) -> dict[str, Any]:
    return {
        "n_dev": held.n_dev,
        "fitted": {
            method: {**trial.recalibration.to_dict(), "ranks": trial.ranks} for method, trial in held.trials.items()
        },
        "refused": dict(held.refused),
    }


def _table(
    rows: Sequence[Calibration],
    columns: Mapping[str, Callable[[Calibration], Cell]],
    notes: tuple[str, ...] = (),
    facts: Mapping[str, Any] | None = None,
) -> Table:
    cells = tuple(tuple(cell(row) for cell in columns.values()) for row in rows)
    return Table(tuple(columns), cells, notes, facts, records=tuple(asdict(row) for row in rows))


def reliability_picture(before: Calibration, after: Calibration) -> str:
    """Reliability curves of test clips as the judge said them and recalibrated, as SVG; on the dashed line p is true.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    curves = [Series(_label(found), [(bin.p_yes, bin.share) for bin in found.curve]) for found in (before, after)]
    return lines("Reliability on test clips", "P(yes)", "share that is true", curves, diagonal=True)


def _label(found: Calibration) -> str:
    return f"{found.recalibrated or 'as said'}: ECE {found.error.value:.3f}, by chance {found.error.chance:.3f}"
