"""From verdicts to one number: how the items of a rubric are put together.

``mean`` is the paper's (AnyAudio-Judge, arXiv 2606.03116): every item counts the same and none blocks another. The
others know that "the dog is loud" says nothing where no dog is heard: an item whose parent failed is *blocked* and
counts 0. An item is failed where its ``p_yes`` lies below the threshold. What a caption forbids can fail without
blocking anything.

Conventions: ``p_yes [item]`` and the result are in [0, 1]; ``weights [item]`` are at least 0, not all 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from earwitness.types import Verdict

Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Aggregator:
    """One way to put items together.

    Attributes:
        combine: one number from ``p_yes`` and ``weights``.
        blocks: whether the children of failed items count 0.
        note: what it says to a listener.
    """

    combine: Callable[[Numbers, Numbers], float]
    blocks: bool
    note: str


def _mean(p_yes: Numbers, weights: Numbers) -> float:
    return float(p_yes.mean())


def _weighted(p_yes: Numbers, weights: Numbers) -> float:
    return float(p_yes @ weights / weights.sum())


def _geometric(p_yes: Numbers, weights: Numbers) -> float:
    with np.errstate(divide="ignore"):
        return float(np.exp(np.log(p_yes).mean()))


def _minimum(p_yes: Numbers, weights: Numbers) -> float:
    return float(p_yes.min())


AGGREGATORS: Mapping[str, Aggregator] = {
    "mean": Aggregator(_mean, False, "the paper's: the expected share of items that are met, all alike"),
    "gated": Aggregator(_mean, True, "the same, but what belongs to a missing sound counts 0"),
    "weighted": Aggregator(_weighted, True, "gated, each item by its weight in the rubric"),
    "geometric": Aggregator(_geometric, True, "gated geometric mean: one item surely missed makes it 0"),
    "minimum": Aggregator(_minimum, True, "the item that is met least"),
}


def aggregate(verdicts: Sequence[Verdict], by: str) -> float:
    """One number from verdicts that all have an answer; blocked ones count 0.

    Args:
        verdicts: at least one, each with ``p_yes``.
        by: a name of ``AGGREGATORS``.

    Returns:
        In [0, 1].

    Example:
        >>> from earwitness.types import Item
        >>> event, loud = Item("e1", "A dog?", "event"), Item("a1", "Is it loud?", "attribute", parents=("e1",))
        >>> told = blocked([Verdict(event, 0.2, 1.0), Verdict(loud, 0.8, 1.0)], threshold=0.5)
        >>> aggregate(told, "gated"), aggregate(told, "minimum")
        (0.1, 0.0)
    """
    p_yes = np.array([0.0 if verdict.status == "blocked" else verdict.p_yes for verdict in verdicts], np.float64)
    weights = np.array([verdict.item.weight for verdict in verdicts], np.float64)
    return AGGREGATORS[by].combine(p_yes, weights)


def blocked(verdicts: Sequence[Verdict], threshold: float) -> tuple[Verdict, ...]:
    """The verdicts with the children of failed items blocked, and their children in turn; ``p_yes`` stays to be seen.

    Args:
        verdicts: parents before their children, each with ``p_yes``.
        threshold: an item whose ``p_yes`` lies below it is failed.
    """
    stop: set[str] = set()
    told = []
    for verdict in verdicts:
        held_up = not stop.isdisjoint(verdict.item.parents)
        failed = verdict.p_yes is not None and verdict.p_yes < threshold
        if held_up or (failed and verdict.item.kind != "negation"):
            stop.add(verdict.item.id)
        told.append(replace(verdict, status="blocked") if held_up else verdict)
    return tuple(told)
