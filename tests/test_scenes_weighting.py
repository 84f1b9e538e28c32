"""A-weighting: the values of the standard's table."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.analysis.weighting import a_weight


# IEC 61672-1, table 3.
@pytest.mark.parametrize(
    ("hertz", "level"), [(50, -30.2), (100, -19.1), (250, -8.6), (1000, 0), (2500, 1.3), (6300, -0.1)]
)
def test_tones_weigh_what_the_standard_says(hertz: float, level: float) -> None:
    time = np.arange(32_768) / 16_000
    tone = (0.1 * np.hanning(len(time)) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
    assert a_weight(tone, 16_000) == pytest.approx(level, abs=0.3)


def test_the_weight_does_not_hang_on_the_level() -> None:
    noise = np.random.default_rng(1).standard_normal(8000).astype(np.float32)
    assert a_weight(noise, 16_000) == pytest.approx(a_weight(0.01 * noise, 16_000), abs=0.01)
