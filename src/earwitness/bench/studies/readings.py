"""What a judge's answers come to: mass, entropy, calibration, agreement with people, each with its interval over clips.

Several answers on one clip are drawn as a whole. Entropies are in bits. ``mass`` and ``item entropy`` are means over
the verdicts behind the answers, those that have one, with the verdicts on one clip taken together; recalibrated answers
have neither, as no verdict is recalibrated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from earwitness.bench.studies.labels import Answer, Labelled
from earwitness.metrics.bootstrap import Interval, measure_interval
from earwitness.metrics.calibration import Bin, Brier, answer_entropy, brier, overconfidence, reliability, yes_bias
from earwitness.metrics.calibration_error import CalibrationError, calibration_error
from earwitness.metrics.correlation import MeasureName, Values
from earwitness.metrics.design import Unit
from earwitness.metrics.recalibration import Recalibration, RecalibrationMethod
from earwitness.metrics.uncertainty import mean_estimate
from earwitness.types import Estimate

Clips = tuple[str, ...] | None
# What ratings alone do not tell.
BY_LABEL = ("ECE", "over-confidence", "yes-bias", "Brier", "AUC")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number with its 95 % interval.

    Attributes:
        value: None where there is none, with a reason.
        low: lower end; None where there is none, with a reason.
        high: upper end.
        n: answers behind it; of ``mass`` and ``item entropy`` verdicts.
        reason: why something is None, in the words of ``metrics``; or ``no_labels``, ``no_verdicts`` (none has such a
            number), ``recalibrated`` (the answers are, their verdicts are not).
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What labels tell of answers, beyond single numbers.

    Attributes:
        true: share of the answers that people call matches.
        error: ECE, beside what chance makes of it.
        brier: Brier score and its parts.
        curve: points of the reliability curve.
    """

    true: float
    error: CalibrationError
    brier: Brier
    curve: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far some answers can be taken at their word.

    Attributes:
        of: which answers: ``all``, ``test``, a column and its value, or a run's name.
        recalibrated: by which method; None as the judge said it.
        n: answers.
        n_total: pairs with a truth, scored or not.
        certain: answers of exactly 0 or 1.
        p_yes: mean of the answers.
        calibration: None where ratings tell no labels.
        readings: ``mass``, ``item entropy`` and ``entropy``; ``ECE``; ``over-confidence``, above 0 surer than right,
            and ``yes-bias``, above 0 saying yes too readily; ``Brier``; ``AUC`` of telling matches from others; ``LCC``
            and ``SRCC`` with the truths.
    """

    of: str
    recalibrated: RecalibrationMethod | None
    n: int
    n_total: int
    certain: int
    p_yes: float
    calibration: Calibration | None
    readings: Mapping[str, Reading]


def reliability_of(found: Labelled, of: str = "all", *, by: Recalibration | None = None, seed: int = 0) -> Reliability:
    """The figures of some answers.

    Args:
        found: at least one.
        of: what they are called.
        by: what they are put through first.
        seed: of resamples.

    Example:
        >>> from earwitness.bench.judged import Judged
        >>> said = {"a": (0.1, 0), "b": (0.4, 0), "c": (0.6, 1), "d": (0.9, 1), "e": (0.7, 0), "f": (0.8, 1)}
        >>> answers = tuple(Answer(Judged(id, id, "", {}), p, true, bool(true)) for id, (p, true) in said.items())
        >>> found = reliability_of(Labelled(answers, (), "4b1d", "labels"))
        >>> round(found.readings["AUC"].value, 3), found.readings["mass"].reason, found.n
        (0.889, 'no_verdicts', 6)
    """
    p, clips = found.p_yes if by is None else by.apply(found.p_yes), found.clips
    calibration = None if found.matches is None else _calibration(p, found.matches, clips, seed)
    return Reliability(
        of,
        None if by is None else by.method,
        len(p),
        found.n_total,
        int(np.count_nonzero((p == 0) | (p == 1))),
        float(p.mean()),
        calibration,
        {
            **_of_verdicts(found.answers if by is None else None),
            "entropy": _mean(answer_entropy(p, clusters=clips)),
            **_by_label(p, found.matches, clips, calibration, seed),
            "LCC": _agreement("lcc", p, found.truths, clips, seed),
            "SRCC": _agreement("srcc", p, found.truths, clips, seed),
        },
    )


def _calibration(p: Values, labels: Values, clips: Clips, seed: int) -> Calibration:
    return Calibration(
        float(labels.mean()),
        calibration_error(p, labels, clusters=clips, seed=seed),
        brier(p, labels, clusters=clips),
        reliability(p, labels, clusters=clips),
    )


def _of_verdicts(answers: tuple[Answer, ...] | None) -> dict[str, Reading]:
    if answers is None:
        return dict.fromkeys(("mass", "item entropy"), _none(0, "recalibrated"))
    return {
        "mass": _verdict_mean(answers, lambda answer: answer.masses, partial(mean_estimate, bounds=(0.0, 1.0))),
        "item entropy": _verdict_mean(answers, lambda answer: answer.items, answer_entropy),
    }


def _verdict_mean(
    answers: tuple[Answer, ...], values: Callable[[Answer], tuple[float, ...]], mean: Callable[..., Estimate]
) -> Reading:
    told = [(value, answer.pair.clip) for answer in answers for value in values(answer)]
    if not told:
        return _none(0, "no_verdicts")
    return _mean(mean([value for value, _ in told], clusters=[clip for _, clip in told]))


def _by_label(
    p: Values, labels: Values | None, clips: Clips, calibration: Calibration | None, seed: int
) -> dict[str, Reading]:
    if labels is None or calibration is None:
        return dict.fromkeys(BY_LABEL, _none(len(p), "no_labels"))
    return {
        "ECE": _with_reason(calibration.error, len(p)),
        "over-confidence": _mean(overconfidence(p, labels, clusters=clips)),
        "yes-bias": _mean(yes_bias(p, labels, clusters=clips)),
        "Brier": _mean(calibration.brier),
        "AUC": _agreement("auc", p, labels, clips, seed),
    }


def _agreement(measure: MeasureName, p: Values, truths: Values, clips: Clips, seed: int) -> Reading:
    unit: Unit = "clips" if clips is None else "systems"
    return _with_reason(measure_interval(measure, p, truths, systems=clips, unit=unit, seed=seed), len(p))


def _with_reason(found: Interval | CalibrationError, n: int) -> Reading:
    return Reading(found.value, found.low, found.high, n, found.reason)


def _mean(found: Estimate | Brier) -> Reading:
    return Reading(found.value, found.low, found.high, found.n, "too_few_units" if found.low is None else None)


def _none(n: int, reason: str) -> Reading:
    return Reading(None, None, None, n, reason)
