"""What another threshold would decide better, on judges of which it is known."""

import numpy as np
import pytest

from earwitness.bench.doctor.answers import Told
from earwitness.bench.doctor.decisions import j_lost
from earwitness.bench.doctor.finding import Finding


def drawn_told(rng, bases, apart, shift=0.0):
    """Scores of true pairs and others, normal about +-apart / 2, all of them moved by shift."""
    p_yes = rng.normal(size=(2, bases)) + np.array([[apart / 2], [-apart / 2]]) + shift
    names = np.array([str(base) for base in range(bases)])
    return Told(names, names, tuple(p_yes))


def named_lost(bases, apart, shift=0.0, judges=200):
    """How many of 100 judges that decide at 0 are told that another threshold decides better by more than .1."""
    rng, named = np.random.default_rng(0), 0
    for _ in range(judges):
        told = drawn_told(rng, bases, apart, shift)
        found = Finding.mean("", "J lost", j_lost(told, 0.0), told.clips, bases, (-2.0, 2.0))
        named += found.ends is not None and found.ends[0] > 0.1
    return 100 * named / judges


@pytest.mark.parametrize(("bases", "apart"), [(8, 0.5), (12, 0.5), (24, 0.0), (24, 1.0), (100, 0.5)])
def test_a_judge_that_decides_where_it_best_can_is_not_called_uncalibrated(bases, apart):
    # Normal scores about +-d / 2 are best decided at 0. Against the best threshold of the same bases it was 5 to 38.
    assert named_lost(bases, apart) <= 2


def test_a_threshold_far_off_is_found():
    # All moved by 3, 2 apart: at 0 nearly everything is a yes, and J is .02 of .68.
    assert named_lost(24, 2.0, 3.0) >= 95


def test_captions_of_one_clip_do_not_choose_the_threshold_that_they_are_held_against():
    """Every clip has a score of its own that its captions share: nothing is known of other clips."""
    rng = np.random.default_rng(0)
    lost = []
    for _ in range(50):
        clips = np.repeat([f"{clip}" for clip in range(10)], 5)
        p_yes = tuple(np.repeat(scores, 5) for scores in rng.random((2, 10)))
        lost.append(j_lost(Told(clips, clips, p_yes), 0.5).mean())
    assert np.mean(lost) < 0.05
    assert len(j_lost(Told(clips[:5], clips[:5], tuple(p[:5] for p in p_yes)), 0.5)) == 0
