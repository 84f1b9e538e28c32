"""How far a run's P(yes) can be taken at its word: overall, by group, and before and after a recalibration.

Answers on one clip may be alike: intervals are over clips, and a clip's answers are never on both sides of a split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from earwitness.bench.judged import Judged
from earwitness.bench.measurements import clips_of
from earwitness.bench.studies.labels import Answer, Labelled, told_of
from earwitness.errors import UsageError
from earwitness.metrics.bootstrap import Interval, measure_interval
from earwitness.metrics.calibration import (
    Bin,
    Brier,
    CalibrationError,
    answer_entropy,
    brier,
    calibration_error,
    overconfidence,
    reliability,
    yes_bias,
)
from earwitness.metrics.correlation import srcc
from earwitness.metrics.recalibration import METHODS, Recalibration, RecalibrationMethod, fit_recalibration
from earwitness.metrics.uncertainty import mean_estimate
from earwitness.ratings.rated import RatedPairs
from earwitness.ratings.splits import split
from earwitness.types import Estimate, Pair


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far some answers can be taken at their word; figures with 95 % intervals over clips.

    Attributes:
        of: which answers: ``all``, ``test``, or a column and its value.
        recalibrated: by which method; None as the judge said it.
        n: answers.
        n_total: pairs, scored or not.
        true: share of the answers that people call matches.
        p_yes: mean of the answers.
        error: ECE, beside what chance makes of it.
        brier: Brier score and its parts.
        overconfidence: above 0 surer than right, below 0 righter than sure.
        yes_bias: above 0 says yes too readily.
        entropy: of the answers, in bits.
        item_entropy: of the verdicts behind them; None where there are none, or they were recalibrated.
        mass: of yes and no in the verdicts; None likewise, or where none has one.
        auc: of telling matches from others.
        srcc: of answers and labels; None where one side is constant.
        curve: points of the reliability curve.
    """

    of: str
    recalibrated: str | None
    n: int
    n_total: int
    true: float
    p_yes: float
    error: CalibrationError
    brier: Brier
    overconfidence: Estimate
    yes_bias: Estimate
    entropy: Estimate
    item_entropy: Estimate | None
    mass: Estimate | None
    auc: Interval
    srcc: float | None
    curve: tuple[Bin, ...]


def calibration(found: Labelled, of: str = "all", *, by: Recalibration | None = None, seed: int = 0) -> Calibration:
    """The figures of some answers, of which there is at least one; ``by`` recalibrates them first."""
    pairs = [answer.pair for answer in found.answers]
    said, truths = np.array([answer.p_yes for answer in found.answers]), [answer.truth for answer in found.answers]
    p, clips = said if by is None else by.apply(said), clips_of(pairs)
    raw = found.answers if by is None else ()
    return Calibration(
        of,
        None if by is None else by.method,
        len(p),
        found.n_total,
        float(np.mean(truths)),
        float(p.mean()),
        error=calibration_error(p, truths, clusters=clips, seed=seed),
        brier=brier(p, truths, clusters=clips),
        overconfidence=overconfidence(p, truths, clusters=clips),
        yes_bias=yes_bias(p, truths, clusters=clips),
        entropy=answer_entropy(p, clusters=clips),
        item_entropy=_of_verdicts(raw, lambda answer: answer.items, answer_entropy),
        mass=_of_verdicts(raw, lambda answer: answer.masses, partial(mean_estimate, bounds=(0.0, 1.0))),
        auc=measure_interval("auc", p, truths, systems=clips, unit="systems" if clips else "clips", seed=seed),
        srcc=srcc(p, truths).value,
        curve=reliability(p, truths, clusters=clips),
    )


def _of_verdicts(
    answers: Sequence[Answer], values: Callable[[Answer], tuple[float, ...]], mean: Callable[..., Estimate]
) -> Estimate | None:
    """A mean over the verdicts of answers, by clip; None where there are none."""
    told = [(value, answer.pair.clip) for answer in answers for value in values(answer)]
    return mean([value for value, _ in told], clusters=[clip for _, clip in told]) if told else None


def calibrations(found: Labelled, columns: Sequence[str] = (), *, seed: int = 0) -> Iterator[Calibration]:
    """The figures of all answers, then of those of each value of each column.

    Args:
        found: the answers.
        columns: of the manifest, such as ``kind``; or ``language``, ``system``, ``group``.
        seed: of the resamples.

    Raises:
        UsageError: if no pair has a column.
    """
    yield calibration(found, seed=seed)
    for column in columns:
        known = [told_of(answer.pair) for answer in found.answers]
        values = {str(told[column]) for told in known if told.get(column) is not None}
        if not values:
            given = dict.fromkeys(name for told in known for name in told)
            raise UsageError(f"no pair tells its '{column}'; the columns are {', '.join(given)}.")
        for value in sorted(values):
            of_value = found.where(partial(_has, column, value))
            yield calibration(of_value, f"{column} {value}", seed=seed)


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
    after: Calibration
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
    before: Calibration
    trials: Mapping[RecalibrationMethod, Trial]
    refused: Mapping[RecalibrationMethod, str]


def held_out(found: Labelled, *, test_share: float = 0.5, seed: int = 0) -> HeldOut:
    """Fit each method on some of the clips and look at the others.

    Args:
        found: the answers.
        test_share: share of the answers to hold out, between 0 and 1; whole clips come as near to it as they can.
        seed: of the split and of the resamples.

    Raises:
        UsageError: if the share is none, or there is only one clip.
    """
    # A clip is told by its sound, so that one under two names stays on one side.
    as_pairs = tuple(Pair(answer.pair.clip, answer.pair.caption, id=answer.pair.id) for answer in found.answers)
    dev, test = split(RatedPairs("the run", as_pairs, {}), test_share, by="clip", seed=seed)
    on_dev, on_test = (_answers_to(found, {pair.id for pair in part.pairs}) for part in (dev, test))
    before = calibration(on_test, "test", seed=seed)
    trials: dict[RecalibrationMethod, Trial] = {}
    refused: dict[RecalibrationMethod, str] = {}
    for method in METHODS:
        try:
            trials[method] = _trial(method, on_dev, on_test, before, seed)
        except UsageError as error:
            refused[method] = str(error)
    return HeldOut(len(on_dev.answers), before, trials, refused)


def _answers_to(found: Labelled, ids: set[str]) -> Labelled:
    return Labelled(tuple(answer for answer in found.answers if answer.pair.id in ids))


def _trial(method: RecalibrationMethod, dev: Labelled, test: Labelled, before: Calibration, seed: int) -> Trial:
    fitted = fit_recalibration(
        method, [answer.p_yes for answer in dev.answers], [answer.truth for answer in dev.answers]
    )
    after = calibration(test, "test", by=fitted, seed=seed)
    said = np.unique([answer.p_yes for answer in test.answers])
    tied = len(said) - len(np.unique(fitted.apply(said)))
    return Trial(fitted, after, _why_ranks(fitted, before, after, tied))


def _why_ranks(fitted: Recalibration, before: Calibration, after: Calibration, tied: int) -> str:
    """Whether SRCC and AUC moved, as measured, and why."""
    moves = {"SRCC": (before.srcc, after.srcc), "AUC": (before.auc.value, after.auc.value)}
    moved = [f"{name} {_shown(was)} to {_shown(now)}" for name, (was, now) in moves.items() if was != now]
    if not moved:
        why = "it keeps the order of all answers" if fitted.keeps_order else f"the {tied} ties it makes change neither"
        return f"SRCC and AUC did not move: {why}"
    ties = "by rounding" if fitted.keeps_order else "where it is level"
    return f"moved {' and '.join(moved)}: it ties {tied} values {ties}"


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.6f}"
