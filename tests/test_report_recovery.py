"""What was measured of a set, as a table."""

from __future__ import annotations

import json

from earwitness.report.recovery import recovered, recovery_table
from earwitness.report.tables import write_table
from earwitness.scenes.recovery.readings import Reading

RINGS = "the room rings on"
READINGS = [
    ("a", Reading("onset", "bell", 1.0, 1.01)),
    ("a", Reading("onset", "bell", 2.0, 2.3)),
    ("b", Reading("onset", "bell", 1.0, 0.99)),
    ("b", Reading("offset", "bell", 2.0, None, RINGS)),
    ("c", Reading("level", "", -20.0, -19.0)),
]


def test_each_kind_is_counted():
    found = {one.what: one for one in recovered(READINGS)}
    assert list(found) == ["onset", "offset", "level"]
    assert (found["onset"].said, len(found["onset"].measured), found["onset"].agreeing) == (3, 3, 2)
    assert (found["offset"].said, len(found["offset"].measured), found["offset"].agreeing) == (1, 0, 0)


def test_intervals_are_over_clips():
    (onset, offset, _) = recovered(READINGS)
    assert (onset.share.value, onset.share.n) == (2 / 3, 2)
    assert (offset.share.value, offset.share.n) == (None, 0)


def test_the_table_tells_the_worst_and_why_not():
    told = json.loads(write_table(recovery_table(READINGS), "json"))
    onset, offset, level = told["rows"]
    assert (round(onset["worst by"], 3), onset["in"]) == (0.3, "a")
    assert (offset["worst by"], offset["in"], offset["share"]) == (None, None, None)
    assert level["tolerance"] == "2 dB"
    assert told["n_clips"] == 3
    assert told["not_measured"] == {RINGS: {"offset": 1}}
    assert "not measured, as the room rings on: offset 1" in write_table(recovery_table(READINGS), "text")


def test_nothing_read_is_an_empty_table():
    assert recovery_table([]).rows == ()
