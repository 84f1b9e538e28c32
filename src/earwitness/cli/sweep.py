"""``earwitness sweep``: does calibration go with reliability? From runs alone: no model is asked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.runs import check_answers
from earwitness.cli.saving import save_text
from earwitness.cli.terminal import Output, terminal_width
from earwitness.errors import MissingDependencyError

if TYPE_CHECKING:
    from earwitness.bench.studies.sweep import Sweep
    from earwitness.report.tables import Format

# How `sweep` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness sweep runs/base runs/chat --label label --out runs/base-and-chat
  earwitness sweep runs/step-1000 runs/step-2000 runs/step-3000 --label label --out runs/steps
  earwitness sweep runs/relate --rating REL --match-from 5 --out runs/relate-sweep
"""

RESULTS = "sweep.json"


def sweep(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run directories, all on the same pairs.")],
    out: Annotated[Path, typer.Option(help=f"Folder for {RESULTS} and the pictures.")],
    *,
    label: Annotated[
        str | None, typer.Option(help="The manifest's column that says whether a clip matches: yes/no or 1/0.")
    ] = None,
    rating: Annotated[
        str | None, typer.Option(help="Instead: the axis of ratings that scores are held against.")
    ] = None,
    match_from: Annotated[
        float | None, typer.Option(help="Of --rating: from which rating a clip is called a match, as ECE and AUC need.")
    ] = None,
    axis: Annotated[str, typer.Option(help="The score's axis; a probability.")] = "alignment",
    seed: Annotated[int, typer.Option(help="Of the resamples behind intervals.")] = 0,
    output: Output,
) -> None:
    """Set runs side by side, and measure calibration against agreement under temperatures and biases to yes."""
    from earwitness.bench.studies.labels import Truth, labelled
    from earwitness.bench.studies.short_names import short_names
    from earwitness.bench.studies.sweep import sweep as swept
    from earwitness.run import open_run

    truth = Truth(label, rating, match_from)
    opened = {name: open_run(Path(path)) for name, path in short_names(list(map(str, runs))).items()}
    answers = {name: labelled(run, truth, axis) for name, run in opened.items()}
    found = swept(answers, seed=seed)
    _save(found, out)
    _print(found, output.form)
    check_answers(*((run, answers[name]) for name, run in opened.items()))


def _save(found: Sweep, out: Path) -> None:
    from earwitness.run.database import explained

    told = json.dumps(found.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    with explained(out, "written"):
        out.mkdir(parents=True, exist_ok=True)
    save_text(out / RESULTS, told)
    for file, picture in _pictures(found).items():
        save_text(out / file, picture)


def _pictures(found: Sweep) -> dict[str, str]:
    from earwitness.report.sweep import sweep_pictures

    try:
        return sweep_pictures(found)
    except MissingDependencyError as error:
        print(f"warning: no pictures: {error}", file=sys.stderr)
        return {}


def _print(found: Sweep, form: Format) -> None:
    from earwitness.report.sweep import beside_table, sweep_table
    from earwitness.report.tables import write_table

    # JSON holds it all at once, and a file of CSV is one table.
    tables = [sweep_table(found)] if form in ("json", "csv") else [beside_table(found), sweep_table(found)]
    print("\n\n".join(write_table(table, form, width=terminal_width()) for table in tables))
