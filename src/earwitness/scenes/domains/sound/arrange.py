"""From a plan to a clip of which every level and time is known, and whose parts do not hang on each other.

Whatever is drawn has a generator of its own, made of the seed and its place: a label's sound, its length, the pauses,
the room. So two plans that differ in one thing sound alike in all else.

``samples [time]`` are float32 mono; places and lengths are in samples, the script's times in seconds. Levels are in dB
full scale: the RMS of a sound while it sounds, that is, of its 20 ms frames within 25 dB of the loudest. How loud a
sound is to be heard is its A-weighted level; scripts tell the RMS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from earwitness.scenes.analysis.weighting import a_weight
from earwitness.scenes.bands import Range
from earwitness.scenes.compose import add
from earwitness.scenes.domains.base import Clip, Role, event
from earwitness.scenes.domains.sound.clear import NEEDED, clearest
from earwitness.scenes.effects import coloured_noise, reverberate
from earwitness.scenes.gains import decibels, full_scale_gain, gain_of
from earwitness.scenes.plans import Plan, PlannedEvent
from earwitness.scenes.sounding import sounding_spans
from earwitness.scenes.sources import Source
from earwitness.scenes.synthesis import Samples

# Places of what is drawn once for a clip, and of what is drawn for each label.
_PAUSES, _LEVEL, _BACKGROUND, _NOISE, _ROOM = range(5)
_LENGTH, _SHIFT, _STRAY, _SOUND = range(4)
# dB by which a sound of little that is heard is turned up at most, or it alone would fill the clip's range.
BOOST = 18.0


@dataclass(frozen=True)
class Staging:
    """How clips are made; each range is drawn from evenly. Pauses hold nothing but background.

    Attributes:
        event_seconds: how long an uncounted event lasts at most.
        unit_seconds: how long one of several happenings lasts at most.
        lead: before the first and after the last event, seconds.
        gap: between groups, seconds.
        repeat_gap: between the happenings of one event, seconds.
        shift: by how much one of two sounds that sound together begins after the other, seconds; so long after it
            the other ends at least.
        level_db: of the events, A-weighted.
        spread_db: how far the levels of two events of one clip may lie apart where nothing is said of them.
        secondary_db: of the sound in the background, A-weighted, above the events.
        noise_db: of the noise under everything, dB full scale.
        room: share of clips with reverberation.
        least_seconds: no clip is shorter.
    """

    event_seconds: Range = (1.0, 2.0)
    unit_seconds: float = 0.75
    lead: Range = (0.5, 0.7)
    gap: Range = (0.3, 0.5)
    repeat_gap: Range = (0.3, 0.6)
    shift: Range = (0.4, 0.6)
    level_db: Range = (-28.0, -22.0)
    spread_db: float = 1.5
    secondary_db: Range = (-14.0, -10.0)
    noise_db: Range = (-80.0, -65.0)
    room: float = 0.4
    least_seconds: float = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    """One stretch of sound at its place."""

    label: str
    start: int
    samples: Samples
    role: Role = "foreground"

    @property
    def end(self) -> int:
        return self.start + len(self.samples)

    def later(self, by: int) -> _Sound:
        return _Sound(self.label, self.start + by, self.samples, self.role)


class Stage:
    """Makes clips of what a source has.

    Args:
        source: where sounds come from.
        staging: how clips are made.
        lasting: labels whose sounds can be made as long as is wanted.

    Example:
        >>> from earwitness.scenes.sources import Synthesis
        >>> plan = Plan(((PlannedEvent("beep", 2),), (PlannedEvent("bell"),)))
        >>> clip = Stage(Synthesis(), Staging(), frozenset({"siren"})).clip(plan, seed=1, secondary="siren")
        >>> [(event["label"], event["role"]) for event in clip.script["events"]]
        [('siren', 'background'), ('beep', 'foreground'), ('beep', 'foreground'), ('bell', 'foreground')]
    """

    def __init__(self, source: Source, staging: Staging, lasting: frozenset[str]) -> None:
        self.source = source
        self.staging = staging
        self.lasting = lasting
        self.sample_rate = source.sample_rate

    def clip(
        self, plan: Plan, seed: int, *, secondary: str | None = None, offsets: Mapping[str, float] | None = None
    ) -> Clip:
        """The clip of a plan; the same arguments give the same clip.

        Args:
            plan: its events; of two that sound together the second lasts, and is not counted.
            seed: not negative.
            secondary: a label that lasts, heard under everything.
            offsets: of events that are louder or softer than the others, dB.
        """
        sounds, length = self._laid_out(plan, seed)
        if secondary is not None:
            sounds.append(self._background(secondary, length, seed))
        levels = self._levels(sounds, offsets or {}, seed)
        samples = np.zeros(length, np.float32)
        for sound, level in zip(sounds, levels, strict=True):
            add(samples, sound.samples, sound.start, level)
        room = _rng(seed, _ROOM)
        reverberant = bool(room.random() < self.staging.room)
        if reverberant:
            samples = reverberate(samples, self.sample_rate, room)
        noise_db = self._add_noise(samples, seed)
        gain = full_scale_gain(samples)
        events = [self._script(sound, level + decibels(gain)) for sound, level in zip(sounds, levels, strict=True)]
        script = {
            "events": sorted(events, key=lambda told: (told["onset"], told["label"])),
            "noise_db": round(noise_db + decibels(gain), 2),
            "room": reverberant,
        }
        return Clip(samples * np.float32(gain), self.sample_rate, script)

    # --- places ---

    def _laid_out(self, plan: Plan, seed: int) -> tuple[list[_Sound], int]:
        pauses = _rng(seed, _PAUSES)
        lead_in, lead_out = self._length(self.staging.lead, pauses), self._length(self.staging.lead, pauses)
        sounds: list[_Sound] = []
        now = lead_in
        for group in plan.groups:
            sounds += [sound.later(now) for sound in self._group(group, seed)]
            now = _end(sounds) + self._length(self.staging.gap, pauses)
        return sounds, max(_end(sounds) + lead_out, int(self.staging.least_seconds * self.sample_rate))

    def _group(self, group: tuple[PlannedEvent, ...], seed: int) -> list[_Sound]:
        """The events of a group; of two the second begins first and goes on until after the other's end."""
        if len(group) == 1:
            return self._event(group[0], seed)
        over, under = group
        shifting = _own(over.label, seed, _SHIFT)
        shift = self._length(self.staging.shift, shifting)
        above = [sound.later(shift) for sound in self._event(over, seed)]
        until = _end(above) + self._length(self.staging.shift, shifting)
        return [*self._event(under, seed, at_least=until), *above]

    def _event(self, planned: PlannedEvent, seed: int, at_least: int = 0) -> list[_Sound]:
        label, own = planned.label, _own(planned.label, seed, _LENGTH)
        if planned.count is None:
            needed = int(NEEDED.get(label, 0.0) * self.sample_rate)
            length = max(self._length(self.staging.event_seconds, own), needed, at_least)
            return [_Sound(label, 0, self._uncounted(label, length, seed))]
        # The same happening again, or another of its kind each time.
        other = int(own.random() < 0.5)
        sounds, now = [], 0
        for number in range(planned.count):
            sounds.append(_Sound(label, now, self._unit(label, seed, number * other)))
            now = sounds[-1].end + self._length(self.staging.repeat_gap, own)
        return sounds

    def _length(self, seconds: Range, rng: np.random.Generator) -> int:
        return int(rng.uniform(*seconds) * self.sample_rate)

    # --- sounds ---

    def _unit(self, label: str, seed: int, number: int) -> Samples:
        most = int(self.staging.unit_seconds * self.sample_rate)
        return clearest(self.source, label, most, _own(label, seed, _SOUND + number), unit=True)

    def _uncounted(self, label: str, length: int, seed: int) -> Samples:
        """A sound of at most this length; of just this length if it lasts."""
        return clearest(self.source, label, length, _own(label, seed, _SOUND), lasts=label in self.lasting)

    def _background(self, label: str, length: int, seed: int) -> _Sound:
        return _Sound(label, 0, self._uncounted(label, length, seed), "background")

    # --- levels ---

    def _levels(self, sounds: list[_Sound], offsets: Mapping[str, float], seed: int) -> list[float]:
        """The RMS of each sound that makes it as loud as it is to be heard."""
        level = _rng(seed, _LEVEL).uniform(*self.staging.level_db)
        return [
            level + self._stray(sound, seed) + offsets.get(sound.label, 0.0) + self._boost(sound) for sound in sounds
        ]

    def _boost(self, sound: _Sound) -> float:
        return min(BOOST, -a_weight(sound.samples, self.sample_rate))

    def _stray(self, sound: _Sound, seed: int) -> float:
        if sound.role == "background":
            return _rng(seed, _BACKGROUND).uniform(*self.staging.secondary_db)
        return _own(sound.label, seed, _STRAY).uniform(-0.5, 0.5) * self.staging.spread_db

    def _add_noise(self, samples: Samples, seed: int) -> float:
        rng = _rng(seed, _NOISE)
        level, slope = rng.uniform(*self.staging.noise_db), rng.uniform(0, 2)
        samples += coloured_noise(len(samples), slope, rng) * np.float32(gain_of(level))
        return float(level)

    def _script(self, sound: _Sound, level: float) -> dict[str, Any]:
        spans = sounding_spans(sound.samples, self.sample_rate)
        onset, offset = ((sound.start + place) / self.sample_rate for place in (spans[0][0], spans[-1][1]))
        return event(sound.label, sound.role, onset, offset, level)


def _end(sounds: list[_Sound]) -> int:
    return max(sound.end for sound in sounds)


def _rng(seed: int, place: int) -> np.random.Generator:
    return np.random.default_rng((seed, place))


def _own(label: str, seed: int, place: int) -> np.random.Generator:
    """The generator of a label, which hangs on no other."""
    return np.random.default_rng((seed, crc32(label.encode()), place))
