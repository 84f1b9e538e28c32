"""A process to be killed: scores a manifest into a run directory, noting each pair that its judge is asked for.

python scored_run.py MANIFEST RUN LOG SECONDS_A_PAIR
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from earwitness.errors import EarwitnessError
from earwitness.manifest import read_pairs
from earwitness.run import evaluate
from small_judge import HashJudge


def main(manifest: str, run: str, log: str, seconds: str) -> int:
    with Path(log).open("a", buffering=1) as heard:

        def note(pair):
            heard.write(f"{pair.id}\n")
            time.sleep(float(seconds))

        try:
            print("ready", flush=True)
            found = evaluate(HashJudge(heard=note), read_pairs(manifest), run)
        except EarwitnessError as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            return error.exit_code
    return 130 if found.interrupted else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
