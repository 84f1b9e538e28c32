"""One row a pair, committed as it comes."""

from itertools import pairwise

import pytest

from earwitness.errors import RunError
from earwitness.run.pair_key import key_of
from earwitness.run.store import NOTES_PER_COMMIT, Store
from earwitness.types import Pair, Recipe, Score

RECIPE = Recipe({"judge": "j", "backbone": {"name": "a", "dtype": "float32"}, "forms": ("Yes", "No")})
PAIRS = [Pair(str(number).encode(), "rain", id=str(number)) for number in range(3)]


def admit(store: Store, pair: Pair, position: int = 0) -> bool:
    return store.admit(pair, key_of(pair, RECIPE.id), position)


def score(pair: Pair, **changes) -> Score:
    return Score(pair.id, {"alignment": 0.5}, RECIPE.id, **changes)


def test_a_saved_score_can_be_read_by_others_at_once(tmp_path):
    with Store.write(tmp_path, RECIPE) as store:
        for position, pair in enumerate(PAIRS):
            assert admit(store, pair, position)
        store.save(score(PAIRS[0]))
        with Store.read(tmp_path) as reader:
            assert [record.score for record in reader.records()] == [score(PAIRS[0]), None, None]


def test_only_a_scored_pair_with_the_same_key_is_done(tmp_path):
    with Store.write(tmp_path, RECIPE) as store:
        for pair in PAIRS:
            admit(store, pair)
        store.save(score(PAIRS[0]))
        store.save(score(PAIRS[1], status="unscored"))
    with Store.write(tmp_path, RECIPE) as store:
        assert [admit(store, pair) for pair in PAIRS] == [False, True, True]
    with Store.write(tmp_path, RECIPE) as store:
        assert admit(store, Pair(b"another clip", "rain", id="0"))


def test_an_old_score_is_gone_as_soon_as_its_pair_has_changed(tmp_path):
    """Were the process killed now, the old number must not pass for the new clip's."""
    with Store.write(tmp_path, RECIPE) as store:
        admit(store, PAIRS[0])
        store.save(score(PAIRS[0]))
    with Store.write(tmp_path, RECIPE) as store:
        admit(store, Pair(b"another clip", "rain", id="0"))
    with Store.read(tmp_path) as reader:
        assert [record.score for record in reader.records()] == [None]


def test_notes_of_skipped_pairs_are_committed_in_groups(tmp_path):
    count = NOTES_PER_COMMIT + 1
    seen = []
    with Store.write(tmp_path, RECIPE) as store:
        for number in range(count):
            admit(store, Pair(b"", "rain", id=str(number)), number)
            with Store.read(tmp_path) as reader:
                seen.append(reader.count())
    assert sum(before != after for before, after in pairwise(seen)) == 1
    with Store.read(tmp_path) as reader:
        assert reader.count() == count


def test_the_recipe_comes_back_and_any_other_is_refused(tmp_path):
    Store.write(tmp_path, RECIPE).close()
    with Store.read(tmp_path) as reader:
        assert reader.recipe.id == RECIPE.id
    other = Recipe({"judge": "j", "backbone": {"name": "b"}, "forms": ["Yes", "No"], "window": None})
    with pytest.raises(RunError) as refused:
        Store.write(tmp_path, other)
    assert str(refused.value).splitlines()[1:-1] == [
        "  backbone.dtype: 'float32' -> nothing",
        "  backbone.name: 'a' -> 'b'",
        "  window: nothing -> None",
    ]
    Store.write(tmp_path, RECIPE).close()


def test_a_refused_writer_leaves_no_lock(tmp_path):
    with Store.write(tmp_path, RECIPE), pytest.raises(RunError):
        Store.write(tmp_path, RECIPE)
    Store.write(tmp_path, RECIPE).close()
