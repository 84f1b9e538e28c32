"""What a clip of sounds holds and what is said of it, and how one thing of it can change.

Every change yields all sketches that differ from one in this thing, whether a source can make them or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import TypeAlias

from earwitness.scenes.domains.base import PRESENCE, Claim, Fact
from earwitness.scenes.domains.labels.likeness import confused
from earwitness.scenes.plans import MAX_COUNT, Plan, PlannedEvent

Group: TypeAlias = tuple[PlannedEvent, ...]

FACTS: tuple[Fact, ...] = ("event", "secondary", "absence", "order", "overlap", "count", "loudness")
# What an edit of a fact takes along: what is said of a sound that went or came; what sounded in the background is said
# to be absent, and what was silent is named as an event; and of two sounds that were together one is now first.
TAKES_ALONG: Mapping[Fact, frozenset[Fact]] = {
    "event": frozenset({"order", "overlap", "count", "loudness"}),
    "secondary": frozenset({"absence"}),
    "absence": frozenset({"event", "order"}),
    "overlap": frozenset({"order"}),
}


@dataclass(frozen=True, slots=True)
class SceneSketch:
    """What a clip holds and what is said of it.

    Attributes:
        plan: its foreground events; of two that sound together the second begins first and lasts until after the other,
            so that nobody can hear the first of them "and then" the second.
        secondary: a label that sounds in the background, softer, from beginning to end.
        absent: a label that is said not to be heard.
        louder: two labels of events one after the other; the first is much louder.

    Example:
        >>> sketch = SceneSketch(Plan(((PlannedEvent("beep", 2),), (PlannedEvent("bell"),))), absent="siren")
        >>> [(claim.fact, claim.about) for claim in sketch.claims][2:]
        [('event', ('bell',)), ('order', ('beep', 'bell')), ('absence', ('siren',))]
        >>> sketch.holds(Claim("order", ("bell", "beep"))), sketch.doubtful(Claim("event", ("tone",)))
        (False, True)
    """

    plan: Plan
    secondary: str | None = None
    absent: str | None = None
    louder: tuple[str, str] | None = None

    @property
    def heard(self) -> tuple[str, ...]:
        """The labels of all that sounds."""
        return self.plan.labels + ((self.secondary,) if self.secondary else ())

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What its caption says, each true of it; a claim comes after those that it rests on."""
        said = [claim for event in self.plan.events for claim in _of_event(event)]
        said += [Claim("overlap", (one.label, other.label)) for one, other in filter(together, self.plan.groups)]
        said += [Claim("order", (a[-1].label, b[0].label)) for a, b in pairwise(self.plan.groups)]
        said += [Claim("loudness", self.louder)] if self.louder else []
        said += [Claim("secondary", (self.secondary,))] if self.secondary else []
        said += [Claim("absence", (self.absent,))] if self.absent else []
        return tuple(said)

    def holds(self, claim: Claim) -> bool:
        """Whether a claim, its own or another sketch's, is true of it; of what is absent nothing else is true.

        A sound in the background is heard, but it is no event in order, together with others, counted or compared.
        """
        if claim.fact == "absence":
            return claim.about[0] not in self.heard
        if claim.fact in ("event", "secondary"):
            return claim.about[0] in (self.heard if claim.fact == "event" else (self.secondary,))
        places = [self.plan.place(label) for label in claim.about]
        return None not in places and self._relates(claim, places)

    def _relates(self, claim: Claim, places: list[int | None]) -> bool:
        """Whether a claim about events that are all there is true."""
        if claim.fact == "count":
            return self.plan.count(claim.about[0]) == claim.value
        if claim.fact == "loudness":
            # One event is softer than all others.
            return self.louder is not None and claim.about[1] == self.louder[1]
        first, second = (place or 0 for place in places)
        return first < second if claim.fact == "order" else first == second

    def doubtful(self, claim: Claim) -> bool:
        """Whether a careful listener could argue about a claim, which then should not be asked about this clip.

        So it is where something that is heard may be taken for what the claim names; where an event's claim is made of
        a background, or a background's of an event; where what was not counted is; and where of two sounds that go on
        together the one that begins first is said to come before the other.
        """
        named, heard = claim.about, self.heard
        if any(confused(label, other) for label in named if label not in heard for other in heard):
            return True
        if claim.fact == "secondary":
            return named[0] in self.plan.labels
        if claim.fact == "count":
            return named[0] in heard and self.plan.count(named[0]) in (None, 0)
        if claim.fact == "order" and named[::-1] in map(_labels, self.plan.groups):
            return True
        return len(named) == 2 and self.secondary in named and set(named) <= set(heard)


def _of_event(event: PlannedEvent) -> tuple[Claim, ...]:
    counted = (Claim("count", (event.label,), event.count),) if event.count else ()
    return (Claim("event", (event.label,)), *counted)


def _labels(group: Group) -> tuple[str, ...]:
    return tuple(event.label for event in group)


def together(group: Group) -> bool:
    """Whether a group is of two events that sound at the same time."""
    return len(group) == 2


def differ(one: SceneSketch, other: SceneSketch, facts: Sequence[Fact]) -> bool:
    """Whether a claim of each of these facts, of either sketch, is false of the other, and none is doubtful.

    A claim about what is not heard at all shows that it is absent, and nothing else.
    """
    return all(
        not any(map(clip.doubtful, said.claims)) and all(_shows(said, clip, fact) for fact in facts)
        for said, clip in ((one, other), (other, one))
    )


def _shows(said: SceneSketch, clip: SceneSketch, fact: Fact) -> bool:
    return any(
        claim.fact in {fact, *TAKES_ALONG.get(fact, ())}
        and not clip.holds(claim)
        and (claim.fact in PRESENCE | {"absence"} or set(claim.about) <= set(clip.heard))
        for claim in said.claims
    )


# --- changes -------------------------------------------------------------------------------------------------------


def reordered(sketch: SceneSketch) -> Iterator[SceneSketch]:
    """Two groups in each other's place."""
    for one, other in combinations(range(len(sketch.plan.groups)), 2):
        groups = list(sketch.plan.groups)
        groups[one], groups[other] = groups[other], groups[one]
        yield replace(sketch, plan=Plan(tuple(groups)))


def regrouped(sketch: SceneSketch) -> Iterator[SceneSketch]:
    """Two events together that came one after the other, of which the later now begins first; or the way back."""
    groups = sketch.plan.groups
    for place, group in enumerate(groups):
        before, after = groups[:place], groups[place + 1 :]
        if together(group):
            yield replace(sketch, plan=Plan((*before, *((event,) for event in group), *after)))
        elif after and not together(after[0]):
            yield replace(sketch, plan=Plan((*before, group + after[0], *after[1:])))


def recounted(sketch: SceneSketch) -> Iterator[SceneSketch]:
    """A counted event more or less often."""
    for event in sketch.plan.events:
        for count in range(1, MAX_COUNT + 1) if event.count else ():
            if count != event.count:
                yield replace(sketch, plan=_exchanged(sketch.plan, event, PlannedEvent(event.label, count)))


def turned_up(sketch: SceneSketch) -> Iterator[SceneSketch]:
    """The softer of two events as the louder."""
    if sketch.louder:
        louder, softer = sketch.louder
        yield replace(sketch, louder=(softer, louder))


def renamed(sketch: SceneSketch, event: PlannedEvent, label: str) -> SceneSketch:
    """Another sound in an event's place, in whatever is said of it."""
    plan, louder = _exchanged(sketch.plan, event, PlannedEvent(label, event.count)), sketch.louder
    if louder:
        first, second = (label if name == event.label else name for name in louder)
        louder = (first, second)
    return replace(sketch, plan=plan, louder=louder)


def _exchanged(plan: Plan, event: PlannedEvent, other: PlannedEvent) -> Plan:
    return Plan(tuple(tuple(other if each == event else each for each in group) for group in plan.groups))
