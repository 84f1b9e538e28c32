"""Scenes a second on one core, with their sources in memory.

OMP_NUM_THREADS=1 python -m benchmarks.scenes [--data ../shared/data] [--scenes 500]
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path

import numpy as np
from benchmarks.report import record

from earwitness.scenes.captions import CHANGES, draw_question
from earwitness.scenes.compose import Composer, scenes
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.sources import Pool, Source, Synthesis, read_folder

COUNTABLE = ("dog bark", "person sneeze", "rooster")
Row = dict[str, str | int | float | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--scenes", type=int, default=500)
    given = parser.parse_args()
    sources: dict[str, Source] = {"synthesised": Synthesis()}
    if (given.data / "esc10").is_dir():
        sources["synthesised and ESC-10"] = Pool([Synthesis(), read_folder(given.data / "esc10", countable=COUNTABLE)])
    rows = [compose_rate(name, source, given.scenes) for name, source in sources.items()]
    record(
        "scenes", [*rows, question_rate(given.scenes)], note="One process, one thread; scenes of 0-3 events at 16 kHz."
    )


def compose_rate(name: str, source: Source, count: int) -> Row:
    stream = scenes(Composer(source), prior_of(source), seed=0)
    next(stream)
    start = time.perf_counter()
    seconds = sum(scene.duration for scene in islice(stream, count))
    rate = count / (time.perf_counter() - start)
    return {
        "what": f"compose, {name}",
        "a second": round(rate, 1),
        "n": count,
        "mean duration (s)": round(seconds / count, 2),
    }


def question_rate(count: int) -> Row:
    rng = np.random.default_rng(0)
    prior = prior_of(Synthesis())
    start = time.perf_counter()
    drawn = [draw_question(prior.draw(rng), prior, kind, "en", rng) for _ in range(count) for kind in CHANGES]
    rate = sum(question is not None for question in drawn) / (time.perf_counter() - start)
    return {"what": "questions", "a second": round(rate, 1), "n": len(drawn), "mean duration (s)": None}


def prior_of(source: Source) -> PlanPrior:
    return PlanPrior(dict.fromkeys(source.labels, 1.0), source.countable)


if __name__ == "__main__":
    main()
