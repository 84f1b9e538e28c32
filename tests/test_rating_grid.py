"""Single ratings laid out by clip."""

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
