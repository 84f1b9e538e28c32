"""What people say of a pair as yes or no, read from what its manifest carried along, and a judge's answers beside it.

An *answer* is a pair's value on one axis, a probability that the clip matches, with what people say of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from earwitness.bench.judged import ALIGNMENT, Judged
from earwitness.errors import UsageError
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
class Answer:
    """What a judge said of a pair, and what people say.

    Attributes:
        pair: without its audio.
        p_yes: the judge's value, in [0, 1].
        truth: whether people say that the clip matches.
        items: P(yes) of each verdict behind the value that has one.
        masses: mass of each verdict that has one.
    """

    pair: Judged
    p_yes: float
    truth: bool
    items: tuple[float, ...] = ()
    masses: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Labelled:
    """The answers of a run, and the pairs that it has no answer to."""

    answers: tuple[Answer, ...]
    unscored: tuple[Judged, ...] = ()

    @property
    def n_total(self) -> int:
        """How many pairs, scored or not."""
        return len(self.answers) + len(self.unscored)

    def where(self, wanted: Callable[[Judged], bool]) -> Labelled:
        """Those of some pairs."""
        answers = tuple(answer for answer in self.answers if wanted(answer.pair))
        return Labelled(answers, tuple(filter(wanted, self.unscored)))


def labelled(run: Run, label: str, axis: str = ALIGNMENT) -> Labelled:
    """A run's answers with what people say of them.

    Args:
        run: whose pairs are labelled.
        label: the column of the manifest, or the axis of ratings, that says yes or no, 1 or 0.
        axis: the judge's, whose values are probabilities.

    Raises:
        UsageError: if the judge has no such axis, its values are no probabilities, nothing was scored, or a pair that
            was has no label.
    """
    if run.axes.get(axis) != (0.0, 1.0):
        known = ", ".join(f"{name} ({low:g} to {high:g})" for name, (low, high) in run.axes.items())
        raise UsageError(f"wanted an axis of probabilities, 0 to 1, not '{axis}'; {run.path} has {known}.")
    answers, unscored = [], []
    for record in run.records():
        pair = Judged.of(record)
        if axis not in pair.values:
            unscored.append(pair)
            continue
        verdicts = (record.said or {})["verdicts"]
        items, masses = (tuple(v[key] for v in verdicts if v[key] is not None) for key in ("p_yes", "mass"))
        answers.append(Answer(pair, pair.values[axis], label_of(pair.id, told_of(pair), label), items, masses))
    if not answers:
        raise UsageError(f"{run.path} holds no clip with a score on axis '{axis}'.")
    return Labelled(tuple(answers), tuple(unscored))


def told_of(pair: Judged) -> dict[str, Any]:
    """All that is known of a pair, by column: what every pair has, its manifest's own columns, and its ratings."""
    return {**{name: getattr(pair, name) for name in OWN}, **pair.meta, **pair.ratings}
