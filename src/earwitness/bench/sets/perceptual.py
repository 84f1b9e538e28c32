"""What is heard of a sound beside its name: is a bright sound told from a dark one, a fast piece from a slow one?

Nothing is downloaded: clips are rendered into the folder given, the same for one seed, or taken from it. Each clip has
one property set low or high (see ``scenes.perceptual``) and is asked about with a statement and its opposite, in
English and in Chinese; one of the two is true by construction. Clips come in twos, one low and one high, that are asked
about in the same words, so a reader without ears is at chance.

``meta`` of a pair: ``part``, ``property``, ``level`` (the clip's), ``says`` (the caption's), ``value`` with its unit in
``PROPERTIES``, ``sound``, ``label`` (1 where the caption is true) and ``kind``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from earwitness.bench.base import About, Benchmark, Contents, Part
from earwitness.bench.decisions import decided, true_captions
from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.bench.measurements import Measurement, labelled
from earwitness.bench.sets.rendered import rendered_once
from earwitness.errors import UsageError
from earwitness.manifest import read_pairs
from earwitness.scenes.perceptual import PROPERTIES, render_property
from earwitness.types import Pair

ALL = "all properties"


class Perceptual(Benchmark):
    """AUC of telling true statements from their opposites, and accuracy of choosing between the two.

    Args:
        clips: of each property, half of them low and half high.
        seed: same seed, same clips.

    Raises:
        UsageError: if the number of clips is odd or less than two.
    """

    name = "perceptual"
    about = About(
        measures="brightness, reverberation, distortion, noise, bandwidth, tempo, mode and register told low from high",
        size="as many clips as asked for, 8 properties, 4 statements a clip",
        licence="of our own making",
        where="nothing to download: clips are rendered into --data",
    )
    parts = tuple(Part(name, shown.what, unit="clips") for name, shown in PROPERTIES.items())

    def __init__(self, clips: int = 40, seed: int = 0) -> None:
        if clips < 2 or clips % 2:
            raise UsageError(f"clips is {clips}; wanted an even number, as many low as high.")
        self._clips, self._seed = clips, seed

    @property
    def options(self) -> Mapping[str, Any]:
        """How many clips, of which seed."""
        return {"clips": self._clips, "seed": self._seed}

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """The clips of these properties, rendered where they are not there yet.

        Raises:
            StoreError: if the folder cannot be written, or holds anything else.
        """
        pairs = [pair for part in parts for pair in self._of_part(data / part.name, part.name)]
        return Contents(pairs, {part.name: self._clips for part in parts})

    def _of_part(self, folder: Path, name: str) -> Iterator[Pair]:
        settings = {"property": name, **self.options}
        rendered_once(folder, settings, lambda into: render_property(into, name, clips=self._clips, seed=self._seed))
        for pair in read_pairs(folder):
            yield _named(pair, name)

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """AUC and accuracy of each property, together and by language; and of all properties together."""
        for part, of_part in said.by_part(ALL):
            for subset, some in of_part.by_language():
                yield from _told_apart(part, some, subset)


def _named(pair: Pair, part: str) -> Pair:
    """A row of the manifest as a pair of the benchmark, with an id that does not depend on the folder."""
    meta = {**pair.meta, "audio": f"{part}/{pair.meta['audio']}", "part": part, "kind": "style"}
    meta |= {"value": float(pair.meta["value"]), "label": int(pair.meta["says"] == pair.meta["level"])}
    group = f"{part}-{pair.group}"
    return replace(pair, id=f"{group}-{pair.language}-{meta['says']}", group=group, meta=meta)


def _told_apart(part: str, said: Judgements, subset: str) -> Iterator[Measurement]:
    yield from labelled(said, part, is_true, subset=subset)
    if ALIGNMENT in said.axes:
        decisions = true_captions(said, is_true, lambda judged: str(judged.group))
        yield decided(part, "statement or opposite", decisions, subset=subset, unit="choices")


def is_true(judged: Judged) -> bool:
    """Whether the caption is true of the clip."""
    return bool(judged.meta["label"])
