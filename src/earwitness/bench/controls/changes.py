"""Changed clips: what a judge must not take for the clip, and what must not change its mind.

``samples [time]`` are float32 mono in [-1, 1]; ``sample_rate`` is in Hz; levels are RMS, in dB. Every clip that is
made keeps the rate of the one that it is made of, and stays within full scale: one that would leave it is turned down
as a whole, never clipped. So does its length stay within the limits on clips: what would be longer ends there.
"""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr

from earwitness.audio import DEFAULT_LIMITS, from_array, read_audio, resample
from earwitness.scenes.effects import coloured_noise, fade
from earwitness.scenes.gains import gain_of, rms
from earwitness.scenes.synthesis import Samples, at_unit_level
from earwitness.types import Audio

LEVEL_STEP = 6.0  # dB
# So loud is speech over nothing.
SPEECH_RMS = 0.1
_FULL_SCALE = 0.99
_PINK = 1.0  # a slope of -3 dB an octave, as that of most recordings
_TONE_HZ = 1000.0
# The rates that MP3 has.
_MP3_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
# Of 0 to 1, the lowest quality. Near 1 MP3 takes away all above 5 kHz, and with it sounds that captions name.
_COMPRESSION = 0.8
# Ogg's encoder takes much stack for a long clip at once.
_CODEC_BLOCK = 1 << 14


def silence(audio: Audio) -> Audio:
    """Digital silence of the clip's length."""
    return _made(np.zeros_like(audio.samples), audio)


def noise(audio: Audio, rng: np.random.Generator) -> Audio:
    """Pink noise of the clip's length and level."""
    return _made(coloured_noise(len(audio.samples), _PINK, rng) * rms(audio.samples), audio)


def tone(audio: Audio) -> Audio:
    """A sine of 1 kHz of the clip's length and level."""
    time = np.arange(len(audio.samples)) / audio.sample_rate
    return _made(np.sin(2 * np.pi * _TONE_HZ * time) * np.sqrt(2.0) * rms(audio.samples), audio)


def turned(audio: Audio, decibels: float) -> Audio:
    """The clip ``LEVEL_STEP`` louder or softer; both are turned down alike where the louder one would leave full scale.

    So the two always lie twice ``LEVEL_STEP`` apart.

    Example:
        >>> clip = from_array(np.array([0.8, -0.4]), 16_000)
        >>> [round(float(turned(clip, step).samples[0]), 3) for step in (LEVEL_STEP, -LEVEL_STEP)]
        [0.99, 0.249]
    """
    loudest = float(np.abs(audio.samples).max(initial=0.0)) * gain_of(LEVEL_STEP)
    return _made(audio.samples * (gain_of(decibels) * min(1.0, _FULL_SCALE / max(loudest, _FULL_SCALE))), audio)


def sped(audio: Audio, speed: float) -> Audio:
    """The clip played faster and higher, or slower and lower, by this factor; band-limited."""
    return _made(soxr.resample(audio.samples, audio.sample_rate * speed, audio.sample_rate), audio)


def coded(audio: Audio, form: str) -> Audio:
    """The clip written as ``MP3`` or ``OGG`` at a low quality (some 50 to 70 kbit/s at 44.1 kHz), and read back."""
    rate = audio.sample_rate if form == "OGG" else next((r for r in _MP3_RATES if r <= audio.sample_rate), 8_000)
    heard, file = resample(audio, rate).samples, io.BytesIO()
    with soundfile.SoundFile(file, "w", rate, 1, format=form, compression_level=_COMPRESSION) as sound:
        for start in range(0, len(heard), _CODEC_BLOCK):
            sound.write(heard[start : start + _CODEC_BLOCK])
    return _made(read_audio(file.getvalue(), sample_rate=audio.sample_rate).samples, audio)


def with_noise(audio: Audio, decibels: float, rng: np.random.Generator) -> Audio:
    """The clip under pink noise, so many dB above it."""
    level = rms(audio.samples) * gain_of(-decibels)
    return _made(audio.samples + coloured_noise(len(audio.samples), _PINK, rng) * level, audio)


def swapped(audio: Audio, border: int) -> Audio:
    """What follows the border first, then what comes before it; neither is played backwards.

    Args:
        audio: the clip.
        border: in samples from its start; the ends at the cut are faded by 10 ms.
    """
    parts = (audio.samples[border:], audio.samples[:border])
    return _made(np.concatenate([fade(part, audio.sample_rate) for part in parts]), audio)


def looped(audio: Audio) -> Audio:
    """The clip twice in a row."""
    return _made(np.tile(audio.samples, 2), audio)


def longer(audio: Audio) -> Audio:
    """The clip with as much silence behind it."""
    return _made(np.pad(audio.samples, (0, len(audio.samples))), audio)


def backwards(audio: Audio) -> Audio:
    """The clip played backwards: of speech, a voice without words."""
    return _made(audio.samples[::-1], audio)


def under_speech(audio: Audio, speech: Audio, decibels: float) -> Audio:
    """The clip with speech from its start on, so many dB above it; as long as the longer of the two.

    Over digital silence the speech has an RMS of ``SPEECH_RMS``.
    """
    said = at_unit_level(resample(speech, audio.sample_rate).samples)
    level = rms(audio.samples) * gain_of(decibels) or SPEECH_RMS
    mixed = np.zeros(max(len(said), len(audio.samples)), np.float32)
    mixed[: len(audio.samples)] = audio.samples
    mixed[: len(said)] += said * np.float32(level)
    return _made(mixed, audio)


def _made(samples: Samples, like: Audio) -> Audio:
    samples = samples[: DEFAULT_LIMITS.max_frames(like.sample_rate)]
    peak = float(np.abs(samples).max(initial=0.0))
    return from_array(samples if peak <= 1.0 else samples * (_FULL_SCALE / peak), like.sample_rate)
