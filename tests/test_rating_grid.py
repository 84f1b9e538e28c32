"""Single ratings laid out by clip."""

import tracemalloc

import numpy as np

from earwitness.metrics.rating_grid import RatingGrid


def test_ratings_stand_by_clip_whatever_their_order():
    grid = RatingGrid.of([5, 1, 6, 2, 3, 9], ["b", "a", "b", "a", "a", "c"], None, None)
    assert grid.values.tolist() == [[1, 2, 3], [5, 6, 0]]
    assert (grid.sizes.tolist(), grid.units, grid.ratings) == ([3, 2], 2, 5)
    assert grid.clip_means().tolist() == [2, 5.5]


def test_systems_average_their_clips():
    grid = RatingGrid.of([1, 3, 5, 7, 2, 2], list("aabbcc"), None, list("yyxxxx"))
    # Systems in order x, y: clips b and c, then a.
    assert grid.unit_means(grid.clip_means()).tolist() == [4, 2]
    # Noise 1/2 in each clip's mean: a half of a half for two clips, the whole for one.
    assert grid.noise(np.full(3, 0.5)) == (0.25 + 0.5) / 2


def test_crossed_means_each_rater_once_a_clip():
    clips, raters = list("aabb"), list("xyyx")
    grid = RatingGrid.of([1, 2, 3, 4], clips, raters, None)
    assert grid.crossed
    # A place is a rater.
    assert grid.values.tolist() == [[1, 2], [4, 3]]
    assert not RatingGrid.of([1, 2, 3, 4], clips, list("xyyy"), None).crossed
    assert not RatingGrid.of([1, 2, 3, 4, 5], list("aabbb"), list("xyxyz"), None).crossed
    assert not RatingGrid.of([1, 2, 3, 4], clips, None, None).crossed


def test_ratings_keep_their_raters():
    grid = RatingGrid.of([5, 1, 6, 2, 3], list("babaa"), list("ywxyx"), None)
    # Raters w, x, y are 0, 1, 2.
    assert [row[:size].tolist() for row, size in zip(grid.raters, grid.sizes, strict=True)] == [[0, 1, 2], [1, 2]]
    assert grid.values.tolist() == [[1, 3, 2], [6, 5, 0]]
    assert grid.partly_crossed
    assert not RatingGrid.of([1, 2, 3, 4], list("aabb"), list("wxyz"), None).partly_crossed
    assert not RatingGrid.of([1, 2, 3, 4], list("aabb"), list("wxwx"), None).partly_crossed
    assert not RatingGrid.of([1, 2, 3, 4], list("aabb"), None, None).partly_crossed


def test_the_same_pair_twice_is_not_crossed():
    assert not RatingGrid.of([1, 2, 3, 4], list("aabb"), list("xxyx"), None).crossed


def test_clips_with_one_rating_do_not_undo_a_crossed_design():
    assert RatingGrid.of([1, 2, 3, 4, 5], list("aabbc"), list("xyxyz"), None).crossed


def test_many_raters_of_few_clips_each_cost_no_table_of_both():
    """10,000 clips and 10,000 raters would make 100 million cells."""
    clips = np.repeat(np.arange(10_000), 3)
    tracemalloc.start()
    RatingGrid.of(np.ones(30_000), clips, np.random.default_rng(0).integers(0, 10_000, 30_000), None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


def test_means_that_only_rounding_tells_apart_are_equal():
    grid = RatingGrid.of([0.1, 0.2, 0.3, 0.2, 0.2], list("aaabb"), None, None)
    assert np.ptp(grid.clip_means()) == 0
    grid = RatingGrid.of(np.full(12, 0.1), list("aabbccddeeff"), None, list("xxxxxxyyyyzz"))
    assert np.ptp(grid.unit_means(grid.clip_means())) == 0
