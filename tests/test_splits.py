"""Parts that share nothing: for every seed, unit and size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earwitness import Pair
from earwitness.errors import UsageError
from earwitness.ratings import folds, split
from earwitness.ratings.rated import RatedPairs
from earwitness.ratings.splits import _unit


def rated_of(units):
    """A clip for each system number; every clip has a second caption."""
    pairs = [
        Pair(f"{n}.wav", caption, system=f"s{unit}", group=f"g{n % 3}")
        for n, unit in enumerate(units)
        for caption in ("rain", "dogs")
    ]
    return RatedPairs("made", tuple(pairs), {})


def units_of(rated, by):
    return {_unit(pair, by) for pair in rated.pairs}


some_units = st.lists(st.integers(0, 5), min_size=8, max_size=30).filter(lambda units: len(set(units)) > 1)
some_seed = st.integers(0, 10**6)


@given(some_units, some_seed, st.sampled_from(["clip", "system", "group"]), st.floats(0.05, 0.95))
def test_no_unit_is_on_both_sides_and_no_clip_is_lost(units, seed, by, share):
    rated = rated_of(units)
    kept, held = split(rated, share, by=by, seed=seed)
    assert not units_of(kept, by) & units_of(held, by)
    assert sorted(p.id for p in (*kept.pairs, *held.pairs)) == sorted(p.id for p in rated.pairs)
    assert kept.pairs
    assert held.pairs


@given(some_units, some_seed, st.sampled_from(["clip", "system", "group"]))
def test_each_clip_is_held_out_once(units, seed, by):
    rated = rated_of(units)
    parts = folds(rated, min(3, len(units_of(rated, by))), by=by, seed=seed)
    assert sorted(p.id for _, held in parts for p in held.pairs) == sorted(p.id for p in rated.pairs)
    for kept, held in parts:
        assert not units_of(kept, by) & units_of(held, by)
        assert len(kept) + len(held) == len(rated)


def test_the_share_is_met_as_nearly_as_units_allow():
    _, held = split(rated_of(range(100)), 0.1)
    assert len(held) == 20
    # Three systems of 10 clips: a tenth is one system.
    _, held = split(rated_of([n % 3 for n in range(30)]), 0.1, by="system")
    assert len(held) == 20


def test_the_draw_is_the_seeds_and_not_the_orders():
    rated = rated_of(range(50))
    again = rated.of_clips(range(len(rated) - 1, -1, -1))
    ids = [
        {pair.id for pair in split(one, 0.2, seed=seed)[1].pairs} for one, seed in ((rated, 1), (again, 1), (rated, 2))
    ]
    assert ids[0] == ids[1]
    assert ids[0] != ids[2]


def test_folds_are_even():
    sizes = [len(held) for _, held in folds(rated_of(range(50)), 5)]
    assert sizes == [20] * 5


def test_single_ratings_follow_their_clips(tmp_path):
    from earwitness.ratings import read_ratings

    (tmp_path / "t.csv").write_text("file,rater,rating\n" + "".join(f"{n}.wav,ann,{n}\n" for n in range(10)))
    for part in split(read_ratings(tmp_path / "t.csv"), 0.3):
        assert part.singles["rating"].means(len(part)).tolist() == part.ratings("rating").tolist()


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda rated: split(rated, 0), "share is 0; wanted more than 0 and less than 1"),
        (lambda rated: split(rated, 0.5, by="system"), "made has one system only"),
        (lambda rated: split(rated, 0.5, by="speaker"), "by is 'speaker'; wanted clip, system, group"),
        (lambda rated: folds(rated, 1), "k is 1; wanted 2 to 4"),
        (lambda rated: folds(rated, 5), "k is 5; wanted 2 to 4"),
        (lambda rated: folds(rated, 2.5), "k is 2.5; wanted 2 to 4"),
    ],
)
def test_what_cannot_be_split_is_refused(call, text):
    with pytest.raises(UsageError, match=text):
        call(rated_of([0, 0, 0, 0]))


def test_a_clip_without_a_unit_is_named():
    rated = RatedPairs("r", (Pair("a.wav", "", id="a"), Pair("b.wav", "", id="b")), {})
    with pytest.raises(
        UsageError, match=r"clip 'a' belongs to no system; name the column: columns=\{'system': 'NAME'\} \(--column"
    ):
        split(rated, 0.5, by="system")
