"""What the runner itself costs: time and memory a row, with judges that cost next to nothing.

    python -m benchmarks.runner [--rows 100000]

``constant`` says the same of every pair without opening its clip: all that is left is the runner - manifest, hashes,
records, exports. ``fake`` is AQAScore on the public fake, which decodes and resamples each clip of 1 s. Each judge has
a process of its own; memory is what the process grew by after a warm-up run of 500 rows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
from benchmarks.report import record

from earwitness.judges.aqascore import AQAScore
from earwitness.manifest import read_pairs
from earwitness.run import evaluate, open_run
from earwitness.types import Judge, Pair, Recipe, Score

CLIPS, RATE = 1000, 16000
WARM_UP = 500


class ConstantJudge:
    """Says 0.5 of everything."""

    name = "constant"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 1.0)}
    recipe = Recipe({"judge": "constant"})

    def score(self, pair: Pair) -> Score:
        """One half."""
        return Score(pair.id, {"alignment": 0.5}, self.recipe.id, coverage=1.0)

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        """One half each."""
        return map(self.score, pairs)


JUDGES: dict[str, Callable[[], Judge]] = {"constant": ConstantJudge, "fake": lambda: AQAScore("fake")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--judge", choices=JUDGES, help="measure one in this process and print it as JSON")
    options = parser.parse_args()
    if options.judge:
        print(json.dumps(measure(options.judge, options.rows)))
        return
    record("runner", [in_own_process(judge, options.rows) for judge in JUDGES], note=f"{CLIPS} clips of 1 s")


def in_own_process(judge: str, rows: int) -> dict[str, Any]:
    """What ``measure`` finds in a fresh interpreter."""
    command = [sys.executable, "-m", "benchmarks.runner", "--judge", judge, "--rows", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(judge: str, rows: int) -> dict[str, Any]:
    """Milliseconds a row and MiB grown, for a run and for finding on resume that all of it is done."""
    with tempfile.TemporaryDirectory() as folder:
        table = write_data(Path(folder), rows)
        evaluate(JUDGES[judge](), read_pairs(table, limit=WARM_UP), Path(folder) / "warm", progress=False)
        run = Path(folder) / "run"
        with Growth() as growth:
            scored, busy = timed(lambda: evaluate(JUDGES[judge](), read_pairs(table), run, progress=False))
        resumed, _ = timed(lambda: evaluate(JUDGES[judge](), read_pairs(table), run, progress=False))
        found = open_run(run)
        return {
            "judge": judge,
            "rows": rows,
            "n_scored": found.n_scored,
            "ms a row": round(1000 * scored / rows, 3),
            "CPU ms a row": round(1000 * busy / rows, 3),
            "ms a row resumed": round(1000 * resumed / rows, 3),
            "grown MiB": round(growth.mib, 1),
            "run MiB": round((run / "run.sqlite").stat().st_size / 2**20, 1),
        }


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds that a call takes, and those computed meanwhile: on a busy machine the fairer figure."""
    start, computed = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - start, time.process_time() - computed


class Growth:
    """The most that this process's memory grew by meanwhile, looked at 50 times a second."""

    def __enter__(self) -> Growth:
        self._process = psutil.Process()
        self._start = self._peak = self._process.memory_info().rss
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._peak = max(self._peak, self._process.memory_info().rss)

    @property
    def mib(self) -> float:
        """The growth in MiB."""
        return float(self._peak - self._start) / 2**20


def write_data(folder: Path, rows: int) -> Path:
    """Noise of 1 s in so many files, and a table that goes round them with captions of their own."""
    (folder / "clips").mkdir()
    rng = np.random.default_rng(0)
    for number in range(CLIPS):
        soundfile.write(folder / "clips" / f"{number}.wav", rng.normal(0, 0.1, RATE).astype(np.float32), RATE)
    table = folder / "t.csv"
    with table.open("w", encoding="utf-8") as file:
        file.write("audio,caption,system\n")
        file.writelines(f"clips/{n % CLIPS}.wav,sound number {n} of many,s{n % 8}\n" for n in range(rows))
    return table


if __name__ == "__main__":
    main()
