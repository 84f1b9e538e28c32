"""Agreement between raters: published examples, another library, hand-worked numbers and invariants."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from earwitness.errors import UsageError
from earwitness.metrics.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from earwitness.metrics.correlation import Measure

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers, twelve units.
_ = np.nan
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
).T


@pytest.mark.parametrize(("scale", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_own_example(scale, alpha):
    found = krippendorff_alpha(OBSERVERS, scale=scale)
    assert found.value == pytest.approx(alpha, abs=5e-4)
    # The twelfth unit has one rating.
    assert found.n == 11


def by_looking_at_pairs(table, distance) -> float:
    """Alpha from its definition, pair by pair."""
    units = [row[np.isfinite(row)] for row in table]
    units = [row for row in units if len(row) >= 2]
    pool = np.concatenate(units)
    seen = sum(sum(distance(a, b) for a in row for b in row) / (len(row) - 1) for row in units) / len(pool)
    expected = sum(distance(a, b) for a in pool for b in pool) / (len(pool) * (len(pool) - 1))
    return 1 - seen / expected


@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_its_definition_with_ratings_missing(seed):
    rng = np.random.default_rng(seed)
    table = np.round(rng.normal(size=(20, 1)) + rng.normal(size=(20, 5)), 1)
    table[rng.random(table.shape) < 0.4] = np.nan
    interval = by_looking_at_pairs(table, lambda a, b: (a - b) ** 2)
    assert krippendorff_alpha(table).value == pytest.approx(interval, rel=1e-9)
    nominal = by_looking_at_pairs(table, lambda a, b: float(a != b))
    assert krippendorff_alpha(table, scale="nominal").value == pytest.approx(nominal, rel=1e-9)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_alpha_invariants(scale):
    rng = np.random.default_rng(0)
    same = np.repeat(rng.integers(1, 6, (30, 1)), 3, axis=1)
    noise = rng.integers(1, 6, (3000, 3))
    assert krippendorff_alpha(same, scale=scale).value == pytest.approx(1)
    assert krippendorff_alpha(noise, scale=scale).value == pytest.approx(0, abs=0.03)
    shuffled = OBSERVERS[rng.permutation(12)][:, rng.permutation(4)]
    whole = krippendorff_alpha(OBSERVERS, scale=scale).value
    assert krippendorff_alpha(shuffled, scale=scale).value == pytest.approx(whole, rel=1e-12)


def test_order_alone_decides_on_an_ordinal_scale():
    assert krippendorff_alpha(np.exp(OBSERVERS), scale="ordinal") == krippendorff_alpha(OBSERVERS, scale="ordinal")


def test_where_alpha_does_not_exist():
    assert krippendorff_alpha([[1, np.nan], [np.nan, 2]]) == Measure(None, 0, "too_few")
    assert krippendorff_alpha([[3, 3], [3, 3]]) == Measure(None, 2, "constant_ratings")
    with pytest.raises(UsageError, match=r"shape \(3,\); wanted \[clip, rater\]"):
        krippendorff_alpha([1, 2, 3])


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_cohens_kappa_is_another_librarys(weights):
    rng = np.random.default_rng(1)
    first = rng.integers(0, 5, 200)
    second = np.clip(first + rng.integers(-1, 2, 200), 0, 4)
    wanted = cohen_kappa_score(first, second, weights=weights)
    assert cohen_kappa(first, second, weights=weights).value == pytest.approx(wanted, rel=1e-12)


def test_cohens_kappa_by_hand():
    # Agreement 0.7, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5: yes-yes 20, no-no 15, yes-no 5, no-yes 10 of 50.
    first, second = ["yes"] * 25 + ["no"] * 25, ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second).value == pytest.approx(0.4)
    assert cohen_kappa(first, first).value == pytest.approx(1)
    assert cohen_kappa(["a", "a"], ["a", "a"]) == Measure(None, 2, "constant_ratings")
    assert cohen_kappa([], []) == Measure(None, 0, "too_few")
    for missing in ([1.0, np.nan], [None, 2], ["yes", float("nan")]):
        with pytest.raises(UsageError, match="some are missing"):
            cohen_kappa(missing, ["a", "b"])
    with pytest.raises(UsageError, match="wanted one of each rater a clip"):
        cohen_kappa([1, 2], [1])


def test_fleiss_kappa_of_a_published_table():
    # Ten subjects, fourteen raters, five categories; kappa .210.
    table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    ratings = [np.repeat(np.arange(5), row) for row in table]
    assert fleiss_kappa(ratings).value == pytest.approx(0.210, abs=5e-4)


def test_unknown_scales_and_weights_are_refused():
    with pytest.raises(UsageError, match="scale is 'ratio'; wanted one of interval, ordinal, nominal"):
        krippendorff_alpha([[1, 2]], scale="ratio")
    with pytest.raises(UsageError, match="weights is 'cubic'; wanted one of None, linear, quadratic"):
        cohen_kappa([1], [2], weights="cubic")


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_alpha_does_not_feel_the_size_of_ratings(size):
    ratings = np.array([[1, 1], [2, 2], [3, 4], [5, np.nan]])
    assert krippendorff_alpha(size * ratings).value == pytest.approx(krippendorff_alpha(ratings).value, rel=1e-12)


def test_where_fleiss_kappa_does_not_exist():
    assert fleiss_kappa([[1], [2]]) == Measure(None, 2, "too_few")
    assert fleiss_kappa([[1, 1], [1, 1]]) == Measure(None, 2, "constant_ratings")
    with pytest.raises(UsageError, match=r"ratings\[\d, \d\] is nan; wanted as many.* use krippendorff_alpha"):
        fleiss_kappa([[1, np.nan], [1, 2]])
