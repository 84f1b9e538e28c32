"""What a listener should know about a clip's samples, gathered block by block while it is decoded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHORT_DURATION = 0.1  # seconds
_SILENT_PEAK = 1e-4  # -80 dBFS: under the last few steps of 16 bits
_FULL_SCALE = 0.9999  # just under the largest 16-bit sample
_CLIPPED_SHARE = 1e-3
_DC_OFFSET = 0.01
# Unrelated channels keep 1/2 of their power in stereo and 1/8 in eight channels; less means that they cancel.
_CANCELLED_POWER = 0.1


class Loudness:
    """Running figures of a clip: peak, mean, clipping, and the power of the channels and of their mix.

    Example:
        >>> loudness = Loudness()
        >>> loudness.add(np.full((1600, 1), 1e-5, np.float32), np.full(1600, 1e-5, np.float32))
        >>> loudness.flags(duration=0.1)
        ('silent',)
    """

    def __init__(self) -> None:
        self.finite = True
        self._samples = 0
        self._peak = 0.0
        self._total = 0.0
        self._mixed_power = 0.0
        self._channel_power = 0.0
        self._clipped = 0
        self._channels = 1

    def add(self, channels: NDArray[np.float32], mixed: NDArray[np.float32]) -> None:
        """Take in one block: ``channels [time, channel]`` and its ``mixed [time]``."""
        self._samples += len(mixed)
        self._channels = channels.shape[1]
        # NaN and infinity both survive min and max, which are far cheaper than a look at every sample.
        peak = max(-float(channels.min()), float(channels.max()))
        mixed_peak = max(-float(mixed.min()), float(mixed.max()))
        if not (np.isfinite(peak) and np.isfinite(mixed_peak)):
            self.finite = False
            return
        self._peak = max(self._peak, mixed_peak)
        self._total += float(mixed.sum())
        if peak >= _FULL_SCALE:
            self._clipped += _clipped_samples(channels)
        if self._channels > 1:
            self._mixed_power += _power(mixed)
            self._channel_power += _power(channels.reshape(-1)) / self._channels

    def flags(self, duration: float) -> tuple[str, ...]:
        """The flags that hold for the whole of what was added, which lasts ``duration`` seconds."""
        found = {
            "silent": self._peak < _SILENT_PEAK,
            "too_short": duration < SHORT_DURATION,
            "clipped": self._clipped > _CLIPPED_SHARE * self._samples * self._channels,
            "dc_offset": abs(self._total) > _DC_OFFSET * self._samples,
            "anti_phase": self._mixed_power < _CANCELLED_POWER * self._channel_power,
        }
        return tuple(flag for flag, holds in found.items() if holds)


def _power(samples: NDArray[np.float32]) -> float:
    return float(np.einsum("i,i->", samples, samples))


def _clipped_samples(channels: NDArray[np.float32]) -> int:
    """Samples above full scale, or equal to the one before at full scale: the flat tops that clipping leaves.

    A clip that is merely normalised to full scale touches it here and there, but is not flat there.
    """
    level = np.abs(channels)
    flat = (level[1:] >= _FULL_SCALE) & (channels[1:] == channels[:-1])
    return int(np.count_nonzero(flat)) + int(np.count_nonzero(level > 1.0))
