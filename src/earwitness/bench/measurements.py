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

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.metrics.correlation import Level

MeasureKind = Literal["LCC", "SRCC", "KTAU", "MSE", "AUC", "accuracy", "F1"]
Scale = tuple[float, float]
# Pairs grow with the square of a caption's clips: of so many there are 19,900.
MOST_ALIKE = 200
# P(yes) from which a judge says of its own accord that a clip matches.
EVEN = 0.5
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


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice that a judge made.

    Attributes:
        id: the same in every run.
        right: 1 if right, 0 if wrong, 1/2 where a tie is settled by lot; None where a score is missing.
        cluster: decisions of one cluster may be alike.
        tied: whether the scores left it open.
    """

    id: str
    right: float | None
    cluster: str
    tied: bool = False


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
) -> Iterator[Measurement]:
    """AUC of telling the pairs that match from those that do not.

    Args:
        said: of one part, or a subset of it.
        part: its name.
        match: whether people say that a pair matches.
        of: what the label is called.
        subset: what was chosen of the part.
        axis: the judge's.
    """
    told = [judged for judged in said if axis in judged.values]
    if axis not in said.axes:
        return
    scores, truths = np.array([j.values[axis] for j in told]), np.array([float(match(j)) for j in told])
    ids = tuple(j.id for j in told)
    yield Measurement(part, of, "AUC", ids, scores, truths, len(said), clips_of(told), subset=subset)


def clips_of(judged: Sequence[Judged]) -> tuple[str, ...] | None:
    """The clip of each pair, where some clip has several; None where each has its own."""
    clips = tuple(j.clip for j in judged)
    return None if len(set(clips)) == len(clips) else clips


def decided(
    part: str, of: str, decisions: Iterable[Decision], *, subset: str = "all", unit: str = "pairs", note: str = ""
) -> Measurement:
    """Accuracy of decisions; those without a score are counted and not measured."""
    every = list(decisions)
    told = [one for one in every if one.right is not None]
    clusters = tuple(one.cluster for one in told)
    return Measurement(
        part,
        of,
        "accuracy",
        tuple(one.id for one in told),
        np.array([one.right for one in told], np.float64),
        np.ones(len(told)),
        len(every),
        None if len(set(clusters)) == len(clusters) else clusters,
        subset=subset,
        unit=unit,
        ties=sum(one.tied for one in told),
        note=note,
    )


def called(judged: Judged, threshold: float, match: Callable[[Judged], bool]) -> Decision:
    """Whether a pair is rightly called a match, or none, by a score of at least a threshold."""
    score = judged.values.get(ALIGNMENT)
    right = None if score is None else float((score >= threshold) == match(judged))
    return Decision(judged.id, right, judged.clip)


def choose(first: float | None, second: float | None, better: Literal[0, 1]) -> tuple[float | None, bool]:
    """Whether two scores choose the better of two, and whether they tie; a tie is settled by lot.

    Example:
        >>> choose(0.4, 0.7, 1), choose(0.4, 0.4, 1), choose(None, 0.4, 1)
        ((1.0, False), (0.5, True), (None, False))
    """
    if first is None or second is None:
        return None, False
    if first == second:
        return 0.5, True
    return float((second > first) == bool(better)), False


def preferences(
    said: Judgements, part: str, rating: str, *, of: str | None = None, subset: str = "all", alignment: bool = True
) -> Measurement | None:
    """Accuracy on pairs of clips with one caption (one ``group``) that raters did not tie; captions are clusters.

    Args:
        said: of one part, or a subset of it; pairs without a group are not compared.
        part: its name.
        rating: the axis of ratings that tells the better clip.
        of: what is decided; the axis of ratings and ``pair`` by default.
        subset: what was chosen of the part.
        alignment: whether a judge's alignment may be held against this axis.

    Returns:
        The measurement; None if the judge says nothing of the axis.
    """
    axis = said.axis_for(rating, alignment=alignment)
    if axis is None:
        return None
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for judged in said:
        if judged.group is not None and rating in judged.ratings:
            groups[judged.group].append(judged)
    decisions = (_preferred(a, b, axis, rating) for group in groups.values() for a, b in combinations(_some(group), 2))
    found = [one for one in decisions if one is not None]
    cut = max(map(len, groups.values()), default=0) > MOST_ALIKE
    note = f"{MOST_ALIKE} clips of a caption at most" if cut else ""
    return decided(part, of or f"{rating} pair", found, subset=subset, unit="pairs of clips", note=note)


def _some(group: Sequence[Judged]) -> Sequence[Judged]:
    """All clips of a caption, or as many as there is time for, drawn by their ids so that every judge has the same."""
    if len(group) <= MOST_ALIKE:
        return group
    return sorted(group, key=lambda judged: hashlib.sha256(judged.id.encode()).digest())[:MOST_ALIKE]


def _preferred(a: Judged, b: Judged, axis: str, rating: str) -> Decision | None:
    """Which clip of two the judge prefers, by id, so that the order of rows does not matter; None where raters tie."""
    first, second = sorted((a, b), key=lambda judged: judged.id)
    if first.ratings[rating] == second.ratings[rating]:
        return None
    better = cast("Literal[0, 1]", int(second.ratings[rating] > first.ratings[rating]))
    right, tied = choose(first.values.get(axis), second.values.get(axis), better)
    return Decision(f"{first.id} | {second.id}", right, str(a.group), tied)
