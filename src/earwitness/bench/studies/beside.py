"""Runs beside each other, as they are: mass, entropy, calibration, agreement with people, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from earwitness.bench.studies.truths import Said
from earwitness.metrics.bootstrap import measure_interval
from earwitness.metrics.calibration import answer_entropy, brier, calibration_error, overconfidence, yes_bias
from earwitness.metrics.correlation import MeasureName, Values
from earwitness.metrics.design import Unit
from earwitness.metrics.uncertainty import mean_estimate
from earwitness.types import Estimate

# What cannot be told of ratings alone.
BY_LABEL = ("ECE", "over-confidence", "yes-bias", "Brier", "AUC")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of a run with its 95 % interval over clips.

    Attributes:
        value: None where there is none, with a reason.
        low: lower end; None where there is none.
        high: upper end.
        n: pairs behind it.
        reason: why something is None, in the words of ``metrics``; or ``no_labels``, ``no_mass``.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A run as it is.

    Attributes:
        run: its name.
        recipe: its id.
        n: pairs with a score and a truth.
        n_total: pairs with a truth.
        certain: pairs whose P(yes) is exactly 0 or 1, of which no change moves it.
        chance: the ECE that a perfectly calibrated judge of the same P(yes) would have on average; None without labels.
        readings: by measure.
    """

    run: str
    recipe: str
    n: int
    n_total: int
    certain: int
    chance: float | None
    readings: Mapping[str, Reading]


def standing(said: Said, *, seed: int = 0) -> Standing:
    """What a run comes to: mass, entropy, calibration and agreement with people, each with its interval.

    Clips that have several captions are drawn as wholes.

    Args:
        said: from ``said_of``.
        seed: of resamples.

    Example:
        >>> truths = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
        >>> p = np.array([0.1, 0.4, 0.6, 0.9, 0.7, 0.8])
        >>> found = standing(Said("base", "4b1d", tuple("abcdef"), p, truths, truths, 7))
        >>> round(found.readings["AUC"].value, 3), found.readings["mass"].reason, found.n, found.n_total
        (0.889, 'no_mass', 6, 7)
    """
    p, clips, labels = said.p_yes, said.clips, said.labels
    readings = {
        "mass": _none(len(p), "no_mass") if said.masses is None else _mean(said.masses, clips),
        "entropy": _estimated(answer_entropy(p, clusters=clips)),
    }
    chance = None
    if labels is None:
        readings |= dict.fromkeys(BY_LABEL, _none(len(p), "no_labels"))
    else:
        error = calibration_error(p, labels, clusters=clips, seed=seed)
        squares, chance = brier(p, labels, clusters=clips), error.chance
        readings["ECE"] = Reading(error.value, error.low, error.high, len(p), error.reason)
        readings["over-confidence"] = _estimated(overconfidence(p, labels, clusters=clips))
        readings["yes-bias"] = _estimated(yes_bias(p, labels, clusters=clips))
        readings["Brier"] = Reading(squares.value, squares.low, squares.high, len(p))
        readings["AUC"] = _agreement("auc", said, labels, seed)
    readings |= {"LCC": _agreement("lcc", said, said.truths, seed), "SRCC": _agreement("srcc", said, said.truths, seed)}
    certain = int(np.count_nonzero((p == 0) | (p == 1)))
    return Standing(said.name, said.recipe, len(p), said.n_total, certain, chance, readings)


def _agreement(measure: MeasureName, said: Said, truths: Values, seed: int) -> Reading:
    clips = said.clips
    unit: Unit = "clips" if clips is None else "systems"
    found = measure_interval(measure, said.p_yes, truths, systems=clips, unit=unit, seed=seed)
    return Reading(found.value, found.low, found.high, len(said.p_yes), found.reason)


def _mean(shares: Values, clips: tuple[str, ...] | None) -> Reading:
    return _estimated(mean_estimate(shares.tolist(), clusters=clips, bounds=(0.0, 1.0)))


def _estimated(found: Estimate) -> Reading:
    return Reading(found.value, found.low, found.high, found.n, None if found.low is not None else "too_few_units")


def _none(n: int, reason: str) -> Reading:
    return Reading(None, None, None, n, reason)
