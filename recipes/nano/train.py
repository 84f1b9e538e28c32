"""Train the embedded judge on a CPU: one process makes scenes, one thread learns.

    python -m recipes.nano.train --out runs/nano/dev
    python -m recipes.nano.train --out runs/nano/dev --resume

Loss: cross-entropy of the answer token (over the whole vocabulary, so that the judge learns to answer yes or no and
nothing else) + that of the ordered list of events + a frame-wise one of a linear tagger on the audio tower, which is
dropped afterwards.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.multiprocessing as multiprocessing
from recipes.nano.config import Recipe
from recipes.nano.model import audio_lengths, build, encode, export, feature_extractor, read_hidden
from recipes.nano.packing import DATA, Batch, Material, Packer, batches
from recipes.nano.tokenizer import train_tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import AutoTokenizer

from earwitness.scenes.lexicon import LEXICON

LOG_EVERY = 20
SAVE_SECONDS = 180
QUEUED = 8


class Learner:
    """Network, tagger and optimiser of a run."""

    def __init__(self, recipe: Recipe, tokenizer: Any, labels: int) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.model = build(recipe, tokenizer)
        self.tagger = nn.Linear(recipe.audio_width, labels)
        self.optimiser = torch.optim.AdamW(self._groups(), lr=recipe.learning_rate, betas=(0.9, 0.98))
        self.step = 0

    def _groups(self) -> list[dict[str, Any]]:
        trained = [p for p in (*self.model.parameters(), *self.tagger.parameters()) if p.requires_grad]
        return [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": self.recipe.weight_decay},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ]

    def rate(self) -> float:
        """Linear warm-up, then a cosine to zero."""
        done = self.step / self.recipe.steps
        warm = min(1.0, (self.step + 1) / self.recipe.warmup)
        return self.recipe.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def learn(self, batch: Batch) -> dict[str, float]:
        """One step; returns its losses."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        losses = self.losses(batch)
        total = losses["answer"] + self.recipe.list_weight * losses["list"] + self.recipe.frame_weight * losses["frame"]
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_([p for group in self.optimiser.param_groups for p in group["params"]], 1.0)
        self.optimiser.step()
        self.step += 1
        return {name: float(value.detach()) for name, value in losses.items()}

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The three losses and how often the answer is right."""
        heard, hidden = self.forward(batch)
        tags = self.tagger(heard).float()
        valid = torch.arange(tags.shape[1]) < audio_lengths(batch.frames)[1][:, None]
        logits = self.model.lm_head(hidden[tuple(batch.answer_at)]).float()
        known, rival = (logits.gather(1, tokens[:, None]) for tokens in (batch.answers, batch.rivals))
        written = self.model.lm_head(hidden[tuple(batch.list_at)]).float()
        return {
            "answer": cross_entropy(logits, batch.answers),
            "list": cross_entropy(written, batch.lists),
            "frame": binary_cross_entropy_with_logits(tags[valid], batch.sounding[valid]),
            "right": (known > rival).float().mean().detach(),
        }

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Audio tower and language model in bfloat16 where the CPU has it; the weights stay float32."""
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16()):
            heard = encode(self.model, batch.features, batch.frames)
            hidden = read_hidden(self.model, heard, batch.frames, batch.ids, batch.positions, batch.segments)
        return heard.float(), hidden.float()

    def save(self, path: Path) -> None:
        """Everything needed to go on."""
        state = {
            "model": self.model.state_dict(),
            "tagger": self.tagger.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "random": torch.get_rng_state(),
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path, *, weights_only: bool = False) -> None:
        """Go on from there; ``weights_only`` begins a new run with its weights."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.tagger.load_state_dict(state["tagger"])
        if not weights_only:
            self.optimiser.load_state_dict(state["optimiser"])
            self.step = state["step"]
            torch.set_rng_state(state["random"])


def has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 by itself; where it does not, bfloat16 is many times slower."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def _feed(recipe: Recipe, data: Path, folder: Path, first_chunk: int, queue: Any) -> None:
    """Body of the scene process."""
    torch.set_num_threads(1)
    material, packer = _data(recipe, data, folder)
    for batch in batches(recipe, material, packer, first_chunk):
        # Arrays, not tensors: these travel by value and need no shared-memory files.
        queue.put({f.name: getattr(batch, f.name).numpy() for f in fields(Batch)})
    queue.put(None)


def _data(recipe: Recipe, data: Path, folder: Path) -> tuple[Material, Packer]:
    material = Material(recipe, data)
    tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer")
    return material, Packer(recipe, tokenizer, feature_extractor(recipe), material.pool.labels)


def stream(recipe: Recipe, data: Path, folder: Path, first_step: int) -> Iterator[Batch]:
    """Batches made by another process, from this step on."""
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue(QUEUED)
    per_chunk = recipe.chunk // recipe.batch
    arguments = (recipe, data, folder, first_step // per_chunk, queue)
    context.Process(target=_feed, args=arguments, daemon=True).start()
    for place in range(first_step // per_chunk * per_chunk, recipe.steps):
        arrays = queue.get()
        if place >= first_step and arrays is not None:
            yield Batch(**{name: torch.from_numpy(np.asarray(array)) for name, array in arrays.items()})


def train(recipe: Recipe, out: Path, data: Path, *, resume: bool, start: Path | None) -> None:
    """Run to the end, saving every few minutes."""
    out.mkdir(parents=True, exist_ok=True)
    recipe.save(out / "recipe.json")
    if not (out / "tokenizer").exists():
        source = AutoTokenizer.from_pretrained(start.parent / "tokenizer") if start else None
        (source or train_tokenizer(recipe.vocabulary, recipe.seed)).save_pretrained(out / "tokenizer")
    tokenizer = AutoTokenizer.from_pretrained(out / "tokenizer")
    learner = Learner(recipe, tokenizer, labels=len(LEXICON))
    checkpoint = out / "checkpoint.pt"
    if resume:
        learner.load(checkpoint)
    elif start:
        learner.load(start, weights_only=True)
    learner.model.train()
    _run(learner, stream(recipe, data, out, learner.step), out, checkpoint)
    learner.save(checkpoint)
    export(learner.model, tokenizer, recipe, out / "model")


def _run(learner: Learner, stream: Iterator[Batch], out: Path, checkpoint: Path) -> None:
    started = saved = time.time()
    first = learner.step
    sums: dict[str, float] = {}
    with (out / "log.jsonl").open("a") as log:
        for batch in stream:
            for name, value in learner.learn(batch).items():
                sums[name] = sums.get(name, 0.0) + value / LOG_EVERY
            if learner.step % LOG_EVERY == 0:
                now = time.time()
                entry = {"step": learner.step, **{name: round(value, 4) for name, value in sums.items()}}
                speed = (learner.step - first) / (now - started)
                log.write(
                    json.dumps({**entry, "rate": round(learner.rate(), 6), "steps_per_second": round(speed, 3)}) + "\n"
                )
                log.flush()
                sums = {}
            if time.time() - saved > SAVE_SECONDS:
                learner.save(checkpoint)
                saved = time.time()


def main() -> None:
    """Parse and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="run folder")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds esc10/ and sonicpi/")
    parser.add_argument("--resume", action="store_true", help="go on from the run folder's checkpoint")
    parser.add_argument("--start", type=Path, help="checkpoint.pt of another run whose weights to begin with")
    parser.add_argument("--folds", nargs="+", default=None, help="ESC-10 folds to learn from")
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--warmup", type=int, default=None)
    parser.add_argument("--learning-rate", type=float, default=None)
    parser.add_argument("--canonical", type=float, default=None, help="share of order questions in one plain wording")
    parser.add_argument("--no-growth", action="store_true", help="scenes of all sizes from the first step on")
    given = parser.parse_args()
    torch.set_num_threads(1)
    recipe = Recipe.load(given.out / "recipe.json") if given.resume else Recipe()
    changes: dict[str, Any] = {name: getattr(given, name) for name in ("steps", "warmup", "learning_rate", "canonical")}
    changes["folds"] = tuple(given.folds) if given.folds else None
    changes["grow"] = (-1.0, 0.0) if given.no_growth else None
    recipe = replace(recipe, **{name: value for name, value in changes.items() if value is not None})
    train(recipe, given.out, given.data, resume=given.resume, start=given.start)


if __name__ == "__main__":
    main()
