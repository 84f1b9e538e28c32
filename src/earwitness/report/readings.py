"""What a judge's answers come to, in cells: one way for every table that shows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from earwitness.report.reasons import in_words
from earwitness.report.tables import Cell

if TYPE_CHECKING:
    from earwitness.bench.studies.readings import Reading, Reliability

UNITS = {"entropy": "entropy, bits", "item entropy": "item entropy, bits"}


def for_people(found: Reliability) -> dict[str, Cell]:
    """Cells by heading: numbers with their intervals, or with the reason why there are none."""
    told = found.calibration
    return {
        "pairs": f"{found.n:,} of {found.n_total:,}",
        "exactly 0 or 1": f"{found.certain:,}",
        "mean p": f"{found.p_yes:.3f}",
        "true": "none" if told is None else f"{told.true:.3f}",
        **{UNITS.get(name, name): _written(reading) for name, reading in found.readings.items()},
        "ECE by chance": "none" if told is None else f"{told.error.chance:.3f}",
        "resolution": "none" if told is None else f"{told.brier.resolution:.3f}",
    }


def for_programs(found: Reliability) -> dict[str, Cell]:
    """Cells by heading, each with one number or one reason."""
    told = found.calibration
    return {
        "n": found.n,
        "of n": found.n_total,
        "exactly 0 or 1": found.certain,
        "mean p": found.p_yes,
        "true": None if told is None else told.true,
        "ECE by chance": None if told is None else told.error.chance,
        "resolution": None if told is None else told.brier.resolution,
        **{
            name if part == "value" else f"{name} {part}": value
            for name, reading in found.readings.items()
            for part, value in asdict(reading).items()
        },
    }


def _written(reading: Reading) -> str:
    if reading.value is None:
        return f"none ({in_words(reading.reason)})"
    if reading.low is None or reading.high is None:
        return f"{reading.value:.3f} ({in_words(reading.reason)})"
    return f"{reading.value:.3f} [{reading.low:.3f}, {reading.high:.3f}]"
