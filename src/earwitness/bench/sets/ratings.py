"""Any manifest with ratings: how a judge is tried on a domain of one's own.

Each axis of ratings is held against the judge's axis of that name, or against its alignment: correlations over all
clips, over systems' means, and by domain, system and language; and, where clips share a caption, how often the judge
prefers the clip that people prefer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from earwitness.bench.base import About, Benchmark, Contents, Part
from earwitness.bench.decisions import preferences
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.measurements import Measurement, rated
from earwitness.bench.sets.rated_lists import pairs_of
from earwitness.errors import ManifestError, UsageError
from earwitness.metrics.correlation import Level
from earwitness.metrics.uncertainty import MIN_CLUSTERS
from earwitness.ratings import read_scale

PART = "rated"
# A correlation over fewer clips or systems has no interval.
FEWEST = MIN_CLUSTERS


class Ratings(Benchmark):
    """A manifest with ratings, in any form that ``read_ratings`` knows.

    Args:
        form: as in ``read_ratings``.
        scale: lowest and highest rating, such as ``1-5``, for the mean squared error; without it there is none.
        columns: columns by field.
        audio: the folder that clips' paths start from.
        domain: a column that tells domains apart, such as speech and music.
        allow_outside_root: accept clips outside the manifest's folder.
    """

    name = "ratings"
    about = About(
        measures="correlations with people's ratings by axis, domain, system, language; same-caption preferences",
        size="your own",
        licence="your own",
        where="a manifest with ratings: columns rating_AXIS or mos, clip, caption; one or many lines a clip",
        judges="alignment, ratings",
    )
    parts = (Part(PART, "all rated clips", unit="clips"),)

    def __init__(
        self,
        form: str = "auto",
        scale: str | None = None,
        columns: Mapping[str, str] | None = None,
        audio: str | Path | None = None,
        domain: str | None = None,
        allow_outside_root: bool = False,
    ) -> None:
        self._reading = {
            "form": form,
            "scale": scale,
            "columns": columns,
            "audio": audio,
            "allow_outside_root": allow_outside_root,
        }
        if domain == "part":
            raise UsageError("a column of domains cannot be called 'part', as benchmarks have parts; rename it.")
        self._domain = domain
        self._scale = scale

    @property
    def options(self) -> Mapping[str, Any]:
        """What measuring a run needs to know: the scale and the domain's column."""
        told = {"scale": self._scale, "domain": self._domain}
        return {name: value for name, value in told.items() if value is not None}

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """The rated clips.

        Raises:
            ManifestError: if the manifest cannot be read as written, or has no such column of domains.
        """
        pairs = pairs_of(data, PART, **self._reading)
        lacking = [pair for pair in pairs if self._domain and self._domain not in pair.meta]
        if lacking:
            raise ManifestError(
                f"{data.name}: '{lacking[0].id}' has no '{self._domain}'; wanted the column of its domain. Its other "
                f"columns are {', '.join(lacking[0].meta)}."
            )
        return Contents(pairs, {PART: len(pairs)})

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Each axis of ratings over all clips and over systems, by domain, system and language, and preferences."""
        scale = read_scale(self._scale) if self._scale else None
        systems = len({judged.system for judged in said if judged.system})
        for axis in sorted({axis for judged in said for axis in judged.ratings}):
            levels: tuple[Level, ...] = ("clip", "system") if systems >= FEWEST else ("clip",)
            yield from rated(said, PART, axis, scale=scale, levels=levels)
            for subset, judged in self._subsets(said, axis):
                yield from rated(said.only(judged), PART, axis, scale=scale, subset=subset)
            # A plain run over rated pairs names no groups.
            by_caption = said.only(replace(judged, group=judged.group or judged.caption or None) for judged in said)
            preferred = preferences(by_caption, PART, axis)
            if preferred is not None and preferred.n_total:
                yield preferred

    def _subsets(self, said: Judgements, axis: str) -> Iterator[tuple[str, list[Judged]]]:
        """Clips by each thing that tells them apart; what is the same of all, or of too few, is no subset."""
        known = [judged for judged in said if axis in judged.ratings]
        kinds: Mapping[str, Callable[[Judged], str | None]] = {
            "domain": lambda judged: judged.meta.get(self._domain) if self._domain else None,
            "system": lambda judged: judged.system,
            "language": lambda judged: judged.language if judged.caption else None,
        }
        for kind, of in kinds.items():
            names = sorted({str(of(judged)) for judged in known if of(judged) is not None})
            for name in names if len(names) > 1 else ():
                members = [judged for judged in known if str(of(judged)) == name]
                if len(members) >= FEWEST:
                    yield f"{kind} {name}", members
