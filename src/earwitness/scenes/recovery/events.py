"""The events of a script held against the clip: when each begins and ends, how loud it is, how often it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.analysis.levels import FRAME, frame_powers, level_of_sounding, sounding_level
from earwitness.scenes.analysis.onsets import beginning, hides, stretches
from earwitness.scenes.bands import Range
from earwitness.scenes.recovery.readings import Measure, Reading
from earwitness.scenes.synthesis import Samples

# Seconds on either side of an event in which its ends are looked for, and in which nothing else may sound.
AROUND, APART = 0.5, 0.1
# Seconds after an event in which it is still heard, softly; and the same in a room.
FADING, RINGING = 0.15, 0.5
# Pauses of so many seconds part two happenings; one sounds down to so many dB, or a room would run them together.
WITHIN, COUNTED = 0.12, 15.0
# Percentile of the power in pauses that stands for what lies under the events, so that it is heard right even where a
# fifth of the pauses are none, since a script is wrong; from so many frames on.
HIGHEST, FEWEST = 80, 5
# Seconds of pauses from which on the level of what lies under the events can be told: waves and ticks come and go.
LONG_ENOUGH = 0.8


@dataclass(frozen=True, slots=True)
class Event:
    """One stretch of sound by the script; times in seconds."""

    label: str
    onset: float
    offset: float
    level_db: float

    def touches(self, other: Event) -> bool:
        """Whether two sound together, or nearly so."""
        return self.onset < other.offset + APART and other.onset < self.offset + APART


@dataclass(frozen=True, slots=True, eq=False)
class ScriptedClip:
    """A clip with the events of its script.

    Attributes:
        samples: float32 mono ``[time]``.
        sample_rate: Hz.
        foreground: the events that come and go, by onset.
        background: those that lie under them.
        in_room: whether they ring on.
        pauses: power of each frame in which nothing of the foreground is heard; none where there are few.
    """

    samples: Samples
    sample_rate: int
    foreground: tuple[Event, ...]
    background: tuple[Event, ...]
    in_room: bool
    pauses: NDArray[np.float64]

    @classmethod
    def of(cls, script: Mapping[str, Any], samples: Samples, sample_rate: int) -> ScriptedClip:
        """The events by their roles, and what is heard in their pauses."""
        by_role: dict[str, list[Event]] = {"foreground": [], "background": []}
        for event in sorted(script["events"], key=lambda event: event["onset"]):
            by_role[event["role"]].append(Event(event["label"], event["onset"], event["offset"], event["level_db"]))
        foreground, background = map(tuple, by_role.values())
        in_room = bool(script.get("room"))
        powers = frame_powers(samples, sample_rate)
        pauses = powers[_quiet(foreground, len(powers), in_room)]
        known = pauses if len(pauses) >= FEWEST else np.zeros(0)
        return cls(samples, sample_rate, foreground, background, in_room, known)

    @property
    def noise(self) -> float:
        """Mean power of what lies under the foreground; 0 where it leaves no pause."""
        return float(self.pauses.mean()) if len(self.pauses) else 0.0

    @property
    def highest(self) -> float:
        """Power that this does not often exceed."""
        return float(np.percentile(self.pauses, HIGHEST)) if len(self.pauses) else 0.0

    def cut(self, stretch: Range) -> Samples:
        """What lies between two times."""
        start, stop = (round(end * self.sample_rate) for end in stretch)
        return self.samples[start:stop]

    # --- readings ---

    def readings(self) -> Iterator[Reading]:
        """Of every event, and of every label that comes more than once."""
        for event in self.foreground:
            yield from self._of_event(event)
        for label in dict.fromkeys(event.label for event in self.foreground):
            yield from self._of_label(label)
        for event in self.background:
            yield self._of_background(event)

    def _of_event(self, event: Event) -> Iterator[Reading]:
        level: Measure = "level in a room" if self.in_room else "level"
        why = self._why_not_alone(event)
        if why is None:
            yield from self._ends(event)
            heard = sounding_level(self.cut((event.onset, event.offset)), self.sample_rate, self.noise)
            yield Reading(level, event.label, event.level_db, heard)
            return
        yield Reading("onset", event.label, event.onset, None, why)
        yield Reading("offset", event.label, event.offset, None, why)
        yield Reading(level, event.label, event.level_db, None, why)

    def _ends(self, event: Event) -> Iterator[Reading]:
        why = self.why_ends_are_hidden(event)
        onset, offset = (None, None) if why else self.ends(event)
        yield Reading("onset", event.label, event.onset, onset, why)
        if self.in_room:
            why, offset = "the room rings on", None
        elif event.offset + APART > self._duration:
            why, offset = "the clip ends with it", None
        yield Reading("offset", event.label, event.offset, offset, why)

    def _of_label(self, label: str) -> Iterator[Reading]:
        """How often something comes that comes again, and nothing else between."""
        own = [event for event in self.foreground if event.label == label]
        if len(own) < 2:
            return
        whole = Event(label, own[0].onset, own[-1].offset, own[0].level_db)
        why = self._why_not_alone(whole) or self.why_ends_are_hidden(whole)
        heard = None if why else self._count(whole)
        yield Reading("count", label, len(own), heard, why)

    def _of_background(self, event: Event) -> Reading:
        what: Measure = "level of the background"
        if len(self.pauses) * FRAME < LONG_ENOUGH:
            return Reading(what, event.label, event.level_db, None, "the pauses in which it is heard alone are short")
        return Reading(what, event.label, event.level_db, level_of_sounding(self.pauses))

    # --- what is heard ---

    def ends(self, event: Event) -> Range:
        """When an event begins and ends, by what is heard around it; both at once where nothing is."""
        start, stop = self._around(event)
        heard = self.cut((start, stop))
        # What sounds from a clip's first sample on begins there.
        silence = int(AROUND * self.sample_rate) if start == 0 else 0
        begun = beginning(np.pad(heard, (silence, 0)), self.sample_rate, self.highest)
        found = stretches(heard, self.sample_rate, self.highest)
        if begun is None or not found:
            return stop, stop
        return start + max(0.0, begun - silence / self.sample_rate), start + found[-1][1]

    def why_ends_are_hidden(self, event: Event) -> str | None:
        """Why nobody can tell when an event begins and ends; None if one can."""
        hidden = hides(self.highest, self.cut(self._around(event)), self.sample_rate)
        return "what lies under it hides its ends" if hidden else None

    def _count(self, whole: Event) -> int:
        heard = self.cut(self._around(whole))
        return len(stretches(heard, self.sample_rate, self.highest, gap=WITHIN, below=COUNTED))

    def _why_not_alone(self, event: Event) -> str | None:
        others = (other for other in self.foreground if other.label != event.label or not _within(other, event))
        beside = any(event.touches(other) for other in others)
        return "another event sounds together with it, or right beside it" if beside else None

    def _around(self, event: Event) -> Range:
        """From where to where nothing but this event is to sound."""
        ringing = RINGING / 2 if self.in_room else APART / 2
        before = [other.offset + ringing for other in self.foreground if other.offset < event.onset]
        after = [other.onset - APART / 2 for other in self.foreground if other.onset > event.offset]
        start = min(event.onset - APART / 2, max([event.onset - AROUND, *before]))
        return max(0.0, start), min([self._duration, event.offset + AROUND, *after])

    @property
    def _duration(self) -> float:
        return len(self.samples) / self.sample_rate


def _within(one: Event, whole: Event) -> bool:
    return whole.onset <= one.onset and one.offset <= whole.offset


def _quiet(foreground: tuple[Event, ...], frames: int, in_room: bool) -> NDArray[np.bool_]:
    """Which frames hear nothing of the foreground."""
    starts = FRAME * np.arange(frames)
    quiet = np.ones(frames, bool)
    for event in foreground:
        quiet &= (starts + FRAME < event.onset - FADING) | (starts > event.offset + (RINGING if in_room else FADING))
    return quiet
