"""Rubrics of 1 to 20 items on clips of 5 to 30 s: a prefix shared by all items against one whole pass an item.

    python -m benchmarks.rubric_speed [--family qwen2.5-omni] [--shape 59m|7b] [--device cpu] [--dtype float32]

One whole pass an item is what the released pipeline does. Both ways take turns in one run on one machine through
``RubricJudge``, and the largest difference between their P(yes) stands beside the times. Random weights: time does not
depend on them. ``7b`` has the shape of Qwen2.5-Omni-7B and wants a GPU of 40 GB; its peak memory is recorded. The last
row judges two clips with rubrics of different lengths in one batch.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from benchmarks.report import record
from benchmarks.shared_prefix import SHAPES, TimedBackbone, load_small_models, random_backbone
from numpy.typing import NDArray

from earwitness.backbones.families import FAMILIES
from earwitness.judges.rubric import RubricJudge
from earwitness.rubrics.base import Caption
from earwitness.types import Audio, Item, Pair, Rubric

SECONDS = (5.0, 10.0, 29.9)
ITEMS = (1, 5, 10, 20)
SOUNDS = ("dog", "cat", "siren", "bell", "rain", "engine", "piano", "clock", "baby", "train")


class Numbered:
    """Takes the caption ``2-5`` apart into items 2, 3 and 4."""

    name = "numbered"
    identity: Mapping[str, Any] = {"name": "numbered"}

    def decompose(self, captions: Sequence[Caption]) -> list[Rubric]:
        """The items from the first number to before the second."""
        spans = [tuple(map(int, caption.text.split("-"))) for caption in captions]
        return [Rubric(tuple(item(n) for n in range(start, stop)), "en", self.name) for start, stop in spans]


def item(number: int) -> Item:
    sound = SOUNDS[number % len(SOUNDS)]
    return Item(f"e{number}", f"Can you hear {'a second' if number >= len(SOUNDS) else 'a'} {sound}?", "event")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=[family.name for family in FAMILIES], default="qwen2.5-omni")
    parser.add_argument("--shape", choices=SHAPES, default="59m")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    small_models = load_small_models()
    backbone = random_backbone(small_models, options.family, options.shape, options.device, options.dtype)
    rows = []
    for seconds in SECONDS:
        clip = small_models.sound(seconds)
        rows += [measure(backbone, [(clip, count)], options.repeats) for count in ITEMS]
    together = [(small_models.sound(5.0), 5), (small_models.sound(10.0), 20)]
    rows.append(measure(backbone, together, options.repeats))
    size = f"{sum(p.numel() for p in backbone.parameters()) / 1e6:.0f} M"
    where = torch.cuda.get_device_name() if options.device.startswith("cuda") else options.device
    about = f"{options.family}, {size} parameters, {options.dtype} on {where}"
    record(f"rubric_speed_{options.shape}", rows, note=f"{about}, {torch.get_num_threads()} CPU threads")


def measure(backbone: TimedBackbone, rubrics: Sequence[tuple[Audio, int]], repeats: int) -> dict[str, Any]:
    """One row: items a second of both ways, medians over the repeats."""
    judge = RubricJudge(backbone, decomposer=Numbered())

    def shared() -> NDArray[np.float64]:
        backbone.shared_prefix = True
        return p_yes(judge, [Pair(clip, f"0-{count}") for clip, count in rubrics])

    def serial() -> NDArray[np.float64]:
        """Each item as a rubric of its own: the clip is encoded for every one."""
        backbone.shared_prefix = False
        alone = [Pair(clip, f"{number}-{number + 1}") for clip, count in rubrics for number in range(count)]
        return np.concatenate([p_yes(judge, [pair]) for pair in alone])

    ways: dict[str, Callable[[], NDArray[np.float64]]] = {"shared": shared, "serial": serial}
    shared()  # the first pass pays for what later ones find ready
    times: dict[str, list[float]] = {way: [] for way in ways}
    said: dict[str, NDArray[np.float64]] = {}
    peaks: dict[str, float | None] = {}
    for _ in range(repeats):
        for way, run in ways.items():
            with peak_memory(peaks, way):
                started = time.perf_counter()
                said[way] = run()
                times[way].append(time.perf_counter() - started)
    seconds = {way: statistics.median(taken) for way, taken in times.items()}
    asked = sum(count for _, count in rubrics)
    row = {
        "clips_s": " + ".join(f"{clip.duration:.1f}" for clip, _ in rubrics),
        "items": " + ".join(str(count) for _, count in rubrics),
        **{f"{way}_items_per_s": round(asked / taken, 2) for way, taken in seconds.items()},
        "serial_over_shared": round(seconds["serial"] / seconds["shared"], 2),
        "largest_difference": float(np.abs(said["shared"] - said["serial"]).max()),
        **{f"{way}_peak_gib": peak for way, peak in peaks.items() if peak is not None},
    }
    print(row, flush=True)
    return row


def p_yes(judge: RubricJudge, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """P(yes) of all items of all pairs, in order."""
    return np.array([verdict.p_yes for score in judge.score_all(pairs) for verdict in score.verdicts], np.float64)


@contextmanager
def peak_memory(peaks: dict[str, float | None], way: str) -> Iterator[None]:
    """The most GPU memory that was in use, GiB; None without a GPU."""
    if not torch.cuda.is_available():
        yield
        return
    torch.cuda.reset_peak_memory_stats()
    yield
    torch.cuda.synchronize()
    peaks[way] = round(torch.cuda.max_memory_allocated() / 2**30, 2)


if __name__ == "__main__":
    main()
