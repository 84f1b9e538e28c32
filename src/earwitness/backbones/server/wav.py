"""A clip as the bytes of a WAV file, the same for the same samples."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones.server.options import AudioFormat

_INTEGER, _FLOAT = 1, 3  # format tags


def wav(samples: NDArray[np.float32], sample_rate: int, audio_format: AudioFormat) -> bytes:
    """A mono WAV file.

    Written here because libsndfile puts the time of day into files of floats, and servers know a clip that they have
    heard by its bytes.

    Args:
        samples: shape ``[time]``, nominally in [-1, 1]; ``pcm16`` cuts what lies beyond.
        sample_rate: Hz.
        audio_format: ``float32``, or ``pcm16`` rounded to the nearest of its steps.

    Example:
        >>> len(wav(np.zeros(8, np.float32), 16000, "pcm16"))
        72
    """
    if audio_format == "pcm16":
        steps = np.clip(np.round(samples * 32768.0), -32768, 32767).astype("<i2")
        tag, width, data = _INTEGER, 2, steps.tobytes()
    else:
        tag, width, data = _FLOAT, 4, samples.astype("<f4").tobytes()
    described = struct.pack("<HHIIHH", tag, 1, sample_rate, sample_rate * width, width, 8 * width)
    chunks = _chunk(b"fmt ", described) + _chunk(b"fact", struct.pack("<I", len(samples))) + _chunk(b"data", data)
    return _chunk(b"RIFF", b"WAVE" + chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content
