"""Whisper's log-mel frames as its feature extractor makes them, without the work that it does on silence.

Audio language models of the Whisper kind want a clip padded to their window, 30 s as a rule. The extractor
transforms all of it; here only the frames that hear the clip are transformed, and the others, which are known
beforehand, are filled in. The numbers agree with the extractor's to the precision of float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_POWER_FLOOR = 1e-10
_DYNAMIC_RANGE = 8.0  # decades below the loudest point of the clip
_BLOCK_FRAMES = 512  # their spectra stay in a core's cache


class LogMel:
    """The frames of one extractor.

    Args:
        extractor: a ``WhisperFeatureExtractor``, without dither.

    Example:
        >>> from types import SimpleNamespace
        >>> extractor = SimpleNamespace(n_fft=400, hop_length=160, mel_filters=np.ones((201, 80)))
        >>> LogMel(extractor).frames(np.zeros(16_000, np.float32), length=480_000).shape
        (80, 3000)
    """

    def __init__(self, extractor: Any) -> None:
        self._size = int(extractor.n_fft)
        self._hop = int(extractor.hop_length)
        self._window = np.hanning(self._size + 1)[:-1].astype(np.float32)
        self._filters = np.ascontiguousarray(np.asarray(extractor.mel_filters, np.float32).T)

    @staticmethod
    def equals(extractor: Any) -> bool:
        """Whether this extractor's frames are these: noise that it adds, or other padding, are left to itself."""
        return (
            type(extractor).__name__ == "WhisperFeatureExtractor"
            and extractor.dither == 0.0
            and extractor.padding_value == 0.0
        )

    def frames(self, samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
        """Log-mel frames of a clip padded with silence.

        Args:
            samples: shape ``[time]``, at the extractor's rate.
            length: samples after padding; no less than there are.

        Returns:
            Shape ``[mel, frame]`` with ``length // hop_length`` frames.
        """
        loudness = self._log_power(samples, length)
        floor = np.float32(np.log10(_POWER_FLOOR))
        lowest = max(float(loudness.max(initial=floor)) - _DYNAMIC_RANGE, float(floor))
        features = np.full((len(self._filters), length // self._hop), (lowest + 4.0) / 4.0, np.float32)
        heard = features[:, : loudness.shape[1]]
        np.maximum(loudness, lowest, out=heard)
        heard += 4.0
        heard /= 4.0
        return features

    def heard_frames(self, samples: int, length: int) -> int:
        """How many frames of a clip of so many samples, padded to ``length``, start within the clip."""
        return min(-(-samples // self._hop), length // self._hop)

    def _log_power(self, samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
        """log10 of the power in each mel band ``[mel, frame]``, for the frames that hear any sample."""
        half = self._size // 2
        # Beyond one transform of silence a frame hears none of the clip, whatever follows.
        padded = np.zeros(min(length, len(samples) + 2 * self._size), np.float32)
        padded[: len(samples)] = samples
        line = np.pad(padded, half, mode="reflect")
        count = min(-(-(len(samples) + half) // self._hop), length // self._hop)
        frames = sliding_window_view(line, self._size)[:: self._hop][:count]
        power = np.empty((len(self._filters), count), np.float32)
        for start in range(0, count, _BLOCK_FRAMES):
            spectra = scipy.fft.rfft(frames[start : start + _BLOCK_FRAMES] * self._window, axis=1)
            energies = np.square(spectra.real) + np.square(spectra.imag)
            np.matmul(self._filters, energies.T, out=power[:, start : start + _BLOCK_FRAMES])
        np.maximum(power, _POWER_FLOOR, out=power)
        return np.log10(power, out=power)
