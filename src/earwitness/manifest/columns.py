"""Which column means what: the names that people use, and the columns that a caller names.

Names are compared without regard to case. Where two columns could mean the same, the one named earlier here is taken
and the other is carried along in ``meta``; ``--dry-run`` prints the choice.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earwitness.errors import ManifestError, UsageError

ALIASES: Mapping[str, tuple[str, ...]] = {
    "audio": (
        "audio", "path", "file", "file_name", "filename", "wav", "audio_filepath", "wav_path", "audio_path", "filepath",
    ),
    "caption": ("caption", "text", "prompt", "description"),
    "id": ("id", "uuid", "sample_id"),
    "system": ("system", "system_id", "model"),
    "group": ("group", "prompt_id"),
    "language": ("language", "lang"),
    "start_time": ("start_time",),
    "end_time": ("end_time",),
    "offset": ("offset",),
    "duration": ("duration",),
}  # fmt: skip
RATING = re.compile(r"(?:rating|mos)_(.+)|(rating|mos|score)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each field that a manifest has, and of each rated axis."""

    fields: Mapping[str, str]
    ratings: Mapping[str, str]

    def value(self, cells: Mapping[str, Any], field: str) -> Any:
        """What a row says for a field; None if it says nothing."""
        column = self.fields.get(field)
        return None if column is None else cells.get(column)

    def rest(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """The cells that no field takes, without empty ones; a duration is carried along even where it is used."""
        taken = {*(column for field, column in self.fields.items() if field != "duration"), *self.ratings.values()}
        left = {name: _as_json(cell) for name, cell in cells.items() if name not in taken}
        return {name: cell for name, cell in left.items() if cell not in (None, "")}


def _as_json(cell: Any) -> Any:
    """What strict JSON can hold of a cell: dates as text; NaN and bytes left out."""
    if isinstance(cell, Mapping):
        return {str(name): _as_json(value) for name, value in cell.items()}
    if isinstance(cell, list | tuple):
        return [_as_json(value) for value in cell]
    if isinstance(cell, bytes) or (isinstance(cell, float) and not math.isfinite(cell)):
        return None
    return cell if isinstance(cell, str | int | float | None) else str(cell)


def find_columns(
    found: Collection[str], named: Mapping[str, str], aliases: Mapping[str, tuple[str, ...]] = ALIASES
) -> Columns:
    """Match a manifest's columns to fields.

    Args:
        found: the manifest's column names.
        named: columns by field, as the caller gave them; ``ratings.AXIS`` names the column of a rated axis.
        aliases: the names that a field's column may have.

    Raises:
        UsageError: if a named field does not exist.
        ManifestError: if a named column does not exist.

    Example:
        >>> columns = find_columns(["file_name", "Text", "mos"], {})
        >>> columns.fields["caption"], columns.ratings
        ('Text', {'mos': 'mos'})
    """
    for field, column in named.items():
        _check_named(field, column, found, aliases)
    fields = {field: column for field, column in named.items() if field in aliases}
    ratings = {field.removeprefix("ratings."): column for field, column in named.items() if field not in aliases}
    taken = set(named.values())
    for field, names in aliases.items():
        meant = _first(names, [column for column in found if column not in taken])
        if field not in fields and meant is not None:
            fields[field] = meant
    for column in found:
        axis = RATING.fullmatch(column)
        if axis and column not in taken and not any(field.startswith("ratings.") for field in named):
            ratings[axis[1] or axis[2]] = column
    return Columns(fields, ratings)


def _check_named(field: str, column: str, found: Collection[str], aliases: Iterable[str]) -> None:
    if field not in aliases and not field.startswith("ratings."):
        raise UsageError(f"columns names the field {field!r}; wanted one of {', '.join(aliases)} or ratings.AXIS.")
    if column not in found:
        raise ManifestError(f"no column {column!r} for {field}; found {_listed(found)}.{_hint([column], found)}")


def _first(names: Iterable[str], found: Iterable[str]) -> str | None:
    by_lower = {column.strip().lower(): column for column in reversed(list(found))}
    return next((by_lower[name] for name in names if name in by_lower), None)


def missing_column(
    field: str, found: Collection[str], aliases: Mapping[str, tuple[str, ...]] = ALIASES
) -> ManifestError:
    """The error for a manifest without a column that it needs.

    Example:
        >>> raise missing_column("caption", ["path", "captoin"])
        Traceback (most recent call last):
        earwitness.errors.ManifestError: no caption column; found path, captoin; wanted caption, text, prompt or \
description. Did you mean 'captoin'? Say so with columns={'caption': 'captoin'} (--column caption=captoin).
    """
    names = aliases[field]
    column = _close(names, found) or "NAME"
    return ManifestError(
        f"no {field} column; found {_listed(found)}; wanted {_either(names)}."
        f"{_hint(names, found)} Say so with columns={{'{field}': '{column}'}} (--column {field}={column})."
    )


def _either(names: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _hint(names: Iterable[str], found: Collection[str]) -> str:
    close = _close(names, found)
    return f" Did you mean '{close}'?" if close else ""


def _close(names: Iterable[str], found: Collection[str]) -> str | None:
    return next(
        (near for name in names for near in difflib.get_close_matches(name, list(found), n=1, cutoff=0.7)), None
    )


def _listed(found: Collection[str]) -> str:
    return ", ".join(found) or "none"


def number(cell: Any, what: str) -> float | None:
    """A cell as a finite number; None if it is empty.

    Raises:
        ManifestError: if it is anything else.
    """
    if cell is None or cell == "":
        return None
    try:
        value = math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise ManifestError(f"{what} is {str(cell)[:60]!r}; wanted a finite number.")
    return value


def text(cell: Any, what: str) -> str:
    """A cell as text; empty if there is none. Numbers count as text, for ids and captions such as ``7``.

    Raises:
        ManifestError: if it is a list, an object or bytes.
    """
    if cell is None:
        return ""
    if isinstance(cell, str | int | float):
        return str(cell)
    raise ManifestError(f"{what} is a {type(cell).__name__}; wanted text.")
