"""From samples in memory to an ``Audio``: mixed to mono, checked, flagged and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.audio.flags import Loudness
from earwitness.audio.limits import DEFAULT_LIMITS, Limits
from earwitness.errors import AudioError
from earwitness.types import Audio

# Small enough for a block to stay in a core's cache while it is looked at and mixed.
BLOCK_FRAMES = 1 << 15
_INTEGER_SCALES = {"int16": 2.0**15, "int32": 2.0**31}


def from_array(
    samples: ArrayLike, sample_rate: int | None, *, channel_axis: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> Audio:
    """A clip from samples in memory; nothing about them is guessed.

    Args:
        samples: shape ``[time]``; floats in [-1, 1], or int16 or int32 over their full range.
        sample_rate: Hz; there is no default.
        channel_axis: which of two axes counts the channels, 0 or 1; without it, two axes are an error.
        limits: what is accepted.

    Raises:
        AudioError: with code ``audio_no_rate``, ``audio_shape``, ``audio_dtype``, ``audio_empty``, ``audio_nonfinite``
            or that of a broken limit.

    Example:
        >>> from_array([[0.5, 0.5], [0.1, 0.3]], 16_000, channel_axis=1).samples
        array([0.5, 0.2], dtype=float32)
    """
    name = "the array"
    if sample_rate is None:
        raise AudioError(f"{name} has no sample rate; give it in Hz: from_array(samples, 16000).", code="audio_no_rate")
    if not isinstance(sample_rate, int | np.integer):
        raise AudioError(f"{name} has sample rate {sample_rate!r}; wanted a whole number, in Hz.", code="audio_rate")
    sample_rate = int(sample_rate)
    channels = _channels_last(name, np.asarray(samples), channel_axis)
    limits.check(name, frames=len(channels), channels=channels.shape[1], sample_rate=sample_rate)
    if not len(channels):
        raise AudioError(f"{name} is empty.", code="audio_empty")
    mono, loudness = np.empty(len(channels), np.float32), Loudness()
    for start in range(0, len(channels), BLOCK_FRAMES):
        part = slice(start, start + BLOCK_FRAMES)
        loudness.add(channels[part], mix(channels[part], mono[part]))
    return finish(name, mono, sample_rate, (), loudness)


def content_hash(samples: NDArray[np.float32], sample_rate: int) -> str:
    """SHA-256 of the samples and their rate: the same sound has the same hash, whatever file it came in.

    Example:
        >>> content_hash(np.zeros(2, np.float32), 16_000) == content_hash(np.zeros(2, np.float32), 8_000)
        False
    """
    digest = hashlib.sha256(f"{sample_rate}\0".encode())
    digest.update(np.ascontiguousarray(samples, "<f4").data)
    return digest.hexdigest()


def check_given(audio: Audio, limits: Limits) -> Audio:
    """The ``Audio`` that a caller made, if it is what an ``Audio`` should be.

    Raises:
        AudioError: with code ``no_audio``, ``audio_shape``, ``audio_empty``, ``audio_nonfinite`` or that of a broken
            limit.
    """
    if audio.is_absent:
        text = "there is no audio to listen to; only a backbone can be asked from text alone."
        raise AudioError(text, code="no_audio")
    samples = audio.samples
    if samples.ndim != 1 or samples.dtype != np.float32:
        text = f"the audio holds {samples.dtype} of shape {list(samples.shape)}; wanted float32 [time]. Use from_array."
        raise AudioError(text, code="audio_shape")
    if not len(samples):
        raise AudioError("the audio is empty.", code="audio_empty")
    limits.check("the audio", frames=len(samples), channels=1, sample_rate=audio.sample_rate)
    if not (np.isfinite(samples.min()) and np.isfinite(samples.max())):
        raise _not_finite("the audio")
    return audio


def mix(channels: NDArray[np.float32], mono: NDArray[np.float32]) -> NDArray[np.float32]:
    """Write the mean of ``channels [time, channel]`` to ``mono [time]``; two equal channels give exactly either."""
    count = channels.shape[1]
    # Column by column: numpy's own mean over a short last axis takes thirty times as long. A sum too large for
    # float32 becomes infinite, and is refused as such.
    with np.errstate(over="ignore"):
        np.add(channels[:, 0], channels[:, 1] if count > 1 else 0, out=mono)
        for channel in range(2, count):
            mono += channels[:, channel]
        if count > 1:
            mono /= np.float32(count)
    return mono


def finish(name: str, mono: NDArray[np.float32], sample_rate: int, flags: Iterable[str], loudness: Loudness) -> Audio:
    """An ``Audio`` of samples of which all figures are gathered; the flags are those of its file.

    Raises:
        AudioError: with code ``audio_nonfinite``.
    """
    if not loudness.finite:
        raise _not_finite(name)
    heard = loudness.flags(len(mono) / sample_rate)
    return Audio(mono, sample_rate, content_hash(mono, sample_rate), tuple(sorted({*flags, *heard})))


def _channels_last(name: str, samples: NDArray[Any], channel_axis: int | None) -> NDArray[np.float32]:
    """``[time, channel]`` float32 in [-1, 1] from whatever was said to be what."""
    wanted_axes = 1 if channel_axis is None else 2
    if samples.ndim != wanted_axes or channel_axis not in (None, 0, 1):
        text = f"{name} has shape {list(samples.shape)}; wanted [time], or two axes with channel_axis=0 or 1."
        raise AudioError(text, code="audio_shape")
    scale = _INTEGER_SCALES.get(samples.dtype.name, 1.0 if samples.dtype.kind == "f" else None)
    if scale is None:
        text = f"{name} is of type {samples.dtype}; wanted floats in [-1, 1], int16 or int32."
        raise AudioError(text, code="audio_dtype")
    if channel_axis is None:
        samples = samples[:, None]
    elif channel_axis == 0:
        samples = samples.T
    # A float64 beyond float32 becomes infinite here and is refused as such below.
    with np.errstate(over="ignore"):
        scaled = samples if scale == 1.0 else samples / scale
        return np.ascontiguousarray(scaled, np.float32)


def _not_finite(name: str) -> AudioError:
    text = f"{name} has samples that are not finite numbers (NaN or infinity); wanted numbers in [-1, 1]."
    return AudioError(text, code="audio_nonfinite")
