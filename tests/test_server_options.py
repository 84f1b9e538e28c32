import dataclasses

import pytest

from earwitness.backbones import ServerOptions
from earwitness.errors import UsageError


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("concurrency", 0, "at least 1"),
        ("tries", 0, "at least 1"),
        ("sample_rate", -1, "at least 1"),
        ("max_requests", 0, "at least 1"),
        ("max_tokens", 0, "at least 1"),
        ("deadline", 0.0, "above 0"),
        ("patience", float("nan"), "above 0"),
        ("max_duration", float("inf"), "above 0"),
        ("price_in", -1.0, "at least 0"),
    ],
)
def test_a_value_that_cannot_be_is_refused(option, value, wanted):
    with pytest.raises(UsageError, match=f"{option} is {value}; it must be {wanted}"):
        ServerOptions(**{option: value})


@pytest.mark.parametrize("option", ["audio_part", "audio_format"])
def test_a_choice_that_there_is_not_is_refused(option):
    with pytest.raises(UsageError, match=f"{option} is 'mp3'; wanted '"):
        ServerOptions(**{option: "mp3"})


def test_a_cap_on_cost_needs_a_price():
    with pytest.raises(UsageError, match="no price"):
        ServerOptions(max_cost=1.0)
    assert ServerOptions(max_cost=1.0, price_out=2.0).max_cost == 1.0


def test_they_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ServerOptions().tries = 7
