"""Bands: what is low, what is high, and what lies between."""

import numpy as np
import pytest

from earwitness.scenes.bands import LEVELS, Band, level_of, other_of

TEMPO = Band("beats a minute", (56.0, 72.0), (144.0, 176.0))
KEYS = Band("MIDI pitch", (40, 43), (74, 76), whole=True)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (56, "low"), (60.5, "low"), (72, "low"), (144, "high"), (176, "high"),
        # Between, and beyond either end.
        (72.01, None), (108, None), (143.99, None), (55.99, None), (176.01, None),
    ],
)  # fmt: skip
def test_ends_belong_to_a_level_and_what_is_beyond_them_to_none(value, level):
    assert TEMPO.level_of(value) == level


@pytest.mark.parametrize("band", [TEMPO, KEYS])
@pytest.mark.parametrize("level", LEVELS)
def test_what_is_drawn_has_its_level_and_fills_its_range(band, level):
    rng = np.random.default_rng(1)
    drawn = [band.draw(level, rng) for _ in range(300)]
    assert {band.level_of(value) for value in drawn} == {level}
    low, high = band.range_of(level)
    assert min(drawn) - low < 0.1 * (high - low)
    assert high - max(drawn) < 0.1 * (high - low)


def test_whole_numbers_are_drawn_whole_up_to_both_ends():
    rng = np.random.default_rng(2)
    assert {KEYS.draw("high", rng) for _ in range(100)} == {74.0, 75.0, 76.0}
    assert not any(TEMPO.draw("low", rng).is_integer() for _ in range(100))


def test_a_draw_hangs_on_its_generator_alone():
    first, second = (TEMPO.draw("high", np.random.default_rng(3)) for _ in range(2))
    assert first == second


def test_ranges_are_those_given():
    assert [TEMPO.range_of(level) for level in LEVELS] == [(56.0, 72.0), (144.0, 176.0)]


def test_what_is_not_told_lies_in_the_middle():
    quiet = Band("dB", (-44, -38), (-21, -17), middle=(-31, -28))
    rng = np.random.default_rng(4)
    drawn = [quiet.draw(None, rng) for _ in range(300)]
    assert {quiet.level_of(value) for value in drawn} == {None}
    assert min(drawn) == pytest.approx(-31, abs=0.1)
    assert max(drawn) == pytest.approx(-28, abs=0.1)


def test_without_a_middle_something_has_to_be_told():
    with pytest.raises(ValueError, match="a band in beats a minute has no middle"):
        TEMPO.draw(None, np.random.default_rng(0))


def test_names_stand_for_levels():
    names = ("slow", "fast")
    assert [level_of(names, name) for name in ("slow", "fast", None)] == ["low", "high", None]
    assert [other_of(names, name) for name in names] == ["fast", "slow"]
