"""What a run over a server takes, told beforehand from its first pairs."""

from collections.abc import Mapping
from typing import Any

import pytest

from clips import clip
from earwitness.judges.aqascore import AQAScore
from earwitness.judges.expense import LOOKED_AT, Asking, expense
from earwitness.judges.rubric import RubricJudge
from earwitness.judges.sampled import SampledYes
from earwitness.types import Item, Pair, Rubric
from scripted_backbone import ScriptedBackbone


class PricedBackbone(ScriptedBackbone):
    """Tells back what it was asked to estimate."""

    def estimate(self, n_requests, seconds_of_audio):
        return n_requests, seconds_of_audio


class Three:
    name = "three"
    identity: Mapping[str, Any] = {"name": "three"}

    def decompose(self, captions):
        return [Rubric(tuple(Item(f"e{n}", f"{n}?", "event") for n in range(3)), "en", "three")] * len(captions)


BACKBONE = PricedBackbone()


@pytest.mark.parametrize(
    ("judge", "each"),
    [
        (AQAScore(BACKBONE), 1),
        (RubricJudge(BACKBONE, decomposer=Three()), 3),
        (RubricJudge(BACKBONE, decomposer=Three(), mode="generate"), 1),
        (RubricJudge(BACKBONE, decomposer=Three(), mode="both"), 4),
        (SampledYes(BACKBONE, draws=5), 5),
    ],
)
def test_requests_and_seconds_follow_the_judge(judge, each):
    assert isinstance(judge, Asking)
    pairs = [Pair(clip(2.0), "a dog", id=str(n)) for n in range(3)]
    assert expense(judge, BACKBONE, pairs, 300) == (300 * each, pytest.approx(300 * each * 2.0))


def test_a_long_clip_counts_by_its_windows():
    # 25 s in windows of 10 s that overlap by at least 1 s: three of 10 s each.
    assert expense(AQAScore(BACKBONE), BACKBONE, [Pair(clip(25.0), "a dog")], 10) == (30, pytest.approx(300.0))


def test_it_reads_a_few_pairs_and_passes_over_those_that_cannot_be_read():
    read = []

    def pairs():
        for n in range(100):
            read.append(n)
            yield Pair(clip(1.0) if n % 2 else "missing.wav", "a dog", id=str(n))

    assert expense(AQAScore(BACKBONE), BACKBONE, pairs(), 100) == (100, pytest.approx(100.0))
    assert len(read) == LOOKED_AT


def test_nothing_is_told_where_nothing_can_be_read():
    assert expense(AQAScore(BACKBONE), BACKBONE, [Pair("missing.wav", "a dog")], 100) is None
