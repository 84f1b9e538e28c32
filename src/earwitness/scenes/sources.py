"""Where the events of a scene come from: our own synthesis, and labelled folders of recordings.

An event is ``samples [time]``, float32 mono, trimmed to what sounds and scaled to an RMS of 1 while it sounds, so that
``compose`` alone decides how loud it is. A *unit* is one countable happening: one bark, one sneeze, one beep.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from earwitness.audio import read_audio, resample
from earwitness.errors import AudioError, ManifestError
from earwitness.scenes.sounding import SECOND_PEAK_DB, Span, envelope, is_single, sounding_spans
from earwitness.scenes.synthesis import SAMPLE_RATE, SYNTHESISED, Samples, Synthesis, at_unit_level, unknown_label

__all__ = [
    "SAMPLE_RATE",
    "SYNTHESISED",
    "Pool",
    "Recording",
    "Recordings",
    "Samples",
    "Source",
    "Synthesis",
    "at_unit_level",
    "read_folder",
]

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3"})
# Bounds of one happening in a recording, seconds: shorter is a click, longer is several of them run together.
UNIT_SECONDS = (0.08, 3.0)
# Of a label with fewer single happenings, all counted events would sound the same.
LEAST_UNITS = 3


class Source(Protocol):
    """Something that events can be drawn from, by label."""

    sample_rate: int

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can make, sorted."""

    @property
    def countable(self) -> frozenset[str]:
        """The labels of which single units can be drawn."""

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        """An event of at most so many seconds; with ``unit`` exactly one happening."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One labelled clip held in memory, with the spans in which it sounds."""

    name: str
    label: str
    samples: Samples
    spans: tuple[Span, ...]
    meta: Mapping[str, str]


class Recordings:
    """Events cut from recordings.

    Args:
        recordings: all at ``sample_rate``, each with at least one sounding span.
        sample_rate: in Hz.
        countable: labels whose spans are single happenings, such as one sneeze each.
        single: take of those spans only such as have one peak, near to the recording's loudest.
    """

    def __init__(
        self,
        recordings: Iterable[Recording],
        sample_rate: int,
        countable: Iterable[str] = (),
        *,
        single: bool = False,
    ) -> None:
        self.sample_rate = sample_rate
        self._by_label: dict[str, list[Recording]] = {}
        for recording in recordings:
            self._by_label.setdefault(recording.label, []).append(recording)
        spans = {label: self._unit_spans(label) for label in countable if label in self._by_label}
        self._units = {
            label: list(filter(self._is_clear, units)) if single else units for label, units in spans.items()
        }
        self._least = LEAST_UNITS if single else 1

    def _is_clear(self, unit: tuple[Recording, Span]) -> bool:
        recording, (start, stop) = unit
        piece = recording.samples[start:stop]
        # What is far softer than the rest may be an echo, or something else.
        loudest = envelope(recording.samples, self.sample_rate).max()
        near = envelope(piece, self.sample_rate).max() >= loudest - SECOND_PEAK_DB
        return bool(near) and is_single(piece, self.sample_rate)

    def _unit_spans(self, label: str) -> list[tuple[Recording, Span]]:
        shortest, longest = (bound * self.sample_rate for bound in UNIT_SECONDS)
        return [
            (recording, span)
            for recording in self._by_label[label]
            for span in recording.spans
            if shortest <= span[1] - span[0] <= longest
        ]

    @property
    def labels(self) -> tuple[str, ...]:
        """What was recorded, sorted."""
        return tuple(sorted(self._by_label))

    @property
    def countable(self) -> frozenset[str]:
        """The labels of which single units can be drawn."""
        return frozenset(label for label, units in self._units.items() if len(units) >= self._least)

    def of(self, label: str) -> Sequence[Recording]:
        """The recordings of this label."""
        if label not in self._by_label:
            raise unknown_label(label, self._by_label)
        return self._by_label[label]

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        """A piece of one recording that starts and ends with sound.

        Raises:
            UsageError: if there is no such label.
        """
        recordings = self.of(label)
        if unit:
            recording, span = self._units[label][rng.integers(len(self._units[label]))]
        else:
            recording = recordings[int(rng.integers(len(recordings)))]
            span = _piece(recording.spans, int(seconds * self.sample_rate), rng)
        tail = int(0.1 * self.sample_rate)
        piece = recording.samples[max(0, span[0] - tail // 4) : span[1] + tail]
        return at_unit_level(piece)


def _piece(spans: Sequence[Span], length: int, rng: np.random.Generator) -> Span:
    """Neighbouring spans that together last at most ``length``, or a random part of one that is longer."""
    first = int(rng.integers(len(spans)))
    start, stop = spans[first]
    if stop - start > length:
        start += int(rng.integers(stop - start - length))
        return start, start + length
    for _, later in spans[first + 1 :]:
        if later - start > length:
            break
        stop = later
    return start, stop


def read_folder(
    folder: str | Path,
    *,
    sample_rate: int = SAMPLE_RATE,
    keep: Callable[[Mapping[str, str]], bool] = lambda row: True,
    countable: Iterable[str] = (),
    single: bool = False,
) -> Recordings:
    """Read a folder of labelled recordings into memory.

    Labels come from ``metadata.csv`` (columns ``file_name``, ``label`` and any others) if there is one, else from the
    names of the subfolders with underscores read as blanks, else, in a flat folder, from each name up to its first
    underscore. Clips in which nothing sounds are left out.

    Args:
        folder: where the clips are.
        sample_rate: they are resampled to this, Hz.
        keep: which rows to read, told by their columns; rows made from names have ``file_name`` and ``label``.
        countable: labels whose sounding spans are single happenings.
        single: take only spans of one peak for those; see ``Recordings``.

    Raises:
        ManifestError: if the folder holds no labelled clip, or its metadata lacks a column.
        AudioError: if a clip cannot be read or breaks a limit; it names the clip's path.
    """
    root = Path(folder)
    every = _rows(root)
    rows = [row for row in every if keep(row)]
    if every and not rows:
        raise ManifestError(f"{root}: none of {len(every):,} recordings is as asked for; ask for others, or for all.")
    recordings = [recording for row in rows if (recording := _read(root, row, sample_rate))]
    if not recordings:
        raise ManifestError(
            f"{root}: no labelled clip found; wanted metadata.csv with file_name and label, one subfolder a label, "
            "or files named label_anything.wav"
        )
    return Recordings(recordings, sample_rate, countable, single=single)


def _rows(root: Path) -> list[dict[str, str]]:
    table = root / "metadata.csv"
    if not table.is_file():
        files = sorted(path for path in root.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
        return [{"file_name": path.relative_to(root).as_posix(), "label": _label(path, root)} for path in files]
    with table.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = {"file_name", "label"} - set(reader.fieldnames or ())
        if missing:
            raise ManifestError(f"{table}: no column {', '.join(sorted(missing))}; got {reader.fieldnames}")
        return list(reader)


def _label(path: Path, root: Path) -> str:
    if path.parent == root:
        return path.stem.split("_")[0]
    return path.relative_to(root).parts[0].replace("_", " ")


def _read(root: Path, row: Mapping[str, str], sample_rate: int) -> Recording | None:
    path = root / row["file_name"]
    try:
        samples = resample(read_audio(path), sample_rate).samples
    except AudioError as error:
        # Folders may hold clips of one name each; the reader's text has the name alone.
        raise AudioError(f"{path}: {error}", code=error.code) from error
    spans = tuple(sounding_spans(samples, sample_rate))
    return Recording(row["file_name"], row["label"], samples, spans, dict(row)) if spans else None


class Pool:
    """Several sources as one; a label that two of them have is drawn from either, by chance."""

    def __init__(self, sources: Sequence[Source]) -> None:
        rates = {source.sample_rate for source in sources}
        if len(rates) != 1:
            raise ValueError(f"sources must share one sample rate, got {sorted(rates)}")
        self.sample_rate = rates.pop()
        self._sources = tuple(sources)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all sources, sorted."""
        return tuple(sorted({label for source in self._sources for label in source.labels}))

    @property
    def countable(self) -> frozenset[str]:
        """The labels of which single units can be drawn."""
        return frozenset().union(*(source.countable for source in self._sources))

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        """An event of this label from one of the sources that have it."""
        having = [s for s in self._sources if label in (s.countable if unit else s.labels)]
        if not having:
            raise unknown_label(label, self.labels)
        return having[rng.integers(len(having))].draw(label, rng, seconds=seconds, unit=unit)
