"""A clip's script held against the clip: what of it can be measured, and whether it is so.

A script is plain JSON with ``events``: ``label``, ``onset``, ``offset``, ``level_db`` and ``role``, which is
``foreground`` or ``background``; and where it has them, of speech ``f0_band``, ``words_per_minute``, ``words`` and
``language``, of music ``tempo``, ``rms_db``, ``lowest``, ``mode`` with ``root`` and ``median_hz``, and ``drums``. What
cannot be measured in a clip, such as the level of a sound under another, is a reading without a value and with the
reason; none is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from earwitness.scenes.analysis.harmony import kick_level, low_pitch, pitch_of, third
from earwitness.scenes.analysis.levels import power_db
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.analysis.tempo import tempo
from earwitness.scenes.music import THIRD
from earwitness.scenes.recovery.events import ScriptedClip
from earwitness.scenes.recovery.readings import Reading
from earwitness.scenes.synthesis import Samples
from earwitness.types import Language

# Syllables of a sentence for each word a minute that espeak-ng is set to; measured over 90 sentences.
SYLLABLES: Mapping[Language, float] = {"en": 1.75, "zh": 1.4}
# From this level on, beside all else, a kick drum sounds, dB: with drums it is -12, without -24 and less.
KICK_FROM = -18.0


def agreement(script: Mapping[str, Any], samples: Samples, sample_rate: int) -> list[Reading]:
    """All that a script says and that might be measured, beside what was measured.

    Args:
        script: of the clip.
        samples: the clip, float32 mono ``[time]``.
        sample_rate: Hz.

    Example:
        >>> time = np.arange(16000) / 16000
        >>> tone = np.where((time > 0.25) & (time < 0.75), 0.1 * np.sin(2 * np.pi * 440 * time), 0)
        >>> event = {"label": "tone", "onset": 0.25, "offset": 0.75, "level_db": -23.0, "role": "foreground"}
        >>> [(one.what, one.agrees) for one in agreement({"events": [event]}, tone.astype(np.float32), 16000)]
        [('onset', True), ('offset', True), ('level', True)]
    """
    clip = ScriptedClip.of(script, samples, sample_rate)
    readings = list(clip.readings())
    if "words" in script:
        readings += _of_voice(script, clip)
    if "tempo" in script:
        readings += _of_music(script, samples, sample_rate)
    return readings


def _of_voice(script: Mapping[str, Any], clip: ScriptedClip) -> Iterator[Reading]:
    """How high and how fast the one voice of a script speaks, where it says so."""
    voice = clip.foreground[0]
    if band := script.get("f0_band"):
        heard = median_pitch(clip.cut((voice.onset, voice.offset)), clip.sample_rate)
        yield Reading("pitch", voice.label, (band[0], band[1]), heard, None if heard else "nothing in it is voiced")
    if speed := script.get("words_per_minute"):
        language: Language = script["language"]
        why = clip.why_ends_are_hidden(voice)
        onset, offset = clip.ends(voice)
        heard = None if why else 60 * syllables(script["words"], language) / max(offset - onset, 0.1)
        yield Reading("pace", voice.label, speed * SYLLABLES[language], heard, why)


def _of_music(script: Mapping[str, Any], samples: Samples, sample_rate: int) -> Iterator[Reading]:
    heard = tempo(samples, sample_rate)
    yield Reading("tempo", "", script["tempo"], heard, None if heard else "nothing comes back evenly")
    yield Reading("level", "", script["rms_db"], power_db(float(np.square(samples, dtype=np.float64).mean())))
    middle = float(pitch_of(script["median_hz"]))
    yield Reading("mode", "", THIRD[script["mode"]], third(samples, sample_rate, script["root"], middle))
    yield Reading("drums", "", int(script["drums"]), int(kick_level(samples, sample_rate) > KICK_FROM))
    octave = (script["lowest"], script["lowest"] + 12)
    if script["drums"]:
        yield Reading("register", "", octave, None, "the drums hide the lowest notes")
    else:
        yield Reading("register", "", octave, low_pitch(samples, sample_rate))


def syllables(words: str, language: Language) -> int:
    """How many syllables a sentence has: characters in Chinese, in English groups of vowels but for a silent e.

    Example:
        >>> syllables("The train is late", "en"), syllables("火车晚点了。", "zh")
        (4, 5)
    """
    if language == "zh":
        return sum(character.isalpha() for character in words)
    return sum(
        max(1, len(re.findall("[aeiouy]+", re.sub("e$", "", word)))) for word in re.findall("[a-z']+", words.lower())
    )
