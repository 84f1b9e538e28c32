"""Scripts held against clips, as a table: what was measured, and how often the two agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from earwitness.metrics.bootstrap import Interval
from earwitness.metrics.shares import share_interval
from earwitness.report.tables import Cell, Table
from earwitness.scenes.recovery.heard import Heard
from earwitness.scenes.recovery.readings import MEASURES, TOLERANCES, Measure, Reading

COLUMNS = ("measured", "tolerance", "clips", "agree", "measured of", "in all", "share", "low", "high", "worst", "clip")
# Readings of a clip, with its name.
Named: TypeAlias = tuple[str, Reading]


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured of one kind.

    Attributes:
        what: the kind.
        measured: readings with a value, by their clips' names.
        total: readings with a value or without.
    """

    what: Measure
    measured: Sequence[Named]
    total: int

    @property
    def share(self) -> Interval:
        """How many readings agree; a clip's may be alike."""
        right = [bool(reading.agrees) for _, reading in self.measured]
        return share_interval(right, clusters=[clip for clip, _ in self.measured])

    @property
    def worst(self) -> tuple[str, float | None]:
        """The reading that lies farthest off, and its clip."""
        return max(((clip, one.deviation) for clip, one in self.measured), key=lambda found: abs(found[1] or 0.0))


def findings(clips: Iterable[Heard]) -> list[Found]:
    """What was measured, kind by kind; kinds of which no script says anything are left out."""
    readings = [(clip.name, reading) for clip in clips for reading in clip.readings]
    found = []
    for what in MEASURES:
        own = [(clip, reading) for clip, reading in readings if reading.what == what]
        if own:
            found.append(Found(what, [one for one in own if one[1].measured is not None], len(own)))
    return found
