"""Other rates and parts of a clip; both stay the same clip, with its hash and its flags."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import soxr

from earwitness.errors import AudioError
from earwitness.types import Audio

# 20 bits: what lies above the new Nyquist frequency is gone (under -120 dB), at two thirds of the cost of the highest
# setting. Taking every n-th sample or drawing straight lines folds it back as sound that is not in the clip.
_QUALITY = "HQ"


def resample(audio: Audio, sample_rate: int) -> Audio:
    """The same clip at another rate, band-limited (soxr's high quality).

    Args:
        audio: the clip.
        sample_rate: the rate wanted, Hz.

    Returns:
        The clip with its ``sha256`` and flags, its length right to one sample; ``audio`` itself if it has that rate.

    Example:
        >>> from earwitness.audio import from_array
        >>> clip = from_array(np.sin(np.arange(44_100) * 0.1) * 0.5, 44_100)
        >>> resample(clip, 16_000).samples.shape, resample(clip, 16_000).sha256 == clip.sha256
        ((16000,), True)
    """
    if audio.sample_rate == sample_rate:
        return audio
    samples = soxr.resample(audio.samples, audio.sample_rate, sample_rate, quality=_QUALITY)
    return replace(audio, samples=np.asarray(samples, np.float32), sample_rate=sample_rate)


def cut(audio: Audio, start: float, end: float) -> Audio:
    """The part of a clip from ``start`` to ``end`` seconds; its ``sha256`` and flags stay the whole clip's.

    Parts of one length have the same number of samples, wherever they start.

    Raises:
        AudioError: with code ``audio_no_part``, if the part is empty or does not lie within the clip.

    Example:
        >>> from earwitness.audio import from_array
        >>> clip = from_array(np.sin(np.arange(16_000) * 0.1) * 0.5, 16_000)
        >>> cut(clip, 0.25, 0.75).duration
        0.5
    """
    first = round(start * audio.sample_rate)
    last = first + round((end - start) * audio.sample_rate)
    # Two roundings may lie a sample beyond the clip's own end; the slice ends there.
    if not 0 <= first < last <= len(audio.samples) + 1:
        text = f"no part from {start:g} to {end:g} s in a clip of {audio.duration:g} s."
        raise AudioError(text, code="audio_no_part")
    return replace(audio, samples=audio.samples[first:last])
