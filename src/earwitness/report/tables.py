"""Tables for people and programs: one set of rows, written as text, CSV, strict JSON, Markdown or LaTeX.

A table says beside its rows how many clips it speaks of and by which recipe; a cell without a number is empty in text
and CSV and null in JSON, never 0.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from earwitness.audio.source import printable
from earwitness.run.export import neutralise

Cell: TypeAlias = "str | int | float | None"
Format = Literal["text", "csv", "json", "markdown", "latex"]

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}

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
    written: dict[Format, Callable[[Table], str]] = {
        "csv": _csv,
        "json": _json,
        "markdown": _markdown,
        "latex": _latex,
    }
    return _text(table, width) if form == "text" else written[form](table)


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


def _markdown(table: Table) -> str:
    r"""A table of GitHub's Markdown, its notes under it.

    Example:
        >>> print(_markdown(Table(("clip", "score"), (("a|b.wav", 0.5), ("c.wav", None)))))
        | clip | score |
        | --- | ---: |
        | a\|b.wav | 0.500 |
        | c.wav |  |
    """
    rows = [[_for_markdown(_printed(cell)) for cell in row] for row in table.rows]
    rules = ["---:" if _is_numeric(table, place) else "---" for place in range(len(table.columns))]
    lines = [f"| {' | '.join(cells)} |" for cells in (map(_for_markdown, table.columns), rules, *rows)]
    return "\n".join([*lines, *([""] if table.notes else []), *(f"{_for_markdown(note)}  " for note in table.notes)])


def _latex(table: Table) -> str:
    r"""A ``tabular`` with rules of the package booktabs, its notes as comments above it.

    Example:
        >>> print(_latex(Table(("clip", "score"), (("a_b.wav", 0.5), ("c.wav", None)), ("n = 1 of 2",))))
        % n = 1 of 2
        \begin{tabular}{lr}
        \toprule
        clip & score \\
        \midrule
        a\_b.wav & 0.500 \\
        c.wav &  \\
        \bottomrule
        \end{tabular}
    """
    sides = "".join("r" if _is_numeric(table, place) else "l" for place in range(len(table.columns)))
    head, *rows = (
        " & ".join(_for_latex(_printed(cell)) for cell in cells) + r" \\" for cells in (table.columns, *table.rows)
    )
    ruled = [r"\toprule", head, r"\midrule", *rows, r"\bottomrule"]
    comments = [f"% {printable(note)}" for note in table.notes]
    return "\n".join([*comments, rf"\begin{{tabular}}{{{sides}}}", *ruled, r"\end{tabular}"])


def _is_numeric(table: Table, place: int) -> bool:
    cells = [row[place] for row in table.rows if row[place] is not None]
    return bool(cells) and all(isinstance(cell, int | float) for cell in cells)


def _for_markdown(text: str) -> str:
    return re.sub(r"([\\|*_`<\[])", r"\\\1", text)


def _for_latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


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
