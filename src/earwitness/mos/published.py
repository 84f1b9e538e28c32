"""Predictors that others trained and published, as predictors like our own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import torch
from torch import Tensor

from earwitness.errors import BackboneError
from earwitness.mos.card import Card
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.audiobox import AXES, SCALE, PublishedHead, published_heads
from earwitness.mos.heads import Axis, Heads
from earwitness.mos.predictor import RatingPredictor

NOTE = (
    "The published heads of Audiobox-Aesthetics (arXiv 2502.05139; weights CC BY 4.0). A clip of over 10 s is heard "
    "in windows whose embeddings are averaged; its authors average the windows' ratings."
)


def published_predictor(
    name_or_path: str = "audiobox-aesthetics", *, device: str = "auto", revision: str | None = None
) -> RatingPredictor:
    """Audiobox-Aesthetics with its own heads: CE, CU, PC and PQ from 1 to 10.

    Args:
        name_or_path: the encoder's name, a folder with the checkpoint, or ``owner/name`` on the hub.
        device: where the encoder runs.
        revision: the hub checkpoint's branch, tag or commit.

    Raises:
        BackboneError: if the checkpoint cannot be loaded or holds no heads as published.
    """
    encoder = load_encoder(name_or_path, layer="all", device=device, revision=revision)
    published = published_heads(name_or_path, revision=revision)
    axes = tuple(Axis(name, *SCALE) for name in AXES)
    widths = _hidden_widths(published[AXES[0]].network)
    heads = Heads(axes, layers=encoder.layers, features=encoder.features, kind="audiobox", hidden=widths)
    _fill(heads, [published[name] for name in AXES])
    identity = json.loads(json.dumps(dict(encoder.identity)))
    return RatingPredictor(encoder, heads, Card(axes, encoder.spec, identity, heads.sizes, note=NOTE))


def _hidden_widths(network: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Widths of the linear layers but the last, in their order."""
    linear = {int(found[1]): len(t) for name, t in network.items() if (found := _weight(name)) and t.ndim == 2}
    return tuple(width for _, width in sorted(linear.items()))[:-1]


def _weight(name: str) -> re.Match[str] | None:
    return re.fullmatch(r"(\d+)\.weight", name)


def _fill(heads: Heads, published: list[PublishedHead]) -> None:
    """Put the published weights in their places."""
    found = {
        "layer_weights": torch.stack([head.layer_weights for head in published]),
        "rating_mean": torch.tensor([head.mean for head in published]),
        "rating_spread": torch.tensor([head.spread for head in published]),
    }
    for place, head in enumerate(published):
        found |= {f"networks.{place}.{name}": value for name, value in head.network.items()}
    wanted = heads.state_dict()
    for name in {**wanted, **found}:
        # Features are not standardised by these heads: those scales stay as they are.
        if name.startswith("networks.") and (name not in found or name not in wanted):
            raise BackboneError(f"the published heads are not of the layout known here: {name} is missing or unknown.")
    heads.load_state_dict({**wanted, **found})
