"""BRACE's files: comparisons of two captions of a clip, and which of them is better.

    benchmark/AudioCaps/metadata.json, audio/                  Main: [{"file_name", "references", "Human-Human":
    benchmark/Clotho/metadata.json, audio/                     [caption_0, caption_1, type_0, type_1, [1, 1, -1]],
                                                               "Human-Machine_1": [...], ...}]
    benchmark_hallucination/AudioCaps/metadata.json, audio/    [{"file_name", "caption_1": [caption_0, caption_1,
    benchmark_hallucination/Clotho/metadata.json, audio/       "human", "hallucination", {"references": []}], ...}]

Files of the authors' code, such as ``AudioCaps_Main_v2.json``, are read as well. What a file is, is told by what it
holds; of which clips, by its path. A vote of 1 is for caption_0, of -1 for caption_1, 0 for neither; where no people
voted, the caption of type ``human`` is the better one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from earwitness.bench.sets.downloads import files_below, is_json_list, read_entries, told_by_path
from earwitness.errors import ManifestError
from earwitness.manifest.places import absolute, locate
from earwitness.manifest.rows import Row, at
from earwitness.types import Pair

CLIPS = ("AudioCaps", "Clotho")
MAIN, HALLUCINATION = "Main", "Hallucination"
KINDS: Mapping[str, str] = {"hh": "Human-Human", "hm": "Human-Machine", "mm": "Machine-Machine"}
# The authors' code measures comparisons whose votes sum up to this much, whichever way.
CLEAR = 2
Side = Literal[0, 1]

_CLIPS = re.compile(rf".*?({'|'.join(CLIPS)})", re.IGNORECASE)
_KIND = re.compile(r"(h|m)(?:uman|achine)?-?(h|m)(?:uman|achine)?_?\d*", re.IGNORECASE)
_ALTERED = re.compile(r"caption_\d+")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two captions of a clip, one of which is better.

    Attributes:
        id: the part, the number of the entry in its file, and the key in the entry.
        better: which one.
        kind: who wrote them, of ``KINDS``; empty where one was altered.
        votes: those for the first less those for the second; None where no people voted.
    """

    id: str
    better: Side
    kind: str
    votes: int | None

    @property
    def clear(self) -> bool:
        """Whether more than a single vote decides."""
        return self.votes is None or abs(self.votes) >= CLEAR


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparisons of one part.

    Attributes:
        part: its name.
        root: the folder of its clips.
        comparisons: each with its clip's file and its two captions.
        even: how many are left out because their votes are even.
    """

    part: str
    root: Path
    comparisons: Sequence[tuple[Comparison, str, tuple[str, str]]]
    even: int

    def pairs(self) -> Iterator[Pair]:
        """Each clip with each of its captions once, and the comparisons in which that caption stands."""
        stands: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for comparison, clip, captions in self.comparisons:
            for side, caption in enumerate(captions):
                stands[clip, caption].append({**asdict(comparison), "side": side})
        for (clip, caption), comparisons in stands.items():
            with at(f"{self.part}, file_name"):
                place = locate(clip, self.root, allow_outside=None)
            meta = {"part": self.part, "comparisons": comparisons, "audio": place.name}
            name = f"{self.part}/{Pair(place.name, caption).id}"
            yield Pair(place.path, caption, id=name, group=f"{self.part}/{clip}", meta=meta)


def files_by_part(data: Path) -> Mapping[str, Path]:
    """The file of each part, such as ``Clotho-Main``; what else lies there is passed over.

    Raises:
        ManifestError: if a part has several.
    """
    found: dict[str, Path] = {}
    for path in files_below(data, ".json"):
        clips = told_by_path(path, data, _CLIPS)
        kind = _kind_of(path) if clips else None
        if not clips or not kind:
            continue
        part = f"{next(name for name in CLIPS if name.lower() == clips.lower())}-{kind}"
        if part in found:
            raise ManifestError(f"{found[part]} and {path} are both {part}; wanted one of them.")
        found[part] = path
    return found


def _kind_of(path: Path) -> str | None:
    """Whether a file is of Main or of Hallucination, by its first entry; None for another file."""
    cells = next((row.cells for row in read_entries(path)), {}) if is_json_list(path) else {}
    if "file_name" not in cells:
        return None
    return HALLUCINATION if any(map(_ALTERED.fullmatch, cells)) else MAIN


def read_compared(file: Path, part: str) -> Compared:
    """All comparisons of a file.

    Raises:
        ManifestError: naming the entry that is not as published.
    """
    read = _altered if part.endswith(HALLUCINATION) else _voted
    found: list[tuple[Comparison, str, tuple[str, str]]] = []
    even = 0
    for number, row in enumerate(read_entries(file), start=1):
        with at(f"{file.name}, {row.place}"):
            clip = _clip(row)
            for key, value in row.cells.items():
                if key in ("file_name", "references"):
                    continue
                captions = _captions(key, value)
                comparison = read(f"{part}/{number}/{key}", key, value)
                even += comparison is None
                found += [(comparison, clip, captions)] if comparison else []
    root = absolute(file.parent)
    return Compared(part, root / "audio" if (root / "audio").is_dir() else root, found, even)


def _clip(row: Row) -> str:
    file = row.cells.get("file_name")
    if not isinstance(file, str) or not file.strip():
        raise ManifestError(f"file_name is {file!r}; wanted the name of a clip.")
    return file


def _captions(key: str, value: Any) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 5 or not all(isinstance(cell, str) for cell in value[:4]):
        raise ManifestError(f"{key} is {str(value)[:60]!r}; wanted two captions, their types, and what decides.")
    # Some altered captions begin with the line end of the model that wrote them.
    return value[0].strip(), value[1].strip()


def _voted(name: str, key: str, value: Sequence[Any]) -> Comparison | None:
    """What people chose; None if their votes are even."""
    votes = value[4]
    if not isinstance(votes, list) or any(vote not in (-1, 0, 1) for vote in votes):
        raise ManifestError(f"the votes of {key} are {str(votes)[:60]}; wanted 1, 0 or -1 each.")
    kind, total = _kind(key), int(sum(votes))
    return Comparison(name, 0 if total > 0 else 1, kind, total) if total else None


def _kind(key: str) -> str:
    found = _KIND.fullmatch(key)
    if not found:
        raise ManifestError(f"{key!r} is no kind of comparison; wanted {', '.join(KINDS.values())}, with a number.")
    return KINDS["".join(sorted(found[1].lower() + found[2].lower()))]


def _altered(name: str, key: str, value: Sequence[Any]) -> Comparison:
    if not _ALTERED.fullmatch(key) or sorted(value[2:4]) != ["hallucination", "human"]:
        raise ManifestError(f"{key} is of types {value[2]!r} and {value[3]!r}; wanted 'human' and 'hallucination'.")
    return Comparison(name, 0 if value[2] == "human" else 1, "", None)
