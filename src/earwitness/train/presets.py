"""The published recipes for training rating predictors, by name, each with where it knowingly differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earwitness.errors import UsageError
from earwitness.train.config import BINS, MOSConfig, config_from


@dataclass(frozen=True, slots=True)
class Preset:
    """A published recipe.

    Attributes:
        options: of ``MOSConfig``.
        source: where they come from.
        departures: where it is knowingly not what its authors ran.
    """

    options: Mapping[str, Any]
    source: str
    departures: tuple[str, ...]


_SHARED_DEPARTURES = (
    "the best epoch is chosen by Spearman's correlation on the whole development set; the authors' code watches a loss "
    "on small batches",
    "seeds are set, and three are run; the authors set none",
    "an encoder is trained in evaluation mode (no dropout, batch statistics as loaded): training sees what prediction "
    "sees",
)

PRESETS: Mapping[str, Preset] = {
    "qamro-track1": Preset(
        {
            "encoder": "clap-music",
            "finetune": True,
            "encoder_lr": 5e-4,
            "head": "linear-stack",
            "dropout": 0.0,
            "standardise_ratings": False,
            "loss": "qamro",
            "regression": "huber",
            "margin": 0.2,
            "emphasis": 7.0,
            "quality_bounds": "batch",
            "optimiser": "sgd",
            "lr": 5e-4,
            "momentum": 0.9,
            "weight_decay": 0.0,
            "batch_size": 16,
        },
        "code of QAMRO, arXiv 2508.08957, track 1 (MusicEval)",
        (
            "the audio tower alone is fine-tuned; captions are embedded by the text tower as it is",
            "the encoder is the checkpoint of transformers; that of the authors is in LAION's own format",
            "long clips are heard whole in fixed windows; the authors' front-end takes a random part",
            *_SHARED_DEPARTURES,
        ),
    ),
    "qamro-track2": Preset(
        {
            "encoder": "audiobox-aesthetics",
            "layer": "all",
            "head": "audiobox",
            "dropout": 0.0,
            "standardise_ratings": True,
            "loss": "qamro-track2",
            "regression": "mse+l1",
            "regression_scale": "standardised",
            "margin": 0.2,
            "emphasis": 7.0,
            "optimiser": "adamw",
            "lr": 1e-5,
            "batch_size": 120,
        },
        "code of QAMRO, arXiv 2508.08957, track 2 (AES-Natural)",
        (
            "heads start from chance, not from the published heads",
            "pair weights are exact, where the authors round them to float32 (3e-8 of the loss)",
            "windows of a long clip are averaged as embeddings, not as ratings",
            *_SHARED_DEPARTURES[:2],
        ),
    ),
}


def preset_options(name: str) -> dict[str, Any]:
    """The options of a published recipe, with its name.

    Raises:
        UsageError: if there is none of that name.

    Example:
        >>> preset_options("qamro-track1")["batch_size"]
        16
    """
    if not isinstance(name, str) or name not in PRESETS:
        raise UsageError(f"no training preset '{name}'; wanted one of {', '.join(PRESETS)}.")
    return {**PRESETS[name].options, "preset": name}


def config_of(options: Mapping[str, Any]) -> MOSConfig:
    """The config of options as they were given, over those of the preset they name; bins have a number unless told.

    Raises:
        UsageError: if there is no such option or preset, or an option has no such value.

    Example:
        >>> config = config_of({"axes": ("PQ",), "preset": "qamro-track2", "batch_size": 64})
        >>> config.optimiser, config.lr, config.batch_size
        ('adamw', 1e-05, 64)
    """
    name = options.get("preset")
    whole = {**(preset_options(name) if name is not None else {}), **options}
    if whole.get("loss") == "bins":
        whole.setdefault("bins", BINS)
    return config_from(whole)


def recipe_kept(config: MOSConfig) -> dict[str, Any] | None:
    """How far a training is the published recipe that it names: known departures, and options that were changed.

    Raises:
        UsageError: if there is no such recipe.

    Example:
        >>> options = preset_options("qamro-track2")
        >>> recipe_kept(MOSConfig(axes=("PQ",), **{**options, "batch_size": 64}))["changed"]
        {'batch_size': 64}
    """
    if config.preset is None:
        return None
    options = preset_options(config.preset)
    changed = {name: getattr(config, name) for name, value in options.items() if getattr(config, name) != value}
    return {"preset": config.preset, "departures": list(PRESETS[config.preset].departures), "changed": changed}
