"""From a file or its bytes to an ``Audio``, decoded in blocks."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from earwitness.audio.clip import BLOCK_FRAMES, check_given, finish, mix
from earwitness.audio.flags import Loudness
from earwitness.audio.headers import read_promise
from earwitness.audio.limits import DEFAULT_LIMITS, Limits
from earwitness.audio.resample import resample
from earwitness.audio.source import Promise, Source, open_source
from earwitness.errors import AudioError
from earwitness.types import AUDIO_SOURCES, Audio, AudioSource

# A decoder that fails takes the block with it that it was to fill.
_CAREFUL_BLOCK_FRAMES = 1 << 9


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """Read from front to end without a seek: a seek after each block is slow, and fails on FLAC of unknown length."""

    def seekable(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _Decoded:
    """What came out of the decoder; ``failed`` if it gave up with an error, not ``whole`` if less than promised."""

    mono: NDArray[np.float32]
    sample_rate: int
    loudness: Loudness
    failed: bool
    whole: bool


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
            which, ``audio_no_rate`` for an array.

    Example:
        >>> from earwitness.audio import from_array
        >>> clip = from_array(np.sin(np.arange(16_000) * 0.2) * 0.5, 16_000)
        >>> read_audio(clip, sample_rate=8_000).duration
        1.0
    """
    if not isinstance(source, AUDIO_SOURCES):
        raise _no_rate(source)
    if isinstance(source, Audio):
        audio = check_given(source, limits)
    else:
        with open_source(source) as opened:
            audio = _decode(opened, limits)
    return audio if sample_rate is None else resample(audio, sample_rate)


def _decode(source: Source, limits: Limits) -> Audio:
    promise = read_promise(source, limits)
    if promise.frames:
        limits.check(source.name, frames=promise.frames, channels=1, sample_rate=promise.sample_rate)
    stream = source.stream if promise.content is None else io.BytesIO(promise.content)
    try:
        decoded = _decode_stream(source.name, stream, promise, limits, BLOCK_FRAMES)
        if decoded.failed:
            decoded = _decode_stream(source.name, stream, promise, limits, _CAREFUL_BLOCK_FRAMES)
    except soundfile.LibsndfileError as error:
        raise _unreadable(source.name, promise.flags, error) from None
    flags = set(promise.flags) if decoded.whole else {*promise.flags, "truncated"}
    if not len(decoded.mono):
        raise _no_samples(source.name, flags)
    return finish(source.name, decoded.mono, decoded.sample_rate, flags, decoded.loudness)


def _decode_stream(name: str, stream: BinaryIO, promise: Promise, limits: Limits, block_frames: int) -> _Decoded:
    stream.seek(0)
    with _ForwardFile(stream) as sound:
        promised = 0 if "streamed_size" in promise.flags else sound.frames
        limits.check(name, frames=promised, channels=sound.channels, sample_rate=sound.samplerate)
        # One sample more than is allowed shows a header that lies; memory that is never written to costs nothing.
        most = limits.max_frames(sound.samplerate, sound.channels) + 1
        mono, loudness = np.empty(min(sound.frames, most), np.float32), Loudness()
        frames, failed = _decode_blocks(sound, mono, loudness, block_frames)
        limits.check(name, frames=frames, channels=sound.channels, sample_rate=sound.samplerate)
        kept = mono if frames == len(mono) else mono[:frames].copy()
        return _Decoded(kept, sound.samplerate, loudness, failed, whole=not failed and frames >= promised)


def _decode_blocks(
    sound: _ForwardFile, mono: NDArray[np.float32], loudness: Loudness, block_frames: int
) -> tuple[int, bool]:
    """Fill ``mono`` from the file: how many samples there were, and whether decoding broke off with an error."""
    block = np.empty((block_frames, sound.channels), np.float32)
    frames = 0
    while frames < len(mono):
        room = mono[frames : frames + block_frames]
        try:
            channels = sound.read(out=room[:, None] if sound.channels == 1 else block[: len(room)])
        except soundfile.LibsndfileError:
            return frames, True
        if not len(channels):
            break
        loudness.add(channels, mix(channels, room[: len(channels)]))
        frames += len(channels)
    return frames, False


def _no_rate(source: object) -> AudioError:
    text = (
        f"the audio is of type {type(source).__name__}, which tells no sample rate; wanted a path or bytes of a file."
    )
    return AudioError(f"{text} For samples in memory: from_array(samples, sample_rate).", code="audio_no_rate")


def _no_samples(name: str, flags: set[str]) -> AudioError:
    if "truncated" in flags:
        return AudioError(f"{name} breaks off before its first sample. Get it again.", code="audio_truncated")
    return AudioError(f"{name} has a header but no samples.", code="audio_empty")


def _unreadable(name: str, flags: tuple[str, ...], error: soundfile.LibsndfileError) -> AudioError:
    if "truncated" in flags:
        return _no_samples(name, {*flags})
    reason = error.error_string.strip().rstrip(".") or "damaged"
    return AudioError(f"{name} cannot be decoded: {reason}. Get it again, or convert it.", code="audio_unreadable")
