"""The three ways in which the paper's loss is known to fail, as rules over seeds, against Huber's loss alone.

``better_order_worse_values``: the ranking loss has the higher mean SRCC by clip and the higher mean squared error:
clips are ordered better and rated worse.
``gain_within_seeds``: the mean SRCC by clip differs from Huber's by no more than the standard deviation over seeds, of
whichever of the two spreads more: another seed could turn the sign.
``poor_low_range``: the squared error on the lowest quarter of ratings is higher than Huber's, and higher than on the
highest quarter: weight on the best clips was taken from the worst.

A rule that cannot be decided - one seed, a correlation that does not exist - is None, never False.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from earwitness.train.evaluation import AxisResult


@dataclass(frozen=True, slots=True)
class Signatures:
    """Which failures one axis shows."""

    better_order_worse_values: bool | None
    gain_within_seeds: bool | None
    poor_low_range: bool | None

    def shown(self) -> tuple[str, ...]:
        """The names of those that are there."""
        return tuple(name for name, there in asdict(self).items() if there)


def failure_signatures(with_ranking: Sequence[AxisResult], alone: Sequence[AxisResult]) -> Signatures:
    """Which failures the results of some seeds show, against Huber's loss alone on the same seeds."""
    return Signatures(
        _better_order_worse_values(with_ranking, alone),
        _gain_within_seeds(with_ranking, alone),
        _poor_low_range(with_ranking, alone),
    )


def mean_over_seeds(results: Sequence[AxisResult], measure: str, level: str) -> float | None:
    """Mean of a measure; None if it does not exist for every seed."""
    values = [result.value(measure, level) for result in results]
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known and len(known) == len(values) else None


def spread_over_seeds(results: Sequence[AxisResult], measure: str, level: str) -> float | None:
    """Standard deviation (n - 1) of a measure; None below two seeds."""
    values = [result.value(measure, level) for result in results]
    known = [value for value in values if value is not None]
    return statistics.stdev(known) if len(known) > 1 and len(known) == len(values) else None


def _difference(ours: Sequence[AxisResult], alone: Sequence[AxisResult], measure: str) -> float | None:
    one, other = (mean_over_seeds(results, measure, "clip") for results in (ours, alone))
    return None if one is None or other is None else one - other


def _better_order_worse_values(ours: Sequence[AxisResult], alone: Sequence[AxisResult]) -> bool | None:
    gain, loss = _difference(ours, alone, "srcc"), _difference(ours, alone, "mse")
    return None if gain is None or loss is None else gain > 0 and loss > 0


def _gain_within_seeds(ours: Sequence[AxisResult], alone: Sequence[AxisResult]) -> bool | None:
    gain = _difference(ours, alone, "srcc")
    spreads = [spread_over_seeds(results, "srcc", "clip") for results in (ours, alone)]
    known = [spread for spread in spreads if spread is not None]
    return None if gain is None or len(known) < len(spreads) else abs(gain) <= max(known)


def _poor_low_range(ours: Sequence[AxisResult], alone: Sequence[AxisResult]) -> bool | None:
    if not ours or not alone:
        return None
    low, high = (statistics.fmean(getattr(result, end).mse for result in ours) for end in ("lowest", "highest"))
    return low > statistics.fmean(result.lowest.mse for result in alone) and low > high
