"""Small sets of rated tones, for tests: how high a tone is decides its ratings, and some of it is noise."""

from dataclasses import replace

import numpy as np

from clips import tone
from earwitness.audio import from_array
from earwitness.ratings import RatedPairs, SingleRatings
from earwitness.types import Pair

RATE = 16000
RATERS = 4


def rated_tones(clips: int = 40, seed: int = 0, *, unrated: int = 0, name: str = "tones") -> RatedPairs:
    """Tones of 0.1 s from 200 Hz to 6 kHz: ``pitch`` grows with the octave, ``dark`` falls with it; 1 to 5.

    The first ``unrated`` clips have no rating of ``dark``. Single ratings of four people are known for ``pitch``.
    """
    rng = np.random.default_rng(seed)
    octaves = rng.uniform(0, np.log2(30), clips)
    heights = octaves / np.log2(30)
    said = np.clip(1 + 4 * heights[:, None] + rng.normal(0, 0.5, (clips, RATERS)), 1, 5)
    dark = np.clip(5 - 4 * heights + rng.normal(0, 0.2, clips), 1, 5)
    pairs = []
    for index, octave in enumerate(octaves):
        ratings = {"pitch": float(said[index].mean())} | ({"dark": float(dark[index])} if index >= unrated else {})
        samples = tone(0.1, 200 * 2**octave) + rng.normal(0, 0.001, 1600).astype(np.float32)
        audio = from_array(samples, sample_rate=RATE)
        pairs.append(Pair(audio, f"tone {index}", id=f"{name}-{index}", system=f"s{index % 6}", ratings=ratings))
    clip, rater = np.divmod(np.arange(clips * RATERS), RATERS)
    singles = SingleRatings(clip, rater, said.reshape(-1), tuple("abcd"))
    return RatedPairs(name, tuple(pairs), {"pitch": (1.0, 5.0), "dark": (1.0, 5.0)}, {"pitch": singles})


def without_singles(rated: RatedPairs) -> RatedPairs:
    """The same clips, of whose ratings only the means are known."""
    return replace(rated, singles={})
