"""A run in numbers: how much of it was scored, why the rest was not, and means with their intervals.

Computed from the records alone, in their order, so that the same records give the same bytes.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from earwitness.metrics.uncertainty import mean_estimate
from earwitness.run.store import Record
from earwitness.types import Estimate, Score


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and means of some records.

    Attributes:
        n_scored: pairs with a score.
        n_clips: different clips among those, by their sound; several captions on one clip count it once.
        n_total: pairs in the input, scored or not, reached or not.
        failures: how many pairs have no score, by the code of the reason.
        flags: how many scored pairs carry each flag.
        estimates: mean over pairs by axis; its 95 % interval takes clips as independent, not pairs, as several
            captions on one clip are answered alike. None where no pair has a number.
    """

    n_scored: int
    n_clips: int
    n_total: int
    failures: Mapping[str, int]
    flags: Mapping[str, int]
    estimates: Mapping[str, Estimate | None]

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, ready for strict JSON."""
        return asdict(self)


class Tally:
    """Adds up records one at a time; ``axes`` as in ``Judge.axes``."""

    def __init__(self, axes: Mapping[str, tuple[float, float]]) -> None:
        self._bounds = axes
        self._values: dict[str, array[float]] = {axis: array("d") for axis in axes}
        # The clip behind each value, and behind each scored pair, as 64 bits: a hash in full would be the most of what
        # many rows take.
        self._clips: dict[str, array[int]] = {axis: array("q") for axis in axes}
        self._scored_clips = array("q")
        self._failures: Counter[str] = Counter()
        self._flags: Counter[str] = Counter()
        self._seen = 0

    def add(self, score: Score | None) -> None:
        """Count one pair; None for one that waits."""
        self._seen += 1
        if score is None:
            return
        if score.status != "ok":
            self._failures[score.error.code if score.error else "unknown"] += 1
            return
        clip = hash(score.audio_sha256 or ("a clip of its own", score.pair_id))
        self._scored_clips.append(clip)
        self._flags.update(score.flags)
        for axis, value in score.values.items():
            if value is not None:
                self._values.setdefault(axis, array("d")).append(value)
                self._clips.setdefault(axis, array("q")).append(clip)

    def summary(self, total: int | None = None) -> Summary:
        """The numbers of what was added; ``total`` where more is in the input than was added."""
        return Summary(
            len(self._scored_clips),
            len(set(self._scored_clips)),
            self._seen if total is None else total,
            dict(sorted(self._failures.items())),
            dict(sorted(self._flags.items())),
            {axis: self._estimate(axis) for axis in self._values},
        )

    def _estimate(self, axis: str) -> Estimate | None:
        values = self._values[axis]
        if not values:
            return None
        return mean_estimate(values, clusters=self._clips[axis], bounds=self._bounds.get(axis))


def summarise(
    records: Iterable[Record], axes: Mapping[str, tuple[float, float]], total: int
) -> tuple[Summary, Mapping[str, Summary]]:
    """All records together, and those of each system."""
    whole, systems = Tally(axes), dict[str, Tally]()
    for record in records:
        whole.add(record.score)
        system = record.pair["system"]
        if system is not None:
            systems.setdefault(system, Tally(axes)).add(record.score)
    return whole.summary(total), {system: systems[system].summary() for system in sorted(systems)}
