"""What all encoders of transformers are loaded by: their config, extractor and weights, and which commit these are of.

Config entries that make a network behave at random while it learns - masked frames, dropped layers - are turned off:
they belong to pre-training.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.utils.hub import extract_commit_hash

from earwitness.backbones.reading import check_revision, config_path, hash_folder, load_model
from earwitness.errors import BackboneError
from earwitness.mos.encoders import ENCODERS, EncoderOptions

_CALM = {
    "mask_time_prob": 0.0,
    "mask_feature_prob": 0.0,
    "layerdrop": 0.0,
    "encoder_layerdrop": 0.0,
    "decoder_layerdrop": 0.0,
    "add_adapter": False,
}
_NOT_ASKED = {"model_type", "auto_map", "architectures"}


@dataclass(frozen=True, slots=True)
class Source:
    """A checkpoint that was found.

    Attributes:
        what: how to speak of it.
        place: the folder or id on the hub.
        revision: the hub's commit, so that every file is of one; None for a folder.
        config: ``config.json``, as untrusted as it comes.
    """

    what: str
    place: str
    revision: str | None
    config: Mapping[str, Any]

    @property
    def identity(self) -> dict[str, Any]:
        """The hash of a folder, or the hub's commit."""
        folder = Path(self.place)
        if folder.is_dir():
            return {"sha256": hash_folder(folder)}
        return {"checkpoint": self.place, "revision": self.revision}

    def extractor(self, extractor_class: str) -> Any:
        """The released feature extractor."""
        with warnings.catch_warnings():
            # AST's released spectrogram has bands between two bins of its transform: so it was taught.
            warnings.filterwarnings("ignore", message="At least one mel filter has all zero values")
            return getattr(transformers, extractor_class).from_pretrained(self.place, revision=self.revision)

    def model(self, model_class: str, device: str) -> Any:
        """The network, float32, in evaluation mode.

        Raises:
            BackboneError: if weights are missing, quantised, or do not fit.
        """
        network = getattr(transformers, model_class)
        if _quantised(self.config):
            # Whole numbers of the right shape would be taken for weights.
            raise BackboneError(f"{self.what} has quantised weights; wanted float weights, as its publisher has them.")
        # Its own code and class are not asked for: only what the family table names is loaded.
        config = network.config_class.from_dict(
            {key: value for key, value in self.config.items() if key not in _NOT_ASKED}
        )
        for key, value in _CALM.items():
            if hasattr(config, key):
                setattr(config, key, value)
        model = load_model(network, self.what, self.place, dtype=torch.float32, revision=self.revision, config=config)
        return model.to(device)


def _quantised(config: Any) -> bool:
    """Whether a config, or one within it, says so."""
    if not isinstance(config, dict):
        return False
    return bool(config.get("quantization_config")) or any(map(_quantised, config.values()))


def find_source(options: EncoderOptions) -> Source:
    """The checkpoint that the options name.

    Raises:
        BackboneError: if there is none.
        UsageError: if a revision of a folder is asked for.
    """
    check_revision(options.source, options.spec.revision)
    path = config_path(options.source, options.spec.revision, named=options.spec.name in ENCODERS)
    config = json.loads(path.read_text(encoding="utf-8"))
    revision = extract_commit_hash(str(path), None) or options.spec.revision
    return Source(f"encoder '{options.name}'", options.source, revision, config)
