"""AnyAudio-Judge Bench's files: Parquet, one folder or prefix a language, the clip in each row or beside the tables.

    en/*.parquet, zh/*.parquet      uuid, audio {bytes, path}, caption, label (yes, no), type, subset,
    (or data/en-*.parquet)          rubric [{dimension, question, basis}]
    audios/...                      the clips, in a release whose cells hold paths and no bytes

Rows are read anew each time and clips one batch at a time: with their bytes they do not fit into memory. The audio
column is left out where only the rest is asked for. Nothing here goes through ``datasets``, whose audio cells are
decoders that raise without FFmpeg.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from earwitness.bench.sets.downloads import files_below, told_by_path
from earwitness.errors import ManifestError
from earwitness.manifest.columns import Columns
from earwitness.manifest.places import absolute
from earwitness.manifest.reading import Reading
from earwitness.manifest.rows import Row, at, read_parquet
from earwitness.rubrics.parse import WrittenItem
from earwitness.types import Language, Pair

WITHOUT_CLIPS = ("uuid", "caption", "label", "type", "subset", "rubric")
LABELS = ("yes", "no")
# Where the clips lie in a release without bytes; the folders before it are those of the machine that made the tables.
CLIPS = "audios/"

_LANGUAGE = re.compile(r"(?:.*[^A-Za-z0-9])?(en|zh)(?![A-Za-z0-9])", re.IGNORECASE)
_CELLS = Columns({"id": "uuid", "audio": "audio", "caption": "caption"}, {})


@dataclass(frozen=True, slots=True)
class Sample:
    """What a row says besides its clip.

    Attributes:
        place: file and row.
        uuid: its name.
        caption: what the clip should hold.
        label: ``yes`` if it does, ``no`` if not.
        type: how the pair was made.
        subset: where its clip is from.
        rubric: the caption's questions; some captions have none.
    """

    place: str
    uuid: str
    caption: str
    label: str
    type: str
    subset: str
    rubric: tuple[WrittenItem, ...]

    @classmethod
    def of(cls, row: Row, place: str) -> Sample:
        """That of a row.

        Raises:
            ManifestError: if the label is neither yes nor no, or the row has no name.
        """
        label, uuid = (str(row.cells[column] or "").strip() for column in ("label", "uuid"))
        if label not in LABELS:
            raise ManifestError(f"label is {label!r}; wanted yes or no.")
        if not uuid:
            raise ManifestError("uuid is empty; wanted the row's name.")
        caption, kind, subset = (str(row.cells[column] or "") for column in ("caption", "type", "subset"))
        return cls(place, uuid, caption, label, kind, subset, tuple(_asked(row.cells["rubric"])))


def _asked(cell: Any) -> Iterator[WrittenItem]:
    if not isinstance(cell, list | None):
        raise ManifestError(f"rubric is a {type(cell).__name__}; wanted a list of dimension, question and basis.")
    for item in cell or ():
        if not isinstance(item, Mapping):
            raise ManifestError(f"an item of rubric is {str(item)[:60]!r}; wanted dimension, question and basis.")
        question, basis, dimension = (str(item.get(name) or "").strip() for name in ("question", "basis", "dimension"))
        if question:
            yield WrittenItem(question, basis, dimension)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of some parts, as often as one likes.

    Attributes:
        data: the download.
        files: of each part, in order.
        sizes: rows of each part.
    """

    data: Path
    files: Mapping[str, Sequence[Path]]
    sizes: Mapping[str, int]

    def __len__(self) -> int:
        return sum(self.sizes.values())

    def __iter__(self) -> Iterator[Pair]:
        reading = Reading(absolute(self.data), "column", allow_outside=False)
        for part, files in self.files.items():
            for file in files:
                for row in read_parquet(file):
                    with at(f"{file.name}, {row.place}"):
                        yield _pair(row, part, reading)


def _pair(row: Row, part: str, reading: Reading) -> Pair:
    sample = Sample.of(row, row.place)
    clip = reading.pair(Row(row.place, {**row.cells, "audio": _near(row.cells["audio"])}), _CELLS)
    meta = {"label": sample.label, "type": sample.type, "subset": sample.subset, "n_items": len(sample.rubric)}
    name = {"audio": clip.meta["audio"]} if "audio" in clip.meta else {}
    return replace(
        clip, id=f"{part}-{sample.uuid}", language=cast("Language", part), meta={"part": part, **meta, **name}
    )


def _near(cell: Any) -> Any:
    """A cell of a path alone, as a path below the download."""
    if not isinstance(cell, Mapping) or cell.get("bytes") is not None or not isinstance(cell.get("path"), str):
        return cell
    before, found, behind = cell["path"].partition(CLIPS)
    return found + behind or before


def files_by_part(data: Path, parts: Sequence[str]) -> Mapping[str, Sequence[Path]]:
    """The Parquet files of each part that has some; a part is a language.

    Raises:
        ManifestError: if no part has any.
    """
    found: dict[str, list[Path]] = {}
    for path in files_below(data, ".parquet"):
        language = (told_by_path(path, data, _LANGUAGE) or "").lower()
        found.setdefault(language, []).append(path)
    if not any(part in found for part in parts):
        raise ManifestError(
            f"{data} holds no Parquet files of {' or '.join(parts)}; wanted them in folders of these names, such as "
            f"{parts[0]}/test-00000-of-00001.parquet."
        )
    return {part: found[part] for part in parts if part in found}


def samples(files: Sequence[Path]) -> Iterator[Sample]:
    """What the rows of a part say, without their clips.

    Raises:
        ManifestError: naming file and row, if a row is not as published or a uuid occurs twice.
    """
    places: dict[str, str] = {}
    for file in files:
        # Without the clips, which are nearly all of a file.
        for row in read_parquet(file, WITHOUT_CLIPS):
            place = f"{file.name}, {row.place}"
            with at(place):
                sample = Sample.of(row, place)
                if sample.uuid in places:
                    raise ManifestError(f"uuid {sample.uuid!r} is that of {places[sample.uuid]}; wanted each once.")
            places[sample.uuid] = place
            yield sample
