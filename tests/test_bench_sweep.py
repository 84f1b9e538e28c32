"""Changes that rise strictly move calibration and no order; what rounding does even so is counted."""

import json

import numpy as np
import pytest
from scipy.special import expit

from answered import answered
from earwitness.bench.studies.sweep import BIASES, MEASURES, TEMPERATURES, sweep
from earwitness.errors import UsageError
from earwitness.metrics.recalibration import Recalibration

RNG = np.random.default_rng(0)
LABELS = (RNG.random(60) < 0.5).astype(float)
P = expit(2 * (LABELS - 0.5) + RNG.normal(size=60))
RUN = {"base": answered(P, LABELS)}


def test_orders_survive_where_probabilities_run_together():
    p = expit(np.array([20.0, 21.0, 22.0, 23.0, -1.0, 1.0]))
    truths = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    # A quarter of the temperature brings logits to 80 and more, where float64 knows no probability below 1.
    assert len(np.unique(expit(4 * np.array([20.0, 21.0, 22.0, 23.0])))) == 1
    found = sweep({"base": answered(p, truths)}, temperatures=(0.25,), biases=())
    assert found.points[1].values["AUC"] == found.points[0].values["AUC"]
    assert found.points[1].ranks_moved == 0


def test_every_run_is_measured_as_it_is_and_under_every_change():
    found = sweep({"base": answered(P, LABELS), "chat": answered(1 - P, LABELS, recipe="77aa")})
    assert len(found.points) == 2 * (1 + len(TEMPERATURES) + len(BIASES))
    assert [standing.of for standing in found.standings] == ["base", "chat"]
    assert found.recipes == {"base": "4b1d", "chat": "77aa"}
    as_is = [point for point in found.points if point.kind == "as it is"]
    for standing, point in zip(found.standings, as_is, strict=True):
        for name in MEASURES:
            assert point.values[name] == pytest.approx(standing.readings[name].value, abs=1e-12)
        assert (point.moved, point.ranks_moved) == ((), 0)


def test_monotone_changes_move_calibration_and_never_orders():
    found = sweep(RUN)
    first = found.points[0].values
    for point in found.points[1:]:
        assert set(point.moved) == {"ECE", "Brier", "entropy", "LCC"}
        assert (point.values["AUC"], point.values["SRCC"]) == (first["AUC"], first["SRCC"])
        assert point.ranks_moved == 0
    # A temperature of 4 brings answers near .5, where entropy is 1 bit.
    hot = next(point for point in found.points if point.kind == "temperature" and point.amount == 4)
    assert hot.values["entropy"] > first["entropy"]


def test_a_rank_that_rounding_shifts_is_counted():
    # The logits of .5 and of the number before it, 0 and -2.2e-16, are one where 3 is added: float64 has no number
    # between 3 and 3 - 4.4e-16.
    p = expit(np.array([-1.0, 1.0]))
    near = np.array([np.nextafter(0.5, 0), 0.5])
    truths = np.array([0.0, 1.0, 0.0, 1.0])
    found = sweep({"base": answered(np.concatenate([p, near]), truths)}, temperatures=(), biases=(3.0,))
    assert found.points[1].ranks_moved == 2
    assert {"SRCC", "AUC"} <= set(found.points[1].moved)


def test_what_cannot_be_measured_is_none_and_never_moves():
    found = sweep({"base": answered(P, np.linspace(1, 5, 60), matches=False)}, temperatures=(2.0,), biases=())
    for point in found.points:
        assert [point.values[name] for name in ("ECE", "Brier", "AUC")] == [None, None, None]
    assert found.points[1].moved == ("entropy", "LCC")


def test_a_kind_of_change_is_a_path_through_the_run_as_it_is():
    found = sweep(RUN, temperatures=(4.0, 0.5), biases=(1.0, -1.0))
    assert [point.amount for point in found.of("base", "temperature")] == [0.5, 0.0, 4.0]
    assert [point.amount for point in found.of("base", "bias")] == [-1.0, 0.0, 1.0]


def test_pairs_that_runs_share_are_counted():
    # The labels of pairs 20 to 59 are the same in both.
    others = answered(P, np.concatenate([LABELS[20:], LABELS[:20]]), ids=list(map(str, range(20, 80))))
    assert sweep({**RUN, "chat": others}, temperatures=(), biases=()).shared == (40, 80)
    assert sweep(RUN, temperatures=(), biases=()).shared == (60, 60)


def test_captions_of_one_clip_are_binned_together_as_in_the_run_as_it_is():
    clips = [str(n % 12) for n in range(60)]
    found = sweep({"base": answered(P, LABELS, clips=clips)}, temperatures=(), biases=())
    assert found.points[0].values["ECE"] == found.standings[0].readings["ECE"].value


def test_certainty_is_moved_as_a_recalibration_moves_it():
    p, labels = np.array([0.0, 1e-300, 0.3, 0.7, 1.0]), np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    found = sweep({"base": answered(p, labels)}, temperatures=(64.0,), biases=())
    halved = Recalibration("temperature", {"temperature": 64.0})
    assert found.points[1].values["Brier"] == pytest.approx(np.mean((halved.apply(p) - labels) ** 2))
    # 0 and 1e-300 are one, and share the rank 1.5.
    assert (found.standings[0].certain, found.points[1].ranks_moved) == (2, 2)


def test_it_is_plain_json():
    told = json.loads(json.dumps(sweep(RUN, temperatures=(2.0,), biases=()).to_dict(), allow_nan=False))
    assert told["points"][1]["kind"] == "temperature"
    assert told["standings"][0]["readings"]["ECE"]["n"] == 60


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ({}, "got no runs; wanted at least one"),
        ({**RUN, "chat": answered(P, LABELS, truth="ratings of 'REL'")}, "chat against ratings of 'REL'; wanted"),
        ({**RUN, "chat": answered(P, 1 - LABELS)}, "truth of '0' is . in base and . in chat; wanted runs on the same"),
        ({**RUN, "chat": answered(P, LABELS, ids=[f"x{n}" for n in range(60)])}, "base, chat share none"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(runs, text):
    with pytest.raises(UsageError, match=text):
        sweep(runs)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"temperatures": (0.0,)}, "temperature 0 cannot be swept; wanted finite numbers above 0, and not 1"),
        ({"temperatures": (np.inf,)}, "temperature inf"),
        ({"temperatures": (np.nan,)}, "temperature nan"),
        ({"temperatures": (2.0, 1.0)}, "temperature 1 cannot"),
        ({"biases": (-np.inf,)}, "bias -inf"),
        ({"biases": (0.0,)}, "bias 0 cannot be swept; wanted finite numbers, and not 0"),
    ],
)
def test_amounts_that_change_nothing_or_everything_are_refused(options, text):
    with pytest.raises(UsageError, match=text):
        sweep(RUN, **options)
