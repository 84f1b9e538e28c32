"""The files of a download: found by their endings, told apart by their paths, read entry by entry.

People unpack the same archive into different folders, so a file is looked for anywhere below the folder that they name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from earwitness.errors import ManifestError
from earwitness.manifest.columns import find_columns
from earwitness.manifest.rows import READERS, Row, read_delimited, read_lines


def files_below(data: Path, *endings: str) -> list[Path]:
    """Files with one of the endings, in order, hidden ones left out; a file that is named stands for itself.

    Raises:
        ManifestError: if there is no such folder or file, or the file has another ending.
    """
    if data.is_file():
        if data.suffix.lower() not in endings:
            raise ManifestError(f"{data} has the ending {data.suffix or 'none'}; wanted {' or '.join(endings)}.")
        return [data]
    if not data.is_dir():
        raise ManifestError(f"{data} does not exist; wanted the folder of a download.")
    found = (path for path in data.rglob("*") if path.suffix.lower() in endings and path.is_file())
    return sorted(path for path in found if not _is_hidden(path.relative_to(data)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def told_by_path(path: Path, data: Path, pattern: re.Pattern[str]) -> str | None:
    """What the nearest part of a path that matches says in its first group; folders above ``data`` say nothing.

    Example:
        >>> told_by_path(Path("/x/zh/en-0.parquet"), Path("/x/zh"), re.compile("(en|zh)"))
        'en'
    """
    below = path.relative_to(data).parts if path != data else (path.name,)
    matches = (pattern.match(part) for part in (*reversed(below), data.name))
    return next((match[1] for match in matches if match), None)


def read_entries(path: Path, *, number_repeats: bool = False) -> Iterator[Row]:
    """Rows of a table, or of a JSON file that is a list of objects; NaN and Infinity count as null.

    Args:
        path: the file.
        number_repeats: in a table with commas call the second column of a name NAME.1, as pandas does, where
            otherwise such a table is refused.

    Raises:
        ManifestError: naming the entry that is no object, or the line where the file stops being JSON.
    """
    if path.suffix.lower() == ".json" and is_json_list(path):
        return _listed(path)
    if path.suffix.lower() == ".csv":
        return read_delimited(path, number_repeats=number_repeats)
    return READERS[path.suffix.lower()](path)


def is_json_list(path: Path) -> bool:
    """Whether a text file begins as a list in JSON."""
    return next((line.lstrip().startswith("[") for line in read_lines(path) if line.strip()), False)


def _listed(path: Path) -> Iterator[Row]:
    try:
        entries = json.loads("".join(read_lines(path)), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{path.name}: not JSON ({error}); wanted a list of objects.") from error
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise ManifestError(f"{path.name}, entry {number}: a JSON {type(entry).__name__}; wanted an object.")
        yield Row(f"entry {number}", entry)


def named_columns(
    found: Collection[str], aliases: Mapping[str, tuple[str, ...]], needed: Collection[str]
) -> Mapping[str, str]:
    """The column of each field that a file has.

    Raises:
        ManifestError: naming the column that a needed field lacks.

    Example:
        >>> named_columns(["ID", "text"], {"id": ("id",), "prompt": ("prompt_text", "prompt")}, ["id", "prompt"])
        Traceback (most recent call last):
        earwitness.errors.ManifestError: no column prompt_text or prompt; found ID, text.
    """
    fields = find_columns(found, {}, aliases).fields
    for field in needed:
        if field not in fields:
            raise ManifestError(f"no column {' or '.join(aliases[field])}; found {', '.join(found) or 'none'}.")
    return fields
