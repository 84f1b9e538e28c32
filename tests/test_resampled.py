"""Measures from counts against scipy on the clips themselves, copies written out."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from earwitness.metrics.resampled import measure_rows, resampled_measure


def looked_at(x, y):
    """AUC from each pair that y orders."""
    orders, ordered = np.sign(x[:, None] - x) * np.sign(y[:, None] - y), y[:, None] != y
    return (1 + orders.sum() / ordered.sum()) / 2


WRITTEN_OUT = {
    "mse": lambda x, y: np.mean((x - y) ** 2),
    "lcc": lambda x, y: stats.pearsonr(x, y).statistic,
    "srcc": lambda x, y: stats.spearmanr(x, y).statistic,
    "ktau": lambda x, y: stats.kendalltau(x, y).statistic,
    "auc": looked_at,
}


def drawn(n, ties, seed):
    rng = np.random.default_rng(seed)
    y = rng.normal(3, 1, n)
    x = y + rng.normal(0, 1, n)
    x, y = (np.round(2 * x), np.round(2 * y)) if ties else (x, y)
    return x, y, rng.integers(0, n, (40, n))


def counts_of(clips):
    return np.stack([np.bincount(row, minlength=clips.shape[1]) for row in clips]).astype(np.int32)


@pytest.mark.parametrize("measure", WRITTEN_OUT)
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n", [6, 41, 300])
def test_given_the_same_resamples_the_values_are_scipys(measure, ties, n):
    x, y, clips = drawn(n, ties, seed=n)
    defined = [row for row in clips if np.ptp(x[row]) and np.ptp(y[row])]
    wanted = [WRITTEN_OUT[measure](x[row], y[row]) for row in defined]
    assert resampled_measure(measure, x, y)(counts_of(np.array(defined))) == pytest.approx(wanted, abs=1e-12)
    assert measure_rows(measure, x[defined], y[defined]) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n", [6, 41, 300])
def test_of_two_classes_the_values_are_scikit_learns(ties, n):
    x, y, clips = drawn(n, ties, seed=n)
    labels = (y > 3).astype(float)
    defined = [row for row in clips if np.ptp(labels[row])]
    wanted = [roc_auc_score(labels[row], x[row]) for row in defined]
    assert resampled_measure("auc", x, labels)(counts_of(np.array(defined))) == pytest.approx(wanted, abs=1e-12)
    assert measure_rows("auc", x[defined], labels[defined]) == pytest.approx(wanted, abs=1e-12)


def test_resamples_of_one_class_have_no_auc():
    x, labels = np.array([1.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0])
    found = resampled_measure("auc", x, labels)(np.array([[0, 1, 2], [3, 0, 0], [1, 2, 0]], np.int32))
    assert np.array_equal(found, [np.nan, np.nan, 0.5], equal_nan=True)
    rows = measure_rows("auc", np.array([x, x, x]), np.array([[1.0, 1, 1], [0, 0, 0], labels]))
    assert np.array_equal(rows, [np.nan, np.nan, 0.75], equal_nan=True)


@pytest.mark.parametrize("measure", ["lcc", "srcc", "ktau"])
def test_a_resample_of_equal_values_has_no_correlation(measure):
    x, y = np.array([1e9 + 0.1, 1e9 + 0.2, 7.3]), np.array([0.1, 0.3, 0.2])
    counts = np.array([[0, 3, 0], [1, 1, 1]], np.int32)
    assert np.isnan(resampled_measure(measure, x, y)(counts)).tolist() == [True, False]
    rows = np.array([[2, 2, 2], [0, 1, 2]])
    assert np.isnan(measure_rows(measure, x[rows], y[[[0, 1, 2], [0, 1, 2]]])).tolist() == [True, False]
