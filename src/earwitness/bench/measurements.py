"""What a figure is computed from: scores held against truths, unit by unit.

A ``Measurement`` keeps the units themselves, so that one run gives a figure with its interval and two runs give a
paired test. ``scores``, ``truths`` and ``ids`` are ``[unit]``, all of units with a score; ``n_total`` counts the others
as well. What a unit is depends on what is measured:

* ``LCC``, ``SRCC``, ``KTAU``, ``MSE``: a pair; its score and its mean rating, or at system level the same of clips
  whose systems are in ``clusters``;
* ``AUC``: a pair; its score and its label, 1 for a match;
* ``accuracy``: a decision, such as which of two captions is the better one: ``scores`` are 1 where it was right, 0
  where wrong, 1/2 where a tie was settled by lot, and ``truths`` are 1;
* ``F1``: a decision between 1 and 0: what was said and what is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.metrics.correlation import Level

MeasureKind = Literal["LCC", "SRCC", "KTAU", "MSE", "AUC", "accuracy", "F1"]
Scale = tuple[float, float]
# What may be alike has one name.
Cluster = Callable[[Judged], str]
BY_CLIP: Cluster = attrgetter("clip")
CORRELATIONS: tuple[MeasureKind, ...] = ("LCC", "SRCC", "KTAU")


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """Scores and truths of one part, ready to be measured.

    Attributes:
        part: of the benchmark.
        of: what the scores are held against: an axis of ratings, ``label``, or what is decided.
        measure: by which measure.
        ids: what tells units apart, the same in every run.
        scores: see the module.
        truths: see the module.
        n_total: units that the part has, scored or not.
        clusters: units of one cluster may be alike, such as those of one clip or one caption; at system level, the
            system of each clip. None where every unit stands for itself.
        level: whether it is measured over units or over systems' means.
        subset: of the part, such as a system, a language or a kind.
        unit: what is counted, in words.
        ties: decisions that the scores left open, where that is told.
        note: what else to know of it, such as a threshold that was fitted.
    """

    part: str
    of: str
    measure: MeasureKind
    ids: tuple[str, ...]
    scores: NDArray[np.float64]
    truths: NDArray[np.float64]
    n_total: int
    clusters: tuple[str, ...] | None = None
    level: Level = "clip"
    subset: str = "all"
    unit: str = "pairs"
    ties: int | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What tells the measurements of one run apart."""
        return self.part, self.subset, self.of, self.measure, self.level


def rated(
    said: Judgements,
    part: str,
    rating: str,
    *,
    scale: Scale | None = None,
    subset: str = "all",
    levels: Sequence[Level] = ("clip",),
    alignment: bool = True,
) -> Iterator[Measurement]:
    """LCC, SRCC, KTAU and, where the raters' scale is told, MSE of a judge's axis with an axis of mean ratings.

    For MSE the judge's scale is stretched onto the raters', lowest to lowest and highest to highest; a judge without
    such ends has none. At system level clips without a system are left out, and counted in ``n_total``.

    Args:
        said: of one part, or a subset of it.
        part: its name.
        rating: the axis of ratings; clips without a rating of it are not measured.
        scale: lowest and highest rating.
        subset: what was chosen of the part.
        levels: at which to measure.
        alignment: whether a judge's alignment may be held against this axis.
    """
    axis = said.axis_for(rating, alignment=alignment)
    if axis is None:
        return
    known = [judged for judged in said if rating in judged.ratings]
    for level in levels:
        told = [j for j in known if axis in j.values and (level == "clip" or j.system is not None)]
        clusters = tuple(str(j.system) for j in told) if level == "system" else clips_of(told)
        scores = np.array([j.values[axis] for j in told])
        truths = np.array([j.ratings[rating] for j in told])
        stretched = stretch(scores, said.axes[axis], scale) if scale else None
        measures: list[tuple[MeasureKind, NDArray[np.float64]]] = [(name, scores) for name in CORRELATIONS]
        if stretched is not None:
            measures.append(("MSE", stretched))
        for measure, values in measures:
            ids = tuple(j.id for j in told)
            yield Measurement(part, rating, measure, ids, values, truths, len(known), clusters, level, subset)


def stretch(scores: NDArray[np.float64], ends: Scale, scale: Scale) -> NDArray[np.float64] | None:
    """A judge's scores on the raters' scale; None where the judge's has no finite ends.

    Example:
        >>> stretch(np.array([0.0, 0.5]), (0.0, 1.0), (0.0, 10.0)).tolist()
        [0.0, 5.0]
    """
    width = ends[1] - ends[0]
    if not np.isfinite(width) or width <= 0:
        return None
    return scale[0] + (scores - ends[0]) / width * (scale[1] - scale[0])


def labelled(
    said: Judgements,
    part: str,
    match: Callable[[Judged], bool],
    *,
    of: str = "label",
    subset: str = "all",
    axis: str = ALIGNMENT,
    cluster: Cluster = BY_CLIP,
    unit: str = "pairs",
) -> Iterator[Measurement]:
    """AUC of telling the pairs that match from those that do not.

    Args:
        said: of one part, or a subset of it.
        part: its name.
        match: whether people say that a pair matches.
        of: what the label is called.
        subset: what was chosen of the part.
        axis: the judge's.
        cluster: what may be alike.
        unit: what is counted.
    """
    told = [judged for judged in said if axis in judged.values]
    if axis not in said.axes:
        return
    scores, truths = np.array([j.values[axis] for j in told]), np.array([float(match(j)) for j in told])
    ids, clusters = tuple(j.id for j in told), shared(map(cluster, told))
    yield Measurement(part, of, "AUC", ids, scores, truths, len(said), clusters, subset=subset, unit=unit)


def clips_of(judged: Sequence[Judged]) -> tuple[str, ...] | None:
    """The clip of each pair, where some clip has several; None where each has its own."""
    return shared(map(BY_CLIP, judged))


def shared(names: Iterable[str]) -> tuple[str, ...] | None:
    """The cluster of each unit, where some cluster has several; None where every unit stands for itself."""
    clusters = tuple(names)
    return None if len(set(clusters)) == len(clusters) else clusters
