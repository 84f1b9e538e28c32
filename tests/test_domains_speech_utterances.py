"""Utterances: what has two values, and what of a recording is voice."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.bands import Level
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.domains.speech.utterances import VALUES, level_of, other_value, voiced_part
from earwitness.scenes.synthesis import SAMPLE_RATE


@pytest.mark.parametrize("fact", VALUES)
def test_each_of_two_values_is_the_others_other(fact: Fact) -> None:
    first, second = VALUES[fact]
    assert (other_value(fact, first), other_value(fact, second)) == (second, first)


@pytest.mark.parametrize(("value", "level"), [("quiet", "low"), ("loud", "high")])
def test_levels_are_those_of_bands(value: str, level: Level) -> None:
    assert level_of("loudness", value) == level


def test_silence_around_a_voice_goes_and_its_level_is_one() -> None:
    clip = np.zeros(3 * SAMPLE_RATE, np.float32)
    clip[SAMPLE_RATE : 2 * SAMPLE_RATE] = 0.02 * np.sign(np.sin(np.arange(SAMPLE_RATE)))
    part = voiced_part(clip, SAMPLE_RATE)
    assert part is not None
    # A second, and a tenth on either side.
    assert len(part) / SAMPLE_RATE == pytest.approx(1.2)
    assert np.abs(part).max() == pytest.approx(1.0, rel=0.01)


def test_where_nothing_sounds_there_is_no_voice() -> None:
    assert voiced_part(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE) is None
