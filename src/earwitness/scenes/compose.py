"""From a plan to a clip: events in their places over a background, in a room, with the script of what sounds when.

``samples [time]`` are float32 mono in [-1, 1]; ``onset`` and ``offset`` are in seconds; levels are in dB full scale,
the RMS of an event while it sounds. The same seed gives the same scenes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from earwitness.scenes.effects import change_speed, coloured_noise, fade, reverberate, tilt
from earwitness.scenes.gains import decibels, full_scale_gain, gain_of
from earwitness.scenes.plans import Plan, PlannedEvent, PlanPrior
from earwitness.scenes.sources import Samples, Source

Range = tuple[float, float]

# Seconds before the first and after the last sound, and of a scene without any.
LEAD_IN, LEAD_OUT, EMPTY, NONE = (0.0, 0.6), (0.0, 1.2), (0.5, 9.0), (0.0, 0.0)
# Of the time that a counted event has, how much may sound; the rest is for the pauses that make it countable.
UNIT_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class EventSpan:
    """One stretch of sound in a scene; a counted event has one span for each time it happens."""

    label: str
    onset: float
    offset: float
    level_db: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A clip whose truth is known.

    Attributes:
        samples: float32 mono ``[time]``.
        sample_rate: Hz.
        script: what sounds when, by onset.
        plan: what the scene was made to hold; facts about it come from here.
    """

    samples: Samples
    sample_rate: int
    script: tuple[EventSpan, ...]
    plan: Plan

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True)
class Style:
    """How scenes are made; each range is drawn from evenly, each share is a probability.

    Attributes:
        max_seconds: no scene is longer.
        event_seconds: the longest that one event may last.
        gap: silence between groups, seconds.
        level_db: the scene's level; events stray from it by ``spread_db`` either way.
        background_db: level of the noise that fills the scene under its events.
        whole: share of scenes that begin and end with sound, as recordings cut out of something longer do.
        bare: share of scenes over digital silence, without any background.
        room: share of scenes with reverberation.
        speed: change of speed and pitch of an event, made to ``altered`` of them.
        tilt_db: gain at random places of the spectrum, either way, of ``altered`` events.
        distractor: share of scenes with a sound that nobody names, from a source of its own.
    """

    max_seconds: float = 10.0
    event_seconds: Range = (1.0, 5.0)
    gap: Range = (0.1, 0.8)
    repeat_gap: Range = (0.2, 0.6)
    level_db: Range = (-34.0, -14.0)
    spread_db: float = 5.0
    background_db: Range = (-75.0, -38.0)
    whole: float = 0.25
    bare: float = 0.15
    room: float = 0.3
    altered: float = 0.7
    speed: Range = (0.8, 1.25)
    tilt_db: float = 9.0
    distractor: float = 0.0


@dataclass(frozen=True, slots=True)
class _Placed:
    label: str
    start: int
    samples: Samples


class Composer:
    """Renders plans with events from a source.

    Args:
        source: where events come from.
        style: how scenes are made.
        distractors: sounds that are mixed in and never named.

    Example:
        >>> from earwitness.scenes.plans import Plan, PlannedEvent
        >>> from earwitness.scenes.sources import Synthesis
        >>> plan = Plan(((PlannedEvent("beep", 2),), (PlannedEvent("bell"),)))
        >>> scene = Composer(Synthesis()).compose(plan, np.random.default_rng(1))
        >>> [span.label for span in scene.script]
        ['beep', 'beep', 'bell']
    """

    def __init__(self, source: Source, style: Style | None = None, distractors: Source | None = None) -> None:
        self.source = source
        self.style = style or Style()
        self.distractors = distractors
        self.sample_rate = source.sample_rate

    def compose(self, plan: Plan, rng: np.random.Generator) -> Scene:
        """Render one plan."""
        placed, length = self._lay_out(plan, rng)
        samples = np.zeros(length, np.float32)
        level = rng.uniform(*self.style.level_db)
        script = []
        for event in placed:
            own_level = level + rng.uniform(-1, 1) * self.style.spread_db
            add(samples, event.samples, event.start, own_level)
            script.append(self._span(event, own_level, length))
        if self.distractors is not None and rng.random() < self.style.distractor:
            distractor = self._distractor(length, rng)
            add(samples, distractor.samples, distractor.start, level + rng.uniform(-8, 3))
        if placed and rng.random() < self.style.room:
            samples = reverberate(samples, self.sample_rate, rng)
        samples += self._background(length, rng)
        gain = full_scale_gain(samples)
        script = [replace(span, level_db=round(span.level_db + decibels(gain), 2)) for span in script]
        script.sort(key=lambda span: span.onset)
        return Scene(samples * np.float32(gain), self.sample_rate, tuple(script), plan)

    def _lay_out(self, plan: Plan, rng: np.random.Generator) -> tuple[list[_Placed], int]:
        """Place the groups one after the other, and find the scene's length; pauses shrink if room is short."""
        limit = int(self.style.max_seconds * self.sample_rate)
        share = 0.92 * self.style.max_seconds / max(1, len(plan.groups))
        groups = [self._group(group, share, rng) for group in plan.groups]
        sound = sum(map(_end, groups))
        lead_in, lead_out = (NONE, NONE) if groups and rng.random() < self.style.whole else (LEAD_IN, LEAD_OUT)
        ranges = [lead_in, *[self.style.gap] * (len(groups) - 1), lead_out if groups else EMPTY]
        pauses = np.array([self._seconds(bounds, rng) for bounds in ranges])
        pauses = (pauses * min(1.0, (limit - sound) / max(1, pauses.sum()))).astype(int)
        placed, now = [], 0
        for pause, group in zip(pauses, groups, strict=False):
            now += int(pause)
            placed += [_Placed(part.label, part.start + now, part.samples) for part in group]
            now += _end(group)
        return placed, max(self.sample_rate, sound + int(pauses.sum()))

    def _group(self, group: tuple[PlannedEvent, ...], share: float, rng: np.random.Generator) -> list[_Placed]:
        """The events of one group, the shorter ones wholly within the longest."""
        sounds = [self._event(event, share, rng) for event in group]
        longest = max(_end(parts) for parts in sounds)
        members = []
        for parts in sounds:
            shift = int(rng.integers(longest - _end(parts) + 1))
            members += [_Placed(p.label, p.start + shift, p.samples) for p in parts]
        return members

    def _event(self, event: PlannedEvent, share: float, rng: np.random.Generator) -> list[_Placed]:
        low, high = self.style.event_seconds
        seconds = rng.uniform(low, max(low, min(high, share)))
        if event.count is None:
            return [_Placed(event.label, 0, self._altered([self._draw(event.label, seconds, rng)], seconds, rng)[0])]
        # The same happening again, or another of its kind each time.
        draws = 1 if rng.random() < 0.5 else event.count
        units = [self._draw(event.label, UNIT_SHARE * share / event.count, rng, unit=True) for _ in range(draws)]
        units = (units * event.count)[: event.count]
        placed, now = [], 0
        for sound in self._altered(units, UNIT_SHARE * share / event.count, rng):
            placed.append(_Placed(event.label, now, sound))
            pause = self._seconds(self.style.repeat_gap, rng)
            now += len(sound) + min(pause, int((1 - UNIT_SHARE) * share / event.count * self.sample_rate))
        return placed

    def _draw(self, label: str, seconds: float, rng: np.random.Generator, *, unit: bool = False) -> Samples:
        drawn = self.source.draw(label, rng, seconds=seconds, unit=unit)
        return fade(drawn[: int(seconds * self.sample_rate)], self.sample_rate)

    def _altered(self, sounds: list[Samples], seconds: float, rng: np.random.Generator) -> list[Samples]:
        """The sounds of one event, all changed in the same way, none longer than so many seconds."""
        if rng.random() >= self.style.altered:
            return sounds
        speed = np.exp(rng.uniform(*np.log(self.style.speed)))
        gains = rng.uniform(-self.style.tilt_db, self.style.tilt_db, 6)
        most = int(seconds * self.sample_rate)
        altered = (tilt(change_speed(sound, speed)[:most], gains) for sound in sounds)
        return [fade(sound, self.sample_rate) for sound in altered]

    def _distractor(self, length: int, rng: np.random.Generator) -> _Placed:
        assert self.distractors is not None
        label = self.distractors.labels[rng.integers(len(self.distractors.labels))]
        sound = self.distractors.draw(label, rng, seconds=length / self.sample_rate)[:length]
        return _Placed(label, int(rng.integers(length - len(sound) + 1)), sound)

    def _background(self, length: int, rng: np.random.Generator) -> Samples:
        if rng.random() < self.style.bare:
            return np.zeros(length, np.float32)
        return coloured_noise(length, rng.uniform(0, 2), rng) * np.float32(
            gain_of(rng.uniform(*self.style.background_db))
        )

    def _seconds(self, bounds: Range, rng: np.random.Generator) -> int:
        return int(rng.uniform(*bounds) * self.sample_rate)

    def _span(self, event: _Placed, level: float, length: int) -> EventSpan:
        stop = min(event.start + len(event.samples), length)
        return EventSpan(event.label, event.start / self.sample_rate, stop / self.sample_rate, round(level, 2))


def scenes(composer: Composer, prior: PlanPrior, seed: int) -> Iterator[Scene]:
    """An endless stream of scenes; the same arguments give the same stream."""
    rng = np.random.default_rng(seed)
    while True:
        yield composer.compose(prior.draw(rng), rng)


def _end(parts: list[_Placed]) -> int:
    return max(part.start + len(part.samples) for part in parts)


def add(samples: Samples, sound: Samples, start: int, level_db: float) -> None:
    """Mix a sound in at a place; what reaches beyond the end is left out."""
    part = samples[start : start + len(sound)]
    part += sound[: len(part)] * np.float32(gain_of(level_db))
