"""Scenes whose truth is known by construction: is a caption told from one that is not true, by kind and language?

Nothing is downloaded: scenes are rendered into the folder given, the same for one seed, or taken from it. A caption is
drawn by comparing a scene with a copy changed in one aspect, so that a reader without ears is at chance (see
``scenes.captions``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, cast, get_args

from earwitness.bench.base import About, Benchmark, Contents, Part
from earwitness.bench.decisions import EVEN, called, decided
from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.bench.measurements import Measurement, labelled
from earwitness.bench.sets.rendered import rendered_once
from earwitness.manifest import read_pairs
from earwitness.scenes.captions import FactKind
from earwitness.scenes.compose import Composer
from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.render import Captioned, captioned_scenes, render
from earwitness.scenes.sources import Source, Synthesis, read_folder
from earwitness.types import Pair

WHAT: Mapping[FactKind, str] = {
    "presence": "a sound is heard",
    "absence": "a sound is not heard",
    "both": "two sounds are heard",
    "order": "one sound comes before another",
    "overlap": "two sounds are heard at once",
    "count": "a sound happens so many times",
    "first": "a sound comes first",
    "last": "a sound comes last",
    "story": "all sounds, in order",
}


class Scenes(Benchmark):
    """AUC and accuracy of telling true captions from false ones.

    Args:
        clips: scenes of each kind; half of the captions are true, half English.
        seed: same seed, same scenes.
        recordings: a folder of labelled recordings to make the scenes of, as ``scenes.sources.read_folder`` reads it;
            synthesised sounds when None.
        where: take only the recordings whose metadata has these values.
    """

    name = "scenes"
    about = About(
        measures="true captions told from false ones by kind (presence, order, count, ...) and language",
        size="as many scenes as asked for, 9 kinds",
        licence="of our own making; with --recordings, that of the recordings",
        where="nothing to download: scenes are rendered into --data",
    )
    parts = tuple(Part(kind, WHAT[kind], unit="clips") for kind in get_args(FactKind))

    def __init__(
        self,
        clips: int = 40,
        seed: int = 0,
        recordings: str | Path | None = None,
        where: Mapping[str, str] | None = None,
    ) -> None:
        self._clips, self._seed = clips, seed
        self._recordings, self._where = recordings, where or {}

    @property
    def options(self) -> Mapping[str, Any]:
        """What the scenes are made of; recordings by the name of their folder."""
        told = {"clips": self._clips, "seed": self._seed}
        if self._recordings is None:
            return told
        return {**told, "recordings": Path(self._recordings).name, "where": dict(self._where)}

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """The scenes of these kinds, rendered where they are not there yet.

        Raises:
            StoreError: if the folder cannot be written, or holds anything else.
            ManifestError: if the recordings cannot be read.
        """
        pairs = [pair for part in parts for pair in self._of_kind(data / part.name, part.name)]
        return Contents(pairs, {part.name: self._clips for part in parts})

    def _of_kind(self, folder: Path, kind: str) -> Iterator[Pair]:
        scenes = self._scenes(cast("FactKind", kind))
        rendered_once(folder, {**self.options, "kind": kind}, lambda into: render(into, islice(scenes, self._clips)))
        for pair in read_pairs(folder):
            name = f"{kind}/{pair.meta['audio']}"
            yield replace(pair, id=f"{kind}-{pair.id}", meta={**pair.meta, "audio": name, "part": kind})

    def _scenes(self, kind: FactKind) -> Iterator[Captioned]:
        source = self._source()
        prior = PlanPrior(dict.fromkeys(source.labels, 1.0), source.countable)
        # Kinds are told apart by their seeds too, or all would be about the same scenes.
        seed = self._seed * len(WHAT) + list(WHAT).index(kind)
        return captioned_scenes(Composer(source), prior, seed=seed, kinds=(kind,))

    def _source(self) -> Source:
        if self._recordings is None:
            return Synthesis()
        countable = [label for label, words in LEXICON.items() if words["en"].counted]
        return read_folder(
            self._recordings,
            keep=lambda row: all(row.get(column) == value for column, value in self._where.items()),
            countable=countable,
        )

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """AUC and accuracy of each kind, together and by language; and of all kinds together."""
        for part, of_part in said.by_part("all kinds"):
            for subset, some in of_part.by_language():
                yield from _told_apart(part, some, subset)


def _told_apart(part: str, said: Judgements, subset: str) -> Iterator[Measurement]:
    yield from labelled(said, part, matches, subset=subset)
    if ALIGNMENT in said.axes:
        decisions = (called(judged, EVEN, matches) for judged in said)
        yield decided(part, f"label at {EVEN:g}", decisions, subset=subset)


def matches(judged: Judged) -> bool:
    """Whether a scene's caption is true of it."""
    return judged.meta["matches"] in (1, "1")
