"""``earwitness compare``: is one judge better than another, or is it chance?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earwitness.cli.benchmark_options import axes_by_rating
from earwitness.cli.runs import check_share
from earwitness.cli.terminal import Output, terminal_width

# How `compare` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness compare runs/relate-small runs/relate-large
  earwitness compare runs/a runs/b --subsets --markdown
"""


def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Run directory.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Run directory on the same data.")],
    *,
    axis: Annotated[
        list[str] | None, typer.Option(metavar="RATING=AXIS", help="The judges' axis for an axis of ratings.")
    ] = None,
    subsets: Annotated[bool, typer.Option("--subsets", help="Compare subsets too, such as single systems.")] = False,
    output: Output,
) -> None:
    """Compare two runs on the same data by paired tests, corrected for their number (Holm)."""
    from earwitness.bench.compare import compare_runs
    from earwitness.report.benchmarks import comparison_table
    from earwitness.report.tables import write_table
    from earwitness.run import open_run

    runs = open_run(run_a), open_run(run_b)
    found = compare_runs(*runs, axes_by_rating(axis), subsets=subsets)
    print(write_table(comparison_table(found), output.form, width=terminal_width()))
    for run in runs:
        check_share(run)
