"""Decode mutations of an audio file in a process of its own: python mutate_audio.py FILE FIRST COUNT.

Prints the number of each mutation before it is decoded, so that the last line names one that kills the process; a
hang of over ten seconds ends it too, with a traceback. The last line holds what became of them, as JSON.
"""

import faulthandler
import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from earwitness.audio import DEFAULT_LIMITS, read_audio
from earwitness.errors import AudioError

NASTY = (b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\xc0\x7f")


def mutated(data, rng):
    """Up to twenty bytes set, numbers made extreme, pieces lost or doubled; half of it in the header."""
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 20))):
        reach = len(data) if rng.random() < 0.5 else min(len(data), 200)
        place, length = int(rng.integers(reach)), int(rng.integers(1, 64))
        match int(rng.integers(4)):
            case 0:
                data[place] = int(rng.integers(256))
            case 1:
                data[place : place + 4] = NASTY[int(rng.integers(len(NASTY)))]
            case 2 if len(data) > 200:
                del data[place : place + length]
            case _:
                data[place:place] = data[place : place + length]
    return bytes(data)


def outcome(data):
    try:
        audio = read_audio(data)
    except AudioError as error:
        return error.code
    assert audio.samples.dtype == np.float32
    assert np.isfinite(audio.samples).all()
    assert 0 < audio.duration <= DEFAULT_LIMITS.max_duration
    return "truncated" if "truncated" in audio.flags else "ok"


def main():
    data, first, count = Path(sys.argv[1]).read_bytes(), int(sys.argv[2]), int(sys.argv[3])
    found, slowest = Counter(), 0.0
    for number in range(first, first + count):
        print(number, flush=True)
        faulthandler.dump_traceback_later(10, exit=True)
        started = time.perf_counter()
        found[outcome(mutated(data, np.random.default_rng(number)))] += 1
        slowest = max(slowest, time.perf_counter() - started)
    faulthandler.cancel_dump_traceback_later()
    print(json.dumps({"outcomes": dict(found), "slowest_s": round(slowest, 3)}))


if __name__ == "__main__":
    main()
