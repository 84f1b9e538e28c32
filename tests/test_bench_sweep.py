import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from earwitness.bench.studies.sweep import AS_IT_IS, BIASES, MEASURES, TEMPERATURES, Change, sweep
from earwitness.bench.studies.truths import Said
from earwitness.errors import UsageError

RNG = np.random.default_rng(0)
LABELS = (RNG.random(60) < 0.5).astype(float)
P = expit(2 * (LABELS - 0.5) + RNG.normal(size=60))


def said(name="base", p=P, truths=LABELS, labels=LABELS, **options):
    ids = options.pop("ids", tuple(map(str, range(len(p)))))
    return Said(name, "4b1d", ids, p, truths, labels, len(p), **options)


def test_changes_by_hand():
    # logit(.1) = -log 9: halved it is -log 3, and so p = 1/4; with log 9 added it is 0, and so p = 1/2.
    assert Change("temperature", 2.0).apply(np.array([0.1]))[0] == pytest.approx(0.25)
    assert Change("bias", np.log(9)).apply(np.array([0.1]))[0] == pytest.approx(0.5)
    assert AS_IT_IS.apply(P)[0] is P


def test_certainty_stays_what_it_is_and_keeps_its_rank():
    p = np.array([0.0, 1e-300, 0.5, 1 - 1e-16, 1.0])
    for change in (Change("temperature", 0.25), Change("temperature", 4.0), Change("bias", -3.0)):
        changed, ordered = change.apply(p)
        assert (changed[0], changed[-1]) == (0.0, 1.0)
        assert np.isfinite(ordered).all()
        assert (np.diff(ordered) > 0).all()


def test_orders_survive_where_probabilities_run_together():
    p = expit(np.array([20.0, 21.0, 22.0, 23.0, -1.0, 1.0]))
    truths = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    sharpened = Change("temperature", 0.25).apply(p)[0]
    assert len(np.unique(sharpened)) < len(np.unique(p))
    found = sweep([said(p=p, truths=truths, labels=truths)], temperatures=(0.25,), biases=())
    assert found.points[1].values["AUC"] == found.points[0].values["AUC"]
    assert found.points[1].ranks_moved == 0


def test_every_run_is_measured_as_it_is_and_under_every_change():
    found = sweep([said("base"), said("chat", 1 - P)])
    assert len(found.points) == 2 * (1 + len(TEMPERATURES) + len(BIASES))
    assert [standing.run for standing in found.standings] == ["base", "chat"]
    as_is = [point for point in found.points if point.kind == "as it is"]
    for standing, point in zip(found.standings, as_is, strict=True):
        for name in MEASURES:
            assert point.values[name] == pytest.approx(standing.readings[name].value, abs=1e-12)
        assert (point.moved, point.ranks_moved) == ((), 0)


def test_monotone_changes_move_calibration_and_never_orders():
    found = sweep([said()])
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
    found = sweep([said(p=np.concatenate([p, near]), truths=truths, labels=truths)], temperatures=(), biases=(3.0,))
    assert found.points[1].ranks_moved == 2
    assert {"SRCC", "AUC"} <= set(found.points[1].moved)


def test_what_cannot_be_measured_is_none_and_never_moves():
    found = sweep([said(truths=np.linspace(1, 5, 60), labels=None)], temperatures=(2.0,), biases=())
    for point in found.points:
        assert [point.values[name] for name in ("ECE", "Brier", "AUC")] == [None, None, None]
    assert found.points[1].moved == ("entropy", "LCC")


def test_a_kind_of_change_is_a_path_through_the_run_as_it_is():
    found = sweep([said()], temperatures=(4.0, 0.5), biases=(1.0, -1.0))
    assert [point.amount for point in found.of("base", "temperature")] == [0.5, 0.0, 4.0]
    assert [point.amount for point in found.of("base", "bias")] == [-1.0, 0.0, 1.0]


def test_pairs_that_runs_share_are_counted():
    other = said("chat", ids=tuple(map(str, range(20, 80))))
    assert sweep([said(), other], temperatures=(), biases=()).shared == (40, 80)
    assert sweep([said()], temperatures=(), biases=()).shared == (60, 60)


def test_it_is_plain_json():
    told = json.loads(json.dumps(sweep([said()], temperatures=(2.0,), biases=()).to_dict(), allow_nan=False))
    assert told["points"][1]["kind"] == "temperature"
    assert told["standings"][0]["readings"]["ECE"]["n"] == 60


@pytest.mark.parametrize(
    ("runs", "options", "text"),
    [
        ([], {}, "got the runs none"),
        ([said(), said()], {}, "got the runs base, base; wanted .* each with its own name"),
        ([said(), said("chat", truth="ratings of 'REL'")], {}, "against different truths"),
        ([said()], {"temperatures": (0.0,)}, "the temperatures are 0.0; wanted numbers above 0"),
    ],
)
def test_what_cannot_be_swept_is_refused(runs, options, text):
    with pytest.raises(UsageError, match=text):
        sweep(runs, **options)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(1e-12, 1 - 1e-12), min_size=3, max_size=20, unique=True),
    st.sampled_from([*(Change("temperature", t) for t in TEMPERATURES), *(Change("bias", b) for b in BIASES)]),
)
def test_no_change_ever_turns_an_order_round(values, change):
    p = np.sort(np.array(values))
    changed, ordered = change.apply(p)
    assert ((changed >= 0) & (changed <= 1)).all()
    # Neighbours in float64 may run together or change places by a unit of rounding; nothing that is further apart may.
    apart = np.diff(logit(p)) > 1e-12
    assert (np.diff(ordered)[apart] > 0).all()
