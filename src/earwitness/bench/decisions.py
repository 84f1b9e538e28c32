"""Choices that a judge makes, as measurements: a call by a threshold, the better of two captions or clips.

A decision is 1 where it is right, 0 where it is wrong and 1/2 where a tie is settled by lot; one without a score is
counted and not measured.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, cast

import numpy as np

from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.bench.measurements import BY_CLIP, Cluster, Measurement, shared

# Pairs grow with the square of a caption's clips: of so many there are 19,900.
MOST_ALIKE = 200
# P(yes) from which a judge says of its own accord that a clip matches.
EVEN = 0.5


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


def decided(
    part: str, of: str, decisions: Iterable[Decision], *, subset: str = "all", unit: str = "pairs", note: str = ""
) -> Measurement:
    """Accuracy of decisions; those without a score are counted and not measured."""
    every = list(decisions)
    told = [one for one in every if one.right is not None]
    return Measurement(
        part,
        of,
        "accuracy",
        tuple(one.id for one in told),
        np.array([one.right for one in told], np.float64),
        np.ones(len(told)),
        len(every),
        shared(one.cluster for one in told),
        subset=subset,
        unit=unit,
        ties=sum(one.tied for one in told),
        note=note,
    )


def called(judged: Judged, threshold: float, match: Callable[[Judged], bool], cluster: Cluster = BY_CLIP) -> Decision:
    """Whether a pair is rightly called a match, or none, by a score of at least a threshold."""
    score = judged.values.get(ALIGNMENT)
    right = None if score is None else float((score >= threshold) == match(judged))
    return Decision(judged.id, right, cluster(judged))


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


def true_captions(
    said: Judgements, match: Callable[[Judged], bool], clip: Callable[[Judged], str], cluster: Cluster = BY_CLIP
) -> Iterator[Decision]:
    """Which of two captions a judge takes for the true one, clip by clip and language by language.

    Args:
        said: clips with two captions in a language, one of them true.
        match: whether a caption is true of its clip.
        clip: the clip's name.
        cluster: what may be alike.
    """
    asked: defaultdict[tuple[str, str | None], list[Judged]] = defaultdict(list)
    for judged in said:
        asked[clip(judged), judged.language].append(judged)
    for (name, language), both in asked.items():
        told = {match(judged): judged.values.get(ALIGNMENT) for judged in both}
        right, tied = choose(told.get(False), told.get(True), 1)
        yield Decision(f"{name}-{language}", right, cluster(both[0]), tied)


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
