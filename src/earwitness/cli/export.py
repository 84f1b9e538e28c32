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
    answer = "answer"


def export(
    run: Annotated[Path, typer.Argument(help="Run directory.")],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="Kind of file; answer is that of the AudioMOS challenge.")
    ] = ExportFormat.csv,
    scored_only: Annotated[
        bool, typer.Option("--scored-only", help="Of an answer: leave out pairs without a score, not refuse them.")
    ] = False,
) -> None:
    """Write a run's scores as scores.jsonl, scores.csv, scores.parquet or answer.txt in its directory."""
    from earwitness.run import open_run

    print(open_run(run).export(form.value, scored_only=scored_only))
