"""What the commands share about the terminal they print to."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, cast

import typer

from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.report.tables import Format


class TableFormat(StrEnum):
    """How a table is printed."""

    text = "text"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    latex = "latex"


@dataclass(frozen=True, slots=True)
class Output:
    """How a command prints its table; the flags are short for the forms of their names."""

    output: Annotated[TableFormat, typer.Option("--format", help="How the table is printed.")] = TableFormat.text
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Short for --format markdown.")] = False
    as_latex: Annotated[bool, typer.Option("--latex", help="Short for --format latex.")] = False

    def __post_init__(self) -> None:
        if self.as_json + self.as_markdown + self.as_latex + (self.output != TableFormat.text) > 1:
            raise UsageError("a table is printed in one form; wanted one of --format, --json, --markdown, --latex.")

    @property
    def form(self) -> Format:
        """The form wanted."""
        flags = {"json": self.as_json, "markdown": self.as_markdown, "latex": self.as_latex}
        return next((cast("Format", form) for form, wanted in flags.items() if wanted), self.output.value)


class TreeFormat(StrEnum):
    """How a tree is printed."""

    text = "text"
    json = "json"


def in_colour() -> bool:
    """Whether output may be coloured: on terminals, unless NO_COLOR asks for none (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def terminal_width() -> int:
    """Columns of the terminal; wide when the output goes to a file or pipe, so that no cell is folded there."""
    return shutil.get_terminal_size((160, 24)).columns
