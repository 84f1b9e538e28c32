"""Music as one of the sounds of a scene."""

from __future__ import annotations

import numpy as np

from earwitness.scenes.bands import Range
from earwitness.scenes.domains.music.players import Player, label_of
from earwitness.scenes.domains.music.scores import Composition, compose
from earwitness.scenes.domains.music.sketch import BANDS, MODES
from earwitness.scenes.draws import one_of
from earwitness.scenes.effects import fade
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples, at_unit_level, unknown_label

# Beats a minute; and how hard keys are struck.
TEMPO: Range = (90, 140)
VELOCITY: Range = (70, 85)


class MusicEvents:
    """Music as an event of a scene, without drums; a ``scenes.sources.Source``.

    Example:
        >>> from earwitness.scenes.domains.music.players import BuiltIn
        >>> MusicEvents(BuiltIn()).labels
        ('music',)
    """

    sample_rate = SAMPLE_RATE
    countable: frozenset[str] = frozenset()

    def __init__(self, player: Player) -> None:
        self._player = player
        self._instruments = {label_of(name): name for name in player.instruments or (None,)}

    @property
    def labels(self) -> tuple[str, ...]:
        """``piano music`` and its like, or only ``music``; sorted."""
        return tuple(sorted(self._instruments))

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        """A piece of at most so many seconds; tempo, key and register are drawn anew each time.

        Raises:
            UsageError: if there is no such label.
        """
        if label not in self._instruments:
            raise unknown_label(label, self._instruments)
        tempo = rng.uniform(*TEMPO)
        piece = Composition(
            self._instruments[label],
            tempo,
            one_of(MODES, rng),
            root=int(rng.integers(12)),
            lowest=round(BANDS["register"].draw(None, rng)),
            velocity=round(rng.uniform(*VELOCITY)),
            beats=max(1, int(seconds * tempo / 60)),
        )
        played = self._player.play(compose(piece, rng), int(rng.integers(2**31)))
        return fade(at_unit_level(played)[: int(seconds * SAMPLE_RATE)], SAMPLE_RATE)
