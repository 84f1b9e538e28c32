"""What came of a run's trainings: each seed, means and spreads over seeds, intervals, and the signs of failure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from earwitness.metrics.bootstrap import measure_interval
from earwitness.metrics.correlation import OF_RATINGS, Level
from earwitness.metrics.design import Unit
from earwitness.train.evaluation import AxisResult, Quarter
from earwitness.train.examples import Examples
from earwitness.train.signatures import failure_signatures, mean_over_seeds, spread_over_seeds

LEVELS: tuple[Level, ...] = ("clip", "system")


@dataclass(frozen=True, slots=True)
class FitResult:
    """One training.

    Attributes:
        label: its loss.
        seed: its seed.
        epochs: that were run.
        best_epoch: whose weights were kept; 0 if the chosen measure never existed.
        selected: that measure then.
        pair_coverage: share of untied training pairs that shared a batch, mean over epochs.
        codes: the versions of this package that its epochs were run by.
        axes: measures on the development set.
        predicted: ratings of the development set's clips, by axis.
    """

    label: str
    seed: int
    epochs: int
    best_epoch: int
    selected: float | None
    pair_coverage: float
    codes: list[str]
    axes: Mapping[str, AxisResult]
    predicted: Mapping[str, list[float]]

    @property
    def name(self) -> str:
        """What it is called where it is told of."""
        return f"{self.label}, seed {self.seed}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> FitResult:
        """The result that ``to_dict`` wrote."""
        axes = {name: AxisResult.from_dict(axis) for name, axis in plain["axes"].items()}
        return cls(**{**plain, "axes": axes})


def summary(dev: Examples, ours: Sequence[FitResult], alone: Sequence[FitResult], kept: FitResult) -> dict[str, Any]:
    """The part of ``results.json`` that is computed.

    Args:
        dev: the development set.
        ours: with the config's loss, one a seed.
        alone: with Huber's loss alone, one a seed; none if it was not asked for.
        kept: the one whose predictor the run keeps; intervals are of its predictions.
    """
    return {
        "intervals_over": _unit(dev),
        "pair_coverage": statistics.fmean(fit.pair_coverage for fit in ours),
        "fits": [
            {name: value for name, value in fit.to_dict().items() if name != "predicted"} for fit in (*ours, *alone)
        ],
        "axes": {
            axis.name: _axis_summary(
                [fit.axes[axis.name] for fit in ours],
                [fit.axes[axis.name] for fit in alone],
                _intervals(dev, place, kept.predicted[axis.name]),
            )
            for place, axis in enumerate(dev.axes)
        },
    }


def _axis_summary(
    ours: Sequence[AxisResult], alone: Sequence[AxisResult], intervals: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    measures = {
        level: {measure: _compared(ours, alone, measure, level, interval) for measure, interval in by_name.items()}
        for level, by_name in intervals.items()
    }
    ends = {
        end: {
            "ours": _mean_quarter([getattr(result, end) for result in ours]),
            "alone": _mean_quarter([getattr(result, end) for result in alone]),
        }
        for end in ("lowest", "highest")
    }
    signatures = asdict(failure_signatures(ours, alone)) if alone else None
    return {"measures": measures, "quarters": ends, "signatures": signatures}


def _compared(
    ours: Sequence[AxisResult], alone: Sequence[AxisResult], measure: str, level: str, interval: Mapping[str, Any]
) -> dict[str, Any]:
    """A measure over seeds, with and without the ranking loss, and the kept seed's interval."""
    return {
        "mean": mean_over_seeds(ours, measure, level),
        "spread": spread_over_seeds(ours, measure, level),
        "alone_mean": mean_over_seeds(alone, measure, level),
        "alone_spread": spread_over_seeds(alone, measure, level),
        "kept": interval,
    }


def _mean_quarter(quarters: Sequence[Quarter]) -> dict[str, Any] | None:
    if not quarters:
        return None
    mse, bias = (statistics.fmean(getattr(quarter, name) for quarter in quarters) for name in ("mse", "bias"))
    return {"mse": mse, "bias": bias, "n": quarters[0].n}


def _unit(dev: Examples) -> Unit:
    """What intervals are over: other systems where these are known, else other clips."""
    return "clips" if dev.systems is None else "systems"


def _intervals(dev: Examples, place: int, predicted: Sequence[float]) -> dict[str, dict[str, Any]]:
    """Every measure of one training's predictions with its 95 % interval, by level and name.

    Clips of a system go together: where systems are known, they are what is drawn, at either level.
    """
    ratings = dev.ratings.numpy()[:, place]
    known = np.flatnonzero(~np.isnan(ratings))
    scores = np.asarray(predicted)[known]
    systems = None if dev.systems is None else [dev.systems[index] for index in known]
    return {
        level: {
            measure: asdict(
                measure_interval(measure, scores, ratings[known], systems=systems, level=level, unit=_unit(dev))
            )
            for measure in OF_RATINGS
        }
        for level in LEVELS
        if level == "clip" or systems is not None
    }
