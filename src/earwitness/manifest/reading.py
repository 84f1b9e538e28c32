"""One row into one pair.

The id is the row's ``id`` cell, or made of the clip's path relative to the manifest and the caption, so that it is the
same on every machine and does not change when rows are shuffled, limited or sharded. Times are in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast

from earwitness.errors import ManifestError
from earwitness.manifest import columns as cells_of
from earwitness.manifest.columns import Columns
from earwitness.manifest.places import locate
from earwitness.manifest.rows import MAX_FIELD, Row, read_lines
from earwitness.types import Language, Pair

CaptionFrom = Literal["auto", "column", "folder", "txt"]

CAPTIONS: Mapping[CaptionFrom, str] = {
    "folder": "name of the clip's folder, underscores as blanks",
    "txt": ".txt file of the clip's name beside it",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of a source are read.

    Attributes:
        root: the folder that its clips must not leave.
        caption_from: ``column``, ``folder`` or ``txt``.
        allow_outside: whether they may leave it all the same.
    """

    root: Path
    caption_from: CaptionFrom
    allow_outside: bool

    def pair(self, row: Row, columns: Columns) -> Pair:
        """The pair of a row.

        Raises:
            ManifestError: if a cell is not what its column is for.
        """
        clip, name = self._clip(row, columns)
        caption = self._caption(row, columns, clip)
        segment = _segment(row, columns)
        return Pair(
            clip,
            caption,
            id=_text(row, columns, "id") or _id(clip, name, caption, segment),
            system=_text(row, columns, "system") or None,
            group=_text(row, columns, "group") or None,
            language=_language(_text(row, columns, "language")),
            ratings=_ratings(row, columns),
            meta={**columns.rest(row.cells), **({"audio": name} if name else {}), **segment},
        )

    def _clip(self, row: Row, columns: Columns) -> tuple[Path | bytes, str]:
        """The clip and its name: a path relative to the root, or what the bytes are said to be called."""
        cell, name = columns.value(row.cells, "audio"), ""
        if isinstance(cell, Mapping) and ("bytes" in cell or "path" in cell):
            # The folders are those of the machine that made the table.
            name = PurePosixPath(str(cell.get("path") or "")).name
            held, cell = cell.get("bytes"), cell.get("path")
            if held is not None and not isinstance(held, bytes):
                raise ManifestError(f"audio's bytes are a {type(held).__name__}; wanted bytes, as Parquet holds them.")
            cell = cell if held is None else held
        if isinstance(cell, bytes):
            return cell, name
        if not isinstance(cell, str) or not cell.strip():
            raise ManifestError(f"audio is {_shown(cell)}; wanted a path, bytes, or {{bytes, path}}.")
        place = locate(cell, self.root, allow_outside=self.allow_outside)
        return place.path, place.name

    def _caption(self, row: Row, columns: Columns, clip: Path | bytes) -> str:
        if self.caption_from == "column":
            return _text(row, columns, "caption")
        if isinstance(clip, bytes):
            raise ManifestError(f"a clip given as bytes has no {self.caption_from} beside it; wanted a caption column.")
        if self.caption_from == "folder":
            return clip.parent.name.replace("_", " ")
        beside = locate(str(clip.with_suffix(".txt")), self.root, allow_outside=self.allow_outside).path
        return _read_caption(beside) if beside.is_file() else ""


def _segment(row: Row, columns: Columns) -> dict[str, float]:
    """``start_time`` and ``end_time`` where the row names a part of its file: audiobox' way, or NeMo's.

    A start without an end is none: AudioCaps' tells where the clip was in the film that it was cut from.
    """
    start, end, offset, duration = (
        cells_of.number(columns.value(row.cells, field), field)
        for field in ("start_time", "end_time", "offset", "duration")
    )
    if start is None and end is None and offset is not None and duration is not None:
        start, end = offset, offset + duration
    if start is None or end is None:
        return {}
    if not 0 <= start < end:
        raise ManifestError(f"the segment is {start:g} to {end:g} s; wanted 0 <= start < end.")
    return {"start_time": start, "end_time": end}


def _language(text: str) -> Language | None:
    """``en`` or ``zh``, of tags such as ``en-GB`` too; None to tell it by script."""
    tag = text.lower().replace("_", "-").partition("-")[0]
    if tag not in ("", "en", "zh"):
        raise ManifestError(f"language is {text!r}; wanted en, zh, or nothing to tell it by the caption's script.")
    return cast("Language", tag) if tag else None


def _ratings(row: Row, columns: Columns) -> dict[str, float]:
    read = {axis: cells_of.number(row.cells.get(column), column) for axis, column in columns.ratings.items()}
    return {axis: rating for axis, rating in read.items() if rating is not None}


def _read_caption(path: Path) -> str:
    size = path.stat().st_size
    if size > MAX_FIELD:
        raise ManifestError(f"{path.name} has {size:,} bytes; wanted a caption of at most {MAX_FIELD:,}.")
    return "".join(read_lines(path)).strip()


def _text(row: Row, columns: Columns, field: str) -> str:
    return cells_of.text(columns.value(row.cells, field), field)


def _id(clip: Path | bytes, name: str, caption: str, segment: Mapping[str, float]) -> str:
    """An id of the clip's name, or its bytes, the caption, and the segment, which is a clip of its own."""
    what = "\0".join((caption, *map(repr, segment.values())))
    if isinstance(clip, Path):
        return Pair(name, what).id
    hashed = Pair(clip, what).id
    return PurePosixPath(name).stem + hashed.removeprefix("audio") if name else hashed


def _shown(cell: Any) -> str:
    return repr(cell)[:60] if isinstance(cell, str | None) else f"a {type(cell).__name__}"
