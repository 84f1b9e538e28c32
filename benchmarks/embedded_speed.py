"""How fast is the embedded judge: the first score from nothing, and clips a second once it is loaded?

    python -m benchmarks.embedded_speed [--clips 128] [--repeats 5]

The first score is a whole ``earwitness score CLIP CAPTION`` in a fresh process, beside the same with the fake
backbone, which loads no model. Warm scoring runs rendered clips of up to 10 s through ``AQAScore.score_all``, on one
thread and on all cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import record, side_by_side

from earwitness import AQAScore, Pair, read_pairs
from earwitness.scenes.render import render_demo


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        manifest = render_demo(folder, seed=1, clips=options.clips)
        pairs = list(read_pairs(manifest))
        rows = first_scores(pairs[0], options.repeats) + warm_scores(pairs, options.repeats)
    record("embedded_speed", rows, note="Rendered clips of 1 to 10 s at 16 kHz; warm file caches.")


def first_scores(pair: Pair, repeats: int) -> list[dict[str, str | float | None]]:
    """Seconds from the command line to the printed score."""
    cases = {f"first score, {name}": command_line(pair, name) for name in ("fake", "embedded")}
    found = side_by_side(cases, repeats=repeats)
    return [
        {"case": row["case"], "seconds": round(float(row["median_ms"]) / 1000, 2), "clips a second": None}
        for row in found
    ]


def command_line(pair: Pair, backbone: str) -> Callable[[], None]:
    """One whole run of the program."""
    program = Path(sys.executable).with_name("earwitness")
    call = [str(program), "score", str(pair.audio), pair.caption, "--backbone", backbone]

    def run() -> None:
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL)

    return run


def warm_scores(pairs: list[Pair], repeats: int) -> list[dict[str, str | float | None]]:
    """Clips a second of a loaded judge, decoding and features included."""
    import torch

    judge = AQAScore()
    list(judge.score_all(pairs[:8]))
    rows: list[dict[str, str | float | None]] = []
    for threads in sorted({1, os.cpu_count() or 1}):
        torch.set_num_threads(threads)
        taken = statistics.median(timed(judge, pairs) for _ in range(repeats))
        rows.append(
            {
                "case": f"warm, {threads} thread{'s' * (threads > 1)}",
                "seconds": round(taken, 2),
                "clips a second": round(len(pairs) / taken, 1),
            }
        )
    return rows


def timed(judge: AQAScore, pairs: list[Pair]) -> float:
    """Seconds for all pairs; an unscored one would make the figure a lie."""
    started = time.perf_counter()
    if any(score.status != "ok" for score in judge.score_all(pairs)):
        raise SystemExit("a rendered clip was not scored")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
