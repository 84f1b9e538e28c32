"""The part of a clip that its manifest names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from earwitness.audio.resample import cut
from earwitness.errors import AudioError
from earwitness.types import Audio


def segment(audio: Audio, meta: Mapping[str, Any]) -> Audio:
    """The part of a clip that its manifest names by ``start_time`` and ``end_time`` in seconds, or all of it.

    Raises:
        AudioError: with code ``segment_outside``.

    Example:
        >>> import numpy as np
        >>> from earwitness.audio import from_array
        >>> segment(from_array(np.full(16_000, 0.5), 16_000), {"start_time": 0.75}).duration
        0.25
    """
    start, end = meta.get("start_time"), meta.get("end_time")
    if start is None and end is None:
        return audio
    try:
        first, last = float(start or 0.0), audio.duration if end is None else float(end)
    except (TypeError, ValueError):
        first = last = math.nan
    if not 0.0 <= first < min(last, audio.duration):
        raise AudioError(
            f"the segment from {start!r} to {end!r} s does not lie in a clip of {audio.duration:.2f} s.",
            code="segment_outside",
        )
    return cut(audio, first, min(last, audio.duration))
