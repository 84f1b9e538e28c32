"""Clips longer than an encoder hears at once: windows that cover them, whose embeddings are averaged by their share.

Starts and stops are in samples.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a clip, and the share of the clip that it speaks for."""

    start: int
    stop: int
    share: float


def even_windows(samples: int, longest: int) -> tuple[Window, ...]:
    """The fewest windows that cover a clip, all of one length, so that every second of the clip counts alike.

    They lie end to end, but for a sample or two where the clip cannot be divided evenly.

    Example:
        >>> [(window.start, window.stop) for window in even_windows(25, 10)]
        [(0, 9), (8, 17), (16, 25)]
    """
    count = -(-samples // longest)
    length = -(-samples // count)
    starts = [part * (samples - length) // max(count - 1, 1) for part in range(count)]
    return tuple(Window(start, start + length, 1 / count) for start in starts)


def full_windows(samples: int, longest: int) -> tuple[Window, ...]:
    """Windows end to end from the clip's start, each of the full length but the last, which takes what is left.

    Example:
        >>> [(window.start, window.stop, window.share) for window in full_windows(25, 10)]
        [(0, 10, 0.4), (10, 20, 0.4), (20, 25, 0.2)]
    """
    starts = range(0, samples, longest)
    stops = [min(start + longest, samples) for start in starts]
    return tuple(Window(start, stop, (stop - start) / samples) for start, stop in zip(starts, stops, strict=True))
