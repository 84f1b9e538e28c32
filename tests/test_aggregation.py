"""Aggregators on hand-worked verdicts, and what a failed parent blocks."""

from dataclasses import replace

import pytest

from earwitness.judges.aggregation import AGGREGATORS, aggregate, blocked
from earwitness.types import Item, Verdict


def verdict(name, p_yes, *parents, kind="event", weight=1.0):
    return Verdict(Item(name, f"{name}?", kind, parents=parents, weight=weight), p_yes, 1.0)


TOLD = (
    verdict("dog", 0.2, weight=3.0),
    verdict("loud", 0.8, "dog", kind="attribute"),
    verdict("rain", 0.9, weight=2.0),
    verdict("heavy", 0.5, "rain", kind="attribute"),
    verdict("order", 0.7, "rain", "dog", kind="relation"),
)


def statuses(verdicts):
    return {verdict.item.id: verdict.status for verdict in verdicts if verdict.status != "ok"}


def test_children_of_failed_items_are_blocked_and_keep_what_was_said():
    told = blocked(TOLD, 0.5)
    assert statuses(told) == {"loud": "blocked", "order": "blocked"}
    assert [verdict.p_yes for verdict in told] == [verdict.p_yes for verdict in TOLD]


def test_the_threshold_decides_who_failed():
    assert statuses(blocked(TOLD, 0.2)) == {}
    assert set(statuses(blocked(TOLD, 0.95))) == {"loud", "heavy", "order"}


def test_grandchildren_are_blocked_however_sure_their_parent():
    told = (verdict("dog", 0.1), verdict("bark", 0.9, "dog"), verdict("loud", 0.9, "bark"))
    assert set(statuses(blocked(told, 0.5))) == {"bark", "loud"}


def test_a_negation_never_blocks():
    told = (verdict("no music", 0.1, kind="negation"), verdict("speech", 0.9, "no music"))
    assert statuses(blocked(told, 0.5)) == {}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("mean", (0.2 + 0.8 + 0.9 + 0.5 + 0.7) / 5),
        ("gated", (0.2 + 0 + 0.9 + 0.5 + 0) / 5),
        # Weights 3, 1, 2, 1, 1.
        ("weighted", (3 * 0.2 + 0 + 2 * 0.9 + 0.5 + 0) / 8),
        ("geometric", 0.0),
        ("minimum", 0.0),
    ],
)
def test_hand_worked_values(by, expected):
    told = blocked(TOLD, 0.5) if AGGREGATORS[by].blocks else TOLD
    assert aggregate(told, by) == pytest.approx(expected)


def test_geometric_and_minimum_where_nothing_is_blocked():
    told = (verdict("a", 0.9), verdict("b", 0.4))
    assert aggregate(told, "geometric") == pytest.approx(0.6)  # the root of 0.36
    assert aggregate(told, "minimum") == 0.4


@pytest.mark.parametrize("by", AGGREGATORS)
def test_every_aggregator_keeps_its_range_and_does_not_fall_when_an_item_rises(by):
    assert aggregate([verdict("a", 1.0), verdict("b", 1.0)], by) == pytest.approx(1.0)
    assert aggregate([verdict("a", 0.0), verdict("b", 0.0)], by) == 0.0
    better = [*TOLD[:2], replace(TOLD[2], p_yes=0.99), *TOLD[3:]]
    assert aggregate(better, by) >= aggregate(TOLD, by)
