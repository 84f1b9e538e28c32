"""What people say of a pair as yes or no, read from what its manifest carried along, and a judge's answers beside it.

An *answer* is a pair's value on one axis, a probability that the clip matches, with what people say of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from earwitness.bench.judged import ALIGNMENT, Judged
from earwitness.bench.measurements import clips_of
from earwitness.errors import UsageError
from earwitness.metrics.correlation import Values
from earwitness.run import Run

# Columns that every pair has beside those of its manifest.
OWN = ("language", "system", "group")
YES, NO = ("1", "1.0", "yes", "true", "是"), ("0", "0.0", "no", "false", "否")


def label_of(pair: str, told: Mapping[str, Any], column: str) -> bool:
    """Whether people say that a pair matches.

    Args:
        pair: its id.
        told: its ratings and its other columns.
        column: that says it: yes or no, 1 or 0, true or false, 是 or 否.

    Raises:
        UsageError: if there is no such column, or it says something else.

    Example:
        >>> label_of("a", {"label": "Yes"}, "label"), label_of("b", {"label": 0.0}, "label")
        (True, False)
        >>> label_of("c", {"label": "maybe"}, "label")
        Traceback (most recent call last):
        earwitness.errors.UsageError: 'c': label is 'maybe'; wanted yes or no, 1 or 0.
    """
    if column not in told:
        raise UsageError(f"'{pair}' has no '{column}'; its manifest gave {', '.join(told) or 'no others'}.")
    said = str(told[column]).strip().lower()
    if said not in YES + NO:
        raise UsageError(f"'{pair}': {column} is {told[column]!r}; wanted yes or no, 1 or 0.")
    return said in YES


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
        threshold = "" if self.match_from is None else f", a match from {self.match_from:g}"
        return f"ratings of '{self.rating}'{threshold}"

    def speaks_of(self, pair: Judged) -> bool:
        """Whether people say anything of a pair; a label is expected of each."""
        return self.label is not None or self.rating in pair.ratings

    def of(self, pair: Judged) -> tuple[float, bool | None]:
        """What correlations are taken with, and whether the pair matches, where it speaks of the pair."""
        if self.rating is None:
            matches = label_of(pair.id, told_of(pair), self.label or "")
            return float(matches), matches
        rating = pair.ratings[self.rating]
        return rating, None if self.match_from is None else rating >= self.match_from


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge said of a pair, and what people say.

    Attributes:
        pair: without its audio.
        p_yes: the judge's value; in [0, 1], unless another axis was asked for.
        truth: people's rating, or 1 for a match and 0 for none.
        matches: whether people say that the clip matches; None where ratings do not tell it.
        items: P(yes) of each verdict behind the value that has one.
        masses: probability of all yes and no forms, of each verdict that has one.
    """

    pair: Judged
    p_yes: float
    truth: float
    matches: bool | None
    items: tuple[float, ...] = ()
    masses: tuple[float, ...] = ()


@dataclass(frozen=True)
class Labelled:
    """The answers of a run to the pairs of which people say something, and such pairs that it has no answer to.

    Attributes:
        answers: in the order of the run.
        unscored: the others.
        recipe: id of the run's.
        truth: where the truths come from, in words.
    """

    answers: tuple[Answer, ...]
    unscored: tuple[Judged, ...]
    recipe: str
    truth: str

    @property
    def n_total(self) -> int:
        """How many pairs, scored or not."""
        return len(self.answers) + len(self.unscored)

    @cached_property
    def p_yes(self) -> Values:
        """What the judge said, ``[answer]``."""
        return np.array([answer.p_yes for answer in self.answers], np.float64)

    @cached_property
    def truths(self) -> Values:
        """What correlations are taken with, ``[answer]``."""
        return np.array([answer.truth for answer in self.answers], np.float64)

    @cached_property
    def matches(self) -> Values | None:
        """1 for a match and 0 for none, ``[answer]``; None where ratings do not tell it."""
        told = [answer.matches for answer in self.answers]
        return None if None in told else np.array(told, np.float64)

    @cached_property
    def clips(self) -> tuple[str, ...] | None:
        """What tells clips apart, ``[answer]``; None where each answer has its own."""
        return clips_of([answer.pair for answer in self.answers])

    def where(self, wanted: Callable[[Judged], bool]) -> Labelled:
        """Those of some pairs."""
        answers = tuple(answer for answer in self.answers if wanted(answer.pair))
        return replace(self, answers=answers, unscored=tuple(filter(wanted, self.unscored)))


def labelled(run: Run, truth: str | Truth, axis: str = ALIGNMENT, *, probabilities: bool = True) -> Labelled:
    """A run's answers with what people say of them.

    Args:
        run: whose manifest says what people say.
        truth: where it says so: the column of labels, yes or no, 1 or 0; or a ``Truth``.
        axis: the judge's.
        probabilities: whether the axis must be of such.

    Raises:
        UsageError: if the judge has no such axis, its values are no probabilities, no pair that people say something of
            was scored, or a label is not as it should be.
    """
    _check_axis(run, axis, probabilities)
    where = Truth(truth) if isinstance(truth, str) else truth
    answers, unscored = [], []
    for record in run.records():
        pair = Judged.of(record)
        if not where.speaks_of(pair):
            continue
        if axis not in pair.values:
            unscored.append(pair)
            continue
        verdicts = (record.said or {})["verdicts"]
        items, masses = (tuple(v[key] for v in verdicts if v[key] is not None) for key in ("p_yes", "mass"))
        answers.append(Answer(pair, pair.values[axis], *where.of(pair), items, masses))
    if not answers:
        raise UsageError(
            f"{run.path} has no scored pair on axis '{axis}' with {where}; {len(unscored)} of its pairs have any."
        )
    return Labelled(tuple(answers), tuple(unscored), run.recipe.id, str(where))


def _check_axis(run: Run, axis: str, probabilities: bool) -> None:
    ends = run.axes.get(axis)
    if ends is None or (probabilities and ends != (0.0, 1.0)):
        wanted = "an axis of probabilities, 0 to 1" if probabilities else "one of its axes"
        known = ", ".join(f"{name} ({low:g} to {high:g})" for name, (low, high) in run.axes.items())
        raise UsageError(f"wanted {wanted}, not '{axis}'; {run.path} has {known}.")


def told_of(pair: Judged) -> dict[str, Any]:
    """All that is known of a pair, by column: what every pair has, its manifest's own columns, and its ratings."""
    return {**{name: getattr(pair, name) for name in OWN}, **pair.meta, **pair.ratings}
