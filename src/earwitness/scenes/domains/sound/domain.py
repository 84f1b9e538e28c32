"""Clips of sounds, real or synthesised, and mixes of sounds, voices and music: what they hold, and what can change.

A clip has one to three foreground events, one after the other or two together, some of them counted; a softer sound may
lie under all of them; one of two events may be much louder; a caption may say what is not heard. What a listener could
argue about is not made: see ``SoundDomain.fits`` and, for a claim about a clip that was not made for it,
``SceneSketch.doubtful``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from earwitness.errors import UsageError
from earwitness.scenes.bands import Band
from earwitness.scenes.domains.base import Clip, Described, Fact, Subset
from earwitness.scenes.domains.labels.likeness import DULL, apart, confused, hidden, lasts
from earwitness.scenes.domains.sound.arrange import Stage, Staging
from earwitness.scenes.domains.sound.sketch import (
    FACTS,
    TAKES_ALONG,
    Group,
    SceneSketch,
    differ,
    recounted,
    regrouped,
    renamed,
    reordered,
    together,
    turned_up,
)
from earwitness.scenes.domains.sound.wording import describe
from earwitness.scenes.plans import MAX_COUNT, Plan, PlannedEvent
from earwitness.scenes.sources import Source
from earwitness.types import Language

# An event that is softer than the others is so by this much, dB of A-weighted level: to most, a third as loud or less.
SOFTER_DB = 18.0
# The most events, among them one that is only named as absent; more would not fit into ten seconds.
MOST_EVENTS = 3
# How many labels tell scenes apart, and how often a source is tried before a fact is said to be beyond it.
LEAST_LABELS, TRIES = 6, 200
STAGING = Staging()
# How often a sketch tells what it need not.
_TOLD_AS_WELL = 0.3
# What is never told of beside a softer event, which would be lost in it.
_BESIDE = frozenset({"secondary", "overlap"})


class SoundDomain:
    """Sketches, clips and captions of what a source has.

    Args:
        subset: its name in the data.
        source: where sounds come from; recordings that are counted should be ``single``.
        staging: how clips are made.

    Raises:
        UsageError: if the source has too few labels, or too few that cannot be taken for one another.

    Example:
        >>> from earwitness.scenes.sources import Synthesis
        >>> domain = SoundDomain("sound_gen", Synthesis())
        >>> rng = np.random.default_rng(1)
        >>> domain.describe(domain.draw("order", rng), "en", rng).caption
        'A bell rings, followed by the sound of a siren. At no point is there any steady tone.'
    """

    takes_along = TAKES_ALONG

    def __init__(self, subset: Subset, source: Source, staging: Staging = STAGING) -> None:
        self.subset: Subset = subset
        self.labels = source.labels
        # Sorted: the order of a set hangs on the run of the interpreter.
        self.countable = tuple(sorted(source.countable))
        self.lasting = tuple(filter(lasts, source.labels))
        self._stage = Stage(source, staging, frozenset(self.lasting))
        spread = staging.spread_db
        gaps = Band("dB(A) between two events", (0.0, spread), (SOFTER_DB - spread, SOFTER_DB + spread))
        self.bands = {"loudness": gaps}
        if len(self.labels) < LEAST_LABELS:
            raise UsageError(
                f"the source of '{subset}' has {len(self.labels)} labels ({', '.join(self.labels)}); at least "
                f"{LEAST_LABELS} are needed to tell scenes apart. Add recordings of other sounds."
            )
        self.facts = tuple(fact for fact in FACTS if self._can(fact))
        if not {"event", "order"} <= set(self.facts):
            raise UsageError(
                f"the labels of '{subset}' ({', '.join(self.labels)}) are too much alike: wanted three that nobody "
                "takes for one another. Add recordings of other sounds."
            )

    def _can(self, fact: Fact) -> bool:
        rng = np.random.default_rng(0)
        return any(self._attempt(fact, rng) for _ in range(TRIES))

    # --- sketches ---

    def draw(self, fact: Fact, rng: np.random.Generator) -> SceneSketch:
        """A sketch of which this fact is told, so that it can be edited.

        Raises:
            UsageError: if it is none of ``facts``.
        """
        if fact not in self.facts:
            raise UsageError(f"'{self.subset}' cannot tell of {fact!r}; it can of: {', '.join(self.facts)}.")
        while (sketch := self._attempt(fact, rng)) is None:
            pass
        return sketch

    def edit(self, sketch: SceneSketch, facts: Sequence[Fact], rng: np.random.Generator) -> SceneSketch | None:
        """The sketch with these facts changed and told, and all else as it was; None where it has not got them."""
        edited: SceneSketch | None = sketch
        for place, fact in enumerate(facts, start=1):
            if edited is not None:
                # No edit may undo an earlier one: all that was edited is still to differ.
                others = list(self._edits(edited, fact))
                drawn = (others[number] for number in rng.permutation(len(others)))
                edited = next((other for other in drawn if differ(sketch, other, facts[:place])), None)
        return edited

    def _edits(self, sketch: SceneSketch, fact: Fact) -> Iterator[SceneSketch]:
        changes: Mapping[Fact, Callable[[SceneSketch], Iterator[SceneSketch]]] = {
            "event": self._other_events,
            "secondary": self._other_backgrounds,
            "absence": self._sounding_absent,
            "order": reordered,
            "overlap": regrouped,
            "count": recounted,
            "loudness": turned_up,
        }
        return filter(self.fits, changes[fact](sketch))

    def _attempt(self, fact: Fact, rng: np.random.Generator) -> SceneSketch | None:
        sketch = self._any(fact, rng)
        return sketch if self.fits(sketch) and next(self._edits(sketch, fact), None) else None

    def _any(self, fact: Fact, rng: np.random.Generator) -> SceneSketch:
        """A sketch that tends to tell a fact, whether it fits or not."""
        told = {other for other in FACTS if other == fact or rng.random() < _TOLD_AS_WELL}
        if "loudness" in told and fact not in _BESIDE:
            told -= _BESIDE
        labels = [self.labels[place] for place in rng.permutation(len(self.labels))]
        size = int(rng.integers(2 if fact in ("order", "overlap", "loudness") else 1, MOST_EVENTS + 1))
        events, rest = [self._event(label, "count" in told, rng) for label in labels[:size]], labels[size:]
        groups: list[Group] = [(event,) for event in events]
        if "overlap" in told and size > 1:
            start = int(rng.integers(size - 1))
            groups[start : start + 2] = [(events[start], events[start + 1])]
        under = next((label for label in rest if label in self.lasting), None) if "secondary" in told else None
        absent = next((label for label in rest if label != under), None) if "absence" in told else None
        if fact == "secondary" and not absent and rng.random() < 0.5:
            under, absent = None, under
        louder = (labels[0], labels[1]) if "loudness" in told and size > 1 else None
        return SceneSketch(Plan(tuple(groups)), under, absent, louder)

    def _event(self, label: str, counted: bool, rng: np.random.Generator) -> PlannedEvent:
        known = counted and label in self.countable
        return PlannedEvent(label, int(rng.integers(1, MAX_COUNT + 1)) if known else None)

    def fits(self, sketch: SceneSketch) -> bool:
        """Whether a listener can argue about nothing of a sketch, and its clip keeps within ten seconds."""
        events = sketch.plan.events
        named = (*sketch.heard, *((sketch.absent,) if sketch.absent else ()))
        counted, may_sound = sum(event.count is not None for event in events), len(events) + (sketch.absent is not None)
        return (
            may_sound <= MOST_EVENTS
            # One that comes three times lasts as long as two.
            and counted <= (1 if may_sound == MOST_EVENTS else 2)
            and len(set(named)) == len(named)
            and apart(named)
            and all(self._overlaps(group) for group in sketch.plan.groups)
            and self._lies_under(sketch)
            and self._compares(sketch)
        )

    def _overlaps(self, group: Group) -> bool:
        """Whether the sounds of a group can be told apart, and the second goes on until after the first."""
        if not together(group):
            return True
        over, under = group
        return under.label in self.lasting and under.count is None and not hidden(over.label, under.label)

    def _lies_under(self, sketch: SceneSketch) -> bool:
        """Whether what sounds in the background goes on, and is softer than all that it lies under."""
        under, labels = sketch.secondary, sketch.plan.labels
        if under is None:
            return True
        return under in self.lasting and DULL.isdisjoint(labels) and not any(hidden(under, label) for label in labels)

    def _compares(self, sketch: SceneSketch) -> bool:
        """Whether a softer event is heard well: alone, and over no other sound."""
        if sketch.louder is None:
            return True
        alone = sketch.secondary is None and not any(map(together, sketch.plan.groups))
        return alone and DULL.isdisjoint(sketch.louder)

    # --- clips and captions ---

    def render(self, sketch: SceneSketch, seed: int) -> Clip:
        """The clip of a sketch; of one seed, sketches that differ in a fact sound alike in all else."""
        offsets = {sketch.louder[1]: -SOFTER_DB} if sketch.louder else {}
        return self._stage.clip(sketch.plan, seed, secondary=sketch.secondary, offsets=offsets)

    def describe(self, sketch: SceneSketch, language: Language, rng: np.random.Generator) -> Described:
        """A caption that makes the sketch's claims, one item for each; only its wording is drawn."""
        return describe(sketch, language, rng)

    # --- changes ---

    def _other_events(self, sketch: SceneSketch) -> Iterator[SceneSketch]:
        for event in sketch.plan.events:
            for label in self.labels if event.count is None else self.countable:
                if not confused(label, event.label) and label != event.label:
                    yield renamed(sketch, event, label)

    def _other_backgrounds(self, sketch: SceneSketch) -> Iterator[SceneSketch]:
        """Another sound in the background, or none, which is then said to be absent, or the way back from there."""
        if sketch.secondary is None:
            if self._is_gone_background(sketch):
                yield replace(sketch, secondary=sketch.absent, absent=None)
            return
        for label in self.lasting:
            if label != sketch.secondary and not confused(label, sketch.secondary):
                yield replace(sketch, secondary=label)
        if sketch.absent is None:
            yield replace(sketch, secondary=None, absent=sketch.secondary)

    def _sounding_absent(self, sketch: SceneSketch) -> Iterator[SceneSketch]:
        # A background that has gone is another fact, and an edit must not undo another.
        if sketch.absent is None or self._is_gone_background(sketch):
            return
        groups, added = sketch.plan.groups, ((PlannedEvent(sketch.absent),),)
        for place in range(len(groups) + 1):
            yield replace(sketch, plan=Plan(groups[:place] + added + groups[place:]), absent=None)

    def _is_gone_background(self, sketch: SceneSketch) -> bool:
        return sketch.secondary is None and sketch.absent in self.lasting
