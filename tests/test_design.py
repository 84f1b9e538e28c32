"""What is drawn anew, against resamples written out."""

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.metrics.correlation import MEASURES
from earwitness.metrics.design import Design, left_out_values, resampled_values

SYSTEMS = np.array(list("ccabbacbcabcaabbcc"))
RNG = np.random.default_rng(0)
RATINGS = RNG.normal(size=18)
SCORES = RATINGS + RNG.normal(size=18)


def test_a_design_counts_its_units():
    assert Design.of(18, None).units == Design.of(18, SYSTEMS).units == 18
    assert Design.of(18, SYSTEMS, unit="systems").units == Design.of(18, SYSTEMS, "system").units == 3
    assert Design.of(18, SYSTEMS, "system", "clips").units == 18


@pytest.mark.parametrize(("level", "unit"), [("system", "systems"), ("clip", "systems"), ("clip", "nested")])
def test_systems_must_be_told(level, unit):
    with pytest.raises(UsageError, match="needs systems"):
        Design.of(18, None, level, unit)


def test_unknown_levels_and_units_are_refused():
    with pytest.raises(UsageError, match="level is 'systems'; wanted one of clip, system"):
        Design.of(2, ["a", "b"], "systems")
    with pytest.raises(UsageError, match="unit is 'system'; wanted one of clips, systems, nested"):
        Design.of(2, ["a", "b"], "clip", "system")


@pytest.mark.parametrize("unit", ["clips", "systems", "nested"])
def test_of_no_clips_there_is_no_unit(unit):
    assert Design.of(0, [], "clip", unit).units == 0


def test_all_clips_of_a_drawn_system_come_with_it():
    design = Design.of(18, SYSTEMS, "clip", "systems")
    for counts in design.draw(np.random.default_rng(1), 50):
        assert counts.shape[1] == 18
        for system in "abc":
            assert (np.ptp(counts[:, system == SYSTEMS], axis=1) == 0).all()


@pytest.mark.parametrize("measure", MEASURES)
def test_leaving_out_each_unit_written_out(measure):
    clips = left_out_values(measure, [SCORES], RATINGS, Design.of(18, None))[0]
    wanted = [MEASURES[measure](np.delete(SCORES, i), np.delete(RATINGS, i)).value for i in range(18)]
    assert clips == pytest.approx(wanted, abs=1e-12)
    systems = left_out_values(measure, [SCORES], RATINGS, Design.of(18, SYSTEMS, "clip", "systems"))[0]
    wanted = [MEASURES[measure](SCORES[s != SYSTEMS], RATINGS[s != SYSTEMS]).value for s in "abc"]
    assert systems == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("level", "unit"),
    [
        ("clip", "clips"),
        ("clip", "systems"),
        ("clip", "nested"),
        ("system", "systems"),
        ("system", "clips"),
        ("system", "nested"),
    ],
)
def test_predictors_share_their_resamples(measure, level, unit):
    design = Design.of(18, SYSTEMS, level, unit)
    alone = resampled_values(measure, [SCORES], RATINGS, design, 60, seed=3)
    both = resampled_values(measure, [-SCORES, SCORES], RATINGS, design, 60, seed=3)
    assert both.shape == (2, 60)
    assert np.array_equal(both[1], alone[0], equal_nan=True)
    if measure != "mse":
        mirrored = 1 - both[1] if measure == "auc" else -both[1]
        assert both[0] == pytest.approx(mirrored, abs=1e-12, nan_ok=True)


def test_clips_within_fixed_systems_move_the_means_less_than_systems_do():
    rng = np.random.default_rng(4)
    systems = np.repeat(np.arange(20), 30)
    ratings = rng.normal(size=20)[systems] + rng.normal(size=600)
    scores = ratings + rng.normal(size=20)[systems] + rng.normal(size=600)
    spread = {
        unit: resampled_values("lcc", [scores], ratings, Design.of(600, systems, "system", unit), 400, 0).std()
        for unit in ("clips", "systems", "nested")
    }
    assert spread["clips"] < spread["systems"] / 2
    assert spread["systems"] == pytest.approx(spread["nested"], rel=0.25)


@pytest.mark.parametrize("unit", ["systems", "clips", "nested"])
def test_means_that_only_rounding_tells_apart_are_tied_in_every_resample(unit):
    """Nine systems of 3-11 clips, all scored 0.1: no resample has a correlation."""
    systems = np.repeat(np.arange(9), np.arange(3, 12))
    scores, ratings = np.full(len(systems), 0.1), np.random.default_rng(5).normal(size=len(systems))
    for measure in ("lcc", "srcc", "ktau"):
        found = resampled_values(measure, [scores], ratings, Design.of(len(systems), systems, "system", unit), 50, 0)
        assert np.isnan(found).all()


def test_what_resamples_cannot_tell():
    assert Design.of(4, None).why_untold == "too_few_units"
    assert Design.of(5, None).why_untold is None
    single = [*np.repeat(np.arange(5), 2), 5]
    assert Design.of(11, single, "system", "clips").why_untold == "single_clips"
    assert Design.of(11, single, "system", "systems").why_untold is None
    assert Design.of(10, single[:10], "system", "clips").why_untold is None
    assert Design.of(11, single, "clip", "clips").why_untold is None
