"""Does what was learned of codecs hold for synthetic voices? Train on codec_mushra, test on tts_synt3.

``python -m recipes.ratings.transfer`` writes ``runs/ratings/transfer-ENCODER/LOSS.json``, as ``experiment`` does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from recipes.ratings.data import DATA, DEV_SHARE, TASKS, Part, read_tts_synt3
from recipes.ratings.experiment import RUNS, SEEDS, VARIANTS, Bench, keep

from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.ratings import split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="log-mel")
    parser.add_argument("--data", type=Path, default=DATA)
    told = parser.parse_args()
    torch.set_num_threads(1)
    task = TASKS["codec-sentences"]
    train, dev = split(task.read(told.data), DEV_SHARE, by=task.dev_by)
    part = Part(train, dev, read_tts_synt3(told.data))
    bench = Bench(task, load_encoder(told.encoder, device="cpu"), EmbeddingCache(RUNS / "embeddings"))
    folder = RUNS / f"transfer-{told.encoder}"
    folder.mkdir(parents=True, exist_ok=True)
    for variant in VARIANTS:
        path = folder / f"{variant}.json"
        if not path.exists():
            keep(path, np.array([bench.fold(part, variant, seed) for seed in SEEDS]))
            print(f"transfer, {told.encoder}, {variant}: done", flush=True)


if __name__ == "__main__":
    main()
