"""Voices as events of a mix: a man, a woman or a child speaks a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from earwitness.scenes.domains.speech.utterances import KINDS, Kind, Manner, Voices
from earwitness.scenes.draws import one_of
from earwitness.scenes.effects import fade
from earwitness.scenes.sounding import sounding_spans
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples, at_unit_level, unknown_label

LABELS = {f"{kind} speaking": kind for kind in KINDS}
# Sentences drawn until one is short enough; the last is cut.
_TRIES = 5
# Seconds of silence that part two words.
_PAUSE = 0.05


class VoiceEvents:
    """Events of people who speak.

    Args:
        voices: that speak; each is as likely as the others where several have a kind.
    """

    sample_rate = SAMPLE_RATE
    countable: frozenset[str] = frozenset()

    def __init__(self, voices: Sequence[Voices]) -> None:
        self._voices = tuple(voices)

    @property
    def labels(self) -> tuple[str, ...]:
        """Who can speak, sorted."""
        return tuple(sorted(label for label, kind in LABELS.items() if self._speaking(kind)))

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        """A sentence of at most so many seconds; if none so short is drawn, one that ends at a pause between words.

        Raises:
            UsageError: if nobody of this label speaks.
        """
        kind = LABELS.get(label)
        having = self._speaking(kind) if kind else []
        if kind is None or not having:
            raise unknown_label(label, self.labels)
        voices = one_of(having, rng)
        most = int(seconds * SAMPLE_RATE)
        for _ in range(_TRIES):
            said = voices.speak(voices.draw(kind, Manner(), rng), int(rng.integers(2**31))).samples
            if len(said) <= most:
                return said
        return _cut_at_pause(said, most)

    def _speaking(self, kind: Kind) -> list[Voices]:
        return [voices for voices in self._voices if kind in voices.kinds]


def _cut_at_pause(samples: Samples, most: int) -> Samples:
    """So much of the beginning that ends with a word; one that goes on without a pause is faded out."""
    ends = [stop for _, stop in sounding_spans(samples, SAMPLE_RATE, gap=_PAUSE) if stop <= most]
    return at_unit_level(fade(samples[: ends[-1] if ends else most], SAMPLE_RATE, 0.02))
