"""The cells of an ablation, and how far each factor moves their figures.

The spread of a factor is told with everything else the same, beside half the width of one cell's 95 % interval: a
spread within it may be the sample's. The cells of a factor share their clips, so that a smaller difference may be real;
``earwitness compare`` tests two of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from earwitness.bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting and what came of it.

    Attributes:
        levels: level by factor.
        run: the run's folder below that of the ablation; None if there is none.
        recipe: its id.
        figure: None if it failed.
        error: why it failed.
        not_scored: how many pairs have no score, by the code of the reason.
    """

    levels: Mapping[str, str]
    run: str | None = None
    recipe: str | None = None
    figure: Figure | None = None
    error: str | None = None
    not_scored: Mapping[str, int] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        """That of the figure."""
        return self.figure.value if self.figure else None

    @property
    def half_width(self) -> float | None:
        """Half the width of its interval."""
        told = self.figure
        return None if told is None or told.low is None or told.high is None else (told.high - told.low) / 2


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a figure moves with one factor while all others stay the same.

    Attributes:
        factor: what varies.
        levels: how many of it there are.
        settings: of the others, at which at least two levels have a value.
        spread: highest less lowest value, mean over those settings; None if there is none of them.
        largest: the same at the setting where it is largest.
        sd: standard deviation over levels, mean over those settings.
        half_width: half the width of one cell's 95 % interval, mean over those cells that have one.
    """

    factor: str
    levels: int
    settings: int
    spread: float | None
    largest: float | None
    sd: float | None
    half_width: float | None


@dataclass(frozen=True, slots=True)
class Ablation:
    """What an ablation came to.

    Attributes:
        benchmark: its name.
        factors: the levels of each factor, in order, also of those with one.
        cells: one a setting.
        note: what was judged, as the runs note it.
    """

    benchmark: str
    factors: Mapping[str, tuple[str, ...]]
    cells: tuple[Cell, ...]
    note: Mapping[str, Any]

    @property
    def varied(self) -> tuple[str, ...]:
        """The factors with several levels."""
        return tuple(factor for factor, levels in self.factors.items() if len(levels) > 1)

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """One for each factor that varies."""
        return tuple(spread_of(factor, self.cells) for factor in self.varied)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return {**asdict(self), "spreads": [asdict(spread) for spread in self.spreads]}


def spread_of(factor: str, cells: Sequence[Cell]) -> Spread:
    """How far a figure moves with one factor."""
    beside: defaultdict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.value is not None:
            beside[tuple(level for name, level in cell.levels.items() if name != factor)].append(cell)
    groups = [group for group in beside.values() if len(group) > 1]
    values = [np.array([cell.value for cell in group], np.float64) for group in groups]
    ranges = [float(np.ptp(group)) for group in values]
    return Spread(
        factor,
        len({cell.levels[factor] for cell in cells}),
        len(groups),
        _mean(ranges),
        max(ranges, default=None),
        _mean([float(group.std(ddof=1)) for group in values]),
        _mean([cell.half_width for group in groups for cell in group if cell.half_width is not None]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
