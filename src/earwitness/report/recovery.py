"""Scripts held against clips, as a table: what was measured, and how often the two agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from earwitness.metrics.bootstrap import Interval
from earwitness.metrics.shares import share_interval
from earwitness.report.tables import Cell, Table
from earwitness.scenes.recovery.readings import MEASURES, TOLERANCES, Measure, Reading

COLUMNS = ("what", "tolerance", "said", "measured", "agree", "share", "low", "high", "clips", "worst by", "in")
# A reading and the name of its clip.
Named: TypeAlias = tuple[str, Reading]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was measured of one kind.

    Attributes:
        what: the kind.
        said: how often scripts say something of it.
        measured: the readings that have a value.
    """

    what: Measure
    said: int
    measured: Sequence[Named]

    @property
    def share(self) -> Interval:
        """Of the readings with a value those that agree; readings of one clip may be alike."""
        return share_interval(
            [float(bool(reading.agrees)) for _, reading in self.measured], clusters=[clip for clip, _ in self.measured]
        )

    @property
    def agreeing(self) -> int:
        """How many agree."""
        return sum(bool(reading.agrees) for _, reading in self.measured)


def recovered(readings: Sequence[Named]) -> list[Recovered]:
    """What was measured, kind by kind; kinds that no script speaks of are left out.

    Example:
        >>> known, unknown = Reading("tempo", "", 60.0, 61.0), Reading("tempo", "", 60.0, None, "it is noise")
        >>> [(one.what, one.agreeing, len(one.measured), one.said) for one in recovered([("a", known), ("b", unknown)])]
        [('tempo', 1, 1, 2)]
    """
    by_kind: dict[Measure, list[Named]] = {what: [] for what in MEASURES}
    for clip, reading in readings:
        by_kind[reading.what].append((clip, reading))
    return [
        Recovered(what, len(own), [(clip, reading) for clip, reading in own if reading.measured is not None])
        for what, own in by_kind.items()
        if own
    ]


def recovery_table(readings: Sequence[Named]) -> Table:
    """Each kind in a row; under them why what could not be measured could not."""
    clips = len({clip for clip, _ in readings})
    why: dict[str, Counter[str]] = {}
    for _, reading in readings:
        if reading.reason:
            why.setdefault(reading.reason, Counter())[reading.what] += 1
    notes = [
        f"not measured, as {reason}: {', '.join(f'{what} {count}' for what, count in kinds.most_common())}"
        for reason, kinds in why.items()
    ]
    return Table(
        COLUMNS,
        tuple(map(_row, recovered(readings))),
        notes=(f"{clips} clips; shares with 95 % intervals over clips", *notes),
        facts={"n_clips": clips, "not_measured": {reason: dict(kinds) for reason, kinds in why.items()}},
    )


def _row(found: Recovered) -> tuple[Cell, ...]:
    share = found.share
    worst = max(found.measured, key=lambda named: abs(named[1].deviation or 0.0), default=None)
    return (
        found.what, str(TOLERANCES[found.what]), found.said, len(found.measured), found.agreeing,
        share.value, share.low, share.high, share.n, worst and worst[1].deviation, worst and worst[0],
    )  # fmt: skip
