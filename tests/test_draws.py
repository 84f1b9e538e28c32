"""Resamples: their sizes, their odds, and who is drawn with whom."""

import numpy as np
import pytest

from earwitness.metrics.draws import BATCH, Nesting, batches, draw_counts, draw_nested

SYSTEMS = np.array([2, 0, 1, 0, 2, 2, 1, 2])


def test_batches_make_up_the_number_asked_for():
    assert sum(batches(2000, 36)) == 2000
    assert list(batches(3, 10 * BATCH)) == [1, 1, 1]


def test_each_resample_has_as_many_draws_as_units():
    counts = np.concatenate(list(draw_counts(np.random.default_rng(0), 500, 100)))
    assert counts.shape == (500, 100)
    assert (counts.sum(axis=1) == 100).all()
    # The number of times that a unit is drawn has mean 1 and variance .99; 50,000 of them.
    assert counts.mean() == 1
    assert counts.var() == pytest.approx(0.99, abs=0.03)


def test_one_seed_gives_one_sequence():
    first, second = (np.concatenate(list(draw_counts(np.random.default_rng(7), 9, 20))) for _ in range(2))
    assert np.array_equal(first, second)


def test_members_of_drawn_systems():
    nesting = Nesting.of(SYSTEMS)
    assert nesting.members(np.array([1, 0, 1])).tolist() == [2, 6, 1, 3, 2, 6]


@pytest.mark.parametrize("systems", [True, False])
def test_clips_are_drawn_within_drawn_systems(systems):
    nesting = Nesting.of(SYSTEMS)
    values = SYSTEMS * 10.0
    for drawn in draw_nested(np.random.default_rng(1), 300, nesting, systems=systems):
        means = drawn.means(values)
        # All clips of one drawn system are of one system, so that its mean is that system's number.
        assert set(np.unique(means)) <= {0.0, 10.0, 20.0}
        assert means.shape == (drawn.resamples, 3)
        assert (means.tolist() == [[0.0, 10.0, 20.0]] * drawn.resamples) is not systems
        counts = drawn.counts(len(SYSTEMS))
        sizes = np.array([2, 2, 4])[(means / 10).astype(int)].sum(axis=1)
        assert (counts.sum(axis=1) == sizes).all()
        assert counts.max() > 1


def test_every_clip_of_a_system_is_as_likely():
    nesting = Nesting.of(SYSTEMS)
    drawn = sum(part.counts(8).sum(axis=0) for part in draw_nested(np.random.default_rng(2), 20_000, nesting))
    # Each clip is expected once a resample, as each system is.
    assert drawn / 20_000 == pytest.approx(np.ones(8), abs=0.06)
