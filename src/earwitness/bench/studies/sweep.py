"""Does calibration go with reliability? AQAScore's third open question, asked of runs that are there already.

A judge's P(yes) is changed as training might change it, by a temperature (``sigmoid(logit(p) / T)``) or by a bias to
yes (``sigmoid(logit(p) + b)``), and measured again: calibration (ECE, Brier score, entropy) beside agreement with
people (LCC, SRCC, AUC). Runs of several judges, such as a base and a chat-tuned backbone or the checkpoints of one,
stand beside each other as they are and under every change.

Both changes rise strictly, so that no order of two pairs changes: SRCC and AUC cannot move. What did move is told by
measuring. Orders are read off the changed logits, because probabilities near 0 and 1 run together in float64; should
rounding shift a rank even so, it is counted. A p of exactly 0 or 1 has no finite logit, and stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from earwitness.bench.studies.beside import Standing, standing
from earwitness.bench.studies.truths import Said
from earwitness.errors import UsageError
from earwitness.metrics.arguments import FEWEST_RESAMPLES
from earwitness.metrics.calibration import answer_entropy, brier, calibration_error
from earwitness.metrics.correlation import Values, auc, lcc, mid_ranks, srcc

Kind = Literal["as it is", "temperature", "bias"]
# Halves and doubles in two steps each; biases in steps of a half, on the scale of logits.
TEMPERATURES = tuple(2.0 ** (step / 2) for step in range(-4, 5) if step)
BIASES = tuple(step / 2 for step in range(-6, 7) if step)
# The two of which a monotone change can move none come last.
MEASURES = ("ECE", "Brier", "entropy", "LCC", "SRCC", "AUC")
BY_ORDER = ("SRCC", "AUC")
# Beyond any logit of a float64 probability, changed or not: stands for infinity, which has a rank but no number.
FURTHEST = 1e6


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to P(yes): nothing, a temperature T > 0, or a bias b on its logit.

    Example:
        >>> Change("temperature", 2.0).apply(np.array([0.1, 0.5]))[0].round(3).tolist()
        [0.25, 0.5]
    """

    kind: Kind = "as it is"
    amount: float = 0.0

    def apply(self, p_yes: Values) -> tuple[Values, Values]:
        """The changed probabilities, and numbers in the same order that do not run together near 0 and 1."""
        if self.kind == "as it is":
            return p_yes, p_yes
        from scipy.special import expit, logit

        logits = logit(p_yes) / self.amount if self.kind == "temperature" else logit(p_yes) + self.amount
        return expit(logits), np.clip(logits, -FURTHEST, FURTHEST)


AS_IT_IS = Change()


@dataclass(frozen=True, slots=True)
class Point:
    """A run under one change.

    Attributes:
        run: its name.
        kind: of change.
        amount: of change.
        values: by measure; None where the truths allow none.
        moved: the measures that are not exactly what they are without the change.
        ranks_moved: pairs whose rank is another, by rounding alone.
    """

    run: str
    kind: Kind
    amount: float
    values: Mapping[str, float | None]
    moved: tuple[str, ...] = ()
    ranks_moved: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep came to.

    Attributes:
        truth: what people said, in words.
        standings: each run as it is, with intervals.
        points: each run under every change, as it is first.
        shared: pairs that all runs have, of those that any has.
    """

    truth: str
    standings: tuple[Standing, ...]
    points: tuple[Point, ...]
    shared: tuple[int, int]

    def of(self, run: str, kind: Kind) -> list[Point]:
        """A run under one kind of change, by rising amount; as it is, it stands where nothing is changed.

        Example:
            >>> points = (Point("a", "as it is", 0.0, {}), Point("a", "bias", -1.0, {}), Point("a", "bias", 1.0, {}))
            >>> [point.amount for point in Sweep("label", (), points, (9, 9)).of("a", "bias")]
            [-1.0, 0.0, 1.0]
        """
        neutral = {"temperature": 1.0}.get(kind, 0.0)
        own = [point for point in self.points if point.run == run and point.kind in (kind, "as it is")]
        return sorted(own, key=lambda point: point.amount if point.kind == kind else neutral)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return asdict(self)


def sweep(
    said: Sequence[Said],
    *,
    temperatures: Sequence[float] = TEMPERATURES,
    biases: Sequence[float] = BIASES,
    seed: int = 0,
) -> Sweep:
    """Measure runs as they are and under every change.

    Args:
        said: what each run says beside what people say, from ``said_of``; names differ.
        temperatures: above 0, and not 1.
        biases: not 0.
        seed: of resamples.

    Raises:
        UsageError: if there is no run, two have one name, they hold different truths, or a temperature is not above 0.

    Example:
        >>> p, truths = np.array([0.1, 0.2, 0.7, 0.8, 0.6, 0.9]), np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
        >>> found = sweep([Said("base", "4b1d", tuple("abcdef"), p, truths, truths, 6)], temperatures=(2.0,), biases=())
        >>> found.points[1].moved
        ('ECE', 'Brier', 'entropy', 'LCC')
    """
    names = [one.name for one in said]
    if not said or len(set(names)) < len(names):
        raise UsageError(f"got the runs {', '.join(names) or 'none'}; wanted at least one, each with its own name.")
    if not all(temperature > 0 for temperature in temperatures):
        raise UsageError(f"the temperatures are {', '.join(map(str, temperatures))}; wanted numbers above 0.")
    if len({one.truth for one in said}) > 1:
        raise UsageError("the runs are held against different truths; wanted one for all.")
    changes = [
        *(Change("temperature", amount) for amount in temperatures),
        *(Change("bias", amount) for amount in biases),
    ]
    points = [point for one in said for point in _points(one, changes)]
    ids = [set(one.ids) for one in said]
    shared = len(set.intersection(*ids)), len(set.union(*ids))
    return Sweep(said[0].truth, tuple(standing(one, seed=seed) for one in said), tuple(points), shared)


def _points(said: Said, changes: Sequence[Change]) -> list[Point]:
    neutral, ranks = _values(said, AS_IT_IS)
    found = [Point(said.name, AS_IT_IS.kind, AS_IT_IS.amount, neutral)]
    for change in changes:
        values, changed = _values(said, change)
        moved = tuple(name for name in MEASURES if values[name] != neutral[name])
        found.append(
            Point(said.name, change.kind, change.amount, values, moved, int(np.count_nonzero(changed != ranks)))
        )
    return found


def _values(said: Said, change: Change) -> tuple[dict[str, float | None], Values]:
    """Every measure under a change, and the ranks of the pairs."""
    p_yes, ordered = change.apply(said.p_yes)
    found: dict[str, float | None] = {
        "entropy": answer_entropy(p_yes).value,
        "LCC": lcc(p_yes, said.truths).value,
        "SRCC": srcc(ordered, said.truths).value,
    }
    if said.labels is not None:
        # Of its resamples, which only its interval needs, as few as may be.
        found["ECE"] = calibration_error(p_yes, said.labels, resamples=FEWEST_RESAMPLES).value
        found["Brier"] = brier(p_yes, said.labels).value
        found["AUC"] = auc(ordered, said.labels).value
    return {name: found.get(name) for name in MEASURES}, mid_ranks(ordered)
