"""Which of a few draws of a sound a listener knows best: plainly what its label says, long enough, and no mere rumble.

``samples [time]`` are float32 mono; lengths are in samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.analysis.onsets import stretches
from earwitness.scenes.analysis.weighting import a_weight
from earwitness.scenes.effects import fade, high_pass, prolonged
from earwitness.scenes.sources import Source
from earwitness.scenes.synthesis import Samples, at_unit_level

# Hz. Below this a recording has rumble, which counts for much of its power and for little of what is heard.
RUMBLE = 60.0
# A sound is drawn anew if it is shorter than this, seconds, or its A-weighted level lies below its RMS by more than so
# many dB: rumble is no bark. Each time, so much more is asked for than is needed.
SHORTEST, DULL, ASKED = 0.4, -9.0, (1.0, 1.7, 2.0, 2.0)
# Draws of a sound that is still not plainly what its label says; of synthesised sirens of two seconds every other is.
PATIENCE = 16
# Seconds in which sounds that are known by what they do again and again have done it often enough.
NEEDED: Mapping[str, float] = {"clock tick": 2.0, "siren": 2.0}
# Of a piece and the next, when one is too short; seconds.
SEAM = 0.1

# A clock ticks at least so often in an event, at so many ticks a second, so that in the pauses between other events two
# are heard; they lie so far apart, seconds, and one is at most so much softer than the loudest, dB.
TICKS, TICKING, APART, AS_LOUD = 3, (2.0, 6.0), 0.06, 15.0
# A siren turns back so often, each time by so many semitones: so it swings at least one and a half times.
TURNS, SWING = 2, 3.0
# Seconds over which its pitch is taken.
_FRAME = 0.064


def clearest(
    source: Source, label: str, most: int, rng: np.random.Generator, *, unit: bool = False, lasts: bool = False
) -> Samples:
    """The best of a few draws at unit level, without rumble and with faded ends.

    Args:
        source: that draws.
        label: of the sound.
        most: its greatest length; its only one if it lasts.
        rng: draws from the source.
        unit: whether it happens once.
        lasts: whether it can be made as long as is wanted.
    """
    rate = source.sample_rate
    enough = most if lasts else 0 if unit else int(SHORTEST * rate)
    best, rank = np.zeros(0, np.float32), (False, -1, -np.inf)
    for tried in range(PATIENCE):
        asked = ASKED[min(tried, len(ASKED) - 1)] * most / rate
        drawn = source.draw(label, rng, seconds=asked, unit=unit)[:most]
        clean = at_unit_level(fade(high_pass(drawn, rate, RUMBLE), rate))
        whole = fade(prolonged(clean, most, int(SEAM * rate)), rate) if lasts else clean
        own = (is_plain(label, whole, rate), min(len(clean), enough), min(DULL, a_weight(clean, rate)))
        best, rank = max((best, rank), (whole, own), key=itemgetter(1))
        if rank == (True, enough, DULL) or (rank[0] and tried >= len(ASKED) - 1):
            break
    return best


def is_plain(label: str, samples: Samples, sample_rate: int) -> bool:
    """Whether a sound does what it is known by: a clock ticks regularly, a siren swings; others just sound."""
    if label == "clock tick":
        return _ticks(samples, sample_rate)
    return label != "siren" or turns(_pitches(samples, sample_rate), SWING) >= TURNS


def _ticks(samples: Samples, sample_rate: int) -> bool:
    count = len(stretches(samples, sample_rate, gap=APART, below=AS_LOUD))
    slowest, fastest = TICKING
    return count >= TICKS and slowest <= count * sample_rate / len(samples) <= fastest


def _pitches(samples: Samples, sample_rate: int) -> NDArray[np.float64]:
    """Where the power of each frame lies, in semitones: it goes up and down with the pitch, whatever the timbre."""
    size = int(_FRAME * sample_rate)
    frames = samples[: len(samples) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.square(np.abs(np.fft.rfft(frames)), dtype=np.float64) + 1e-9
    hertz: NDArray[np.float64] = power @ np.fft.rfftfreq(size, 1 / sample_rate) / power.sum(axis=1)
    return 12 * np.log2(hertz)


def turns(track: NDArray[np.float64], least: float) -> int:
    """How often values that have gone one way by at least so much go back by as much.

    Example:
        >>> turns(np.array([0.0, 5, 1, 1.5, 6, 5]), least=3), turns(np.array([0.0, 2, 4, 8]), least=3)
        (2, 0)
    """
    turned, way, last = 0, 0, track[0]
    for value in track:
        if (value - last) * way > 0:
            last = value
        elif abs(value - last) >= least:
            turned += bool(way)
            way, last = 1 if value > last else -1, value
    return turned
