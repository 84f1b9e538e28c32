"""An audit as people read it: the verdict, the tables behind it, the failures, and a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from earwitness.bench.controls.conditions import CONDITIONS, Condition, Group
from earwitness.bench.doctor.diagnosis import LISTENS_FROM
from earwitness.report.plots import Dot, dots
from earwitness.report.reasons import not_scored
from earwitness.report.scores import describe
from earwitness.report.tables import Table, write_table

if TYPE_CHECKING:
    from earwitness.bench.doctor import Audit
    from earwitness.bench.doctor.finding import Finding

FINDINGS = ("of", "measure", "value", "low", "high", "n", "of n", "clips", "note")
# Why a figure is missing, or its interval, in as few words as a cell holds.
_WHY = {"constant_resamples": "all alike", "too_few": "none scored", "too_few_units": "too few"}
# An interval of less than this width needs more digits to be seen.
NARROW = 0.01
_CONTROLS: tuple[Group, ...] = ("control", "order")
# The tables of the text: what their rows are called, the conditions in them, and the measures in their columns.
_TABLES: tuple[tuple[str, tuple[Group, ...], tuple[str, ...]], ...] = (
    ("control", ("true", *_CONTROLS), ("p_yes", "yes", "AUC", "J")),
    ("the same truth", ("same",), ("p_yes", "flips", "shift")),
    ("master key", ("control", "key"), ("beats", "opens")),
    ("speech for yes", ("speech",), ("p_yes", "flips", "obeys")),
)


def findings_table(audit: Audit) -> Table:
    """Every figure of an audit in a row of its own."""
    rows = tuple((f.of, f.measure, f.value, f.low, f.high, f.n, f.n_total, f.clips, f.reason) for f in audit.findings)
    return Table(FINDINGS, rows, (_verdict(audit), *_notes(audit)), audit.to_dict())


def write_audit(audit: Audit, width: int = 100) -> str:
    """The verdict first, then the controls, what else was found, and the failures, with their 95 % intervals.

    Args:
        audit: of one judge.
        width: columns of the terminal.
    """
    tables = [_table(audit, *layout) for layout in _TABLES]
    shown = {(c.name, measure) for _, groups, measures in _TABLES for c in _of(groups) for measure in measures}
    besides = (found for found in audit.findings if (found.of, found.measure) not in shown)
    others = tuple((f.of, f.measure, _written(f), f"{f.n} of {f.n_total}") for f in besides)
    tables += [Table(("besides", "measure", "", "n"), others), _failures(audit)]
    parts = [_verdict(audit), *(write_table(table, "text", width) for table in tables if table.rows)]
    return "\n\n".join([*parts, "\n".join(_notes(audit))])


def audit_picture(audit: Audit) -> str:
    """AUC of every control and, of a judge that decides, the share of yes to it, with their intervals, as SVG.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    series = {"AUC": "AUC of true over control", "yes": "share of yes to the control"}
    rows = [
        Dot(condition.name, found.value, found.low, found.high, name)
        for condition in _of(_CONTROLS)
        for measure, name in series.items()
        if (found := audit.get(condition.name, measure)) is not None
    ]
    title = f"{describe(audit.recipe)}: {audit.headline} ({audit.scored} of {audit.bases} true pairs scored)"
    measured = "AUC" if audit.decide_at is None else "AUC and share of yes"
    return dots(title, rows, f"{measured}, with 95 % intervals", reference=LISTENS_FROM)


def _of(groups: tuple[Group, ...]) -> Iterator[Condition]:
    return (condition for condition in CONDITIONS if condition.group in groups)


def _verdict(audit: Audit) -> str:
    auc = audit.get("shuffled", "AUC")
    if auc is None:
        return audit.headline if audit.scored else f"{audit.headline}: nothing was scored"
    clips = f", {auc.clips} clips" if auc.clips < auc.n else ""
    return f"{audit.headline}: AUC of true over shuffled captions {_written(auc)}, n = {auc.n} of {auc.n_total}{clips}"


def _table(audit: Audit, label: str, groups: tuple[Group, ...], measures: tuple[str, ...]) -> Table:
    """Conditions by measures; of what nothing was found there is neither row nor column."""
    rows, found_at_all = [], {(found.of, found.measure) for found in audit.findings}
    measures = tuple(name for name in measures if any((c.name, name) in found_at_all for c in _of(groups)))
    for condition in _of(groups):
        found = [audit.get(condition.name, measure) for measure in measures]
        told = [finding for finding in found if finding is not None]
        if told:
            n = min(told, key=lambda finding: finding.n)
            cells = ("" if finding is None else _written(finding) for finding in found)
            rows.append((condition.name, condition.what, *cells, f"{n.n} of {n.n_total}"))
    return Table((label, "", *measures, "n"), tuple(rows))


def _failures(audit: Audit) -> Table:
    rows = tuple(
        (f.name, f"{f.finding.measure} of {f.finding.of}", _written(f.finding), f.bound, f.says) for f in audit.failures
    )
    return Table(("failure", "by", "", "bound", "which"), rows)


def _notes(audit: Audit) -> tuple[str, ...]:
    """What must be said with the figures."""
    left = not_scored(audit.not_scored)
    missing = [
        f"not run: {', '.join(name for name, why in audit.not_run.items() if why == reason)}: {reason}"
        for reason in dict.fromkeys(audit.not_run.values())
    ]
    decided = "" if audit.decide_at is None else f"yes from {audit.decide_at:g} on; "
    return (
        *_found_nothing(audit),
        *left,
        *missing,
        *_not_measured(audit),
        f"{audit.scored} of {audit.bases} true pairs scored; {audit.source}; {decided}"
        f"recipe {audit.recipe.id} ({describe(audit.recipe)})",
    )


def _found_nothing(audit: Audit) -> Iterator[str]:
    if not audit.failures:
        yield "too few pairs to find failures" if audit.verdict == "cannot tell" else "no failure found"


def _not_measured(audit: Audit) -> Iterator[str]:
    """What is not asked of judges that give no probabilities."""
    if not audit.are_probabilities:
        yield "not measured: bias, calibration: the judge's scores are no probabilities"
    if audit.decide_at is None:
        yield "not measured: yes, J, flips, obeys: nothing tells from which score the judge says yes (--decide-at)"


def _written(finding: Finding) -> str:
    """A figure with its interval, or with the reason why there is none.

    Example:
        >>> from earwitness.bench.doctor.finding import Finding
        >>> _written(Finding("silence", "AUC", 0.9, 0.8, 0.95, 40, 40, 40))
        '0.900 [0.800, 0.950]'
        >>> _written(Finding("silence", "AUC", 1.0, None, None, 40, 40, 40, "perfect"))
        '1.000 (perfect)'
    """
    why = _WHY.get(finding.reason or "", finding.reason)
    if finding.value is None:
        return f"({why})"
    if finding.low is not None and finding.high is not None:
        digits = 3 if finding.high - finding.low >= NARROW else 5
        return f"{finding.value:.{digits}f} [{finding.low:.{digits}f}, {finding.high:.{digits}f}]"
    value = f"{finding.value:.3f}" if finding.value == 0 or abs(finding.value) >= 5e-4 else f"{finding.value:.1e}"
    return value if why is None else f"{value} ({why})"
