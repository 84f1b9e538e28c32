"""The clearest of a few draws: sirens that swing, clocks that tick, and no rumble."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.domains.sound.clear import clearest, is_plain, turns
from earwitness.scenes.sources import SAMPLE_RATE, Synthesis
from sound_sources import Hums


def _swung(cycles: float, seconds: float = 2.0, *, steps: bool = False) -> np.ndarray:
    """A tone around 600 Hz that goes up and down so often, by 200 Hz either way."""
    cycle = np.sin(2 * np.pi * cycles * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE / seconds)
    frequency = 600 + 200 * (np.sign(cycle) if steps else cycle)
    return np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE).astype(np.float32)


def _ticks(every: float, seconds: float = 2.0, hiss: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    samples = hiss * rng.standard_normal(int(seconds * SAMPLE_RATE))
    for start in np.arange(0.02, seconds - 0.05, every):
        place = int(start * SAMPLE_RATE)
        samples[place : place + 480] += rng.standard_normal(480) * np.exp(-np.arange(480) / 100)
    return samples.astype(np.float32)


@pytest.mark.parametrize("steps", [False, True])
def test_a_siren_swings_at_least_one_and_a_half_times(steps: bool) -> None:
    assert is_plain("siren", _swung(2, steps=steps), SAMPLE_RATE)
    assert is_plain("siren", _swung(5, steps=steps), SAMPLE_RATE)
    assert not is_plain("siren", _swung(0.4 if steps else 0.6, steps=steps), SAMPLE_RATE)
    assert is_plain("tone", _swung(0.6, steps=steps), SAMPLE_RATE)


def test_a_clock_ticks_three_times_and_regularly() -> None:
    assert is_plain("clock tick", _ticks(0.5), SAMPLE_RATE)
    assert is_plain("clock tick", _ticks(0.25), SAMPLE_RATE)
    assert not is_plain("clock tick", _ticks(1.5), SAMPLE_RATE)
    assert not is_plain("clock tick", _ticks(0.5, hiss=1.0), SAMPLE_RATE)
    # Eight ticks a second rattle.
    assert not is_plain("clock tick", _ticks(0.125), SAMPLE_RATE)


def test_turns_are_counted_from_the_last_extreme() -> None:
    assert turns(np.array([0.0, 2, 4, 3, 4, 8, 4]), 3) == 1
    assert turns(np.array([0.0, 2, 0, 2, 0]), 3) == 0
    assert turns(np.array([5.0, 0, 5, 0]), 3) == 2


def test_every_synthesised_siren_swings() -> None:
    drawn = [np.random.default_rng(seed) for seed in range(60)]
    sirens = [clearest(Synthesis(), "siren", 2 * SAMPLE_RATE, rng, lasts=True) for rng in drawn]
    assert all(is_plain("siren", siren, SAMPLE_RATE) for siren in sirens)
    assert {len(siren) for siren in sirens} == {2 * SAMPLE_RATE}
    # As drawn, not all of them would.
    plain = [is_plain("siren", Synthesis().draw("siren", rng, seconds=2.0), SAMPLE_RATE) for rng in drawn]
    assert 0.2 < np.mean(plain) < 0.9


def test_a_recording_whose_clock_hardly_ticks_is_left_out() -> None:
    class Clocks(Hums):
        def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> np.ndarray:
            return _ticks(rng.choice([0.4, 3.0, 3.0, 3.0]), seconds)

    for seed in range(15):
        ticking = clearest(Clocks(), "clock tick", 2 * SAMPLE_RATE, np.random.default_rng(seed), lasts=True)
        assert is_plain("clock tick", ticking, SAMPLE_RATE)
