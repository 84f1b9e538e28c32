"""The recipes on real ratings: folds that leak nothing, and noise that is what it says."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="the recipes run on torch")

from recipes.ratings.data import Task, on_five_points
from recipes.ratings.label_noise import SIMULATED_RATERS, with_noise, with_raters
from recipes.ratings.tables import Truth, rows

from earwitness.ratings import RatedPairs, SingleRatings
from earwitness.types import Pair


def rated(clips: int = 60, raters: int = 5) -> RatedPairs:
    """Clips of six systems and ten sentences, each rated by the same people on 0-100."""
    rng = np.random.default_rng(0)
    truth = rng.uniform(10, 90, clips)
    value = np.clip(np.repeat(truth, raters) + rng.normal(0, 8, clips * raters), 0, 100)
    single = SingleRatings(np.repeat(np.arange(clips), raters), np.tile(np.arange(raters), clips), value)
    means = single.means(clips)
    pairs = tuple(
        Pair(f"{n}.wav", "", system=f"s{n % 6}", group=f"g{n % 10}", ratings={"mos": float(means[n])})
        for n in range(clips)
    )
    return RatedPairs("sixty", pairs, {"mos": (0.0, 100.0)}, {"mos": single})


@pytest.mark.parametrize(("by", "folds"), [("system", 6), ("group", 5)])
def test_no_unit_is_on_two_sides_and_each_clip_is_tested_once(by, folds):
    whole, tested = rated(), []
    for part in Task("task", "mos", lambda _: whole, by, folds, by).parts(whole):
        units = [{getattr(pair, by) for pair in side.pairs} for side in (part.train, part.dev, part.test)]
        assert not units[0] & units[1]
        assert not (units[0] | units[1]) & units[2]
        assert len(part.train) + len(part.dev) + len(part.test) == len(whole)
        tested += [pair.id for pair in part.test.pairs]
    assert sorted(tested) == sorted(pair.id for pair in whole.pairs)


def test_five_points_keep_the_order_and_the_single_ratings_behind_the_means():
    before, after = rated(), on_five_points(rated())
    np.testing.assert_allclose(after.ratings("mos"), before.ratings("mos") / 20)
    np.testing.assert_allclose(after.singles["mos"].means(len(after)), after.ratings("mos"))
    assert after.scales == {"mos": (0.0, 5.0)}


def test_few_raters_are_a_random_draw_of_a_clips_own():
    whole = rated()
    few = with_raters(whole, 2, np.random.default_rng(1))
    single = few.singles["mos"]
    assert set(single.counts(len(few))) == {2}
    np.testing.assert_allclose(single.means(len(few)), few.ratings("mos"))
    given = {(clip, rater): value for clip, rater, value in zip(*columns(whole.singles["mos"]), strict=True)}
    drawn = list(zip(*columns(single), strict=True))
    assert len({(clip, rater) for clip, rater, _ in drawn}) == len(drawn)
    assert all(given[clip, rater] == value for clip, rater, value in drawn)
    other = with_raters(whole, 2, np.random.default_rng(2)).singles["mos"]
    assert set(drawn) != set(zip(*columns(other), strict=True))


def columns(single: SingleRatings):
    return single.clip.tolist(), single.rater.tolist(), single.value.tolist()


def test_more_raters_than_there_are_give_them_all():
    whole = rated()
    np.testing.assert_allclose(
        with_raters(whole, 8, np.random.default_rng(0)).ratings("mos"), whole.ratings("mos"), rtol=1e-12
    )


def test_simulated_raters_scatter_as_told_and_stay_on_the_scale():
    whole = rated(clips=2000, raters=1)
    truth = whole.ratings("mos")
    noisy = with_noise(whole, 0.5, np.random.default_rng(0))
    single = noisy.singles["mos"]
    assert set(single.counts(len(noisy))) == {SIMULATED_RATERS}
    assert single.value.min() >= 0
    assert single.value.max() <= 100
    # Away from the scale's ends nothing is cut off.
    middle = (truth > 40) & (truth < 60)
    errors = noisy.ratings("mos")[middle] - truth[middle]
    assert errors.std() == pytest.approx(0.5 * truth.std() / SIMULATED_RATERS**0.5, rel=0.1)


def test_a_table_compares_every_loss_with_hubers():
    whole = rated()
    truth = Truth.of(whole, "system")
    rng = np.random.default_rng(3)
    ratings = whole.ratings("mos")
    found = {"huber": ratings + rng.normal(0, 60, (2, 60)), "better": ratings + rng.normal(0, 5, (2, 60))}
    huber, better = rows(found, truth)
    assert "gain" not in huber
    assert float(better["gain"].split()[0]) == pytest.approx(
        float(better["srcc"].split()[0]) - float(huber["srcc"].split()[0]), abs=2e-3
    )
    assert float(better["gain"].split()[0]) > 0
    assert 0 < better["p"] <= 1
