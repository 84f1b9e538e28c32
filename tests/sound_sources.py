"""A source of plain sounds under any labels, for tests of what does not hang on how they sound."""

from __future__ import annotations

import numpy as np

from earwitness.scenes.synthesis import SAMPLE_RATE, Samples, unknown_label

LABELS = ("bass", "bell", "drum loop", "man speaking", "music", "piano music", "rain", "woman speaking")


class Hums:
    """Hums of as many seconds as are asked for, or of half a second for a single happening."""

    sample_rate = SAMPLE_RATE

    def __init__(self, labels: tuple[str, ...] = LABELS, countable: frozenset[str] = frozenset({"bell"})) -> None:
        self.labels = tuple(sorted(labels))
        self.countable = countable

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        if label not in self.labels:
            raise unknown_label(label, self.labels)
        time = np.arange(int((0.5 if unit else seconds) * SAMPLE_RATE)) / SAMPLE_RATE
        hum: Samples = np.sin(2 * np.pi * rng.uniform(300, 900) * time).astype(np.float32)
        return hum
