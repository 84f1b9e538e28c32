"""MusicEval, AudioMOS 2025 track 1: musical impression (MI) and textual alignment (TA) of generated music, 1 to 5.

    wav/audiomos2025-track1-S002_P044.wav
    sets/train_mos_list.txt, dev_mos_list.txt      lines wav,MI,TA without a header
    sets/eval_list.txt                             one wav a line, not rated
    prompt_info.txt, demo_prompt_info.txt          id<TAB>text

A name holds the system (S002) and the prompt (P044). For the systems whose clips are demos from the web, P044 is only a
running number: their prompts go by the whole name, in a file of their own, and no other system shares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from earwitness.errors import ManifestError
from earwitness.manifest.columns import number
from earwitness.manifest.places import absolute, locate
from earwitness.manifest.rows import at, read_lines
from earwitness.ratings.lines import Asked, Line, Rating
from earwitness.types import Pair

AXES = ("MI", "TA")
SCALE = (1.0, 5.0)
DEMO_SYSTEMS = frozenset({"S001", "S006", "S013", "S017", "S018", "S033"})
RATED_LISTS = ("train_mos_list.txt", "dev_mos_list.txt")
PROMPTS, DEMO_PROMPTS = "prompt_info.txt", "demo_prompt_info.txt"

_NAMED = re.compile(r"(?:.*-)?(?P<system>S\d+)_(?P<prompt>P\d+)")


def is_musiceval(path: Path) -> bool:
    """Whether a path is a folder of this layout or one of its lists."""
    return bool(_folder_lists(path)) if path.is_dir() else path.suffix.lower() == ".txt"


def _folder_lists(folder: Path) -> list[Path]:
    return [folder / "sets" / name for name in RATED_LISTS if (folder / "sets" / name).is_file()]


def lines(path: Path, asked: Asked) -> Iterator[Line]:
    """Lines of one list, or of the rated lists of a folder, training clips first; ``meta`` tells which list.

    Raises:
        ManifestError: naming the line that cannot be read as written.
    """
    lists = _folder_lists(path) if path.is_dir() else [path]
    if not lists:
        raise ManifestError(f"{path} has no sets/{' or sets/'.join(RATED_LISTS)}; wanted the folder of MusicEval.")
    for file in lists:
        root = absolute(file).parent
        layout = _Layout.of(root.parent if root.name == "sets" else root, asked)
        yield from layout.lines(file)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where clips lie and what their prompts say."""

    root: Path
    prompts: Mapping[str, str] | None
    demo_prompts: Mapping[str, str] | None
    allow_outside: bool

    @classmethod
    def of(cls, folder: Path, asked: Asked) -> _Layout:
        wav = absolute(asked.audio) if asked.audio else folder / "wav"
        return cls(wav, _prompts(folder / PROMPTS), _prompts(folder / DEMO_PROMPTS), asked.allow_outside)

    def lines(self, file: Path) -> Iterator[Line]:
        for count, text in enumerate(read_lines(file), start=1):
            place = f"{file.name}, line {count}"
            if text.strip():
                with at(place):
                    yield self._line(place, text.strip().split(","), file.stem)

    def _line(self, place: str, cells: list[str], listed: str) -> Line:
        if len(cells) not in (1, 1 + len(AXES)):
            raise ManifestError(f"{len(cells)} cells; wanted wav,{','.join(AXES)}, or the wav alone.")
        ratings = ((axis, number(cell.strip(), axis)) for axis, cell in zip(AXES, cells[1:], strict=False))
        return Line(
            place,
            self._pair(cells[0].strip(), listed),
            tuple(Rating(axis, value) for axis, value in ratings if value is not None),
        )

    def _pair(self, name: str, listed: str) -> Pair:
        stem = name.removesuffix(".wav")
        found = _NAMED.fullmatch(PurePosixPath(stem).name)
        if not found:
            raise ManifestError(f"{name[:80]!r} is no clip's name; wanted one like audiomos2025-track1-S002_P044.wav.")
        system, prompt = found["system"], found["prompt"]
        place = locate(f"{stem}.wav", self.root, allow_outside=self.allow_outside)
        demo = system in DEMO_SYSTEMS
        group = PurePosixPath(stem).name if demo else prompt
        return Pair(
            place.path,
            _caption(self.demo_prompts, DEMO_PROMPTS, group) if demo else _caption(self.prompts, PROMPTS, prompt),
            id=PurePosixPath(stem).name,
            system=system,
            group=group,
            meta={"audio": place.name, "list": listed},
        )


def _caption(prompts: Mapping[str, str] | None, file: str, key: str) -> str:
    """A prompt's text; empty where the file of prompts is not there."""
    if prompts is None:
        return ""
    if key not in prompts:
        raise ManifestError(f"{file} has no prompt {key!r}; wanted a line with this id, a tab and the text.")
    return prompts[key]


def _prompts(file: Path) -> Mapping[str, str] | None:
    """Texts by id, which may have the ending of a file; a first line that names the columns is none."""
    if not file.is_file():
        return None
    found: dict[str, str] = {}
    for count, line in enumerate(read_lines(file), start=1):
        key, tab, text = line.strip("\r\n").partition("\t")
        key = key.strip().removesuffix(".wav")
        if not line.strip() or (count == 1 and key.lower() == "id"):
            continue
        if not tab:
            raise ManifestError(f"{file.name}, line {count}: no tab; wanted an id, a tab and the text.")
        if key in found:
            raise ManifestError(f"{file.name}, line {count}: id {key!r} occurs twice; wanted each once.")
        found[key] = text.strip()
    return found
