"""What is told of a run and is no error: on standard error before it starts, in its results, under its table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from earwitness.mos.heads import Axis
from earwitness.mos.objective import LOSSES
from earwitness.train.config import MOSConfig
from earwitness.train.evaluation import FEWEST_SYSTEMS, systems_rated
from earwitness.train.examples import Examples
from earwitness.train.results import FitResult

# Widths of scales on which a point is about what it was to the losses' authors, who had 1-5 and 1-10.
USUAL_WIDTHS = (3, 10)
USUAL_WIDTH = 4


def scale_cautions(config: MOSConfig, axes: Sequence[Axis], observed: Collection[str] = ()) -> list[str]:
    """Where nobody told the raters' scale, and where losses that count in points are far from what they were made for.

    Of a scale that was but observed the second is not known: a set of 1-5 may hold ratings from 2.4 to 4.9 only.

    Args:
        config: of the training.
        axes: with their scales.
        observed: those whose scale nobody told.

    Example:
        >>> scale_cautions(MOSConfig(axes=("quality",), loss="contrastive"), [Axis("quality", 1, 5)])
        []
    """
    untold = [
        f"{axis.name}: nobody told the raters' scale; {axis.low:g}-{axis.high:g} was taken from the ratings seen, and "
        "predictions are cut to it. Give it: --scale LOW-HIGH."
        for axis in axes
        if axis.name in observed
    ]
    if config.loss == "none":
        return untold
    odd = [axis for axis in axes if axis.name not in observed and not _usual(axis.high - axis.low)]
    return untold + [line for axis in odd for line in _in_points(config, axis)]


def _in_points(config: MOSConfig, axis: Axis) -> Iterator[str]:
    ratings, width = f"{axis.name}: ratings run {axis.low:g}-{axis.high:g}", axis.high - axis.low
    # On standardised ratings a hinge must be as small as the regression has become.
    weight = f"--rank-weight {USUAL_WIDTH / width:.2g}"
    hinge = LOSSES[config.loss].in_points
    if config.regression != "none" and config.regression_scale == "ratings":
        advice = "--regression-scale standardised" + (f" and {weight}" if hinge else "")
        unit = "Huber's one point" if config.regression == "huber" else f"one point of '{config.regression}'"
        yield (
            f"{ratings}: {unit} is {_percent(1 / width)} of that and {_percent(1 / USUAL_WIDTH)} of 1-5, so its weight "
            f"beside '{config.loss}' is another; use {advice}."
        )
    elif config.regression != "none" and hinge and not _usual(config.rank_weight * width):
        yield f"{ratings}: '{config.loss}' counts in points, and the regression in standard deviations; use {weight}."
    if config.loss == "contrastive":
        yield f"{ratings}: a margin of {config.margin:g} points is {_percent(config.margin / width)} of that."


def _usual(width: float) -> bool:
    return USUAL_WIDTHS[0] <= width <= USUAL_WIDTHS[1]


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def system_cautions(dev: Examples) -> list[str]:
    """Where a correlation by system rests on two of them."""
    return [
        f"{axis}: {dev.name} has {systems} systems, and a correlation of two points is always 1 or -1: those by system "
        "tell nothing."
        for axis, systems in systems_rated(dev).items()
        if 1 < systems < FEWEST_SYSTEMS
    ]


def fit_cautions(fits: Sequence[FitResult], code: str) -> list[str]:
    """Trainings of which no epoch could be chosen, and those that other code than today's has made."""
    lines = [
        f"{fit.name}: no epoch had the measure that chooses the best one; the last of {fit.epochs} is kept."
        for fit in fits
        if not fit.best_epoch
    ]
    for fit in fits:
        if others := [name for name in fit.codes if name != code]:
            lines.append(
                f"{fit.name} was trained by {' and '.join(others)}, and this run is by {code}: what an option means "
                "may have changed in between."
            )
    return lines
