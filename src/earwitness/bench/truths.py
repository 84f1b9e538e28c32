"""What a run says of its pairs, held against what people say of them.

``p_yes [pair]`` is what a run says on one axis, a probability; ``labels [pair]`` are 1 for a match and 0 for none;
``truths [pair]`` are what correlations are taken with: ratings, or else the labels.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from earwitness.bench.judged import ALIGNMENT
from earwitness.bench.labels import label_of
from earwitness.errors import UsageError
from earwitness.metrics.correlation import Values
from earwitness.run import Run
from earwitness.run.store import Record


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a run's manifest says what people say.

    Attributes:
        label: the column that says whether a clip matches.
        rating: the axis of ratings that scores are held against.
        match_from: rating from which a clip is called a match, so that ratings tell what labels tell.

    Raises:
        UsageError: if both or neither of label and rating are given, or a threshold without ratings.
    """

    label: str | None = None
    rating: str | None = None
    match_from: float | None = None

    def __post_init__(self) -> None:
        if (self.label is None) == (self.rating is None):
            raise UsageError("what do people say? Give either a label's column or an axis of ratings.")
        if self.rating is None and self.match_from is not None:
            raise UsageError(f"match_from is {self.match_from:g}, which is for ratings; a label says it of itself.")

    def __str__(self) -> str:
        if self.rating is None:
            return f"labels in '{self.label}'"
        return f"ratings of '{self.rating}'" + (
            "" if self.match_from is None else f", a match from {self.match_from:g}"
        )

    def of(self, record: Record) -> tuple[float, float | None] | None:
        """What correlations are taken with and the label of a pair; None if it is not rated."""
        if self.label is not None:
            told = {**record.pair["meta"], **record.pair["ratings"]}
            matches = float(label_of(record.pair["id"], told, self.label))
            return matches, matches
        rating = record.pair["ratings"].get(self.rating)
        if rating is None:
            return None
        return rating, None if self.match_from is None else float(rating >= self.match_from)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a run says beside what people say; ``[pair]``, all of pairs with a score.

    Attributes:
        name: what the run is called.
        recipe: its id.
        ids: of the pairs.
        p_yes: see the module.
        truths: see the module.
        labels: see the module; None where ratings tell none.
        n_total: pairs with a truth, scored or not.
        masses: probability of all yes and no forms, mean over a pair's questions; None where answers were written.
        clips: what tells clips apart, where some clip has several captions; None where each has its own.
        truth: where the truths come from, in words.
    """

    name: str
    recipe: str
    ids: tuple[str, ...]
    p_yes: Values
    truths: Values
    labels: Values | None
    n_total: int
    masses: Values | None = None
    clips: tuple[str, ...] | None = None
    truth: str = "labels"


class _Row(NamedTuple):
    """What is read of one scored pair."""

    id: str
    p_yes: float
    truth: float
    label: float | None
    clip: str
    mass: float | None

    @classmethod
    def of(cls, record: Record, axis: str, truth: float, label: float | None) -> _Row | None:
        """None where the pair has no score."""
        said = record.said or {"values": {}}
        if said["values"].get(axis) is None:
            return None
        masses = [verdict["mass"] for verdict in said["verdicts"] if verdict["mass"] is not None]
        mass = statistics.fmean(masses) if masses else None
        return cls(record.pair["id"], said["values"][axis], truth, label, said["audio_sha256"], mass)


def said_of(run: Run, name: str, truth: Truth, *, axis: str = ALIGNMENT) -> Said:
    """What a run says on an axis, beside what people say.

    Args:
        run: of pairs whose manifest says what people say.
        name: what it is to be called.
        truth: where it says so.
        axis: of the judge; its values are probabilities.

    Raises:
        UsageError: if the run has no such axis, its values are no probabilities, no scored pair has a truth, or a label
            is not as it should be.
    """
    ends = run.axes.get(axis)
    if ends != (0.0, 1.0):
        got = f"only {', '.join(run.axes)}" if ends is None else f"it from {ends[0]:g} to {ends[1]:g}"
        raise UsageError(f"{run.path} was asked for P(yes) on axis '{axis}' and has {got}; wanted 0 to 1.")
    known = [(record, told) for record in run.records() if (told := truth.of(record)) is not None]
    rows = [row for record, told in known if (row := _Row.of(record, axis, *told)) is not None]
    if not rows:
        raise UsageError(f"{run.path} has no scored pair with {truth}; {len(known)} of its pairs have any.")
    clips = tuple(row.clip for row in rows)
    return Said(
        name,
        run.recipe.id,
        tuple(row.id for row in rows),
        np.array([row.p_yes for row in rows]),
        np.array([row.truth for row in rows]),
        _complete([row.label for row in rows]),
        len(known),
        _complete([row.mass for row in rows]),
        None if len(set(clips)) == len(clips) else clips,
        str(truth),
    )


def _complete(values: list[float | None]) -> Values | None:
    return None if None in values else np.array(values, np.float64)
