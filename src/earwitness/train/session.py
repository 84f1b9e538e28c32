"""One session of training: what its trainings share, and each of them done once, whatever was killed before."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import earwitness
from earwitness.mos.encoders import Encoder, load_encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.mos.predictor import CARD, WEIGHTS, Card, RatingPredictor
from earwitness.ratings import RatedPairs
from earwitness.train.cautions import fit_cautions, scale_cautions, system_cautions
from earwitness.train.checks import check_ahead
from earwitness.train.config import MOSConfig
from earwitness.train.devices import agreed, is_first
from earwitness.train.evaluation import check_selectable, evaluate
from earwitness.train.examples import Examples, axes_of, check_varied, read_examples
from earwitness.train.files import read_json, write_json
from earwitness.train.fit import Epoch, Fit, new_heads, trainable
from earwitness.train.presets import recipe_kept
from earwitness.train.results import FitResult, summary
from earwitness.train.state import drop_state
from earwitness.types import Recipe

FIT = "fit.json"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a run is: which of its trainings, and that training's last epoch."""

    fit: str
    place: int
    fits: int
    epoch: Epoch


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """All that the trainings of a run share.

    Attributes:
        config: of the run.
        encoder: loaded once.
        identity: of the encoder as it was loaded.
        train: to learn from.
        dev: to choose the best epochs by.
        data: hashes of both, of ratings and of sound.
        commit: of the code.
    """

    config: MOSConfig
    encoder: Encoder
    identity: Mapping[str, Any]
    train: Examples
    dev: Examples
    data: Mapping[str, Any]
    commit: str | None

    @classmethod
    def start(
        cls,
        config: MOSConfig,
        train: RatedPairs,
        dev: RatedPairs,
        data: Mapping[str, Any],
        cache: EmbeddingCache | None,
        device: str,
        progress: bool | None,
    ) -> Session:
        """Load and embed, once it is clear that the options go together.

        Raises:
            UsageError: if they do not, with each other or with the data.
        """
        check_ahead(config, train, dev, device)
        axes = axes_of(train, config.axes, config.text_axes)
        encoder = load_encoder(config.encoder, layer=config.layer, device=device, revision=config.revision)
        identity = json.loads(json.dumps(dict(encoder.identity)))
        # Before an hour of embedding: do the options go together?
        new_heads(config, 0, encoder, axes)
        if config.finetune:
            trainable(encoder)
        # The smaller set first: what is wrong with it is known before the other's hour.
        chosen_by = read_examples(encoder, dev, axes, cache=cache, progress=progress)
        check_selectable(config.select, chosen_by)
        learned = read_examples(encoder, train, axes, cache=cache, progress=progress)
        # Again: of ratings that differ, the clips that could be read may have but one.
        check_varied(train.name, axes, learned.ratings.numpy())
        return cls(config, encoder, identity, learned, chosen_by, data, code_commit())

    @property
    def code(self) -> str:
        """The version of this package, and the commit where it is known."""
        return f"earwitness {earwitness.__version__}" + (f" at {self.commit}" if self.commit else "")

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
            "warnings": [
                *scale_cautions(self.config, self.train.axes, self.train.observed),
                *system_cautions(self.dev),
                *fit_cautions([*ours, *alone], self.code),
            ],
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
        told = replace(config.without_unread(), seeds=(0,), compare=True, preset=None).to_dict()
        return Recipe({**told, "encoder": self.identity, "data": self.data}).id

    def _fit(self, config: MOSConfig, seed: int, place: Path, told: Callable[[Epoch], None]) -> FitResult:
        if agreed((place / FIT).is_file()):
            return read_json(place / FIT, FitResult.from_dict, "Delete it, and the same command trains this part anew.")
        with self._untouched_encoder():
            fit = Fit(config, seed, self.encoder, self.train, self.dev, code=self.code)
            fit.run(place, told)
            predicted = fit.predict(self.dev)
            result = FitResult(
                config.label,
                seed,
                len(fit.history),
                fit.best_epoch,
                fit.history[fit.best_epoch - 1].selected if fit.best_epoch else None,
                float(np.mean([epoch.pair_coverage for epoch in fit.history])),
                fit.codes,
                evaluate(predicted, self.dev),
                {axis.name: predicted[:, at].tolist() for at, axis in enumerate(self.dev.axes)},
            )
            if is_first():
                RatingPredictor(self.encoder, fit.heads, self._card(config, seed, fit, result)).save(place)
                write_json(place / FIT, result.to_dict())
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
            config=config.without_unread().to_dict(),
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
