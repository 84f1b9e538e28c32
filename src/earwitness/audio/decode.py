"""From a file, its bytes or an array to an ``Audio``: decoded in blocks, mixed to mono, checked and hashed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import soundfile
from numpy.typing import ArrayLike, NDArray

from earwitness.audio.flags import Loudness
from earwitness.audio.headers import Promise, read_promise
from earwitness.audio.limits import DEFAULT_LIMITS, Limits
from earwitness.audio.resample import resample
from earwitness.audio.source import Source, open_source
from earwitness.errors import AudioError
from earwitness.types import Audio, AudioSource

# Small enough for a block to stay in a core's cache while it is looked at and mixed.
_BLOCK_FRAMES = 1 << 15
_INTEGER_SCALES = {"int16": 2.0**15, "int32": 2.0**31}


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """Read from front to end without a seek: a seek after each block is slow, and fails on FLAC of unknown length."""

    def seekable(self) -> bool:
        return False


def read_audio(source: AudioSource, *, limits: Limits = DEFAULT_LIMITS, sample_rate: int | None = None) -> Audio:
    """Read a clip: decoded at its own rate, channels mixed to mono by their mean, flagged, hashed, then resampled.

    Args:
        source: a path, the bytes of a file, or an ``Audio``, which is only held against the limits.
        limits: what is accepted.
        sample_rate: the rate wanted, Hz; the file's own when None.

    Returns:
        The clip, its ``sha256`` that of the samples before resampling.

    Raises:
        AudioError: if it cannot be read, breaks a limit, or holds a sample that is not a finite number; ``code`` says
            which.

    Example:
        >>> clip = from_array(np.sin(np.arange(16_000) * 0.2) * 0.5, 16_000)
        >>> read_audio(clip, sample_rate=8_000).duration
        1.0
    """
    if isinstance(source, Audio):
        audio = _given(source, limits)
    else:
        with open_source(source) as opened:
            audio = _decode(opened, limits)
    return audio if sample_rate is None else resample(audio, sample_rate)


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
    channels = _channels_last(name, np.asarray(samples), channel_axis)
    limits.check(name, frames=len(channels), channels=channels.shape[1], sample_rate=sample_rate)
    if not len(channels):
        raise AudioError(f"{name} is empty.", code="audio_empty")
    mono, loudness = np.empty(len(channels), np.float32), Loudness()
    for start in range(0, len(channels), _BLOCK_FRAMES):
        part = slice(start, start + _BLOCK_FRAMES)
        loudness.add(channels[part], _mix(channels[part], mono[part]))
    return _checked(name, mono, sample_rate, (), loudness)


def content_hash(samples: NDArray[np.float32], sample_rate: int) -> str:
    """SHA-256 of the samples and their rate: the same sound has the same hash, whatever file it came in.

    Example:
        >>> content_hash(np.zeros(2, np.float32), 16_000) == content_hash(np.zeros(2, np.float32), 8_000)
        False
    """
    digest = hashlib.sha256(f"{sample_rate}\0".encode())
    digest.update(np.ascontiguousarray(samples, "<f4").data)
    return digest.hexdigest()


def _given(audio: Audio, limits: Limits) -> Audio:
    """The ``Audio`` that a caller made, if it is what an ``Audio`` should be."""
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


def _decode(source: Source, limits: Limits) -> Audio:
    promise = read_promise(source, limits)
    if promise.frames:
        limits.check(source.name, frames=promise.frames, channels=1, sample_rate=promise.sample_rate)
    source.stream.seek(0)
    stream = source.stream if promise.content is None else io.BytesIO(promise.content)
    try:
        with _ForwardFile(stream) as sound:
            return _decode_sound(source.name, sound, promise, limits)
    except soundfile.LibsndfileError as error:
        raise _unreadable(source.name, promise.flags, error) from None


def _decode_sound(name: str, sound: _ForwardFile, promise: Promise, limits: Limits) -> Audio:
    promised = 0 if "streamed_size" in promise.flags else sound.frames
    limits.check(name, frames=promised, channels=sound.channels, sample_rate=sound.samplerate)
    # One sample more than is allowed shows a header that lies; memory that is never written to costs nothing.
    most = limits.max_frames(sound.samplerate) + 1
    mono, loudness = np.empty(min(sound.frames, most), np.float32), Loudness()
    frames, broken = _decode_blocks(sound, mono, loudness)
    limits.check(name, frames=frames, channels=sound.channels, sample_rate=sound.samplerate)
    flags = set(promise.flags)
    if broken or frames < promised:
        flags.add("truncated")
    if frames == 0:
        raise _no_samples(name, flags)
    mono = mono if frames == len(mono) else mono[:frames].copy()
    return _checked(name, mono, sound.samplerate, flags, loudness)


def _decode_blocks(sound: _ForwardFile, mono: NDArray[np.float32], loudness: Loudness) -> tuple[int, bool]:
    """Fill ``mono`` from the file: how many samples there were, and whether decoding broke off with an error."""
    block = np.empty((_BLOCK_FRAMES, sound.channels), np.float32)
    frames = 0
    while frames < len(mono):
        room = mono[frames : frames + _BLOCK_FRAMES]
        try:
            channels = sound.read(out=room[:, None] if sound.channels == 1 else block[: len(room)])
        except soundfile.LibsndfileError:
            return frames, True
        if not len(channels):
            break
        loudness.add(channels, _mix(channels, room[: len(channels)]))
        frames += len(channels)
    return frames, False


def _mix(channels: NDArray[np.float32], mono: NDArray[np.float32]) -> NDArray[np.float32]:
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


def _checked(name: str, mono: NDArray[np.float32], sample_rate: int, flags: Iterable[str], loudness: Loudness) -> Audio:
    if not loudness.finite:
        raise _not_finite(name)
    heard = loudness.flags(len(mono) / sample_rate)
    return Audio(mono, sample_rate, content_hash(mono, sample_rate), tuple(sorted({*flags, *heard})))


def _not_finite(name: str) -> AudioError:
    text = f"{name} has samples that are not finite numbers (NaN or infinity); wanted numbers in [-1, 1]."
    return AudioError(text, code="audio_nonfinite")


def _no_samples(name: str, flags: set[str]) -> AudioError:
    if "truncated" in flags:
        return AudioError(f"{name} breaks off before its first sample; get it again.", code="audio_truncated")
    return AudioError(f"{name} has a header but no samples.", code="audio_empty")


def _unreadable(name: str, flags: tuple[str, ...], error: soundfile.LibsndfileError) -> AudioError:
    if "truncated" in flags:
        return AudioError(f"{name} breaks off within its header; get it again.", code="audio_truncated")
    reason = error.error_string.strip().rstrip(".") or "damaged"
    return AudioError(f"{name} cannot be decoded: {reason}. Get it again, or convert it.", code="audio_unreadable")
