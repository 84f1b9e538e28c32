"""Samples as they stand in a set's files: one folder a language, in it numbered shards of Parquet (see ``rows``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from earwitness.errors import ManifestError
from earwitness.manifest.rows import Row, at, read_parquet
from earwitness.types import Item, Language, Rubric

LANGUAGES: tuple[Language, ...] = get_args(Language)
COLUMNS = (
    "uuid", "caption", "label", "type", "subset", "rubric",
    "quartet", "clip", "negative", "edits", "items", "script",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a sample's rubric.

    Attributes:
        item: the question; spans are the caption's.
        fact: what it asks about.
        answer: what is right of the sample's clip.
        edited: whether the quartet's other clip has another answer, so that the question alone tells nothing.
    """

    item: Item
    fact: str
    answer: bool
    edited: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A clip with a caption, and all that is known of the two.

    Attributes:
        place: file and row.
        language: of the caption.
        audio: the clip's file, FLAC; None where it was not read.
        entries: of the caption's rubric.
        script: of the clip.
    """

    place: str
    uuid: str
    language: Language
    caption: str
    label: Literal["yes", "no"]
    type: str
    subset: str
    quartet: str
    clip: str
    negative: str
    edits: tuple[str, ...]
    entries: tuple[Entry, ...]
    script: Mapping[str, Any]
    audio: bytes | None = None

    @property
    def rubric(self) -> Rubric:
        """The caption's."""
        return Rubric(tuple(entry.item for entry in self.entries), self.language, "construction")


def shards(folder: Path, languages: Sequence[Language] = LANGUAGES) -> Mapping[Language, Sequence[Path]]:
    """The files of each language that has some.

    Raises:
        ManifestError: if there are none at all.
    """
    found = {language: sorted((folder / language).glob("*.parquet")) for language in languages}
    if not any(found.values()):
        raise ManifestError(
            f"{folder} holds no samples; wanted {' or '.join(f'{language}/*.parquet' for language in languages)}, as "
            "written by `earwitness scenes make --preset bench`."
        )
    return {language: files for language, files in found.items() if files}


def read_samples(folder: Path, languages: Sequence[Language] = LANGUAGES, *, clips: bool = False) -> Iterator[Sample]:
    """All samples, file by file, language by language.

    Args:
        folder: of the set.
        languages: of the captions.
        clips: whether the clips are read too; without them it is quick.

    Raises:
        ManifestError: naming file and row, if there are none or a row is not as written.
    """
    columns = (*COLUMNS, "audio") if clips else COLUMNS
    for language, files in shards(folder, languages).items():
        for file in files:
            for row in read_parquet(file, columns):
                place = f"{language}/{file.name}, {row.place}"
                with at(place):
                    yield _sample(row, language, place)


def _sample(row: Row, language: Language, place: str) -> Sample:
    cells = row.cells
    try:
        entries = [_entry(asked, told) for asked, told in zip(cells["rubric"], cells["items"], strict=True)]
        texts = {
            name: str(cells[name]) for name in ("uuid", "caption", "type", "subset", "quartet", "clip", "negative")
        }
        return Sample(
            place=place,
            language=language,
            label=cells["label"],
            edits=tuple(cells["edits"]),
            entries=tuple(entries),
            script=json.loads(cells["script"]),
            audio=cells["audio"]["bytes"] if "audio" in cells else None,
            **texts,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ManifestError(f"not a sample as written by `earwitness scenes make`: {error!r}") from error


def _entry(asked: Mapping[str, str], told: Mapping[str, Any]) -> Entry:
    span = (told["start"], told["start"] + len(asked["basis"]))
    parents = tuple(told["parents"])
    item = Item(told["id"], asked["question"], told["kind"], asked["dimension"], span, parents)
    return Entry(item, told["fact"], told["answer"], told["edited"])
