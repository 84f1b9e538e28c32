"""How far can a judge be trusted? Benchmarks, controls, studies, all computed from the records of runs.

``base`` is the seam: a download into pairs, a run's records into measurements. ``judged`` is what a judge said, as read
from a run; ``measurements`` and ``decisions`` hold scores against truths, unit by unit; ``figures`` makes them numbers
with intervals and paired tests; ``runner`` puts judge and benchmark together; ``compare`` sets two runs side by side.
``yes_or_no`` and ``gold`` are what several benchmarks share: calls by a threshold, and rubrics of their own.

    sets/       one file a benchmark
    controls/   changes of clips and captions that a judge who listens must notice
    doctor/     what the controls say of a judge
    studies/    calibration, its sweep against agreement, the ablation
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from typing import Any

from earwitness.bench.base import Benchmark
from earwitness.errors import UnknownNameError, UsageError

__all__ = ["BENCHMARKS", "load_benchmark"]

# Imported on use.
BENCHMARKS: Mapping[str, str] = {
    "relate": "earwitness.bench.sets.relate:Relate",
    "pam": "earwitness.bench.sets.pam:PAM",
    "baton": "earwitness.bench.sets.baton:Baton",
    "compa": "earwitness.bench.sets.compa:CompA",
    "xacle": "earwitness.bench.sets.xacle:Xacle",
    "brace": "earwitness.bench.sets.brace:Brace",
    "anyaudio": "earwitness.bench.sets.anyaudio:AnyAudio",
    "earwitness": "earwitness.bench.sets.earwitness:EarwitnessBench",
    "musiceval": "earwitness.bench.sets.musiceval:MusicEval",
    "aes": "earwitness.bench.sets.aes:AES",
    "ratings": "earwitness.bench.sets.ratings:Ratings",
    "scenes": "earwitness.bench.sets.scenes:Scenes",
    "perceptual": "earwitness.bench.sets.perceptual:Perceptual",
    "tta-bench": "earwitness.bench.sets.tta_bench:TTABench",
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
        UsageError: if it has no such option, or measures no judge.
    """
    kind = benchmark_class(name)
    if not issubclass(kind, Benchmark):
        raise UsageError(f"'{name}' measures what takes captions apart, not judges: earwitness bench {name} --with ...")
    taken = tuple(signature(kind).parameters)
    strange = [option for option in options if option not in taken]
    if strange:
        own = ", ".join(taken) or "none"
        raise UsageError(f"benchmark '{name}' takes no {', '.join(strange)}; its options: {own}.")
    return kind(**options)
