"""Spectra of frames that overlap: ``samples [time]`` are float32 mono, times are in seconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earwitness.scenes.synthesis import Samples


def power_frames(
    samples: Samples, sample_rate: int, window: float, hop: float, *, finer: int = 1
) -> NDArray[np.float64]:
    """Power of frames in the window of Hann, the first of which is centred on the first sample, ``[frame, bin]``.

    Args:
        samples: of any length.
        sample_rate: Hz.
        window: seconds of a frame.
        hop: seconds from one frame to the next.
        finer: how many times as many bins as the frame tells apart, so that a peak can be read between them.

    Example:
        >>> tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 16000).astype(np.float32)
        >>> power = power_frames(tone, 16000, 0.016, 0.01)
        >>> power.shape, int(power[10].argmax()) * 16000 / 256
        ((51, 129), 1000.0)
    """
    size = int(window * sample_rate)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, size // 2), size)[:: int(hop * sample_rate)]
    return np.asarray(np.square(np.abs(np.fft.rfft(frames * np.hanning(size), finer * size))))
