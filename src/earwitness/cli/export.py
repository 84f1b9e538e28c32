"""``earwitness export``: a run's scores as files that other programs read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ExportFormat(StrEnum):
    """The files that can be written."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


def export(
    run: Annotated[Path, typer.Argument(help="Run directory.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="Kind of file.")] = ExportFormat.csv,
) -> None:
    """Write a run's scores as scores.jsonl, scores.csv or scores.parquet in its directory."""
    from earwitness.run import open_run

    print(open_run(run).export(form.value))
