"""Plans: shapes, the distribution they are drawn from, and changes that keep it."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import numpy as np
import pytest

from earwitness.scenes.plans import MAX_COUNT, SHAPES, Change, Plan, PlannedEvent, PlanPrior

PRIOR = PlanPrior({"a": 1.0, "b": 1.0, "c": 2.0, "d": 4.0}, frozenset({"a", "d"}))


def test_labels_are_distinct_and_counts_only_where_they_may_be() -> None:
    rng = np.random.default_rng(1)
    for _ in range(2000):
        plan = PRIOR.draw(rng)
        assert len(set(plan.labels)) == len(plan.labels) <= 3
        assert all(event.count is None or event.label in "ad" for event in plan.events)
        assert all(event.count in (None, *range(1, MAX_COUNT + 1)) for event in plan.events)


def test_sizes_and_labels_follow_their_odds() -> None:
    rng = np.random.default_rng(2)
    plans = [PRIOR.draw(rng) for _ in range(8000)]
    sizes = np.bincount([len(plan.events) for plan in plans], minlength=4) / len(plans)
    assert sizes == pytest.approx(PRIOR.sizes, abs=0.02)
    singles = Counter(plan.labels[0] for plan in plans if len(plan.labels) == 1)
    shares = [singles[label] / singles.total() for label in "abcd"]
    assert shares == pytest.approx([1 / 8, 1 / 8, 2 / 8, 4 / 8], abs=0.04)


def test_a_shape_and_its_mirror_image_are_equally_likely() -> None:
    for shapes in SHAPES.values():
        assert sum(shapes.values()) == pytest.approx(1)
        assert all(shapes[shape] == shapes[shape[::-1]] for shape in shapes)


def _kept_apart(plan: Plan, changed: Plan) -> dict[str, bool]:
    """Which aspects of two plans of the same events are the same."""
    return {
        "labels": set(plan.labels) == set(changed.labels),
        "order": plan.labels == changed.labels,
        "shape": list(map(len, plan.groups)) == list(map(len, changed.groups)),
        "counts": {e.label: e.count for e in plan.events} == {e.label: e.count for e in changed.events},
    }


@pytest.mark.parametrize(
    ("change", "may_differ"),
    [
        ("reorder", {"order"}),
        ("regroup", {"shape"}),
        ("recount", {"counts"}),
        ("replace", {"labels", "order", "counts"}),
    ],
)
def test_a_change_changes_its_aspect_and_nothing_else(change: Change, may_differ: set[str]) -> None:
    rng = np.random.default_rng(3)
    seen: set[str] = set()
    for _ in range(1000):
        plan = PRIOR.draw(rng)
        if plan.events:
            seen |= {name for name, same in _kept_apart(plan, PRIOR.change(plan, change, rng)).items() if not same}
    assert seen == may_differ


@pytest.mark.parametrize("change", get_args(Change))
def test_a_plan_and_its_changed_copy_are_exchangeable(change: Change) -> None:
    # Detailed balance: (before, after) is as likely as (after, before). Chi-square over the pairs seen often enough.
    rng = np.random.default_rng(4)
    prior = PlanPrior({"a": 1.0, "b": 1.5, "c": 2.0, "d": 4.0}, frozenset({"a"}), sizes=(0.1, 0.3, 0.6, 0.0))
    pairs: Counter[tuple[Plan, Plan]] = Counter()
    for _ in range(10_000):
        plan = prior.draw(rng)
        pairs[plan, prior.change(plan, change, rng)] += 1
    terms = []
    for before, after in {tuple(sorted(pair, key=repr)) for pair in pairs}:
        there, back = pairs[before, after], pairs[after, before]
        if before != after and there + back >= 20:
            terms.append((there - back) ** 2 / (there + back))
    assert len(terms) > 3 or change == "recount"
    # The sum has about as many degrees of freedom as terms: mean len, standard deviation sqrt(2 len).
    assert sum(terms) < len(terms) + 4 * np.sqrt(2 * len(terms))


def test_place_and_count() -> None:
    plan = Plan(((PlannedEvent("a", 2),), (PlannedEvent("b"), PlannedEvent("c"))))
    assert [plan.place(label) for label in "abcd"] == [0, 1, 1, None]
    assert [plan.count(label) for label in "abcd"] == [2, None, None, 0]


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 4 labels to tell scenes apart, got 2"):
        PlanPrior({"a": 1.0, "b": 1.0})
