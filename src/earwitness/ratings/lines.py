"""What a file of ratings says, line by line, whatever its form; and how lines become clips with their means.

A rating is on the raters' own scale. A form tells only the names of its columns and its scale; the rest - finding the
columns, placing the clips, checking scale and repetitions - is the same for all of them and is here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from earwitness.errors import ManifestError
from earwitness.manifest.columns import ALIASES, RATING, Columns, find_columns, missing_column, number, text
from earwitness.manifest.places import absolute
from earwitness.manifest.reading import Reading
from earwitness.manifest.rows import Row, at
from earwitness.manifest.sources import Source
from earwitness.ratings.rated import Scale
from earwitness.types import Pair

Cells = Mapping[str, Any]

CLIP_ALIASES = (*ALIASES["audio"], "wav_file_name", "wave_file_name", "wavname")
RATER_ALIASES = ("listener", "listener_id", "rater", "rater_id", "worker", "worker_id")


@dataclass(frozen=True, slots=True)
class Rating:
    """One number from people: a mean, or what a single person said.

    Attributes:
        axis: what was rated.
        value: on the raters' scale.
        rater: the person's name, empty for one who is not named; None for a mean over people.
    """

    axis: str
    value: float
    rater: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says: a pair without ratings, and its ratings.

    Attributes:
        place: the file and the line, in words.
        pair: the clip.
        ratings: all that the line says of it.
        by_person: whether a clip has a line for each person, not one alone.
    """

    place: str
    pair: Pair
    ratings: tuple[Rating, ...]
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller said of a source.

    Attributes:
        columns: by field.
        audio: the folder that clips' paths start from; None for the folder of the file.
        allow_outside: whether clips may lie outside that folder.
        axes: those wanted, if named.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    audio: Path | None = None
    allow_outside: bool = False
    axes: Sequence[str] = ()

    def reading(self, root: Path) -> Reading:
        """How rows become pairs."""
        return Reading(absolute(self.audio) if self.audio else root, "column", self.allow_outside)


def _as_they_are(cells: Cells) -> Cells:
    return cells


def named_ratings(found: Collection[str]) -> Mapping[str, str]:
    """The rating columns of a plain table by axis: ``rating_AXIS``, ``mos_AXIS``, ``rating``, ``mos``, ``score``."""
    matches = {column: RATING.fullmatch(column.strip()) for column in found}
    return {match[1] or match[2]: column for column, match in matches.items() if match}


@dataclass(frozen=True, slots=True)
class Form:
    """A published form of table.

    Attributes:
        name: as it is asked for.
        fits: whether the first row's cells are of this form.
        axes: finds the rating columns by axis among a table's columns.
        scale: what the raters could give, where the form fixes it.
        aliases: names of columns besides the manifest's own, by field.
        told: what the cells say beyond their columns, such as a system that is part of a name.
    """

    name: str
    fits: Callable[[Cells], bool]
    axes: Callable[[Collection[str]], Mapping[str, str]]
    scale: Scale | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told: Callable[[Cells], Cells] = _as_they_are

    def lines(self, source: Source, asked: Asked) -> Iterator[Line]:
        """The lines of a table of this form.

        Raises:
            ManifestError: naming the line that cannot be read as written.
        """
        reading = asked.reading(source.root)
        columns_of = lru_cache(maxsize=64)(lambda found: self._columns_of(found, asked))
        for count, row in enumerate(source.rows()):
            place = f"{source.label}, {row.place}"
            cells = self.told(row.cells)
            with at(place if count else source.label):
                columns = columns_of(tuple(cells))
            with at(place):
                pair = _unrated(reading, replace(row, cells=cells), columns)
                yield Line(place, pair, tuple(_rate(cells, columns)), "rater" in columns.fields)

    def _columns_of(self, found: tuple[str, ...], asked: Asked) -> Columns:
        named = asked.columns
        aliases = {**ALIASES, "audio": CLIP_ALIASES, **self.aliases}
        columns = find_columns(found, named, aliases)
        if "audio" not in columns.fields:
            raise missing_column("audio", found, aliases)
        if any(field.startswith("ratings.") for field in named):
            return columns
        free = [column for column in found if column not in columns.fields.values()]
        ratings = self.axes(free)
        # Whoever wants an axis by the plain name of a column has said which column it is.
        plain = {axis: axis for axis in asked.axes if axis in free and "axis" not in columns.fields}
        return replace(columns, ratings={**plain, **ratings})


def by_names(axes: Mapping[str, tuple[str, ...]]) -> Callable[[Collection[str]], Mapping[str, str]]:
    """Finds the columns of known axes; each has names, the first of which that is there is taken."""

    def found_axes(found: Collection[str]) -> Mapping[str, str]:
        by_lower = {column.strip().lower(): column for column in found}
        first = {
            axis: next((by_lower[name] for name in names if name in by_lower), None) for axis, names in axes.items()
        }
        return {axis: column for axis, column in first.items() if column is not None}

    return found_axes


def _unrated(reading: Reading, row: Row, columns: Columns) -> Pair:
    rated = columns.ratings.values()
    plain = {name: cell for name, cell in row.cells.items() if name not in rated}
    return reading.pair(replace(row, cells=plain), replace(columns, ratings={}))


def _rate(cells: Cells, columns: Columns) -> Iterator[Rating]:
    """The ratings of a row: a number is one person's where the table names people, and a list is several people's."""
    rater = text(columns.value(cells, "rater"), "rater") if "rater" in columns.fields else None
    for axis, column in columns.ratings.items():
        cell = cells.get(column)
        told = _axis(cells, columns) or axis
        if isinstance(cell, list | tuple):
            yield from (Rating(told, value, "") for value in _numbers(cell, column))
        elif (value := number(cell, column)) is not None:
            yield Rating(told, value, rater)


def _axis(cells: Cells, columns: Columns) -> str | None:
    if "axis" not in columns.fields:
        return None
    axis = text(columns.value(cells, "axis"), "axis").strip()
    if not axis:
        raise ManifestError("the axis is empty; wanted what was rated, such as quality.")
    return axis


def _numbers(cells: Iterable[Any], column: str) -> Iterator[float]:
    for cell in cells:
        value = number(cell, f"a rating of {column}")
        if value is None:
            raise ManifestError(f"a rating of {column} is empty; wanted a number for each rater.")
        yield value
