"""Means, spreads and counts of single ratings, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earwitness import Pair
from earwitness.errors import UsageError
from earwitness.ratings import RatedPairs, SingleRatings

SINGLE = SingleRatings(np.array([0, 2, 0, 2, 2]), np.array([0, 0, 1, 1, -1]), np.array([1.0, 2, 5, 4, 6]), ("a", "b"))


def test_statistics_of_a_clip_are_those_of_its_raters():
    np.testing.assert_array_equal(SINGLE.counts(4), [2, 0, 3, 0])
    np.testing.assert_array_equal(SINGLE.means(4), [3.0, np.nan, 4.0, np.nan])
    # Deviations -2, 2 over 1; and -2, 0, 2 over 2.
    np.testing.assert_allclose(SINGLE.spreads(4), [np.sqrt(8.0), np.nan, 2.0, np.nan])


@given(st.lists(st.lists(st.floats(1, 5), max_size=20), min_size=1, max_size=5))
def test_no_mean_leaves_its_ratings(ratings):
    said = [(clip, value) for clip, values in enumerate(ratings) for value in values]
    clips, values = np.array([clip for clip, _ in said], int), np.array([value for _, value in said], float)
    found = SingleRatings(clips, np.full(len(said), -1), values).means(len(ratings))
    for mean, given_ones in zip(found, ratings, strict=True):
        assert min(given_ones) <= mean <= max(given_ones) if given_ones else np.isnan(mean)
        assert not given_ones or mean == pytest.approx(np.mean(given_ones), rel=1e-12)


@pytest.mark.parametrize(("value", "people"), [(3.3, 6), (4.9, 7)])
def test_ratings_that_agree_have_their_value_and_no_spread(value, people):
    # As a plain sum over a count, six ratings of 3.3 make 3.3000000000000003.
    alike = SingleRatings(np.zeros(people, int), np.arange(people), np.full(people, value))
    assert alike.means(1).tolist() == [value]
    assert alike.spreads(1).tolist() == [0.0]


def test_one_rater_has_no_spread():
    one = SingleRatings(np.array([0]), np.array([0]), np.array([3.0]))
    np.testing.assert_array_equal(one.spreads(1), [np.nan])


def test_some_clips_are_counted_anew():
    some = SINGLE.of_clips([2, 3, 0])
    np.testing.assert_array_equal(some.means(3), [4.0, np.nan, 3.0])
    assert some.raters == ("a", "b")


def test_a_part_of_a_set_keeps_ratings_and_people_together():
    pairs = tuple(Pair(f"{n}.wav", "", ratings={"q": float(n)} if n != 1 else {}) for n in range(4))
    part = RatedPairs("all", pairs, {"q": (1, 6)}, {"q": SINGLE}).of_clips([2, 1])
    np.testing.assert_array_equal(part.ratings("q"), [2.0, np.nan])
    np.testing.assert_array_equal(part.singles["q"].counts(2), [3, 0])


def test_a_clip_taken_twice_is_refused():
    rated = RatedPairs("all", (Pair("a.wav", ""), Pair("b.wav", "")), {})
    with pytest.raises(UsageError, match="of 2 clips wanted of all one is named twice"):
        rated.of_clips([1, 1])
