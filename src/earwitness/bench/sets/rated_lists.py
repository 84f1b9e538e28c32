"""Benchmarks that are lists of rated clips, one a part, in a form that ``read_ratings`` knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from earwitness.bench.base import Benchmark, Contents, Part
from earwitness.errors import ManifestError
from earwitness.ratings import read_ratings
from earwitness.types import Pair


def pairs_of(source: Path, part: str, **reading: Any) -> list[Pair]:
    """The clips of a list as pairs of one part, each caption a group of its own where no group is told.

    Raises:
        ManifestError: if it cannot be read as written.
    """
    found = read_ratings(source, **reading).pairs
    return [replace(pair, group=pair.group or pair.caption or None, meta={**pair.meta, "part": part}) for pair in found]


class RatedLists(Benchmark):
    """Base of such benchmarks.

    Args:
        audio: the folder that the clips' paths start from, where it is not the benchmark's own.
    """

    form: ClassVar[str]
    lists: ClassVar[Mapping[str, str]]

    def __init__(self, audio: str | Path | None = None) -> None:
        self._audio = audio

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """The clips of the parts' lists.

        Raises:
            ManifestError: if a list is not there, or cannot be read as published.
        """
        files = {part.name: data / self.lists[part.name] for part in parts}
        missing = [file for file in files.values() if not file.is_file()]
        if missing:
            raise ManifestError(
                f"{data} has no {missing[0].relative_to(data)}; wanted a download of {self.name}: {self.about.where}"
            )
        pairs = {part: pairs_of(file, part, form=self.form, audio=self._audio) for part, file in files.items()}
        together = [pair for of_part in pairs.values() for pair in of_part]
        return Contents(together, {part: len(of_part) for part, of_part in pairs.items()})
