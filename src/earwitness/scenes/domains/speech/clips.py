"""From a sketch and a take to a clip: the voice after a moment of silence, before what is in the background.

``samples [time]`` are float32 mono at 16 kHz. Levels are RMS in dB of full scale while the voice sounds (its frames
within 25 dB of the loudest).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from earwitness.scenes.analysis.weighting import a_weight
from earwitness.scenes.bands import Band, Range, level_of
from earwitness.scenes.domains.base import Clip, event
from earwitness.scenes.domains.sound.clear import clearest
from earwitness.scenes.domains.speech.sketch import SpeechSketch
from earwitness.scenes.domains.speech.utterances import VALUES, Take
from earwitness.scenes.effects import coloured_noise
from earwitness.scenes.gains import gain_of
from earwitness.scenes.sounding import sounding_spans
from earwitness.scenes.sources import Source
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples

# dB full scale. The loudest leaves room for the peaks of a voice and of what is behind it.
LOUDNESS = Band("dB", (-46.0, -41.0), (-25.0, -22.0), middle=(-36.0, -31.0))
# How far what is in the background lies under the voice, dB(A): of equal RMS, a rumble would not be heard.
GAP: Range = (11.0, 13.0)
NOISE_FLOOR = -78.0  # dB full scale
SHORTEST = 2.0  # seconds
# Silence before and after the voice, seconds.
AROUND: Range = (0.2, 0.5)
# Peaks above so many times the RMS of the voice are rounded off, so that they stay under so many times the RMS.
_KNEE, _CEILING = 6.3, 9.4
# What each random part of a rendering is drawn from, so that none shifts the others.
_LEVEL, _GAP, _BEFORE, _AFTER, _NOISE, _BACKGROUND = range(6)


def clip_of(sketch: SpeechSketch, take: Take, background: Source | None, seed: int) -> Clip:
    """The clip of a sketch; what is in the background sounds all the time.

    Args:
        sketch: what is decided.
        take: of what is said in it.
        background: has the sound that the sketch puts there.
        seed: decides levels, pauses and noise.
    """
    before, after = (int(_rng(seed, place).uniform(*AROUND) * SAMPLE_RATE) for place in (_BEFORE, _AFTER))
    length = max(int(SHORTEST * SAMPLE_RATE), before + len(take.samples) + after)
    level = LOUDNESS.draw(level_of(VALUES["loudness"], sketch.loudness), _rng(seed, _LEVEL))
    spans = sounding_spans(take.samples, SAMPLE_RATE)
    onset, offset = ((before + place) / SAMPLE_RATE for place in (spans[0][0], spans[-1][1]))
    events = [event("voice", "foreground", onset, offset, level)]
    mixed = np.zeros(length, np.float32)
    mixed[before : before + len(take.samples)] = take.samples
    if sketch.secondary is not None:
        assert background is not None
        behind = clearest(background, sketch.secondary, length, _rng(seed, _BACKGROUND), lasts=True)
        above = a_weight(take.samples, SAMPLE_RATE) - a_weight(behind, SAMPLE_RATE) - _rng(seed, _GAP).uniform(*GAP)
        mixed += np.float32(gain_of(above)) * behind
        events.append(event(sketch.secondary, "background", 0.0, length / SAMPLE_RATE, level + above))
    floor = np.float32(gain_of(NOISE_FLOOR)) * coloured_noise(length, 1.0, _rng(seed, _NOISE))
    samples = np.float32(gain_of(level)) * _without_peaks(mixed) + floor
    return Clip(samples, SAMPLE_RATE, {"events": events, **_script(sketch), **take.script})


def _rng(seed: int, place: int) -> np.random.Generator:
    return np.random.default_rng((seed, place))


def _without_peaks(samples: Samples) -> Samples:
    """Of a sound with an RMS of 1: the few samples far above it bent down, all others as they are."""
    size = np.abs(samples)
    room = _CEILING - _KNEE
    bent = np.where(size > _KNEE, _KNEE + room * np.tanh((size - _KNEE) / room), size)
    rounded: Samples = np.copysign(bent, samples).astype(np.float32)
    return rounded


def _script(sketch: SpeechSketch) -> dict[str, Any]:
    said = sketch.said
    return {"gender": said.gender, "age": said.age, "language": said.language, "words": said.words}
