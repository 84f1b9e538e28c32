"""How good predictions are on the whole development set: agreement by level, and errors at both ends of the scale.

``predicted`` and ratings are ``[clip, axis]`` on the raters' scale; unrated clips are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import UsageError
from earwitness.metrics.correlation import MEASURES, Level, Measure, MeasureName, measures_by_level, system_means
from earwitness.train.config import Select
from earwitness.train.examples import Examples

CHOICES: Mapping[Select, tuple[MeasureName, Level]] = {
    "srcc-clip": ("srcc", "clip"),
    "srcc-system": ("srcc", "system"),
    "lcc-clip": ("lcc", "clip"),
    "lcc-system": ("lcc", "system"),
    "mse-clip": ("mse", "clip"),
    "mse-system": ("mse", "system"),
}
# A correlation of two points is always 1 or -1.
FEWEST_SYSTEMS = 3


@dataclass(frozen=True, slots=True)
class Quarter:
    """Errors on the clips with the lowest, or the highest, quarter of ratings.

    Attributes:
        mse: mean squared error.
        bias: mean of predicted less rated: above 0, such clips are rated too high.
        n: clips; more than a quarter where ratings tie at the border.
    """

    mse: float
    bias: float
    n: int


@dataclass(frozen=True, slots=True)
class AxisResult:
    """One axis on the development set: measures by level (``clip``, ``system``) and name, errors at both ends."""

    measures: dict[str, dict[str, Measure]]
    lowest: Quarter
    highest: Quarter

    def value(self, measure: str, level: str) -> float | None:
        """A measure's value; None where it does not exist."""
        found = self.measures.get(level, {}).get(measure)
        return None if found is None else found.value

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> AxisResult:
        """The result that ``to_dict`` wrote."""
        measures = {
            level: {name: Measure(**measure) for name, measure in by_name.items()}
            for level, by_name in plain["measures"].items()
        }
        return cls(measures, Quarter(**plain["lowest"]), Quarter(**plain["highest"]))


def evaluate(predicted: NDArray[np.float64], dev: Examples) -> dict[str, AxisResult]:
    """Every axis on the development set."""
    return {axis.name: _axis_result(predicted, dev, place) for place, axis in enumerate(dev.axes)}


def selected(select: Select, predicted: NDArray[np.float64], dev: Examples) -> float | None:
    """The measure by which the best epoch is chosen, mean over axes, higher is better; None if one does not exist.

    The squared error counts negatively.
    """
    measure, level = CHOICES[select]
    values = [_measure(measure, level, *_rated(predicted, dev, place)) for place in range(len(dev.axes))]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    mean = sum(known) / len(known)
    return -mean if measure == "mse" else mean


def check_selectable(select: Select, dev: Examples) -> None:
    """Refuse a measure that could choose no epoch, however good the predictions are.

    Raises:
        UsageError: if the ratings of an axis, or its systems' means, are all alike, or a correlation would be of two
            systems.
    """
    measure, level = CHOICES[select]
    for place, axis in enumerate(dev.axes):
        _, ratings, systems = _rated(dev.ratings.numpy(), dev, place)
        lacking = ""
        if measure != "mse" and level == "system" and len(set(systems or ())) < FEWEST_SYSTEMS:
            lacking = f"fewer than three systems with ratings of '{axis.name}'"
        elif _measure(measure, level, ratings, ratings, systems) is None:
            what = "systems with different mean ratings" if level == "system" else "different ratings"
            lacking = f"fewer than two {what} of '{axis.name}'"
        if lacking:
            raise UsageError(
                f"select is {select}, and {dev.name} has {lacking}: no epoch could be chosen. Use --select mse-clip, "
                "or another development set."
            )


def systems_rated(dev: Examples) -> dict[str, int]:
    """How many systems have ratings of each axis; none where systems are not known."""
    places = range(len(dev.axes))
    return {dev.axes[place].name: len(set(_rated(dev.ratings.numpy(), dev, place)[2] or ())) for place in places}


def quarters(predicted: NDArray[np.float64], ratings: NDArray[np.float64]) -> tuple[Quarter, Quarter]:
    """Errors on clips rated at or below the first quartile, and at or above the third; both ``[clip]``.

    Example:
        >>> low, high = quarters(np.array([2.0, 2.0, 3.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0]))
        >>> low, high
        (Quarter(mse=1.0, bias=1.0, n=1), Quarter(mse=1.0, bias=-1.0, n=1))
    """
    first, third = np.quantile(ratings, [0.25, 0.75])
    return _quarter(predicted, ratings, ratings <= first), _quarter(predicted, ratings, ratings >= third)


def _quarter(predicted: NDArray[np.float64], ratings: NDArray[np.float64], within: NDArray[np.bool_]) -> Quarter:
    errors = (predicted - ratings)[within]
    return Quarter(float(np.mean(errors**2)), float(np.mean(errors)), len(errors))


def _axis_result(predicted: NDArray[np.float64], dev: Examples, place: int) -> AxisResult:
    scores, ratings, systems = _rated(predicted, dev, place)
    found = measures_by_level(scores, ratings, systems)
    measures = {str(level): {str(name): one for name, one in by_name.items()} for level, by_name in found.items()}
    return AxisResult(measures, *quarters(scores, ratings))


def _measure(
    name: MeasureName,
    level: Level,
    scores: NDArray[np.float64],
    ratings: NDArray[np.float64],
    systems: tuple[str, ...] | None,
) -> float | None:
    if level == "system" and systems is not None:
        means = system_means(scores, ratings, systems)
        scores, ratings = means.scores, means.ratings
    return MEASURES[name](scores, ratings).value


def _rated(
    predicted: NDArray[np.float64], dev: Examples, place: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...] | None]:
    """Predictions, ratings and systems of the clips rated on one axis."""
    ratings = dev.ratings.numpy()[:, place]
    known = np.flatnonzero(~np.isnan(ratings))
    systems = None if dev.systems is None else tuple(dev.systems[index] for index in known)
    return predicted[known, place], ratings[known], systems
