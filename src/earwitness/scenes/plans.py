"""What a scene shall hold, before any sound is made: which events, in what order, together or apart, how often.

A ``Plan`` is a sequence of groups; the events of one group sound at the same time, the groups one after the other.
``PlanPrior`` draws plans and changes them: each change draws one aspect anew from its conditional distribution, so a
plan and its changed copy are exchangeable. That is what keeps the questions fair (see ``captions``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np

Change = Literal["fresh", "replace", "reorder", "regroup", "recount"]
Shape: TypeAlias = tuple[int, ...]

MAX_COUNT = 3
# Group sizes and their odds by number of events. A shape and its mirror image must be equally likely.
SHAPES: Mapping[int, Mapping[Shape, float]] = {
    0: {(): 1.0},
    1: {(1,): 1.0},
    2: {(1, 1): 0.65, (2,): 0.35},
    3: {(1, 1, 1): 0.6, (2, 1): 0.2, (1, 2): 0.2},
}


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One sound: ``count`` single happenings of it, or None for as many as its recording holds."""

    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The groups of a scene in order.

    Example:
        >>> plan = Plan(((PlannedEvent("rain"), PlannedEvent("dog bark", 2)), (PlannedEvent("bell"),)))
        >>> plan.labels, plan.place("bell")
        (('rain', 'dog bark', 'bell'), 1)
    """

    groups: tuple[tuple[PlannedEvent, ...], ...]

    @property
    def events(self) -> tuple[PlannedEvent, ...]:
        """All events, group by group."""
        return tuple(event for group in self.groups for event in group)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all events, group by group; each occurs once."""
        return tuple(event.label for event in self.events)

    def place(self, label: str) -> int | None:
        """The number of the group that holds this label, None if there is none."""
        return next((number for number, group in enumerate(self.groups) for e in group if e.label == label), None)

    def count(self, label: str) -> int | None:
        """How often it happens: 0 if it is absent, None if it is present and was not counted."""
        return next((event.count for event in self.events if event.label == label), 0)


def _shaped(events: tuple[PlannedEvent, ...], shape: Shape) -> Plan:
    borders = np.cumsum((0, *shape))
    return Plan(tuple(events[start:stop] for start, stop in pairwise(borders)))


@dataclass(frozen=True)
class PlanPrior:
    """A distribution of plans over labels.

    Attributes:
        weights: relative odds of each label.
        countable: labels that may come counted.
        sizes: odds of 0, 1, 2 and 3 events.
        counted: how often a countable label is counted.
    """

    weights: Mapping[str, float]
    countable: frozenset[str] = frozenset()
    sizes: tuple[float, ...] = (0.06, 0.32, 0.42, 0.20)
    counted: float = 0.5

    def __post_init__(self) -> None:
        if len(self.weights) < 4:
            raise ValueError(f"a plan prior needs at least 4 labels to tell scenes apart, got {len(self.weights)}")

    def draw(self, rng: np.random.Generator) -> Plan:
        """A plan with distinct labels."""
        size = int(rng.choice(len(self.sizes), p=np.array(self.sizes) / sum(self.sizes)))
        labels: set[str] = set()
        # Whole draws are rejected, not single labels: only so is a label's distribution given the others its weight.
        while len(labels) < size or not size:
            drawn = [self._label(rng) for _ in range(size)]
            labels = set(drawn)
            if not size:
                break
        events = tuple(self._event(label, rng) for label in drawn)
        return _shaped(events, _shape(size, rng))

    def _label(self, rng: np.random.Generator) -> str:
        names = list(self.weights)
        odds = np.cumsum(list(self.weights.values()))
        return names[int(np.searchsorted(odds, rng.random() * odds[-1], side="right"))]

    def _event(self, label: str, rng: np.random.Generator) -> PlannedEvent:
        if label not in self.countable or rng.random() >= self.counted:
            return PlannedEvent(label)
        return PlannedEvent(label, int(rng.integers(1, MAX_COUNT + 1)))

    def change(self, plan: Plan, change: Change, rng: np.random.Generator) -> Plan:
        """The plan with one aspect drawn anew; it may come out the same."""
        events, shape = list(plan.events), tuple(len(group) for group in plan.groups)
        if change == "fresh":
            return self.draw(rng)
        if not events:
            # Not a fresh draw: no change turns a filled plan into this one, and the way back must be as likely.
            return plan
        chosen = int(rng.integers(len(events)))
        if change == "replace":
            events[chosen] = self._other(events, chosen, rng)
        elif change == "recount":
            events[chosen] = self._event(events[chosen].label, rng)
        elif change == "regroup":
            shape = _shape(len(events), rng)
        else:
            events = [events[place] for place in rng.permutation(len(events))]
        return _shaped(tuple(events), shape)

    def _other(self, events: list[PlannedEvent], chosen: int, rng: np.random.Generator) -> PlannedEvent:
        others = {event.label for place, event in enumerate(events) if place != chosen}
        label = self._label(rng)
        while label in others:
            label = self._label(rng)
        return self._event(label, rng)


def _shape(size: int, rng: np.random.Generator) -> Shape:
    shapes = list(SHAPES[size])
    return shapes[int(np.searchsorted(np.cumsum(list(SHAPES[size].values())), rng.random(), side="right"))]
