"""Train each loss on each fold and seed of a task, and keep what it predicts of clips it never saw.

``python -m recipes.ratings.experiment TASK --encoder NAME`` writes ``runs/ratings/TASK-ENCODER/LOSS.json``: one row of
predictions a seed, in the order of the clips. What is there is not trained again, so it can be stopped at any time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchmarks.report import commit
from numpy.typing import NDArray
from recipes.ratings.data import DATA, TASKS, Part, Task

from earwitness.mos.encoders import Encoder, load_encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.ratings import RatedPairs
from earwitness.train.config import MOSConfig
from earwitness.train.examples import axes_of, read_examples
from earwitness.train.fit import Fit

RUNS = Path("runs/ratings")
SEEDS = (0, 1, 2)
# Small sets and hundreds of features: a slow rate, so that the best epoch is not the first, and strong decay.
SLOW = {"lr": 1e-4, "dropout": 0.3, "weight_decay": 0.1, "epochs": 300, "patience": 30, "compare": False}
# One step an epoch: as many steps are allowed as with batches, at a rate for a gradient without noise.
WHOLE_SET = {"batch_size": "all", "lr": 1e-3, "epochs": 1500, "patience": 150}

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "huber": {"loss": "none"},
    "huber, whole set": {"loss": "none", **WHOLE_SET},
    "huber + qamro": {"loss": "qamro"},
    "huber + qamro, whole set": {"loss": "qamro", **WHOLE_SET},
    "huber + noise-aware": {"loss": "noise-aware"},
    "huber + listnet": {"loss": "listnet"},
    "huber + soft-rank": {"loss": "soft-rank"},
    "huber + contrastive": {"loss": "contrastive"},
    "huber + ccc": {"loss": "ccc"},
    "bins (KL)": {"loss": "bins", "bins": 20, "regression": "none"},
}
# Needs the single ratings behind a mean.
NEEDS_SINGLES = {"huber + noise-aware"}


@dataclass(frozen=True, slots=True)
class Bench:
    """What all trainings of one experiment share."""

    task: Task
    encoder: Encoder
    cache: EmbeddingCache

    def config(self, variant: str) -> MOSConfig:
        """A variant's training."""
        options: dict[str, Any] = {**SLOW, **VARIANTS[variant]}
        return MOSConfig(axes=(self.task.axis,), encoder=self.encoder.name, **options)

    def predictions(self, rated: RatedPairs, variant: str, seeds: Sequence[int] = SEEDS) -> NDArray[np.float64]:
        """Predictions ``[seed, clip]``, each by the fold that held the clip out."""
        place = {pair.id: index for index, pair in enumerate(rated.pairs)}
        predicted = np.full((len(seeds), len(rated)), np.nan)
        for part in self.task.parts(rated):
            clips = [place[pair.id] for pair in part.test.pairs]
            predicted[:, clips] = [self.fold(part, variant, seed) for seed in seeds]
        return predicted

    def fold(self, part: Part, variant: str, seed: int) -> NDArray[np.float64]:
        """What a training on one fold predicts of its test clips, ``[clip]``."""
        config = replace(self.config(variant), seeds=(seed,))
        axes = axes_of(part.train, config.axes, ())
        train, dev, test = (
            read_examples(self.encoder, rated, axes, cache=self.cache, progress=False)
            for rated in (part.train, part.dev, part.test)
        )
        if test.failures:
            raise SystemExit(f"{len(test.failures)} clips of {test.name} cannot be read: {dict(test.failures)}")
        fit = Fit(config, seed, self.encoder, train, dev)
        with tempfile.TemporaryDirectory() as folder:
            fit.run(Path(folder))
        return fit.predict(test)[:, 0]


def keep(path: Path, predicted: NDArray[np.float64]) -> None:
    """Write predictions ``[seed, clip]`` so that a file that is there is whole."""
    found = {"commit": commit(), "seeds": SEEDS, "predicted": predicted.tolist()}
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(found, allow_nan=False), encoding="utf-8")
    part.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--encoder", default="log-mel")
    parser.add_argument("--data", type=Path, default=DATA)
    told = parser.parse_args()
    # The networks are too small to share among threads.
    torch.set_num_threads(1)
    task = TASKS[told.task]
    rated = task.read(told.data)
    bench = Bench(task, load_encoder(told.encoder, device="cpu"), EmbeddingCache(RUNS / "embeddings"))
    folder = RUNS / f"{task.name}-{told.encoder}"
    folder.mkdir(parents=True, exist_ok=True)
    for variant in VARIANTS:
        path = folder / f"{variant}.json"
        if path.exists() or (variant in NEEDS_SINGLES and task.axis not in rated.singles):
            continue
        predicted = bench.predictions(rated, variant)
        keep(path, predicted)
        print(f"{task.name}, {told.encoder}, {variant}: done", flush=True)


if __name__ == "__main__":
    main()
