"""What the commands share about the terminal they print to."""

from __future__ import annotations

import shutil
from enum import StrEnum


class TableFormat(StrEnum):
    """How a table is printed."""

    text = "text"
    csv = "csv"
    json = "json"


def terminal_width() -> int:
    """Columns of the terminal; wide when the output goes to a file or pipe, so that no cell is folded there."""
    return shutil.get_terminal_size((160, 24)).columns
