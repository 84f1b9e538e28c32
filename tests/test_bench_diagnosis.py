from collections import Counter

import numpy as np
import pytest

from earwitness.bench.controls.conditions import BY_NAME
from earwitness.bench.doctor.diagnosis import SIGNS, failures_of, verdict_of
from earwitness.bench.doctor.finding import Finding
from earwitness.metrics.bootstrap import measure_interval


def auc(value, low, high, n=100, reason=None, of="shuffled", clips=None):
    found = Finding(of, "AUC", value, low, high, n, n, clips or n, reason)
    return {(of, "AUC"): found}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (auc(0.7, 0.61, 0.79), "listens"),
        (auc(0.7, 0.59, 0.8), "cannot tell"),
        (auc(0.5, 0.42, 0.59), "does not listen"),
        (auc(0.2, 0.1, 0.3), "does not listen"),
        # Perfect, or always the same: no interval, but every one of 20 pairs says so.
        (auc(1.0, None, None, 20, "perfect"), "listens"),
        (auc(0.5, None, None, 20, "constant_resamples"), "does not listen"),
        (auc(1.0, None, None, 19, "perfect"), "cannot tell"),
        (auc(0.99, 0.9, 1.0, 19), "cannot tell"),
        # Many pairs of few clips.
        (auc(1.0, None, None, 95, "perfect", clips=19), "cannot tell"),
        (auc(0.99, 0.9, 1.0, 95, clips=19), "cannot tell"),
        (auc(0.9, None, None, 4, "too_few_units"), "cannot tell"),
        (auc(None, None, None, 0, "too_few"), "cannot tell"),
        ({}, "cannot tell"),
    ],
)
def test_the_verdict_rests_on_the_whole_interval(found, verdict):
    assert verdict_of(found) == verdict


def names(found, verdict="listens"):
    return [failure.name for failure in failures_of(found, verdict)]


def test_a_weak_backbone_is_one_that_listens_a_little():
    found = auc(0.7, 0.62, 0.78)
    assert names(found) == ["weak backbone"]
    assert names(found, "does not listen") == []
    assert names(auc(0.75, 0.68, 0.81)) == []


@pytest.mark.parametrize("order", ["order_reversed", "segments_swapped"])
def test_order_is_unknown_or_not_shown(order):
    assert names(auc(0.5, 0.42, 0.58, of=order)) == ["no temporal reasoning"]
    assert names(auc(0.6, 0.5, 0.7, of=order)) == ["temporal reasoning not shown"]
    assert names(auc(0.7, 0.61, 0.8, of=order)) == []


def test_a_failure_that_is_named_leaves_no_doubt():
    found = auc(0.4, 0.3, 0.5, of="order_reversed") | auc(0.6, 0.5, 0.7, of="segments_swapped")
    assert names(found, "cannot tell") == ["no temporal reasoning"]
    found = auc(0.55, 0.45, 0.65, of="order_reversed") | auc(0.6, 0.5, 0.7, of="segments_swapped")
    assert names(found, "cannot tell") == ["temporal reasoning not shown"] * 2


def test_an_order_that_is_heard_may_still_not_decide():
    found = auc(0.95, 0.84, 0.99, of="order_reversed")
    found["order_reversed", "J"] = Finding("order_reversed", "J", 0.06, -0.05, 0.19, 40, 40, 40)
    assert names(found) == ["order does not decide"]


def test_a_failure_is_named_only_where_its_interval_shows_it():
    def share(low, n=100):
        return {("silence", "yes"): Finding("silence", "yes", 0.2, low, 0.3, n, n, n)}

    (failure,) = failures_of(share(0.11), "listens")
    assert (failure.name, failure.finding.of, failure.bound) == ("says yes to nothing", "silence", 0.1)
    assert failures_of(share(0.09), "listens") == ()
    assert failures_of(share(None, 3), "listens") == ()


def test_a_figure_without_an_interval_is_what_it_is():
    def spread(value):
        return {("repeat", "spread"): Finding("repeat", "spread", value, None, None, 9, 9, 9)}

    assert names(spread(0.02)) == ["does not repeat itself"]
    assert names(spread(0.0)) == []
    assert names(spread(None)) == []


def test_each_sign_speaks_of_something_that_is_measured():
    others = {"true and shuffled", "level"}
    assert {sign.of for sign in SIGNS} - others <= set(BY_NAME)
    assert len({(sign.failure, sign.of, sign.measure, sign.test) for sign in SIGNS}) == len(SIGNS)


@pytest.mark.parametrize("deaf", ["captions", "clips", "lots"])
def test_no_deaf_judge_is_said_to_listen(deaf):
    """200 judges that go by captions, by clips or by lot, on 100 pairs each: by chance fewer than 1 in 40 may pass."""
    rng, n = np.random.default_rng(0), 100
    bases, verdicts = [str(number) for number in range(n)], Counter()
    for _ in range(200):
        true, shuffled = rng.normal(size=(2, n))
        if deaf != "lots":
            shuffled = rng.permutation(true) if deaf == "captions" else true
        interval = measure_interval("auc", [*true, *shuffled], [1] * n + [0] * n, systems=bases + bases, unit="systems")
        found = Finding("shuffled", "AUC", interval.value, interval.low, interval.high, n, n, n, interval.reason)
        verdicts[verdict_of({("shuffled", "AUC"): found})] += 1
    assert verdicts["listens"] <= 5
    assert verdicts["does not listen"] >= 100
