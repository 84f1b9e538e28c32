"""``earwitness calibrate``: how far P(yes) can be taken at its word, on a run whose clips are labelled."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earwitness.cli.runs import check_answers
from earwitness.cli.saving import save_text
from earwitness.cli.terminal import Output, terminal_width
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.bench.studies.readings import Reliability
    from earwitness.bench.studies.reliability import HeldOut, Trial
    from earwitness.report.tables import Format

# How `calibrate` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness score dev.csv --out runs/dev
  earwitness calibrate runs/dev --label label --by language --by kind
  earwitness calibrate runs/dev --label label --method platt --out platt.json --picture curves.svg
"""


class Method(StrEnum):
    """How P(yes) is recalibrated."""

    temperature = "temperature"
    platt = "platt"
    isotonic = "isotonic"


def calibrate(
    run: Annotated[Path, typer.Argument(help="Run directory of development data.")],
    *,
    label: Annotated[str, typer.Option(help="The manifest's column that says whether a clip matches: yes/no or 1/0.")],
    axis: Annotated[str, typer.Option(help="The score's axis, of probabilities.")] = "alignment",
    by: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Figures by a column too: kind, language, system, ...")
    ] = None,
    method: Annotated[Method, typer.Option(help="Of the recalibration to save and to draw.")] = Method.temperature,
    test_share: Annotated[float, typer.Option(help="Share of the clips to test on; the others are fitted on.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Of the split and the resamples.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Save the recalibration as JSON: the one whose test figures are printed.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the curves before and after as SVG.")] = None,
    output: Output,
) -> None:
    """Tell how far P(yes) can be taken at its word, and fit a recalibration on a part of the clips."""
    from earwitness.bench.studies.labels import labelled
    from earwitness.bench.studies.reliability import held_out, reliabilities
    from earwitness.judges.recalibrated import FittedRecalibration, write_recalibration
    from earwitness.report.reliability import reliability_picture
    from earwitness.run import open_run

    opened = open_run(run)
    if out is not None and "recalibration" in opened.recipe.parts:
        raise UsageError(f"{run} is of a judge that is recalibrated already; fit on a run of the judge without that.")
    found = labelled(opened, label, axis)
    rows = list(reliabilities(found, by or (), seed=seed))
    held = held_out(found, test_share=test_share, seed=seed)
    chosen = None if out is None and picture is None else _chosen(held, method)
    if chosen is not None and out is not None:
        fitted_on = {"run": run.name, "label": label, "test_share": test_share, "seed": seed}
        write_recalibration(out, FittedRecalibration(chosen.recalibration, opened.recipe.id, axis, fitted_on))
    facts = {"recipe": opened.recipe.id, "axis": axis, "n": len(found.answers), "n_total": opened.n_total, "seed": seed}
    saved = [f"{method.value} saved in {out}; use: --recalibration {out}"] if out else []
    _print(rows, held, facts, saved, output.form)
    if chosen is not None and picture is not None:
        save_text(picture, reliability_picture(held.before, chosen.after))
    if not held.trials:
        print(f"nothing could be fitted: {next(iter(held.refused.values()))}", file=sys.stderr)
        raise typer.Exit(1)
    check_answers((opened, found))


def _chosen(held: HeldOut, method: Method) -> Trial:
    """The trial by the method asked for, which may have been refused."""
    if method.value in held.refused:
        raise UsageError(f"{method.value} is not fitted: {held.refused[method.value]}")
    return held.trials[method.value]


def _print(rows: list[Reliability], held: HeldOut, facts: Mapping[str, Any], saved: list[str], form: Format) -> None:
    from earwitness.report.reliability import reliability_table, reliability_tables
    from earwitness.report.tables import write_table

    fitted = "fitted on" if held.trials else "nothing could be fitted on"
    notes = (
        f"{fitted} {held.n_dev:,} answers; test: the {held.before.n:,} of other clips (seed {facts['seed']})",
        f"{facts['n']:,} of {facts['n_total']:,} pairs have an answer on '{facts['axis']}', recipe {facts['recipe']}",
        *saved,
    )
    for_programs = form in ("csv", "json")
    tables = (reliability_table(rows, held, facts),) if for_programs else reliability_tables(rows, held, notes)
    print("\n\n".join(write_table(table, form, width=terminal_width()) for table in tables))
