"""Clips of a set with what was measured of them, and a choice of clips that has all kinds in it.

A choice takes one of each kind in turn, by chance within a kind, so that a small one has every kind that there is.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from earwitness.audio import read_audio
from earwitness.scenes.dataset.stored import Sample, read_samples, shards
from earwitness.scenes.recovery.agreement import agreement
from earwitness.scenes.recovery.readings import Reading
from earwitness.scenes.synthesis import Samples


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredClip:
    """A clip that was measured.

    Attributes:
        name: in the set.
        subset: that it belongs to.
        audio: its file, FLAC.
        samples: float32 mono ``[time]``.
        sample_rate: Hz.
        script: of the clip.
        readings: what the script says beside what was measured.
    """

    name: str
    subset: str
    audio: bytes
    samples: Samples
    sample_rate: int
    script: Mapping[str, Any]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredQuartet:
    """A quartet whose clips were measured.

    Attributes:
        samples: its samples, in one language or several.
        clips: its clips, by their names.
    """

    samples: tuple[Sample, ...]
    clips: Mapping[str, MeasuredClip]


def measured(sample: Sample) -> MeasuredClip:
    """Measure the clip of a sample that was read with its clip.

    Raises:
        AudioError: if the clip cannot be read.
    """
    assert sample.audio is not None
    audio = read_audio(sample.audio)
    readings = agreement(sample.script, audio.samples, audio.sample_rate)
    return MeasuredClip(
        sample.clip, sample.subset, sample.audio, audio.samples, audio.sample_rate, sample.script, tuple(readings)
    )


def choose_clips(folder: Path, n: int, seed: int = 0) -> list[str]:
    """Names of so many clips, as many of each subset as there are; fewer only where there are not so many.

    Raises:
        ManifestError: if the folder holds no samples, or a row is not as written.
    """
    return _one_of_each_in_turn({sample.clip: sample.subset for sample in _first_language(folder)}, n, seed)


def choose_quartets(folder: Path, n: int, seed: int = 0) -> list[str]:
    """Names of so many quartets, as many of each subset and kind of negatives as there are.

    Raises:
        ManifestError: if the folder holds no samples, or a row is not as written.
    """
    kinds = {sample.quartet: (sample.subset, sample.negative) for sample in _first_language(folder)}
    return _one_of_each_in_turn(kinds, n, seed)


def measured_clips(folder: Path, names: Collection[str]) -> Iterator[MeasuredClip]:
    """These clips of a set, measured, in the order in which they stand there.

    Raises:
        ManifestError: if the folder holds no samples, or a row is not as written.
        AudioError: if a clip cannot be read.
    """
    # A clip stands in the files twice, once with each caption.
    left = set(names)
    for sample in _first_language(folder, clips=True):
        if sample.clip in left:
            left.remove(sample.clip)
            yield measured(sample)
            if not left:
                return


def measured_quartets(folder: Path, names: Collection[str]) -> list[MeasuredQuartet]:
    """These quartets of a set, in the order of the names, in all its languages.

    Raises:
        ManifestError: if the folder holds no samples, or a row is not as written.
        AudioError: if a clip cannot be read.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for sample in read_samples(folder):
        if sample.quartet in samples:
            samples[sample.quartet].append(sample)
    wanted = {sample.clip for own in samples.values() for sample in own}
    clips = {clip.name: clip for clip in measured_clips(folder, wanted)}
    return [
        MeasuredQuartet(tuple(own), {name: clips[name] for name in sorted({sample.clip for sample in own})})
        for own in samples.values()
    ]


def _first_language(folder: Path, *, clips: bool = False) -> Iterator[Sample]:
    """All clips: each language has the same ones."""
    return read_samples(folder, tuple(shards(folder))[:1], clips=clips)


def _one_of_each_in_turn(kinds: Mapping[str, Hashable], n: int, seed: int) -> list[str]:
    """So many names, one of each kind in turn.

    Example:
        >>> sorted(_one_of_each_in_turn({"a": 1, "b": 1, "c": 1, "d": 2, "e": 3}, 3, seed=0))[1:]
        ['d', 'e']
    """
    of_kind: dict[Hashable, list[str]] = {}
    for name, kind in kinds.items():
        of_kind.setdefault(kind, []).append(name)
    rng = random.Random(seed)
    shuffled: Iterable[list[str]] = [rng.sample(names, len(names)) for names in of_kind.values()]
    rounds = zip_longest(*shuffled)
    return list(islice((name for name in chain.from_iterable(rounds) if name is not None), n))
