"""How far a run's P(yes) can be taken at its word: overall, by group, and before and after a recalibration.

Answers on one clip may be alike: intervals are over clips, and a clip's answers are never on both sides of a split.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from earwitness.bench.judged import Judged
from earwitness.bench.studies.labels import Labelled, told_of
from earwitness.bench.studies.readings import Reliability, reliability_of
from earwitness.errors import UsageError
from earwitness.metrics.fitting import fit_recalibration
from earwitness.metrics.recalibration import METHODS, Recalibration, RecalibrationMethod
from earwitness.ratings.rated import RatedPairs
from earwitness.ratings.splits import split
from earwitness.types import Pair

RANKS = ("SRCC", "AUC")


def reliabilities(found: Labelled, columns: Sequence[str] = (), *, seed: int = 0) -> Iterator[Reliability]:
    """The figures of all answers, then of those of each value of each column.

    Args:
        found: the answers.
        columns: of the manifest, such as ``kind``; or ``language``, ``system``, ``group``.
        seed: of the resamples.

    Raises:
        UsageError: if no pair has a column.
    """
    yield reliability_of(found, seed=seed)
    for column in columns:
        known = [told_of(answer.pair) for answer in found.answers]
        values = {str(told[column]) for told in known if told.get(column) is not None}
        if not values:
            given = dict.fromkeys(name for told in known for name in told)
            raise UsageError(f"no pair tells its '{column}'; the columns are {', '.join(given)}.")
        for value in sorted(values):
            of_value = found.where(partial(_has, column, value))
            yield reliability_of(of_value, f"{column} {value}", seed=seed)


def _has(column: str, value: str, pair: Judged) -> bool:
    return str(told_of(pair).get(column)) == value


@dataclass(frozen=True, slots=True)
class Trial:
    """A recalibration that was fitted on development clips, and the figures of test clips put through it.

    Attributes:
        recalibration: as fitted.
        after: the figures.
        ranks: whether SRCC and AUC moved, and why or why not.
    """

    recalibration: Recalibration
    after: Reliability
    ranks: str


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Recalibrations seen on clips that they were not fitted on.

    Attributes:
        n_dev: answers that they were fitted on.
        before: figures of the test clips as the judge said them.
        trials: by method.
        refused: methods that cannot be fitted on these answers, with the reason.
    """

    n_dev: int
    before: Reliability
    trials: Mapping[RecalibrationMethod, Trial]
    refused: Mapping[RecalibrationMethod, str]


def held_out(found: Labelled, *, test_share: float = 0.5, seed: int = 0) -> HeldOut:
    """Fit each method on some of the clips and look at the others.

    Args:
        found: the answers, with labels.
        test_share: share of the pairs, scored or not, to hold out, between 0 and 1; whole clips come as near to it as
            they can.
        seed: of the split and of the resamples.

    Raises:
        UsageError: if ratings tell no labels, the share is none, there is only one clip, or a side has no answer.
    """
    dev, test = _halves(found, test_share, seed)
    before = reliability_of(test, "test", seed=seed)
    trials: dict[RecalibrationMethod, Trial] = {}
    refused: dict[RecalibrationMethod, str] = {}
    for method in METHODS:
        try:
            trials[method] = _trial(method, dev, test, before, seed)
        except UsageError as error:
            refused[method] = str(error)
    return HeldOut(len(dev.answers), before, trials, refused)


def _halves(found: Labelled, test_share: float, seed: int) -> tuple[Labelled, Labelled]:
    """Development and test clips, the unscored pairs among them."""
    if found.matches is None:
        raise UsageError(f"{found.truth} tell no labels to fit on; say from which rating a clip is a match.")
    # A clip is told by its sound, so that one under two names stays on one side.
    every = (*(answer.pair for answer in found.answers), *found.unscored)
    as_pairs = tuple(Pair(pair.clip, pair.caption, id=pair.id) for pair in every)
    _, held = split(RatedPairs("the run", as_pairs, {}), test_share, by="clip", seed=seed)
    ids = {pair.id for pair in held.pairs}
    dev, test = found.where(lambda pair: pair.id not in ids), found.where(lambda pair: pair.id in ids)
    if not dev.answers or not test.answers:
        raise UsageError(
            f"of {found.n_total} pairs {len(found.answers)} have an answer, and all of them are on one side of the "
            "split; wanted some to fit on and some to test on. Score more of the run, or take another seed."
        )
    return dev, test


def _trial(method: RecalibrationMethod, dev: Labelled, test: Labelled, before: Reliability, seed: int) -> Trial:
    fitted = fit_recalibration(method, dev.p_yes, [bool(answer.matches) for answer in dev.answers])
    after = reliability_of(test, "test", by=fitted, seed=seed)
    said = np.unique(test.p_yes)
    tied = len(said) - len(np.unique(fitted.apply(said)))
    return Trial(fitted, after, _why_ranks(fitted, before, after, tied))


def _why_ranks(fitted: Recalibration, before: Reliability, after: Reliability, tied: int) -> str:
    """Whether SRCC and AUC moved, as measured, and why."""
    moves = {name: (before.readings[name].value, after.readings[name].value) for name in RANKS}
    moved = [f"{name} {_shown(was)} to {_shown(now)}" for name, (was, now) in moves.items() if was != now]
    if not moved:
        why = "it keeps the order of all answers" if fitted.keeps_order else f"the {tied} ties it makes change neither"
        return f"SRCC and AUC did not move: {why}"
    ties = "by rounding" if fitted.keeps_order else "where it is level"
    return f"moved {' and '.join(moved)}: it ties {tied} values {ties}"


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.6f}"
