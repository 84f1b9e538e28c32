"""Which clips meet which captions, so that neither a reader of captions nor a listener without captions can tell.

A quartet is two sketches, made into two clips and, in each language, into two captions; each caption is held against
both clips. So every caption, word for word, is asked once with the answer yes and once with the answer no, and so is
every clip. The two sketches differ

* after a *change* in one or two facts, all else being equal: a caption's claims about other facts are true of both;
* after a *swap* in at least half of what either caption says.

No caption is held against a clip of which a careful listener could argue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from earwitness.errors import UsageError
from earwitness.scenes.domains.base import Domain, Fact, Sketch

Negative = Literal["neg_change", "neg_swap"]

# Of each three quartets one is a swap; of each three changes one is of two facts.
SWAP_EVERY = PAIR_EVERY = 3
# Share of a caption's claims that a swapped clip must break.
DISTANCE_FLOOR = 0.5
# Draws before two facts are taken for ones that never meet in a sketch.
PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Quartet:
    """Two sketches whose captions are true of one and false of the other.

    Attributes:
        name: unique in the set.
        negative: how the captions come to be false.
        edits: the facts that were changed; none after a swap.
        sketches: the two.
        seed: of their clips.
    """

    name: str
    negative: Negative
    edits: tuple[Fact, ...]
    sketches: tuple[Sketch, Sketch]
    seed: int


def draw_quartet(domain: Domain[Any], number: int, seed: int, attempt: int = 0) -> Quartet:
    """The quartet of this number; the same arguments give the same one.

    Args:
        domain: what its clips are about.
        number: within the domain; kinds of negatives and facts come in turn.
        seed: of the whole set.
        attempt: another draw of what is due, where the first could not be rendered.

    Raises:
        UsageError: if the domain cannot make what is due.
    """
    # The subset's name is part of the seed, or all domains would share their draws.
    rng = np.random.default_rng([seed, number, attempt, *domain.subset.encode()])
    name, clips = f"{domain.subset}-{number:05}", int(rng.integers(2**31))
    if number % SWAP_EVERY == SWAP_EVERY - 1:
        return Quartet(name, "neg_swap", (), _swapped(domain, rng), clips)
    for edits in _due(domain.facts, number - number // SWAP_EVERY):
        changed = _changed(domain, edits, rng)
        if changed is not None:
            return Quartet(name, "neg_change", edits, changed, clips)
    raise UsageError(
        f"'{domain.subset}': no sketch could be changed in {', '.join(domain.facts)}; add other recordings or speakers."
    )


def _due(facts: Sequence[Fact], number: int) -> Iterator[tuple[Fact, ...]]:
    """The facts whose turn it is, then the next ones, since not any two facts meet in one sketch."""
    # Neighbours first, so that few pairs already hold every fact.
    pairs = sorted(combinations(facts, 2), key=lambda two: facts.index(two[1]) - facts.index(two[0]))
    singles = [(fact,) for fact in facts]
    two = bool(pairs) and number % PAIR_EVERY == PAIR_EVERY - 1
    turn = number // PAIR_EVERY if two else number - number // PAIR_EVERY
    choices: Sequence[tuple[Fact, ...]] = pairs if two else singles
    for step in range(len(choices)):
        yield choices[(turn + step) % len(choices)]


def _changed(domain: Domain[Any], edits: Sequence[Fact], rng: np.random.Generator) -> tuple[Sketch, Sketch] | None:
    for _ in range(PATIENCE):
        first = domain.draw(edits[0], rng)
        second = domain.edit(first, edits, rng)
        if second is not None and all(_differs_in(domain, edits, *two) for two in _both_ways(first, second)):
            return _tossed(first, second, rng)
    return None


def _differs_in(domain: Domain[Any], edits: Sequence[Fact], told: Sketch, heard: Sketch) -> bool:
    """Whether of what one sketch tells the other breaks something of every edited fact, and nothing else."""
    false = {claim.fact for claim in told.claims if not heard.holds(claim)}
    taken = [{fact, *domain.takes_along.get(fact, ())} for fact in edits]
    return all(false & facts for facts in taken) and false <= set().union(*taken) and _clear(told, heard)


def _swapped(domain: Domain[Any], rng: np.random.Generator) -> tuple[Sketch, Sketch]:
    for _ in range(PATIENCE):
        first, second = (domain.draw(domain.facts[rng.integers(len(domain.facts))], rng) for _ in range(2))
        if all(_far(*two) and _clear(*two) for two in _both_ways(first, second)):
            return first, second
    raise UsageError(
        f"'{domain.subset}': no two sketches lie {DISTANCE_FLOOR:.0%} apart; add other recordings or speakers."
    )


def _far(told: Sketch, heard: Sketch) -> bool:
    return bool(np.mean([not heard.holds(claim) for claim in told.claims]) >= DISTANCE_FLOOR)


def _clear(told: Sketch, heard: Sketch) -> bool:
    return not any(map(heard.doubtful, told.claims))


def _both_ways(first: Sketch, second: Sketch) -> tuple[tuple[Sketch, Sketch], tuple[Sketch, Sketch]]:
    return (first, second), (second, first)


def _tossed(first: Sketch, second: Sketch, rng: np.random.Generator) -> tuple[Sketch, Sketch]:
    """The two by lot: what was drawn and what was edited are not to be told apart by their place."""
    return (first, second) if rng.random() < 0.5 else (second, first)
