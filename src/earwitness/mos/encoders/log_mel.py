"""Statistics of log-mel bands: the encoder without weights that all others are held against.

``frames [band, frame]`` are dB re full scale. Each band gives its mean, its standard deviation, three quantiles and
its mean change from frame to frame; the clip as a whole gives its level, its peak and how both spread over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from earwitness.audio import resample
from earwitness.errors import UsageError
from earwitness.mos.encoders import EncoderOptions
from earwitness.mos.encoders.base import check_duration, refuse_other_layers
from earwitness.types import Audio

SAMPLE_RATE = 16_000
BANDS = 64
VERSION = 1

_FRAME, _HOP, _TRANSFORM = 400, 160, 512
_QUANTILES = (0.1, 0.5, 0.9)
_LEVELS = 4
_POWER_FLOOR = 1e-10  # -100 dB: digital silence has a level too
_BLOCK_FRAMES = 512  # their spectra stay in a core's cache


class LogMelEncoder:
    """The numpy encoder ``log-mel``; see the module for its features.

    Example:
        >>> from earwitness.audio import from_array
        >>> from earwitness.mos.encoders import load_encoder
        >>> load_encoder("log-mel").embed([from_array(np.zeros(16_000, np.float32), 16_000)]).shape
        (1, 1, 388)
    """

    sample_rate = SAMPLE_RATE
    layers = 1
    features = BANDS * (3 + len(_QUANTILES)) + _LEVELS
    text_features = 0
    min_duration = 0.1
    batch_size = 8

    def __init__(self, options: EncoderOptions) -> None:
        refuse_other_layers(options.spec, options.name)
        self.name = options.name
        self.spec = options.spec

    @property
    def identity(self) -> Mapping[str, Any]:
        """Its name and version: there is nothing else to choose."""
        return {"encoder": "log-mel", "version": VERSION}

    def embed(self, clips: Sequence[Audio]) -> NDArray[np.float32]:
        """Embeddings of clips at any rate and of any length, shape ``[clip, 1, feature]``.

        Raises:
            AudioError: with code ``too_short``.
        """
        for clip in clips:
            check_duration(clip, self)
        made = [statistics(resample(clip, SAMPLE_RATE).samples) for clip in clips]
        return np.array(made, np.float32).reshape(len(clips), 1, self.features)

    def embed_texts(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Nothing: it reads no captions.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"encoder '{self.name}' has no text tower; use clap or clap-music.")


def load(options: EncoderOptions) -> LogMelEncoder:
    """The encoder; it has nothing to load.

    Raises:
        UsageError: if a numbered layer is asked for.
    """
    return LogMelEncoder(options)


def statistics(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """The features of a clip of at least one frame at ``SAMPLE_RATE``, shape ``[feature]``, in dB."""
    frames = sliding_window_view(samples, _FRAME)[::_HOP]
    bands = log_mel(frames)
    changes = np.abs(np.diff(bands, axis=1)).mean(axis=1) if len(frames) > 1 else np.zeros(BANDS)
    by_band = [bands.mean(axis=1), bands.std(axis=1), *np.quantile(bands, _QUANTILES, axis=1), changes]
    return np.concatenate([*by_band, _levels(frames)])


def log_mel(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """Power in each mel band, dB, shape ``[band, frame]``, of frames ``[frame, time]``."""
    window = np.hanning(_FRAME + 1)[:-1]
    powers = [
        np.abs(scipy.fft.rfft(block * window, _TRANSFORM, axis=1)) ** 2 @ mel_filters() for block in _blocks(frames)
    ]
    # A sine at full scale has a level of about 0 dB whatever the window's length.
    return _decibels(np.concatenate(powers).T / (window.sum() / 2) ** 2)


@cache
def mel_filters() -> NDArray[np.float64]:
    """Triangles evenly spaced on O'Shaughnessy's mel scale up to half the rate, shape ``[bin, band]``, peaks of 1."""
    edges = 700.0 * np.expm1(np.linspace(0.0, np.log1p(SAMPLE_RATE / 2 / 700.0), BANDS + 2))
    hertz = np.fft.rfftfreq(_TRANSFORM, 1 / SAMPLE_RATE)[:, None]
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    filters = np.maximum(np.minimum(rising, falling), 0.0)
    # The lowest triangles are narrower than a bin; each takes at least the bin nearest to its peak.
    nearest = np.abs(hertz - edges[1:-1]).argmin(axis=0)
    filters[nearest, np.arange(BANDS)] = np.maximum(filters[nearest, np.arange(BANDS)], 1e-3)
    filters.flags.writeable = False
    return np.asarray(filters, np.float64)


def _levels(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """Level of the whole, peak, and the standard deviation and range of the level over time, dB."""
    powers = np.concatenate([np.square(block, dtype=np.float64).mean(axis=1) for block in _blocks(frames)])
    highest = max(np.abs(block).max() for block in _blocks(frames))
    over_time = _decibels(powers)
    whole, peak = _decibels(powers.mean()), _decibels(np.square(highest, dtype=np.float64))
    return np.array([whole, peak, over_time.std(), np.ptp(over_time)])


def _blocks(frames: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """A few frames at a time: those of a whole clip, each sample several times among them, are a view of it only."""
    return (frames[start : start + _BLOCK_FRAMES] for start in range(0, len(frames), _BLOCK_FRAMES))


def _decibels(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(10.0 * np.log10(np.maximum(power, _POWER_FLOOR)))
