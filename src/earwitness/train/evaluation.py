"""How good predictions are on the whole development set: agreement by level, and errors at both ends of the scale.

``predicted`` and ratings are ``[clip, axis]`` on the raters' scale; unrated clips are left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import UsageError
from earwitness.metrics.correlation import MEASURES, Measure, MeasureName, measures_by_level, system_means
from earwitness.train.examples import Examples

LEVELS = ("clip", "system")


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


def selected(select: str, predicted: NDArray[np.float64], dev: Examples) -> float | None:
    """The measure by which the best epoch is chosen, mean over axes, higher is better; None if one does not exist.

    ``select`` is ``MEASURE-LEVEL``, such as ``srcc-clip``; the squared error counts negatively.
    """
    measure, _, level = select.partition("-")
    values = [_measure(measure, level, *_rated(predicted, dev, place)) for place in range(len(dev.axes))]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    mean = sum(known) / len(known)
    return -mean if measure == "mse" else mean


def check_selectable(select: str, dev: Examples) -> None:
    """Refuse a measure that even perfect predictions of the development set would not have.

    Raises:
        UsageError: if the ratings of an axis, or its systems' means, are all alike.
    """
    measure, _, level = select.partition("-")
    for place, axis in enumerate(dev.axes):
        if _measure(measure, level, *_rated(dev.ratings.numpy(), dev, place)) is None:
            what = "systems with different mean ratings" if level == "system" else "different ratings"
            raise UsageError(
                f"select is {select}, and {dev.name} has fewer than two {what} of '{axis.name}': no epoch could be "
                "chosen. Use --select mse-clip, or another development set."
            )


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
    measure: str,
    level: str,
    scores: NDArray[np.float64],
    ratings: NDArray[np.float64],
    systems: tuple[str, ...] | None,
) -> float | None:
    name: MeasureName = next(known for known in MEASURES if known == measure)
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
