"""TTA-Bench's prompts: does a decomposer find the events that a prompt names, their number and how they lie in time?

Source: TTA-Bench, arXiv 2509.02398. The files are in ``tta_prompts``. It measures what makes rubrics, not judges: no
clip is heard, and what is kept is a file of rubrics. The items of kind ``event`` are held against the event list, one
to one by their words (``event_words``):

* ``event recall``: events that are an item; ``event precision``: items that are an event; F1 of ``event``: both;
* ``event count``: as many items of kind ``event`` as the prompt has events;
* ``relation``: no item of kind ``relation`` for None, order alone for sequence, overlap alone for parallelism, both for
  complex.

Events of one prompt may be alike. A prompt without a rubric is counted and not measured; of its items nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from earwitness.bench.base import About, Part, Published
from earwitness.bench.decisions import Decision, decided
from earwitness.bench.measurements import Measurement
from earwitness.bench.sets.event_words import matching
from earwitness.bench.sets.tta_prompts import RELATIONS, Prompt, Relation, read_prompts
from earwitness.errors import ClipError
from earwitness.judges.ahead import batches
from earwitness.rubrics.base import Decomposer
from earwitness.types import Item, Rubric

PART = "events"
# Captions that a decomposer is given at a time.
BATCH = 32

# What decomposers call the two ways in which sounds lie in time.
_CALLED: Mapping[str, frozenset[str]] = {
    "order": frozenset({"order", "sequence", "顺序", "时序", "先后"}),
    "overlap": frozenset({"overlap", "parallelism", "simultaneity", "simultaneous", "同时"}),
}
_WANTED: Mapping[Relation, frozenset[str]] = {
    "None": frozenset(),
    "sequence": frozenset({"order"}),
    "parallelism": frozenset({"overlap"}),
    "complex": frozenset({"order", "overlap"}),
}


class TTABench:
    """Events, their number and their relation, as a decomposer finds them."""

    name = "tta-bench"
    about = About(
        measures="the events that a decomposer finds in a prompt, their number and how they lie in time",
        size="1,500 prompts on accuracy, 300 on generalisation",
        licence="as told by its authors",
        where="nku-hlt.github.io/tta-bench: acc_prompt.json and, if you like, generalization_prompt.json; no clips",
        judges="rubrics",
    )
    parts = (Part(PART, "prompts that come with their events", None, "prompts"),)
    published: tuple[Published, ...] = ()

    read = staticmethod(read_prompts)

    def measurements(self, prompts: Sequence[Prompt], rubrics: Mapping[str, Rubric]) -> Iterator[Measurement]:
        """Recall, precision, F1, count and relation, of all prompts and by relation.

        Args:
            prompts: what ``read`` returns.
            rubrics: what a decomposer made, by the prompt's text, as ``read_rubrics`` returns it.
        """
        found = [_Found.of(prompt, rubrics.get(prompt.text)) for prompt in prompts]
        yield from _measured(found, "all")
        for relation in RELATIONS:
            some = [one for one in found if one.prompt.relation == relation]
            if some:
                yield from _measured(some, relation)


def take_apart(
    prompts: Sequence[Prompt], decomposer: Decomposer
) -> tuple[Mapping[str, Rubric], Mapping[str, ClipError]]:
    """Rubrics by the prompt's text, and why there is none where a decomposer failed.

    Example:
        >>> from earwitness.rubrics.rules import RuleDecomposer
        >>> prompt = Prompt("p1", "A dog barks, then rain falls.", ("dog barking", "rain"), 2, "sequence")
        >>> rubrics, _ = take_apart([prompt], RuleDecomposer())
        >>> [(m.of, m.measure, float(m.scores.mean())) for m in TTABench().measurements([prompt], rubrics)][-2:]
        [('event count', 'accuracy', 1.0), ('relation', 'accuracy', 1.0)]
    """
    captions = list({prompt.text: prompt.caption for prompt in prompts}.values())
    made = {
        caption.text: rubric
        for batch in batches(captions, BATCH)
        for caption, rubric in zip(batch, decomposer.decompose(batch), strict=True)
    }
    rubrics = {text: rubric for text, rubric in made.items() if isinstance(rubric, Rubric)}
    return rubrics, {text: error for text, error in made.items() if isinstance(error, ClipError)}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a decomposer found in a prompt.

    Attributes:
        prompt: what is true.
        items: of kind ``event``; None without a rubric.
        partners: the place of the item of each event that has one.
        relations: ``order``, ``overlap``, or what else the decomposer calls it.
    """

    prompt: Prompt
    items: tuple[Item, ...] | None
    partners: Mapping[int, int]
    relations: frozenset[str]

    @classmethod
    def of(cls, prompt: Prompt, rubric: Rubric | None) -> _Found:
        if rubric is None:
            return cls(prompt, None, {}, frozenset())
        items = tuple(item for item in rubric.items if item.kind == "event")
        words = [prompt.text[slice(*item.span)] if item.span else item.question for item in items]
        relations = frozenset(_how(item) for item in rubric.items if item.kind == "relation")
        return cls(prompt, items, matching(prompt.events, words), relations)

    def recalled(self) -> Iterator[Decision]:
        """For each event whether it is an item."""
        for place in range(len(self.prompt.events)):
            right = None if self.items is None else float(place in self.partners)
            yield Decision(f"{self.prompt.id}/event {place + 1}", right, self.prompt.id)

    def precise(self) -> Iterator[Decision]:
        """For each item whether it is an event."""
        for place, item in enumerate(self.items or ()):
            right = float(place in self.partners.values())
            yield Decision(f"{self.prompt.id}/item {item.id}", right, self.prompt.id)

    def decision(self, right: bool) -> Decision:
        """One about the whole prompt."""
        return Decision(self.prompt.id, None if self.items is None else float(right), self.prompt.id)


def _how(item: Item) -> str:
    named = item.dimension.lower()
    return next((how for how, names in _CALLED.items() if named in names), named)


def _measured(found: Sequence[_Found], subset: str) -> Iterator[Measurement]:
    recall = [decision for one in found for decision in one.recalled()]
    precision = [decision for one in found for decision in one.precise()]
    yield decided(PART, "event recall", recall, subset=subset, unit="events")
    yield decided(PART, "event precision", precision, subset=subset, unit="items")
    yield _f1(recall, [decision for decision in precision if not decision.right], subset)
    counted = (one.decision(len(one.items or ()) == one.prompt.count) for one in found)
    yield decided(PART, "event count", counted, subset=subset, unit="prompts")
    told = [(one, one.prompt.relation) for one in found]
    related = [one.decision(one.relations == _WANTED[relation]) for one, relation in told if relation is not None]
    if related:
        yield decided(PART, "relation", related, subset=subset, unit="prompts")


def _f1(events: Sequence[Decision], invented: Sequence[Decision], subset: str) -> Measurement:
    """An event is there, and found or not; an invented item is found, and not there."""
    told = [decision for decision in events if decision.right is not None]
    every = (*told, *invented)
    return Measurement(
        PART,
        "event",
        "F1",
        tuple(decision.id for decision in every),
        np.array([*(decision.right for decision in told), *[1.0] * len(invented)], np.float64),
        np.array([1.0] * len(told) + [0.0] * len(invented)),
        len(events) + len(invented),
        tuple(decision.cluster for decision in every),
        subset=subset,
        unit="events and items",
    )
