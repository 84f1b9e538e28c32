"""One thing that a script says, and what was measured of it in the clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from earwitness.scenes.bands import Range

Measure = Literal[
    "onset", "offset", "level", "level in a room", "level of the background", "count",
    "pitch", "pace", "tempo", "register", "mode", "drums",
]  # fmt: skip
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a measured value may lie from the scripted one.

    Attributes:
        unit: of both.
        most: the farthest, in this unit or as a share of the scripted value.
        reason: why not less.
        relative: whether it is a share.
    """

    unit: str
    most: float
    reason: str
    relative: bool = False

    def __str__(self) -> str:
        return f"{self.most:.0%}" if self.relative else f"{self.most:g} {self.unit}".strip()


TOLERANCES: Mapping[Measure, Tolerance] = {
    "onset": Tolerance("s", 0.05, "power is averaged over 20 ms, and a slow attack rises out of noise late"),
    "offset": Tolerance("s", 0.05, "as for onsets"),
    "level": Tolerance("dB", 2.0, "other frames count as sounding where a sound is faded or lies over noise"),
    "level in a room": Tolerance("dB", 6.0, "what walls throw back adds to a tone or takes away from it"),
    "level of the background": Tolerance("dB", 6.0, "it is heard in the pauses alone, and not every moment is as loud"),
    "count": Tolerance("", 0.0, "a number is right or wrong"),
    "pitch": Tolerance("Hz", 0.05, "the median is over other frames; a semitone is 6 %", relative=True),
    "pace": Tolerance("syllables a minute", 0.35, "sentences differ in pauses and long syllables", relative=True),
    "tempo": Tolerance("beats a minute", 0.04, "a clip has few beats", relative=True),
    "register": Tolerance("semitones", 4.0, "overtones and knocks lie beyond the octave of the notes"),
    "mode": Tolerance("semitones of the third", 0.0, "a third is minor or major"),
    "drums": Tolerance("", 0.0, "a kick drum sounds or not"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a script says, beside what was measured.

    Attributes:
        what: is measured.
        about: the label of what it is said of; empty where it is said of the whole clip.
        scripted: the value, or from where to where it may lie.
        measured: None where it cannot be measured in this clip.
        reason: why it cannot.

    Example:
        >>> Reading("tempo", "", 60.0, 61.0).agrees, Reading("tempo", "", 60.0, 120.0).agrees
        (True, False)
        >>> Reading("offset", "bell", 2.0, None, "the room still rings").agrees
    """

    what: Measure
    about: str
    scripted: float | Range
    measured: float | None
    reason: str | None = None

    @property
    def deviation(self) -> float | None:
        """How far the measured value lies from the scripted one or outside the span: a share where tolerances are.

        Example:
            >>> Reading("onset", "bell", 1.0, 1.25).deviation
            0.25
            >>> Reading("pitch", "man speaking", (80.0, 140.0), 120.0).deviation
            0.0
        """
        if self.measured is None:
            return None
        low, high = self.scripted if isinstance(self.scripted, tuple) else (self.scripted, self.scripted)
        nearest = min(max(self.measured, low), high)
        return (self.measured - nearest) / (abs(nearest) if TOLERANCES[self.what].relative else 1.0)

    @property
    def agrees(self) -> bool | None:
        """Whether the two agree within the tolerance; None where nothing was measured."""
        # Times are written to thousandths.
        return None if self.deviation is None else abs(self.deviation) <= TOLERANCES[self.what].most + 1e-9
