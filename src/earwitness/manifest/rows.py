"""Where rows come from: one reader for each form of manifest, all streamed.

A row is its place in words, such as ``line 17``, and its cells by column. Lines and rows are counted from 1; the line
of a record that spans several is its first.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from earwitness.errors import ManifestError
from earwitness.manifest.parquet import parquet_library

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Audio cells may hold whole clips, so only a few Parquet rows are in memory at a time.
PARQUET_BATCH = 64
# Room for an overlong caption, which costs only its own score; an open quote is found before it eats the memory.
MAX_FIELD = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column, and where they stand."""

    place: str
    cells: Mapping[str, Any]


@contextmanager
def at(where: str) -> Iterator[None]:
    """Say where in the text of a ``ManifestError``."""
    try:
        yield
    except ManifestError as error:
        raise ManifestError(f"{where}: {error}") from error


def read_delimited(path: Path, *, number_repeats: bool = False) -> Iterator[Row]:
    """Rows of a CSV or TSV file with a header line; fields may be quoted and span lines.

    A column that occurs twice is refused; with ``number_repeats`` the second is called NAME.1, as pandas does.
    """
    csv.field_size_limit(max(MAX_FIELD, csv.field_size_limit()))
    reader = csv.reader(read_lines(path), delimiter=_delimiter(path), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ManifestError(f"{path.name}, line {line}: {error}. Is a quote left open or not doubled?") from error
        if cells is None:
            break
        if header is None:
            header = _numbered(cells) if number_repeats else _header(path, cells)
        elif cells:
            yield Row(f"line {line}", _table_row(path, line, header, cells))
    if header is None:
        raise ManifestError(f"{path.name} is empty; wanted a header line, such as audio,caption.")


def _header(path: Path, cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    # Spreadsheets leave nameless columns behind.
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise ManifestError(f"{path.name}, line 1: column {twice[0]!r} occurs twice; wanted each name once.")
    return header


def _numbered(cells: list[str]) -> list[str]:
    """Column names, repeats told apart by their number.

    Example:
        >>> _numbered(["file", "text", "file"])
        ['file', 'text', 'file.1']
    """
    header = [cell.strip() for cell in cells]
    before = [header[:place].count(name) for place, name in enumerate(header)]
    return [f"{name}.{count}" if count else name for name, count in zip(header, before, strict=True)]


def _table_row(path: Path, line: int, header: list[str], cells: list[str]) -> Mapping[str, str]:
    if len(cells) != len(header):
        raise ManifestError(
            f"{path.name}, line {line}: {len(cells)} cells; the header has {len(header)} ({', '.join(header)}). "
            "A caption that holds the separator needs quotes."
        )
    return {name: cell for name, cell in zip(header, cells, strict=True) if name}


def _delimiter(path: Path) -> str:
    """A tab in .tsv files; in .csv files the comma, or what the header has where it has none."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    header = next(read_lines(path), "")
    return next((sign for sign in ",;\t" if sign in header), ",")


def read_lines(path: Path) -> Iterator[str]:
    """Lines of a UTF-8 or UTF-16 text file, line ends kept, a byte-order mark left out.

    Raises:
        ManifestError: naming the line that is in neither encoding.
    """
    with open_manifest(path) as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(UTF16_MARKS):
            yield from _utf16_lines(path)
            return
        if b"\0" in start:
            raise ManifestError(f"{path.name}, line 1: holds zero bytes; wanted UTF-8, or UTF-16 with its mark.")
        for number, raw in enumerate(file, start=1):
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise ManifestError(
                    f"{path.name}, line {number}: byte {raw[error.start]:#04x} is not UTF-8; save the file as UTF-8."
                ) from error


def _utf16_lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-16", newline="") as file:
            yield from file
    except UnicodeError as error:
        raise ManifestError(f"{path.name} begins as UTF-16 and goes on as something else; save it as UTF-8.") from error


def open_manifest(path: Path) -> Any:
    """The file opened for reading bytes.

    Raises:
        ManifestError: if it is missing, not a plain file, or may not be read.
    """
    # Opening a named pipe would wait for a writer that may never come.
    if path.exists() and not path.is_file():
        raise ManifestError(f"{path} is not a plain file; wanted a manifest.")
    try:
        return path.open("rb")
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error


def read_json_lines(path: Path) -> Iterator[Row]:
    """Rows of a JSON Lines file, one object a line; NaN and Infinity count as null."""
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            yield Row(f"line {number}", _json_object(path, number, line))


def _json_object(path: Path, number: int, line: str) -> Mapping[str, Any]:
    if number == 1 and line.lstrip().startswith("["):
        raise ManifestError(
            f"{path.name} is a JSON array; wanted one object a line. Convert it with: jq -c '.[]' {path.name}"
        )
    try:
        found = json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{path.name}, line {number}: not JSON ({error}); wanted one object a line.") from error
    if not isinstance(found, dict):
        raise ManifestError(f"{path.name}, line {number}: a JSON {type(found).__name__}; wanted an object.")
    return found


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> Iterator[Row]:
    """Rows of a Parquet file, or some of its columns; audio cells may be paths, bytes, or ``{bytes, path}``."""
    pyarrow, parquet = parquet_library(f"reading {path.name}")
    open_manifest(path).close()
    number = 0
    try:
        with parquet.ParquetFile(path) as table:
            _check_columns(path, table.schema_arrow.names, columns or ())
            for batch in table.iter_batches(batch_size=PARQUET_BATCH, columns=columns):
                for cells in batch.to_pylist():
                    number += 1
                    yield Row(f"row {number}", cells)
    except pyarrow.ArrowException as error:
        raise ManifestError(f"{path.name}, after row {number}: not Parquet ({error}).") from error


def _check_columns(path: Path, found: Sequence[str], wanted: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in found]
    if missing:
        raise ManifestError(f"{path.name}: no column {missing[0]}; found {', '.join(found)}.")


def read_kaldi(path: Path) -> Iterator[Row]:
    """Rows of a Kaldi ``wav.scp`` with the captions of the ``text`` file beside it, keys in the same order.

    An entry that ends in ``|`` is a command; it is refused and never run.
    """
    captions = path.with_name("text")
    entries = _kaldi_lines(path)
    if not captions.is_file():
        for place, key, audio in entries:
            yield Row(place, {"id": key, "audio": _no_command(path, place, audio)})
        return
    for entry, caption in zip_longest(entries, _kaldi_lines(captions)):
        if entry is None or caption is None or entry[1] != caption[1]:
            raise ManifestError(
                f"{path.name} and {captions.name} part at {(entry or caption)[0]}: keys "
                f"{entry and entry[1]!r} and {caption and caption[1]!r}; wanted the same keys in the same order. "
                "utils/fix_data_dir.sh sorts them."
            )
        place, key, audio = entry
        yield Row(place, {"id": key, "audio": _no_command(path, place, audio), "caption": caption[2]})


def _kaldi_lines(path: Path) -> Iterator[tuple[str, str, str]]:
    """Place, key and the rest of each line."""
    for number, line in enumerate(read_lines(path), start=1):
        words = line.split(maxsplit=1)
        if words:
            yield f"line {number}", words[0], words[1].strip() if len(words) > 1 else ""


def _no_command(path: Path, place: str, audio: str) -> str:
    if audio.endswith("|") or audio.startswith("|"):
        raise ManifestError(
            f"{path.name}, {place}: {audio[:60]!r} is a command, which is never run; wanted the path of an audio file. "
            "Write its output to a file first."
        )
    return audio


READERS: Mapping[str, Callable[[Path], Iterator[Row]]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
    ".parquet": read_parquet,
    ".scp": read_kaldi,
}
