"""How far found items are the labelled ones: one-to-one by kind and place in the caption, with intervals by caption.

An item is a labelled one's match if both are of one kind and their spans overlap by at least half of the shorter; of
all such pairings the one with the most pairs counts, and of those the one that overlaps most. A relation must also
join the events that match its parents: in their order for ``order``, in any for ``overlap``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.report import Row
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from earwitness.metrics.any_statistic import bootstrap_interval
from earwitness.metrics.bootstrap import Interval
from earwitness.types import Item

KINDS = ("event", "attribute", "relation", "count", "negation", "speech", "style")
SHARE = 0.5
Pairing = dict[str, str]  # labelled id to found id


@dataclass(frozen=True, slots=True)
class Labelled:
    """A caption, the items that it should have and those that were found."""

    wanted: Sequence[Item]
    found: Sequence[Item]


def overlap(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Shared characters as a share of the shorter span.

    Example:
        >>> overlap((0, 10), (5, 9)), overlap((0, 4), (4, 8))
        (1.0, 0.0)
    """
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return max(0, shared) / max(1, min(first[1] - first[0], second[1] - second[0]))


def pairing(case: Labelled) -> Pairing:
    """Which found item is which labelled one; events first, since relations hang on them."""
    events = _paired(_of_kind(case.wanted, "event"), _of_kind(case.found, "event"), lambda _wanted, _found: True)
    pairs = dict(events)
    for kind in KINDS[1:]:
        joins = (lambda wanted, found: _joins(wanted, found, events)) if kind == "relation" else lambda *_items: True
        pairs |= _paired(_of_kind(case.wanted, kind), _of_kind(case.found, kind), joins)
    return pairs


def _of_kind(items: Iterable[Item], kind: str) -> list[Item]:
    return [item for item in items if item.kind == kind]


def _paired(wanted: list[Item], found: list[Item], allowed: Callable[[Item, Item], bool]) -> Pairing:
    if not wanted or not found:
        return {}
    gains = np.array([[_gain(w, f) if allowed(w, f) else 0.0 for f in found] for w in wanted])
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return {wanted[r].id: found[c].id for r, c in zip(rows, columns, strict=True) if gains[r, c] > 0}


def _gain(wanted: Item, found: Item) -> float:
    """More for any match than all overlaps together could add."""
    assert wanted.span is not None
    assert found.span is not None
    share = overlap(wanted.span, found.span)
    return 1000 + share if share >= SHARE else 0.0


def _joins(wanted: Item, found: Item, events: Pairing) -> bool:
    parents = [events.get(parent) for parent in wanted.parents]
    if None in parents or wanted.dimension != found.dimension:
        return False
    return parents == list(found.parents) or (
        wanted.dimension == "overlap" and sorted(map(str, parents)) == sorted(found.parents)
    )


def kind_rows(cases: Sequence[Labelled], columns: Mapping[str, str]) -> list[Row]:
    """Precision, recall and F1 of each kind, with 95 % bootstrap intervals by caption."""
    pairings = [pairing(case) for case in cases]
    rows: list[Row] = []
    for kind in KINDS:
        table = np.array([_counts(case, pairs, kind) for case, pairs in zip(cases, pairings, strict=True)], float)
        if table[:, :2].sum():
            measures = {"precision": _precision, "recall": _recall, "F1": _f1}
            figures = {name: shown(bootstrap_interval(measure, table)) for name, measure in measures.items()}
            counted = {"labelled": int(table[:, 0].sum()), "found": int(table[:, 1].sum())}
            rows.append({**columns, "kind": kind, **counted, **figures, **_accuracies(table)})
    return rows


def _counts(case: Labelled, pairs: Pairing, kind: str) -> list[int]:
    """Of one caption: labelled, found, matched, of the right dimension, with a parent, with the right parent."""
    wanted = _of_kind(case.wanted, kind)
    found = {item.id: item for item in case.found}
    matched = [(item, found[pairs[item.id]]) for item in wanted if item.id in pairs]
    dependent = [(w, f) for w, f in matched if w.parents] if kind in ("attribute", "count") else []
    return [
        len(wanted),
        len(_of_kind(case.found, kind)),
        len(matched),
        sum(w.dimension == f.dimension for w, f in matched),
        len(dependent),
        sum(pairs.get(w.parents[0]) in f.parents for w, f in dependent),
    ]


def _accuracies(table: NDArray[np.float64]) -> Row:
    sums = table.sum(0)
    return {
        "dimension right": _share(sums[3], sums[2]),
        "parent right": _share(sums[5], sums[4]),
    }


def _share(part: float, whole: float) -> float | None:
    return round(float(part / whole), 3) if whole else None


def _precision(table: NDArray[np.float64]) -> float | None:
    return _share(table[:, 2].sum(), table[:, 1].sum())


def _recall(table: NDArray[np.float64]) -> float | None:
    return _share(table[:, 2].sum(), table[:, 0].sum())


def _f1(table: NDArray[np.float64]) -> float | None:
    return _share(2 * table[:, 2].sum(), table[:, :2].sum())


def count_rows(numbers: Mapping[str, Sequence[tuple[int, int]]], columns: Mapping[str, str]) -> list[Row]:
    """How often the number of events is right, and right within one, by method; pairs are (labelled, found)."""
    rows: list[Row] = []
    for method, pairs in numbers.items():
        gaps = np.array([abs(wanted - found) for wanted, found in pairs])
        exact = shown(bootstrap_interval(lambda gap: float((gap == 0).mean()), gaps))
        within = shown(bootstrap_interval(lambda gap: float((gap <= 1).mean()), gaps))
        rows.append(
            {
                **columns,
                "kind": f"number of events, {method}",
                "captions": len(pairs),
                "exact": exact,
                "within one": within,
            }
        )
    return rows


def shown(interval: Interval) -> str | None:
    if interval.value is None:
        return None
    ends = "" if interval.low is None else f" [{interval.low:.3f}, {interval.high:.3f}]"
    return f"{interval.value:.3f}{ends}"


def items_of(record: Mapping[str, Any]) -> list[Item]:
    """The items of a line of labels: a span is given by its text and where it starts."""
    return [
        Item(
            str(item["id"]),
            "",
            item["kind"],
            item["dimension"],
            (item["at"], item["at"] + len(item["span"])),
            tuple(map(str, item["parents"])),
        )
        for item in record["items"]
    ]
