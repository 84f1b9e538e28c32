"""Readings in cells, for people and for programs."""

import numpy as np

from answered import answered
from earwitness.bench.studies.readings import reliability_of
from earwitness.report.readings import for_people, for_programs

P, LABELS = np.array([0.1, 0.8, 0.4, 1.0, 0.3, 0.9]), np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])


def test_people_read_each_number_with_its_interval_or_why_there_is_none():
    found = reliability_of(answered(P, LABELS, unscored=2))
    cells, brier = for_people(found), found.readings["Brier"]
    assert (cells["pairs"], cells["exactly 0 or 1"], cells["true"]) == ("6 of 8", "1", "0.500")
    assert cells["Brier"] == f"{brier.value:.3f} [{brier.low:.3f}, {brier.high:.3f}]"
    assert cells["mass"] == "none (no verdicts)"
    few = for_people(reliability_of(answered(P[:3], LABELS[:3])))
    # Squares .01, .04 and .16, over 3.
    assert few["Brier"] == "0.070 (too few for an interval)"
    assert for_people(reliability_of(answered(P, LABELS, matches=False)))["resolution"] == "none"


def test_programs_get_each_number_and_reason_in_a_cell_of_its_own():
    found = reliability_of(answered(P, LABELS, unscored=2))
    cells = for_programs(found)
    assert (cells["n"], cells["of n"], cells["exactly 0 or 1"]) == (6, 8, 1)
    assert (cells["Brier"], cells["Brier low"]) == (found.readings["Brier"].value, found.readings["Brier"].low)
    assert (cells["mass"], cells["mass reason"], cells["mass n"]) == (None, "no_verdicts", 0)
    assert cells["resolution"] == found.calibration.brier.resolution
    bare = for_programs(reliability_of(answered(P, LABELS, matches=False)))
    assert (bare["true"], bare["ECE by chance"], bare["ECE reason"]) == (None, None, "no_labels")
    assert list(bare) == list(cells)
