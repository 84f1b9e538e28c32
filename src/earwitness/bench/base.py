"""The seam of benchmarks: files become pairs, and what a judge said of the pairs becomes measurements.

A benchmark reads a download as it was published into pairs that carry their truth with them (``ratings``, ``meta``),
and turns the records of a run into ``Measurement``s. No judge, no model and no file of the download is needed for the
second step: a run tells it all.

Every pair carries ``meta["part"]``, the part of the benchmark that it belongs to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement
from earwitness.errors import UsageError
from earwitness.types import Pair

# Where a published number was read: in the authors' code, in a summary of the paper, in a text that quotes it.
Mark = Literal["code", "summary", "second-hand"]


@dataclass(frozen=True, slots=True)
class About:
    """One line of ``earwitness list benchmarks``.

    Attributes:
        measures: what a judge is measured by, in a sentence.
        size: of the data, in words.
        licence: of the data as far as it is told; ours is not theirs to give.
        where: where a user gets it, and what to put into the folder.
        judges: which judges it is for: ``alignment``, ``ratings``, ``rubrics``.
    """

    measures: str
    size: str
    licence: str
    where: str
    judges: str = "alignment"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a benchmark that is measured by itself.

    Attributes:
        name: as on the command line, such as ``REL-test``.
        what: in words.
        size: how many ``unit``s it has as published; None if that is not told.
        unit: what is counted, such as ``pairs`` or ``clips``.
        default: whether it is judged when nothing is asked for.
    """

    name: str
    what: str
    size: int | None = None
    unit: str = "pairs"
    default: bool = True


@dataclass(frozen=True, slots=True)
class Published:
    """A number that others report; never mixed with ours.

    Attributes:
        judge: as its authors call it.
        part: of the benchmark, or what its source names if none of ours is meant.
        measure: as in ``Measurement``, such as ``LCC`` or ``accuracy``.
        value: in [-1, 1] or [0, 1], not in per cent.
        source: where it stands.
        mark: how it reached us.
    """

    judge: str
    part: str
    measure: str
    value: float
    source: str
    mark: Mark


class Pairs(Protocol):
    """Pairs that can be counted, and gone through as often as one likes."""

    def __iter__(self) -> Iterator[Pair]:
        """From the first."""

    def __len__(self) -> int:
        """How many."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a download holds.

    Attributes:
        pairs: each with an id of its own and ``meta["part"]``; a missing clip is found when it is scored, and counted.
        counts: how much there is of each part, in the part's unit.
        notes: what was left out and why, what is odd; in sentences.
    """

    pairs: Pairs
    counts: Mapping[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a download is what was published.

    Attributes:
        parts: part, units found, units published (None if not told), by part that was asked for.
        missing: clips that are named and not there, by their names in the download.
        notes: as in ``Contents``.
    """

    parts: tuple[tuple[Part, int], ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether no clip is missing and every part has as many units as published, or any where that is not told."""
        told = (found > 0 if part.size is None else found == part.size for part, found in self.parts)
        return not self.missing and all(told)


class Benchmark(ABC):
    """A benchmark; its options are keyword arguments of its class."""

    name: ClassVar[str]
    about: ClassVar[About]
    parts: ClassVar[tuple[Part, ...]]
    published: ClassVar[tuple[Published, ...]] = ()

    @abstractmethod
    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """What a download holds of these parts, in its own order.

        Raises:
            ManifestError: naming file, line, what was got and what was wanted.
        """

    @abstractmethod
    def measurements(self, said: Judgements) -> Iterable[Measurement]:
        """What is measured, from what a judge said of the pairs; parts that the run does not have are left out."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The keyword arguments that make this benchmark again, as plain JSON; a run notes them."""
        return {}

    def notes(self, said: Judgements) -> tuple[str, ...]:
        """What must be said with what is measured, in sentences."""
        return ()

    def chosen(self, names: Sequence[str]) -> tuple[Part, ...]:
        """The parts of these names, in the benchmark's order; those judged by default where none is named.

        Raises:
            UsageError: if there is no part of a name.
        """
        known = {part.name: part for part in self.parts}
        strange = [name for name in names if name not in known]
        if strange:
            raise UsageError(f"{self.name} has no part '{strange[0]}'; wanted {', '.join(known)} (--part).")
        return tuple(part for part in self.parts if (part.name in names if names else part.default))

    def check(self, data: Path, parts: Sequence[Part]) -> Check:
        """Go through a download without judging it.

        Raises:
            ManifestError: if it cannot be read as published.
        """
        contents = self.read(data, parts)
        files = {p.audio: p.meta.get("audio", str(p.audio)) for p in contents.pairs if isinstance(p.audio, str | Path)}
        missing = sorted(name for path, name in files.items() if not Path(path).is_file())
        return Check(tuple((part, contents.counts.get(part.name, 0)) for part in parts), tuple(missing), contents.notes)
