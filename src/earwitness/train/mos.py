"""Training rating predictors on rated clips: several seeds, the ranking loss beside Huber's alone, one saved predictor.

A run is a folder::

    config.json                  what was asked for, with hashes of the data
    results.json                 what came of it (format 1: the fields of ``MOSRun.results``)
    card.json weights.safetensors    the predictor of the best seed, which a judge loads
    fits/LOSS-ID-seedN/          one training: log.jsonl (an epoch a line), fit.json, its predictor
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import earwitness
from earwitness.errors import RunError, UsageError
from earwitness.mos.encoders import Encoder, load_encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.mos.predictor import CARD, WEIGHTS, Card, RatingPredictor, changes
from earwitness.ratings import RatedPairs, data_hash
from earwitness.run.database import take_lock
from earwitness.train.config import MOSConfig
from earwitness.train.devices import agreed, is_first
from earwitness.train.evaluation import evaluate
from earwitness.train.examples import Examples, axes_of, read_examples
from earwitness.train.fit import Epoch, Fit, new_heads, trainable
from earwitness.train.presets import recipe_kept
from earwitness.train.results import FitResult, summary
from earwitness.train.state import drop_state
from earwitness.types import Recipe

CONFIG, RESULTS, FITS, FIT = "config.json", "results.json", "fits", "fit.json"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a run is: which of its trainings, and that training's last epoch."""

    fit: str
    place: int
    fits: int
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class MOSRun:
    """A finished training run.

    Attributes:
        folder: where everything is.
        results: what ``results.json`` holds.
    """

    folder: Path
    results: Mapping[str, Any]

    def predictor(self, *, device: str = "auto") -> RatingPredictor:
        """The predictor of the best seed."""
        return RatingPredictor.load(self.folder, device=device)


def train_mos(
    config: MOSConfig,
    train: RatedPairs,
    dev: RatedPairs,
    out: str | Path,
    *,
    cache: EmbeddingCache | None = None,
    device: str = "auto",
    fits: str | Path | None = None,
    told: Callable[[Step], None] | None = None,
    progress: bool | None = None,
) -> MOSRun:
    """Train a predictor of ratings, one time for each seed, with and without the ranking loss.

    Called again with the same arguments after a kill it goes on where it was, to the same result; a finished run is
    only read.

    Args:
        config: how to train.
        train: clips to learn from.
        dev: clips by which the best epoch is chosen; not a test set, as the best epoch is chosen on it.
        out: folder of the run.
        cache: of embeddings.
        device: where the encoder runs: ``cpu``, ``cuda``, ... or ``auto``.
        fits: folder of the single trainings, when runs share them; the run's own by default.
        told: called after each epoch.
        progress: draw a bar while clips are embedded; None draws it on terminals only.

    Raises:
        UsageError: if the options do not go together, or with the data.
        RunError: if the folder holds a run of another config or other data, or another process writes it.
        TrainingError: if a loss is no longer a number.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        _claim(folder, config, train, dev)
        if agreed((folder / RESULTS).is_file()):
            return open_mos_run(folder)
        session = _Session.start(config, train, dev, cache, device, progress)
        results = session.results(folder, Path(fits) if fits else folder / FITS, told)
        if is_first():
            _write_json(folder / RESULTS, results)
        return MOSRun(folder, results)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other programs out; of several devices the first holds the lock for all."""
    if not is_first():
        yield
        return
    with closing(take_lock(folder)):
        yield


def open_mos_run(folder: str | Path) -> MOSRun:
    """A finished run.

    Raises:
        UsageError: if there is none.
    """
    path = Path(folder) / RESULTS
    if not path.is_file():
        raise UsageError(f"{folder} has no {RESULTS}; wanted the folder of a finished training.")
    return MOSRun(Path(folder), json.loads(path.read_text(encoding="utf-8")))


def code_commit() -> str | None:
    """The commit of this package's code, with ``+`` if files were changed since; None outside its repository."""
    package = Path(earwitness.__file__).parent

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", package, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        # An installed package may lie inside a repository that is not its own.
        git("ls-files", "--error-unmatch", "__init__.py")
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _Session:
    """All that the trainings of a run share."""

    config: MOSConfig
    encoder: Encoder
    identity: Mapping[str, Any]
    train: Examples
    dev: Examples
    commit: str | None

    @classmethod
    def start(
        cls,
        config: MOSConfig,
        train: RatedPairs,
        dev: RatedPairs,
        cache: EmbeddingCache | None,
        device: str,
        progress: bool | None,
    ) -> _Session:
        axes = axes_of(train, config.axes, config.text_axes)
        encoder = load_encoder(config.encoder, layer=config.layer, device=device, revision=config.revision)
        identity = json.loads(json.dumps(dict(encoder.identity)))
        # Before an hour of embedding: do the options go together?
        new_heads(config, 0, encoder, axes)
        if config.finetune:
            trainable(encoder)
        if config.select.endswith("system") and any(pair.system is None for pair in dev.pairs):
            raise UsageError(f"select is {config.select}, and not every clip of {dev.name} names its system.")
        examples = [read_examples(encoder, rated, axes, cache=cache, progress=progress) for rated in (train, dev)]
        return cls(config, encoder, identity, examples[0], examples[1], code_commit())

    def results(self, folder: Path, fits: Path, told: Callable[[Step], None] | None) -> dict[str, Any]:
        """Train whatever is not trained yet, keep the best seed's predictor, and put the results together."""
        plans = self._plans()
        found: dict[MOSConfig, list[FitResult]] = {}
        for place, (config, seed) in enumerate(plans, 1):
            name = self._name(config, seed)

            def tell(epoch: Epoch, name: str = name, place: int = place) -> None:
                if told and is_first():
                    told(Step(name, place, len(plans), epoch))

            found.setdefault(config, []).append(self._fit(config, seed, fits / name, tell))
        ours, alone = found.pop(self.config), [fit for others in found.values() for fit in others]
        best = max(ours, key=lambda fit: -np.inf if fit.selected is None else fit.selected)
        for file in (WEIGHTS, CARD) if is_first() else ():
            shutil.copyfile(fits / self._name(self.config, best.seed) / file, folder / file)
        return {
            "format": 1,
            "config": self.config.to_dict(),
            "commit": self.commit,
            "encoder": self.identity,
            "recipe": recipe_kept(self.config),
            "data": {"train": _described(self.train), "dev": _described(self.dev)},
            "dev_clips_in_train": self.dev.also_in(self.train),
            "kept_seed": best.seed,
            **summary(self.dev, ours, alone, best),
        }

    def _plans(self) -> list[tuple[MOSConfig, int]]:
        """Config and seed of every training."""
        configs = [self.config]
        if self.config.compare and self._id(self.config.alone()) != self._id(self.config):
            configs.append(self.config.alone())
        return [(config, seed) for config in configs for seed in config.seeds]

    def _name(self, config: MOSConfig, seed: int) -> str:
        return f"{config.label}-{self._id(config)}-seed{seed}"

    def _id(self, config: MOSConfig) -> str:
        """Short hash of all that determines a training besides its seed, so that equal trainings are done once."""
        told = replace(config, seeds=(0,), compare=True, preset=None).to_dict()
        return Recipe({**told, "encoder": self.identity, "train": self.train.hash, "dev": self.dev.hash}).id

    def _fit(self, config: MOSConfig, seed: int, place: Path, told: Callable[[Epoch], None]) -> FitResult:
        if agreed((place / FIT).is_file()):
            return FitResult.from_dict(json.loads((place / FIT).read_text(encoding="utf-8")))
        with self._untouched_encoder():
            fit = Fit(config, seed, self.encoder, self.train, self.dev)
            fit.run(place, told)
            predicted = fit.predict(self.dev)
            result = FitResult(
                config.label,
                seed,
                len(fit.history),
                fit.best_epoch,
                fit.history[fit.best_epoch - 1].selected if fit.best_epoch else None,
                float(np.mean([epoch.pair_coverage for epoch in fit.history])),
                evaluate(predicted, self.dev),
                {axis.name: predicted[:, at].tolist() for at, axis in enumerate(self.dev.axes)},
            )
            if is_first():
                RatingPredictor(self.encoder, fit.heads, self._card(config, seed, fit, result)).save(place)
                _write_json(place / FIT, result.to_dict())
                drop_state(place)
        return result

    @contextmanager
    def _untouched_encoder(self) -> Iterator[None]:
        """Give the next training the encoder as it was loaded."""
        if not self.config.finetune:
            yield
            return
        module = trainable(self.encoder).module
        before = {name: value.clone() for name, value in module.state_dict().items()}
        yield
        module.load_state_dict(before)

    def _card(self, config: MOSConfig, seed: int, fit: Fit, result: FitResult) -> Card:
        metrics = {name: axis.to_dict()["measures"] for name, axis in result.axes.items()}
        return Card(
            self.train.axes,
            self.encoder.spec,
            self.identity,
            fit.heads.sizes,
            tuned=config.finetune,
            data=self.train.hash,
            seed=seed,
            commit=self.commit,
            config=config.to_dict(),
            metrics={"set": self.dev.name, "data": self.dev.hash, "axes": metrics},
        )


def _described(examples: Examples) -> dict[str, Any]:
    rated = {
        axis.name: int((~column.isnan()).sum()) for axis, column in zip(examples.axes, examples.ratings.T, strict=True)
    }
    failures = [{"id": name, "code": why.code, "message": why.message} for name, why in examples.failures.items()]
    return {
        "name": examples.name,
        "hash": examples.hash,
        "clips": examples.total,
        "read": len(examples),
        "rated": rated,
        "failures": failures,
    }


def _claim(folder: Path, config: MOSConfig, train: RatedPairs, dev: RatedPairs) -> None:
    """Write what the run is of, or make sure that it is of the same.

    Raises:
        RunError: if it is not.
    """
    wanted = {**config.to_dict(), "data": {"train": data_hash(train), "dev": data_hash(dev)}}
    path = folder / CONFIG
    # All devices look before the first one writes.
    fresh = agreed(not path.is_file())
    if fresh:
        if is_first():
            _write_json(path, wanted)
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    if found != wanted:
        differences = "; ".join(changes(found, wanted, ("there", "now")))
        raise RunError(f"{folder} holds a training with other options: {differences}. Name another folder.")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(part, path)
