"""How much rating noise costs, and whether knowing it helps: fewer raters a clip, and noisier ones.

``raters``: codec_mushra learned from 1, 2, 4 or 8 of its listeners a clip, drawn by seed. ``noise``: speechocean
learned from four simulated raters a clip, who scatter around the experts' score by a multiple of its spread over clips
and are cut to the scale. Only what is learned from and chosen by is made noisy; the test is against the ratings in
full. ``python -m recipes.ratings.label_noise raters|noise`` writes ``runs/ratings/label-noise-KIND/LEVEL-LOSS.json``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from recipes.ratings.data import DATA, TASKS, Part, Task
from recipes.ratings.experiment import RUNS, SEEDS, Bench, keep

from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.ratings import RatedPairs, SingleRatings

VARIANTS = ("huber", "huber + qamro", "huber + noise-aware")
SIMULATED_RATERS = 4
Change = Callable[[RatedPairs, float, np.random.Generator], RatedPairs]


@dataclass(frozen=True, slots=True)
class NoisyTask:
    """A task of which the training ratings get worse by levels."""

    task: Task
    levels: tuple[float, ...]
    change: Change

    def parts(self, rated: RatedPairs, level: float, seed: int) -> Iterator[Part]:
        """The task's folds, noisy where they are learned from."""
        rng = np.random.default_rng(seed)
        for part in self.task.parts(rated):
            yield replace(part, train=self.change(part.train, level, rng), dev=self.change(part.dev, level, rng))


def with_raters(rated: RatedPairs, count: float, rng: np.random.Generator) -> RatedPairs:
    """Means of so many listeners a clip, drawn without replacement; all of a clip that has fewer."""
    ((axis, single),) = rated.singles.items()
    # A random order, sorted by clip: the first few of each clip are a random draw.
    order = rng.permutation(len(single.clip))
    order = order[np.argsort(single.clip[order], kind="stable")]
    clips = single.clip[order]
    place = np.arange(len(clips)) - np.searchsorted(clips, clips)
    kept = order[place < count]
    few = replace(single, clip=single.clip[kept], rater=single.rater[kept], value=single.value[kept])
    return with_singles(rated, axis, few)


def with_noise(rated: RatedPairs, amount: float, rng: np.random.Generator) -> RatedPairs:
    """Means of simulated raters who scatter by ``amount`` times the ratings' spread over clips."""
    (axis,) = rated.axes
    truth = np.repeat(rated.ratings(axis), SIMULATED_RATERS)
    value = np.clip(truth + rng.normal(0, amount * truth.std(), len(truth)), *rated.scales[axis])
    clips = np.repeat(np.arange(len(rated)), SIMULATED_RATERS)
    return with_singles(rated, axis, SingleRatings(clips, np.full(len(clips), -1), value))


def with_singles(rated: RatedPairs, axis: str, single: SingleRatings) -> RatedPairs:
    """The same clips with other ratings."""
    means = single.means(len(rated))
    pairs = tuple(replace(pair, ratings={axis: float(mean)}) for pair, mean in zip(rated.pairs, means, strict=True))
    return replace(rated, pairs=pairs, singles={axis: single})


NOISY: Mapping[str, NoisyTask] = {
    "raters": NoisyTask(TASKS["codec-sentences"], (1, 2, 4, 8), with_raters),
    "noise": NoisyTask(TASKS["speechocean"], (1.0, 2.0), with_noise),
}


def variants(kind: str, level: float) -> Iterator[str]:
    """What is trained; one rating a clip has no spread that could be known."""
    for variant in VARIANTS:
        if not (kind == "raters" and level < 2 and variant == "huber + noise-aware"):
            yield variant


def predictions(noisy: NoisyTask, bench: Bench, rated: RatedPairs, level: float, variant: str) -> NDArray[np.float64]:
    """Predictions ``[seed, clip]``, each by the fold that held the clip out; every seed draws its own noise."""
    place = {pair.id: index for index, pair in enumerate(rated.pairs)}
    predicted = np.full((len(SEEDS), len(rated)), np.nan)
    for seed in SEEDS:
        for part in noisy.parts(rated, level, seed):
            clips = [place[pair.id] for pair in part.test.pairs]
            predicted[seed, clips] = bench.fold(part, variant, seed)
    return predicted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=NOISY)
    parser.add_argument("--encoder", default="log-mel")
    parser.add_argument("--data", type=Path, default=DATA)
    told = parser.parse_args()
    torch.set_num_threads(1)
    noisy = NOISY[told.kind]
    rated = noisy.task.read(told.data)
    bench = Bench(noisy.task, load_encoder(told.encoder, device="cpu"), EmbeddingCache(RUNS / "embeddings"))
    folder = RUNS / f"label-noise-{told.kind}"
    folder.mkdir(parents=True, exist_ok=True)
    for level in noisy.levels:
        for variant in variants(told.kind, level):
            path = folder / f"{level:g}-{variant}.json"
            if not path.exists():
                predicted = predictions(noisy, bench, rated, level, variant)
                keep(path, predicted)
                print(f"{told.kind} {level:g}, {variant}: done", flush=True)


if __name__ == "__main__":
    main()
