"""Spectrograms as SVG text: what sounds when and how high, and above it what a script says.

``samples [time]`` are float32 mono; times are in seconds. Frequencies are spread as by ear, on the mel scale
(O'Shaughnessy, Speech Communication, 1987); colours go from the loudest point 80 dB down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earwitness.report.canvas import look_of, sheet, short, svg_of
from earwitness.scenes.analysis.spectra import power_frames

WINDOW, HOP, BANDS, LOWEST = 0.032, 0.015, 96, 50.0
RANGE = 80.0
# Inches: the heights of the spectrogram and of a line of bars.
TALL, LANE = 2.0, 0.22
TICKS = (125, 250, 500, 1000, 2000, 4000, 8000)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time with its name."""

    label: str
    onset: float
    offset: float


def spectrogram(title: str, samples: NDArray[np.float32], sample_rate: int, bars: Sequence[Bar] = ()) -> str:
    """A clip as a picture, and over it a bar for each stretch of time, one line for each name.

    Args:
        title: what is shown.
        samples: the clip.
        sample_rate: Hz.
        bars: what is said to sound when.

    Returns:
        An SVG document, 720 pixels wide, in whose description all bars stand.

    Raises:
        MissingDependencyError: without matplotlib.

    Example:
        >>> noise = np.random.default_rng(0).standard_normal(16000).astype(np.float32)
        >>> picture = spectrogram("noise", noise, 16000, [Bar("hiss", 0.0, 1.0)])
        >>> picture.startswith("<svg"), "hiss 0.00 to 1.00 s" in picture
        (True, True)
    """
    lanes = list(dict.fromkeys(bar.label for bar in bars))
    duration = len(samples) / sample_rate
    told = "; ".join(f"{bar.label} {bar.onset:.2f} to {bar.offset:.2f} s" for bar in bars) or "no event"
    with sheet(title, TALL + LANE * len(lanes), ()) as figure:
        heights = [LANE * len(lanes), TALL] if lanes else [TALL]
        *above, below = figure.subplots(len(heights), height_ratios=heights, sharex=True, squeeze=False)[:, 0]
        if above:
            _draw_bars(above[0], bars, lanes)
        _draw_levels(below, log_mel(samples, sample_rate), duration, sample_rate)
        return svg_of(figure, title, f"Spectrogram of {duration:.2f} s. In it, by the script: {told}.")


def log_mel(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Level of each mel band from 15 ms to 15 ms, in dB below the loudest point, ``[band, frame]``."""
    power = power_frames(samples, sample_rate, WINDOW, HOP) @ _filters(int(WINDOW * sample_rate), sample_rate).T
    level = 10 * np.log10(np.maximum(power / max(float(power.max()), 1e-20), 10 ** (-RANGE / 10)))
    return np.asarray(level.T)


def _filters(size: int, sample_rate: int) -> NDArray[np.float64]:
    """Triangles that overlap by half, evenly spread on the mel scale, ``[band, bin]``."""
    place = (_mels(np.fft.rfftfreq(size, 1 / sample_rate)) - _mels(LOWEST)) / (_mels(sample_rate / 2) - _mels(LOWEST))
    middles = np.linspace(0, 1, BANDS)[:, None]
    # Low bands are narrower than a bin: each is as wide as a bin at least, or it would hear nothing.
    widths = np.maximum(1 / (BANDS - 1), np.interp(middles, place, np.gradient(place)))
    return np.maximum(0, 1 - np.abs(place - middles) / widths)


def _mels(hertz: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + np.asarray(hertz, np.float64) / 700))


def _draw_bars(axes: Any, bars: Sequence[Bar], lanes: Sequence[str]) -> None:
    for bar in bars:
        lane = lanes.index(bar.label)
        axes.barh(lane, bar.offset - bar.onset, left=bar.onset, height=0.7, color=look_of(lane)["color"])
    axes.set_ylim(len(lanes) - 0.5, -0.5)
    axes.set_yticks(range(len(lanes)), [short(label) for label in lanes])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelbottom=False)


def _draw_levels(axes: Any, levels: NDArray[np.float64], duration: float, sample_rate: int) -> None:
    # Kept as it is, a picture of as many points as there are levels; the reader's program makes it larger.
    look = {"origin": "lower", "aspect": "auto", "interpolation": "none", "cmap": "magma", "vmin": -RANGE, "vmax": 0}
    axes.imshow(levels, extent=(0, duration, 0, 1), **look)
    span = _mels(sample_rate / 2) - _mels(LOWEST)
    ticks = [tick for tick in TICKS if tick <= sample_rate / 2]
    axes.set_yticks([float((_mels(tick) - _mels(LOWEST)) / span) for tick in ticks], [f"{tick:,}" for tick in ticks])
    axes.grid(visible=False)
    axes.set_ylabel("Hz")
    axes.set_xlabel("seconds")
