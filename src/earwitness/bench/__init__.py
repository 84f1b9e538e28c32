"""Public benchmarks: how far a judge can be trusted, in one command each.

``base`` is the seam: a download into pairs, a run's records into measurements. ``judged`` is what a judge said, as read
from a run; ``measurements`` holds scores against truths, unit by unit; ``figures`` makes them numbers with intervals
and paired tests; ``runner`` puts judge and benchmark together. Each benchmark is a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from earwitness.bench.base import Benchmark
from earwitness.errors import UnknownNameError, UsageError

__all__ = ["BENCHMARKS", "load_benchmark"]

# Imported on use.
BENCHMARKS: Mapping[str, str] = {
    "relate": "earwitness.bench.relate:Relate",
    "pam": "earwitness.bench.pam:PAM",
    "baton": "earwitness.bench.baton:Baton",
    "compa": "earwitness.bench.compa:CompA",
    "xacle": "earwitness.bench.xacle:Xacle",
    "brace": "earwitness.bench.brace:Brace",
    "anyaudio": "earwitness.bench.anyaudio:AnyAudio",
    "musiceval": "earwitness.bench.musiceval:MusicEval",
    "aes": "earwitness.bench.aes:AES",
    "ratings": "earwitness.bench.ratings:Ratings",
    "scenes": "earwitness.bench.scenes:Scenes",
    "perceptual": "earwitness.bench.perceptual:Perceptual",
    "tta-bench": "earwitness.bench.tta_bench:TTABench",
}


def benchmark_class(name: str) -> type[Benchmark]:
    """The class behind a name.

    Raises:
        UnknownNameError: if there is no such benchmark.
    """
    if name not in BENCHMARKS:
        raise UnknownNameError("benchmark", name, BENCHMARKS)
    module, _, attribute = BENCHMARKS[name].partition(":")
    found: type[Benchmark] = getattr(import_module(module), attribute)
    return found


def load_benchmark(name: str, **options: Any) -> Benchmark:
    """A benchmark by its name, with its own options.

    Raises:
        UnknownNameError: if there is no such benchmark.
        UsageError: if it has no such option.
    """
    try:
        return benchmark_class(name)(**options)
    except TypeError as error:
        raise UsageError(f"benchmark '{name}' does not take {', '.join(options)}: {error}.") from error
