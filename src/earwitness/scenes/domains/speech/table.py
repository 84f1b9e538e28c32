"""The list of a folder of recorded voices: who says what in which clip.

Ages between a child's and an adult's are not used, nor texts that cannot be quoted (see ``texts``), nor, where the list
rates the pronunciation, clips of which a listener may hear other words than the list has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from earwitness.errors import ManifestError
from earwitness.manifest.rows import Row, at, read_delimited
from earwitness.scenes.bands import Band
from earwitness.scenes.clip_folders import MANIFEST
from earwitness.scenes.domains.speech.texts import FEWEST_WORDS, as_quoted
from earwitness.scenes.domains.speech.utterances import Kind

COLUMNS = ("file_name", "text", "speaker", "age", "gender")
AGE = Band("years", (0, 10), (18, 120), whole=True)
_GENDERS: Mapping[str, Kind] = {"m": "man", "male": "man", "f": "woman", "female": "woman"}
# The mean over a sentence's phones, each rated 0 to 2: 2 is as it should be, 1 with an accent, 0 another one or none.
# At 1.8 at most one phone of ten is another one.
PRONUNCIATION, CLEAR = "pronunciation", 1.8


@dataclass(frozen=True, slots=True)
class Recorded:
    """One sentence of one speaker."""

    name: str
    path: Path
    speaker: str
    kind: Kind
    words: str


def read_table(folder: Path) -> list[Recorded]:
    """The recordings that can be used, by the folder's ``metadata.csv``.

    Args:
        folder: with clips and a table of the columns ``file_name``, ``text``, ``speaker``, ``age`` (years) and
            ``gender`` (m or male, f or female); ``pronunciation`` (0 to 2) is read where there is one.

    Raises:
        ManifestError: if there is no such table or nothing in it can be used, a column is missing, or a row is of
            another length, or tells of a clip that is not there, an age that is no number, another gender, or a speaker
            who is somebody else in a row before; it names file and line.
    """
    table = folder / MANIFEST
    if not table.is_file():
        raise ManifestError(f"{table} is not there; wanted a table with the columns {', '.join(COLUMNS)}.")
    with at(str(folder)):
        recordings = list(_recordings(table))
        if not recordings:
            raise ManifestError(
                f"no recording in {table.name} can be used; wanted speakers of {AGE.low[1]:.0f} years at most or "
                f"{AGE.high[0]:.0f} at least, who say sentences of {FEWEST_WORDS} words or more that name nobody."
            )
    return recordings


def _recordings(table: Path) -> Iterator[Recorded]:
    """What can be used of each row, all of which are checked."""
    kinds: dict[str, Kind] = {}
    for row in read_delimited(table):
        where, cells = f"{table.name}, {row.place}", row.cells
        missing = [column for column in COLUMNS if column not in cells]
        if missing:
            raise ManifestError(f"{table.name}: no column {', '.join(missing)}; found {', '.join(cells)}.")
        kind, path, words = _kind(row, where), table.parent / cells["file_name"], as_quoted(cells["text"])
        if not path.is_file():
            raise ManifestError(f"{where}: {path.name} is not there; wanted a clip.")
        if kind is None:
            continue
        before = kinds.setdefault(cells["speaker"], kind)
        if before != kind:
            raise ManifestError(
                f"{where}: speaker '{cells['speaker']}' is a {kind} here and a {before} before; wanted one age and "
                "gender a speaker."
            )
        if words is not None and _is_clear(row, where):
            yield Recorded(cells["file_name"], path, cells["speaker"], kind, words)


def _kind(row: Row, where: str) -> Kind | None:
    """Who speaks; None of an age between."""
    gender = _GENDERS.get(row.cells["gender"])
    if gender is None:
        raise ManifestError(f"{where}: gender is {row.cells['gender']!r}; wanted one of {', '.join(_GENDERS)}.")
    level = AGE.level_of(_number(row, "age", where, "years, such as 27"))
    return None if level is None else "child" if level == "low" else gender


def _is_clear(row: Row, where: str) -> bool:
    return PRONUNCIATION not in row.cells or _number(row, PRONUNCIATION, where, "a rating of 0 to 2") >= CLEAR


def _number(row: Row, column: str, where: str, wanted: str) -> float:
    try:
        return float(row.cells[column])
    except ValueError as error:
        raise ManifestError(f"{where}: {column} is {row.cells[column]!r}; wanted {wanted}.") from error
