"""How long before anything happens: python -m benchmarks.startup [--repeats 15].

``earwitness --help`` (aim: 0.3 s) and ``import earwitness`` (aim: 0.1 s), each in a fresh interpreter, beside an
interpreter that does nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import record, side_by_side

AIMS_MS = {"import earwitness": 100, "earwitness --help": 300}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    program = Path(sys.executable).with_name("earwitness")
    calls = {
        "an empty program": [sys.executable, "-c", "pass"],
        "import earwitness": [sys.executable, "-c", "import earwitness"],
        "earwitness --help": [str(program), "--help"],
    }
    found = side_by_side({name: _call(call) for name, call in calls.items()}, repeats=repeats)
    rows = [{**row, "aim_ms": AIMS_MS.get(str(row["case"]))} for row in found]
    record("startup", rows, note="Fresh processes, warm file caches.")


def _call(call: list[str]) -> Callable[[], None]:
    def run() -> None:
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


if __name__ == "__main__":
    main()
