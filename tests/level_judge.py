"""Clips of one constant value, and a judge that answers with it: what a judge says of a clip is told by its file."""

from pathlib import Path

import numpy as np
import soundfile

from earwitness.backbones.fake import FakeBackbone
from earwitness.bench.base import Benchmark
from earwitness.bench.figures import Figure, figure
from earwitness.bench.judged import Judgements
from earwitness.judges.aqascore import AQAScore
from earwitness.run import evaluate
from earwitness.types import Audio


def write_levels(folder: Path, levels: dict[str, float]) -> None:
    """A clip of 0.2 s by name, each with its level."""
    for name, level in levels.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.full(3200, level, np.float32), 16000, subtype="FLOAT")


def _level(audio: Audio, question: str) -> float:
    return float(audio.samples[0])


def judged_by_level(benchmark: Benchmark, data: Path, out: Path, *parts: str) -> Judgements:
    """What AQAScore says of a benchmark where P(yes) is a clip's level."""
    pairs = benchmark.read(data, benchmark.chosen(parts)).pairs
    return Judgements.of(evaluate(AQAScore(FakeBackbone(_level)), pairs, out, progress=False))


def figures(benchmark: Benchmark, said: Judgements) -> dict[tuple[str, str, str, str], Figure]:
    """Figures by part, subset, what they are of, and measure."""
    found = map(figure, benchmark.measurements(said))
    return {(one.part, one.subset, one.of, one.measure): one for one in found}
