"""Captions and yes/no questions about scenes, in English and Chinese, that a reader without ears answers by chance.

A question is drawn by comparing a scene's plan with a *decoy*: a copy with one aspect drawn anew (another event,
another order, another count). It states a fact that is true of one and false of the other, and a fair coin says of
which; the coin decides the answer. Scene and decoy are exchangeable, so each kind, event, pair and wording is asked
with answer yes exactly as often as with answer no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np

from earwitness.scenes.lexicon import Words, words
from earwitness.scenes.phrases import COUNTS, PHRASES, Phrases
from earwitness.scenes.plans import MAX_COUNT, Change, Plan, PlanPrior
from earwitness.types import Language

FactKind = Literal["presence", "absence", "both", "order", "overlap", "count", "first", "last", "story"]

# Which changes can make a fact of this kind false; chosen by kind alone, never by the scene.
CHANGES: Mapping[FactKind, tuple[Change, ...]] = {
    "presence": ("fresh", "replace"),
    "absence": ("fresh", "replace"),
    "both": ("fresh", "replace"),
    "order": ("reorder", "reorder", "reorder", "replace"),
    "overlap": ("regroup", "regroup", "replace"),
    "count": ("recount",),
    "first": ("reorder", "replace"),
    "last": ("reorder", "replace"),
    "story": ("reorder", "reorder", "replace", "fresh"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a scene may or may not fulfil; ``number`` is the count asked for."""

    kind: FactKind
    labels: tuple[str, ...]
    number: int | None = None

    def holds(self, plan: Plan) -> bool | None:
        """Whether it is true of a scene made from this plan; None if a listener could argue.

        Example:
            >>> from earwitness.scenes.plans import Plan, PlannedEvent
            >>> plan = Plan(((PlannedEvent("bell"),), (PlannedEvent("rain"),)))
            >>> Fact("order", ("bell", "rain")).holds(plan), Fact("overlap", ("bell", "rain")).holds(plan)
            (True, False)
        """
        places = [plan.place(label) for label in self.labels]
        present = [place for place in places if place is not None]
        if self.kind == "absence":
            return not present
        if len(present) < len(places):
            return False
        if self.kind == "count":
            count = plan.count(self.labels[0])
            return None if count is None else count == self.number
        return _arranged(self.kind, present, plan)


def _arranged(kind: FactKind, places: Sequence[int], plan: Plan) -> bool | None:
    """Whether present events stand in the order or company that this kind speaks of."""
    if kind == "overlap":
        return places[0] == places[1]
    if kind in ("order", "story"):
        return None if len(set(places)) < len(places) else list(places) == sorted(places)
    if kind in ("first", "last"):
        end = 0 if kind == "first" else len(plan.groups) - 1
        alone = len(plan.groups[end]) == 1
        return places[0] == end if alone and len(plan.groups) > 1 else None
    return True


def facts(plan: Plan, kind: FactKind, labels: Iterable[str]) -> list[Fact]:
    """All facts of a kind that are true of the plan, about any of the labels."""
    return [fact for fact in _conceivable(plan, kind, labels) if fact.holds(plan)]


def _conceivable(plan: Plan, kind: FactKind, labels: Iterable[str]) -> Iterator[Fact]:
    present = plan.labels
    if kind == "absence":
        yield from (Fact(kind, (label,)) for label in labels)
    elif kind == "story":
        yield from [Fact(kind, present)] if len(present) > 1 else ()
    elif kind in ("both", "order", "overlap"):
        yield from (Fact(kind, pair) for pair in permutations(present, 2))
    elif kind == "count":
        counted = [label for label in present if words(label, "en").counted]
        yield from (Fact(kind, (label,), number) for label in counted for number in range(1, MAX_COUNT + 1))
    else:
        yield from (Fact(kind, (label,)) for label in present)


@dataclass(frozen=True, slots=True)
class Question:
    """A yes/no question with its truth: ``answer`` is whether yes is right."""

    text: str
    answer: bool
    fact: Fact
    language: Language


def draw_fact(plan: Plan, prior: PlanPrior, kind: FactKind, rng: np.random.Generator) -> tuple[Fact, bool] | None:
    """A fact of this kind and whether it holds of the plan, by a fair coin; None if the decoy does not differ in it."""
    change = CHANGES[kind][rng.integers(len(CHANGES[kind]))]
    decoy = prior.change(plan, change, rng)
    answer = bool(rng.random() < 0.5)
    true_of, false_of = (plan, decoy) if answer else (decoy, plan)
    telling = [fact for fact in facts(true_of, kind, prior.weights) if fact.holds(false_of) is False]
    return (telling[rng.integers(len(telling))], answer) if telling else None


def draw_question(
    plan: Plan, prior: PlanPrior, kind: FactKind, language: Language, rng: np.random.Generator
) -> Question | None:
    """A question of this kind about a scene made from the plan; None if the decoy drawn does not differ in it."""
    drawn = draw_fact(plan, prior, kind, rng)
    return Question(ask(drawn[0], language, rng), drawn[1], drawn[0], language) if drawn else None


def ask(fact: Fact, language: Language, rng: np.random.Generator) -> str:
    """A yes/no question whether the fact holds.

    Example:
        >>> ask(Fact("order", ("bell", "rain")), "en", np.random.default_rng(3))
        'Is a bell heard before rainfall?'
    """
    return _word(PHRASES[language].questions[fact.kind], fact, language, rng)


def state(fact: Fact, language: Language, rng: np.random.Generator) -> str:
    """A caption that says that the fact holds.

    Example:
        >>> state(Fact("count", ("dog bark",), 2), "zh", np.random.default_rng(1))
        '狗叫了两声'
    """
    text = _word(PHRASES[language].statements[fact.kind], fact, language, rng)
    return _sentence(text, language, rng)


def _sentence(text: str, language: Language, rng: np.random.Generator) -> str:
    """As captions are found in the wild: with or without a capital and a period."""
    if rng.random() < 0.3:
        text = text[0].upper() + text[1:]
    if rng.random() < 0.3:
        text += PHRASES[language].period
    return text


def _word(wordings: Sequence[str], fact: Fact, language: Language, rng: np.random.Generator) -> str:
    """One wording with its gaps filled; see ``phrases``."""
    fields = {
        f"{form}{place}": text
        for place, label in enumerate(fact.labels, start=1)
        for form, text in _forms(words(label, language), rng).items()
    }
    if fact.number is not None:
        times, exactly = COUNTS[language][fact.number]
        fields["counted1"] = fields["counted1"].replace("{n}", times)
        fields["times"] = exactly
    if fact.kind == "story":
        clauses = [fields[f"clause{place}"] for place in range(1, len(fact.labels) + 1)]
        fields["story"] = _pick(PHRASES[language].then, rng).join(clauses)
    return _pick(wordings, rng).format_map(fields)


def _forms(known: Words, rng: np.random.Generator) -> dict[str, str]:
    forms = {"bare": known.bare, "noun": known.nouns, "clause": known.clauses, "counted": known.counted}
    return {form: _pick(choices, rng) for form, choices in forms.items() if choices}


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def ask_onset(label: str, language: Language, rng: np.random.Generator) -> str:
    """The request to write the second in which a sound begins.

    Example:
        >>> ask_onset("bell", "en", np.random.default_rng(0))
        'When does the sound of a bell begin?'
    """
    return _word([PHRASES[language].onset_request], Fact("presence", (label,)), language, rng)


def list_events(plan: Plan, language: Language) -> str:
    """The events in order as a plain list, the text that a judge learns to write.

    Example:
        >>> from earwitness.scenes.plans import Plan, PlannedEvent
        >>> list_events(Plan(((PlannedEvent("bell"),), (PlannedEvent("rain"), PlannedEvent("beep")))), "en")
        'bell, rain and beep'
    """
    phrases: Phrases = PHRASES[language]
    groups = (phrases.together.join(words(e.label, language).bare[0] for e in group) for group in plan.groups)
    return phrases.comma.join(groups) or phrases.nothing
