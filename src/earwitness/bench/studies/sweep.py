"""Does calibration go with reliability? AQAScore's third open question, asked of runs that are there already.

A judge's P(yes) is changed as training might change it, by a temperature (``sigmoid(logit(p) / T)``) or by a bias to
yes (``sigmoid(logit(p) + b)``), and measured again: calibration (ECE, Brier score, entropy) beside agreement with
people (LCC, SRCC, AUC). Runs of several judges, such as a base and a chat-tuned backbone or the checkpoints of one,
stand beside each other as they are and under every change.

Both changes rise strictly, so that no order of two pairs changes: SRCC and AUC cannot move. What did move is told by
measuring. Orders are read off the changed logits, because probabilities near 0 and 1 run together in float64; should
rounding shift a rank even so, it is counted. A p of exactly 0 or 1 is moved as a recalibration moves it, and may tie
with those nearest to it (see ``metrics.recalibration``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from earwitness.bench.studies.labels import Labelled
from earwitness.bench.studies.readings import Reliability, reliability_of
from earwitness.errors import UsageError
from earwitness.metrics.calibration import answer_entropy, brier
from earwitness.metrics.calibration_error import error_alone
from earwitness.metrics.correlation import Values, auc, lcc, mid_ranks, srcc
from earwitness.metrics.recalibration import Recalibration

Kind = Literal["as it is", "temperature", "bias"]
# What changes nothing, by kind.
NEUTRAL: Mapping[Kind, float] = {"as it is": 0.0, "temperature": 1.0, "bias": 0.0}
# Halves and doubles in two steps each; biases in steps of a half, on the scale of logits.
TEMPERATURES = tuple(2.0 ** (step / 2) for step in range(-4, 5) if step)
BIASES = tuple(step / 2 for step in range(-6, 7) if step)
# The two of which a monotone change can move none come last.
MEASURES = ("ECE", "Brier", "entropy", "LCC", "SRCC", "AUC")
BY_ORDER = ("SRCC", "AUC")


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
        recipes: the id of each run's.
        standings: each run as it is, with intervals.
        points: each run under every change, as it is first.
        shared: pairs that all runs have, of those that any has.
    """

    truth: str
    recipes: Mapping[str, str]
    standings: tuple[Reliability, ...]
    points: tuple[Point, ...]
    shared: tuple[int, int]

    def of(self, run: str, kind: Kind) -> list[Point]:
        """A run under one kind of change, by rising amount; as it is, it stands where nothing is changed.

        Example:
            >>> points = (Point("a", "as it is", 0.0, {}), Point("a", "bias", -1.0, {}), Point("a", "bias", 1.0, {}))
            >>> [point.amount for point in Sweep("label", {}, (), points, (9, 9)).of("a", "bias")]
            [-1.0, 0.0, 1.0]
        """
        own = [point for point in self.points if point.run == run and point.kind in (kind, "as it is")]
        return sorted(own, key=lambda point: point.amount if point.kind == kind else NEUTRAL[kind])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return asdict(self)


def sweep(
    runs: Mapping[str, Labelled],
    *,
    temperatures: Sequence[float] = TEMPERATURES,
    biases: Sequence[float] = BIASES,
    seed: int = 0,
) -> Sweep:
    """Measure runs as they are and under every change.

    Args:
        runs: what each says beside what people say, by its name.
        temperatures: finite, above 0, and not 1.
        biases: finite, and not 0.
        seed: of resamples.

    Raises:
        UsageError: if there is no run, the truth is not the same in all, no pair is in all, or an amount is not as it
            should be.

    Example:
        >>> from earwitness.bench.judged import Judged
        >>> from earwitness.bench.studies.labels import Answer
        >>> said = {"a": (0.1, 0), "b": (0.2, 0), "c": (0.7, 0), "d": (0.8, 1), "e": (0.6, 1), "f": (0.9, 1)}
        >>> answers = tuple(Answer(Judged(id, id, "", {}), p, true, bool(true)) for id, (p, true) in said.items())
        >>> sweep({"base": Labelled(answers, (), "4b1d", "labels")}, temperatures=(2.0,), biases=()).points[1].moved
        ('ECE', 'Brier', 'entropy', 'LCC')
    """
    _check_truths(runs)
    _check_changes("temperature", temperatures, above=0.0)
    _check_changes("bias", biases, above=-math.inf)
    changes: dict[tuple[Kind, float], Recalibration] = {
        **{("temperature", amount): Recalibration("temperature", {"temperature": amount}) for amount in temperatures},
        **{("bias", amount): Recalibration("platt", {"slope": 1.0, "intercept": amount}) for amount in biases},
    }
    shared = _shared(runs)
    return Sweep(
        next(iter(runs.values())).truth,
        {name: found.recipe for name, found in runs.items()},
        tuple(reliability_of(found, name, seed=seed) for name, found in runs.items()),
        tuple(point for name, found in runs.items() for point in _points(name, found, changes)),
        shared,
    )


def _check_changes(kind: Kind, amounts: Sequence[float], above: float) -> None:
    odd = [amount for amount in amounts if not (above < amount < math.inf and amount != NEUTRAL[kind])]
    if odd:
        floor = f" above {above:g}" if math.isfinite(above) else ""
        raise UsageError(f"{kind} {odd[0]:g} cannot be swept; wanted finite numbers{floor}, and not {NEUTRAL[kind]:g}.")


def _check_truths(runs: Mapping[str, Labelled]) -> None:
    if not runs or len({found.truth for found in runs.values()}) > 1:
        held = ", ".join(f"{name} against {found.truth}" for name, found in runs.items())
        raise UsageError(f"got {held or 'no runs'}; wanted at least one, and the same truth for all.")
    told: dict[str, tuple[float, str]] = {}
    for name, found in runs.items():
        for answer in found.answers:
            truth, first = told.setdefault(answer.pair.id, (answer.truth, name))
            if truth != answer.truth:
                raise UsageError(
                    f"the truth of '{answer.pair.id}' is {truth:g} in {first} and {answer.truth:g} in {name}; wanted "
                    "runs on the same data."
                )


def _shared(runs: Mapping[str, Labelled]) -> tuple[int, int]:
    """How many pairs all runs have, and how many any of them has."""
    ids = [{answer.pair.id for answer in found.answers} for found in runs.values()]
    common = set.intersection(*ids)
    if not common:
        raise UsageError(f"the runs {', '.join(runs)} share none of their pairs; wanted runs on the same data.")
    return len(common), len(set.union(*ids))


def _points(name: str, found: Labelled, changes: Mapping[tuple[Kind, float], Recalibration]) -> Iterator[Point]:
    neutral, ranks = _values(found)
    yield Point(name, "as it is", NEUTRAL["as it is"], neutral)
    for (kind, amount), change in changes.items():
        values, changed = _values(found, change)
        moved = tuple(measure for measure in MEASURES if values[measure] != neutral[measure])
        yield Point(name, kind, amount, values, moved, int(np.count_nonzero(changed != ranks)))


def _values(found: Labelled, change: Recalibration | None = None) -> tuple[dict[str, float | None], Values]:
    """Every measure under a change, and the ranks of the pairs."""
    p_yes = found.p_yes if change is None else change.apply(found.p_yes)
    ordered = p_yes if change is None else change.logits(found.p_yes)
    values: dict[str, float | None] = {
        "entropy": answer_entropy(p_yes).value,
        "LCC": lcc(p_yes, found.truths).value,
        "SRCC": srcc(ordered, found.truths).value,
    }
    if found.matches is not None:
        values["ECE"] = error_alone(p_yes, found.matches, clusters=found.clips)
        values["Brier"] = brier(p_yes, found.matches).value
        values["AUC"] = auc(ordered, found.matches).value
    return {name: values.get(name) for name in MEASURES}, mid_ranks(ordered)
