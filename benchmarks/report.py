"""Times what stands side by side, and keeps what a benchmark found with all that it depends on.

Every script in this folder ends in ``record``; ``python -m benchmarks.make_page`` prints ``BENCHMARKS.md`` from what
was recorded. Scripts are run from the project's root, as ``python -m benchmarks.NAME``.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
_LIBRARIES = ("numpy", "scipy", "soundfile", "soxr", "torch", "transformers", "librosa")

Row = Mapping[str, str | int | float | None]


def record(name: str, rows: Iterable[Row], *, note: str = "") -> Path:
    """Write the rows to ``results/NAME.json`` with date, commit, machine and command, and show them.

    Args:
        name: of the figure; one file each, replaced by the next run.
        rows: one dict a row, its keys the columns.
        note: what a reader must know to read the rows.
    """
    table = [dict(row) for row in rows]
    found = {
        "name": name,
        "note": note,
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "command": command(),
        "machine": machine(),
        "rows": table,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    for row in table:
        print("  ".join(f"{column}: {value}" for column, value in row.items()))
    return path


def side_by_side(
    cases: Mapping[str, Callable[[], object]], *, repeats: int = 7, seconds: float = 60.0
) -> list[dict[str, str | float]]:
    """Time calls in turns, so that whatever else the machine does falls on all of them alike.

    Args:
        cases: what to time, by name; the first is what the others are compared with.
        repeats: turns, after one that is not counted.
        seconds: no further turn is started after so long; at least three are taken.

    Returns:
        A row for each case: the median in ms, the fastest in ms, and the median as a multiple of the first case's.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    for call in cases.values():
        call()
    end = time.perf_counter() + seconds
    for turn in range(repeats):
        if turn >= 3 and time.perf_counter() > end:
            break
        for name, call in cases.items():
            started = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - started)
    first = statistics.median(next(iter(times.values())))
    return [
        {
            "case": name,
            "median_ms": round(1000 * statistics.median(taken), 2),
            "fastest_ms": round(1000 * min(taken), 2),
            "times_the_first": round(statistics.median(taken) / first, 2),
        }
        for name, taken in times.items()
    ]


def from_tests(name: str) -> Any:
    """A module of the tests, such as their builders of small models."""
    sys.path.append(str(RESULTS.parents[1] / "tests"))
    return importlib.import_module(name)


def commit() -> str:
    """The commit that ran, with a plus if a tracked file was changed; ``unknown`` outside a checkout."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--untracked-files=no", "--", "src", "benchmarks") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def command() -> str:
    """How to run this again from the project's root."""
    return shlex.join(["python", "-m", f"benchmarks.{Path(sys.argv[0]).stem}", *sys.argv[1:]])


def machine() -> dict[str, str | int | float]:
    """The processor, how busy it was, and the versions of what ran on it."""
    busy = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0
    versions = {library: _version(library) for library in _LIBRARIES}
    return {
        "cpu": _processor(),
        "cores": os.cpu_count() or 0,
        "load": busy,
        "python": platform.python_version(),
        **{library: version for library, version in versions.items() if version},
    }


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=RESULTS.parent, check=True, capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip()


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
