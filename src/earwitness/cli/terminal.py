"""What the commands share about the terminal they print to."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum


class TableFormat(StrEnum):
    """How a table is printed."""

    text = "text"
    csv = "csv"
    json = "json"


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
