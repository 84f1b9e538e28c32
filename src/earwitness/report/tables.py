"""Tables for people and programs: one set of rows, written as text, CSV or strict JSON.

A table says beside its rows how many clips it speaks of and by which recipe; a cell without a number is empty in text
and CSV and null in JSON, never 0.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from earwitness.audio.source import printable
from earwitness.run.export import neutralise

Cell: TypeAlias = "str | int | float | None"
Format = Literal["text", "csv", "json"]

# Characters of a cell that people are shown, and columns that a table needs to be read at all.
LONGEST_CELL, NARROWEST = 200, 40


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with their columns, and what must be said with them.

    Attributes:
        columns: headings.
        rows: cells in the order of the columns.
        notes: lines under the table, such as n scored / n total and the recipe.
        facts: what the notes say, for programs.
        records: what JSON holds for each row, where that is more than the cells.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, object] | None = None
    records: tuple[Mapping[str, object], ...] | None = None


def write_table(table: Table, form: Format, width: int = 100) -> str:
    """The table in one of its forms; text folds its cells into ``width`` columns, and cuts those that are very long.

    Example:
        >>> print(write_table(Table(("clip", "alignment"), (("rain.wav", 0.912345), ("dog.wav", None))), "text"))
        clip       alignment
        rain.wav   0.912
        dog.wav
    """
    if form == "csv":
        return _csv(table)
    return _json(table) if form == "json" else _text(table, width)


def _text(table: Table, width: int) -> str:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in table.columns:
        grid.add_column(column, overflow="fold", no_wrap=False)
    for row in table.rows:
        grid.add_row(*(Text(_printed(cell)) for cell in row))
    console = Console(file=io.StringIO(), width=max(width, NARROWEST), highlight=False, color_system=None)
    console.print(grid)
    for note in table.notes:
        console.print(Text(note))
    text = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO given above
    return "\n".join(line.rstrip() for line in text.splitlines())


def _printed(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.3f}"
    text = str(cell)
    return printable(text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 3] + "...")


def _csv(table: Table) -> str:
    out = io.StringIO()
    # Python 3.11 quotes a carriage return inside a cell only if line ends hold one too.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([neutralise(cell) for cell in row] for row in table.rows)
    return out.getvalue().removesuffix("\r\n")


def _json(table: Table) -> str:
    rows: Sequence[Mapping[str, object]] = table.records or [
        dict(zip(table.columns, row, strict=True)) for row in table.rows
    ]
    return json.dumps({"rows": rows, **(table.facts or {})}, ensure_ascii=False, allow_nan=False, indent=2)
