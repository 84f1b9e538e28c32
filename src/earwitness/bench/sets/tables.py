"""Tables of published benchmarks: cells by field whatever their columns are called, lines gathered into rated pairs.

What is not as published is told with file and line. A rating that stands on a line of its own is one person's, and
those of a pair become its mean; a line counts as often as it stands there, as in the means that authors publish.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from earwitness.bench.base import Contents
from earwitness.bench.sets.downloads import named_columns, read_entries
from earwitness.errors import ManifestError
from earwitness.manifest.columns import number
from earwitness.manifest.rows import Row, at
from earwitness.ratings.gather import gather
from earwitness.ratings.lines import Line, Rating
from earwitness.ratings.scales import Scales
from earwitness.types import Pair

# Names that a field's column may have, in small letters; those of a file may have capitals.
Fields = Mapping[str, tuple[str, ...]]


def find_file(data: Path, names: Sequence[str], wanted: str) -> Path:
    """The first of some files that a download has.

    Args:
        data: the download.
        names: relative to it.
        wanted: what to give instead, in words.

    Raises:
        ManifestError: if it has none of them.
    """
    found = next((data / name for name in names if (data / name).is_file()), None)
    if found is None:
        raise ManifestError(f"{data} has no {' or '.join(names)}; wanted {wanted}.")
    return found


def file_label(path: Path) -> str:
    """A file's name in texts, with its folder, as several files of a download may have one name."""
    return f"{path.parent.name}/{path.name}"


def read_rows(
    path: Path, fields: Fields, optional: Fields | None = None, *, number_repeats: bool = False
) -> Iterator[Row]:
    """Rows of a file of any form of table, their cells by field; ``place`` names file and line.

    Args:
        path: the file.
        fields: those that it must have.
        optional: those that it may have; their cells are None where it does not.
        number_repeats: as in ``read_entries``.

    Raises:
        ManifestError: if a field has no column, or the file cannot be read.
    """
    names = {**fields, **(optional or {})}
    columns_of = lru_cache(maxsize=64)(lambda found: named_columns(found, names, tuple(fields)))
    for count, row in enumerate(read_entries(path, number_repeats=number_repeats)):
        place = f"{file_label(path)}, {row.place}"
        # What is wrong with the first columns is wrong with the whole table, not with one row.
        with at(place if count else file_label(path)):
            columns = columns_of(tuple(row.cells))
        yield Row(place, {field: row.cells[columns[field]] if field in columns else None for field in names})


def clip_pair(
    path: Path, name: str, caption: str, part: str, *, system: str | None = None, meta: Mapping[str, Any] | None = None
) -> Pair:
    """A pair of one part, to be compared with those of the same caption.

    Args:
        path: opens the clip.
        name: what the clip is called wherever the download lies; it makes the id, with the caption and the part.
        caption: of the clip.
        part: of the benchmark.
        system: the generator.
        meta: what else to carry along.
    """
    return Pair(
        path,
        caption,
        id=f"{part}/{Pair(name, caption).id}",
        system=system,
        group=caption or None,
        meta={"part": part, "audio": name, **(meta or {})},
    )


def rating_of(cell: Any, axis: str) -> float:
    """A cell that must hold a rating.

    Raises:
        ManifestError: if it is empty, or no number.
    """
    value = number(cell, axis)
    if value is None:
        raise ManifestError(f"{axis} is empty; wanted a rating.")
    return value


def rated_line(place: str, pair: Pair, cells: Mapping[str, Any], *, mean: bool = False) -> Line:
    """One line's ratings of a pair: a person's, or the ``mean`` over people, of which a pair has one.

    Raises:
        ManifestError: if a cell holds no rating.
    """
    rater = None if mean else ""
    ratings = tuple(Rating(axis, rating_of(cell, axis), rater) for axis, cell in cells.items())
    return Line(place, pair, ratings, by_person=not mean)


def rated_pairs(
    path: Path, lines: Iterable[Line], scale: tuple[float, float], known: Sequence[str] = ()
) -> tuple[Pair, ...]:
    """The pairs that a file's lines speak of, with their mean ratings.

    Args:
        path: the file.
        lines: in any order.
        scale: lowest and highest rating.
        known: axes that the file has even where no line says anything of them.

    Raises:
        ManifestError: if a rating lies outside the scale, or a line contradicts a former one.
    """
    return gather(file_label(path), lines, Scales(scale), None, known).pairs


def contents_of(pairs: Sequence[Pair], *notes: str) -> Contents:
    """Pairs, counted by part."""
    return Contents(pairs, Counter(pair.meta["part"] for pair in pairs), notes)


def together(contents: Iterable[Contents]) -> Contents:
    """Several lists of a download, which share no part, as one."""
    every = list(contents)
    return Contents(
        list(chain.from_iterable(one.pairs for one in every)),
        {part: count for one in every for part, count in one.counts.items()},
        tuple(note for one in every for note in one.notes),
    )
