import json

import numpy as np
import pytest

from earwitness.backbones.window_null import (
    NULL_FILE,
    NULL_LEVELS,
    correct_maximum,
    load_window_null,
    save_window_null,
    window_null,
)
from earwitness.errors import BackboneError

NULLS = {
    "gumbel": lambda rng, *shape: rng.gumbel(-6, 1.5, shape),
    "logistic": lambda rng, *shape: rng.logistic(-5, 1, shape),
    "normal": lambda rng, *shape: rng.normal(-5, 2, shape),
}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def corrected(logits, count, null):
    return np.array([correct_maximum(float(p), count, null) for p in sigmoid(logits)])


@pytest.mark.parametrize("kind", NULLS)
@pytest.mark.parametrize("threshold_rate", [0.2, 0.05])
def test_an_absent_event_is_called_present_as_often_in_many_windows_as_in_one(kind, threshold_rate):
    """The false-positive rate of the corrected maximum, at thresholds that single windows pass that often."""
    rng = np.random.default_rng(0)
    null = window_null(NULLS[kind](rng, 20_000))
    threshold = sigmoid(np.quantile(NULLS[kind](rng, 400_000), 1 - threshold_rate))
    clips = 2_000
    for windows in (1, 2, 4, 16, 64):
        highest = NULLS[kind](rng, clips, windows).max(axis=1)
        rate = np.mean(corrected(highest, windows, null) > threshold)
        # 2.5 standard errors of the rate; a tail lighter than exponential (normal, 64 windows) is corrected by more.
        error = 2.5 * np.sqrt(threshold_rate * (1 - threshold_rate) / clips)
        floor = 0.3 * threshold_rate if kind == "normal" and windows == 64 else 0.8 * threshold_rate - error
        assert floor <= rate <= 1.15 * threshold_rate + error, f"{windows} windows: {rate:.3f}"
        if windows == 64:
            uncorrected = np.mean(sigmoid(highest) > threshold)
            assert uncorrected > 0.9


def test_an_exponential_tail_loses_its_scale_times_the_log_of_the_windows():
    # Quantiles of an exponential of scale 2 above -8; far above them, F^n has n times the survival of F.
    null = -8 - 2 * np.log(1 - NULL_LEVELS)
    for logit, count in ((10.0, 10.0), (12.0, 64.0), (20.0, 3.0)):
        p = correct_maximum(float(sigmoid(logit)), count, null)
        assert np.log(p / (1 - p)) == pytest.approx(logit - 2 * np.log(count), abs=0.02)


def test_one_window_is_left_alone():
    null = window_null(np.random.default_rng(0).normal(-3, 2, 2_000))
    for p in (0.0, 1e-9, 0.2, 0.7, 1 - 1e-12, 1.0):
        assert correct_maximum(p, 1, null) == p
        assert correct_maximum(p, 1 + 1e-12, null) == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize("count", [1.5, 4, 64, 1000])
def test_it_rises_with_the_score_and_falls_with_the_windows(count):
    null = window_null(np.random.default_rng(0).normal(-3, 2, 2_000))
    values = corrected(np.linspace(-30, 30, 601), count, null)
    assert (np.diff(values) >= 0).all()
    assert (values <= sigmoid(np.linspace(-30, 30, 601)) + 1e-12).all()
    assert (values >= corrected(np.linspace(-30, 30, 601), 2 * count, null) - 1e-12).all()
    assert correct_maximum(0.0, count, null) == 0.0
    assert correct_maximum(1.0, count, null) == 1.0


def test_a_null_of_equal_scores_does_no_harm():
    null = np.full(199, -4.0)
    assert correct_maximum(0.99, 10, null) == pytest.approx(0.99, abs=1e-4)
    assert correct_maximum(0.001, 10, null) < 0.001


def test_the_quantiles():
    rng = np.random.default_rng(0)
    null = window_null(rng.permutation(np.arange(2_001)))
    np.testing.assert_allclose(null, np.arange(10, 2_000, 10))
    assert null.shape == NULL_LEVELS.shape


@pytest.mark.parametrize("logits", [np.zeros(199), np.zeros((300, 2)), np.r_[np.zeros(300), np.nan]], ids=range(3))
def test_too_few_or_not_finite(logits):
    with pytest.raises(ValueError, match="at least 200 finite logits"):
        window_null(logits)


def test_the_file(tmp_path):
    null = window_null(np.random.default_rng(0).normal(-3, 2, 500))
    assert load_window_null(tmp_path) is None
    save_window_null(tmp_path, null, n=500, seed=7)
    np.testing.assert_allclose(load_window_null(tmp_path), null, atol=1e-6)
    assert json.loads((tmp_path / NULL_FILE).read_text())["n"] == 500


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"quantiles": [1, 2]}', '{"quantiles": null}', "NaN", "\xff"])
def test_a_file_that_is_something_else(tmp_path, text):
    (tmp_path / NULL_FILE).write_text(text, encoding="latin-1")
    with pytest.raises(BackboneError, match=f"window_null.json of backbone '{tmp_path.name}' cannot be used"):
        load_window_null(tmp_path)


def test_quantiles_that_fall_are_refused(tmp_path):
    falling = {"quantiles": np.linspace(1, 0, 199).tolist(), "n": 500, "seed": 0}
    (tmp_path / NULL_FILE).write_text(json.dumps(falling))
    with pytest.raises(BackboneError, match="rising order"):
        load_window_null(tmp_path)
