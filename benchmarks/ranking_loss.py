"""The QAMRO loss, forward and backward, from 16 clips to a million: four ways to the same numbers.

    python -m benchmarks.ranking_loss [--sizes 16 64 ...] [--device cpu] [--largest loop=256 pairs=8192 ...]

``loop`` visits pair by pair in Python, as the authors' code does, written from the formula; ``pairs`` compares all at
once, n x n; ``blocks`` is n x n by blocks of rows with its gradient written out, which runs where n x n no longer fits;
``sorted`` is O(n log n). Ratings do not tie, which is the most work. Each way and size has a process of its own: memory
is how far that process grew in one call, or what PyTorch allocated on a GPU. ``apart`` is the largest difference of a
loss or of the gradient's length from the sorted way's, relative to it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import psutil
import torch
from benchmarks.report import record
from torch import Tensor

from earwitness.mos.losses import quality_margin_ranking_loss

MARGIN, EMPHASIS = 0.2, 7.0
SIZES = (16, 64, 256, 1024, 4096, 8192, 16384, 65536, 262144, 1_000_000)
# Beyond these a way takes minutes, or more memory than a small machine has.
LARGEST = {"loop": 256, "pairs": 8192, "blocks": 65536, "sorted": 1 << 30}
ROWS = 256
REPEATS, SECONDS = 9, 10.0

Found: TypeAlias = dict[str, float]


def by_loop(scores: Tensor, ratings: Tensor) -> Tensor:
    low, high = ratings.min(), ratings.max()
    total, count = torch.zeros((), dtype=scores.dtype, device=scores.device), 0
    for i in range(len(scores)):
        for j in range(i + 1, len(scores)):
            gap = ratings[i] - ratings[j]
            if gap == 0:
                continue
            weight = 1 + (EMPHASIS - 1) * (torch.max(ratings[i], ratings[j]) - low) / (high - low)
            hinge = torch.relu(MARGIN * gap.abs() - gap.sign() * (scores[i] - scores[j]))
            total, count = total + weight * hinge, count + 1
    return total / count


def by_blocks(scores: Tensor, ratings: Tensor) -> Tensor:
    total, slopes = _sum_by_blocks(scores.detach(), ratings)
    count = len(ratings) * (len(ratings) - 1) / 2
    # The gradient is in the slopes; the second term carries it and is worth 0.
    return (total + (scores - scores.detach()) @ slopes) / count


def _sum_by_blocks(scores: Tensor, ratings: Tensor) -> tuple[Tensor, Tensor]:
    shortfall = MARGIN * ratings - scores
    weights = 1 + (EMPHASIS - 1) * (ratings - ratings.min()) / (ratings.max() - ratings.min())
    total, slopes = torch.zeros_like(weights[0]), torch.zeros_like(weights)
    for start in range(0, len(ratings), ROWS):
        rows = slice(start, start + ROWS)
        hinges = (shortfall[rows, None] - shortfall).relu_().mul_(ratings[rows, None] > ratings)
        total += hinges.sum(1) @ weights[rows]
        active = hinges.sign_()
        slopes[rows] -= weights[rows] * active.sum(1)
        slopes += weights[rows] @ active
    return total, slopes


def _by_method(method: str) -> Callable[[Tensor, Tensor], Tensor]:
    def loss(scores: Tensor, ratings: Tensor) -> Tensor:
        return quality_margin_ranking_loss(scores, ratings, margin=MARGIN, emphasis=EMPHASIS, method=method)  # type: ignore[arg-type]  # one of the two

    return loss


WAYS = {"loop": by_loop, "pairs": _by_method("pairs"), "blocks": by_blocks, "sorted": _by_method("sorted")}


def measure(way: str, clips: int, device: str) -> Found:
    """Time and memory of one way at one size, in this process."""
    random = torch.Generator().manual_seed(clips)
    ratings = 1 + 4 * torch.rand(clips, generator=random, dtype=torch.float64)
    scores = ratings + torch.randn(clips, generator=random, dtype=torch.float64)
    scores, ratings = scores.to(device), ratings.to(device)
    _call(way, scores[:16], ratings[:16])
    grown, (loss, length) = _growth(lambda: _call(way, scores, ratings), device)
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while not times or (len(times) < REPEATS and time.perf_counter() < end):
        started = time.perf_counter()
        _call(way, scores, ratings)
        times.append(time.perf_counter() - started)
    return {"ms": 1000 * statistics.median(times), "mb": grown, "loss": loss, "length": length}


def _call(way: str, scores: Tensor, ratings: Tensor) -> tuple[float, float]:
    leaf = scores.clone().requires_grad_()
    loss = WAYS[way](leaf, ratings)
    (slopes,) = torch.autograd.grad(loss, leaf)
    return loss.item(), slopes.norm().item()


def _growth(call: Callable[[], tuple[float, float]], device: str) -> tuple[float, tuple[float, float]]:
    """By how many MB the call grew what is in use at its height."""
    if device.startswith("cuda"):
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        result = call()
        return (torch.cuda.max_memory_allocated() - before) / 1e6, result
    before = psutil.Process().memory_info().rss
    result = call()
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return max(highest - before, 0) / 1e6, result


def row(clips: int, found: Mapping[str, Found]) -> dict[str, int | float | None]:
    """One line of the table: what could not run at this size is left empty."""
    times = {way: found[way]["ms"] if way in found else None for way in WAYS}
    memory = {way: found[way]["mb"] if way in found else None for way in ("pairs", "blocks", "sorted")}
    ordered = found["sorted"]
    apart = max(abs(each[what] / ordered[what] - 1) for each in found.values() for what in ("loss", "length"))
    return {
        "clips": clips,
        **{f"{way}_ms": _digits(taken) for way, taken in times.items()},
        **{f"{way}_over_sorted": _digits(taken and taken / ordered["ms"]) for way, taken in _others(times)},
        **{f"{way}_mb": _digits(taken) for way, taken in memory.items()},
        # Below some MB a process grows by pages it happened to have or not.
        "sorted_bytes_a_clip": round(1e6 * ordered["mb"] / clips) if ordered["mb"] > 8 else None,
        "apart": float(f"{apart:.1e}"),
    }


def _others(times: Mapping[str, float | None]) -> Iterable[tuple[str, float | None]]:
    return ((way, taken) for way, taken in times.items() if way != "sorted")


def _digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")


def measure_apart(way: str, clips: int, device: str) -> Found:
    """The same in a process of its own, whose memory nothing else has stretched."""
    command = [sys.executable, "-m", "benchmarks.ranking_loss", "--one", way, "--sizes", str(clips), "--device", device]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Found = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--largest", nargs="*", default=[], metavar="WAY=CLIPS", help="how far a way is taken")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one, given.sizes[0], given.device)))
        return
    largest = LARGEST | {way: int(clips) for way, _, clips in (each.partition("=") for each in given.largest)}
    rows = []
    for clips in given.sizes:
        found = {way: measure_apart(way, clips, given.device) for way in WAYS if clips <= largest[way]}
        rows.append(row(clips, found))
        print(rows[-1], flush=True)
    device = (
        f"{torch.cuda.get_device_name()}" if given.device.startswith("cuda") else f"{torch.get_num_threads()} threads"
    )
    name = "ranking_loss" if given.device == "cpu" else "ranking_loss_gpu"
    record(name, rows, note=f"QAMRO loss, forward and backward, float64, {device}. {_EXPLAINED}")


_EXPLAINED = (
    "loop: pair by pair in Python, as the authors' code; pairs: n x n at once; blocks: n x n by rows, gradient "
    "written out; sorted: O(n log n). Median of up to nine calls in a process of its own; memory is that process's "
    "growth in its first call. apart: largest relative difference of loss and gradient length from the sorted way's."
)


if __name__ == "__main__":
    main()
