"""Measurements into figures with 95 % intervals, and two runs' measurements into paired tests.

Units of one cluster, such as the captions of one clip, are drawn and exchanged together. Which test answers depends on
what is measured: Williams' for LCC where scores and ratings look normal, as it promises nothing elsewhere; McNemar's
for accuracies of decisions that stand for themselves; for all else a permutation that exchanges the two judges unit by
unit, with the interval of a paired bootstrap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earwitness.bench.measurements import MeasureKind, Measurement
from earwitness.errors import UsageError
from earwitness.metrics.bootstrap import Interval, measure_interval
from earwitness.metrics.correlation import MEASURES, Level, MeasureName, measured_values
from earwitness.metrics.dependent import williams
from earwitness.metrics.design import Design, Unit
from earwitness.metrics.paired import Comparison, paired_bootstrap, paired_permutation
from earwitness.metrics.paired_shares import paired_f1, paired_shares
from earwitness.metrics.shares import f1_interval, share_interval

MEASURED_BY: Mapping[MeasureKind, MeasureName] = {
    "LCC": "lcc",
    "SRCC": "srcc",
    "KTAU": "ktau",
    "MSE": "mse",
    "AUC": "auc",
}
# Above this p the data do not contradict a normal distribution.
NORMAL_P = 0.05


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a run.

    Attributes:
        part: of the benchmark.
        subset: of the part.
        of: what the scores are held against.
        measure: as in ``Measurement``.
        level: clip or system.
        value: None where it does not exist, with a reason.
        low: lower end of the 95 % interval; None where there is none, with a reason.
        high: upper end.
        n: units measured.
        n_total: units that there are.
        n_independent: clusters among the units measured, which the interval rests on.
        unit: what is counted.
        ties: decisions that the scores left open, where that is told.
        note: what else to know of it.
        reason: why something is None.
    """

    part: str
    subset: str
    of: str
    measure: MeasureKind
    level: Level
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_total: int
    n_independent: int
    unit: str
    ties: int | None = None
    note: str = ""
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return asdict(self)


def figure(measurement: Measurement) -> Figure:
    """The number with its interval.

    Example:
        >>> right = np.array([1.0, 1.0, 0.0, 1.0])
        >>> found = figure(Measurement("order", "text", "accuracy", tuple("abcd"), right, np.ones(4), n_total=5))
        >>> found.value, found.n, found.n_total
        (0.75, 4, 5)
    """
    found = _interval(measurement)
    return Figure(
        measurement.part,
        measurement.subset,
        measurement.of,
        measurement.measure,
        measurement.level,
        found.value,
        found.low,
        found.high,
        len(measurement.ids),
        measurement.n_total,
        found.n,
        measurement.unit,
        measurement.ties,
        measurement.note,
        found.reason,
    )


def _interval(m: Measurement) -> Interval:
    if m.measure == "accuracy":
        return share_interval(m.scores, clusters=m.clusters)
    if m.measure == "F1":
        return f1_interval(m.scores, m.truths, clusters=m.clusters)
    return measure_interval(
        MEASURED_BY[m.measure], m.scores, m.truths, systems=m.clusters, level=m.level, unit=_unit(m)
    )


def value_of(m: Measurement) -> float | None:
    """The number alone; None where it does not exist.

    Example:
        >>> value_of(Measurement("order", "text", "accuracy", ("a", "b"), np.array([1.0, 0.0]), np.ones(2), n_total=5))
        0.5
    """
    if m.measure in ("accuracy", "F1"):
        return _interval(m).value
    name = MEASURED_BY[m.measure]
    design = Design.of(len(m.ids), m.clusters, m.level, _unit(m))
    scores, truths = (design.taken_over(values) for values in measured_values(name, m.scores, m.truths))
    return MEASURES[name](scores, truths).value


def _unit(m: Measurement) -> Unit:
    return "clips" if m.clusters is None else "systems"


def compared(a: Measurement, b: Measurement) -> Comparison:
    """The figure of a less that of b, on the units that both have, with its interval and p.

    Raises:
        UsageError: if the two do not measure the same, or a unit's truth is not the same in both.

    Example:
        >>> names, truths = tuple(map(str, range(40))), np.arange(40.0)
        >>> good = Measurement("all", "REL", "SRCC", names, truths, truths, n_total=40)
        >>> poor = replace(good, scores=np.roll(truths, 9))
        >>> found = compared(good, poor)
        >>> found.difference > 0, found.p < 0.05, found.method
        (True, True, 'paired_permutation')
    """
    if a.key != b.key:
        raise UsageError(f"{' '.join(a.key)} cannot be compared with {' '.join(b.key)}; wanted the same measurement.")
    a, b = _on_common_units(a, b)
    if a.measure == "accuracy":
        return paired_shares(a.scores, b.scores, clusters=a.clusters)
    if a.measure == "F1":
        return paired_f1(a.scores, b.scores, a.truths, clusters=a.clusters)
    if a.measure == "LCC" and a.clusters is None and all(map(looks_normal, (a.scores, b.scores, a.truths))):
        return williams(a.scores, b.scores, a.truths)
    data = (MEASURED_BY[a.measure], a.scores, b.scores, a.truths)
    tested = paired_permutation(*data, systems=a.clusters, level=a.level, unit=_unit(a))
    drawn = paired_bootstrap(*data, systems=a.clusters, level=a.level, unit=_unit(a))
    return replace(tested, low=drawn.low, high=drawn.high, reason=tested.reason or drawn.reason)


def _on_common_units(a: Measurement, b: Measurement) -> tuple[Measurement, Measurement]:
    place_a, place_b = ({name: place for place, name in enumerate(m.ids)} for m in (a, b))
    common = [name for name in a.ids if name in place_b]
    kept_a, kept_b = _kept(a, [place_a[name] for name in common]), _kept(b, [place_b[name] for name in common])
    odd = np.flatnonzero(kept_a.truths != kept_b.truths)
    if len(odd):
        at = int(odd[0])
        raise UsageError(
            f"{a.of} of '{common[at]}' is {kept_a.truths[at]:g} in one run and {kept_b.truths[at]:g} in the other; "
            "wanted runs on the same data."
        )
    # Whether clips repeat is told by the units of one run; of both, a cluster is what it is in the first.
    return kept_a, replace(kept_b, clusters=kept_a.clusters)


def _kept(m: Measurement, places: list[int]) -> Measurement:
    return replace(
        m,
        ids=tuple(m.ids[place] for place in places),
        scores=m.scores[places],
        truths=m.truths[places],
        clusters=None if m.clusters is None else tuple(m.clusters[place] for place in places),
    )


def looks_normal(values: NDArray[np.float64]) -> bool:
    """Whether skewness and kurtosis are such as normal values have: Jarque and Bera's test does not reject it.

    Econ. Lett. 6 (1980): JB = n / 6 (S^2 + K^2 / 4), with a chi-squared distribution of 2 degrees of freedom, for which
    P(JB > x) = exp(-x / 2).

    Example:
        >>> rng = np.random.default_rng(0)
        >>> looks_normal(rng.normal(size=200)), looks_normal(rng.random(200) ** 8)
        (True, False)
    """
    spread = values.std()
    if not spread:
        return False
    standard = (values - values.mean()) / spread
    skewness, kurtosis = float(np.mean(standard**3)), float(np.mean(standard**4)) - 3
    return bool(np.exp(-len(values) / 12 * (skewness**2 + kurtosis**2 / 4)) > NORMAL_P)
