"""Where "low" ends and "high" begins: values that a caption calls one or the other, with a guard band between the two.

A listener may call a tempo of 110 fast or slow; a clip of 150 is fast and one of 60 is slow. So values are drawn from
two ranges, and what lies between them is not made where a caption speaks of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

Level = Literal["low", "high"]
LEVELS: tuple[Level, ...] = get_args(Level)
Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Band:
    """Two ranges of one measure.

    Attributes:
        unit: of its values.
        low: from where to where low values go.
        high: the same of high ones; what lies between is the guard band.
        whole: whether its values are whole numbers.
        middle: where values lie of which nothing is said, inside the guard band; None where that does not occur.
    """

    unit: str
    low: Range
    high: Range
    whole: bool = False
    middle: Range | None = None

    def draw(self, level: Level | None, rng: np.random.Generator) -> float:
        """A value that is low or high; one in the middle where no level is told."""
        value = rng.uniform(*self.range_of(level))
        return float(round(value) if self.whole else value)

    def level_of(self, value: float) -> Level | None:
        """What a value is called; None in the guard band, and beyond either end.

        Example:
            >>> tempo = Band("beats a minute", (60, 75), (150, 180))
            >>> tempo.level_of(70), tempo.level_of(160), tempo.level_of(110)
            ('low', 'high', None)
        """
        return next((level for level in LEVELS if self.range_of(level)[0] <= value <= self.range_of(level)[1]), None)

    def range_of(self, level: Level | None) -> Range:
        """From where to where values of a level go, or those of which nothing is said.

        Raises:
            ValueError: if nothing is said and the band has no middle.
        """
        if level is None and self.middle is None:
            raise ValueError(f"a band in {self.unit} has no middle; wanted low or high")
        return {"low": self.low, "high": self.high, None: self.middle or self.low}[level]


def level_of(names: tuple[str, str], name: str | None) -> Level | None:
    """The level that a name stands for, of those of the lower and the higher level; None where nothing is said.

    Example:
        >>> level_of(("slow", "fast"), "fast"), level_of(("slow", "fast"), None)
        ('high', None)
    """
    return None if name is None else LEVELS[names.index(name)]


def other_of(names: tuple[str, str], name: str) -> str:
    """The name of the other level.

    Example:
        >>> other_of(("slow", "fast"), "fast")
        'slow'
    """
    low, high = names
    return high if name == low else low
